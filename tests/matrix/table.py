"""The matrix as a bookkeeper would check it: what each book shows when a payment was made, and what became of it.

Every cell has a customer of its own with three invoices: A over 120.00, of which a cheque of 20.00 paid a part before, so
that 100.00 are open; B over 50.00; C over 80.00. Where a credit is applied, it is a credit memo over 30.00, on A, in
QuickBooks only. What each deed changes is told in `deeds.py`.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import product

PLATFORM, QUICKBOOKS = "platform", "quickbooks"
BORN = (PLATFORM, QUICKBOOKS)
PAID = ("full", "partial", "several", "over", "with credit")
THEN = ("edited", "moved", "refunded", "returned", "voided", "deleted", "deposited first")
ROWS = ("one row", "many rows")
INVOICES = ("A", "B", "C")
MADE = "made"

PAID_ON, EDITED_ON, CHEQUE_ON = date(2026, 11, 3), date(2026, 11, 9), date(2026, 11, 1)
TOTALS = {"A": Decimal("120.00"), "B": Decimal("50.00"), "C": Decimal("80.00")}
CHEQUE, CREDIT = Decimal("20.00"), Decimal("30.00")
# What the platform gives back of a payment that is refunded, and what a payout costs.
GIVEN_BACK, FEE = Decimal("40.00"), Decimal("2.90")

# Columns: what became of it; the payment in QuickBooks with its day in November, what of it (cash alone) is on A, B and C,
# and what pays no invoice; what is open there; what of it is entered in ConnectWise, and what is open there, where the
# credit is not applied; and how it counts in the platform's book.
_MADE_ON_THE_PLATFORM = """
full:
made           | 100.00 3| 100.00     -     -     -|    .00 50.00 80.00| 100.00     -     -|    .00 50.00 80.00| live
edited         |  45.50 9|  45.50     -     -     -|  54.50 50.00 80.00|  45.50     -     -|  54.50 50.00 80.00| live
moved          | 100.00 3|      - 50.00 50.00     -| 100.00   .00 30.00|      - 50.00 50.00| 100.00   .00 30.00| live
refunded       |  60.00 3|  60.00     -     -     -|  40.00 50.00 80.00|  60.00     -     -|  40.00 50.00 80.00| live
returned       |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned
voided         |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deleted        |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned

partial:
made           |  60.00 3|  60.00     -     -     -|  40.00 50.00 80.00|  60.00     -     -|  40.00 50.00 80.00| live
edited         |  75.25 9|  75.25     -     -     -|  24.75 50.00 80.00|  75.25     -     -|  24.75 50.00 80.00| live
moved          |  60.00 3|      -     - 60.00     -| 100.00 50.00 20.00|      -     - 60.00| 100.00 50.00 20.00| live
refunded       |  20.00 3|  20.00     -     -     -|  80.00 50.00 80.00|  20.00     -     -|  80.00 50.00 80.00| live
returned       |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned
voided         |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deleted        |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned

several:
made           | 150.00 3| 100.00 50.00     -     -|    .00   .00 80.00| 100.00 50.00     -|    .00   .00 80.00| live
edited         | 130.00 9|  80.00 50.00     -     -|  20.00   .00 80.00|  80.00 50.00     -|  20.00   .00 80.00| live
moved          | 150.00 3|  20.00 50.00 80.00     -|  80.00   .00   .00|  20.00 50.00 80.00|  80.00   .00   .00| live
refunded       | 110.00 3| 100.00 10.00     -     -|    .00 40.00 80.00| 100.00 10.00     -|    .00 40.00 80.00| live
returned       |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned
voided         |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deleted        |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned

over:
made           | 130.00 3| 100.00     -     - 30.00|    .00 50.00 80.00| 100.00     -     -|    .00 50.00 80.00| live
edited         | 110.00 9| 100.00     -     - 10.00|    .00 50.00 80.00| 100.00     -     -|    .00 50.00 80.00| live
moved          | 130.00 3|      -     - 80.00 50.00| 100.00 50.00   .00|      -     - 80.00| 100.00 50.00   .00| live
refunded       |  90.00 3|  90.00     -     -     -|  10.00 50.00 80.00|  90.00     -     -|  10.00 50.00 80.00| live
returned       |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned
voided         |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deleted        |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned

with credit:
made           |  70.00 3|  70.00     -     -     -|    .00 50.00 80.00|  70.00     -     -|  30.00 50.00 80.00| live
edited         |  40.00 9|  40.00     -     -     -|  30.00 50.00 80.00|  40.00     -     -|  60.00 50.00 80.00| live
moved          |  70.00 3|      -     - 70.00     -|  70.00 50.00 10.00|      -     - 70.00| 100.00 50.00 10.00| live
refunded       |  30.00 3|  30.00     -     -     -|  40.00 50.00 80.00|  30.00     -     -|  70.00 50.00 80.00| live
returned       |      - -|      -     -     -     -|  70.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned
voided         |      - -|      -     -     -     -|  70.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deleted        |      - -|      -     -     -     -|  70.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -|  70.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned
"""

# And what people may do beyond the matrix to a payment of the platform: the accountant deletes it, or deposits it by hand
# before it is returned; the bookkeeper deletes its row in ConnectWise, where it has one of its own.
_BEYOND = """
full:
deleted there  |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
row deleted    |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
held by hand   | 100.00 3| 100.00     -     -     -|    .00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| returned
"""

# Here the credit is applied on the payment itself, as QuickBooks' own screen does, and goes where the payment goes.
_MADE_IN_QUICKBOOKS = """
full:
made           | 100.00 3| 100.00     -     -     -|    .00 50.00 80.00| 100.00     -     -|    .00 50.00 80.00| live
edited         |  45.50 9|  45.50     -     -     -|  54.50 50.00 80.00|  45.50     -     -|  54.50 50.00 80.00| live
moved          | 100.00 3|      - 50.00 50.00     -| 100.00   .00 30.00|      - 50.00 50.00| 100.00   .00 30.00| live
voided         |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| void
deleted        |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted

partial:
made           |  60.00 3|  60.00     -     -     -|  40.00 50.00 80.00|  60.00     -     -|  40.00 50.00 80.00| live
edited         |  75.25 9|  75.25     -     -     -|  24.75 50.00 80.00|  75.25     -     -|  24.75 50.00 80.00| live
moved          |  60.00 3|      -     - 60.00     -| 100.00 50.00 20.00|      -     - 60.00| 100.00 50.00 20.00| live
voided         |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| void
deleted        |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted

several:
made           | 150.00 3| 100.00 50.00     -     -|    .00   .00 80.00| 100.00 50.00     -|    .00   .00 80.00| live
edited         | 130.00 9|  80.00 50.00     -     -|  20.00   .00 80.00|  80.00 50.00     -|  20.00   .00 80.00| live
moved          | 150.00 3|  20.00 50.00 80.00     -|  80.00   .00   .00|  20.00 50.00 80.00|  80.00   .00   .00| live
voided         |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| void
deleted        |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted

over:
made           | 130.00 3| 100.00     -     - 30.00|    .00 50.00 80.00| 100.00     -     -|    .00 50.00 80.00| live
edited         | 110.00 9| 100.00     -     - 10.00|    .00 50.00 80.00| 100.00     -     -|    .00 50.00 80.00| live
moved          | 130.00 3|      -     - 80.00 50.00| 100.00 50.00   .00|      -     - 80.00| 100.00 50.00   .00| live
voided         |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| void
deleted        |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted

with credit:
made           |  70.00 3|  70.00     -     -     -|    .00 50.00 80.00|  70.00     -     -|  30.00 50.00 80.00| live
edited         |  40.00 9|  40.00     -     -     -|  30.00 50.00 80.00|  40.00     -     -|  60.00 50.00 80.00| live
moved          |  70.00 3|      -     - 70.00     -|  70.00 50.00 10.00|      -     - 70.00| 100.00 50.00 10.00| live
voided         |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| void
deleted        |      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
deposited first|      - -|      -     -     -     -| 100.00 50.00 80.00|      -     -     -| 100.00 50.00 80.00| deleted
"""

# The deposit, the payment in it, and its fee, when it was deposited. When the payment was taken back, the payout's deposit
# stands as it was in amount, with the payment's as a line of its own to undeposited funds; the one by hand is gone.
DEPOSITED = {
    (PLATFORM, "full"): ("97.10", "100.00", "-2.90"),
    (PLATFORM, "partial"): ("57.10", "60.00", "-2.90"),
    (PLATFORM, "several"): ("147.10", "150.00", "-2.90"),
    (PLATFORM, "over"): ("127.10", "130.00", "-2.90"),
    (PLATFORM, "with credit"): ("67.10", "70.00", "-2.90"),
    (QUICKBOOKS, "full"): ("100.00", "100.00", ""),
    (QUICKBOOKS, "partial"): ("60.00", "60.00", ""),
    (QUICKBOOKS, "several"): ("150.00", "150.00", ""),
    (QUICKBOOKS, "over"): ("130.00", "130.00", ""),
    (QUICKBOOKS, "with credit"): ("70.00", "70.00", ""),
}

# What cannot become of a payment, and why.
CANNOT_BE = {
    (
        QUICKBOOKS,
        "refunded",
    ): "QuickBooks enters what is given back as a transaction of its own (a refund receipt, a cheque)"
    " that changes no payment; who takes the payment itself back voids or deletes it.",
    (
        QUICKBOOKS,
        "returned",
    ): "A bank returns what the platform collected. Of a cheque that bounces QuickBooks knows what its"
    " people do: they void or delete the payment.",
}

type Amounts = dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Cell:
    """One way in which a payment is made, and what becomes of it, with a ConnectWise that allows one row or many."""

    born: str
    paid: str
    then: str
    rows: str

    def __str__(self) -> str:
        return f"{self.born}, {self.paid}, then {self.then}, {self.rows}"

    @property
    def cannot_be(self) -> str:
        """Say why there is no such payment; "" where there is."""
        return CANNOT_BE.get((self.born, self.then), "")


@dataclass(frozen=True, slots=True)
class Expected:
    """What the three books show of a cell. Takes: `received` is None where QuickBooks has no such payment any more."""

    received: Decimal | None
    day: int | None
    applied: Amounts
    unapplied: Decimal
    open_in_quickbooks: Amounts
    entered: Amounts
    open_in_connectwise: Amounts
    standing: str


CELLS = tuple(Cell(*each) for each in product(BORN, PAID, THEN, ROWS))
BEYOND = (
    *(Cell(PLATFORM, "full", then, rows) for then in ("deleted there", "held by hand") for rows in ROWS),
    Cell(PLATFORM, "full", "row deleted", "many rows"),
)


def cells_of(rows: str) -> list[Cell]:
    """List the cells that can be, where a ConnectWise invoice may have so many rows."""
    return [cell for cell in (*CELLS, *BEYOND) if cell.rows == rows and not cell.cannot_be]


def _read_table(text: str) -> dict[tuple[str, str], Expected]:
    table, paid = {}, ""
    for line in filter(None, text.splitlines()):
        if line.endswith(":"):
            paid = line.removesuffix(":")
        else:
            then, expected = _read_line(line)
            table[paid, then] = expected
    return table


def _read_line(line: str) -> tuple[str, Expected]:
    then, payment, *columns, standing = (part.strip() for part in line.split("|"))
    received, day = payment.split()
    *on_invoices, unapplied = columns[0].split()
    applied, open_, entered, open_in_connectwise = map(_amounts, (" ".join(on_invoices), *columns[1:]))
    expected = Expected(
        None if received == "-" else Decimal(received), None if day == "-" else int(day), applied,
        Decimal(0 if unapplied == "-" else unapplied), open_, entered, open_in_connectwise, standing,
    )  # fmt: skip
    return then, expected


def _amounts(column: str) -> Amounts:
    return {name: Decimal(text) for name, text in zip(INVOICES, column.split(), strict=True) if text != "-"}


EXPECTED = {
    PLATFORM: _read_table(_MADE_ON_THE_PLATFORM) | _read_table(_BEYOND),
    QUICKBOOKS: _read_table(_MADE_IN_QUICKBOOKS),
}
