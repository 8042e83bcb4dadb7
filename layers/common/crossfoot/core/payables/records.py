"""The records of payables in one shape, as the accounting shows them or the platform tells them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TypeIs

from crossfoot.core.model import IMPORTED, Keeping, Kind, Record, Ref, Standing, Version

# In this order they can be entered: each speaks only of those before it.
PAYABLE_KINDS = (Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT)


class CostLineKind(StrEnum):
    """What a line of a bill is: an amount on an account, an item that was bought, tax, or words."""

    ACCOUNT = "account"
    ITEM = "item"
    TAX = "tax"
    NOTE = "note"


class PayMethod(StrEnum):
    """How a bill was paid: from a bank account, or by a credit card (QuickBooks' PayType)."""

    CHECK = "check"
    CREDIT_CARD = "credit_card"


class PayState(StrEnum):
    """How far a payment of the platform has come: its credits are applied already, or the money has gone too."""

    SCHEDULED = "scheduled"
    PAID = "paid"


@dataclass(frozen=True, slots=True)
class CostLine:
    """A line of a bill or a vendor credit.

    Takes: `id` is the vendor system's, "" where it gives none; `account_id` is "" where nobody has said yet what it was
    spent on (B3); `customer_id` is whom it is passed on to, and `billable` the accounting's own word of that.
    Units: `amount_minor` as it changes the total.
    """

    id: str
    kind: CostLineKind
    description: str
    amount_minor: int
    account_id: str = ""
    item_id: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    tax_code: str = ""
    customer_id: str = ""
    class_id: str = ""
    billable: str = ""


@dataclass(frozen=True, slots=True)
class Vendor:
    """Somebody that a partner owes money to.

    Takes: `copy_of` is, of one that the platform tells of, the record in the accounting that it was made from;
    `origin` is, of one in the accounting, the platform's record that it stands for, found by the book; `revision` is the
    accounting's own count of its changes.
    """

    ref: Ref
    version: Version
    standing: Standing
    name: str
    active: bool = True
    account_number: str = ""
    email: str = ""
    revision: str = ""
    origin: Ref | None = None
    copy_of: Ref | None = None
    keeping: Keeping = IMPORTED


@dataclass(frozen=True, slots=True)
class Bill:
    """What a vendor asks for.

    Takes: `lines` as those of Invoice; `marker` is the short effect key that we left on a record of our own, or "";
    `approved` is what the platform says of it; `origin`, `copy_of` and `revision` as in Vendor.
    Units: `balance_minor` is what the accounting shows as open; of one that the platform tells of, its total.
    """

    ref: Ref
    version: Version
    standing: Standing
    number: str
    vendor: Ref | None
    vendor_name: str
    issued_on: date
    due_on: date | None
    currency: str
    total_minor: int
    balance_minor: int
    lines: tuple[CostLine, ...] | None = None
    note: str = ""
    marker: str = ""
    revision: str = ""
    approved: bool = True
    origin: Ref | None = None
    copy_of: Ref | None = None
    keeping: Keeping = IMPORTED


@dataclass(frozen=True, slots=True)
class VendorCredit:
    """What a vendor gives back, to be taken off bills.

    Takes: members as in Bill.
    Units: amounts are positive; `remaining_minor` is not yet applied, None where the accounting does not say.
    """

    ref: Ref
    version: Version
    standing: Standing
    number: str
    vendor: Ref | None
    vendor_name: str
    issued_on: date
    currency: str
    total_minor: int
    remaining_minor: int | None = None
    lines: tuple[CostLine, ...] | None = None
    note: str = ""
    marker: str = ""
    revision: str = ""
    origin: Ref | None = None
    copy_of: Ref | None = None
    keeping: Keeping = IMPORTED


@dataclass(frozen=True, slots=True)
class BillPart:
    """The part of a bill that a payment settles, by money and by credits together."""

    bill: Ref
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CreditPart:
    """The part of a vendor credit that a payment uses up."""

    credit: Ref
    amount_minor: int


@dataclass(frozen=True, slots=True)
class BillPayment:
    """Money paid to one vendor, and the bills that it settles together with vendor credits (B4).

    Takes: `bills` and `credits` of the platform name records by either of their copies; `other_minor` is what the
    accounting has on it beside bills and credits (journal entries, an overpayment), signed as it changes the money;
    `former` are the bills and credits that an earlier version named (kept by the book); `state` is the platform's.
    Units: `total_minor` is the money: bills less credits, and so 0 where credits cover all.
    """

    ref: Ref
    version: Version
    standing: Standing
    vendor: Ref | None
    vendor_name: str
    paid_on: date | None
    currency: str
    total_minor: int
    method: PayMethod = PayMethod.CHECK
    account_id: str = ""
    number: str = ""
    bills: tuple[BillPart, ...] = ()
    credits: tuple[CreditPart, ...] = ()
    other_minor: int = 0
    note: str = ""
    marker: str = ""
    revision: str = ""
    state: PayState = PayState.PAID
    former: tuple[Ref, ...] = ()
    origin: Ref | None = None
    copy_of: Ref | None = None
    keeping: Keeping = IMPORTED


type Payable = Vendor | Bill | VendorCredit | BillPayment


def is_payable(record: Record | None) -> TypeIs[Payable]:
    """Tell whether a record is one of payables."""
    return isinstance(record, Vendor | Bill | VendorCredit | BillPayment)


def is_wanted(record: Payable) -> bool:
    """Tell whether a record is to stand in the accounting: a vendor that is inactive is not."""
    return record.standing is Standing.LIVE and not (isinstance(record, Vendor) and not record.active)


def vendor_of(record: Payable) -> Ref | None:
    """Give the vendor that a record is of; a vendor is its own."""
    return record.ref if isinstance(record, Vendor) else record.vendor


def own_marker(record: Payable) -> str:
    """Give the marker that a record may be known as ours by; "" where it carries none, as a vendor never does."""
    return "" if isinstance(record, Vendor) else record.marker
