"""Shelves, that of the unpaid above all: pointers before records, and none removed that a save on its way needs (I7)."""

from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice
from typing import Any

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.keys import lists as keys_of_lists
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Invoice, Keeping, Kind, Record, Ref, Standing
from crossfoot.core.shelves import Shelf, shelves_of
from crossfoot.errors import Rejected

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import Interleaving, Items, MemoryTable, orders
from tests.adapters.dynamodb.records import (
    CW,
    OTHER_TENANT,
    QBO,
    TENANT,
    deleted_invoice,
    invoice_ref,
    make_credit_memo,
    make_invoice,
    make_payment,
    version,
)


@pytest.fixture
def book() -> TableBook:
    return TableBook(MemoryTable())


def load_all(book: TableBook, limit: int = 1000, tenant: str = TENANT) -> list[Record]:
    found: list[Record] = []
    cursor = ""
    while True:
        page = book.list_unpaid(tenant, QBO, cursor=cursor, limit=limit)
        found += page.records
        cursor = page.next_cursor
        if not cursor:
            return found


def pointers(items: Items, shelf: Shelf = Shelf.UNPAID) -> set[str]:
    return {key.sk for key in items if f"#{shelf}#" in key.pk}


def test_i7_live_invoices_with_a_balance_are_listed_and_no_others(book: TableBook) -> None:
    unpaid = [make_invoice("1"), make_invoice("2", balance_minor=1), make_invoice("3", balance_minor=-500)]
    others: list[Record] = [
        make_invoice("4", balance_minor=0),
        make_invoice("5", standing=Standing.VOID),
        make_invoice("6", CW),
        deleted_invoice("7", version(1)),
        make_payment(),
    ]
    book.save(TENANT, [*unpaid, *others])
    assert sorted(load_all(book), key=lambda record: record.ref) == unpaid
    assert load_all(book, tenant=OTHER_TENANT) == []


@pytest.mark.parametrize("limit", [1, 7, 50, 51, 1000])
def test_pages_of_any_size_give_every_invoice_once(book: TableBook, limit: int) -> None:
    made = {make_invoice(str(number)) for number in range(50)}
    book.save(TENANT, [*made])
    book.save(TENANT, [make_invoice(str(number), at=version(2), balance_minor=0) for number in range(9)])
    book.save(TENANT, [make_invoice(str(number), at=version(3), balance_minor=7) for number in range(9)])
    found = load_all(book, limit)
    assert sorted(int(each.ref.id) for each in found) == list(range(50))


def test_a_walk_that_pays_as_it_goes_misses_nothing(book: TableBook) -> None:
    book.save(TENANT, [make_invoice(str(number)) for number in range(40)])
    seen, cursor = 0, ""
    while True:
        page = book.list_unpaid(TENANT, QBO, cursor=cursor, limit=7)
        seen += len(page.records)
        book.save(TENANT, [make_invoice(each.ref.id, at=version(2), balance_minor=0) for each in page.records])
        cursor = page.next_cursor
        if not cursor:
            break
    assert seen == 40
    assert load_all(book) == []


def test_a_pointer_to_an_invoice_that_was_paid_later_is_removed_by_who_reads_the_list() -> None:
    items: Items = {}
    book = TableBook(MemoryTable(items))
    book.save(TENANT, [make_invoice("1"), make_invoice("2")])
    book.save(TENANT, [make_invoice("1", at=version(2), balance_minor=0)])
    assert len(pointers(items)) == 2
    assert [each.ref.id for each in load_all(book)] == ["2"]
    assert len(pointers(items)) == 1
    book.save(TENANT, [make_invoice("1", at=version(3))])
    assert len(load_all(book)) == 2


def test_a_pointer_of_a_save_that_is_not_through_yet_stays(table_name: str) -> None:
    table = Table(table_name)
    book = TableBook(table)
    book.save(TENANT, [make_invoice("1", balance_minor=0, at=version(2))])
    early, late = (
        keys.shelved(TENANT, Shelf.UNPAID, invoice_ref("1"), make_invoice().issued_on, version(second))
        for second in (1, 5)
    )
    gone = keys.shelved(TENANT, Shelf.UNPAID, invoice_ref("gone"), make_invoice().issued_on, version(1))
    table.put_many({early: {}, late: {}, gone: {}})
    assert load_all(book) == []
    assert set(table.get_many([early, late, gone])) == {late, gone}


def test_a_page_reads_its_part_and_refuses_a_cursor_of_another_list(table_name: str) -> None:
    table = CountingTable(table_name)
    book = TableBook(table)
    for tenant in (TENANT, OTHER_TENANT):
        book.save(tenant, [make_invoice(str(number)) for number in range(20)])
    table.calls.clear()
    cursor = book.list_unpaid(TENANT, QBO, cursor="", limit=3).next_cursor
    assert table.calls.count("BatchGetItem") == 1
    assert set(table.calls) == {"Query", "BatchGetItem"}
    assert len(table.calls) <= 1 + keys.SHELF_BUCKETS
    for tenant, system in ((OTHER_TENANT, QBO), (TENANT, CW)):
        with pytest.raises(Rejected, match="cursor_invalid"):
            book.list_unpaid(tenant, system, cursor=cursor, limit=3)
    with pytest.raises(ValueError, match="a page has"):
        book.list_unpaid(TENANT, QBO, cursor="", limit=1001)


# --- by date -----------------------------------------------------------------------------------------------------------


def by_date(
    book: TableBook, tenant: str = TENANT, limit: int = 200, kind: Kind = Kind.INVOICE, **how: Any
) -> list[str]:
    asked: dict[str, Any] = {"first": None, "last": None, "system": None, "shelf": Shelf.UNPAID} | how
    found: list[str] = []
    cursor = ""
    while True:
        page = book.list_records(tenant, kind, cursor=cursor, limit=limit, **asked)
        assert len(page.records) <= limit
        found += [str(record.ref) for record in page.records]
        cursor = page.next_cursor
        if not cursor:
            return found


NOVEMBER = date(2026, 11, 1)


@pytest.fixture
def month(book: TableBook) -> list[Invoice]:
    """Sixty invoices of November, two a day, of either system and of both; every third is paid."""
    made = [
        make_invoice(
            str(100 + place // 3 * 2),
            CW if place % 2 else QBO,
            issued_on=NOVEMBER + timedelta(days=place // 2),
            balance_minor=place % 3 * 100,
        )
        for place in range(60)
    ]
    book.save(TENANT, made)
    unpaid = [each for each in made if each.balance_minor]
    return sorted(unpaid, key=lambda each: (each.issued_on, each.ref.id, each.ref.system))


@pytest.mark.parametrize("limit", [1, 7, 39, 40, 41])
def test_the_unpaid_are_listed_by_date_and_no_others(book: TableBook, month: list[Invoice], limit: int) -> None:
    newest_first = [str(each.ref) for each in reversed(month)]
    assert by_date(book, limit=limit) == newest_first
    assert by_date(book, limit=limit, oldest_first=True) == newest_first[::-1]
    assert by_date(book, limit=limit, system=CW) == [text for text in newest_first if text.startswith("connectwise")]
    assert by_date(book, OTHER_TENANT, limit=limit) == []


def test_the_unpaid_of_some_days_are_listed(book: TableBook, month: list[Invoice]) -> None:
    first, last = NOVEMBER + timedelta(days=3), NOVEMBER + timedelta(days=11)
    wanted = [str(each.ref) for each in reversed(month) if first <= each.issued_on <= last]
    assert by_date(book, limit=5, first=first, last=last) == wanted
    assert by_date(book, first=last, last=first) == []


def test_who_takes_a_part_of_a_page_goes_on_right_behind_it(book: TableBook, month: list[Invoice]) -> None:
    page = book.list_records(
        TENANT, Kind.INVOICE, first=None, last=None, system=None, cursor="", limit=20, shelf=Shelf.UNPAID
    )
    behind = book.list_records(
        TENANT, Kind.INVOICE, first=None, last=None, system=None, cursor=page.cursors[6], limit=13, shelf=Shelf.UNPAID
    )
    assert behind.records == page.records[7:]
    assert page.cursors[-1] == page.next_cursor


def test_the_list_by_date_forgets_what_was_paid_or_dated_anew_and_repeats_nothing() -> None:
    items: Items = {}
    book = TableBook(MemoryTable(items))
    later = NOVEMBER + timedelta(days=9)
    book.save(TENANT, [make_invoice(str(number), issued_on=NOVEMBER) for number in (1, 2, 3)])
    book.save(TENANT, [make_invoice("1", issued_on=NOVEMBER, at=version(2), balance_minor=0)])
    book.save(TENANT, [make_invoice("2", issued_on=later, at=version(2))])
    assert len(pointers(items)) == 4
    assert by_date(book) == ["quickbooks-2", "quickbooks-3"]
    assert len(pointers(items)) == 2
    book.save(TENANT, [make_invoice("2", issued_on=NOVEMBER, at=version(3))])
    assert by_date(book, limit=1) == ["quickbooks-3", "quickbooks-2"]
    assert sorted(each.ref.id for each in load_all(book)) == ["2", "3"]


def test_an_invoice_with_several_pointers_of_a_day_has_one_place() -> None:
    table = MemoryTable({})
    book = TableBook(table)
    book.save(TENANT, [make_invoice("1", issued_on=NOVEMBER, at=version(5)), make_invoice("2", issued_on=NOVEMBER)])
    table.put_many(
        {keys.shelved(TENANT, Shelf.UNPAID, invoice_ref("1"), NOVEMBER, version(second)): {} for second in (1, 2, 9)}
    )
    assert by_date(book) == by_date(book, limit=1) == ["quickbooks-2", "quickbooks-1"]


def test_a_page_by_date_reads_each_bucket_once_and_the_records_of_its_page(table_name: str) -> None:
    table = CountingTable(table_name)
    book = TableBook(table)
    book.save(TENANT, [make_invoice(str(number), balance_minor=number % 20) for number in range(100)])
    table.calls.clear()
    page = book.list_records(
        TENANT, Kind.INVOICE, first=None, last=None, system=QBO, cursor="", limit=90, shelf=Shelf.UNPAID
    )
    assert len(page.records) == 90
    assert table.calls.count("BatchGetItem") == 1
    assert table.calls.count("Query") == keys.SHELF_BUCKETS


def test_x6_a_cursor_of_the_unpaid_is_refused_by_every_other_list(book: TableBook, month: list[Invoice]) -> None:
    asked: dict[str, Any] = {"first": None, "last": None, "system": None, "limit": 5}
    cursor = book.list_records(TENANT, Kind.INVOICE, cursor="", shelf=Shelf.UNPAID, **asked).next_cursor
    for tenant, change in ((OTHER_TENANT, {}), (TENANT, {"system": CW}), (TENANT, {"shelf": None})):
        with pytest.raises(Rejected, match="cursor_invalid"):
            book.list_records(tenant, Kind.INVOICE, cursor=cursor, **{**asked, "shelf": Shelf.UNPAID, **change})
    with pytest.raises(Rejected, match="cursor_invalid"):
        book.list_records(TENANT, Kind.INVOICE, cursor=cursor, shelf=Shelf.VOID, **asked)
    customer = Ref(QBO, Kind.CUSTOMER, "58")
    with pytest.raises(ValueError, match="shelves"):
        book.list_records(TENANT, Kind.INVOICE, cursor="", shelf=Shelf.UNPAID, customer=customer, **asked)


# --- how records stand --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "shelves"),
    [
        (make_invoice(), {Shelf.UNPAID}),
        (make_invoice(balance_minor=0), set()),
        (make_invoice(balance_minor=-1), {Shelf.UNPAID}),
        (make_invoice(standing=Standing.VOID), {Shelf.VOID}),
        (make_invoice(standing=Standing.DELETED), {Shelf.ARCHIVED}),
        (make_invoice(keeping=Keeping(archived=True)), {Shelf.UNPAID, Shelf.ARCHIVED}),
        (make_invoice(keeping=Keeping(left_out=True), balance_minor=0), {Shelf.LEFT_OUT}),
        (make_credit_memo(), set()),
        (make_credit_memo(standing=Standing.VOID), {Shelf.VOID}),
        (make_credit_memo(keeping=Keeping(left_out=True)), {Shelf.LEFT_OUT}),
        (make_payment(standing=Standing.VOID), set()),
        (None, set()),
        (make_invoice("1", CW, balance_minor=0, closed=True), {Shelf.UNSYNCED}),
        (make_invoice("1", CW, closed=True), {Shelf.UNPAID, Shelf.UNSYNCED}),
        (make_invoice("1", CW, balance_minor=0), set()),
        (make_invoice("1", CW, balance_minor=0, closed=True, batch="CF-1"), set()),
        (make_invoice("1", CW, closed=True, standing=Standing.DELETED), {Shelf.ARCHIVED}),
        (make_invoice("1", QBO, balance_minor=0, closed=True), set()),
        (make_credit_memo("1", CW, closed=True), {Shelf.UNSYNCED}),
        (make_credit_memo("1", CW, closed=True, batch="CF-1"), set()),
    ],
)
def test_c4_c5_i5_i6_i7_s1_s3_a_record_is_on_the_shelves_of_how_it_stands(
    record: Record | None, shelves: set[Shelf]
) -> None:
    assert shelves_of(record) == shelves


@pytest.mark.parametrize("make", [make_invoice, make_credit_memo])
def test_s1_s3_what_waits_for_the_sync_tool_is_listed_until_it_is_in_a_batch(book: TableBook, make: Any) -> None:
    kind = make().ref.kind
    book.save(TENANT, [make("1", CW, closed=True), make("2", CW), make("3", QBO, closed=True)])

    def listed() -> list[str]:
        page = book.list_records(
            TENANT, kind, first=None, last=None, system=CW, cursor="", limit=9, shelf=Shelf.UNSYNCED
        )
        return [record.ref.id for record in page.records]

    assert listed() == ["1"]
    batched = make("1", CW, at=version(2), closed=True, batch="CF-1")
    book.save(TENANT, [batched])
    assert listed() == []
    assert book.load(TENANT, batched.ref) == batched
    book.save(TENANT, [make("1", CW, at=version(3), closed=True)])
    assert listed() == ["1"]


def test_c4_c5_i5_i6_what_is_set_aside_is_listed_by_date_while_it_is(book: TableBook) -> None:
    book.save(TENANT, [make_invoice("1"), make_invoice("2", keeping=Keeping(left_out=True)), make_invoice("3", CW)])
    book.save(TENANT, [make_invoice("3", CW, standing=Standing.VOID, at=version(2)), make_credit_memo("4")])
    one, memo = make_invoice("1").ref, make_credit_memo("4").ref
    book.archive(TENANT, [one, memo], archived=True)

    def shown(kind: Kind = Kind.INVOICE) -> dict[str, list[str]]:
        return {shelf: by_date(book, shelf=shelf, kind=kind) for shelf in (Shelf.VOID, Shelf.ARCHIVED, Shelf.LEFT_OUT)}

    assert shown() == {"void": ["connectwise-3"], "archived": ["quickbooks-1"], "left_out": ["quickbooks-2"]}
    assert shown(Kind.CREDIT_MEMO) == {"void": [], "archived": [str(memo)], "left_out": []}
    book.archive(TENANT, [one], archived=False)
    book.save(TENANT, [make_invoice("2", at=version(2))])
    assert shown() == {"void": ["connectwise-3"], "archived": [], "left_out": []}
    book.archive(TENANT, [one], archived=True)
    assert shown()["archived"] == ["quickbooks-1"]


def test_who_reads_a_shelf_removes_what_left_it_in_a_later_version() -> None:
    items: Items = {}
    book = TableBook(MemoryTable(items))
    book.save(TENANT, [make_invoice("1", balance_minor=0)])
    for archived in (True, False):
        book.archive(TENANT, [invoice_ref("1")], archived=archived)
    assert by_date(book, shelf=Shelf.ARCHIVED) == []
    assert pointers(items, Shelf.ARCHIVED), "the version is the same, so somebody may be about to archive it again"
    book.save(TENANT, [make_invoice("1", balance_minor=0, at=version(2))])
    assert by_date(book, shelf=Shelf.ARCHIVED) == []
    assert not pointers(items, Shelf.ARCHIVED)


def _reading(table: MemoryTable) -> object:
    return TableBook(table).list_unpaid(TENANT, QBO, cursor="", limit=10)


def _saving(invoice: Invoice) -> Callable[[MemoryTable], object]:
    return lambda table: TableBook(table).save(TENANT, [invoice])


@pytest.fixture
def one_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (keys, keys_of_lists):  # One says which bucket, the other how many there are to read.
        monkeypatch.setattr(module, "SHELF_BUCKETS", 1)


EVERY_OF_THREE = 149
UNPAID, PAID = 125_000, 0
# The versions and balances that stand, one after the other, and those that are saved at once.
RACES = [
    ([(1, PAID)], [(2, UNPAID)]),
    ([(1, UNPAID), (2, PAID)], [(3, UNPAID)]),
    ([(1, UNPAID), (2, PAID)], [(2, UNPAID)]),
    ([(1, UNPAID)], [(2, PAID), (3, UNPAID)]),
    ([(1, UNPAID)], [(3, PAID), (2, UNPAID)]),
    ([(1, PAID)], [(2, UNPAID), (3, UNPAID)]),
    ([(1, UNPAID), (2, PAID)], [(4, UNPAID), (3, UNPAID)]),
    ([(1, UNPAID), (2, PAID)], [(3, PAID), (4, UNPAID)]),
    ([(1, UNPAID), (2, PAID)], [(2, UNPAID), (2, PAID)]),
]


@pytest.mark.parametrize(("before", "at_once"), RACES)
def test_i7_in_every_order_of_calls_an_unpaid_invoice_can_be_found(
    before: list[tuple[int, int]], at_once: list[tuple[int, int]], one_bucket: None
) -> None:
    stands: Items = {}
    for second, balance in before:
        TableBook(MemoryTable(stands)).save(TENANT, [make_invoice(at=version(second), balance_minor=balance)])
    saves = [_saving(make_invoice(at=version(second), balance_minor=balance)) for second, balance in at_once]
    newest = max(second for second, _ in (*before, *at_once))
    # A save reads, looks whether its month is known, writes its pointer and its record; a walk reads the pointers and the
    # records, and removes pointers. Of the orders of three there are eleven thousand: a part of them, spread evenly.
    every = orders(*(4 for _ in saves), 3)
    for order in every if len(saves) == 1 else islice(every, 0, None, EVERY_OF_THREE):
        items = {key: dict(item) for key, item in stands.items()}
        assert Interleaving(order).run(items, [*saves, _reading]) == []
        book = TableBook(MemoryTable(items))
        record = book.load(TENANT, invoice_ref("1"))
        assert isinstance(record, Invoice)
        assert record.version == version(newest), order
        assert load_all(book) == ([record] if record.balance_minor else []), order
