"""The state of a payable in one word, as the platform shows it (B1, B4, B6, B8)."""

from enum import StrEnum

from crossfoot.core.model import Standing
from crossfoot.core.payables.open_amounts import OnPlatform, is_scheduled
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor, VendorCredit


class BillStatus(StrEnum):
    """How a bill stands."""

    OPEN = "open"
    PARTIAL = "partial"
    PAID = "paid"
    PAID_OUTSIDE = "paid_outside"
    VOID = "void"
    DELETED = "deleted"
    LEFT_OUT = "left_out"


class VendorCreditStatus(StrEnum):
    """How a vendor credit stands."""

    OPEN = "open"
    PARTIAL = "partial"
    APPLIED = "applied"
    VOID = "void"
    DELETED = "deleted"
    LEFT_OUT = "left_out"


class BillPaymentStatus(StrEnum):
    """How a bill payment stands: `scheduled` is one whose money is still to go."""

    SCHEDULED = "scheduled"
    PAID = "paid"
    VOID = "void"
    DELETED = "deleted"
    LEFT_OUT = "left_out"


class VendorStatus(StrEnum):
    """How a vendor stands."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"
    LEFT_OUT = "left_out"


type PayableStatus = BillStatus | VendorCreditStatus | BillPaymentStatus | VendorStatus


def bill_status(bill: Bill, on_platform: OnPlatform) -> BillStatus:
    """Name a bill's state. Source: B1, B6, B8."""
    aside = _aside(bill)
    if aside:
        return BillStatus(aside)
    if on_platform.outside_minor:
        return BillStatus.PAID_OUTSIDE
    if not on_platform.open_minor:
        return BillStatus.PAID
    return BillStatus.PARTIAL if on_platform.paid_minor else BillStatus.OPEN


def vendor_credit_status(credit: VendorCredit, on_platform: OnPlatform) -> VendorCreditStatus:
    """Name a vendor credit's state. Source: B1, B4."""
    aside = _aside(credit)
    if aside:
        return VendorCreditStatus(aside)
    if not on_platform.open_minor:
        return VendorCreditStatus.APPLIED
    return VendorCreditStatus.PARTIAL if on_platform.paid_minor else VendorCreditStatus.OPEN


def bill_payment_status(payment: BillPayment) -> BillPaymentStatus:
    """Name a bill payment's state. Source: B4, B6."""
    aside = _aside(payment)
    if aside:
        return BillPaymentStatus(aside)
    return BillPaymentStatus.SCHEDULED if is_scheduled(payment) else BillPaymentStatus.PAID


def vendor_status(vendor: Vendor) -> VendorStatus:
    """Name a vendor's state."""
    aside = _aside(vendor)
    if aside:
        return VendorStatus(aside)
    return VendorStatus.ACTIVE if vendor.active else VendorStatus.INACTIVE


def _aside(record: Payable) -> str:
    """Name what keeps a record out of everything; "" where nothing does."""
    if record.keeping.left_out:
        return "left_out"
    return "" if record.standing is Standing.LIVE else record.standing.value
