"""crossfoot: compare a partner's books to the cent, say why they differ, and pick up what waits (X4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from crossfoot.core.crossfoot import Difference, Pair, Report, compare, report_on
from crossfoot.core.eligibility import is_external
from crossfoot.core.model import ACCOUNTING, PSA, Invoice, Kind, Link, Payment, Record, Ref, Standing, System
from crossfoot.core.planning import PAYMENT_ROWS, external_parts
from crossfoot.core.rows import Standing as RowStanding
from crossfoot.core.rows import standing_of
from crossfoot.letting_in import is_imported, is_left_out
from crossfoot.linking import decide_unlinked, link_invoices
from crossfoot.messages import CrossfootRequest, MirrorPayment
from crossfoot.ports import (
    Book,
    Clock,
    Connections,
    EffectStore,
    Matches,
    PreferencesStore,
    Queue,
    Reports,
    Systems,
    is_connected,
)
from crossfoot.rereading import as_deleted, reread_invoices

PAGE = 200
MAX_PARTNERS = 50_000


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    book: Book
    clock: Clock
    connections: Connections
    effects: EffectStore
    matches: Matches
    preferences: PreferencesStore
    queue: Queue
    reports: Reports
    systems: Systems


@dataclass(slots=True)
class _Tally:
    """What a comparison found so far."""

    pairs: int = 0
    one_sided: list[str] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    waiting: dict[Ref, str] = field(default_factory=dict)


def crossfoot(request: CrossfootRequest, ports: Ports) -> Report:
    """Compare every invoice of a partner, and queue the payments that an invoice with a difference has.

    The PSA is read afresh first, and with `live` the accounting too (whose reads are metered); the book is corrected by
    what they say. Only so are invoices noticed that were deleted in ConnectWise, which tells nobody.
    Returns: the report, stored as the newest.
    Source: X4; it also heals what a lost message left behind (I8).
    """
    tenant = request.tenant
    read_afresh = tuple(System) if request.live else (PSA,)
    for page in _pages(tenant, Kind.INVOICE, ports.book):
        _refresh(tenant, page, read_afresh, ports)
    tally = _Tally()
    for page in _pages(tenant, Kind.INVOICE, ports.book):
        _compare_page(request, page, tally, ports)
    payments = sum(
        1
        for page in _pages(tenant, Kind.PAYMENT, ports.book)
        for record in page
        if isinstance(record, Payment) and record.standing is Standing.LIVE and is_external(record)
    )
    now = ports.clock.now()
    report = report_on(
        now,
        live=request.live,
        pairs=tally.pairs,
        payments=payments,
        one_sided=tally.one_sided,
        differences=tally.differences,
    )
    if ports.preferences.load(tenant).external_payments_enabled:
        ports.queue.send(
            [
                MirrorPayment(tenant=tenant, payment_id=ref.id, because=f"crossfoot {now.isoformat()}")
                for ref in tally.waiting
            ]
        )
    ports.reports.save(tenant, report)
    return report


def _pages(tenant: str, kind: Kind, book: Book) -> Iterator[tuple[Record, ...]]:
    cursor = ""
    while True:
        page = book.list_records(tenant, kind, first=None, last=None, system=None, cursor=cursor, limit=PAGE)
        yield page.records
        if not page.next_cursor:
            return
        cursor = page.next_cursor


def _refresh(tenant: str, records: Sequence[Record], systems: Sequence[System], ports: Ports) -> None:
    """Read a page's invoices from their systems as they are now; one that is gone there is deleted (I5)."""
    for system in systems:
        known = [r for r in records if isinstance(r, Invoice) and r.ref.system is system and not is_left_out(r)]
        if known and is_connected(ports.connections, tenant, system):
            source = ports.systems.source(tenant, system)
            ports.book.save(tenant, reread_invoices(known, source, ports.clock.now()))


def _reread_payments(tenant: str, payments: Sequence[Payment], ports: Ports) -> tuple[Payment, ...]:
    """Read the payments of an invoice that does not agree: a deletion can be too old for any list of changes."""
    live = [payment for payment in payments if payment.standing is Standing.LIVE]
    if not live or not is_connected(ports.connections, tenant, ACCOUNTING):
        return tuple(payments)
    found = ports.systems.accounting(tenant).fetch_payments([payment.ref.id for payment in live])
    there, now = {*(payment.ref for payment in found.records), *found.unreadable}, ports.clock.now()
    gone = [as_deleted(payment, now) for payment in live if payment.ref not in there]
    ports.book.save(tenant, [*found.records, *gone])
    stored = ports.book.load_many(tenant, [payment.ref for payment in payments])
    return tuple(record for record in stored.values() if isinstance(record, Payment))


def _compare_page(request: CrossfootRequest, records: Sequence[Record], tally: _Tally, ports: Ports) -> None:
    tenant = request.tenant
    invoices = {record.ref: record for record in records if isinstance(record, Invoice)}
    links = link_invoices(tenant, tuple(invoices.values()), ports.book, ports.effects, ports.matches)
    others = ports.book.load_many(tenant, [link.other(ref) for ref, link in links.items()])
    effects = ports.effects.load_latest_of(tenant, PAYMENT_ROWS, {link.psa for link in links.values()})
    alone = (invoice for ref, invoice in invoices.items() if ref not in links)
    tally.one_sided.extend(_one_sided(tenant, alone, ports))
    for ref, invoice in invoices.items():
        link = links.get(ref)
        if link is not None and ref == link.accounting:  # a pair is counted once
            other = others.get(link.psa)
            if isinstance(other, Invoice):
                standing = standing_of(effects.get(link.psa))
                _compare_pair(request, _Pairing(link, invoice, other, standing), tally, ports)


def _one_sided(tenant: str, invoices: Iterable[Invoice], ports: Ports) -> list[str]:
    alone = [invoice for invoice in invoices if invoice.standing is Standing.LIVE and is_imported(invoice)]
    return [why.code for why in decide_unlinked(tenant, alone, ports.book, ports.matches).values()] if alone else []


@dataclass(frozen=True, slots=True)
class _Pairing:
    """Both copies of an invoice, and what we keep on its ConnectWise rows."""

    link: Link
    accounting: Invoice
    psa: Invoice
    standing: RowStanding


def _compare_pair(request: CrossfootRequest, pairing: _Pairing, tally: _Tally, ports: Ports) -> None:
    tally.pairs += 1
    agree = _agree(pairing.accounting, pairing.psa)
    if agree and not request.every_payment:
        return
    payments = ports.book.load_payments_of(request.tenant, pairing.link.accounting)
    if request.live and not agree:
        payments = _reread_payments(request.tenant, payments, ports)
    expected = sum(part.amount_minor for part in external_parts(payments, pairing.link.accounting))
    pair = Pair(pairing.accounting, pairing.psa, expected, pairing.standing.total_minor)
    difference = None if agree else compare(pair)
    if difference is not None:
        tally.differences.append(difference)
        tally.waiting.update((payment.ref, difference.code) for payment in payments)
    if request.every_payment:
        left = (payment.ref for payment in payments if payment.ref.id not in pairing.standing.carries)
        tally.waiting.update((ref, "not_taken_over") for ref in left)


def _agree(one: Invoice, other: Invoice) -> bool:
    return (one.balance_minor, one.total_minor, one.standing) == (
        other.balance_minor,
        other.total_minor,
        other.standing,
    )


def request_for_all(ports: Ports) -> int:
    """Ask for a comparison of every connected partner, once a day. Returns: how many were asked for. Source: X4."""
    now = ports.clock.now()
    # Everybody who is connected was last read before tomorrow.
    tenants = ports.connections.list_due(PSA, now + timedelta(days=1), MAX_PARTNERS)
    ports.queue.send([CrossfootRequest(tenant=tenant, because=now.date().isoformat()) for tenant in tenants])
    return len(tenants)
