"""By which rule a row is written, and what is said of it (X1)."""

from crossfoot.core.model import PLATFORM, PSA, Invoice, Payment
from crossfoot.core.model import Standing as RecordStanding
from crossfoot.core.money import format_minor
from crossfoot.core.parts import carried_as, carried_payment, name_payments
from crossfoot.core.rows import Operation, RowWrite, Standing


def rule_of(payment: Payment, standing: Standing, write: RowWrite) -> str:
    """Name the rule that a write follows. Takes: `standing` is what stands before it."""
    if _is_taken_back(payment, standing, write):
        return "X1"
    if payment.ref.system is PLATFORM:
        return "P2" if payment.standing is not RecordStanding.LIVE else "P1"
    match write.operation:
        case Operation.ADOPT:
            return "E6"
        case Operation.DELETE:
            return "E5"
        case _ if len(write.carries) > 1:
            return "E7"
        case Operation.UPDATE:
            return "E5"
        case Operation.CREATE:
            return "E1"


def _is_taken_back(payment: Payment, standing: Standing, write: RowWrite) -> bool:
    """Tell whether a write takes out what the partner holds back."""
    name, held = carried_as(payment), payment.keeping.hold_from(PSA)
    return held is not None and name in standing.carries and name not in write.carries


def sentence_of(payment: Payment, psa: Invoice, write: RowWrite) -> str:
    """Say what a write does, for a bookkeeper."""
    where = f"ConnectWise invoice {psa.number}"
    payments = name_payments(tuple(map(carried_payment, write.carries)))
    if write.operation is Operation.ADOPT and not write.carries:
        return f"{where} shows no payment of ours any more."
    if write.operation is Operation.ADOPT:
        return f"{where} shows it already: {payments}. Crossfoot keeps it up to date from now on."
    assert write.row is not None
    amount = f"{format_minor(write.row.amount_minor, write.currency)} dated {write.row.paid_on}"
    if write.operation is Operation.CREATE:
        return f"Entered {amount} on {where}, for {payments}."
    if write.operation is Operation.UPDATE:
        return f"Changed the payment on {where} to {amount}, for {payments}."
    return f"Took back {amount} from {where}: {_why_back(payment)}."


def _why_back(payment: Payment) -> str:
    if payment.keeping.hold_from(PSA) is not None:
        return "you took it back"
    if payment.ref.system is not PLATFORM:
        return "QuickBooks no longer shows it"
    return f"on the platform it was {payment.taken_back}" if payment.taken_back else "it pays other invoices now"
