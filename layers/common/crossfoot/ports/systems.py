"""The outside systems of a partner: what is read from them, and what we write (I1, E1, E7, P1)."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from crossfoot.core.company import Company
from crossfoot.core.model import (
    CreditMemo,
    Customer,
    Invoice,
    Kind,
    Payment,
    PaymentRow,
    Record,
    Ref,
    System,
    TraitName,
)
from crossfoot.core.receipts import Receipt
from crossfoot.core.rights import Probed
from crossfoot.core.slips import Slip
from crossfoot.ports.payables import PayableEntries
from crossfoot.ports.sync import Postings, Sales


@dataclass(frozen=True, slots=True)
class Window:
    """What one read returned.

    Takes: `cursor` is where the next read goes on, in the adapter's own words; `more` says that the next read should
    follow at once (a first import, or more changes than one answer holds); `unreadable` are records that hold something
    we cannot keep exactly (an amount finer than its currency, say): they are left out, so that one does not sink the rest.
    `unseen` are the kinds of which the system can no longer show all that was deleted: only reading them live heals that.
    """

    records: tuple[Record, ...]
    cursor: str
    more: bool = False
    unreadable: tuple[Ref, ...] = ()
    unseen: tuple[Kind, ...] = ()


@dataclass(frozen=True, slots=True)
class Found[R: Record]:
    """Records that were read by their ids; missing ones are left out.

    Takes: `unreadable` are there, and hold something we cannot keep exactly: they must not pass for missing.
    """

    records: tuple[R, ...]
    unreadable: tuple[Ref, ...] = ()


class Source(Protocol):
    """A system that records are fetched from (I1, I8)."""

    @property
    def system(self) -> System:
        """Name the system."""
        ...

    def fetch_changes(self, cursor: str) -> Window:
        """Read what changed since the cursor; "" starts a first import.

        Raises: RateLimited, RemoteUnavailable, AuthExpired; never after a partial result was given.
        """
        ...

    def fetch_invoices(self, ids: Sequence[str]) -> Found[Invoice]:
        """Read some invoices as they are now, in as few calls as the vendor allows. Their lines may be None: not read."""
        ...

    def open_pdf(self, invoice: Ref) -> AbstractContextManager[Iterator[bytes]]:
        """Open an invoice's PDF as a stream of chunks. Raises: Rejected when there is none; as fetch_changes."""
        ...


class AccountingSource(Source, Protocol):
    """The accounting: what a Source reads, and payments by id."""

    def fetch_payments(self, ids: Sequence[str]) -> Found[Payment]:
        """Read some payments as they are now, in as few calls as the vendor allows."""
        ...


class PayablesSource(Protocol):
    """The payables of the accounting: vendors, bills, vendor credits and the payments of bills (B1)."""

    def fetch_changes(self, cursor: str) -> Window:
        """Read what changed since the cursor, in each window payments before what they settle; "" starts a first import.

        Raises: as Source.fetch_changes.
        """
        ...

    def fetch_living(self, refs: Sequence[Ref]) -> frozenset[Ref]:
        """Say which of some bills, vendor credits or bill payments are there; a void one is, a deleted one is not.

        Raises: errors of the vendor: what could not be asked does not pass for gone.
        """
        ...


class Receipts(Protocol):
    """The payments that we keep in the accounting (P1, P2).

    Every write raises: OutcomeUnknown when it may have been carried out; Conflict when the receipt was changed since its
    revision, RateLimited, RemoteUnavailable, Rejected, AuthExpired when it certainly was not.
    """

    def fetch_company(self) -> Company:
        """Read what the company itself sets, as it is now."""
        ...

    def create_receipt(self, receipt: Receipt, currency: str, note: str, request_id: str) -> Receipt:
        """Enter a receipt.

        Takes: `note` holds the marker that it can be found by; `request_id` is the same whenever this write is repeated.
        Returns: what stands, with its id and revision. The vendor may have applied less than was asked.
        """
        ...

    def update_receipt(self, receipt: Receipt, currency: str, request_id: str) -> Receipt:
        """Change the receipt of this id, as of this revision; its note stays, and credits that people applied on it."""
        ...

    def delete_receipt(self, receipt: Receipt, request_id: str) -> None:
        """Delete the receipt of this id, as of this revision; one that is gone already is no error."""
        ...

    def fetch_receipt(self, id_: str, currency: str) -> Receipt | None:
        """Read a receipt as it is now; None when it is gone or void."""
        ...

    def find_receipt(self, marker: str, since: datetime, currency: str) -> Receipt | None:
        """Look for a receipt by its marker, among all that were made since, also a moment ago.

        Returns: it as it is now; of one that somebody voided meanwhile an amount of nothing.
        """
        ...


class Deposits(Protocol):
    """The deposits that we keep in the accounting (D2). Every write raises as those of Receipts."""

    def create_deposit(self, slip: Slip, currency: str, note: str, request_id: str) -> Slip:
        """Make a deposit. Takes: as create_receipt.

        Returns: what stands, with its id and revision, and what the accounting makes of the lines.
        """
        ...

    def update_deposit(self, slip: Slip, currency: str, request_id: str) -> Slip:
        """Change the deposit of this id, as of this revision: its lines take the place of all that it has."""
        ...

    def delete_deposit(self, slip: Slip, request_id: str) -> None:
        """Delete the deposit of this id, as of this revision; one that is gone already is no error."""
        ...

    def fetch_deposit(self, id_: str, currency: str) -> Slip | None:
        """Read a deposit as it is now; None when it is gone. Its lines say no amount of the receipts in it."""
        ...

    def find_deposit(self, marker: str, since: datetime, currency: str) -> Slip | None:
        """Look for a deposit by its marker, among all that were made since, also a moment ago, as fetch_deposit."""
        ...


class PaymentRows(Protocol):
    """Payment rows on ConnectWise invoices (E1, E7). ConnectWise has no idempotency key: look before repeating."""

    def fetch_rows(self, invoice: Ref, currency: str) -> tuple[PaymentRow, ...]:
        """Read the cash rows of an invoice; credit rows are left out."""
        ...

    def create_row(self, invoice: Ref, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        """Add a row.

        Raises: OutcomeUnknown when it may have been written; RateLimited, RemoteUnavailable, Rejected, AuthExpired when
        it certainly was not.
        """
        ...

    def update_row(self, invoice: Ref, row_id: str, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        """Set a row's amount and date. Raises: as create_row."""
        ...

    def delete_row(self, invoice: Ref, row_id: str) -> None:
        """Remove a row; one that is gone already is no error. Raises: as create_row."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that the import can be filtered by, and its name for people."""

    value: str
    label: str


class Psa(Source, PaymentRows, Postings, Protocol):
    """ConnectWise PSA: records, and the payment rows that we keep on its invoices."""

    def fetch_ids(self, kind: Kind) -> frozenset[str]:
        """Read the ids of every record of a kind that is there now: deletions tell nobody (I5).

        Takes: CUSTOMER, or INVOICE, which stands for credit memos too.
        """
        ...

    def fetch_records(self, kind: Kind, ids: Sequence[str]) -> Found[Customer | Invoice | CreditMemo]:
        """Read some records as they are now, with their lines, in as few calls as the vendor allows.

        Takes: CUSTOMER, or INVOICE, which stands for credit memos too.
        """
        ...

    def fetch_credit_memos(self, ids: Sequence[str]) -> Found[CreditMemo]:
        """Read some credit memos as they are now, in as few calls as the vendor allows. Their lines are None: not read."""
        ...

    def fetch_choices(self) -> Mapping[TraitName, tuple[Choice, ...]]:
        """Read the values that the import can be filtered by, as they are now (C4).

        Returns: none at all for what the API member may not read, which is not there then.
        """
        ...

    def probe_rights(self) -> tuple[Probed, ...]:
        """Try every right that we need, each on its own endpoint (C3). A right that is missing is no error."""
        ...


class Systems(Protocol):
    """The outside systems of one partner, opened with the partner's own credentials."""

    def source(self, tenant: str, system: System) -> Source:
        """Open a system for reading. Raises: NeedsPartner when it is not connected."""
        ...

    def accounting(self, tenant: str) -> AccountingSource:
        """Open the partner's accounting. Raises: NeedsPartner when it is not connected."""
        ...

    def receipts(self, tenant: str) -> Receipts:
        """Open the partner's accounting for our payments. Raises: NeedsPartner when it is not connected."""
        ...

    def deposits(self, tenant: str) -> Deposits:
        """Open the partner's accounting for our deposits. Raises: NeedsPartner when it is not connected."""
        ...

    def sales(self, tenant: str) -> Sales:
        """Open the partner's accounting for the entries of the sync tool. Raises: NeedsPartner when it is not connected."""
        ...

    def payables(self, tenant: str) -> PayableEntries:
        """Open the partner's accounting for our bills and what pays them. Raises: NeedsPartner when it is not connected."""
        ...

    def payables_source(self, tenant: str) -> PayablesSource:
        """Open the payables of the partner's accounting for reading. Raises: NeedsPartner when it is not connected."""
        ...

    def psa(self, tenant: str) -> Psa:
        """Open the partner's PSA. Raises: NeedsPartner when it is not connected."""
        ...
