"""Time, passed in."""

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """The time, passed in."""

    def now(self) -> datetime:
        """Give the aware UTC time."""
        ...
