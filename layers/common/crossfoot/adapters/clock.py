"""The real clock; the only place that reads the time."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The time of this machine."""

    def now(self) -> datetime:
        """Give the aware UTC time."""
        return datetime.fromtimestamp(time.time(), UTC)
