"""Holds of payments and payouts belong to the book: they survive every later version, and no save brings one (X1)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.holds import hold, let_go_on
from crossfoot.core.model import ACCOUNTING, PSA, Hold, Keeping, Payment, Payout, Record, Ref, Standing, Version
from crossfoot.ports import Book

from tests.adapters.dynamodb.doubles import CountingTable, InterruptedTable
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import (
    OTHER_TENANT,
    TENANT,
    deleted_payment,
    make_payment,
    make_payout,
    make_payout_items,
    version,
)
from tests.fakes.book import FakeBook

DAY = date(2026, 11, 3)
HELD = Keeping(held=(Hold(PSA, DAY), Hold(ACCOUNTING, DAY)))
type Make = Callable[[Version], Payment | Payout]
MAKERS: list[Make] = [lambda at: make_payment(at=at), lambda at: make_payout(at=at, items=make_payout_items(2))]
BOOKS: list[Callable[[], Book]] = [lambda: TableBook(MemoryTable()), FakeBook]


def held(record: Record) -> Record:
    assert isinstance(record, Payment | Payout)
    return hold(hold(record, ACCOUNTING, DAY), PSA, DAY)


def released(record: Record) -> Record:
    assert isinstance(record, Payment | Payout)
    return let_go_on(record)


def keeping_of(book: Book, ref: Ref) -> Keeping:
    record = book.load(TENANT, ref)
    assert isinstance(record, Payment | Payout)
    return record.keeping


@pytest.mark.parametrize("make_book", BOOKS, ids=["table", "fake"])
@pytest.mark.parametrize("make", MAKERS, ids=["payment", "payout"])
def test_x1_a_hold_survives_every_later_version_and_ends_only_by_the_partner(
    make_book: Callable[[], Book], make: Make
) -> None:
    book, ref = make_book(), make(version(1)).ref
    book.save(TENANT, [make(version(1))])
    book.revise(TENANT, [ref], held)
    assert keeping_of(book, ref) == HELD
    book.save(TENANT, [make(version(2))])
    book.save(TENANT, [replace(make(version(3)), standing=Standing.VOID)])
    assert keeping_of(book, ref) == HELD
    book.save(TENANT, [make(version(4))])
    book.revise(TENANT, [ref], released)
    assert book.load(TENANT, ref) == _stored(make(version(4)))


@pytest.mark.parametrize("make_book", BOOKS, ids=["table", "fake"])
@pytest.mark.parametrize("make", MAKERS, ids=["payment", "payout"])
def test_x1_no_version_brings_a_hold_with_it(make_book: Callable[[], Book], make: Make) -> None:
    book, offered = make_book(), replace(make(version(1)), keeping=HELD)
    book.save(TENANT, [offered])
    book.save(TENANT, [replace(offered, version=version(2))])
    assert keeping_of(book, offered.ref) == Keeping()


@pytest.mark.parametrize("make_book", BOOKS, ids=["table", "fake"])
def test_x1_a_payment_that_is_deleted_keeps_its_hold(make_book: Callable[[], Book]) -> None:
    book, paid = make_book(), make_payment()
    book.save(TENANT, [paid])
    book.revise(TENANT, [paid.ref], held)
    book.save(TENANT, [deleted_payment("9", version(2))])
    assert keeping_of(book, paid.ref) == HELD


def test_x1_a_hold_loses_nothing_that_is_saved_at_the_same_time_nor_that_the_hold(table_name: str) -> None:
    theirs, paid, newer = TableBook(Table(table_name)), make_payment(), make_payment(at=version(2), paid={"2": 700})
    theirs.save(TENANT, [paid])
    mine = InterruptedTable(table_name)
    mine.interruptions = [lambda: theirs.save(TENANT, [newer])]
    TableBook(mine).revise(TENANT, [paid.ref], held)
    late = InterruptedTable(table_name)
    late.interruptions = [lambda: theirs.revise(TENANT, [paid.ref], released)]
    TableBook(late).save(TENANT, [make_payment(at=version(3), paid={"2": 900})])
    found = theirs.load(TENANT, paid.ref)
    assert isinstance(found, Payment)
    assert (found.version, found.keeping, found.total_minor) == (version(3), Keeping(), 900)
    assert found.former_invoices == (paid.allocations[0].invoice,)


def test_x6_a_hold_costs_one_write_and_one_that_is_there_or_anothers_none(table_name: str) -> None:
    table = CountingTable(table_name)
    book, ref = TableBook(table), make_payment().ref
    book.save(TENANT, [make_payment()])
    unheld = table.write_units
    book.revise(TENANT, [ref], held)
    before = table.write_units
    assert before == unheld + 1
    book.revise(TENANT, [ref], held)
    book.revise(OTHER_TENANT, [ref], released)
    assert table.write_units == before
    assert keeping_of(book, ref) == HELD


def _stored(record: Payment | Payout) -> Record:
    return replace(record, items=None) if isinstance(record, Payout) else record
