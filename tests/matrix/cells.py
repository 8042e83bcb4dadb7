"""What is tested of every cell, once for each kind of ConnectWise."""

from decimal import Decimal

from crossfoot.core.model import ACCOUNTING, Kind, Ref

from tests.matrix.played import Played
from tests.matrix.shown import Slip, Told, expected_of
from tests.matrix.table import DEPOSITED, EXPECTED, FEE, MADE, PLATFORM, Cell
from tests.matrix.told import sentence_of, status_of


class EveryCell:
    """The end state of each cell in three books."""

    def test_p1_e1_what_was_paid_is_in_three_books(self, played: Played, cell: Cell) -> None:
        assert played.made[cell] == expected_of(cell, EXPECTED[cell.born][cell.paid, MADE])

    def test_p2_p3_e5_what_became_of_it_is_in_three_books(self, played: Played, cell: Cell) -> None:
        assert played.ended[cell] == expected_of(cell, EXPECTED[cell.born][cell.paid, cell.then])

    def test_p4_what_is_told_again_changes_nothing(self, played: Played, cell: Cell) -> None:
        assert played.repeated[cell] == played.ended[cell]

    def test_x1_the_api_says_that_it_is_there_and_how(self, played: Played, cell: Cell) -> None:
        assert played.told[cell] == Told(status_of(cell), sentence_of(cell))

    def test_d2_p2_its_deposit_ties_before_and_after(self, played: Played, deposited: Cell) -> None:
        total, held, fee = DEPOSITED[deposited.born, deposited.paid]
        fees = {"fees": Decimal(fee)} if fee else {}
        assert played.deposited[deposited] == [Slip(Decimal(total), [Decimal(held)], fees)]
        given_back = [Slip(Decimal(total), [], {"undeposited funds": Decimal(held), "fees": -FEE})]
        assert played.slips[deposited] == (given_back if deposited.born == PLATFORM else [])

    def test_d2_nothing_else_is_deposited(self, played: Played, cell: Cell) -> None:
        assert bool(played.slips[cell]) is (cell.born == PLATFORM and cell.then == "deposited first")

    def test_x4_the_comparison_finds_what_the_table_shows_and_no_other_difference(self, played: Played) -> None:
        expected = {}
        for case in played.cases:
            line = EXPECTED[case.cell.born][case.cell.paid, case.cell.then]
            for name, open_ in line.open_in_quickbooks.items():
                if open_ != line.open_in_connectwise[name]:
                    code = "credit" if case.has_credit else "not_mirrored"
                    expected[Ref(ACCOUNTING, Kind.INVOICE, case.invoices[name])] = code
        assert {each.invoice: each.code for each in played.report.differences} == expected
        assert (played.report.pairs, len(expected)) == (3 * len(played.cases), 10)
