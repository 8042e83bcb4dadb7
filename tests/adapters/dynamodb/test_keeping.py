"""What the book itself decides of a record: what the filters leave out, and what the partner archives (C4, C5, I5)."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Billed, CreditMemo, Customer, Invoice, Keeping, Record, Ref, Standing, Version
from crossfoot.ports import Book

from tests.adapters.dynamodb.doubles import CountingTable, InterruptedTable
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import (
    OTHER_TENANT,
    TENANT,
    deleted_invoice,
    invoice_ref,
    make_credit_memo,
    make_customer,
    make_deposit,
    make_invoice,
    make_lines,
    make_payment,
    version,
)
from tests.fakes.book import FakeBook

LEFT_OUT = Keeping(left_out=True)
ARCHIVED = Keeping(archived=True)
type Make = Callable[[Version, Keeping], Customer | Invoice | CreditMemo]
MAKERS: list[Make] = [
    lambda at, keeping: make_customer(at=at, keeping=keeping),
    lambda at, keeping: make_invoice(at=at, keeping=keeping),
    lambda at, keeping: make_credit_memo(at=at, keeping=keeping),
]


@pytest.fixture
def book() -> TableBook:
    return TableBook(MemoryTable())


def keeping_of(book: TableBook, ref: Ref) -> Keeping:
    record = book.load(TENANT, ref)
    assert isinstance(record, Customer | Invoice | CreditMemo)
    return record.keeping


@pytest.mark.parametrize("make", MAKERS)
def test_c4_what_was_left_out_comes_in_when_it_is_let_in_and_stays_in(book: TableBook, make: Make) -> None:
    ref = make(version(1), LEFT_OUT).ref
    for second, offered, kept in ((1, True, True), (2, True, True), (3, False, False), (4, True, False)):
        book.save(TENANT, [make(version(second), Keeping(left_out=offered))])
        assert keeping_of(book, ref) == Keeping(left_out=kept)


@pytest.mark.parametrize("make", MAKERS)
def test_c5_only_the_partner_archives_and_a_later_version_changes_nothing_of_it(book: TableBook, make: Make) -> None:
    ref = make(version(1), ARCHIVED).ref
    book.save(TENANT, [make(version(1), ARCHIVED)])
    assert keeping_of(book, ref) == Keeping()
    book.archive(TENANT, [ref, ref], archived=True)
    book.save(TENANT, [make(version(2), Keeping())])
    assert keeping_of(book, ref) == ARCHIVED
    book.archive(TENANT, [ref], archived=False)
    book.save(TENANT, [make(version(3), ARCHIVED)])
    assert keeping_of(book, ref) == Keeping()


def test_i5_what_is_archived_keeps_its_version_its_lines_and_its_places(book: TableBook) -> None:
    book.save(TENANT, [make_invoice(lines=make_lines(200))])
    book.archive(TENANT, [invoice_ref("1")], archived=True)
    archived = make_invoice(keeping=ARCHIVED)
    assert book.load(TENANT, invoice_ref("1")) == archived
    assert book.load_lines(TENANT, archived) == make_lines(200)
    assert book.load_invoices_numbered(TENANT, "INV-1") == (archived,)
    book.save(TENANT, [deleted_invoice("1", version(2))])
    assert book.load(TENANT, invoice_ref("1")) == replace(archived, standing=Standing.DELETED, version=version(2))


def test_what_is_not_there_or_is_archived_already_costs_no_write(table_name: str) -> None:
    table = CountingTable(table_name)
    book = TableBook(table)
    book.save(TENANT, [make_invoice()])
    book.archive(TENANT, [invoice_ref("1")], archived=True)
    before = table.write_units
    book.archive(TENANT, [invoice_ref("1"), invoice_ref("none")], archived=True)
    book.archive(OTHER_TENANT, [invoice_ref("1")], archived=False)
    assert table.write_units == before
    assert keeping_of(book, invoice_ref("1")) == ARCHIVED


def test_money_that_moved_cannot_be_archived(book: TableBook) -> None:
    for record in (make_payment(), make_deposit()):
        book.save(TENANT, [record])
        with pytest.raises(ValueError, match="cannot be archived"):
            book.archive(TENANT, [record.ref], archived=True)


def test_archiving_loses_nothing_that_is_saved_at_the_same_time(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableBook(Table(table_name))
    theirs.save(TENANT, [make_invoice()])
    newer = make_invoice(at=version(2), balance_minor=5, lines=make_lines(2))
    mine.interruptions = [lambda: theirs.save(TENANT, [newer])]
    TableBook(mine).archive(TENANT, [invoice_ref("1")], archived=True)
    assert theirs.load(TENANT, invoice_ref("1")) == replace(newer, keeping=ARCHIVED, lines=None)
    assert theirs.load_lines(TENANT, newer) == make_lines(2)


def test_saving_loses_no_archiving_of_the_same_time(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableBook(Table(table_name))
    theirs.save(TENANT, [make_invoice()])
    mine.interruptions = [lambda: theirs.archive(TENANT, [invoice_ref("1")], archived=True)]
    TableBook(mine).save(TENANT, [make_invoice(at=version(2), balance_minor=5)])
    assert theirs.load(TENANT, invoice_ref("1")) == make_invoice(at=version(2), balance_minor=5, keeping=ARCHIVED)


# --- the name that came from the customer -------------------------------------------------------------------------------

BILLS: list[Callable[..., Billed]] = [make_invoice, make_credit_memo]


def _renamed(record: Record, at: str) -> Record:
    assert isinstance(record, Invoice | CreditMemo)
    return replace(record, customer_name="New", keeping=replace(record.keeping, named_at=at))


def _rename(book: Book, ref: Ref, second: int) -> None:
    book.revise(TENANT, [ref, invoice_ref("none")], lambda record: _renamed(record, version(second).seen_at))


@pytest.mark.parametrize("make_book", [lambda: TableBook(MemoryTable()), FakeBook], ids=["table", "fake"])
@pytest.mark.parametrize("make", BILLS)
@pytest.mark.parametrize(
    ("offered", "name", "named_at"),
    [
        ({"at": version(2, 4), "customer_name": "Old"}, "New", 5),
        ({"at": version(2, 5), "customer_name": "Old"}, "New", 5),
        ({"at": version(2, 6), "customer_name": "Newer"}, "Newer", None),
        ({"at": version(2, 6), "customer_name": "New"}, "New", 5),
        ({"at": version(2, 4), "customer_name": "Other", "customer": None}, "Other", None),
    ],
    ids=["read before", "read in that second", "read after", "read after and the same", "of another customer"],
)
def test_i9_a_name_from_the_customer_gives_way_only_to_a_read_from_after_it(
    make_book: Callable[[], Book],
    make: Callable[..., Billed],
    offered: dict[str, object],
    name: str,
    named_at: int | None,
) -> None:
    book, first = make_book(), make(at=version(1), customer_name="Old")
    book.save(TENANT, [first])
    _rename(book, first.ref, 5)
    newer = make(**offered)
    book.save(TENANT, [newer])
    stored = book.load(TENANT, first.ref)
    keeping = Keeping(named_at=version(named_at).seen_at if named_at else "")
    assert stored == replace(newer, customer_name=name, keeping=keeping)


def test_i9_a_customer_that_is_named_anew_loses_nothing_that_is_saved_at_the_same_time(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableBook(Table(table_name))
    theirs.save(TENANT, [make_invoice(lines=make_lines(200))])
    newer = make_invoice(at=version(2), balance_minor=5)
    mine.interruptions = [lambda: theirs.save(TENANT, [newer])]
    _rename(TableBook(mine), newer.ref, 5)
    keeping = Keeping(named_at=version(5).seen_at)
    assert theirs.load(TENANT, newer.ref) == replace(newer, customer_name="New", keeping=keeping)
    assert theirs.load_lines(TENANT, newer) == make_lines(200)


def test_i9_a_record_that_stands_as_it_should_costs_no_write(table_name: str) -> None:
    table = CountingTable(table_name)
    book = TableBook(table)
    book.save(TENANT, [make_invoice()])
    _rename(book, invoice_ref("1"), 5)
    before = table.write_units
    _rename(book, invoice_ref("1"), 5)
    book.save(TENANT, [make_invoice(at=version(1, 9), customer_name="New")])
    assert table.write_units == before
