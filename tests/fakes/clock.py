"""A clock that tests move."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 11, 3, 17, 0, 0, tzinfo=UTC)


class FakeClock:
    """Time stands still until somebody moves it."""

    def __init__(self, start: datetime = START) -> None:
        self.time = start
        self._stamped = (start, _stamp(start))

    def now(self) -> datetime:
        return self.time

    def advance(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def stamp(self) -> str:
        """Write the time as the records' versions do."""
        if self._stamped[0] is not self.time:
            self._stamped = (self.time, _stamp(self.time))
        return self._stamped[1]


def _stamp(time: datetime) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ")


class SkewedClock:
    """Our own clock, which is a little off the true one, and jumps when it is set right."""

    def __init__(self, true: FakeClock) -> None:
        self._true = true
        self.ahead_s = 0

    def now(self) -> datetime:
        return self._true.now() + timedelta(seconds=self.ahead_s)
