"""The cells of the matrix of payables, which of them cannot be, and what the table says of the others."""

from dataclasses import dataclass
from itertools import product

from tests.matrix.payables.table import (
    AT_ONCE,
    BEFORE,
    BILL,
    BORN,
    CREDIT,
    DIRECTIONS,
    LINES,
    MADE,
    PAYMENT,
    PLATFORM,
    PROFILES,
    QUICKBOOKS,
    RECORDS,
    SETTLED,
    THEIR_CREDIT,
    THEN,
    UNPAID,
    VENDOR,
    Line,
)

_UNSETTLED = (
    "A vendor is not settled, its bills are, which have rows of their own: a vendor is there in full, or it is not."
)
_CREDITS_CREDIT = "A credit is taken off bills. Neither QuickBooks nor the platform takes a credit off another credit."
_NOT_THERE = "Before QuickBooks was connected nothing of the platform stood there that anybody could have settled."
_NO_VOID = "QuickBooks voids payments only: a bill, a credit and a vendor have no void there, and are deleted instead."
_NO_VOID_OF_VENDORS = "A vendor has no amounts that could be made nothing: it is in use, or it is inactive."
_NOT_SHOWN = "It did not come in, so nobody on the platform sees it, or could change, void or delete it there."

_DELETED = ("deleted at home", "deleted in the other")
# Beyond the matrix: credits across the books, what was settled before, and what becomes of a record, alone and in use.
_ROWS_BEYOND = (
    *product((PAYMENT,), (THEIR_CREDIT, *AT_ONCE), (MADE,)),
    *product((BILL, CREDIT), BEFORE, (MADE,)),
    *product((BILL, CREDIT), (UNPAID,), THEN),
    *product((BILL, CREDIT), ("full",), _DELETED),
    *product((PAYMENT,), ("full", "with credit"), THEN),
    *product((VENDOR,), ("full",), THEN),
)


@dataclass(frozen=True, slots=True)
class Partner:
    """What a partner chose, and which profile it has."""

    direction: str
    profile: str

    def __str__(self) -> str:
        return f"{self.direction}, {self.profile}"

    @property
    def brings_payments_back(self) -> bool:
        return (self.direction, self.profile) == (DIRECTIONS[0], PROFILES[0])


@dataclass(frozen=True, slots=True)
class Cell:
    """One way in which a record is made and settled, and what becomes of it, for one partner."""

    record: str
    born: str
    settled: str
    then: str
    partner: Partner

    def __str__(self) -> str:
        return f"{self.record} of {self.born}, {self.settled}, {self.then}; {self.partner}"

    @property
    def payer(self) -> str:
        """Give the book in which it is settled."""
        if self.settled in BEFORE:
            return QUICKBOOKS
        return self.born if self.record == PAYMENT else _other(self.born)

    def home_of(self, name: str) -> str:
        """Give the book in which something is made."""
        return _other(self.born) if (self.settled, name) == (THEIR_CREDIT, "K") else self.born

    @property
    def deed_in(self) -> str:
        """Give the book in which it is changed, voided or deleted."""
        is_home = self.then.endswith("at home")
        return self.born if is_home else _other(self.born)

    @property
    def cannot_be(self) -> str:
        """Say why there is no such cell; "" where there is."""
        return _why_not_settled(self) or _why_not_then(self)


def _other(book: str) -> str:
    return QUICKBOOKS if book == PLATFORM else PLATFORM


def _why_not_settled(cell: Cell) -> str:
    if cell.settled in BEFORE and cell.born == PLATFORM:
        return _NOT_THERE
    if cell.record == VENDOR and cell.settled != "full":
        return _UNSETTLED
    return _CREDITS_CREDIT if (cell.record, cell.settled) == (CREDIT, "with credit") else ""


def _why_not_then(cell: Cell) -> str:
    if cell.then == MADE:
        return ""
    if cell.then.startswith("voided") and cell.record == VENDOR:
        return _NO_VOID_OF_VENDORS
    if cell.deed_in == QUICKBOOKS:
        return _NO_VOID if cell.then.startswith("voided") and cell.record != PAYMENT else ""
    return _NOT_SHOWN if cell.born == QUICKBOOKS and not _comes_in(cell) else ""


def _comes_in(cell: Cell) -> bool:
    return cell.partner.direction == "two-way" if cell.record != PAYMENT else cell.partner.brings_payments_back


PARTNERS = tuple(Partner(*each) for each in product(DIRECTIONS, PROFILES))
MATRIX = tuple(
    Cell(record, born, settled, MADE, partner)
    for record, born, settled, partner in product(RECORDS, BORN, SETTLED, PARTNERS)
)
BEYOND = tuple(
    Cell(record, born, settled, then, partner)
    for (record, settled, then), born, partner in product(_ROWS_BEYOND, BORN, PARTNERS)
)


def cells_of(direction: str) -> list[Cell]:
    """List the cells that can be, of partners with one direction."""
    return [cell for cell in (*MATRIX, *BEYOND) if cell.partner.direction == direction and not cell.cannot_be]


def lines_of(cell: Cell) -> list[Line]:
    """List the lines of the table that speak of a cell: one, where it can be."""
    about = (cell.record, cell.born, cell.settled, cell.then)
    lines = (line for line in LINES if (line.record, line.born, line.settled, line.then) == about)
    return [line for line in lines if line.partners == "all" or str(cell.partner).startswith(line.partners)]
