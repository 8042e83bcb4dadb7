"""The book in memory, by the shortest way. tests/adapters/dynamodb/test_book_twins.py compares it with the real one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date
from functools import cache, lru_cache
from operator import attrgetter, itemgetter
from typing import Any
from urllib.parse import quote

from crossfoot.core.folding import normalise
from crossfoot.core.model import (
    CONNECTED,
    Billed,
    CreditMemo,
    Customer,
    Deposit,
    DepositLine,
    Invoice,
    Kind,
    Line,
    Link,
    LinkOrigin,
    Payment,
    Payout,
    PayoutItem,
    Record,
    Ref,
    Standing,
    System,
)
from crossfoot.core.payables.records import Bill, BillPayment, CostLine, Vendor, VendorCredit
from crossfoot.core.shelves import Shelf, shelves_of
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import ListPage, Numbered

from tests.fakes.merging import merge

NAME_LENGTH = 60
MAX_NUMBER_LENGTH = 128
MAX_SAME_NUMBER = 20


type Lines = tuple[Line, ...] | tuple[DepositLine, ...] | tuple[PayoutItem, ...] | tuple[CostLine, ...]


class FakeBook:
    """Records, pointers and links, with the same conditions as the real table."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, Ref], Record] = {}
        self.lines: dict[tuple[str, Ref], Lines] = {}
        # The version that the lines are of; a read without lines leaves it behind the record's.
        self.lines_of: dict[tuple[str, Ref], str] = {}
        self.links: dict[tuple[str, Ref], Link] = {}
        self.paid_by: dict[tuple[str, Ref], set[Ref]] = defaultdict(set)

    def load(self, tenant: str, ref: Ref) -> Record | None:
        return self.records.get((tenant, ref))

    def load_many(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Record]:
        return {ref: self.records[tenant, ref] for ref in refs if (tenant, ref) in self.records}

    def save(self, tenant: str, records: Sequence[Record]) -> frozenset[Ref]:
        saved = set()
        for record in records:
            if self._save(tenant, record):
                saved.add(record.ref)
        return frozenset(saved)

    def load_lines(self, tenant: str, record: Billed) -> tuple[Line, ...]:
        return tuple(line for line in self.lines.get((tenant, record.ref), ()) if isinstance(line, Line))

    def load_lines_of_many(self, tenant: str, records: Iterable[Billed]) -> dict[Ref, tuple[Line, ...]]:
        return {record.ref: self.load_lines(tenant, record) for record in records}

    def load_cost_lines(self, tenant: str, record: Bill | VendorCredit) -> tuple[CostLine, ...]:
        return tuple(line for line in self.lines.get((tenant, record.ref), ()) if isinstance(line, CostLine))

    def load_cost_lines_of_many(
        self, tenant: str, records: Iterable[Bill | VendorCredit]
    ) -> dict[Ref, tuple[CostLine, ...]]:
        return {record.ref: self.load_cost_lines(tenant, record) for record in records}

    def load_deposit_lines(self, tenant: str, deposit: Deposit) -> tuple[DepositLine, ...]:
        return tuple(line for line in self.lines.get((tenant, deposit.ref), ()) if isinstance(line, DepositLine))

    def load_payout_items(self, tenant: str, payout: Ref) -> tuple[PayoutItem, ...]:
        return tuple(line for line in self.lines.get((tenant, payout), ()) if isinstance(line, PayoutItem))

    def load_payouts_of(self, tenant: str, payments: Iterable[Ref]) -> dict[Ref, tuple[Ref, ...]]:
        payouts = sorted((payout.ref for payout in self._of(tenant, Kind.PAYOUT)), key=_name)
        held = {ref: {item.payment for item in self.load_payout_items(tenant, ref)} for ref in payouts}
        return {payment: tuple(ref for ref in payouts if payment in held[ref]) for payment in payments}

    def archive(self, tenant: str, refs: Iterable[Ref], *, archived: bool, run: str = "") -> None:
        for ref, record in self.load_many(tenant, refs).items():
            if not isinstance(record, Customer | Invoice | CreditMemo):
                raise ValueError(f"a {ref.kind} cannot be archived")
            kept = record.keeping
            if run:
                changes = not kept.archived if archived else bool(kept.archived and kept.by_run)
            else:
                changes = kept.archived != archived or bool(archived and kept.by_run)
            if changes:
                keeping = replace(kept, archived=archived, by_run=run)
                self.records[tenant, ref] = replace(record, keeping=keeping)

    def revise(self, tenant: str, refs: Iterable[Ref], change: Callable[[Record], Record]) -> None:
        for ref, record in self.load_many(tenant, refs).items():
            self.records[tenant, ref] = change(record)

    def load_payments_of(self, tenant: str, invoice: Ref) -> tuple[Payment, ...]:
        found = [self.records[tenant, ref] for ref in sorted(self.paid_by[tenant, invoice])]
        return tuple(record for record in found if isinstance(record, Payment) and invoice in _invoices_of(record))

    def load_payments_of_many(self, tenant: str, invoices: Iterable[Ref]) -> dict[Ref, tuple[Payment, ...]]:
        return {invoice: self.load_payments_of(tenant, invoice) for invoice in invoices}

    def load_bill_payments_of(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, tuple[BillPayment, ...]]:
        return {ref: self._bill_payments_of(tenant, ref) for ref in refs}

    def _bill_payments_of(self, tenant: str, settled: Ref) -> tuple[BillPayment, ...]:
        found = [self.records[tenant, ref] for ref in sorted(self.paid_by[tenant, settled])]
        return tuple(each for each in found if isinstance(each, BillPayment) and settled in settled_by(each))

    def load_invoices_numbered(self, tenant: str, number: str) -> tuple[Invoice, ...]:
        wanted = normalise(number)
        invoices = (record for record in self._of(tenant, Kind.INVOICE) if isinstance(record, Invoice))
        return tuple(invoice for invoice in invoices if wanted and normalise(invoice.number) == wanted)

    def load_numbered(self, tenant: str, numbers: Iterable[str]) -> dict[str, Numbered]:
        wanted = {number for each in numbers if 0 < len(number := normalise(each)) <= MAX_NUMBER_LENGTH}
        return {number: self._numbered(tenant, number) for number in sorted(wanted)}

    def _numbered(self, tenant: str, number: str) -> Numbered:
        found = sorted(self.load_invoices_numbered(tenant, number), key=lambda invoice: _name(invoice.ref))
        if len(found) <= MAX_SAME_NUMBER:
            return Numbered(tuple(found))
        of_each = ([invoice for invoice in found if invoice.ref.system is system] for system in CONNECTED)
        return Numbered(tuple(invoice for some in of_each for invoice in some[:MAX_SAME_NUMBER]), crowded=True)

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
        if shelf:
            return self._list_shelf(tenant, shelf, kind, first, last, system, cursor, limit, down=not oldest_first)

        def is_wanted(record: Record) -> bool:
            if customer is not None and _of_whom(record) != customer:
                return False
            day = dated(record)
            return (
                day is not None
                and system in (None, record.ref.system)
                and (first or date.min) <= day <= (last or date.max)
            )

        wanted = filter(is_wanted, self._of(tenant, kind))
        return _page(
            wanted, lambda record: f"{dated(record)}#{_name(record.ref)}", cursor, limit, down=not oldest_first
        )

    def list_named(
        self, tenant: str, kind: Kind, *, prefix: str, system: System | None, cursor: str, limit: int
    ) -> ListPage:
        wanted = (
            record
            for record in self._of(tenant, kind)
            if isinstance(record, Customer | Vendor)
            and system in (None, record.ref.system)
            and normalise(record.name).startswith(normalise(prefix))
            and (record.name or record.standing is not Standing.DELETED)
        )
        return _page(wanted, _filed_under, cursor, limit)

    def list_unpaid(self, tenant: str, system: System, *, cursor: str, limit: int) -> ListPage:
        wanted = (
            record
            for record in self._of(tenant, Kind.INVOICE)
            if isinstance(record, Invoice)
            and record.ref.system is system
            and record.standing is Standing.LIVE
            and record.balance_minor
        )
        return _page(wanted, lambda record: _name(record.ref), cursor, limit)

    def _list_shelf(
        self,
        tenant: str,
        shelf: Shelf,
        kind: Kind,
        first: date | None,
        last: date | None,
        system: System | None,
        cursor: str,
        limit: int,
        *,
        down: bool,
    ) -> ListPage:
        wanted = (
            record
            for record in self._of(tenant, kind)
            if shelf in shelves_of(record)
            and system in (None, record.ref.system)
            and (day := dated(record)) is not None
            and (first or date.min) <= day <= (last or date.max)
        )
        return _page(wanted, _place_on_shelf, cursor, limit, down=down)

    def load_link(self, tenant: str, ref: Ref) -> Link | None:
        return self.links.get((tenant, ref))

    def load_links(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Link]:
        return {ref: self.links[tenant, ref] for ref in refs if (tenant, ref) in self.links}

    def remove_link(self, tenant: str, link: Link) -> None:
        for ref in (link.accounting, link.psa):
            kept = self.links.get((tenant, ref), link)
            if (kept.accounting, kept.psa) != (link.accounting, link.psa):
                raise Conflict(f"{ref} is linked to another record")
        for ref in (link.accounting, link.psa):
            self.links.pop((tenant, ref), None)

    def save_link(self, tenant: str, link: Link) -> None:
        for ref in (link.accounting, link.psa):
            kept = self.links.get((tenant, ref), link)
            if (kept.accounting, kept.psa) != (link.accounting, link.psa):
                raise Conflict(f"{ref} is linked to another record")
        if link.origin is LinkOrigin.MATCHED:
            link = self.links.get((tenant, link.accounting), link)
        self.links[tenant, link.accounting] = self.links[tenant, link.psa] = link

    def save_links(self, tenant: str, links: Iterable[Link]) -> frozenset[Link]:
        saved = set()
        for link in links:
            with suppress(Conflict):
                self.save_link(tenant, link)
                saved.add(link)
        return frozenset(saved)

    def _of(self, tenant: str, kind: Kind) -> list[Record]:
        return [record for (owner, ref), record in self.records.items() if owner == tenant and ref.kind is kind]

    def _save(self, tenant: str, record: Record) -> bool:
        """Save one. Returns: whether it was new or different."""
        key = (tenant, record.ref)
        stored, lines = self.records.get(key), lines_of(record)
        if stored is not None and _is_older(record, stored):
            of_stored = (stored.version.updated_at, stored.standing) == (record.version.updated_at, record.standing)
            if lines is not None and of_stored and self.lines_of.get(key) not in (None, record.version.updated_at):
                self.lines[key], self.lines_of[key] = lines, record.version.updated_at
                return True
            return False
        merged = _without_lines(merge(record, stored))
        if stored is not None and record.standing is Standing.DELETED:
            lines = None
        awaited = lines is not None and self.lines_of.get(key) not in (None, record.version.updated_at)
        if lines is not None:
            self.lines_of[key] = record.version.updated_at
        if lines is not None and (awaited or lines != self.lines.get(key)):
            self.lines[key] = lines
        elif stored is not None and _is_as_stored(merged, stored):
            return False
        if isinstance(merged, Payment | BillPayment):
            for settled in _invoices_of(merged) if isinstance(merged, Payment) else settled_by(merged):
                self.paid_by[tenant, settled].add(merged.ref)
        self.records[tenant, record.ref] = merged
        return True


def _invoices_of(payment: Payment) -> tuple[Ref, ...]:
    return (*(part.invoice for part in payment.allocations), *payment.former_invoices, *payment.credit_only)


def settled_by(payment: BillPayment) -> tuple[Ref, ...]:
    """Give every bill and vendor credit that a payment names or ever named."""
    return (*(part.bill for part in payment.bills), *(part.credit for part in payment.credits), *payment.former)


def _of_whom(record: Record) -> Ref | None:
    """Give the customer or vendor in whose own list a record is."""
    named: Ref | None = getattr(record, "customer", None) or getattr(record, "vendor", None)
    return named


def lines_of(record: Record) -> Lines | None:
    """Give the lines that a record came with; None where it has none, or they were not read."""
    if isinstance(record, Payout):
        return record.items
    return record.lines if isinstance(record, Invoice | CreditMemo | Deposit | Bill | VendorCredit) else None


def dated(record: Record) -> date | None:
    """Give the day under which a record is listed."""
    match record:
        case Customer() | Vendor():
            return None
        case Payment() | BillPayment():
            return record.paid_on
        case Deposit():
            return record.deposited_on
        case Payout():
            return record.arrives_on
        case Invoice() | CreditMemo():
            is_bare = not (record.number or record.customer or record.total_minor)
            return None if record.standing is Standing.DELETED and is_bare else record.issued_on
        case Bill() | VendorCredit():
            is_bare = not (record.number or record.vendor or record.total_minor)
            return None if record.standing is Standing.DELETED and is_bare else record.issued_on


def _page(
    records: Iterable[Record], place: Callable[[Record], str], cursor: str, limit: int, *, down: bool = False
) -> ListPage:
    """Give what comes behind a place. The cursor is the place, so that a list may change between its pages."""
    if cursor and "#" not in cursor and "-" not in cursor:
        raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start again without it.")
    placed = sorted(((place(each), each) for each in records), key=itemgetter(0), reverse=down)
    behind = [each for each in placed if not cursor or (each[0] < cursor if down else each[0] > cursor)]
    page = behind[:limit]
    places = tuple(at for at, _ in page)
    return ListPage(tuple(each for _, each in page), places[-1] if len(behind) > limit else "", places)


@lru_cache(maxsize=10_000)
def _name(ref: Ref) -> str:
    return f"{ref.system}-{quote(ref.id, safe='')}"


def _place_on_shelf(record: Record) -> str:
    return f"{dated(record)}#{quote(record.ref.id, safe='')}#{record.ref.system}"


def _filed_under(record: Record) -> str:
    assert isinstance(record, Customer | Vendor)
    return f"{normalise(record.name)[:NAME_LENGTH]}#{_name(record.ref)}"


def _is_older(record: Record, stored: Record) -> bool:
    return (record.version.updated_at, record.version.seen_at) < (stored.version.updated_at, stored.version.seen_at)


def _is_as_stored(record: Record, stored: Record) -> bool:
    """Tell whether a record says nothing new, whenever it was read."""
    if (record.version.updated_at, record.standing) != (stored.version.updated_at, stored.standing):
        return False
    kind: Any = type(record)
    said = _all_but_version(kind)
    return kind is type(stored) and said(record) == said(stored)


@cache
def _all_but_version(kind: type[Any]) -> Callable[[Record], tuple[object, ...]]:
    return attrgetter(*(each.name for each in fields(kind) if each.name != "version"))


def _without_lines(record: Record) -> Record:
    if isinstance(record, Invoice | CreditMemo | Deposit | Bill | VendorCredit) and record.lines is not None:
        return replace(record, lines=None)
    if isinstance(record, Payout) and record.items is not None:
        return replace(record, items=None)
    return record
