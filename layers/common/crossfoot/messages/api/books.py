"""The shapes of comparing the books (X4)."""

from datetime import datetime

from pydantic import Field

from crossfoot.core.fetching import FetchState
from crossfoot.core.model import System
from crossfoot.messages.api.words import RecordId
from crossfoot.messages.routes import Shape


class CrossfootStart(Shape):
    """How to compare."""

    live: bool = Field(default=True, description="Read both systems afresh instead of trusting what was imported.")


class DifferenceShape(Shape):
    """Two books that do not agree on an invoice, and why."""

    invoice: RecordId
    other: RecordId | None
    code: str
    sentence: str
    fix: str


class ComparisonShape(Shape):
    """A comparison that is under way, and how far it has come (X3)."""

    state: FetchState = Field(description="`stuck` is one that has not moved for half an hour.")
    live: bool
    started_at: datetime
    moved_at: datetime
    pairs: int = Field(description="How many pairs of invoices it has compared so far.")
    difference_count: int


class ReportShape(Shape):
    """The newest comparison of the books that is complete, and the one that is under way (X4)."""

    started_at: datetime
    at: datetime = Field(description="When it was complete.")
    live: bool = Field(description="Whether both systems were read afresh.")
    unread: dict[System, str] = Field(
        description="Why a system that was to be read afresh was not: what was known of it was compared."
    )
    line: str
    invoices: int
    pairs: int
    payments: int
    difference_count: int
    one_sided: dict[str, int] = Field(description="Invoices that only one system has, by reason.")
    differences: list[DifferenceShape]
    under_way: ComparisonShape | None
