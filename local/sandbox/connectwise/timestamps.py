"""ConnectWise's date-times: UTC with a Z, whole seconds, and midnight where only the day counts."""

import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any


class Clock:
    """The sandbox's own clock: real time plus what it was advanced by."""

    def __init__(self, advanced_s: float = 0.0) -> None:
        self.advanced_s = advanced_s

    def now(self) -> datetime:
        return datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=self.advanced_s)

    def advance(self, seconds: float) -> None:
        self.advanced_s += seconds


def to_wire(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def parse(text: Any) -> datetime | None:
    """Read a date or date-time; without an offset it is UTC. Returns: None for anything else."""
    return _parsed(text) if isinstance(text, str) else None


@lru_cache(maxsize=100_000)  # a list compares the same few texts over and over
def _parsed(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def today(moment: datetime) -> str:
    """The calendar date of a moment as ConnectWise writes it: midnight UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT00:00:00Z")
