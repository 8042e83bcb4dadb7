"""What we write into the accounting for payables: an entry for each record of the platform, and the write that makes it so.

They are called entries, to tell them from the records that are read. Ids in them are the accounting's own.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crossfoot.core.model import Kind
from crossfoot.core.payables.records import PayMethod

# The kind of the effects on a record of the platform: its subject says what it is.
PAYABLE = "payable"
# The line that is the tax of an entry: the accounting works it out, and we never write it.
TAX_LINE_ID = "tax"


class EntryOperation(StrEnum):
    """What a write does. ADOPT writes nothing: it takes over what stands in the accounting."""

    ADOPT = "adopt"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class VendorEntry:
    """A vendor.

    Takes: `id` and `revision` are the accounting's, "" until it is made; an `email` or `account_number` of "" leaves what
    stands.
    """

    id: str
    name: str
    email: str = ""
    account_number: str = ""
    active: bool = True
    revision: str = ""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A line of a bill or a vendor credit.

    Takes: `line_id` is the accounting's, "" for a new one: what else stands on that line stays; `item_id` is of a line that
    somebody made from an item, which then has no account.
    """

    amount_minor: int
    account_id: str
    description: str = ""
    item_id: str = ""
    line_id: str = ""


@dataclass(frozen=True, slots=True)
class BillEntry:
    """A bill. Takes: a `number` of "" and a `due_on` of None leave what stands, or are the accounting's to choose."""

    id: str
    vendor_id: str
    number: str
    issued_on: date
    due_on: date | None
    lines: tuple[EntryLine, ...]
    revision: str = ""

    @property
    def total_minor(self) -> int:
        """Give what it comes to."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class CreditEntry:
    """A vendor credit. Takes: a `number` of "" leaves what stands. Units: amounts are positive."""

    id: str
    vendor_id: str
    number: str
    issued_on: date
    lines: tuple[EntryLine, ...]
    revision: str = ""

    @property
    def total_minor(self) -> int:
        """Give what it comes to."""
        return sum(line.amount_minor for line in self.lines)


@dataclass(frozen=True, slots=True)
class Part:
    """What a payment settles of a bill, or uses up of a credit. Units: always positive (B4)."""

    id: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class PaymentEntry:
    """A bill payment.

    Takes: `account_id` is the bank account of a check, or the credit card's; a `number` of "" leaves what stands.
    """

    id: str
    vendor_id: str
    paid_on: date
    method: PayMethod
    account_id: str
    bills: tuple[Part, ...]
    credits: tuple[Part, ...] = ()
    number: str = ""
    revision: str = ""

    @property
    def amount_minor(self) -> int:
        """Give the money: bills less credits, 0 where credits cover all. Source: B4."""
        return sum(part.amount_minor for part in self.bills) - sum(part.amount_minor for part in self.credits)


type Entry = VendorEntry | BillEntry | CreditEntry | PaymentEntry

KIND_OF: dict[type[Entry], Kind] = {
    VendorEntry: Kind.VENDOR,
    BillEntry: Kind.BILL,
    CreditEntry: Kind.VENDOR_CREDIT,
    PaymentEntry: Kind.BILL_PAYMENT,
}


def is_off(entry: Entry | None) -> bool:
    """Tell whether nothing stands any more: an entry is void or gone, or of a vendor that is inactive."""
    return entry is None or (isinstance(entry, VendorEntry) and not entry.active)


@dataclass(frozen=True, slots=True)
class EntryWrite:
    """One write. Takes: `entry` as it should stand afterwards; for DELETE and VOID, the one that goes."""

    operation: EntryOperation
    entry: Entry
    currency: str
