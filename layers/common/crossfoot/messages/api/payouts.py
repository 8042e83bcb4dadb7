"""The shapes of payouts (D2)."""

from datetime import date

from pydantic import Field

from crossfoot.core.model import PayoutItemKind, PayoutState, Standing
from crossfoot.messages.api.payments import AllocationShape
from crossfoot.messages.api.words import Currency, DatedQuery, Money, NextCursor, RecordId
from crossfoot.messages.routes import Shape


class PayoutQuery(DatedQuery):
    """Which payouts to list."""

    status: PayoutState | None = None


class PayoutShape(Shape):
    """Money that the platform pays out."""

    id: RecordId
    status: PayoutState
    arrives_on: date
    currency: Currency
    total: Money = Field(description="What arrives at the bank: exactly the sum of what it holds.")


class PayoutList(Shape):
    """A page of payouts by date."""

    payouts: list[PayoutShape]
    next_cursor: NextCursor


class PayoutItemShape(Shape):
    """A payment that the payout holds, or something taken off or added."""

    kind: PayoutItemKind
    amount: Money = Field(description="As it changes the payout: a refund, a return and a fee are negative.")
    payment: RecordId | None
    standing: Standing | None = Field(description="The payment's own; null when the platform has not told of it yet.")
    allocations: list[AllocationShape] = Field(description="The invoices that the payment pays.")
    memo: str


class PayoutDetail(PayoutShape):
    """One payout with what it holds."""

    items: list[PayoutItemShape]
