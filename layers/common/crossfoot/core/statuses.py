"""The state of an invoice and of a payment in one word, as the platform shows it (I3, I5, I6, X1)."""

from collections.abc import Iterable
from enum import StrEnum

from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import Invoice, Standing


class InvoiceStatus(StrEnum):
    """How an invoice stands."""

    OPEN = "open"
    PARTIAL = "partial"
    PAID = "paid"
    VOID = "void"
    ARCHIVED = "archived"


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
    """Name an invoice's state. Source: I3 (part paid), I5 (deleted is archived), I6 (void is not paid)."""
    match invoice.standing:
        case Standing.DELETED:
            return InvoiceStatus.ARCHIVED
        case Standing.VOID:
            return InvoiceStatus.VOID
    if not invoice.balance_minor:
        return InvoiceStatus.PAID
    return InvoiceStatus.PARTIAL if invoice.balance_minor < invoice.total_minor else InvoiceStatus.OPEN


def status_of_outcome(outcome: Outcome) -> PaymentStatus:
    """Name the state that a decision leaves a payment in."""
    return _BY_OUTCOME[outcome]


def gravest(parts: Iterable[tuple[PaymentStatus, Decision]]) -> tuple[PaymentStatus, Decision]:
    """Pick the part of a payment that its state as a whole is told by; of equals, the first."""
    order = list(PaymentStatus)
    return min(parts, key=lambda part: order.index(part[0]))
