"""tend_connection: once a day, what no list of changes tells: what is gone or came back, lost callbacks (I5, I8, C7)."""

import secrets
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeGuard

from crossfoot.archiving import walk_outside
from crossfoot.core.decisions import unreadable
from crossfoot.core.fetching import FetchKind, new_run
from crossfoot.core.model import PSA, CreditMemo, Customer, Invoice, Kind, Record, Ref, Standing, System
from crossfoot.core.pacing import in_no_hurry
from crossfoot.core.tending import (
    Worry,
    forecast_end,
    say,
    tells_of_many_gone,
    tells_of_refusal,
    too_many_gone,
)
from crossfoot.follow_ups import follow_ups
from crossfoot.letting_in import follow_changes, is_left_out, let_in
from crossfoot.messages import ArchiveOutside, Nudge, RetryParked, SendNotice, TendConnection
from crossfoot.notifying import send_notice
from crossfoot.parking import is_anything_parked, retry_what_is_parked, walk_parked
from crossfoot.ports import (
    CALLBACK_TOKEN,
    Attention,
    Book,
    Clock,
    Connection,
    Connections,
    ConnectionState,
    Cursors,
    EffectStore,
    FetchRuns,
    FilterStore,
    Grant,
    History,
    KeyDoor,
    ListPage,
    Mailbox,
    Matches,
    Notices,
    NotificationStore,
    Origins,
    PreferencesStore,
    Queue,
    Secrets,
    Systems,
    Waiting,
    callback_url,
)
from crossfoot.rereading import are_believed, as_deleted, as_live, keep_lines, reread_credit_memos

PAGE = 200
# A line of the history names so many at most.
NAMED = 5
# What was found deleted so lately follows once more: the worker that found it may have died before it queued anything.
LATELY = timedelta(days=1)
# A record that changed since then comes in by the list of changes, which is read every hour.
COMES_BY_ITSELF = timedelta(hours=3)
# Ten calls for the records and thirty for their lines; where there are more, everything is read again, this often at most.
READ_BY_ID = 1_500
EVERYTHING_AGAIN_EVERY = timedelta(days=7)
RUNS_LOOKED_AT = 100
# The book's lists that hold what ConnectWise counts as one kind.
_LISTS = {Kind.CUSTOMER: (Kind.CUSTOMER,), Kind.INVOICE: (Kind.INVOICE, Kind.CREDIT_MEMO)}

type Counted = Customer | Invoice | CreditMemo
type Request = TendConnection | ArchiveOutside | RetryParked | SendNotice
REQUESTS: tuple[type[Request], ...] = (TendConnection, ArchiveOutside, RetryParked, SendNotice)


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs. Takes: `mailbox` is None where e-mail is off; `public_url` as the API's."""

    attention: Attention
    book: Book
    clock: Clock
    connections: Connections
    cursors: Cursors
    effects: EffectStore
    matches: Matches
    filters: FilterStore
    history: History
    keys: KeyDoor
    mailbox: Mailbox | None
    notices: Notices
    notifications: NotificationStore
    origins: Origins
    preferences: PreferencesStore
    queue: Queue
    runs: FetchRuns
    secrets: Secrets
    systems: Systems
    waiting: Waiting
    public_url: str


def serve(request: Request, ports: Ports, remaining_ms: Callable[[], int] = in_no_hurry) -> None:
    """Do what one request asks for. Raises: errors of the vendor and of our table."""
    match request:
        case TendConnection():
            tend_connection(request.tenant, request.system, ports)
        case ArchiveOutside():
            walk_outside(request, ports, remaining_ms)
        case RetryParked():
            walk_parked(request, ports, remaining_ms)
        case SendNotice():
            send_notice(request, ports)


def tend_connection(tenant: str, system: System, ports: Ports) -> None:
    """Look after a connection, and leave a line in its history where something had to be mended.

    Doing it again changes nothing.
    Raises: errors of the vendor and of our table; what was mended by then is mended.
    Source: I5, I8, C7.
    """
    connection = ports.connections.load(tenant, system)
    if connection is None or connection.state is not ConnectionState.CONNECTED:
        return
    worries = [forecast_end(system, connection.credentials_expire_at, ports.clock.now())]
    if system is PSA:
        worries += [_take_census(tenant, kind, ports) for kind in _LISTS]
        _reread_credits(tenant, ports)
    reason, fix = say([worry for worry in worries if worry])
    if tells_of_many_gone(connection.reason) and not tells_of_many_gone(reason):
        # Whatever changed while it was hidden, no list of changes shows any more.
        _read_everything_again(tenant, "Nothing is missing in ConnectWise any more", ports)
    if reason or not tells_of_refusal(connection.reason):  # whether it still refuses, the next read tells
        ports.connections.warn(tenant, system, reason, fix)
    if system is PSA:
        _mend_callbacks(connection, ports)
    if is_anything_parked(tenant, ports.attention):
        # Whatever it waits for may have come without a word. Both connections ask, and are heard once.
        retry_what_is_parked(tenant, f"daily {ports.clock.now().date()}", ports)


# --- what is gone, and what came back, without a word -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """What the book holds of a kind: all of it, what lives, what is deleted, and what of that was lately found to be."""

    ids: frozenset[str]
    live: frozenset[Ref]
    dead: frozenset[Ref]
    lately: frozenset[Ref]


def _take_census(tenant: str, kind: Kind, ports: Ports) -> Worry | None:
    """Delete what ConnectWise shows no longer, bring back what it did not show for a while, and let in what never came.

    The book is read first: what is in it by then and not in ConnectWise afterwards, is gone.
    Returns: why nothing was deleted, where that is more than anybody deletes.
    """
    is_complete = _is_complete(tenant, ports)
    known, began_at = _known(tenant, kind, ports), ports.clock.now()
    there = ports.systems.psa(tenant).fetch_ids(kind)
    _bring_back(tenant, kind, [ref for ref in known.dead if ref.id in there], began_at, ports)
    if is_complete:
        _let_in_unheard_of(tenant, kind, there - known.ids, ports)
    gone = [ref for ref in known.live if ref.id not in there]
    if not are_believed(len(gone), len(known.live)):
        return too_many_gone(kind, len(gone), len(known.live))
    stored = ports.book.load_many(tenant, gone)
    deleted = [as_deleted(record, ports.clock.now()) for record in stored.values() if _lives(record)]
    _tell_of(tenant, "deleted in ConnectWise", deleted, ports)
    ports.book.save(tenant, deleted)
    lately = ports.book.load_many(tenant, known.lately)
    ports.queue.send(follow_ups(tenant, [*deleted, *lately.values()], ports))
    return None


def _bring_back(tenant: str, kind: Kind, refs: Sequence[Ref], began_at: datetime, ports: Ports) -> None:
    """Let records live again that are there after all: a role that shows fewer rows for a day hides them, no more.

    What changed of them meanwhile no list of changes shows any more, so they are read again too.
    Takes: `began_at` is from before the ids were read: what was found deleted since stays so.
    """
    found = _dead_among(tenant, refs, ports.book)
    if found:
        _tell_of(tenant, "in ConnectWise again", found, ports)
        read = _read_again(tenant, kind, [record.ref.id for record in found], ports)
        # Asked for twice: a worker may die once they are saved, and the reads' lane may look before they are.
        changed = follow_changes(tenant, read, ports.clock.now().isoformat(), ports.book)
        ports.queue.send(changed)
        ports.book.save(tenant, read)
        ports.queue.send([replace(message, because=f"saved {message.because}") for message in changed])
        # What is too much to be read, or cannot be, lives again as it was.
        left = _dead_among(tenant, [record.ref for record in found], ports.book)
        ports.book.save(tenant, [as_live(record, began_at) for record in left])
        # Should a worker die before this, the nightly comparison picks it up.
        stand = ports.book.load_many(tenant, [record.ref for record in found])
        ports.queue.send(follow_ups(tenant, [each for each in stand.values() if not is_left_out(each)], ports))


def _dead_among(tenant: str, refs: Sequence[Ref], book: Book) -> list[Counted]:
    stored = book.load_many(tenant, refs) if refs else {}
    records = (record for record in stored.values() if isinstance(record, Customer | Invoice | CreditMemo))
    return [record for record in records if record.standing is Standing.DELETED]


def _read_again(tenant: str, kind: Kind, ids: Sequence[str], ports: Ports) -> Sequence[Record]:
    found = ports.systems.psa(tenant).fetch_records(kind, ids[:READ_BY_ID])
    records = keep_lines(tenant, found.records, ports.book)
    return let_in(tenant, records, ports.filters.load(tenant), ports.book)[0]


def _is_complete(tenant: str, ports: Ports) -> bool:
    """Tell whether the book was read to the end by now: what a full read still has before it is not unheard of."""
    position = ports.cursors.load(tenant, PSA)
    return bool(position.cursor) and not position.run


def _let_in_unheard_of(tenant: str, kind: Kind, ids: Set[str], ports: Ports) -> None:
    """Let in what is there and never came: restored as it was, or hidden from our API member until a right was given.

    An id proves nothing; each record is read, and one that changed lately is left to the list of changes. More of them than
    a few calls read come with everything else, by a run of its own.
    Source: I1, I8.
    """
    if not ids:
        return
    found = ports.systems.psa(tenant).fetch_records(kind, sorted(ids)[:READ_BY_ID])
    ports.history.save(tenant, [unreadable(ref) for ref in found.unreadable])
    before = (ports.clock.now() - COMES_BY_ITSELF).strftime("%Y-%m-%dT%H:%M:%SZ")
    kept = ports.book.load_many(tenant, [record.ref for record in found.records])
    overdue = [record for record in found.records if record.version.updated_at < before and record.ref not in kept]
    if overdue and len(ids) > READ_BY_ID and not _was_all_read_lately(tenant, ports):
        _read_everything_again(tenant, f"Found {len(ids):,} in ConnectWise that had never come in", ports)
    elif overdue:
        records, _ = let_in(tenant, overdue, ports.filters.load(tenant), ports.book)
        _tell_of(tenant, "in ConnectWise that had never come in", overdue, ports)
        ports.book.save(tenant, records)
        # Should a worker die before this, the nightly comparison picks it up.
        ports.queue.send(follow_ups(tenant, [record for record in records if not is_left_out(record)], ports))


def _was_all_read_lately(tenant: str, ports: Ports) -> bool:
    """Tell whether a full read began lately: what it did not bring in, another one would not either."""
    since = ports.clock.now() - EVERYTHING_AGAIN_EVERY
    runs = ports.runs.list_runs(tenant, cursor="", limit=RUNS_LOOKED_AT).runs
    full = (run for run in runs if run.system is PSA and run.kind in (FetchKind.FIRST_IMPORT, FetchKind.RESYNC))
    return any(run.started_at >= since for run in full)


def _read_everything_again(tenant: str, why: str, ports: Ports) -> None:
    run = new_run(PSA, FetchKind.RESYNC, ports.clock.now(), secrets.token_hex(4))
    ports.connections.note(tenant, PSA, f"{why}: everything is read again")
    begun = ports.runs.begin(tenant, run, from_start=True)
    # Should a worker die before this, the sweep nudges within the hour.
    ports.queue.send([Nudge(tenant=tenant, system=PSA, because=f"unheard of {begun.id}")])


def _tell_of(tenant: str, how: str, found: Sequence[Counted], ports: Ports) -> None:
    """Leave a line in the history, before anything is saved: a worker that dies between finds its own line."""
    if found:
        some = ", ".join(sorted(map(_name, found))[:NAMED]) + (" …" if len(found) > NAMED else "")
        what = f"Found {len(found)} {how}: {some}"
        if what not in [event.what for event in ports.connections.load_history(tenant, PSA)[-1:]]:
            ports.connections.note(tenant, PSA, what)


def _known(tenant: str, kind: Kind, ports: Ports) -> _Known:
    ids: set[str] = set()
    live: set[Ref] = set()
    dead: set[Ref] = set()
    lately: set[Ref] = set()
    since = (ports.clock.now() - LATELY).strftime("%Y-%m-%dT%H:%M:%SZ")
    for page in (page for each in _LISTS[kind] for page in _pages(tenant, each, "", ports.book)):
        ids.update(record.ref.id for record in page.records)
        live.update(record.ref for record in page.records if _lives(record))
        deleted = [record for record in page.records if record.standing is Standing.DELETED]
        dead.update(record.ref for record in deleted)
        lately.update(record.ref for record in deleted if record.version.seen_at >= since)
    return _Known(frozenset(ids), frozenset(live), frozenset(dead), frozenset(lately))


def _lives(record: Record) -> TypeGuard[Counted]:
    """Tell whether a record should be there. What the partner archived is out of the way already."""
    if not isinstance(record, Customer | Invoice | CreditMemo) or record.keeping.archived:
        return False
    return record.standing is not Standing.DELETED


def _name(record: Counted) -> str:
    return record.name if isinstance(record, Customer) else record.number or str(record.ref)


def _pages(tenant: str, kind: Kind, cursor: str, book: Book) -> Iterator[ListPage]:
    """Walk one of the book's lists of ConnectWise's records, from a page on."""
    while True:
        if kind is Kind.CUSTOMER:
            page = book.list_named(tenant, Kind.CUSTOMER, prefix="", system=PSA, cursor=cursor, limit=PAGE)
        else:
            page = book.list_records(tenant, kind, first=None, last=None, system=PSA, cursor=cursor, limit=PAGE)
        yield page
        cursor = page.next_cursor
        if not cursor:
            return


# --- credits that were applied without a word ---------------------------------------------------------------------------


def _reread_credits(tenant: str, ports: Ports) -> None:
    """Read what is left of every credit memo: whether one that is applied shows as changed is undocumented. Source: I3."""
    memos = [memo for page in _pages(tenant, Kind.CREDIT_MEMO, "", ports.book) for memo in page.records]
    known = [memo for memo in memos if isinstance(memo, CreditMemo)]
    ports.book.save(tenant, reread_credit_memos(known, ports.systems.psa(tenant)))


# --- callbacks ---------------------------------------------------------------------------------------------------------


def _mend_callbacks(connection: Connection, ports: Ports) -> None:
    """Register again what ConnectWise dropped: it disables a callback that was not answered for three days. Source: I8."""
    values = ports.secrets.load(connection.tenant, PSA).values
    token = values.get(CALLBACK_TOKEN)
    if not token:
        return
    grant = Grant(connection.account_id, connection.account_name, values, details=connection.details)
    mended = ports.keys.ensure_callbacks(grant, callback_url(ports.public_url, token))
    if mended:
        ports.connections.note(
            connection.tenant, PSA, f"Registered {mended} callbacks again that ConnectWise had dropped"
        )
