"""Lines: beside the record or in parts of their own, exact, and never with a hole whoever dies or writes at once."""

import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

import pytest
from crossfoot.adapters.dynamodb import lines as stored_lines
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Billed, Invoice, Line, LineKind, Standing
from crossfoot.errors import Conflict

from tests.adapters.dynamodb.doubles import DyingTable, Killed
from tests.adapters.dynamodb.memory import Interleaving, Items, MemoryTable, orders
from tests.adapters.dynamodb.records import (
    CW,
    OTHER_TENANT,
    TENANT,
    deleted_invoice,
    invoice_ref,
    make_credit_memo,
    make_deposit,
    make_deposit_lines,
    make_invoice,
    make_lines,
    version,
)

ODD_LINES = (
    Line("", LineKind.NOTE, "", 0),
    Line("7", LineKind.DISCOUNT, "Rabatt 🎉 \u2028 \ud800", -1, Decimal("-0.10"), Decimal("1E+3"), "a", "b", date.min),
    Line("8", LineKind.ITEM, "x" * 4_000, 10**15, Decimal("0.000000001"), Decimal(0)),
    Line("9", LineKind.TIME, "", 1, worked_on=date.max, labour="Techniker 🎉 / Überstunden"),
)
# How the parts of a record were written before anything was said of the labour in them.
EARLIER_ROW = ["7000", "time", "Onsite support", 12_500, "1.25", "100.00", "Technician", "NON", "2026-10-01"]


@pytest.fixture
def book() -> TableBook:
    return TableBook(MemoryTable())


def parts(items: Items) -> set[str]:
    return {key.sk for key in items if key.sk.startswith("LINES#")}


def test_the_lines_of_many_records_are_each_its_own(book: TableBook) -> None:
    many: list[Billed] = [
        make_invoice("1", CW, lines=ODD_LINES),
        make_invoice("2", CW, lines=make_lines(700)),
        make_credit_memo("1", CW),
    ]
    book.save(TENANT, many)
    expected = {record.ref: book.load_lines(TENANT, record) for record in many}
    assert book.load_lines_of_many(TENANT, many) == expected
    assert [len(lines) for lines in expected.values()] == [len(ODD_LINES), 700, 0]


@pytest.mark.parametrize("lines", [(), ODD_LINES, make_lines(3), make_lines(700)], ids=lambda lines: str(len(lines)))
def test_lines_are_read_as_they_were_saved_and_only_when_asked_for(table_name: str, lines: tuple[Line, ...]) -> None:
    book = TableBook(Table(table_name))
    memo = make_credit_memo("1", CW, lines=lines)
    book.save(TENANT, [make_invoice("1", CW, lines=lines), memo])
    for record in (make_invoice("1", CW), replace(memo, lines=None)):
        assert book.load(TENANT, record.ref) == record
        assert book.load_lines(TENANT, record) == lines
        assert book.load_lines(OTHER_TENANT, record) == ()


def test_lines_and_bills_that_were_stored_before_they_said_so_are_of_no_labour_and_in_no_batch() -> None:
    items: Items = {}
    book = TableBook(MemoryTable(items))
    known = Line(
        "7000", LineKind.TIME, "Onsite support", 12_500, Decimal("1.25"), Decimal("100.00"), "Technician", "NON",
        date(2026, 10, 1),
    )  # fmt: skip
    invoice = make_invoice("1", CW, lines=(known,))
    book.save(TENANT, [invoice, make_credit_memo("1", CW)])
    [packed] = [item["l"] for item in items.values() if "l" in item]
    assert isinstance(packed, bytes)
    assert json.loads(zlib.decompress(packed)) == [EARLIER_ROW]
    assert not any({"gb", "cl"} & item.keys() for item in items.values())
    assert book.load_lines(TENANT, invoice) == (known,)
    assert book.load(TENANT, invoice.ref) == replace(invoice, lines=None, closed=False, batch="")


def test_an_invoice_and_a_deposit_of_ten_thousand_lines_are_kept(table_name: str) -> None:
    table = Table(table_name)
    book = TableBook(table)
    lines, held = make_lines(10_000), make_deposit_lines(10_000)
    book.save(TENANT, [make_invoice("1", lines=lines), make_deposit(lines=held)])
    assert book.load_lines(TENANT, make_invoice("1")) == lines
    assert book.load_deposit_lines(TENANT, make_deposit()) == held
    assert book.load(TENANT, make_deposit().ref) == make_deposit()


def test_lines_that_were_not_read_stay_and_others_take_their_place(book: TableBook) -> None:
    for second, offered, kept in (
        (1, None, ()),
        (2, make_lines(200), make_lines(200)),
        (3, None, make_lines(200)),
        (4, make_lines(2), make_lines(2)),
        (5, None, make_lines(2)),
        (6, (), ()),
    ):
        book.save(TENANT, [make_invoice(at=version(second), balance_minor=second, lines=offered)])
        assert book.load_lines(TENANT, make_invoice()) == kept
        assert book.load(TENANT, invoice_ref("1")) == make_invoice(at=version(second), balance_minor=second)


def test_i5_a_deleted_record_keeps_its_lines(book: TableBook) -> None:
    book.save(TENANT, [make_invoice(lines=make_lines(200))])
    book.save(TENANT, [replace(deleted_invoice("1", version(2)), lines=())])
    record = book.load(TENANT, invoice_ref("1"))
    assert isinstance(record, Invoice)
    assert record.standing is Standing.DELETED
    assert book.load_lines(TENANT, record) == make_lines(200)


def test_an_older_version_brings_no_lines(book: TableBook) -> None:
    book.save(TENANT, [make_invoice(at=version(5), lines=make_lines(3))])
    book.save(TENANT, [make_invoice(at=version(4), lines=make_lines(5))])
    assert book.load_lines(TENANT, make_invoice()) == make_lines(3)


def test_parts_that_were_replaced_are_removed() -> None:
    items: Items = {}
    book = TableBook(MemoryTable(items))
    for second, count in enumerate((200, 300, 2, 250), start=1):
        book.save(TENANT, [make_invoice(at=version(second), lines=make_lines(count))])
        assert len(parts(items)) == (0 if count == 2 else 1)


@pytest.mark.parametrize("dies_before", range(1, 6))
def test_a_save_that_dies_anywhere_leaves_the_lines_before_or_after_and_never_a_hole(
    table_name: str, dies_before: int
) -> None:
    before, after = make_lines(200), make_lines(200, "Remote support, ticket")
    TableBook(Table(table_name)).save(TENANT, [make_invoice(lines=before)])
    with suppress(Killed):
        TableBook(DyingTable(table_name, dies_before)).save(TENANT, [make_invoice(at=version(2), lines=after)])
    book = TableBook(Table(table_name))
    record = book.load(TENANT, invoice_ref("1"))
    assert isinstance(record, Invoice)
    assert book.load_lines(TENANT, record) == (before if record.version == version(1) else after)
    book.save(TENANT, [make_invoice(at=version(2), lines=after)])
    assert book.load_lines(TENANT, record) == after


def test_lines_that_never_stand_still_are_a_conflict() -> None:
    items: Items = {}
    second = iter(range(1, 60))

    def replace_them() -> None:
        at = next(second)
        TableBook(MemoryTable(items)).save(TENANT, [make_invoice(at=version(at), lines=make_lines(200 + at))])

    replace_them()
    with pytest.raises(Conflict, match="quickbooks-1"):
        TableBook(MemoryTable(items, replace_them)).load_lines(TENANT, make_invoice())


A, B = make_lines(1), make_lines(2)
# What is saved at once, version and lines, and the lines that may stand then: where one save says nothing of lines it keeps
# those that it finds, and of two that were read together either may come last.
RACES: list[tuple[list[tuple[int, Any]], list[tuple[Line, ...]]]] = [
    ([(2, B), (3, A)], [A]),
    ([(2, B), (3, None)], [A, B]),
    ([(3, B), (2, B)], [B]),
    ([(2, B), (2, A)], [A, B]),
    ([(2, ()), (3, B)], [B]),
]


@pytest.mark.parametrize(("at_once", "may_stand"), RACES)
def test_in_every_order_of_calls_a_record_has_the_lines_of_its_newest_version(
    at_once: list[tuple[int, Any]], may_stand: list[tuple[Line, ...]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stored_lines, "BESIDE_BYTES", 0)
    stands: Items = {}
    TableBook(MemoryTable(stands)).save(TENANT, [make_invoice(at=version(1), lines=A)])

    def saving(second: int, lines: Any) -> Callable[[MemoryTable], object]:
        return lambda table: TableBook(table).save(
            TENANT, [make_invoice(at=version(second), balance_minor=second, lines=lines)]
        )

    # A save reads, writes its parts and its record, and removes the former parts. A reader reads the record and the parts.
    for order in islice(orders(4, 4, 2), 0, None, 19):
        items = {key: dict(item) for key, item in stands.items()}
        read: list[tuple[Line, ...]] = []
        reading = lambda table, read=read: read.append(TableBook(table).load_lines(TENANT, make_invoice()))  # noqa: E731
        raised = Interleaving(order).run(items, [*(saving(*each) for each in at_once), reading])
        assert raised == [], order
        assert read[0] in (A, B, ())
        assert TableBook(MemoryTable(items)).load_lines(TENANT, make_invoice()) in may_stand, order
