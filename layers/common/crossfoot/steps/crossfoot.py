"""crossfoot: compare a partner's books to the cent, say why they differ, and pick up what waits (X4)."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from crossfoot.core.comparing import REREADS, Comparison, Stage, Tally
from crossfoot.core.crossfoot import HELD_BACK, Difference, Pair, compare
from crossfoot.core.effects import Effect
from crossfoot.core.eligibility import is_external
from crossfoot.core.model import ACCOUNTING, PLATFORM, PSA, Invoice, Kind, Link, Payment, Record, Ref, Standing, System
from crossfoot.core.pacing import Pace, in_no_hurry
from crossfoot.core.parts import carried_as, external_parts, platform_parts
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.rows import Standing as RowStanding
from crossfoot.core.rows import standing_of
from crossfoot.errors import AuthExpired
from crossfoot.letting_in import is_imported, is_left_out
from crossfoot.linking import decide_unlinked, link_invoices
from crossfoot.messages import CrossfootRequest, MirrorPayment
from crossfoot.ports import (
    Book,
    Clock,
    Connections,
    EffectStore,
    ListPage,
    Matches,
    PreferencesStore,
    Queue,
    Reports,
    Systems,
    is_connected,
    why_unread,
)
from crossfoot.rereading import as_deleted, reread_invoices

PAGE = 200
# Whole calls in either system: ten of 150 to ConnectWise, three of 500 to QuickBooks, which meters them.
INVOICES_PER_READ = 1_500
# What the filters left out is listed too, and not read.
PAGES_PER_READ = 15
MAX_PARTNERS = 50_000
# What was told by then has come to rest, or waits for something that will call it.
LATELY = timedelta(days=3)

type _Payments = Mapping[Ref, tuple[Payment, ...]]


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


def crossfoot(request: CrossfootRequest, ports: Ports, remaining_ms: Callable[[], int] = in_no_hurry) -> None:
    """Compare every invoice of a partner, and queue the payments that an invoice with a difference has.

    The PSA is read afresh first, and with `live` the accounting too (whose reads are metered); the book is corrected by
    what they say. Only so are invoices noticed that were deleted in ConnectWise, which tells nobody. It goes on page by
    page until the time is nearly over, and the rest by message: one that dies costs the page that it was at. While another
    comparison is under way, that one is brought to its end first: this one was asked for later, and is to see all that was
    done before. Its report is stored as the newest when it is complete.
    Raises: errors of the vendor and of our table. Pages that were done by then are done.
    Source: X4; it also heals what a lost message left behind (I8).
    """
    tenant, pace, asked = request.tenant, Pace(remaining_ms), _asked_for(request, ports.clock)
    while True:
        comparison = ports.reports.begin(tenant, asked)
        if comparison.finished_at is None:
            comparison = _advance(tenant, comparison, ports)
        if comparison.id == asked.id and comparison.finished_at:
            return
        if not pace.has_time():
            ports.queue.send([_rest_of(request, comparison)])
            return


def _asked_for(request: CrossfootRequest, clock: Clock) -> Comparison:
    now = clock.now()
    return Comparison(request.comparison_id, request.live, request.every_payment, started_at=now, moved_at=now)


def _rest_of(request: CrossfootRequest, at: Comparison) -> CrossfootRequest:
    """Ask for what is left. Takes: `at` is the one under way, whose moves tell this message from the one before."""
    return CrossfootRequest(
        tenant=request.tenant,
        live=request.live,
        every_payment=request.every_payment,
        comparison=request.comparison_id,
        because=f"{at.id} after {at.moves}",
    )


def _advance(tenant: str, comparison: Comparison, ports: Ports) -> Comparison:
    """Do the next page of a comparison, and store where it is and what it found by then in one write."""
    match comparison.stage:
        case Stage.REREAD_PSA | Stage.REREAD_ACCOUNTING:
            found, place = _reread(tenant, REREADS[comparison.stage], comparison.place, ports)
        case Stage.COMPARE:
            page = _page(tenant, Kind.INVOICE, comparison.place, ports.book)
            found, place = _compare_page(tenant, comparison, page.records, ports), page.next_cursor
        case Stage.COUNT_PAYMENTS:
            page = _page(tenant, Kind.PAYMENT, comparison.place, ports.book)
            _look_at_the_latest(tenant, comparison, page.records, ports)
            found, place = Tally(payments=sum(map(_is_counted, page.records))), page.next_cursor
    to = comparison.moved(place, found, ports.clock.now())
    ports.reports.move(tenant, comparison, to)
    return to


def _page(
    tenant: str, kind: Kind, cursor: str, book: Book, *, system: System | None = None, limit: int = PAGE
) -> ListPage:
    return book.list_records(tenant, kind, first=None, last=None, system=system, cursor=cursor, limit=limit)


def _is_counted(record: Record) -> bool:
    if not isinstance(record, Payment) or record.standing is not Standing.LIVE:
        return False
    return record.ref.system is PLATFORM or is_external(record)


def _look_at_the_latest(tenant: str, comparison: Comparison, records: Iterable[Record], ports: Ports) -> None:
    """Queue what the platform told lately: a payment that neither book shows makes no difference between the two (X4)."""
    since = f"{comparison.started_at - LATELY:%Y-%m-%dT%H:%M:%S}"
    told = [r.ref for r in records if r.ref.system is PLATFORM and r.version.seen_at >= since]
    _ask_for(tenant, comparison, told, ports)


def _ask_for(tenant: str, comparison: Comparison, payments: Iterable[Ref], ports: Ports) -> None:
    because = f"crossfoot {comparison.started_at.isoformat()}"
    ports.queue.send(
        [MirrorPayment(tenant=tenant, payment_id=ref.id, system=ref.system, because=because) for ref in payments]
    )


# --- reading afresh ----------------------------------------------------------------------------------------------------


def _reread(tenant: str, system: System, cursor: str, ports: Ports) -> tuple[Tally, str]:
    """Read some invoices again from their system; one that is gone there is deleted (I5).

    Returns: why it could not be read, where it could not; and where to go on.
    """
    if why := why_unread(ports.connections.load(tenant, system)):
        return Tally(unread={system: why}), ""
    known, cursor = _next_invoices(tenant, system, cursor, ports.book)
    try:
        read = reread_invoices(known, ports.systems.source(tenant, system), ports.clock.now()) if known else []
    except AuthExpired as error:
        # The connection says so from now on. What is known can be compared all the same, and the report says what it is.
        return Tally(unread={system: str(error)}), ""
    ports.book.save(tenant, read)
    return Tally(), cursor


def _next_invoices(tenant: str, system: System, cursor: str, book: Book) -> tuple[list[Invoice], str]:
    """Give as many of a system's known invoices as one read takes, and where to go on."""
    known: list[Invoice] = []
    for _ in range(PAGES_PER_READ):
        limit = min(PAGE, INVOICES_PER_READ - len(known))
        page = _page(tenant, Kind.INVOICE, cursor, book, system=system, limit=limit)
        known += [record for record in page.records if isinstance(record, Invoice) and not is_left_out(record)]
        cursor = page.next_cursor
        if not cursor or len(known) == INVOICES_PER_READ:
            break
    return known, cursor


def _reread_payments(tenant: str, payments: Iterable[Payment], ports: Ports) -> None:
    """Read the payments of invoices that do not agree: a deletion can be too old for any list of changes."""
    live = {payment.ref: payment for payment in payments if payment.standing is Standing.LIVE}
    if not live or not is_connected(ports.connections, tenant, ACCOUNTING):
        return
    found = ports.systems.accounting(tenant).fetch_payments([ref.id for ref in live])
    there, now = {*(payment.ref for payment in found.records), *found.unreadable}, ports.clock.now()
    gone = [as_deleted(payment, now) for ref, payment in live.items() if ref not in there]
    ports.book.save(tenant, [*found.records, *gone])


# --- comparing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Pairing:
    """Both copies of an invoice, and what we keep on its ConnectWise rows."""

    link: Link
    accounting: Invoice
    psa: Invoice
    standing: RowStanding

    @property
    def agrees(self) -> bool:
        """Tell whether there is nothing to explain."""
        one, other = self.accounting, self.psa
        return (one.balance_minor, one.total_minor, one.standing) == (
            other.balance_minor,
            other.total_minor,
            other.standing,
        )


def _compare_page(tenant: str, comparison: Comparison, records: Sequence[Record], ports: Ports) -> Tally:
    invoices = {record.ref: record for record in records if isinstance(record, Invoice)}
    links = link_invoices(tenant, tuple(invoices.values()), ports.book, ports.effects, ports.matches)
    pairings = _look_again(tenant, list(_pair_up(tenant, invoices, links, ports)), ports)
    payments = _load_payments(tenant, comparison, pairings, ports)
    compared = ((pairing, _compare(pairing, payments)) for pairing in pairings if not pairing.agrees)
    differences = {pairing.link.accounting: difference for pairing, difference in compared if difference is not None}
    to_mend = [ref for ref, difference in differences.items() if difference.code != HELD_BACK]
    waiting = _waiting(comparison, pairings, to_mend, payments)
    if not ports.preferences.load(tenant).external_payments_enabled:
        waiting = [ref for ref in waiting if ref.system is PLATFORM]
    # Queued before the page is counted: a worker that dies between leaves nothing out, and asks once more at worst.
    _ask_for(tenant, comparison, waiting, ports)
    return Tally(
        pairs=len(pairings),
        difference_count=len(differences),
        one_sided=_one_sided(tenant, (invoice for ref, invoice in invoices.items() if ref not in links), ports),
        differences=tuple(differences.values()),
    )


def _pair_up(
    tenant: str, invoices: Mapping[Ref, Invoice], links: Mapping[Ref, Link], ports: Ports
) -> Iterator[_Pairing]:
    """Pair the invoices of the accounting with their copies: so a pair is counted once."""
    others = ports.book.load_many(tenant, [link.other(ref) for ref, link in links.items()])
    effects = ports.effects.load_latest_of(tenant, PAYMENT_ROWS, {link.psa for link in links.values()})
    for ref, invoice in invoices.items():
        link = links.get(ref)
        if link is not None and ref == link.accounting:
            other = others.get(link.psa)
            if isinstance(other, Invoice):
                yield _Pairing(link, invoice, other, standing_of(effects.get(link.psa)))


def _look_again(tenant: str, pairings: list[_Pairing], ports: Ports) -> list[_Pairing]:
    """Read the ConnectWise copies of pairs that do not agree once more: they may have been paid since the first look.

    What we entered is read before that: of a payment in between ConnectWise tells, and then the copies agree.
    """
    doubtful = {p.link: p for p in pairings if not p.agrees and not is_left_out(p.psa)}
    if not doubtful or not is_connected(ports.connections, tenant, PSA):
        return pairings
    effects = ports.effects.load_latest_of(tenant, PAYMENT_ROWS, [link.psa for link in doubtful])
    copies = [pairing.psa for pairing in doubtful.values()]
    read = reread_invoices(copies, ports.systems.source(tenant, PSA), ports.clock.now())
    # What is gone was for the first look to tell: among these few it cannot be seen that a role hides them all.
    ports.book.save(tenant, [invoice for invoice in read if invoice.standing is not Standing.DELETED])
    records = ports.book.load_many(tenant, [ref for link in doubtful for ref in (link.accounting, link.psa)])
    return [_renewed(each, records, effects.get(each.link.psa)) if each.link in doubtful else each for each in pairings]


def _renewed(pairing: _Pairing, records: Mapping[Ref, Record], effect: Effect | None) -> _Pairing:
    one, other = records.get(pairing.link.accounting), records.get(pairing.link.psa)
    assert isinstance(one, Invoice), "a record never leaves the book"
    assert isinstance(other, Invoice), "a record never leaves the book"
    return _Pairing(pairing.link, one, other, standing_of(effect))


def _one_sided(tenant: str, invoices: Iterable[Invoice], ports: Ports) -> dict[str, int]:
    alone = [invoice for invoice in invoices if invoice.standing is Standing.LIVE and is_imported(invoice)]
    reasons = decide_unlinked(tenant, alone, ports.book, ports.matches) if alone else {}
    return dict(Counter(why.code for why in reasons.values()))


def _load_payments(tenant: str, comparison: Comparison, pairings: Sequence[_Pairing], ports: Ports) -> _Payments:
    """Read the payments of the pairs that matter, those of pairs that do not agree afresh where that is asked for.

    Returns: the payments of a pair, by its copy in the accounting; those of the platform may name either copy.
    """
    payments = _payments_on([p.link for p in pairings if comparison.every_payment or not p.agrees], tenant, ports)
    doubtful = [pairing.link for pairing in pairings if not pairing.agrees]
    if comparison.live and doubtful:
        on_them = (payment for link in doubtful for payment in payments[link.accounting])
        _reread_payments(tenant, (payment for payment in on_them if payment.ref.system is ACCOUNTING), ports)
        payments = {**payments, **_payments_on(doubtful, tenant, ports)}
    return payments


def _payments_on(links: Sequence[Link], tenant: str, ports: Ports) -> _Payments:
    copies = [ref for link in links for ref in (link.accounting, link.psa)]
    found = ports.book.load_payments_of_many(tenant, copies) if copies else {}
    return {
        link.accounting: tuple({each.ref: each for each in (*found[link.accounting], *found[link.psa])}.values())
        for link in links
    }


def _compare(pairing: _Pairing, payments: _Payments) -> Difference | None:
    link, paying = pairing.link, payments[pairing.link.accounting]
    parts = (*external_parts(paying, link.accounting), *platform_parts(paying, (link.accounting, link.psa)))
    recorded = [each for each in paying if each.ref.system is ACCOUNTING and each.standing is Standing.LIVE]
    cash = [part for each in recorded for part in each.allocations if part.invoice == link.accounting]
    applied = [credit for each in recorded if _pays(each, link.accounting) for credit in each.credits]
    pair = Pair(
        pairing.accounting,
        pairing.psa,
        expected_minor=sum(part.amount_minor for part in parts),
        kept_minor=pairing.standing.total_minor,
        recorded_minor=sum(part.amount_minor for part in cash),
        credits_minor=sum(credit.amount_minor for credit in applied),
        held_minor=_held_minor(link, paying, PSA) - _held_minor(link, paying, ACCOUNTING),
    )
    return compare(pair)


def _held_minor(link: Link, paying: Iterable[Payment], system: System) -> int:
    """Add up what payments would bring to an invoice in a book, if the partner did not hold them back from there (X1)."""
    held = [each for each in paying if each.standing is Standing.LIVE and each.keeping.hold_from(system) is not None]
    wanted = [each for each in held if each.ref.system is PLATFORM or is_external(each)]
    copies = (link.accounting, link.psa)
    return sum(part.amount_minor for each in wanted for part in each.allocations if part.invoice in copies)


def _pays(payment: Payment, invoice: Ref) -> bool:
    """Tell whether an invoice gets anything of a payment; not one that only used to."""
    return invoice in payment.credit_only or any(part.invoice == invoice for part in payment.allocations)


def _waiting(
    comparison: Comparison, pairings: Iterable[_Pairing], differing: Iterable[Ref], payments: _Payments
) -> list[Ref]:
    """List the payments to look at once more, each once: all of a pair that differs, and what was not taken over."""
    waiting = dict.fromkeys(payment.origin or payment.ref for invoice in differing for payment in payments[invoice])
    if comparison.every_payment:
        for pairing in pairings:
            paying, carries = payments[pairing.link.accounting], pairing.standing.carries
            wanted = (each for each in paying if each.origin is None and each.keeping.hold_from(PSA) is None)
            left = (payment for payment in wanted if carried_as(payment) not in carries)
            waiting |= dict.fromkeys(payment.ref for payment in left)
    return list(waiting)


# --- nightly -----------------------------------------------------------------------------------------------------------


def request_for_all(ports: Ports) -> int:
    """Ask for a comparison of every connected partner, once a day. Returns: how many were asked for. Source: X4."""
    now = ports.clock.now()
    # Everybody who is connected was last read before tomorrow.
    tenants = ports.connections.list_due(PSA, now + timedelta(days=1), MAX_PARTNERS)
    ports.queue.send([CrossfootRequest(tenant=tenant, because=now.date().isoformat()) for tenant in tenants])
    return len(tenants)
