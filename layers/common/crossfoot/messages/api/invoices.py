"""The shapes of invoices, their lines and what pays them (C8, I1, I3, I5, I6, I9)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, PlainSerializer

from crossfoot.core.model import LineKind, Standing
from crossfoot.core.statuses import InvoiceStatus
from crossfoot.messages.api.outside_payments import OutsidePaymentShape
from crossfoot.messages.api.payments import PaymentShape
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

Number = Annotated[
    Decimal,
    PlainSerializer(lambda value: f"{value:f}", return_type=str),
    Field(description="An exact number.", examples=["1.25"]),
]


class InvoiceQuery(DatedQuery, KeptQuery):
    """Which invoices to list."""

    number: str = Field(default="", max_length=100, description="Only those with this number, in either system.")
    customer: RecordId | None = Field(default=None, description="Only this customer's.")
    status: InvoiceStatus | None = Field(default=None, description="Archived or left out are then included.")
    system: ConnectedSystem | None = Field(default=None, description="Only invoices that this system has.")
    paired: bool | None = Field(default=None, description="Only invoices that are, or are not, in both systems.")


class InvoiceCopy(Shape):
    """An invoice as one system shows it."""

    id: RecordId
    system: ConnectedSystem
    number: str
    standing: Standing
    issued_on: date
    due_on: date | None
    total: Money
    balance: Money
    archived_here: bool = Field(description="This copy was archived here, alone or as outside the import filters (C5).")
    left_out: bool = Field(description="The import filters left this copy out (C4).")


class MatchShape(Shape):
    """Whether the invoice is in both systems, and if not, why (I9)."""

    state: Literal["matched", "waits", "refused"]
    code: str
    sentence: str
    fix: str


class InvoiceHead(Shape):
    """An invoice, whether one or both systems have it. Its own members are those of the primary system's copy."""

    id: RecordId
    number: str
    customer: CustomerName
    issued_on: date
    due_on: date | None
    currency: Currency
    total: Money
    balance: Money
    status: InvoiceStatus
    archived_here: bool = Field(description="The partner archived it; what is deleted there is archived too (I5).")
    outside_payment: OutsidePaymentShape | None = Field(
        description="How it was paid without the platform, as the partner says; the systems are not told (B8)."
    )
    match: MatchShape


class InvoiceShape(InvoiceHead):
    """One invoice, whether one or both systems have it. Its own members are those of the primary system's copy."""

    copies: list[InvoiceCopy]


class InvoiceList(Shape):
    """A page of invoices by date."""

    invoices: list[InvoiceShape]
    next_cursor: NextCursor


class LineShape(Shape):
    """A line of an invoice or a credit memo. `amount` is without tax, which is a line of its own: all make up the total."""

    id: str = Field(description='The id that the system gives it, or "".')
    kind: LineKind
    description: str
    item: str
    quantity: Number | None
    unit_price: Number | None
    amount: Money
    tax_code: str
    worked_on: date | None


class InvoiceCopyDetail(InvoiceCopy):
    """An invoice as one system shows it, with its lines."""

    paid: Money | None = Field(description="The cash that the system counts on it, where it says so.")
    credited: Money | None = Field(description="The credits that the system counts on it, where it says so.")
    lines: list[LineShape]
    pdf: str = Field(description="POST there for a link to this copy's PDF.")


class CreditShape(Shape):
    """A credit memo that one of the invoice's payments applies.

    QuickBooks does not say which of a payment's invoices a credit went to: `certain` tells whether there was a choice.
    """

    credit_memo: RecordId
    payment: RecordId
    amount: Money
    certain: bool


class InvoiceDetail(InvoiceHead):
    """One invoice with all that is known of it."""

    copies: list[InvoiceCopyDetail]
    payments: list[PaymentShape]
    credits: list[CreditShape]


class PdfLink(Shape):
    """Where the invoice's PDF can be downloaded by whoever has this link, and until when."""

    url: str = Field(repr=False)
    expires_at: datetime
