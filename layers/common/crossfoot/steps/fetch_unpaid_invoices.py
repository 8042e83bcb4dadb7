"""fetch_unpaid_invoices: read every unpaid invoice of a system again, so that one paid elsewhere is healed (I7)."""

from collections.abc import Callable
from dataclasses import dataclass

from crossfoot.core.fetching import FetchRun, count
from crossfoot.core.model import Invoice, System
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
    PreferencesStore,
    Queue,
    Source,
    Systems,
    is_connected,
)
from crossfoot.rereading import reread_invoices

# Six calls of 150 to ConnectWise, and as few to QuickBooks as it takes.
INVOICES_PER_READ = 900
PAGE = 300


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    book: Book
    clock: Clock
    connections: Connections
    effects: EffectStore
    preferences: PreferencesStore
    queue: Queue
    runs: FetchRuns
    systems: Systems


def fetch_unpaid_invoices(message: FetchUnpaid, ports: Ports, remaining_ms: Callable[[], int] = in_no_hurry) -> int:
    """Walk the unpaid invoices of a system, until the end or until the time is nearly over; the rest goes on by message.

    Returns: how many invoices were read. While the system is not connected the run stays where it is, is shown as stuck,
    and goes on when the partner presses again.
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


def _heal(tenant: str, source: Source, walk: tuple[FetchRun, str], ports: Ports) -> tuple[int, str]:
    """Read some invoices again, save them, queue what follows, and move the walk on. Returns: how many, and to where."""
    known, cursor = _next_unpaid(tenant, source.system, walk[1], ports.book)
    records = reread_invoices(known, source, ports.clock.now())
    ports.book.save(tenant, records)
    ports.queue.send(follow_ups(tenant, records, ports))
    progress = count(record.ref.kind for record in records)
    ports.runs.move_walk(tenant, walk, cursor, progress, done=not cursor)
    return len(records), cursor


def _next_unpaid(tenant: str, system: System, cursor: str, book: Book) -> tuple[list[Invoice], str]:
    """Gather unpaid invoices, until their reads are well filled or there are no more."""
    found: list[Invoice] = []
    while len(found) < INVOICES_PER_READ:
        page = book.list_unpaid(tenant, system, cursor=cursor, limit=min(PAGE, INVOICES_PER_READ - len(found)))
        found += [record for record in page.records if isinstance(record, Invoice) and not is_left_out(record)]
        cursor = page.next_cursor
        if not cursor:
            break
    return found, cursor
