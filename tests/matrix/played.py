"""The matrix, played: all cells of one kind of ConnectWise together, each with a customer of its own."""

from dataclasses import dataclass

from crossfoot.core.crossfoot import Report

from tests.adapters.sandbox import Sandbox
from tests.matrix.office import Office
from tests.matrix.people import Case, People
from tests.matrix.shown import Reader, Shown, Slip, Told
from tests.matrix.table import Cell, cells_of


@dataclass(frozen=True, slots=True)
class Played:
    """What the books showed when every payment was made, when some were deposited, and in the end.

    Takes: `repeated` is the end once more, after the platform told everything again; `told` is how the API says it, and
    `report` what a comparison of the books finds.
    """

    cases: list[Case]
    made: dict[Cell, Shown]
    deposited: dict[Cell, list[Slip]]
    ended: dict[Cell, Shown]
    repeated: dict[Cell, Shown]
    slips: dict[Cell, list[Slip]]
    told: dict[Cell, Told]
    report: Report


def play(quickbooks: Sandbox, connectwise: Sandbox, rows: str) -> Played:
    """Let everything happen. Takes: `rows` is how many a ConnectWise invoice may have."""
    many_rows = rows == "many rows"
    quickbooks.switch(rate_limits=False)
    connectwise.switch(one_payment_per_invoice=not many_rows, requests_per_minute=0)
    office = Office(quickbooks, connectwise)
    cases = [Case(cell, number) for number, cell in enumerate(cells_of(rows), start=1)]
    people = People(office, cases)
    people.enter_invoices(many_rows=many_rows)
    office.come_to_rest()
    people.pay()
    office.come_to_rest()
    made = Reader(office, cases).read()
    deposited = [case for case in cases if case.cell.then == "deposited first"]
    for case in deposited:
        people.deposit(case)
    office.come_to_rest()
    slips = Reader(office, deposited).slips()
    people.look()
    for case in cases:
        people.go_on(case)
    office.come_to_rest()
    ended = Reader(office, cases).read()
    people.repeat()
    office.come_to_rest()
    last = Reader(office, cases)
    report = office.crossfoot(live=True)
    return Played(cases, made, slips, ended, last.read(), last.slips(), last.tell(), report)
