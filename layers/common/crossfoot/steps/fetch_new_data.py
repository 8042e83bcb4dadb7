"""fetch_new_data: read what changed in one system, save it, queue what follows, then move the cursor (I1, I8)."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from crossfoot.core.decisions import unreadable
from crossfoot.core.fetching import FetchKind, FetchRun, Progress, count, describe, new_run
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import PSA, Payment, Record, Ref, System
from crossfoot.core.pacing import Pace, in_no_hurry
from crossfoot.core.tending import REFUSES, tells_of_refusal
from crossfoot.errors import Conflict, Rejected
from crossfoot.follow_ups import find_origins, follow_ups
from crossfoot.letting_in import follow_changes, follow_customers, is_left_out, let_in
from crossfoot.messages import CrossfootRequest, FollowCustomers, Nudge
from crossfoot.ports import (
    Book,
    Clock,
    Connection,
    Connections,
    ConnectionState,
    Cursors,
    EffectStore,
    FetchRuns,
    FilterStore,
    History,
    Matches,
    Origins,
    Position,
    PreferencesStore,
    Queue,
    Source,
    Systems,
    Waiting,
    Window,
)
from crossfoot.rereading import keep_lines

_TOLD = {
    FetchKind.FIRST_IMPORT: "The first import is complete",
    FetchKind.CATCH_UP: "Caught up on what happened while it was disconnected",
    FetchKind.RESYNC: "Everything was read again, with the import filters as they are now",
}
# Runs that tell what was new; the others tell what they read.
_OF_NEWS = (FetchKind.CATCH_UP, FetchKind.NEW_DATA)

type Request = Nudge | FollowCustomers
REQUESTS: tuple[type[Request], ...] = (Nudge, FollowCustomers)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    book: Book
    clock: Clock
    connections: Connections
    cursors: Cursors
    effects: EffectStore
    matches: Matches
    filters: FilterStore
    history: History
    origins: Origins
    preferences: PreferencesStore
    queue: Queue
    runs: FetchRuns
    systems: Systems
    waiting: Waiting


def serve(request: Request, ports: Ports, remaining_ms: Callable[[], int] = in_no_hurry) -> None:
    """Do what one request asks for. Raises: errors of the vendor and of our table."""
    match request:
        case Nudge():
            fetch_new_data(request.tenant, request.system, ports, remaining_ms)
        case FollowCustomers():
            follow_customers(request, ports, remaining_ms)


def fetch_new_data(tenant: str, system: System, ports: Ports, remaining_ms: Callable[[], int] = in_no_hurry) -> int:
    """Read a partner's changes in a system, from the cursor on, until there are none or the time is nearly over.

    What is left then goes on by a message of its own, from the cursor: a long import is many short invocations, and one
    that dies costs the window that it was at.
    Returns: how many records were read; 0 for a system that is not connected (its cursor stays, C6).
    Raises: errors of the vendor and of our table. What was saved by then is saved, and is read again.
    Source: I1, I2, I3, I8, C4, C6.
    """
    connection = ports.connections.load(tenant, system)
    if connection is None or connection.state is not ConnectionState.CONNECTED:
        return 0
    source, pace, total = ports.systems.source(tenant, system), Pace(remaining_ms), 0
    while True:
        position = _find_position(tenant, system, ports)
        # Read after the position: whoever saves other filters sets the cursor back after that, so that a window which was
        # read with the old ones can never move it.
        filters = ports.filters.load(tenant) if system is PSA else ImportFilters()
        run = ports.runs.load(tenant, position.run) if position.run else None
        window = _fetch_window(tenant, source, position.cursor, ports)
        _heal_unseen(tenant, window, ports)
        progress = _take_in(tenant, window, filters, run, ports)
        total += len(window.records)
        if run and not window.more:
            _tell_of_the_end(tenant, connection, run, progress, ports)
        _move(tenant, system, position, window, progress, ports)
        if not window.more:
            if tells_of_refusal(connection.reason):
                ports.connections.warn(tenant, system, "", "")
            ports.connections.touch(tenant, system)
            return total
        if not pace.has_time():
            because = f"{position.run} {window.cursor}"[:500]
            ports.queue.send([Nudge(tenant=tenant, system=system, because=because)])
            return total


def _fetch_window(tenant: str, source: Source, cursor: str, ports: Ports) -> Window:
    """Read the next window; a system that refuses says so on its connection, which stays as it is (C7, X1)."""
    try:
        return source.fetch_changes(cursor)
    except Rejected as refusal:
        ports.connections.warn(tenant, source.system, f"{REFUSES}{refusal.detail}", refusal.fix)
        raise


def _find_position(tenant: str, system: System, ports: Ports) -> Position:
    """Load the cursor; a first import is a run, whoever nudged first."""
    position = ports.cursors.load(tenant, system)
    if position.cursor or position.run:
        return position
    run = new_run(system, FetchKind.FIRST_IMPORT, ports.clock.now(), secrets.token_hex(4))
    ports.runs.begin(tenant, run)
    return ports.cursors.load(tenant, system)


def _take_in(tenant: str, window: Window, filters: ImportFilters, run: FetchRun | None, ports: Ports) -> Progress:
    """Save a window's records, and queue what they imply. Returns: what counts for the run."""
    if not window.records and not window.unreadable:
        return Progress()
    records, outside = let_in(
        tenant, keep_lines(tenant, _own_known(tenant, window, ports), ports.book), filters, ports.book
    )
    # Before they are saved: afterwards nobody can tell what they were. Whoever dies between asks again, in other words, for
    # by then this may have been looked at already, and found nothing.
    ports.queue.send(follow_changes(tenant, records, ports.clock.now().isoformat(), ports.book))
    saved = ports.book.save(tenant, records)
    ports.history.save(tenant, [unreadable(ref) for ref in window.unreadable])
    # From what was fetched, not from what was saved: after a crash here, the next read saves nothing new and must still
    # queue all of this.
    ports.queue.send(follow_ups(tenant, [record for record in records if not is_left_out(record)], ports))
    counted = _news(tenant, records, saved, run, ports.book) if run and run.kind in _OF_NEWS else records
    return count((record.ref.kind for record in counted), len(window.unreadable), outside)


def _own_known(tenant: str, window: Window, ports: Ports) -> tuple[Record, ...]:
    """Give a window's records; payments of ours know which payment of the platform they stand for."""
    payments = [record for record in window.records if isinstance(record, Payment)]
    own = {payment.ref: payment for payment in find_origins(tenant, payments, ports.origins)}
    return tuple(own.get(record.ref, record) if isinstance(record, Payment) else record for record in window.records)


def _news(tenant: str, records: Sequence[Record], saved: frozenset[Ref], run: FetchRun, book: Book) -> Sequence[Record]:
    """Find the records that are news since a run began, and leave those that a read repeats of an earlier one.

    A worker that died may have saved them already: then they stand as they were read since. Source: C6.
    """
    others = [record.ref for record in records if record.ref not in saved]
    stored = book.load_many(tenant, others) if others else {}
    began_at = f"{run.started_at:%Y-%m-%dT%H:%M:%S}"
    lately = {ref for ref, record in stored.items() if record.version.seen_at >= began_at}
    return [record for record in records if record.ref in saved or record.ref in lately]


def _heal_unseen(tenant: str, window: Window, ports: Ports) -> None:
    """Have the books compared live where the system can no longer show all that was deleted. Source: I5, I8."""
    if window.unseen:
        because = f"deletions cannot be seen any more: {', '.join(window.unseen)}, {window.cursor}"[:500]
        ports.queue.send([CrossfootRequest(tenant=tenant, live=True, because=because)])


def _move(tenant: str, system: System, seen: Position, window: Window, progress: Progress, ports: Ports) -> None:
    """Move the cursor on, unless it was set back: then all is read again from there, by a run of its own.

    Raises: Conflict when somebody else moved it on.
    """
    if window.cursor == seen.cursor and not seen.run:
        return
    try:
        ports.cursors.move(tenant, system, seen, window.cursor, progress, done=not window.more)
    except Conflict:
        now = ports.cursors.load(tenant, system)
        if now.run != seen.run and not now.cursor:
            # Not an error: the message would come back after minutes, and hold the run's own nudge back until then.
            return
        if not seen.cursor or now.cursor != seen.cursor:
            raise
        # Only a run was begun meanwhile (the partner pressed the button): this window counts for it, and it goes on with
        # the nudge that came with it.
        ports.cursors.move(tenant, system, now, window.cursor, progress, done=False)


def _tell_of_the_end(tenant: str, connection: Connection, run: FetchRun, progress: Progress, ports: Ports) -> None:
    """Note in the connection's history that a run is complete, once, and what it read. Source: C6.

    Before the run ends: a worker that dies between finds its line, and adds no other.
    """
    system = connection.system
    told = _TOLD.get(_what_it_was(run, connection))
    if told is None:
        return
    begun = f"{told} (begun {run.started_at:%Y-%m-%d %H:%M:%S} UTC):"
    if not any(event.what.startswith(begun) for event in ports.connections.load_history(tenant, system)):
        ports.connections.note(tenant, system, f"{begun} {describe(run.progress + progress)}")


def _what_it_was(run: FetchRun, connection: Connection) -> FetchKind:
    """Say what a run was: one by hand that was cut off, and joined when the system was connected again, caught up."""
    is_joined = connection.connected_at is not None and connection.connected_at > run.started_at
    return FetchKind.CATCH_UP if run.kind is FetchKind.NEW_DATA and is_joined else run.kind
