"""What is tested of every cell of payables, once for each direction."""

from dataclasses import replace

from tests.matrix.payables.cells import Cell, lines_of
from tests.matrix.payables.played import Played
from tests.matrix.payables.shown import Shown
from tests.matrix.payables.table import MADE, TOTALS, UNPAID


class EveryCell:
    """The end state of each cell in both books."""

    def test_b1_b4_b5_b6_both_books_show_what_the_table_says(self, books: Played, payable: Cell) -> None:
        if payable.settled != UNPAID:
            _check(books.made[payable], replace(payable, then=MADE))
        _check(books.ended[payable], payable)

    def test_x2_what_is_told_again_and_another_sync_change_nothing(self, books: Played, payable: Cell) -> None:
        assert books.repeated[payable] == books.ended[payable]


def _check(shown: Shown, cell: Cell) -> None:
    (line,) = lines_of(cell)
    assert shown.in_quickbooks == line.in_quickbooks
    assert shown.on_platform == line.on_platform
    assert shown.said == line.said
    owed_there = {name: text for name, text in line.in_quickbooks.items() if name in TOTALS}
    assert shown.open_there == owed_there, "the API says of QuickBooks what it shows (X4)"
