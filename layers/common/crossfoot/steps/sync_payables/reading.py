"""The first part of a sync: what changed in the accounting comes into the book, window by window (B1, B2, B5, B6)."""

import json
from collections import Counter
from dataclasses import astuple, dataclass, replace

from crossfoot.core.model import ACCOUNTING, Kind
from crossfoot.core.payables.eligibility import Rules
from crossfoot.core.payables.syncs import SyncStage
from crossfoot.ports import PayablesSource, Window
from crossfoot.steps.sync_payables.census import look_up
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
        if place.looking:
            _look_up(running, place, rules, source, ports)
        else:
            window = source.fetch_changes(place.at)
            _tell_unseen(running, window, ports)
            _take_in(running, place.behind(window), _Place(place.under, window.cursor), window, rules, ports)
        if running.sync.stage is not SyncStage.READING:
            return True
        if not running.has_time():
            return False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a read is.

    Takes: `under` names the rules by which what comes from here on is judged; `aside` is where the reading of changes goes
    on after everything was read again, "" while nothing is: only from there is seen what was deleted meanwhile. `unseen`
    are the kinds, with blanks between, of which that can no longer be seen: at the end they are looked up, where `looking`
    tells that it is, and `listed` how far in the first of them.
    """

    under: str
    at: str = ""
    aside: str = ""
    unseen: str = ""
    looking: bool = False
    listed: str = ""

    def to_text(self) -> str:
        return json.dumps(astuple(self))

    def behind(self, window: Window) -> "_Place | None":
        """Give where to go on behind a window; None at the end."""
        unseen = " ".join(dict.fromkeys([*self.unseen.split(), *window.unseen]))
        if window.more:
            return replace(self, at=window.cursor, unseen=unseen)
        if self.aside:
            return replace(self, at=self.aside, aside="", unseen=unseen)
        return replace(self, at=window.cursor, unseen=unseen, looking=True) if unseen else None

    def behind_page(self, listed: str) -> "_Place | None":
        """Give where to go on behind a page of what is looked up; None at the end. Takes: where the next page begins."""
        if listed:
            return replace(self, listed=listed)
        rest = " ".join(self.unseen.split()[1:])
        return replace(self, unseen=rest, listed="") if rest else None


def _find_place(cursor: str, rules: Rules) -> _Place:
    """Find where to go on. Under other rules than before all is read again: what was left out may come in now.

    Source: B2, B5, B6: what a partner may have changed.
    """
    place = _Place(*json.loads(cursor)) if cursor else _Place(rules.digest)
    if place.under == rules.digest:
        return place
    return _Place(rules.digest, aside=place.aside or place.at, unseen=place.unseen)


def _look_up(running: Running, place: _Place, rules: Rules, source: PayablesSource, ports: Ports) -> None:
    """Take in what is gone of a page of what the book has. Source: B1, X1."""
    lost, listed = look_up(running.tenant, Kind(place.unseen.split()[0]), place.listed, source, ports)
    window = Window(lost, place.at, more=listed != "")
    _take_in(running, place.behind_page(listed), _Place(place.under, place.at), window, rules, ports)


def _take_in(
    running: Running, following: _Place | None, end: _Place, window: Window, rules: Rules, ports: Ports
) -> None:
    """Save a window's records, note what they imply among what waits to go out, and move the sync on.

    From there it is sent off, and the sync does not end before that was tried.
    Takes: `end` is where the next sync goes on if nothing follows in this one.
    """
    filed = Filing(running.tenant, window, rules, ports).file()
    changed = [each for each in filed.to_mirror if ports.outbox.load(running.tenant, each.record) is None]
    ports.outbox.put(running.tenant, changed)
    seen = running.sync
    running.move(
        stage=SyncStage.READING if following else SyncStage.SENDING,
        cursor=(following or end).to_text(),
        read=dict(Counter(seen.read) + Counter(record.ref.kind.value for record in window.records)),
        left_out=seen.left_out + filed.left_out,
        unreadable=seen.unreadable + len(window.unreadable),
    )


def _tell_unseen(running: Running, window: Window, ports: Ports) -> None:
    """Say so where QuickBooks shows no longer what was deleted, and each record is looked up. Source: X1."""
    if not window.unseen:
        return
    kinds = ", ".join(f"{kind.replace('_', ' ')}s" for kind in window.unseen)
    begun = f"{running.sync.started_at:%Y-%m-%d %H:%M:%S} UTC"
    told = (
        f"The last sync is too long ago to see which {kinds} were deleted since: each is looked up (sync begun {begun})"
    )
    if not any(event.what == told for event in ports.connections.load_history(running.tenant, ACCOUNTING)):
        ports.connections.note(running.tenant, ACCOUNTING, told)
