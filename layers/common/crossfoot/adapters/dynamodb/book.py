"""The book: what both systems hold, under the partner's key."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from itertools import islice

from crossfoot.adapters.dynamodb import keys, shapes
from crossfoot.adapters.dynamodb.lines import Lines
from crossfoot.adapters.dynamodb.links import Links
from crossfoot.adapters.dynamodb.lists import ByDate, ByName
from crossfoot.adapters.dynamodb.paging import load_page
from crossfoot.adapters.dynamodb.pointers import invoices_of, settled_by
from crossfoot.adapters.dynamodb.saving import Saves
from crossfoot.adapters.dynamodb.shelves import ShelfByDate, Unpaid, is_over
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.folding import normalise
from crossfoot.core.model import (
    CONNECTED,
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
from crossfoot.ports import ListPage, Numbered

# More invoices of one number and system than that tell nobody anything.
MAX_SAME_NUMBER = 20


class TableBook:
    """The port Book in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._saves = Saves(table)
        self._lines = Lines(table)
        self._links = Links(table)
        self._unpaid = Unpaid(table)

    def load(self, tenant: str, ref: Ref) -> Record | None:
        """Read one record."""
        item = self._table.get(keys.record(tenant, ref))
        return shapes.to_record(ref, item) if item else None

    def load_many(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Read many records; missing ones are left out."""
        by_key = {keys.record(tenant, ref): ref for ref in refs}
        items = self._table.get_many(by_key)
        return {ref: shapes.to_record(ref, items[key]) for key, ref in by_key.items() if key in items}

    def save(self, tenant: str, records: Sequence[Record]) -> frozenset[Ref]:
        """Save records whose version is not older than the stored one.

        Returns: those that were new or different.
        Raises: Conflict when a record keeps changing under our hands; the others are saved then.
        """
        todo, saved = list(records), frozenset[Ref]()
        while todo:
            first_of = {record.ref: record for record in reversed(todo)}
            saved |= self._saves.save(tenant, first_of.values())
            todo = [record for record in todo if record is not first_of[record.ref]]
        return saved

    def load_lines(self, tenant: str, record: Billed) -> tuple[Line, ...]:
        """Read the lines of a stored record, in their order. Raises: Conflict when they keep being replaced."""
        return self._lines.load(tenant, record)

    def load_lines_of_many(self, tenant: str, records: Iterable[Billed]) -> dict[Ref, tuple[Line, ...]]:
        """Read the lines of many stored records side by side. Raises: Conflict when some keep being replaced."""
        found = self._table.each(lambda record: (record.ref, self._lines.load(tenant, record)), records)
        return dict(found)

    def load_cost_lines(self, tenant: str, record: Bill | VendorCredit) -> tuple[CostLine, ...]:
        """Read the lines of a stored bill or vendor credit, in their order. Raises: Conflict as load_lines."""
        return self._lines.load_costs(tenant, record)

    def load_cost_lines_of_many(
        self, tenant: str, records: Iterable[Bill | VendorCredit]
    ) -> dict[Ref, tuple[CostLine, ...]]:
        """Read the lines of many side by side. Raises: Conflict as load_lines."""
        return dict(self._table.each(lambda record: (record.ref, self._lines.load_costs(tenant, record)), records))

    def load_deposit_lines(self, tenant: str, deposit: Deposit) -> tuple[DepositLine, ...]:
        """Read the lines of a stored deposit, in their order. Raises: Conflict when they keep being replaced."""
        return self._lines.load_of_deposit(tenant, deposit)

    def load_payout_items(self, tenant: str, payout: Ref) -> tuple[PayoutItem, ...]:
        """Read the items of a stored payout, in their order. Raises: Conflict when they keep being replaced."""
        return self._lines.load_of_payout(tenant, payout)

    def load_payouts_of(self, tenant: str, payments: Iterable[Ref]) -> dict[Ref, tuple[Ref, ...]]:
        """Read in which payouts some payments are: a query for each, side by side, and the items of what they lead to."""
        found = dict(self._table.each(lambda payment: self._holders_of(tenant, payment), dict.fromkeys(payments)))
        payouts = sorted({ref for refs in found.values() for ref in refs})
        items = self._table.each(lambda payout: self.load_payout_items(tenant, payout), payouts)
        held = {payout: {item.payment for item in each} for payout, each in zip(payouts, items, strict=True)}
        return {payment: tuple(ref for ref in refs if payment in held[ref]) for payment, refs in found.items()}

    def _holders_of(self, tenant: str, payment: Ref) -> tuple[Ref, list[Ref]]:
        pointers = self._table.starting(keys.record_pk(tenant, payment), keys.IN_PAYOUT)
        return payment, [keys.payout_of(key) for key, _ in pointers]

    def archive(self, tenant: str, refs: Iterable[Ref], *, archived: bool, run: str = "") -> None:
        """Archive records, or bring them back. Raises: ValueError for what cannot be archived; Conflict as save."""
        self._saves.archive(tenant, refs, archived=archived, run=run)

    def revise(self, tenant: str, refs: Iterable[Ref], change: Callable[[Record], Record]) -> None:
        """Change what is kept of records, where no list is ordered by it. Raises: Conflict as save."""
        self._saves.revise(tenant, refs, change)

    def load_payments_of(self, tenant: str, invoice: Ref) -> tuple[Payment, ...]:
        """Read every payment that pays or ever paid the invoice, or lowers it by a credit."""
        return self.load_payments_of_many(tenant, [invoice])[invoice]

    def load_payments_of_many(self, tenant: str, invoices: Iterable[Ref]) -> dict[Ref, tuple[Payment, ...]]:
        """Read the payments of many invoices: a query for each, side by side, and the payments in batches."""
        return {
            invoice: tuple(each for each in found if isinstance(each, Payment) and invoice in invoices_of(each))
            for invoice, found in self._payers_of(tenant, invoices).items()
        }

    def load_bill_payments_of(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, tuple[BillPayment, ...]]:
        """Read the payments of many bills and vendor credits, as those of invoices are read."""
        return {
            ref: tuple(each for each in found if isinstance(each, BillPayment) and ref in settled_by(each))
            for ref, found in self._payers_of(tenant, refs).items()
        }

    def _payers_of(self, tenant: str, paid: Iterable[Ref]) -> dict[Ref, list[Record]]:
        """Follow the pointers from what is paid; whoever asks checks them against the payments."""
        found = dict(self._table.each(lambda ref: self._payer_refs(tenant, ref), dict.fromkeys(paid)))
        records = self.load_many(tenant, {ref for refs in found.values() for ref in refs})
        return {ref: [records[payer] for payer in payers if payer in records] for ref, payers in found.items()}

    def _payer_refs(self, tenant: str, paid: Ref) -> tuple[Ref, list[Ref]]:
        pointers = self._table.starting(keys.record_pk(tenant, paid), keys.PAID_BY)
        return paid, [keys.payment_of(key, paid) for key, _ in pointers]

    def load_invoices_numbered(self, tenant: str, number: str) -> tuple[Invoice, ...]:
        """Read the invoices of both systems that carry a number."""
        wanted = normalise(number)
        if not 0 < len(wanted) <= keys.MAX_ID_LENGTH:
            return ()
        pk = keys.number_pk(tenant, number)
        records = self.load_many(tenant, [keys.numbered_ref(key) for key, _ in self._table.starting(pk, "")])
        invoices = (record for record in records.values() if isinstance(record, Invoice))
        return tuple(invoice for invoice in invoices if normalise(invoice.number) == wanted)

    def load_numbered(self, tenant: str, numbers: Iterable[str]) -> dict[str, Numbered]:
        """Read the invoices of both systems that carry some numbers."""
        wanted = {number for each in numbers if 0 < len(number := normalise(each)) <= keys.MAX_ID_LENGTH}
        found = dict(self._table.each(lambda number: self._pointers_of(tenant, number), sorted(wanted)))
        records = self.load_many(tenant, {ref for refs, _ in found.values() for ref in refs})
        invoices = {ref: record for ref, record in records.items() if isinstance(record, Invoice)}
        return {
            number: Numbered(
                tuple(invoices[ref] for ref in refs if ref in invoices and normalise(invoices[ref].number) == number),
                crowded,
            )
            for number, (refs, crowded) in found.items()
        }

    def _pointers_of(self, tenant: str, number: str) -> tuple[str, tuple[list[Ref], bool]]:
        pk, most = keys.number_pk(tenant, number), MAX_SAME_NUMBER
        found = [key for key, _ in islice(self._table.starting(pk, "", page=most + 1), most + 1)]
        crowded = len(found) > most
        if crowded:  # as many of either system
            of_each = (self._table.starting(pk, f"{system}-", page=most) for system in CONNECTED)
            found = [key for pointers in of_each for key, _ in islice(pointers, most)]
        return number, ([keys.numbered_ref(key) for key in found], crowded)

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
        """Read a page of records by date. Raises: Rejected("cursor_invalid"); ValueError for a list that there is not."""
        if shelf is None:
            places = ByDate(tenant, kind, first, last, system, customer, oldest_first)
            return load_page(self._table, places, cursor, limit)
        if customer:
            raise ValueError("no customer has shelves")
        by_date = ShelfByDate(tenant, shelf, kind, first, last, system, oldest_first)
        return load_page(self._table, by_date, cursor, limit, is_over=is_over)

    def list_named(
        self, tenant: str, kind: Kind, *, prefix: str, system: System | None, cursor: str, limit: int
    ) -> ListPage:
        """Read a page of customers or vendors by name. Raises: Rejected("cursor_invalid")."""
        return load_page(self._table, ByName(tenant, kind, prefix, system), cursor, limit)

    def list_unpaid(self, tenant: str, system: System, *, cursor: str, limit: int) -> ListPage:
        """Read a page of a system's live invoices with a balance. Raises: Rejected("cursor_invalid")."""
        return self._unpaid.load_page(tenant, system, cursor, limit)

    def load_link(self, tenant: str, ref: Ref) -> Link | None:
        """Read the link of an invoice, from either side."""
        return self._links.load_many(tenant, [ref]).get(ref)

    def load_links(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Link]:
        """Read the links of many invoices, from either side."""
        return self._links.load_many(tenant, refs)

    def remove_link(self, tenant: str, link: Link) -> None:
        """Take a link away. Raises: Conflict when either side is linked to another record by now."""
        self._links.remove(tenant, link)

    def save_link(self, tenant: str, link: Link) -> None:
        """Link two invoices. Raises: Conflict when either side is linked to another record."""
        self._links.save(tenant, link)

    def save_links(self, tenant: str, links: Iterable[Link]) -> frozenset[Link]:
        """Link many pairs side by side."""
        return self._links.save_many(tenant, links)
