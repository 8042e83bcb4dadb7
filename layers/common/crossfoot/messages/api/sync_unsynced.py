"""The shapes of what waits for the Sync Invoices tool (S1, S3)."""

from datetime import date, datetime

from pydantic import Field

from crossfoot.core.sync.runs import ItemState, RunKind
from crossfoot.messages.api.sync_words import BillId, BillKind
from crossfoot.messages.api.words import Currency, CustomerName, Money, NextCursor, PageQuery, Why
from crossfoot.messages.routes import Shape


class UnsyncedQuery(PageQuery):
    """Which of the closed bills that are in no ConnectWise batch."""

    offered: bool | None = Field(default=None, description="Only those that are offered, or only those that are not.")
    number: str = Field(
        default="", max_length=100, description="Invoices of this number, closed or not, batched or not: and why."
    )


class LastTry(Shape):
    """How a bill stood in the newest run that it was in."""

    run: str
    kind: RunKind = Field(description="Whether that run was to sync it, or to take it back.")
    outcome: str = Field(description="The two in words, for people.", examples=["The undo is done."])
    state: ItemState
    code: str
    sentence: str
    fix: str
    at: datetime | None


class UnsyncedShape(Shape):
    """A ConnectWise invoice or credit memo, and whether the tool offers to sync it (S1)."""

    id: BillId
    kind: BillKind
    number: str
    customer: CustomerName
    issued_on: date
    currency: Currency
    total: Money
    offered: bool
    why: Why | None = Field(description="Why it is not offered, and what would change that; null where it is.")
    last: LastTry | None = Field(description="The newest run that it was in; null where it was in none.")


class UnsyncedList(Shape):
    """A page of bills that are closed and in no ConnectWise batch: invoices first, then credit memos, oldest first."""

    bills: list[UnsyncedShape]
    next_cursor: NextCursor
    ledger_checked: bool = Field(
        description="Whether ConnectWise was asked just now which of these its general ledger has entries for."
    )
    ledger_note: str = Field(
        description='Why it was not asked, or did not answer ("" where it did): a bill without GL mapping may then be '
        "among those that are offered; a preview or a run refuses it."
    )
