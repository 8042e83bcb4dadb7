"""The shapes of runs of the Sync Invoices tool: begun, listed, and what became of every bill (S2, S9, X3)."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from crossfoot.core.sync.runs import ItemState, RunKind, RunState
from crossfoot.messages import patterns
from crossfoot.messages.api.sync_words import MAX_CHOSEN, BillId, BillKind, Digest
from crossfoot.messages.api.words import Currency, CustomerName, Money, NextCursor, PageQuery, RecordId
from crossfoot.messages.routes import Shape

RunId = Annotated[str, Field(pattern=patterns.RUN_ID, description="A run.")]


class ChosenBill(Shape):
    """A bill to sync. With the digest of its preview, nothing is written but what was previewed."""

    id: BillId
    digest: Digest | None = None


class BatchStart(Shape):
    """What to sync: some bills, or all that is offered."""

    invoices: list[ChosenBill] = Field(default=[], max_length=MAX_CHOSEN)
    all: bool = Field(default=False, description="Everything that is offered, oldest first, 5000 at most.")


class UndoRequest(Shape):
    """What to take back."""

    invoices: Annotated[list[BillId], Field(min_length=1, max_length=MAX_CHOSEN)]


class OneRun(Shape):
    """A run, by its id."""

    id: RunId


class RunFindingShape(Shape):
    """Something that a mapping or a preference pointed to and that was gone, inactive, of the wrong kind, or renamed."""

    code: str
    sentence: str
    fix: str


class RunShape(Shape):
    """A run, and how far it has come (S2, X3)."""

    id: RunId
    kind: RunKind
    by: str = Field(description="Who began it: `partner`, or `schedule`.")
    state: RunState = Field(description="`stuck` is one that has not moved for half an hour.")
    started_at: datetime
    moved_at: datetime
    finished_at: datetime | None
    cancelled_at: datetime | None = Field(description="When what had not started was stopped.")
    total: int
    counts: dict[ItemState, int] = Field(description="How many bills are in which state; states of none are left out.")
    findings: list[RunFindingShape] = Field(
        description="What the mapping doctor found when the run planned its bills, 20 at most: of customers, those of its "
        "bills. The checkup tells all that is wrong now (S6)."
    )


class RunList(Shape):
    """A page of runs, newest first."""

    batches: list[RunShape]
    next_cursor: NextCursor


class ItemsQuery(PageQuery):
    """Which of a run's bills to show."""

    state: ItemState | None = Field(default=None, description="Only those in this state.")


class ItemShape(Shape):
    """A bill in a run, and what became of it.

    `written` stands in QuickBooks, and its ConnectWise batch is to come. `conflict` stands in QuickBooks, and somebody else
    has put it into a ConnectWise batch meanwhile.
    """

    id: BillId
    kind: BillKind
    number: str
    customer: CustomerName | None = Field(
        description="This, the date and the total are ConnectWise's of now; null where the bill is no longer known."
    )
    issued_on: date | None
    currency: Currency | None
    total: Money | None
    state: ItemState
    accounting: RecordId | None = Field(description="The entry in QuickBooks.")
    batch: str = Field(description='The ConnectWise batch that it was put into, by its name; "" until it is.')
    previewed: str = Field(description='The digest of the entry that was previewed; "" where none was.')
    digest: str = Field(description='The digest of the entry that was written; "" until it is.')
    changes: list[str] = Field(
        description="How what was written differs from what was previewed: by a rounding line, say, where QuickBooks works "
        "out tax by itself and the preferences tolerate the difference (S7, S8)."
    )
    rule: str
    code: str
    sentence: str = Field(description='Why it ended so; "" where it went as it should.')
    fix: str
    settled_at: datetime | None


class RunDetail(RunShape):
    """A run with a page of its bills, in the order in which they were chosen."""

    items: list[ItemShape]
    next_cursor: NextCursor


class ResyncStarted(Shape):
    """The part of a re-sync that was begun: first the entry is taken back, and the next call syncs the bill again."""

    step: Literal["undo", "sync"]
    batch: RunShape
