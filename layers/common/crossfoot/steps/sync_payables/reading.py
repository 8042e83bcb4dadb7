"""The first part of a sync: what changed in the accounting comes into the book, window by window (B1, B2, B5, B6)."""

import json
from collections import Counter
from dataclasses import astuple, dataclass

from crossfoot.core.model import ACCOUNTING
from crossfoot.core.payables.eligibility import Rules
from crossfoot.core.payables.syncs import SyncStage
from crossfoot.ports import PayablesSource, Window
from crossfoot.steps.sync_payables.filing import Filing
from crossfoot.steps.sync_payables.needs import Ports
from crossfoot.steps.sync_payables.running import Running


def read_changes(running: Running, rules: Rules, source: PayablesSource, ports: Ports) -> bool:
    """Read from where the last sync came to, until there is nothing new or the time is nearly over.

    What follows from a window is noted before the sync moves on, so a crash reads it again and loses nothing.
    Returns: whether it came to the end.
    Raises: errors of the vendor and of our table.
    """
    while True:
        place = _find_place(running.sync.cursor, rules)
        window = source.fetch_changes(place.at)
        _take_in(running, place, window, rules, ports)
        if running.sync.stage is not SyncStage.READING:
            return True
        if not running.has_time():
            return False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a read is.

    Takes: `under` names the rules by which what comes from here on is judged; `aside` is where the reading of changes goes
    on after everything was read again, "" while nothing is: only from there is seen what was deleted meanwhile.
    """

    under: str
    at: str = ""
    aside: str = ""

    def to_text(self) -> str:
        return json.dumps(astuple(self))

    def behind(self, window: Window) -> "_Place | None":
        """Give where to go on behind a window; None at the end."""
        if window.more:
            return _Place(self.under, window.cursor, self.aside)
        return _Place(self.under, self.aside) if self.aside else None


def _find_place(cursor: str, rules: Rules) -> _Place:
    """Find where to go on. Under other rules than before all is read again: what was left out may come in now.

    Source: B2, B5, B6: what a partner may have changed.
    """
    place = _Place(*json.loads(cursor)) if cursor else _Place(rules.digest)
    if place.under == rules.digest:
        return place
    return _Place(rules.digest, aside=place.aside or place.at)


def _take_in(running: Running, place: _Place, window: Window, rules: Rules, ports: Ports) -> None:
    """Save a window's records, note what they imply among what waits to go out, and move the sync on.

    From there it is sent off, and the sync does not end before that was tried.
    """
    _tell_unseen(running, window, ports)
    filed = Filing(running.tenant, window, rules, ports).file()
    changed = [each for each in filed.to_mirror if ports.outbox.load(running.tenant, each.record) is None]
    ports.outbox.put(running.tenant, changed)
    following, seen = place.behind(window), running.sync
    running.move(
        stage=SyncStage.READING if following else SyncStage.SENDING,
        cursor=(following or _Place(place.under, window.cursor)).to_text(),
        read=dict(Counter(seen.read) + Counter(record.ref.kind.value for record in window.records)),
        left_out=seen.left_out + filed.left_out,
        unreadable=seen.unreadable + len(window.unreadable),
    )


def _tell_unseen(running: Running, window: Window, ports: Ports) -> None:
    """Say so where QuickBooks shows no longer what was deleted: only a person can compare that. Source: X1."""
    if not window.unseen:
        return
    kinds = ", ".join(f"{kind.replace('_', ' ')}s" for kind in window.unseen)
    begun = f"{running.sync.started_at:%Y-%m-%d %H:%M:%S} UTC"
    told = f"The last sync is too long ago to see which {kinds} were deleted since (sync begun {begun})"
    if not any(event.what == told for event in ports.connections.load_history(running.tenant, ACCOUNTING)):
        ports.connections.note(running.tenant, ACCOUNTING, told)
