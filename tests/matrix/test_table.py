"""The table itself: it is whole, and adds up."""

from decimal import Decimal
from itertools import product

import pytest

from tests.matrix.table import (
    BEYOND,
    BORN,
    CANNOT_BE,
    CELLS,
    CHEQUE,
    CREDIT,
    EXPECTED,
    INVOICES,
    MADE,
    PAID,
    ROWS,
    THEN,
    TOTALS,
    Expected,
)

LINES = [(born, *key, line) for born, lines in EXPECTED.items() for key, line in lines.items()]


def test_all_140_cells_are_there_or_say_why_there_is_no_such_payment() -> None:
    assert (len(BORN), len(PAID), len(THEN), len(ROWS)) == (2, 5, 7, 2)
    assert len(set(CELLS)) == 140
    there = {(cell.born, cell.paid, cell.then) for cell in (*CELLS, *BEYOND) if not cell.cannot_be}
    assert there | {(born, paid, MADE) for born, paid in product(BORN, PAID)} == {line[:3] for line in LINES}
    assert sum(bool(cell.cannot_be) for cell in CELLS) == 20
    assert all(len(reason) > 50 for reason in CANNOT_BE.values())


@pytest.mark.parametrize(("born", "paid", "then", "line"), LINES, ids=[", ".join(line[:3]) for line in LINES])
def test_every_line_of_the_table_adds_up(born: str, paid: str, then: str, line: Expected) -> None:
    assert (line.received or 0) == sum(line.applied.values()) + line.unapplied
    left = line.applied if line.standing == "live" else {}
    assert line.entered == left, "what ConnectWise is told is cash, and all of it that counts"
    for name in INVOICES:
        owed = TOTALS[name] - (CHEQUE if name == "A" else 0)
        credited = owed - line.applied.get(name, Decimal(0)) - line.open_in_quickbooks[name]
        assert credited in ((0, CREDIT) if (paid, name) == ("with credit", "A") else (0,))
        assert line.open_in_connectwise[name] == owed - line.entered.get(name, Decimal(0))
