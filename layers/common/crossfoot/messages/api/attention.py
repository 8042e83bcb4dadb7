"""The shapes of what needs attention: causes with how many records each holds, and what to do about them (X1, X3)."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from crossfoot.core.model import Kind
from crossfoot.messages import patterns
from crossfoot.messages.api.words import Currency, Money, NextCursor, PageQuery, RecordId, Why
from crossfoot.messages.routes import Shape

# As many records as one call may name; more are meant by their cause.
MAX_NAMED = 100

CauseCode = Annotated[
    str, Field(pattern=patterns.CAUSE, description="What holds records up.", examples=["invoice_not_in_psa"])
]
# Invoices and credit memos are those of ConnectWise that the Sync Invoices tool has entered.
ParkedKind = Literal[
    Kind.PAYMENT, Kind.PAYOUT, Kind.INVOICE, Kind.CREDIT_MEMO,
    Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT,
]  # fmt: skip


class CauseShape(Shape):
    """Something that needs attention, with what mends it."""

    cause: CauseCode
    what: Literal["records", "connection", "matches", "unsynced"] = Field(
        description="What it is about, and what `count` counts."
    )
    title: str
    fix: str
    count: int = Field(
        description="How many there are, but for those that are ignored: records, counted up to 1000; matches, up to 200; "
        "what is unsynced, among 200; or the one connection."
    )
    is_more: bool = Field(description="There are further ones.")
    ignored: int
    is_more_ignored: bool
    oldest_since: datetime | None = Field(description="Since when the first of those counted is held up.")
    actions: list[Literal["retry", "ignore"]]
    path: str = Field(description="Where what it holds is listed.", examples=["/v1/attention/invoice_not_in_psa"])


class AttentionList(Shape):
    """All that needs attention."""

    causes: list[CauseShape]
    total: int = Field(description="The counts of all causes together; what two causes hold counts twice.")
    is_more: bool


class OneCause(Shape):
    """A cause, by its code."""

    cause: CauseCode


class ParkedQuery(PageQuery):
    """Which of the records that a cause holds."""

    ignored: bool = Field(default=False, description="Those that are ignored, in place of the others.")


class ParkedId(Shape):
    """A record that may be parked."""

    kind: ParkedKind
    id: RecordId


class ParkedShape(Shape):
    """A record, and what holds it up."""

    kind: ParkedKind
    id: RecordId
    since: datetime
    ignored_at: datetime | None
    why: Why
    currency: Currency
    amount: Money | None = Field(description="Null for a vendor, and for a record that has not come yet.")
    on: date | None = Field(description="The day of the payment or invoice, or on which the payout arrives.")


class ParkedList(Shape):
    """A page of the records that a cause holds, by their ids."""

    records: list[ParkedShape]
    next_cursor: NextCursor


class IgnoreRequest(Shape):
    """What needs no attention: some records, all that a cause holds, some records but for one cause only, or everything."""

    records: list[ParkedId] = Field(default=[], max_length=MAX_NAMED)
    cause: CauseCode | None = None
    all: bool = False


class RetryRequest(IgnoreRequest):
    """What to try again; it is chosen as what to ignore is. Records that are named count again if they were ignored."""

    ignored: bool = Field(default=False, description="Those of a cause that are ignored count again, too.")


class AttentionTaken(Shape):
    """It is done, or queued."""

    accepted: int | None = Field(description="How many of the named records were parked; null where a cause was named.")
