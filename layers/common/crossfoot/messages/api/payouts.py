"""The shapes of payouts (D2)."""

from datetime import date

from pydantic import Field

from crossfoot.core.model import PayoutItemKind, PayoutState, Standing, TakenBack
from crossfoot.messages.api.payments import AllocationShape
from crossfoot.messages.api.words import Currency, DatedQuery, Money, NextCursor, RecordId, Why
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


class RowShape(Shape):
    """A payment row that we keep on an invoice in ConnectWise. It may stand for several payments."""

    amount: Money
    paid_on: date


class PaidInvoiceShape(Shape):
    """The part of a payment on one invoice."""

    number: str
    accounting: RecordId | None = Field(description="The invoice in QuickBooks; null when it is not there.")
    psa: RecordId | None = Field(description="The invoice in ConnectWise; null when it is not there.")
    amount: Money = Field(description="What this payment pays of it.")
    rows: list[RowShape] = Field(description="What we keep on it in ConnectWise, for this payment and others.")
    carried: bool = Field(description="Whether this payment is among those that the rows stand for.")


class ReceiptShape(Shape):
    """A payment in QuickBooks that stands for one of the platform; there is one for each customer."""

    id: RecordId
    amount: Money
    deposited: bool = Field(description="Whether the payout's deposit holds it.")


class PaidOutShape(Shape):
    """A payment that the payout pays out, in all books."""

    id: RecordId
    paid_out: Money = Field(description="What the payout holds of it.")
    total: Money | None = Field(
        description="What is left of it on the platform; null when that has not told of it yet."
    )
    refunded: Money | None
    taken_back: TakenBack | None
    receipts: list[ReceiptShape]
    invoices: list[PaidInvoiceShape]


class OwnLineShape(Shape):
    """A line of the deposit for what no payment in it stands for: a fee, a refund, a payment that was taken back."""

    amount: Money
    account_id: str
    memo: str


class PayoutDepositShape(Shape):
    """The payout's deposit in QuickBooks, as it was written last."""

    id: RecordId
    deposited_on: date
    account_id: str
    account_name: str = Field(description='As the book has read it; "" until it has.')
    total: Money
    lines: list[OwnLineShape]


class PayoutDetail(PayoutShape):
    """One payout with what it holds, and the proof of it: every amount and id on all sides."""

    items: list[PayoutItemShape]
    deposit: PayoutDepositShape | None = Field(description="Null while there is none.")
    payments: list[PaidOutShape]
    tied: bool = Field(description="Whether the deposit, its payments and their invoices are the payout, to the cent.")
    reason: Why
