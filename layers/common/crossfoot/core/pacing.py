"""How long a worker goes on: until another round, as slow as the slowest so far, might no longer fit."""

from collections.abc import Callable

# What is left for handing the rest on, and for whatever the runtime wants.
RESERVE_MS = 5_000
LONGEST_MS = 900_000


def in_no_hurry() -> int:
    """Say that there is as much time as a function can ever have."""
    return LONGEST_MS


class Pace:
    """Watches how long rounds take. Takes: `remaining_ms` tells what is left of the invocation."""

    def __init__(self, remaining_ms: Callable[[], int]) -> None:
        self._remaining_ms = remaining_ms
        self._left_ms = remaining_ms()
        self._slowest_ms = 0

    def has_time(self) -> bool:
        """Tell, after a round, whether another one may begin: twice the slowest so far must fit before the reserve."""
        left_ms = self._remaining_ms()
        self._slowest_ms = max(self._slowest_ms, self._left_ms - left_ms)
        self._left_ms = left_ms
        return left_ms > RESERVE_MS + 2 * self._slowest_ms
