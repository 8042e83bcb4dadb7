"""What comes into the book through the import filters (C4, C5), and what a change of a customer means for its records."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from crossfoot.core.decisions import Decision
from crossfoot.core.filters import ImportFilters, decide_import
from crossfoot.core.model import CreditMemo, Customer, Invoice, Kind, Record, Ref, Standing
from crossfoot.follow_ups import Stores, follow_ups
from crossfoot.ports import Book, Clock, Queue, Source
from crossfoot.rereading import reread_invoices

PAGE = 200
# A customer with more invoices than that is matched again by the nightly comparison only.
MAX_PAGES = 250


class Filing(Stores, Protocol):
    """What is needed to file a customer's records anew; a step's own ports offer it."""

    @property
    def clock(self) -> Clock: ...
    @property
    def queue(self) -> Queue: ...


def is_left_out(record: Record) -> bool:
    """Tell whether the import filters keep a record out."""
    return isinstance(record, Customer | Invoice | CreditMemo) and record.keeping.left_out


def let_in(
    tenant: str, records: Sequence[Record], filters: ImportFilters, book: Book
) -> tuple[tuple[Record, ...], int]:
    """Mark the records that the filters keep out.

    Returns: the records, in their order; and how many of those outside are imported already. They stay so, and whatever
    happens to them has the same consequences as ever (C5).
    Source: C4, C5.
    """
    if filters.is_open:
        return tuple(records), 0
    customers = _customers_of(tenant, records, book)
    out = {record.ref for record in records if _judge(record, customers, filters) is not None}
    stored = book.load_many(tenant, sorted(out)) if out else {}
    known = {ref for ref, record in stored.items() if not is_left_out(record)}
    marked = tuple(_mark(record, left_out=record.ref in out - known) for record in records)
    return marked, sum(1 for record in stored.values() if is_imported(record))


def is_imported(record: Record) -> bool:
    """Tell whether the book holds a record as one of the partner's: neither left out, nor archived, nor gone."""
    if not isinstance(record, Customer | Invoice | CreditMemo):
        return True
    return not (record.keeping.left_out or record.keeping.archived or record.standing is Standing.DELETED)


def outside(
    tenant: str, records: Sequence[Record], filters: ImportFilters, book: Book
) -> tuple[tuple[Record, Decision], ...]:
    """Find the records of the book that are imported and would not be let in any more, and say why. Source: C5."""
    imported = [record for record in records if not filters.is_open and is_imported(record)]
    customers = _customers_of(tenant, imported, book)
    judged = ((record, _judge(record, customers, filters)) for record in imported)
    return tuple((record, why) for record, why in judged if why is not None)


def judge(tenant: str, record: Record, filters: ImportFilters, book: Book) -> Decision | None:
    """Say why the filters keep a record out; None when they let it in. Source: C4."""
    return _judge(record, _customers_of(tenant, [record], book), filters)


def _customers_of(tenant: str, records: Sequence[Record], book: Book) -> dict[Ref, Customer]:
    """Find the customers of invoices and credit memos: those just read, else those in the book."""
    read = {record.ref: record for record in records if isinstance(record, Customer)}
    wanted = {r.customer for r in records if isinstance(r, Invoice | CreditMemo) and r.customer is not None}
    stored = book.load_many(tenant, sorted(wanted - read.keys()))
    return read | {ref: record for ref, record in stored.items() if isinstance(record, Customer)}


def _mark(record: Record, *, left_out: bool) -> Record:
    if not isinstance(record, Customer | Invoice | CreditMemo):
        return record
    return replace(record, keeping=replace(record.keeping, left_out=left_out))


def _judge(record: Record, customers: dict[Ref, Customer], filters: ImportFilters) -> Decision | None:
    if not isinstance(record, Customer | Invoice | CreditMemo):
        return None
    customer = None if isinstance(record, Customer) or record.customer is None else customers.get(record.customer)
    return decide_import(record, customer, filters)


@dataclass(frozen=True, slots=True)
class ChangedCustomer:
    """A customer whose invoices follow its change."""

    before: Customer
    now: Customer


def changed_customers(tenant: str, records: Sequence[Record], book: Book) -> dict[Ref, ChangedCustomer]:
    """Find the customers that were renamed (matching compares names, I9) or are let in at last (C4)."""
    read = {record.ref: record for record in records if isinstance(record, Customer)}
    stored = book.load_many(tenant, read) if read else {}
    found = [ChangedCustomer(b, read[ref]) for ref, b in stored.items() if isinstance(b, Customer)]
    return {change.now.ref: change for change in found if _matters(change)}


def _matters(change: ChangedCustomer) -> bool:
    if change.now.standing is Standing.DELETED or change.now.version.updated_at < change.before.version.updated_at:
        return False
    let_in_at_last = change.before.keeping.left_out and not change.now.keeping.left_out
    return change.before.name != change.now.name or let_in_at_last


def match_again(tenant: str, change: ChangedCustomer, source: Source, filters: ImportFilters, filing: Filing) -> None:
    """Read the invoices of a customer that changed again, page by page, and queue what follows.

    They carry the customer's name, and did not change themselves: no list of changes names them.
    Source: I9, C4. Repeating it changes nothing.
    """
    for page in _pages(tenant, Kind.INVOICE, change.now.ref, filing.book):
        known = [record for record in page if isinstance(record, Invoice)]
        read = reread_invoices(known, source, filing.clock.now())
        records = [_let_in_at_last(invoice, change.now, filters) for invoice in read]
        filing.book.save(tenant, records)
        filing.queue.send(follow_ups(tenant, [record for record in records if not is_left_out(record)], filing))
    for page in _pages(tenant, Kind.CREDIT_MEMO, change.now.ref, filing.book):
        memos = [_renamed(record, change) for record in page if isinstance(record, CreditMemo)]
        filing.book.save(tenant, [_let_in_at_last(memo, change.now, filters) for memo in memos])


def _renamed(memo: CreditMemo, change: ChangedCustomer) -> CreditMemo:
    return replace(memo, customer_name=change.now.name) if memo.customer_name == change.before.name else memo


def _let_in_at_last[R: (Invoice, CreditMemo)](record: R, customer: Customer, filters: ImportFilters) -> R:
    if not record.keeping.left_out:
        return record
    kept_out = decide_import(record, customer, filters) is not None
    return replace(record, keeping=replace(record.keeping, left_out=kept_out))


def _pages(tenant: str, kind: Kind, customer: Ref, book: Book) -> Iterator[tuple[Record, ...]]:
    cursor = ""
    for _ in range(MAX_PAGES):
        page = book.list_records(
            tenant, kind, first=None, last=None, system=None, cursor=cursor, limit=PAGE, customer=customer
        )
        yield page.records
        cursor = page.next_cursor
        if not cursor:
            return
