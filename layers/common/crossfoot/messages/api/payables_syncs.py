"""The shapes of syncs of payables: begun, listed, and how far each has come (B7, X3)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from crossfoot.core.model import Kind
from crossfoot.core.payables.syncs import SyncStage, SyncStarter, SyncState
from crossfoot.messages import patterns
from crossfoot.messages.api.words import NextCursor, RecordId, Why
from crossfoot.messages.routes import Shape

SyncId = Annotated[str, Field(pattern=patterns.PAYABLE_SYNC_ID, description="A sync of payables.")]


class OnePayableSync(Shape):
    """A sync of payables, by its id."""

    id: SyncId


class PayableSyncShape(Shape):
    """A sync of payables, and how far it has come (B7, X3)."""

    id: SyncId
    begun_by: SyncStarter
    state: SyncState = Field(
        description="`stuck` is one that has not moved for half an hour; it is gone on with within the hour, or when "
        "somebody presses Sync Now. `failed` did not do its work: `problem` and `fix` say why."
    )
    stage: SyncStage = Field(description="It reads QuickBooks, then it sends what waits to go out.")
    started_at: datetime
    moved_at: datetime
    finished_at: datetime | None
    read: dict[str, int] = Field(description="How many records were read from QuickBooks, by kind.")
    left_out: int = Field(description="How many of those do not come in; each says why (B1, B2, B5, B6).")
    unreadable: int = Field(description="Records that could not be kept exactly; each says so itself (X1).")
    sent: int = Field(description="How many records of the platform were sent off, by now.")
    held_up: int | None = Field(
        description="How many of those wait or were refused: as it was when the sync ended; null while it runs, but for "
        "GET /v1/syncs/{id}, which counts them then."
    )
    problem: str = Field(description='Why it ended without having done its work; "" where it did.')
    fix: str


class PayableSyncList(Shape):
    """A page of syncs, newest first."""

    syncs: list[PayableSyncShape]
    next_cursor: NextCursor


class HeldUpShape(Shape):
    """A record of the platform that a sync sent off, and that is not as it should be in QuickBooks since."""

    kind: Literal[Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT]
    id: RecordId
    why: Why


class PayableSyncDetail(PayableSyncShape):
    """A sync, with what of it did not go through."""

    on_their_way: int = Field(description="How many of those that were sent off nobody has answered for yet.")
    done: int = Field(description="How many of those that were sent off went through.")
    is_more: bool = Field(description="There is more waiting than was counted: `done` counts too many.")
    failures: list[HeldUpShape] = Field(
        description="A page of what it left held up and nobody has tried again since, with the reasons."
    )
    next_cursor: NextCursor
