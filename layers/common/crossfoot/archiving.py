"""Archive all that lies outside the import filters, or bring it back, page by page (C5)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from crossfoot.core.fetching import FetchKind, FetchRun, Progress, count, describe_walk
from crossfoot.core.model import PSA, CreditMemo, Customer, Invoice, Kind, Record, Ref
from crossfoot.core.pacing import Pace, in_no_hurry
from crossfoot.letting_in import outside
from crossfoot.messages import ArchiveOutside, CrossfootRequest
from crossfoot.ports import Book, Connections, FetchRuns, FilterStore, ListPage, Queue

PAGE = 200
_KINDS = (Kind.CUSTOMER, Kind.INVOICE, Kind.CREDIT_MEMO)

type Filterable = Customer | Invoice | CreditMemo


class Shelf(Protocol):
    """What is needed to archive what lies outside; a step's own ports offer it."""

    @property
    def book(self) -> Book: ...
    @property
    def connections(self) -> Connections: ...
    @property
    def filters(self) -> FilterStore: ...
    @property
    def queue(self) -> Queue: ...
    @property
    def runs(self) -> FetchRuns: ...


def walk_outside(message: ArchiveOutside, ports: Shelf, remaining_ms: Callable[[], int] = in_no_hurry) -> None:
    """Archive what the filters no longer let in, or bring it back, as the run says, until the time is nearly over.

    The rest goes on by message. In ConnectWise nothing changes. What the partner archived itself stays archived.
    Raises: errors of our table. What was done by then is done, and is counted once.
    Source: C5.
    """
    pace = Pace(remaining_ms)
    while True:
        walk = ports.runs.load_walk(message.tenant, message.run)
        if walk is None or walk[0].finished_at is not None:
            return
        to = _walk_page(message.tenant, walk, ports)
        if not to:
            return
        if not pace.has_time():
            rest = ArchiveOutside(tenant=message.tenant, run=message.run, because=f"from {to}"[:500])
            ports.queue.send([rest])
            return


def _walk_page(tenant: str, walk: tuple[FetchRun, str], ports: Shelf) -> str:
    """Do the page where a walk is, and move it on. Returns: where to, "" at the end."""
    run, at = walk
    kind, cursor = _read_place(at)
    page = _load_page(tenant, kind, cursor, ports.book)
    do = _archive if run.kind is FetchKind.ARCHIVE_OUTSIDE else _bring_back
    progress = do(
        tenant, run, [each for each in page.records if isinstance(each, Customer | Invoice | CreditMemo)], ports
    )
    to = _place_behind(kind, page.next_cursor)
    if not to:
        _finish(tenant, run, run.progress + progress, ports)
    ports.runs.move_walk(tenant, walk, to, progress, done=not to)
    return to


def _archive(tenant: str, run: FetchRun, records: Sequence[Filterable], ports: Shelf) -> Progress:
    """Archive what lies outside. What this run archived before its worker died is marked by it, and counted now."""
    # Read for each page: the partner may widen them meanwhile.
    found = {record.ref for record, _ in outside(tenant, records, ports.filters.load(tenant), ports.book)}
    ports.book.archive(tenant, found, archived=True, run=run.id)
    return _count(found | {each.ref for each in records if each.keeping.by_run == run.id})


def _bring_back(tenant: str, run: FetchRun, records: Sequence[Filterable], ports: Shelf) -> Progress:
    """Bring back what was archived as outside, and count what lies outside then."""
    found = {each.ref for each in records if each.keeping.archived and each.keeping.by_run}
    ports.book.archive(tenant, found, archived=False, run=run.id)
    now = [_as_brought_back(each) if each.ref in found else each for each in records]
    still = outside(tenant, now, ports.filters.load(tenant), ports.book)
    return _count(found | {each.ref for each in records if each.keeping.by_run == run.id}, len(still))


def _finish(tenant: str, run: FetchRun, progress: Progress, ports: Shelf) -> None:
    """Leave a line in the history, and pick up the payments that were passed over meanwhile.

    Before the run ends: a worker that dies between finds its own line.
    """
    what = describe_walk(run.kind, progress)
    # One before the run is of another that did as much.
    since = (event for event in ports.connections.load_history(tenant, PSA)[-1:] if event.at >= run.started_at)
    if what not in [event.what for event in since]:
        ports.connections.note(tenant, PSA, what)
    if run.kind is FetchKind.RESTORE_OUTSIDE and progress.total:
        ports.queue.send([CrossfootRequest(tenant=tenant, every_payment=True, because=f"restored {run.id}")])


def _as_brought_back(record: Filterable) -> Record:
    return replace(record, keeping=replace(record.keeping, archived=False))


def _count(refs: set[Ref], outside_now: int = 0) -> Progress:
    return count((ref.kind for ref in refs), outside=outside_now)


def _load_page(tenant: str, kind: Kind, cursor: str, book: Book) -> ListPage:
    if kind is Kind.CUSTOMER:
        return book.list_named(tenant, Kind.CUSTOMER, prefix="", system=PSA, cursor=cursor, limit=PAGE)
    return book.list_records(tenant, kind, first=None, last=None, system=PSA, cursor=cursor, limit=PAGE)


def _read_place(place: str) -> tuple[Kind, str]:
    kind, _, cursor = place.partition(" ")
    return Kind(kind or _KINDS[0]), cursor


def _place_behind(kind: Kind, cursor: str) -> str:
    """Name the next page of a kind, or the first one of the next kind; "" behind the last."""
    if cursor:
        return f"{kind} {cursor}"
    following = _KINDS[_KINDS.index(kind) + 1 :]
    return f"{following[0]} " if following else ""
