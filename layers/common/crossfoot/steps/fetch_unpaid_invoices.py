"""fetch_unpaid_invoices: read every unpaid invoice of a system again, so that one paid elsewhere is healed (I7)."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crossfoot.core.fetching import FetchRun, Progress, count
from crossfoot.core.model import PSA, CreditMemo, Invoice, Kind, Ref, Standing, System
from crossfoot.core.pacing import Pace, in_no_hurry
from crossfoot.follow_ups import follow_ups
from crossfoot.letting_in import is_left_out
from crossfoot.messages import FetchUnpaid
from crossfoot.ports import (
    Book,
    Clock,
    Connections,
    EffectStore,
    FetchRuns,
    Matches,
    Origins,
    PreferencesStore,
    Queue,
    Source,
    Systems,
    Waiting,
    is_connected,
)
from crossfoot.rereading import reread_credit_memos, reread_invoices

# Whole calls in either system: ten of 150 to ConnectWise, three of 500 to QuickBooks, which meters them.
INVOICES_PER_READ = 1_500
# As many as the book lists at once.
PAGE = 1_000


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    book: Book
    clock: Clock
    connections: Connections
    effects: EffectStore
    matches: Matches
    origins: Origins
    preferences: PreferencesStore
    queue: Queue
    runs: FetchRuns
    systems: Systems
    waiting: Waiting


def fetch_unpaid_invoices(message: FetchUnpaid, ports: Ports, remaining_ms: Callable[[], int] = in_no_hurry) -> int:
    """Walk the unpaid invoices of a system, until the end or until the time is nearly over; the rest goes on by message.

    Returns: how many invoices were read. While the system is not connected the run stays where it is, is shown as stuck,
    and goes on when it is connected again.
    Raises: errors of the vendor and of our table. What was saved by then is saved, and is read again.
    Source: I7, I5.
    """
    tenant, system = message.tenant, message.system
    if not is_connected(ports.connections, tenant, system):
        return 0
    source, pace, total = ports.systems.source(tenant, system), Pace(remaining_ms), 0
    while True:
        walk = ports.runs.load_walk(tenant, message.run)
        if walk is None or walk[0].finished_at is not None:
            return total
        read, cursor = _heal(tenant, source, walk, ports)
        total += read
        if not cursor:
            return total
        if not pace.has_time():
            because = f"from {cursor}"[:500]
            ports.queue.send([FetchUnpaid(tenant=tenant, system=system, run=message.run, because=because)])
            return total


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a walk is. Takes: `healing` are invoices that are about to leave the list of the unpaid by being saved."""

    cursor: str = ""
    healing: tuple[str, ...] = ()

    def to_text(self) -> str:
        return json.dumps([self.cursor, *self.healing]) if self != _Place() else ""


def _read_place(text: str) -> _Place:
    cursor, *healing = json.loads(text or '[""]')
    return _Place(cursor, tuple(healing))


def _heal(tenant: str, source: Source, walk: tuple[FetchRun, str], ports: Ports) -> tuple[int, str]:
    """Read some invoices again, save them, queue what follows, and move the walk on. Returns: how many, and to where.

    What is healed is unpaid no longer, so a worker that dies after it was saved would not find it on the list again. Its
    ids are noted in the walk before.
    """
    place = _read_place(walk[1])
    known, cursor = _next_unpaid(tenant, source.system, place.cursor, ports.book)
    noted = _load_noted(tenant, source.system, place, known, ports.book)
    records = reread_invoices([*known, *noted], source, ports.clock.now())
    healing = tuple(sorted(record.ref.id for record in records if not _is_unpaid(record)))
    if set(healing) - set(place.healing):
        walk = _note(tenant, walk, _Place(place.cursor, healing), ports)
    # Before the invoices: once they are saved, nothing shows any more that credits were applied to them.
    ports.book.save(tenant, _reread_credits(tenant, [*known, *noted], records, ports))
    ports.book.save(tenant, records)
    read = {record.ref for record in records}
    gone = [invoice for invoice in noted if invoice.ref not in read]
    ports.queue.send(follow_ups(tenant, [*records, *gone], ports))
    progress = count(record.ref.kind for record in (*records, *gone))
    ports.runs.move_walk(tenant, walk, _Place(cursor).to_text(), progress, done=not cursor)
    return progress.total, cursor


def _reread_credits(tenant: str, known: Sequence[Invoice], read: Sequence[Invoice], ports: Ports) -> list[CreditMemo]:
    """Read the credit memos of customers again of whose invoices other credits than before are taken off. Source: I3.

    QuickBooks does not say what is credited, and shows a credit memo that was applied as changed.
    """
    before = {invoice.ref: invoice.credited_minor for invoice in known}
    moved = {invoice.customer for invoice in read if invoice.credited_minor != before.get(invoice.ref)}
    memos = [
        memo for customer in sorted(filter(None, moved)) for memo in _credit_memos_of(tenant, customer, ports.book)
    ]
    return reread_credit_memos(memos, ports.systems.psa(tenant)) if memos else []


def _credit_memos_of(tenant: str, customer: Ref, book: Book) -> Iterator[CreditMemo]:
    cursor = ""
    while True:
        page = book.list_records(
            tenant, Kind.CREDIT_MEMO, first=None, last=None, system=PSA, cursor=cursor, limit=PAGE, customer=customer
        )
        yield from (record for record in page.records if isinstance(record, CreditMemo))
        cursor = page.next_cursor
        if not cursor:
            return


def _is_unpaid(invoice: Invoice) -> bool:
    return invoice.standing is Standing.LIVE and invoice.balance_minor != 0


def _note(tenant: str, walk: tuple[FetchRun, str], place: _Place, ports: Ports) -> tuple[FetchRun, str]:
    ports.runs.move_walk(tenant, walk, place.to_text(), Progress(), done=False)
    return walk[0], place.to_text()


def _load_noted(tenant: str, system: System, place: _Place, known: Sequence[Invoice], book: Book) -> list[Invoice]:
    """Load what a worker that died may have saved already."""
    listed = {invoice.ref for invoice in known}
    refs = [ref for ref in (Ref(system, Kind.INVOICE, id_) for id_ in place.healing) if ref not in listed]
    return [record for record in book.load_many(tenant, refs).values() if isinstance(record, Invoice)]


def _next_unpaid(tenant: str, system: System, cursor: str, book: Book) -> tuple[list[Invoice], str]:
    """Gather unpaid invoices, until their reads are well filled or there are no more; a page may be a short one."""
    found: list[Invoice] = []
    while len(found) < INVOICES_PER_READ:
        page = book.list_unpaid(tenant, system, cursor=cursor, limit=min(PAGE, INVOICES_PER_READ - len(found)))
        found += [record for record in page.records if isinstance(record, Invoice) and not is_left_out(record)]
        cursor = page.next_cursor
        if not cursor:
            break
    return found, cursor
