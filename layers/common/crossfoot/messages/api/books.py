"""The shapes of comparing the books (X4)."""

from datetime import datetime

from pydantic import Field

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


class ReportShape(Shape):
    """The newest comparison of the books (X4)."""

    at: datetime
    live: bool
    line: str
    invoices: int
    pairs: int
    payments: int
    difference_count: int
    one_sided: dict[str, int] = Field(description="Invoices that only one system has, by reason.")
    differences: list[DifferenceShape]
