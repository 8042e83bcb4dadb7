"""Windows of time: how nudges coalesce and how far a read reaches back."""

from datetime import datetime, timedelta

# Vendors stamp whole seconds and commit out of order, so every read reaches back beyond the cursor.
OVERLAP = timedelta(minutes=5)


def nudge_window(now: datetime, window_s: int) -> int:
    """Number the window that a moment lies in; all nudges of a window are one.

    The queue's delay (template.yaml: NudgesQueue.DelaySeconds) is at least as long as the window: with a shorter one, a
    nudge late in the window would be swallowed as a duplicate of one that was already fetched.
    """
    return int(now.timestamp()) // window_s
