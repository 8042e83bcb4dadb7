"""The shapes of credit memos (I1, I3)."""

from datetime import date

from pydantic import Field

from crossfoot.core.model import Standing
from crossfoot.core.statuses import CreditMemoStatus
from crossfoot.messages.api.invoices import LineShape
from crossfoot.messages.api.words import (
    ConnectedSystem,
    Currency,
    CustomerName,
    DatedQuery,
    KeptQuery,
    Money,
    NextCursor,
    RecordId,
)
from crossfoot.messages.routes import Shape


class CreditMemoQuery(DatedQuery, KeptQuery):
    """Which credit memos to list."""

    customer: RecordId | None = Field(default=None, description="Only this customer's.")
    status: CreditMemoStatus | None = Field(default=None, description="Archived or left out are then included.")
    system: ConnectedSystem | None = None


class CreditMemoShape(Shape):
    """A credit that a customer was given."""

    id: RecordId
    system: ConnectedSystem
    number: str
    customer: CustomerName
    standing: Standing
    issued_on: date
    currency: Currency
    total: Money
    remaining: Money = Field(description="What is not yet applied.")
    status: CreditMemoStatus


class CreditMemoList(Shape):
    """A page of credit memos by date."""

    credit_memos: list[CreditMemoShape]
    next_cursor: NextCursor


class ApplicationShape(Shape):
    """A payment that applies the credit memo. It went to one or more of these invoices; to which, QuickBooks hides."""

    payment: RecordId
    paid_on: date | None
    amount: Money
    invoices: list[RecordId]


class CreditMemoDetail(CreditMemoShape):
    """One credit memo with its lines, and where it was applied."""

    lines: list[LineShape]
    applied: list[ApplicationShape]
    applied_elsewhere: Money = Field(
        description="What the system counts as applied, by nothing that the book knows of."
    )
