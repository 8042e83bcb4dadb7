"""Requests that come again: QuickBooks answers one that it has carried out as it did then."""

from collections.abc import Callable
from typing import Any


class Answering:
    """What a fake writes, each request once. Takes: `writes` counts those that were carried out."""

    def __init__(self) -> None:
        self.writes = 0
        self._answered: dict[str, Any] = {}

    def _once[T](self, request_id: str, carry_out: Callable[[], T]) -> T:
        """Carry a request out, or give the answer of when it was. Refusals are not remembered."""
        if request_id in self._answered:
            remembered: T = self._answered[request_id]
            return remembered
        answer = self._answered[request_id] = carry_out()
        self.writes += 1
        return answer
