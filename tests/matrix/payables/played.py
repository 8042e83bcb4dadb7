"""The matrix of payables, played: all cells of one partner together, each with a vendor of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.adapters.sandbox import Sandbox
from tests.matrix.payables.cells import PARTNERS, Cell, Partner, cells_of
from tests.matrix.payables.office import PayablesOffice
from tests.matrix.payables.people import Case, People
from tests.matrix.payables.shown import Reader, Shown


@dataclass(frozen=True, slots=True)
class Played:
    """What both books showed when everything was made and paid, in the end, and once more.

    Takes: `repeated` is the end after the platform told everything again, and another sync.
    """

    made: dict[Cell, Shown]
    ended: dict[Cell, Shown]
    repeated: dict[Cell, Shown]

    def __or__(self, other: "Played") -> "Played":
        return Played(self.made | other.made, self.ended | other.ended, self.repeated | other.repeated)


def play(quickbooks: Sandbox, direction: str) -> Played:
    """Let everything happen for the partners of one direction."""
    quickbooks.switch(rate_limits=False)
    partners = [partner for partner in PARTNERS if partner.direction == direction]
    first, second = (_play(quickbooks, partner, cells_of(direction)) for partner in partners)
    return first | second


def _play(quickbooks: Sandbox, partner: Partner, cells: Sequence[Cell]) -> Played:
    office = PayablesOffice(quickbooks, partner)
    mine = [cell for cell in cells if cell.partner == partner]
    cases = [Case(cell, number) for number, cell in enumerate(mine, start=1)]
    people = People(office, cases)
    people.make()
    office.sync()
    people.make_across()
    office.sync()
    people.pay()
    office.sync()
    made = Reader(office, cases).read()
    people.go_on()
    office.work_off()
    office.sync()
    ended = Reader(office, cases).read()
    people.repeat()
    office.work_off()
    office.sync()
    return Played(made, ended, Reader(office, cases).read())
