"""The records of both systems in one shape. Wire names stop at the adapters' `translate.py`."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crossfoot.core.payables.records import Payable


class System(StrEnum):
    """Where a record comes from: a system that a partner connects, or the payments platform itself."""

    QUICKBOOKS = "quickbooks"
    CONNECTWISE = "connectwise"
    PLATFORM = "platform"


# What a partner connects.
CONNECTED = (System.QUICKBOOKS, System.CONNECTWISE)
# As people write them.
SYSTEM_NAMES = {
    System.QUICKBOOKS: "QuickBooks",
    System.CONNECTWISE: "ConnectWise",
    System.PLATFORM: "the platform",
}

# The part that each system plays for a partner: where the books are kept, and where the work is invoiced.
ACCOUNTING = System.QUICKBOOKS
PSA = System.CONNECTWISE
PLATFORM = System.PLATFORM


class Kind(StrEnum):
    """What a record is."""

    CUSTOMER = "customer"
    INVOICE = "invoice"
    PAYMENT = "payment"
    CREDIT_MEMO = "credit_memo"
    DEPOSIT = "deposit"
    PAYOUT = "payout"
    VENDOR = "vendor"
    BILL = "bill"
    VENDOR_CREDIT = "vendor_credit"
    BILL_PAYMENT = "bill_payment"


class Standing(StrEnum):
    """What the outside system says of a record as a whole: void and deleted are not the same (I5, I6)."""

    LIVE = "live"
    VOID = "void"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A record of an outside system. Its text form, `quickbooks-129`, is its id in our API."""

    system: System
    kind: Kind
    id: str

    def __str__(self) -> str:
        return f"{self.system}-{self.id}"


def parse_ref(kind: Kind, text: str) -> Ref:
    """Read the text form of a record's id back.

    Raises: ValueError when it names no system or no id.
    """
    system, _, remote_id = text.partition("-")
    if not remote_id:
        raise ValueError(f"{text!r} is not a record id: expected for example quickbooks-129")
    return Ref(System(system), kind, remote_id)


@dataclass(frozen=True, slots=True)
class Version:
    """Which state of a record was seen.

    Units: `updated_at` is the vendor's last-updated time and `seen_at` the vendor's (or failing that our) time of the
    read that saw it, both ISO 8601 UTC with a fixed width so that text order is time order. Vendors stamp whole seconds,
    so two states can share `updated_at`; the later read wins.
    """

    updated_at: str
    seen_at: str


class TraitName(StrEnum):
    """What a partner can filter the import by (C4)."""

    COMPANY_TYPE = "company_type"
    COMPANY_STATUS = "company_status"
    INVOICE_TYPE = "invoice_type"
    AGREEMENT_TYPE = "agreement_type"
    LOCATION = "location"
    DEPARTMENT = "department"


@dataclass(frozen=True, slots=True, order=True)
class Trait:
    """A value that a record has of something that the import can be filtered by. `value` is the vendor's id or word."""

    name: TraitName
    value: str


@dataclass(frozen=True, slots=True, order=True)
class Hold:
    """A book that the partner took a record back from, and the day of that: it is not entered there meanwhile (X1)."""

    system: System
    since: date


@dataclass(frozen=True, slots=True)
class OutsidePayment:
    """How somebody paid a bill or an invoice without the platform, as the partner says (B8)."""

    paid_on: date
    method: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Keeping:
    """How the book keeps a record, beside what the system says of it.

    Takes: `left_out` by the partner's import filters when it first came (C4); `archived` by the partner (C5, I5). Both
    belong to the book: a later version of the record does not archive it nor bring it back, and a record that was once
    imported is never left out by itself. `named_at` is when the customer's name was read that it carries, where that came
    from the customer and not with the record ("" else): a read from before that knows an older name (I9). `by_run` is the
    run over all that lies outside the filters which archived it, or brought it back ("" when the partner did so with this
    record alone). `held` are the books that the partner took a payment or payout back from, each once and sorted.
    `outside` is of a bill or an invoice that the partner marked as paid without the platform (B8).
    """

    left_out: bool = False
    archived: bool = False
    named_at: str = ""
    by_run: str = ""
    held: tuple[Hold, ...] = ()
    outside: OutsidePayment | None = None

    def hold_from(self, system: System) -> Hold | None:
        """Find the hold that keeps the record out of a book. Source: X1."""
        return next((hold for hold in self.held if hold.system is system), None)


IMPORTED = Keeping()


@dataclass(frozen=True, slots=True)
class Customer:
    """A QuickBooks customer or a ConnectWise company.

    Takes: `billed_as` is what its invoices call it, where that is not `name` ("" else): QuickBooks names a customer below
    another one in lists with all that are above it, and on an invoice alone.
    """

    ref: Ref
    version: Version
    standing: Standing
    name: str
    active: bool = True
    account_number: str = ""
    traits: tuple[Trait, ...] = ()
    keeping: Keeping = IMPORTED
    billed_as: str = ""

    @property
    def name_on_invoices(self) -> str:
        """Give the name that its invoices and credit memos carry."""
        return self.billed_as or self.name


class LineKind(StrEnum):
    """Where a line comes from: a QuickBooks item, or what ConnectWise bills; and what else makes up a total."""

    ITEM = "item"
    TIME = "time"
    EXPENSE = "expense"
    PRODUCT = "product"
    AGREEMENT = "agreement"
    DISCOUNT = "discount"
    NOTE = "note"
    TAX = "tax"
    DOWN_PAYMENT = "down_payment"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an invoice or a credit memo.

    Takes: `id` is the vendor's (a time entry's, say), or "" where it gives none; `item` is the name of what was sold;
    `labour` says of time what work it was, by role, type and what it is charged to: "Technician / Regular / ProjectTicket".
    Units: `amount_minor` without tax, which is a line of its own, and negative for what is taken off: the lines of a record
    add up to its total.
    """

    id: str
    kind: LineKind
    description: str
    amount_minor: int
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    item: str = ""
    tax_code: str = ""
    worked_on: date | None = None
    labour: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as one system shows it.

    Takes: `customer` is who pays (in ConnectWise the billToCompany); `paid_minor` is the cash that the system counts on
    it, where it says so apart from credits (ConnectWise does, QuickBooks does not: then None), and `credited_minor` the
    applied credits alike. `lines` are None where they were not read: the book then keeps the ones it has, and gives them
    by `load_lines` only. `batch` is the ConnectWise accounting batch that it is in, by its name (S3), "" in none.
    """

    ref: Ref
    version: Version
    standing: Standing
    number: str
    customer: Ref | None
    customer_name: str
    issued_on: date
    due_on: date | None
    currency: str
    total_minor: int
    balance_minor: int
    paid_minor: int | None = None
    closed: bool = False
    credited_minor: int | None = None
    lines: tuple[Line, ...] | None = None
    traits: tuple[Trait, ...] = ()
    keeping: Keeping = IMPORTED
    batch: str = ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a payment that goes to one invoice: cash only, credits already taken off."""

    invoice: Ref
    amount_minor: int


@dataclass(frozen=True, slots=True)
class CreditUse:
    """The part of a credit memo that a payment applies. Which invoice it went to, QuickBooks does not say."""

    credit_memo: Ref
    amount_minor: int


class TakenBack(StrEnum):
    """Why a payment that succeeded on the platform counts no longer (P2, P3)."""

    REFUNDED = "refunded"
    RETURNED = "returned"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received, and the invoices that it pays.

    Takes: `allocations` empty when unapplied, void or deleted; `marker` is the short effect key that we left on a
    record of our own, or empty; `former_invoices` are invoices that an earlier version paid (kept by the book);
    `credits` are the credit memos that it applies (I3: they lower balances, and are no cash), and `credit_only` the
    invoices that get nothing but credits of it; `deposit` is the deposit that it went into, which locks it.
    `origin` is the platform's payment that it stands for, found by the book; `revision` is the vendor's own count of its
    changes, where there is one. A payment on the platform names invoices by either of their copies; `total_minor` is what
    is left of it without `refunded_minor`, and `taken_back` says why it counts no longer.
    """

    ref: Ref
    version: Version
    standing: Standing
    customer: Ref | None
    paid_on: date | None
    currency: str
    total_minor: int
    allocations: tuple[Allocation, ...] = ()
    marker: str = ""
    reference: str = ""
    former_invoices: tuple[Ref, ...] = ()
    credits: tuple[CreditUse, ...] = ()
    deposit: Ref | None = None
    credit_only: tuple[Ref, ...] = ()
    origin: Ref | None = None
    revision: str = ""
    taken_back: TakenBack | None = None
    refunded_minor: int = 0
    keeping: Keeping = IMPORTED


@dataclass(frozen=True, slots=True)
class CreditMemo:
    """A credit that a customer was given. In ConnectWise it is an invoice of the type CreditMemo, and has its id.

    Takes: `lines`, `closed` and `batch` as in Invoice.
    Units: `total_minor` and `remaining_minor` (not yet applied) are positive in both systems.
    """

    ref: Ref
    version: Version
    standing: Standing
    number: str
    customer: Ref | None
    customer_name: str
    issued_on: date
    currency: str
    total_minor: int
    remaining_minor: int
    lines: tuple[Line, ...] | None = None
    traits: tuple[Trait, ...] = ()
    keeping: Keeping = IMPORTED
    closed: bool = False
    batch: str = ""


# What a customer is billed by, or credited with. What a vendor asks for is a Bill (core/payables/records.py).
type Billed = Invoice | CreditMemo


@dataclass(frozen=True, slots=True)
class DepositLine:
    """A line of a deposit: a payment that it holds, or an amount of its own (a fee is negative).

    Takes: `payment` is None for an amount of its own, `account_id` then says where it goes.
    Units: `amount_minor` is 0 for a payment: its amount stands on the payment, and recordings show it cut on the line.
    """

    payment: Ref | None
    amount_minor: int
    account_id: str = ""
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Deposit:
    """Money put into a bank account. `lines` are as in Invoice, and `revision` is as in Payment."""

    ref: Ref
    version: Version
    standing: Standing
    deposited_on: date | None
    account_id: str
    account_name: str
    currency: str
    total_minor: int
    lines: tuple[DepositLine, ...] | None = None
    revision: str = ""


class PayoutState(StrEnum):
    """How far a payout of the platform has come."""

    CREATED = "created"
    PAID = "paid"
    FAILED = "failed"


class PayoutItemKind(StrEnum):
    """What a payout holds."""

    PAYMENT = "payment"
    REFUND = "refund"
    RETURN = "return"
    FEE = "fee"
    ADJUSTMENT = "adjustment"


@dataclass(frozen=True, slots=True)
class PayoutItem:
    """A part of a payout. Takes: `payment` is the one that it is, or that is given back.

    Units: `amount_minor` as it changes the payout, so a refund, a return and a fee are negative.
    """

    kind: PayoutItemKind
    amount_minor: int
    payment: Ref | None = None
    memo: str = ""


@dataclass(frozen=True, slots=True)
class Payout:
    """Money that the platform pays out to the partner's bank.

    Takes: `items` are as lines in Invoice; `total_minor` is exactly their sum.
    """

    ref: Ref
    version: Version
    standing: Standing
    state: PayoutState
    arrives_on: date
    currency: str
    total_minor: int
    items: tuple[PayoutItem, ...] | None = None
    keeping: Keeping = IMPORTED


# Payables are named for the type checker alone: what loads this module at a webhook's start must not load them.
type Record = Customer | Invoice | Payment | CreditMemo | Deposit | Payout | Payable


def fingerprint(record: Record) -> str:
    """Name a state of a record, whenever it was read.

    Vendors stamp whole seconds: two states of one second share their version, and not their fingerprint.
    """
    seen = repr(replace(record, version=Version(record.version.updated_at, "")))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment row on a ConnectWise invoice. `foreign` rows belong to another product and are never touched (E7)."""

    id: str
    amount_minor: int
    paid_on: date
    foreign: bool = False


class LinkOrigin(StrEnum):
    """How two records came to be one: matched by I9, confirmed by the partner (I9), or written by the sync tool (E4)."""

    MATCHED = "matched"
    CONFIRMED = "confirmed"
    SYNCED = "synced"


@dataclass(frozen=True, slots=True)
class Link:
    """The same invoice in both systems."""

    accounting: Ref
    psa: Ref
    origin: LinkOrigin = LinkOrigin.MATCHED

    def other(self, ref: Ref) -> Ref:
        """Give the other side of the link."""
        return self.psa if ref == self.accounting else self.accounting
