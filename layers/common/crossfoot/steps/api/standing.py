"""Say how a record stands now, by the same rules that keep it (C3, C4, C5, I1, I3, I5, I6, X1)."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from crossfoot.core.decisions import Decision, did, skipped, waits
from crossfoot.core.filters import ImportFilters
from crossfoot.core.matching import is_imported
from crossfoot.core.model import (
    PSA,
    SYSTEM_NAMES,
    Billed,
    CreditMemo,
    Customer,
    Deposit,
    Invoice,
    Payout,
    PayoutItem,
    PayoutState,
    Ref,
    Standing,
)
from crossfoot.core.money import format_minor
from crossfoot.core.statuses import CreditMemoStatus, InvoiceStatus
from crossfoot.core.unread_lines import decide_lines
from crossfoot.letting_in import judge, outside
from crossfoot.steps.api.needs import Ports


def invoice_now(invoice: Invoice) -> Iterator[Decision]:
    """Say what an invoice's system shows of it."""
    match invoice.standing:
        case Standing.VOID:
            yield did(invoice.ref, "I6", "void", "It was voided, and counts as void, not as paid.")
        case Standing.DELETED:
            yield _deleted(invoice.ref)
        case Standing.LIVE if not invoice.balance_minor:
            yield did(invoice.ref, "I3", InvoiceStatus.PAID, "It is paid in full.")
        case Standing.LIVE:
            open_amount = format_minor(invoice.balance_minor, invoice.currency)
            partial = abs(invoice.balance_minor) < abs(invoice.total_minor)
            code = InvoiceStatus.PARTIAL if partial else InvoiceStatus.OPEN
            yield did(invoice.ref, "I3", code, f"{open_amount} of it is open.")


def credit_memo_now(memo: CreditMemo, payments: Sequence[Ref]) -> Iterator[Decision]:
    """Say what a credit memo's system shows of it. Takes: `payments` are those that are known to apply it."""
    match memo.standing:
        case Standing.VOID:
            yield did(memo.ref, "I6", "void", "It was voided, and lowers no balance.")
        case Standing.DELETED:
            yield _deleted(memo.ref)
        case Standing.LIVE if not memo.remaining_minor:
            sentence = "It is applied in full: the invoices that it went to are lower by it."
            yield did(memo.ref, "I3", CreditMemoStatus.APPLIED, sentence, *payments)
        case Standing.LIVE:
            left = format_minor(memo.remaining_minor, memo.currency)
            partial = memo.remaining_minor < memo.total_minor
            code = CreditMemoStatus.PARTIAL if partial else CreditMemoStatus.OPEN
            yield did(memo.ref, "I3", code, f"{left} of it is not applied yet.", *payments)


def lines_now(ports: Ports, tenant: str, record: Billed) -> Iterator[Decision]:
    """Say which of its lines may not be read. Source: C3, X1."""
    if record.ref.system is PSA:
        yield from decide_lines(record, ports.book.load_lines(tenant, record))


def deposit_now(deposit: Deposit, payments: Sequence[Ref]) -> Iterator[Decision]:
    """Say what a deposit's system shows of it. Source: I1, D3."""
    if deposit.standing is Standing.DELETED:
        yield _deleted(deposit.ref)
        return
    sentence = f"It was read from QuickBooks and holds {len(payments)} of its payments. ConnectWise has no deposits."
    yield did(deposit.ref, "D3", "imported", sentence, *payments)


def payout_now(payout: Payout, items: Sequence[PayoutItem]) -> Iterator[Decision]:
    """Say what the platform tells of a payout. Source: D2, X1."""
    payments = dict.fromkeys(item.payment for item in items if item.payment)
    what = f"{format_minor(payout.total_minor, payout.currency)} for {payout.arrives_on}, from {len(payments)} payments"
    match payout.state:
        case PayoutState.CREATED:
            yield waits(payout.ref, "D2", payout.state, f"The platform has announced it: {what}.", "", *payments)
        case PayoutState.PAID:
            yield did(payout.ref, "D2", payout.state, f"The platform has paid it out: {what}.", *payments)
        case PayoutState.FAILED:
            yield did(payout.ref, "D2", payout.state, f"It failed, and the money did not arrive: {what}.", *payments)


def customer_now(customer: Customer) -> Iterator[Decision]:
    """Say what a customer's system shows of it."""
    system = SYSTEM_NAMES[customer.ref.system]
    yield did(customer.ref, "I1", "imported", f"{customer.name} was read from {system}, and is used to match invoices.")
    if customer.standing is Standing.DELETED or not customer.active:
        yield did(customer.ref, "I5", "archived", f"{customer.name} is no longer active there, and is archived here.")


def keeping_now(ports: Ports, tenant: str, record: Invoice | CreditMemo | Customer) -> Iterator[Decision]:
    """Say what the partner and the import filters make of a record. Source: C4, C5, I5."""
    filters = ports.filters.load(tenant) if record.ref.system is PSA else ImportFilters()
    if record.keeping.archived:
        yield _archived_here(record.ref, as_outside=bool(record.keeping.by_run))
    if record.keeping.left_out:
        fix = "Widen the import filters under Connections; saving them reads everything again."
        yield skipped(record.ref, "C4", "left_out", _why_left_out(ports, tenant, record, filters), fix)
    for _, why in outside(tenant, [record], filters, ports.book):
        sentence = f"It stays in the book, as it came in before. {why.sentence}"
        fix = "Archive what lies outside the filters under Connections, or widen them."
        yield skipped(record.ref, "C5", "outside_filters", sentence, fix)


def copy_now(ports: Ports, tenant: str, invoice: Invoice, copies: Sequence[Invoice]) -> Iterator[Decision]:
    """Say of an invoice that takes part what keeps its other copy out, for that stops its payments too. Source: E2, X1."""
    for copy in copies:
        if copy.ref != invoice.ref and is_imported(invoice) and not is_imported(copy):
            for why in keeping_now(ports, tenant, copy):
                sentence = f"Of its copy in {SYSTEM_NAMES[copy.ref.system]}: {why.sentence}"
                yield replace(why, record=invoice.ref, sentence=sentence, about=(copy.ref,))


def _archived_here(ref: Ref, *, as_outside: bool) -> Decision:
    if not as_outside:
        sentence = "The partner archived it here. Outside nothing was changed."
        return skipped(ref, "I5", "archived_here", sentence, "Bring it back where it is shown as archived.")
    sentence = (
        "The partner archived it here with all that the import filters no longer let in. Outside nothing was changed."
    )
    fix = "Bring it back where it is shown as archived, or all that was archived so under Connections."
    return skipped(ref, "C5", "archived_outside", sentence, fix)


def _why_left_out(ports: Ports, tenant: str, record: Invoice | CreditMemo | Customer, filters: ImportFilters) -> str:
    """Name the filter that keeps a record out. Source: C4, X1."""
    why = judge(tenant, record, filters, ports.book)
    if why is None:
        return "The import filters left it out when it was read. Those of now let it in, once it is read again."
    return f"{why.sentence} So nothing is done with it."


def _deleted(ref: Ref) -> Decision:
    return did(ref, "I5", "archived", f"It was deleted in {SYSTEM_NAMES[ref.system]}, and is archived here.")
