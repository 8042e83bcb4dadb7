"""Saves that meet: a read that is behind, lines that were read before, and an answer that comes late."""

from collections.abc import Callable, Iterable

import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.core.model import CreditMemo, Customer, Invoice, Line
from crossfoot.ports import Book

from tests.adapters.dynamodb.memory import Items, MemoryTable
from tests.adapters.dynamodb.records import (
    CW,
    TENANT,
    make_credit_memo,
    make_customer,
    make_invoice,
    make_lines,
    version,
)
from tests.fakes.book import FakeBook


class BehindTable(MemoryTable):
    """Answers reads that need not be consistent as it stood when it was told to fall behind."""

    behind: Items | None = None

    def fall_behind(self) -> None:
        self.behind = {key: dict(item) for key, item in self.items.items()}

    def get_many(self, keys: Iterable[Key], *, consistent: bool = True) -> Items:
        if consistent or self.behind is None:
            return super().get_many(keys)
        return {key: dict(self.behind[key]) for key in keys if key in self.behind}


@pytest.mark.parametrize("archived", [True, False])
@pytest.mark.parametrize("record", [make_invoice(), make_customer(), make_credit_memo()])
def test_c5_i5_archiving_and_taking_that_back_in_a_moment_is_done_though_reads_are_behind(
    record: Invoice | Customer | CreditMemo, archived: bool
) -> None:
    table = BehindTable()
    book = TableBook(table)
    book.save(TENANT, [record])
    book.archive(TENANT, [record.ref], archived=archived)
    table.fall_behind()
    book.archive(TENANT, [record.ref], archived=not archived)
    book.archive(TENANT, [record.ref], archived=archived)
    stored = book.load(TENANT, record.ref)
    assert isinstance(stored, Invoice | Customer | CreditMemo)
    assert stored.keeping.archived is archived


def test_c5_a_record_that_came_a_moment_ago_is_archived_though_reads_are_behind() -> None:
    table = BehindTable()
    book = TableBook(table)
    table.fall_behind()
    book.save(TENANT, [make_invoice()])
    book.archive(TENANT, [make_invoice().ref], archived=True)
    stored = book.load(TENANT, make_invoice().ref)
    assert isinstance(stored, Invoice)
    assert stored.keeping.archived


# --- reads that meet: one with lines, one without ----------------------------------------------------------------------

OLD, NEW, ODD = make_lines(2), make_lines(3, "Remote support"), make_lines(30, "Emergency")


def _without(second: int, seen: int) -> Invoice:
    return make_invoice(system=CW, at=version(second, seen))


def _with(lines: tuple[Line, ...], second: int, seen: int) -> Invoice:
    return make_invoice(system=CW, at=version(second, seen), lines=lines)


@pytest.mark.parametrize("make_book", [lambda: TableBook(MemoryTable()), FakeBook], ids=["table", "fake"])
@pytest.mark.parametrize(
    ("saves", "lines", "seen"),
    [
        ([_with(OLD, 1, 1), _without(2, 9), _with(NEW, 2, 5)], NEW, 9),
        ([_with(OLD, 1, 1), _without(2, 9), _with(ODD, 2, 5)], ODD, 9),
        ([_with(OLD, 1, 1), _without(2, 8), _without(2, 9), _with(NEW, 2, 5), _with(ODD, 2, 4)], NEW, 8),
        ([_with(OLD, 1, 1), _with(NEW, 2, 9), _with(ODD, 2, 5)], NEW, 9),
        ([_with(OLD, 1, 1), _with(NEW, 2, 7), _without(2, 9), _with(ODD, 2, 5)], NEW, 7),
        ([_with(OLD, 1, 1), _without(3, 9), _with(NEW, 2, 5)], OLD, 9),
        ([_with(OLD, 1, 1), _without(2, 9), _with(OLD, 2, 5), _with(NEW, 2, 6)], OLD, 9),
    ],
)
def test_i1_lines_that_were_read_before_a_read_without_them_are_kept_and_older_ones_are_not(
    make_book: Callable[[], Book], saves: list[Invoice], lines: tuple[Line, ...], seen: int
) -> None:
    book = make_book()
    for each in saves:
        book.save(TENANT, [each])
    stored = book.load(TENANT, saves[0].ref)
    assert isinstance(stored, Invoice)
    assert book.load_lines(TENANT, stored) == lines
    assert stored.version.updated_at == max(each.version.updated_at for each in saves)
    assert stored.version.seen_at == version(0, seen).seen_at
