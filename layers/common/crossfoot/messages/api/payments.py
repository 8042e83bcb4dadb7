"""The shapes of payments (E1 to E8)."""

from datetime import date

from pydantic import Field

from crossfoot.core.model import Standing, TakenBack
from crossfoot.core.statuses import PaymentStatus
from crossfoot.messages.api.words import Currency, DatedQuery, Money, NextCursor, RecordId, Why
from crossfoot.messages.routes import Shape


class PaymentQuery(DatedQuery):
    """Which payments to list."""

    customer: RecordId | None = Field(default=None, description="Only this customer's.")
    status: PaymentStatus | None = None


class AllocationShape(Shape):
    """The part of a payment that one invoice gets."""

    invoice: RecordId
    amount: Money


class CreditUseShape(Shape):
    """The part of a credit memo that a payment applies."""

    credit_memo: RecordId
    amount: Money


class PaymentShape(Shape):
    """A payment in QuickBooks or on the platform, and how far it has come."""

    id: RecordId
    standing: Standing
    paid_on: date | None
    currency: Currency
    total: Money = Field(description="What counts of it: what was refunded is taken off.")
    refunded: Money
    taken_back: TakenBack | None = Field(description="Why a payment of the platform counts no longer.")
    origin: RecordId | None = Field(description="The payment of the platform that Crossfoot made it for (E1).")
    reference: str
    customer: RecordId | None
    allocations: list[AllocationShape]
    credits: list[CreditUseShape]
    deposit: RecordId | None = Field(description="The deposit that it went into, which locks it.")
    status: PaymentStatus
    reason: Why


class PaymentList(Shape):
    """A page of payments by date."""

    payments: list[PaymentShape]
    next_cursor: NextCursor
