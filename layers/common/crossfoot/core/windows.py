"""Windows of time: how nudges coalesce and how far a read reaches back."""

from datetime import datetime, timedelta

# A nudge's deduplication window. The queue's delay (template.yaml: NudgesQueue.DelaySeconds) is at least as long: with a
# shorter one, a nudge late in the window would be swallowed as a duplicate of one that was already fetched.
NUDGE_WINDOW_S = 5

# Vendors stamp whole seconds and commit out of order, so every read reaches back beyond the cursor.
OVERLAP = timedelta(minutes=5)


def nudge_window(now: datetime, window_s: int = NUDGE_WINDOW_S) -> int:
    """Number the window that a moment lies in; all nudges of a window are one."""
    return int(now.timestamp()) // window_s
