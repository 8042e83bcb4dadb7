"""What comes into the book through the import filters (C4, C5), and what a change of a customer means for its records."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import batched
from typing import Protocol

from crossfoot.core.decisions import Decision
from crossfoot.core.filters import ImportFilters, decide_import
from crossfoot.core.model import Billed, CreditMemo, Customer, Invoice, Kind, Record, Ref, Standing
from crossfoot.core.pacing import Pace, in_no_hurry
from crossfoot.follow_ups import Stores, follow_ups
from crossfoot.messages import FollowCustomers
from crossfoot.ports import Book, FilterStore, Queue

# So many records are followed in one go, of as many customers as they belong to.
PAGE = 200
# A message holds 256 KB, and so do ten that are sent together.
CUSTOMERS_PER_MESSAGE = 200


class Filing(Stores, Protocol):
    """What is needed to file a customer's records anew; a step's own ports offer it."""

    @property
    def filters(self) -> FilterStore: ...
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


def follow_changes(tenant: str, records: Sequence[Record], because: str, book: Book) -> list[FollowCustomers]:
    """Ask for what follows from customers that were renamed (matching compares names, I9) or may let more in now (C4).

    Takes: records as they were read, that are not in the book yet: once they are, nobody can tell what they were before.
    Whoever dies between finds them changed again, and asks again.
    """
    read = {record.ref: record for record in records if isinstance(record, Customer)}
    stored = book.load_many(tenant, read) if read else {}
    changed = sorted(
        ref for ref, before in stored.items() if isinstance(before, Customer) and _matters(before, read[ref])
    )
    return [
        FollowCustomers(tenant=tenant, system=some[0].system, customers=tuple(ref.id for ref in some), because=because)
        for some in batched(changed, CUSTOMERS_PER_MESSAGE, strict=False)
    ]


def _matters(before: Customer, now: Customer) -> bool:
    if now.standing is Standing.DELETED or now.version.updated_at < before.version.updated_at:
        return False
    let_in_at_last = before.keeping.left_out and not now.keeping.left_out
    # A company that came in before the filters did stays in, and its traits decide about its invoices all the same.
    opens = let_in_at_last or before.traits != now.traits
    return before.name_on_invoices != now.name_on_invoices or opens


def follow_customers(message: FollowCustomers, filing: Filing, remaining_ms: Callable[[], int] = in_no_hurry) -> int:
    """Give the records of customers that changed the new name, let them in, and queue what follows; the rest by message.

    Nothing is read from the system: it shows the name that it shows of the customer, on records that did not change and
    that no list of changes names.
    Returns: how many records were looked at. Repeating it changes nothing.
    Source: I9, C4.
    """
    pace, total = Pace(remaining_ms), 0
    following: FollowCustomers | None = message
    while following:
        refs, following = _next_records(following, filing.book)
        _follow(message.tenant, refs, filing)
        total += len(refs)
        if following and not pace.has_time():
            # What could not be done was revived; what is left is new work.
            filing.queue.send([replace(following, revivals=0)])
            break
    return total


def _next_records(place: FollowCustomers, book: Book) -> tuple[list[Ref], FollowCustomers | None]:
    """Gather records of the customers, until they are enough for one go. Returns: them, and where the next ones are."""
    found: list[Ref] = []
    following: FollowCustomers | None = place
    while following and len(found) < PAGE:
        customer = Ref(following.system, Kind.CUSTOMER, following.customers[0])
        page = book.list_records(
            following.tenant,
            following.kind_at,
            first=None,
            last=None,
            system=None,
            cursor=following.place,
            limit=PAGE - len(found),
            customer=customer,
        )
        found += [record.ref for record in page.records]
        following = _behind(following, page.next_cursor)
    return found, following


def _behind(place: FollowCustomers, cursor: str) -> FollowCustomers | None:
    if cursor:
        return replace(place, place=cursor)
    if place.kind_at is Kind.INVOICE:
        return replace(place, kind_at=Kind.CREDIT_MEMO, place="")
    left = place.customers[1:]
    return replace(place, customers=left, kind_at=Kind.INVOICE, place="") if left else None


def _follow(tenant: str, refs: Sequence[Ref], filing: Filing) -> None:
    if not refs:
        return
    records = filing.book.load_many(tenant, refs)
    customers = _customers_of(tenant, list(records.values()), filing.book)
    # Read for each go: the partner may change them meanwhile.
    filters = filing.filters.load(tenant)
    filing.book.revise(tenant, refs, lambda record: _as_of(record, customers, filters))
    stand = filing.book.load_many(tenant, refs)
    filing.queue.send(follow_ups(tenant, [record for record in stand.values() if not is_left_out(record)], filing))


def _as_of(record: Record, customers: Mapping[Ref, Customer], filters: ImportFilters) -> Record:
    """Give a record as it is to stand beside its customer."""
    if not isinstance(record, Invoice | CreditMemo) or record.customer is None:
        return record
    customer = customers.get(record.customer)
    if customer is None or customer.standing is Standing.DELETED:
        return record
    return _let_in_at_last(_named_as(record, customer), customer, filters)


def _named_as(record: Billed, customer: Customer) -> Billed:
    """Name the customer as it is called now. What was read after the customer knows the name better.

    Times have whole seconds. In the same one the customer's word counts: a name of later in it comes with its next read.
    """
    name, read_at = customer.name_on_invoices, customer.version.seen_at
    if record.customer_name == name or record.version.seen_at > read_at:
        return record
    return replace(record, customer_name=name, keeping=replace(record.keeping, named_at=read_at))


def _let_in_at_last(record: Billed, customer: Customer, filters: ImportFilters) -> Billed:
    if not record.keeping.left_out:
        return record
    kept_out = decide_import(record, customer, filters) is not None
    return replace(record, keeping=replace(record.keeping, left_out=kept_out))
