"""A figure: what was measured, and the limit that it has to keep."""

import json
from collections.abc import Sequence
from dataclasses import dataclass


class BenchError(Exception):
    """A measurement that means nothing, because the work it timed was not done right."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value. Takes: `limit` is the most that it may be."""

    name: str
    value: float
    unit: str
    limit: float

    @property
    def ok(self) -> bool:
        """Tell whether it keeps its limit."""
        return self.value <= self.limit

    def to_line(self) -> str:
        """Write it as one line of JSON."""
        shown = {"name": self.name, "value": self.value, "unit": self.unit, "limit": self.limit, "ok": self.ok}
        return json.dumps(shown)


def ratio(ours: float, theirs: float) -> float:
    """Divide, to three digits after the point: enough to see, and no more than the noise allows."""
    return round(ours / theirs, 3)


def percentile(values: Sequence[float], percent: int) -> float:
    """Give the smallest value that so many percent of all do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]
