"""Show the marks that a partner leaves on records (B8)."""

from crossfoot.core.model import OutsidePayment
from crossfoot.messages.api.outside_payments import OutsidePaymentShape


def show_outside(payment: OutsidePayment | None) -> OutsidePaymentShape | None:
    """Show how something was paid outside, where it was."""
    if payment is None:
        return None
    return OutsidePaymentShape(paid_on=payment.paid_on, method=payment.method, note=payment.note)
