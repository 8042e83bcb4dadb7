"""Which refused bills a schedule leaves alone for a while: to ask again costs calls, and fills the history (S1, S7)."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from crossfoot.core.model import Billed
from crossfoot.core.sync.offering import NOTHING_BILLED
from crossfoot.core.sync.runs import ItemState, RunItem

# Less than a day, so that a daily schedule tries everything each time.
RESTS_FOR = timedelta(hours=20)
_GIVEN_UP = "needs_partner"


def rests(item: RunItem, bill: Billed, now: datetime, changes: Iterable[datetime | None]) -> bool:
    """Tell whether a schedule lets a bill rest, because nothing of what it was refused for can have changed.

    What is mended in the accounting tells nobody, so nothing rests for long.

    Takes: `item` is the bill in the newest run that it was in, which was begun with the choices of now; `changes` are when
    else something changed that refusals can rest on, None for never.
    Source: S1, S7.
    """
    settled_at = item.settled_at
    is_held = item.state is ItemState.REFUSED and (item.rule == "S7" or item.code == _GIVEN_UP)
    is_nothing = item.state is ItemState.SKIPPED and item.code == NOTHING_BILLED
    if settled_at is None or not (is_held or is_nothing) or now - settled_at >= RESTS_FOR:
        return False
    seen_at = datetime.fromisoformat(bill.version.seen_at)
    return all(changed_at is None or changed_at <= settled_at for changed_at in (seen_at, *changes))
