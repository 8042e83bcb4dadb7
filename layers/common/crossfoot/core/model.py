"""The records of both systems in one shape. Wire names stop at the adapters' `translate.py`."""

import hashlib
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum


class System(StrEnum):
    """An outside system that a partner connects."""

    QUICKBOOKS = "quickbooks"
    CONNECTWISE = "connectwise"


# The part that each system plays for a partner: where the books are kept, and where the work is invoiced.
ACCOUNTING = System.QUICKBOOKS
PSA = System.CONNECTWISE


class Kind(StrEnum):
    """What a record is."""

    CUSTOMER = "customer"
    INVOICE = "invoice"
    PAYMENT = "payment"


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


@dataclass(frozen=True, slots=True)
class Customer:
    """A QuickBooks customer or a ConnectWise company."""

    ref: Ref
    version: Version
    standing: Standing
    name: str
    active: bool = True
    account_number: str = ""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice as one system shows it.

    Takes: `customer` is who pays (in ConnectWise the billToCompany); `paid_minor` is the cash that the system counts on
    it, where it says so apart from credits (ConnectWise does, QuickBooks does not: then None).
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


@dataclass(frozen=True, slots=True)
class Allocation:
    """The part of a payment that goes to one invoice: cash only, credits already taken off."""

    invoice: Ref
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received, and the invoices that it pays.

    Takes: `allocations` empty when unapplied, void or deleted; `marker` is the short effect key that we left on a
    record of our own, or empty; `former_invoices` are invoices that an earlier version paid (kept by the book).
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


type Record = Customer | Invoice | Payment


def fingerprint(record: Record) -> str:
    """Name a state of a record, whenever it was read.

    Vendors stamp whole seconds: two states of one second share their version, and not their fingerprint.
    """
    seen = repr(replace(record, version=replace(record.version, seen_at="")))
    return hashlib.sha256(seen.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """A payment row on a ConnectWise invoice. `foreign` rows belong to another product and are never touched (E7)."""

    id: str
    amount_minor: int
    paid_on: date
    foreign: bool = False


class LinkOrigin(StrEnum):
    """How two records came to be one: matched by I9, or written by the sync tool (E4)."""

    MATCHED = "matched"
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
