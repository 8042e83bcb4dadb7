"""The table itself: every cell has one line, or a reason why it cannot be; and the lines add up."""

import re
from decimal import Decimal

import pytest

from tests.matrix.payables.cells import BEYOND, MATRIX, lines_of
from tests.matrix.payables.table import CHANGED, LINES, PAYMENT, TOTALS, VENDOR, Line


def test_all_128_cells_have_one_line_or_say_why_they_cannot_be() -> None:
    assert len(set(MATRIX)) == 128
    assert sum(bool(cell.cannot_be) for cell in MATRIX) == 32
    assert all(len(lines_of(cell)) == (0 if cell.cannot_be else 1) for cell in MATRIX)


def test_what_is_played_beyond_them_has_one_line_or_says_why_it_cannot_be() -> None:
    assert len(set(BEYOND)) == 328
    assert sum(bool(cell.cannot_be) for cell in BEYOND) == 86
    assert all(len(lines_of(cell)) == (0 if cell.cannot_be else 1) for cell in BEYOND)


def test_every_line_is_of_some_cell_and_every_reason_says_something() -> None:
    cells = [cell for cell in (*MATRIX, *BEYOND) if not cell.cannot_be]
    assert {id(line) for cell in cells for line in lines_of(cell)} == {id(line) for line in LINES}
    assert all(len(cell.cannot_be) > 50 for cell in (*MATRIX, *BEYOND) if cell.cannot_be)


@pytest.mark.parametrize("line", [line for line in LINES if line.record != VENDOR], ids=str)
def test_b4_each_book_adds_up(line: Line) -> None:
    for book in (line.in_quickbooks, line.on_platform):
        money, parts = _parts(book.get("P", "0.00"))
        billed = sum(parts.get(name, Decimal(0)) for name in "AB")
        assert money == billed - parts.get("K", Decimal(0)) or not parts
        for name in book.keys() - {"P"}:
            total = Decimal(book[name]) + parts.get(name, Decimal(0))
            assert total in (TOTALS[name], CHANGED[name] if line.then.startswith("changed") else TOTALS[name])


def test_b6_a_payment_of_quickbooks_counts_on_the_platform_where_it_comes_back_and_nowhere_else() -> None:
    made_there = [line for line in LINES if line.record == PAYMENT and line.born == "quickbooks"]
    counted = {line.partners for line in made_there if "P" in line.on_platform}
    assert counted == {"two-way, payments back"}


def _parts(payment: str) -> tuple[Decimal, dict[str, Decimal]]:
    """Read a payment: `70.00 = A 100.00 - K 30.00`."""
    money, _, settled = payment.replace("void", "0.00").partition(" = ")
    return Decimal(money), {name: Decimal(part) for name, part in re.findall(r"([ABK]) ([\d.]+)", settled)}
