"""The shapes of previews: the exact QuickBooks entry of a bill, and what ConnectWise's ledger says beside it (S8)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from crossfoot.core.sync.sales import SaleKind, TaxCalculation
from crossfoot.messages.api.invoices import Number
from crossfoot.messages.api.sync_words import BillId, BillKind, MappingName
from crossfoot.messages.api.words import Currency, Money, Why
from crossfoot.messages.routes import Shape

MAX_PREVIEWED = 100
# As many lines as one answer shows of all entries together; the digest stands for all of them.
MAX_LINES_SHOWN = 5_000


class PreviewRequest(Shape):
    """What to preview."""

    invoices: Annotated[list[BillId], Field(min_length=1, max_length=MAX_PREVIEWED)]


class Named(Shape):
    """A record of QuickBooks, by its id and its name."""

    id: str
    name: str


class EntryLine(Shape):
    """A line of an entry as it will be written."""

    item: Named
    description: str
    quantity: Number | None
    unit_price: Number | None
    amount: Money
    tax_code: Named | None
    class_: Named | None = Field(serialization_alias="class")
    served_on: date | None
    account: Named | None = Field(description="The income account of the item: where the revenue lands.")
    ledger_account: str = Field(description="The account that ConnectWise would have used.")


class EntryTax(Shape):
    """The tax of an entry."""

    calculation: TaxCalculation
    code: Named | None
    amount: Money = Field(
        description="What QuickBooks' own tax comes to; tax that is shown as one line stands among the lines."
    )


class EntryShape(Shape):
    """An invoice or credit memo exactly as it will be written to QuickBooks."""

    kind: SaleKind
    number: str = Field(description='"" where QuickBooks numbers it.')
    customer: Named
    issued_on: date
    due_on: date | None
    currency: Currency
    lines: list[EntryLine]
    lines_left_out: int = Field(description="Lines that this answer had no room for; preview fewer at once.")
    tax: EntryTax
    total: Money
    terms: Named | None
    department: Named | None
    memo: str
    purchase_order: str


class LedgerSum(Shape):
    """What ConnectWise's general ledger posts to an account."""

    account: str
    ledger_type: str = Field(description="As ConnectWise calls it: R, RA, RE, RP, ST and so on.")
    amount: Money


class LedgerShape(Shape):
    """What ConnectWise's own general ledger says of a bill."""

    total: Money
    tax: Money
    accounts: list[LedgerSum]


class WarningShape(Shape):
    """Something to see before it is written (S4, S7)."""

    code: str
    sentence: str
    line: int | None = Field(description="The line that it is about, counted from 0; null for the whole.")


class PreviewShape(Shape):
    """What a run would write for a bill, or why it would write nothing (S7, S8)."""

    id: BillId
    kind: BillKind
    number: str
    state: Literal["ready", "skipped", "refused"]
    digest: str = Field(description='Names the entry: a run that is given it writes this or nothing. "" where none is.')
    entry: EntryShape | None
    ledger: LedgerShape | None = Field(description="Null where ConnectWise would not post it now.")
    warnings: list[WarningShape]
    why: Why | None = Field(description="Why nothing would be written, and what mends that; null where it is ready.")
    missing: list[MappingName] = Field(description="What has no usable target yet.")


class PreviewList(Shape):
    """The previews, in the order in which they were asked for."""

    previews: list[PreviewShape]
