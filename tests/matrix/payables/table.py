"""The matrix of payables as a bookkeeper would check it: what QuickBooks shows, what the platform shows, and why.

Every cell has a vendor of its own (V), a bill A over 100.00, where several are paid a bill B over 50.00, and where a credit
is applied a vendor credit K over 30.00; P is the payment. A bill or a credit that is made in one book is settled in the
other one; a payment settles what was made in its own. A bill is shown by what is open of it, a credit by what is left, a
payment by its money and what that settles, a vendor by whether it is in use. What is not named is not there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from tests.matrix.payables.owed import OWED
from tests.matrix.payables.paid import PAID

PLATFORM, QUICKBOOKS = "platform", "quickbooks"
VENDOR, BILL, CREDIT, PAYMENT = "vendor", "bill", "vendor credit", "bill payment"
RECORDS = (BILL, CREDIT, PAYMENT, VENDOR)
BORN = (PLATFORM, QUICKBOOKS)
SETTLED = ("full", "partial", "several", "with credit")
DIRECTIONS = ("two-way", "one-way")
PROFILES = ("payments back", "classic")
MADE, UNPAID = "made", "unpaid"
# A credit that was made in the other book than the bill; what was settled before anybody synced; and that in QuickBooks
# before it was connected.
THEIR_CREDIT = "with their credit"
AT_ONCE = ("full at once", "with credit at once")
BEFORE = ("in full before", "in part before")
# At home is where the record was made. A vendor is renamed, and made inactive.
THEN = (
    *("changed at home", "voided at home", "deleted at home"),
    *("changed in the other", "voided in the other", "deleted in the other"),
)

TOTALS = {"A": Decimal("100.00"), "B": Decimal("50.00"), "K": Decimal("30.00")}
# A bill or a credit that is changed comes to this; a payment that is changed settles so much of A.
CHANGED, SETTLED_THEN = {"A": Decimal("120.00"), "K": Decimal("45.00")}, Decimal("80.00")
# What of each is settled. A credit is used up in full, or in part, without any money.
PARTS = {
    (BILL, "full"): {"A": "100.00"},
    (BILL, "partial"): {"A": "60.00"},
    (BILL, "several"): {"A": "100.00", "B": "50.00"},
    (BILL, "with credit"): {"A": "100.00", "K": "30.00"},
    (BILL, THEIR_CREDIT): {"A": "100.00", "K": "30.00"},
    (BILL, "full at once"): {"A": "100.00"},
    (BILL, "with credit at once"): {"A": "100.00", "K": "30.00"},
    (BILL, "in full before"): {"A": "100.00"},
    (BILL, "in part before"): {"A": "60.00"},
    (CREDIT, "in full before"): {"A": "30.00", "K": "30.00"},
    (CREDIT, "in part before"): {"A": "20.00", "K": "20.00"},
    (CREDIT, "full"): {"A": "30.00", "K": "30.00"},
    (CREDIT, "partial"): {"A": "20.00", "K": "20.00"},
    (CREDIT, "several"): {"A": "10.00", "B": "20.00", "K": "30.00"},
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table. Takes: `partners` is how the names of those begin whom it is of, "all" for every one."""

    record: str
    born: str
    settled: str
    then: str
    partners: str
    in_quickbooks: dict[str, str]
    on_platform: dict[str, str]
    said: dict[str, str]

    def __str__(self) -> str:
        return f"{self.record} of {self.born}, {self.settled}, {self.then}; {self.partners}"


def _read_table(text: str) -> Iterator[Line]:
    """Read a part of the table.

    Its columns: which partners; QuickBooks; the platform; of what does not take part or is held up, why.
    """
    record, born, settled, then = "", "", "", ""
    for line in filter(None, text.splitlines()):
        if "|" in line:
            partners, *columns = (part.strip() for part in line.split("|"))
            yield Line(record, born, settled, then, partners, *map(_read_column, columns))
        elif ";" in line:
            settled, then = line.split("; ")
        else:
            record = next(each for each in sorted(RECORDS, key=len, reverse=True) if line.startswith(each))
            born = PLATFORM if line.removeprefix(record).startswith(" made on the platform") else QUICKBOOKS


def _read_column(column: str) -> dict[str, str]:
    """Read what is said of each thing that is named: `A 0.00, K 30.00`."""
    named = [part.split(" ", 1) for part in column.split(", ") if part != "-"]
    return dict(named)


LINES = (*_read_table(OWED), *_read_table(PAID))
