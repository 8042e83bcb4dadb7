"""What payments bring to one invoice, and how the rows that carry them name them."""

from collections.abc import Iterable, Sequence

from crossfoot.core.eligibility import is_external
from crossfoot.core.holds import wants
from crossfoot.core.model import ACCOUNTING, PLATFORM, PSA, Kind, Payment, Ref
from crossfoot.core.rows import Paid


def invoices_of(payment: Payment) -> tuple[Ref, ...]:
    """List the invoices that a payment pays or used to pay: an edit, a move or a void concerns all of them (E5)."""
    return tuple(dict.fromkeys((*(part.invoice for part in payment.allocations), *payment.former_invoices)))


def external_parts(payments: Iterable[Payment], invoice: Ref) -> tuple[Paid, ...]:
    """Pick the external payments' parts on an invoice.

    Source: E1; void and deleted payments have no part (E5), nor has one that the partner holds from there (X1).
    """
    return tuple(
        Paid(payment.ref.id, sum(part.amount_minor for part in parts), payment.paid_on)
        for payment in payments
        if wants(payment, PSA) and payment.paid_on is not None and is_external(payment)
        if (parts := [part for part in payment.allocations if part.invoice == invoice and part.amount_minor])
    )


def platform_parts(payments: Iterable[Payment], names: Iterable[Ref]) -> tuple[Paid, ...]:
    """Pick the platform payments' parts on an invoice, by whichever of its copies they name it. Source: P1, P2, X1."""
    copies = frozenset(names)
    return tuple(
        Paid(str(payment.ref), sum(part.amount_minor for part in parts), payment.paid_on)
        for payment in payments
        if payment.ref.system is PLATFORM and wants(payment, PSA) and payment.paid_on is not None
        if (parts := [part for part in payment.allocations if part.invoice in copies and part.amount_minor])
    )


def carried_payment(name: str) -> Ref:
    """Read back which payment a row carries: QuickBooks' by their bare ids, the platform's as `platform-pay_1`."""
    prefix = f"{PLATFORM}-"
    if name.startswith(prefix):
        return Ref(PLATFORM, Kind.PAYMENT, name.removeprefix(prefix))
    return Ref(ACCOUNTING, Kind.PAYMENT, name)


def carried_as(payment: Payment) -> str:
    """Name a payment as the rows do."""
    return str(payment.ref) if payment.ref.system is PLATFORM else payment.ref.id


def name_payments(payments: Sequence[Ref]) -> str:
    """Write which payments are meant: `payments 77, 78 in QuickBooks and payment pay_1 of the platform`."""
    named = []
    for system, where in ((ACCOUNTING, "in QuickBooks"), (PLATFORM, "of the platform")):
        ids = [payment.id for payment in payments if payment.system is system]
        if ids:
            named.append(f"payment{'s' if len(ids) > 1 else ''} {', '.join(ids)} {where}")
    return " and ".join(named)
