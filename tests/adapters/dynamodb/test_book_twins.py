"""The book in the table, the book on a table in memory, and the book of the fakes say the same of everything."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from itertools import count
from typing import Any

from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import (
    CONNECTED,
    PLATFORM,
    CreditMemo,
    Deposit,
    Invoice,
    Kind,
    Link,
    LinkOrigin,
    OutsidePayment,
    Payout,
    Record,
    Ref,
    Standing,
    System,
)
from crossfoot.core.payables.records import PAYABLE_KINDS, Bill, VendorCredit
from crossfoot.core.shelves import Shelf
from crossfoot.errors import Conflict
from crossfoot.ports import Book, ListPage
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.adapters.dynamodb.doubles import OneCallAtATime
from tests.adapters.dynamodb.drawn import IDS, NAMES, NUMBERS, VERSIONS, records
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.payables import make_bill
from tests.adapters.dynamodb.records import (
    CW,
    OTHER_TENANT,
    QBO,
    TENANT,
    invoice_ref,
    make_customer,
    make_deposit,
    make_deposit_lines,
    make_invoice,
    make_payout,
    version,
)
from tests.fakes.book import FakeBook

RECEIVABLE: list[Kind] = [kind for kind in Kind if kind not in (Kind.PAYOUT, *PAYABLE_KINDS)]
KINDS: dict[System, list[Kind]] = {
    QBO: [*RECEIVABLE, *PAYABLE_KINDS],
    CW: RECEIVABLE,
    PLATFORM: [Kind.PAYMENT, Kind.PAYOUT, *PAYABLE_KINDS],
}
REFS = [Ref(system, kind, id_) for system, kinds in KINDS.items() for kind in kinds for id_ in ("1", "2", "#3")]
SETTLED = [ref for ref in REFS if ref.kind in (Kind.BILL, Kind.VENDOR_CREDIT)]
CUSTOMERS = [ref for ref in REFS if ref.kind is Kind.CUSTOMER]
FILTERABLE = [ref for ref in REFS if ref.kind in (Kind.CUSTOMER, Kind.INVOICE, Kind.CREDIT_MEMO)]
LIMITS = (1, 3, 200)
OUTSIDE = OutsidePayment(date(2026, 11, 2), "cash", "at the counter")
_TENANTS = count(1)

type Act = Callable[[Book, str], object]


def saving(some: list[Any]) -> Act:
    return lambda book, tenant: book.save(tenant, some)


def archiving(refs: list[Ref], archived: bool, run: str = "") -> Act:
    return lambda book, tenant: book.archive(tenant, refs, archived=archived, run=run)


def naming(refs: list[Ref], name: str, named_at: str) -> Act:
    """Name a customer anew on its invoices and credit memos, and let them in."""

    def change(record: Record) -> Record:
        if not isinstance(record, Invoice | CreditMemo):
            return record
        return replace(record, customer_name=name, keeping=replace(record.keeping, left_out=False, named_at=named_at))

    return lambda book, tenant: book.revise(tenant, refs, change)


def marking(refs: list[Ref], outside: OutsidePayment | None) -> Act:
    """Mark bills and invoices as paid without the platform, or take that back."""

    def change(record: Record) -> Record:
        if not isinstance(record, Invoice | Bill):
            return record
        return replace(record, keeping=replace(record.keeping, outside=outside))

    return lambda book, tenant: book.revise(tenant, refs, change)


def linking(accounting: str, psa: str, origin: LinkOrigin, removes: bool) -> Act:
    link = Link(invoice_ref(accounting), invoice_ref(psa, CW), origin)
    return lambda book, tenant: book.remove_link(tenant, link) if removes else book.save_link(tenant, link)


def linking_many(pairs: list[tuple[str, str]]) -> Act:
    links = [Link(invoice_ref(accounting), invoice_ref(psa, CW)) for accounting, psa in pairs]
    return lambda book, tenant: book.save_links(tenant, links)


ACTS = st.one_of(
    st.builds(saving, st.lists(records(), min_size=1, max_size=4)),
    st.builds(saving, st.lists(records(), min_size=1, max_size=4)),
    st.builds(
        archiving, st.lists(st.sampled_from(FILTERABLE), max_size=4), st.booleans(), st.sampled_from(("", "r-1", "r-2"))
    ),
    st.builds(
        naming, st.lists(st.sampled_from(REFS), max_size=4), st.sampled_from(NAMES), VERSIONS.map(lambda at: at.seen_at)
    ),
    st.builds(marking, st.lists(st.sampled_from(REFS), max_size=4), st.sampled_from((None, OUTSIDE))),
    st.builds(linking, IDS, IDS, st.sampled_from(LinkOrigin), st.booleans()),
    st.builds(linking_many, st.lists(st.tuples(IDS, IDS), max_size=3, unique_by=lambda pair: pair[0])),
)


def outcome(act: Act, book: Book, tenant: str) -> object:
    try:
        return act(book, tenant)
    except Conflict:
        return "conflict"


def pages(load: Callable[..., ListPage], limit: int) -> Iterator[Any]:
    cursor = ""
    while True:
        page = load(cursor=cursor, limit=limit)
        yield from page.records
        cursor = page.next_cursor
        if not cursor:
            return


def everything(book: Book, tenant: str, limit: int) -> dict[str, Any]:
    """Ask all that the port answers."""
    told: dict[str, Any] = {"load_many": book.load_many(tenant, REFS), "links": book.load_links(tenant, REFS)}
    for ref in REFS:
        record = book.load(tenant, ref)
        told[f"load {ref.kind} {ref}"] = record
        if isinstance(record, Invoice | CreditMemo):
            told[f"lines {ref.kind} {ref}"] = book.load_lines(tenant, record)
        if isinstance(record, Deposit):
            told[f"lines {ref.kind} {ref}"] = book.load_deposit_lines(tenant, record)
        if isinstance(record, Payout):
            told[f"items {ref}"] = book.load_payout_items(tenant, ref)
        if isinstance(record, Bill | VendorCredit):
            told[f"lines {ref.kind} {ref}"] = book.load_cost_lines(tenant, record)
        if ref.kind is Kind.INVOICE:
            told[f"link {ref}"] = book.load_link(tenant, ref)
            payments = book.load_payments_of(tenant, ref)
            told[f"payments {ref}"] = {payment.ref: payment for payment in payments}
    bills = [record for record in told["load_many"].values() if isinstance(record, Invoice | CreditMemo)]
    told["lines of many"] = book.load_lines_of_many(tenant, bills)
    costly = [record for record in told["load_many"].values() if isinstance(record, Bill | VendorCredit)]
    told["cost lines of many"] = book.load_cost_lines_of_many(tenant, costly)
    settling = book.load_bill_payments_of(tenant, SETTLED)
    told["bill payments of"] = {ref: {payment.ref: payment for payment in paid} for ref, paid in settling.items()}
    paying = book.load_payments_of_many(tenant, [ref for ref in REFS if ref.kind is Kind.INVOICE])
    told["payments of many"] = {ref: {payment.ref: payment for payment in paid} for ref, paid in paying.items()}
    told["payouts of"] = book.load_payouts_of(tenant, [ref for ref in REFS if ref.kind is Kind.PAYMENT])
    for number in NUMBERS:
        told[f"number {number}"] = {invoice.ref: invoice for invoice in book.load_invoices_numbered(tenant, number)}
    for number, numbered in book.load_numbered(tenant, NUMBERS).items():
        by_ref = {invoice.ref: invoice for invoice in numbered.invoices}
        told[f"numbered {number}"] = (by_ref, numbered.crowded, len(numbered.invoices))
    return told | _lists(book, tenant, limit)


def _lists(book: Book, tenant: str, limit: int) -> dict[str, Any]:
    told: dict[str, Any] = {}
    bounds = ((None, None), (date(2026, 11, 1), None), (date(2026, 10, 31), date(2026, 11, 1)))
    for kind in (Kind.INVOICE, Kind.PAYMENT, Kind.CREDIT_MEMO, Kind.DEPOSIT, Kind.PAYOUT, Kind.CUSTOMER):
        for number, (first, last) in enumerate(bounds):
            for customer in (None,) if kind is Kind.PAYOUT else (None, CUSTOMERS[number]):
                how: dict[str, Any] = {"first": first, "last": last, "customer": customer, "oldest_first": number == 1}
                how["system"] = (None, PLATFORM if kind is Kind.PAYOUT else QBO, CW)[number]
                load = partial(book.list_records, tenant, kind, **how)
                told[f"list {kind} {how}"] = list(pages(load, limit))
    for number, (first, last) in enumerate(bounds):
        kind = (Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT)[number]
        vendor = (None, Ref(PLATFORM, Kind.VENDOR, "1"), Ref(QBO, Kind.VENDOR, "1"))[number]
        how = {"first": first, "last": last, "customer": vendor, "oldest_first": number == 1}
        told[f"list {kind} {how}"] = list(pages(partial(book.list_records, tenant, kind, system=None, **how), limit))
        for shelf in (Shelf.UNPAID, Shelf.VOID, Shelf.LEFT_OUT):
            how = {"first": first, "last": last, "oldest_first": number == 1, "shelf": shelf}
            how["system"] = (None, QBO, PLATFORM)[number]
            told[f"{kind} {how}"] = list(pages(partial(book.list_records, tenant, kind, **how), limit))
    for number, (first, last) in enumerate(bounds):
        how = {
            "first": first,
            "last": last,
            "system": (None, QBO, CW)[number],
            "oldest_first": number == 1,
        }
        for place, shelf in enumerate(Shelf):
            kind = Kind.INVOICE if shelf is Shelf.UNPAID or (place + number) % 2 else Kind.CREDIT_MEMO
            load = partial(book.list_records, tenant, kind, shelf=shelf, **how)
            told[f"{shelf} {kind} by date {how}"] = list(pages(load, limit))
    for system in (None, QBO, CW):
        for prefix in ("", "acme", "ac me i", "z"):
            by_name = partial(book.list_named, tenant, Kind.CUSTOMER, prefix=prefix, system=system)
            told[f"customers {system} {prefix}"] = list(pages(by_name, limit))
    for system, prefix in ((None, "ac me i"), (QBO, ""), (PLATFORM, "acme")):
        by_name = partial(book.list_named, tenant, Kind.VENDOR, prefix=prefix, system=system)
        told[f"vendors {system} {prefix}"] = list(pages(by_name, limit))
    for system in CONNECTED:
        found = list(pages(partial(book.list_unpaid, tenant, system), limit))
        told[f"unpaid {system}"] = {record.ref: record for record in found}
        assert len(found) == len(told[f"unpaid {system}"])
    return told


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(ACTS, max_size=12), st.sampled_from(LIMITS))
@example([saving([make_customer("1", name="")]), saving([make_customer("1", name="", standing=Standing.DELETED)])], 1)
@example(
    [saving([make_deposit("1", at=version(1, seen), lines=make_deposit_lines(2))]) for seen in (0, 1)],
    3,
)
def test_the_fake_book_says_what_the_real_one_says(acts: list[Act], limit: int) -> None:
    real, fake = TableBook(MemoryTable()), FakeBook()
    for act in acts:
        assert outcome(act, real, TENANT) == outcome(act, fake, TENANT)
    told, fake_told = everything(real, TENANT, limit), everything(fake, TENANT, limit)
    for question, answer in told.items():
        assert fake_told[question] == answer, question


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(ACTS, max_size=8), st.lists(ACTS, max_size=8), st.randoms(use_true_random=False))
def test_x6_what_one_partner_does_changes_nothing_that_another_one_reads(
    mine: list[Act], theirs: list[Act], chance: random.Random
) -> None:
    """Both have the same ids, names and numbers: each book answers as if it were alone in the table."""
    shared = TableBook(MemoryTable())
    alone = {tenant: TableBook(MemoryTable()) for tenant in (TENANT, OTHER_TENANT)}
    todo = {TENANT: list(mine), OTHER_TENANT: list(theirs)}
    while any(todo.values()):
        tenant = chance.choice([tenant for tenant, acts in todo.items() if acts])
        act = todo[tenant].pop(0)
        assert outcome(act, shared, tenant) == outcome(act, alone[tenant], tenant)
    for tenant, book in alone.items():
        assert everything(shared, tenant, 200) == everything(book, tenant, 200)


def test_x6_every_method_of_the_book_is_asked_in_these_tests() -> None:
    asked: set[str] = set()

    class Listening:
        def __init__(self, book: Book) -> None:
            self._book = book

        def __getattr__(self, name: str) -> Any:
            asked.add(name)
            return getattr(self._book, name)

    book: Any = Listening(TableBook(MemoryTable()))
    for act in (
        saving([make_invoice(), make_deposit("1"), make_payout(), make_bill("1")]),
        archiving([], True),
        naming([], "Acme", ""),
        marking([], None),
        linking("1", "1", LinkOrigin.MATCHED, False),
        linking("1", "1", LinkOrigin.MATCHED, True),
        linking_many([("1", "1")]),
    ):
        act(book, TENANT)
    everything(book, TENANT, 3)
    assert asked == {name for name in vars(Book) if not name.startswith("_")}


@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(ACTS, min_size=6, max_size=10))
def test_the_table_in_memory_says_what_dynamodb_says(shared_table: Table, acts: list[Act]) -> None:
    """The other tests of this file run on it, because they are many."""
    real, memory = TableBook(OneCallAtATime(shared_table.name)), TableBook(MemoryTable())
    tenant = f"t_{next(_TENANTS):08x}"
    for act in acts:
        assert outcome(act, real, tenant) == outcome(act, memory, tenant)
    assert everything(real, tenant, 3) == everything(memory, tenant, 3)
