"""The book: what both systems hold, under the partner's key."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from crossfoot.core.model import (
    Billed,
    Deposit,
    DepositLine,
    Invoice,
    Kind,
    Line,
    Link,
    Payment,
    PayoutItem,
    Record,
    Ref,
    System,
)
from crossfoot.core.payables.records import Bill, BillPayment, CostLine, VendorCredit
from crossfoot.core.shelves import Shelf


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of a list, and where the next one starts ("" after the last).

    Takes: `cursors` lead on behind each record, for whoever takes only the first few of them; a list that is walked whole
    has none.
    """

    records: tuple[Record, ...]
    next_cursor: str
    cursors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Numbered:
    """The invoices that carry a number; `crowded` when there are more than anybody looks at."""

    invoices: tuple[Invoice, ...]
    crowded: bool = False


class Book(Protocol):
    """The book: what both systems hold, under the partner's key."""

    def load(self, tenant: str, ref: Ref) -> Record | None:
        """Read one record."""
        ...

    def load_many(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Read many records; missing ones are left out."""
        ...

    def save(self, tenant: str, records: Sequence[Record]) -> frozenset[Ref]:
        """Save records whose version is not older than the stored one; older ones are passed over silently.

        Pointers (list, number, paid-by) are written before the record, so that a crash between leaves a pointer too many
        and never one too few; readers check a pointer against the record. A record that did not change costs no write.
        A payment keeps every invoice that any of its versions paid in `former_invoices`, a bill payment every bill and
        credit that any of them named in `former`, and a deleted record (which vendors send as an id only) keeps what was
        known of it. An `origin` or a `copy_of` that was known once stays. Lines of None keep the lines that are stored;
        others take their place, and are written before the record. Of `keeping` only a `left_out` on a record that is new
        is taken over, and one that is let in again is no longer left out (B1, C4, C5); the rest belongs to `archive` and
        `revise`. A version that was read before `named_at` does not bring the customer's former name back.
        Returns: those that were new or different.
        """
        ...

    def load_lines(self, tenant: str, record: Billed) -> tuple[Line, ...]:
        """Read the lines of a stored record, in their order."""
        ...

    def load_lines_of_many(self, tenant: str, records: Iterable[Billed]) -> dict[Ref, tuple[Line, ...]]:
        """Read the lines of many stored records side by side, each as by `load_lines`; every record has an entry."""
        ...

    def load_cost_lines(self, tenant: str, record: Bill | VendorCredit) -> tuple[CostLine, ...]:
        """Read the lines of a stored bill or vendor credit, in their order."""
        ...

    def load_cost_lines_of_many(
        self, tenant: str, records: Iterable[Bill | VendorCredit]
    ) -> dict[Ref, tuple[CostLine, ...]]:
        """Read the lines of many side by side, each as by `load_cost_lines`; every record has an entry."""
        ...

    def load_deposit_lines(self, tenant: str, deposit: Deposit) -> tuple[DepositLine, ...]:
        """Read the lines of a stored deposit, in their order."""
        ...

    def load_payout_items(self, tenant: str, payout: Ref) -> tuple[PayoutItem, ...]:
        """Read the items of a stored payout, in their order; none where it is not there."""
        ...

    def load_payouts_of(self, tenant: str, payments: Iterable[Ref]) -> dict[Ref, tuple[Ref, ...]]:
        """Read in which payouts some payments of the platform are, or something of them, each payout once.

        Returns: an entry for every payment, in the order of the payouts' ids.
        """
        ...

    def archive(self, tenant: str, refs: Iterable[Ref], *, archived: bool, run: str = "") -> None:
        """Archive records in the platform, or bring them back; outside nothing changes (C5, I5). Again is no error.

        Takes: `run` is the one that does it for all that lies outside the import filters, and is noted on each record: it
        archives what is not archived, and brings back what such a run archived. What the partner archived stays so.
        """
        ...

    def revise(self, tenant: str, refs: Iterable[Ref], change: Callable[[Record], Record]) -> None:
        """Change what the book keeps of records that are there, and lose nothing that is saved at the same time.

        Takes: `change` gives a record as it is to stand; it is asked again where somebody wrote meanwhile. It leaves alone
        what the record is found by (its date, number and customer, whether it is unpaid), its version and its lines.
        """
        ...

    def load_payments_of(self, tenant: str, invoice: Ref) -> tuple[Payment, ...]:
        """Read every payment of its system or the platform that pays or ever paid the invoice, or lowers it by a credit."""
        ...

    def load_payments_of_many(self, tenant: str, invoices: Iterable[Ref]) -> dict[Ref, tuple[Payment, ...]]:
        """Read the payments of many invoices side by side, each as by `load_payments_of`.

        Returns: an entry for every invoice, also for one that no payment was ever on.
        """
        ...

    def load_bill_payments_of(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, tuple[BillPayment, ...]]:
        """Read the payments of its system or the platform that settle or ever settled some bills, or use up some credits.

        Returns: an entry for every bill and vendor credit, also for one that no payment was ever on.
        """
        ...

    def load_invoices_numbered(self, tenant: str, number: str) -> tuple[Invoice, ...]:
        """Read the invoices of both systems that carry a number (compared without case and spaces)."""
        ...

    def load_numbered(self, tenant: str, numbers: Iterable[str]) -> dict[str, Numbered]:
        """Read the invoices of both systems that carry some numbers, side by side and consistently.

        Returns: an entry for every number that invoices can be found by, under the number as `normalise` folds it.
        """
        ...

    def list_records(
        self,
        tenant: str,
        kind: Kind,
        *,
        first: date | None,
        last: date | None,
        system: System | None,
        cursor: str,
        limit: int,
        customer: Ref | None = None,
        oldest_first: bool = False,
        shelf: Shelf | None = None,
    ) -> ListPage:
        """Read a page of records by date, dates inclusive; with `customer`, only from that customer's own list.

        Lists hold what was left out and what was archived too; the caller passes it over (`keeping`).
        Takes: `customer` is, of payables, the vendor that they name; with `shelf`, only what is on it, from the list of
        that; not together with `customer`.
        """
        ...

    def list_named(
        self, tenant: str, kind: Kind, *, prefix: str, system: System | None, cursor: str, limit: int
    ) -> ListPage:
        """Read a page of customers or vendors by name; `prefix` is compared without case, spaces and punctuation."""
        ...

    def list_unpaid(self, tenant: str, system: System, *, cursor: str, limit: int) -> ListPage:
        """Read a page of a system's live invoices with a balance, in no order (I7)."""
        ...

    def load_link(self, tenant: str, ref: Ref) -> Link | None:
        """Read the link of an invoice, from either side."""
        ...

    def load_links(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Link]:
        """Read the links of many invoices, from either side; missing ones are left out."""
        ...

    def remove_link(self, tenant: str, link: Link) -> None:
        """Take a link away, both directions in one transaction; one that is gone is no error.

        Raises: Conflict when either side is linked to another record by now.
        """
        ...

    def save_link(self, tenant: str, link: Link) -> None:
        """Link two invoices, both directions in one transaction. The same link again is no error.

        Raises: Conflict when either side is linked to another record.
        """
        ...

    def save_links(self, tenant: str, links: Iterable[Link]) -> frozenset[Link]:
        """Link many pairs side by side, each as by `save_link`.

        Returns: those that stand; a pair of which either side is linked to another record is left out.
        """
        ...
