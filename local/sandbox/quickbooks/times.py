"""The sandbox's clock, which tests may move, and the three spellings of time that QuickBooks Online uses."""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

COMPANY_ZONE = ZoneInfo("America/Los_Angeles")


class Clock:
    """The real time plus whatever it was moved by."""

    def __init__(self, real_s: Callable[[], float] = time.time) -> None:
        self._real_s = real_s
        self.ahead_s = 0.0

    def seconds(self) -> float:
        """Seconds since 1970."""
        return self._real_s() + self.ahead_s

    def now(self) -> datetime:
        """Return the aware UTC time."""
        return datetime.fromtimestamp(self.seconds(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock forward."""
        self.ahead_s += seconds

    def today(self) -> date:
        """Return the company's date."""
        return self.now().astimezone(COMPANY_ZONE).date()


def metadata_time(moment: datetime) -> str:
    """Spell a record's time: the company's offset, whole seconds."""
    return moment.astimezone(COMPANY_ZONE).isoformat(timespec="seconds")


def envelope_time(moment: datetime) -> str:
    """Spell an answer's time: the company's offset, milliseconds."""
    return moment.astimezone(COMPANY_ZONE).isoformat(timespec="milliseconds")


def stamp(moment: datetime) -> str:
    """Spell a time so that text order is time order; whole seconds, as the records have them."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def parse_instant(text: str) -> datetime:
    """Read a date or a date with time; without an offset it is the company's time.

    Raises: ValueError.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=COMPANY_ZONE)


def add_days(day: str, days: int) -> str:
    """Add days to a bare date."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
