"""The state of a record in one word, as the platform shows it (C4, C5, I3, I5, I6, X1)."""

from collections.abc import Iterable
from enum import StrEnum

from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.holds import HELD
from crossfoot.core.model import CreditMemo, Customer, Invoice, Standing


class InvoiceStatus(StrEnum):
    """How an invoice stands."""

    OPEN = "open"
    PARTIAL = "partial"
    PAID = "paid"
    VOID = "void"
    ARCHIVED = "archived"
    LEFT_OUT = "left_out"


class CreditMemoStatus(StrEnum):
    """How a credit memo stands."""

    OPEN = "open"
    PARTIAL = "partial"
    APPLIED = "applied"
    VOID = "void"
    ARCHIVED = "archived"
    LEFT_OUT = "left_out"


class CustomerStatus(StrEnum):
    """How a customer stands."""

    ACTIVE = "active"
    ARCHIVED = "archived"
    LEFT_OUT = "left_out"


class PaymentStatus(StrEnum):
    """How far an external payment has come, gravest first: a payment over several invoices shows the gravest."""

    REFUSED = "refused"
    WAITING = "waiting"
    PENDING = "pending"
    SYNCED = "synced"
    SKIPPED = "skipped"


_BY_OUTCOME = {
    Outcome.REFUSED: PaymentStatus.REFUSED,
    Outcome.WAITS: PaymentStatus.WAITING,
    Outcome.DID: PaymentStatus.SYNCED,
    Outcome.SKIPPED: PaymentStatus.SKIPPED,
}


def invoice_status(invoice: Invoice) -> InvoiceStatus:
    """Name an invoice's state. Source: C4, I3 (part paid), I5 (deleted is archived), I6 (void is not paid)."""
    if is_archived(invoice):
        return InvoiceStatus.ARCHIVED
    if invoice.keeping.left_out:
        return InvoiceStatus.LEFT_OUT
    if invoice.standing is Standing.VOID:
        return InvoiceStatus.VOID
    if not invoice.balance_minor:
        return InvoiceStatus.PAID
    # Of a negative invoice both are negative.
    partial = abs(invoice.balance_minor) < abs(invoice.total_minor)
    return InvoiceStatus.PARTIAL if partial else InvoiceStatus.OPEN


def credit_memo_status(memo: CreditMemo) -> CreditMemoStatus:
    """Name a credit memo's state. Source: C4, I3, I5, I6."""
    if is_archived(memo):
        return CreditMemoStatus.ARCHIVED
    if memo.keeping.left_out:
        return CreditMemoStatus.LEFT_OUT
    if memo.standing is Standing.VOID:
        return CreditMemoStatus.VOID
    if not memo.remaining_minor:
        return CreditMemoStatus.APPLIED
    return CreditMemoStatus.PARTIAL if memo.remaining_minor < memo.total_minor else CreditMemoStatus.OPEN


def customer_status(customer: Customer) -> CustomerStatus:
    """Name a customer's state. Source: C4, I5."""
    if is_archived(customer):
        return CustomerStatus.ARCHIVED
    return CustomerStatus.LEFT_OUT if customer.keeping.left_out else CustomerStatus.ACTIVE


def is_archived(record: Invoice | CreditMemo | Customer) -> bool:
    """Tell whether a record is archived: by the partner, or because it is deleted (a customer: or inactive) there.

    Source: C5, I5.
    """
    gone = record.standing is Standing.DELETED or (isinstance(record, Customer) and not record.active)
    return gone or record.keeping.archived


def status_of_outcome(outcome: Outcome) -> PaymentStatus:
    """Name the state that a decision leaves a payment in."""
    return _BY_OUTCOME[outcome]


def gravest(parts: Iterable[tuple[PaymentStatus, Decision]]) -> tuple[PaymentStatus, Decision]:
    """Pick the part of a payment that its state as a whole is told by; of equals, the first.

    That the partner took it back from a book counts before what stands in the other one (X1).
    """
    order = list(PaymentStatus)

    def weight(part: tuple[PaymentStatus, Decision]) -> tuple[int, bool]:
        is_held = part[1].code == HELD
        return order.index(PaymentStatus.SYNCED if is_held else part[0]), not is_held

    return min(parts, key=weight)
