"""The shapes of our API, as its callers see them: ids are text, money is decimal text, times are UTC."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from crossfoot.core.decisions import Outcome
from crossfoot.core.effects import EffectState
from crossfoot.core.model import Kind, Standing, System
from crossfoot.core.preferences import ExternalPaymentsMode
from crossfoot.core.statuses import InvoiceStatus, PaymentStatus
from crossfoot.messages.routes import Shape

RecordId = Annotated[
    str,
    Field(
        pattern=r"^(quickbooks|connectwise)-[^\x00-\x20/]{1,64}$",
        description="A record of one system, by the id that it has there.",
        examples=["quickbooks-129"],
    ),
]
Money = Annotated[
    str,
    Field(pattern=r"^-?\d+(\.\d+)?$", description="An exact amount in the record's currency.", examples=["1250.00"]),
]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.", examples=["USD"])]
ConnectionState = Literal["connected", "needs_attention", "disconnected", "paused"]
Typed = Annotated[str, Field(min_length=1, max_length=200)]

MAX_LIMIT = 200

# --- asked -------------------------------------------------------------------------------------------------------------


class OneSystem(Shape):
    """A connection, by its system."""

    system: System


class OneRecord(Shape):
    """A record, by its kind and id."""

    kind: Kind
    id: RecordId


class OAuthReturn(Shape):
    """What Intuit adds to our address when the partner comes back."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: str = Field(default="", max_length=1_000, repr=False)
    code: str = Field(default="", max_length=2_000, repr=False)
    realm_id: str = Field(default="", alias="realmId", max_length=64)
    error: str = Field(default="", max_length=200)


class ConnectConnectWise(Shape):
    """The keys of a ConnectWise API member (System > Members > API Members)."""

    site_url: Typed = Field(
        description="Cloud region, or your own server.", examples=["https://api-na.myconnectwise.net"]
    )
    company_id: Typed = Field(description="The company that you sign in with.")
    public_key: Typed = Field(repr=False)
    private_key: Typed = Field(repr=False, json_schema_extra={"writeOnly": True})


class PreferencesShape(Shape):
    """A partner's choices. PUT replaces them all, so none may be left out."""

    external_payments_enabled: bool = Field(description="Enter QuickBooks payments in ConnectWise (E3).")
    sync_tool_enabled: bool = Field(description="Whether the sync tool is used; then the mode applies (E4).")
    external_payments_mode: ExternalPaymentsMode
    primary: System = Field(description="The system that owns customers and invoices (C8).")
    deposit_account_id: str = Field(
        max_length=64, description='The QuickBooks bank account that deposits go to, or "" for Undeposited Funds (C1).'
    )


class CrossfootStart(Shape):
    """How to compare."""

    live: bool = Field(default=True, description="Read both systems afresh instead of trusting what was imported.")


class ListQuery(Shape):
    """What every list takes."""

    first: date | None = Field(default=None, alias="from", description="The first day, inclusive.")
    last: date | None = Field(default=None, alias="to", description="The last day, inclusive.")
    customer: RecordId | None = Field(default=None, description="Only this customer's.")
    cursor: str = Field(default="", max_length=2_000, description="`next_cursor` of the page before.")
    limit: int = Field(default=50, ge=1, le=MAX_LIMIT)


class InvoiceQuery(ListQuery):
    """Which invoices to list."""

    status: InvoiceStatus | None = None
    system: System | None = Field(default=None, description="Only invoices that this system has.")
    paired: bool | None = Field(default=None, description="Only invoices that are, or are not, in both systems.")


class PaymentQuery(ListQuery):
    """Which payments to list."""

    status: PaymentStatus | None = None


# --- answered ----------------------------------------------------------------------------------------------------------


class AuthorizeUrl(Shape):
    """Where to send the partner's browser. It is good for ten minutes, once."""

    authorize_url: str


class EventLine(Shape):
    """A line in a connection's history."""

    at: datetime
    what: str


class ConnectionShape(Shape):
    """A connection and how it stands (C7)."""

    system: System
    state: ConnectionState
    account_id: str
    account_name: str
    reason: str
    fix: str
    connected_at: datetime | None
    last_read_at: datetime | None
    credentials_expire_at: datetime | None = Field(description="When the partner has to consent again, if ever.")
    history: list[EventLine]


class ConnectedShape(ConnectionShape):
    """A new connection."""

    callbacks: str = Field(description='"registered", or why not; then changes are seen within the hour, not at once.')


class BankAccount(Shape):
    """A QuickBooks bank account."""

    id: str
    name: str


class BankAccountList(Shape):
    """The accounts that deposits may go to, read from QuickBooks just now (C1)."""

    accounts: list[BankAccount]


class ConnectionList(Shape):
    """Both connections, also those that were never made."""

    connections: list[ConnectionShape]


class Why(Shape):
    """A decision: what was done or not, by which rule, and what would change it."""

    outcome: Outcome
    rule: str = Field(description="Its number in docs/rules.md.", examples=["E8"])
    code: str
    sentence: str
    fix: str
    about: list[RecordId]


class CustomerName(Shape):
    """Whose it is."""

    id: RecordId | None
    name: str


class InvoiceCopy(Shape):
    """An invoice as one system shows it."""

    id: RecordId
    system: System
    number: str
    standing: Standing
    issued_on: date
    due_on: date | None
    total: Money
    balance: Money


class MatchShape(Shape):
    """Whether the invoice is in both systems, and if not, why (I9)."""

    state: Literal["matched", "waits", "refused"]
    code: str
    sentence: str
    fix: str


class InvoiceShape(Shape):
    """One invoice, whether one or both systems have it. Its own members are those of the primary system's copy."""

    id: RecordId
    number: str
    customer: CustomerName
    issued_on: date
    due_on: date | None
    currency: Currency
    total: Money
    balance: Money
    status: InvoiceStatus
    match: MatchShape
    copies: list[InvoiceCopy]


class InvoiceList(Shape):
    """A page of invoices, newest first."""

    invoices: list[InvoiceShape]
    next_cursor: str = Field(description='For the next page; "" on the last one.')


class AllocationShape(Shape):
    """The part of a payment that one invoice gets."""

    invoice: RecordId
    amount: Money


class PaymentShape(Shape):
    """A payment in QuickBooks and how far it has come."""

    id: RecordId
    standing: Standing
    paid_on: date | None
    currency: Currency
    total: Money
    reference: str
    customer: RecordId | None
    allocations: list[AllocationShape]
    status: PaymentStatus
    reason: Why


class PaymentList(Shape):
    """A page of payments, newest first."""

    payments: list[PaymentShape]
    next_cursor: str = Field(description='For the next page; "" on the last one.')


class EffectShape(Shape):
    """A write to a system, or a row found there and taken over."""

    key: str
    kind: str
    subject: RecordId
    generation: int
    state: EffectState
    adopted: bool
    remote_id: str
    planned_at: datetime | None
    settled_at: datetime | None
    refusal: str


class StoryLine(Shape):
    """Something that happened to a record: a decision, or a write."""

    at: datetime
    why: Why
    effect: EffectShape | None = None


class Explanation(Shape):
    """What happened to a record and why, oldest first; and what holds now, tried or not (X1)."""

    id: RecordId
    kind: Kind
    ids: list[RecordId] = Field(description="The record's ids in both systems, as far as it is there.")
    title: str
    now: list[Why]
    story: list[StoryLine]


class Accepted(Shape):
    """It was queued."""

    accepted: Literal[True] = True


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


class FieldError(Shape):
    """What is wrong with one member of the request."""

    field: str
    message: str


class ProblemShape(Shape):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fix: str
    errors: list[FieldError] | None = None
