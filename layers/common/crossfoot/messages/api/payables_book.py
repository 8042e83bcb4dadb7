"""The shapes of payables as they are shown: vendors, bills, vendor credits and bill payments (B1 to B8)."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from crossfoot.core.model import Kind, Standing, System
from crossfoot.core.payables.records import CostLineKind, PayMethod
from crossfoot.core.payables.statuses import BillPaymentStatus, BillStatus, VendorCreditStatus, VendorStatus
from crossfoot.core.statuses import PaymentStatus
from crossfoot.messages.api.invoices import Number
from crossfoot.messages.api.outside_payments import OutsidePaymentShape
from crossfoot.messages.api.words import Currency, DatedQuery, Money, NextCursor, PageQuery, RecordId, Why
from crossfoot.messages.routes import Shape

PayableSystem = Annotated[
    Literal[System.QUICKBOOKS, System.PLATFORM],
    Field(description="Only what this book has; it then has its place in the list from there."),
    WithJsonSchema({"type": "string", "enum": ["quickbooks", "platform"]}),
]
OfVendor = Annotated[
    RecordId | None,
    Field(
        description="Only this vendor's: what names it by this id. What stands in QuickBooks names the vendor there."
    ),
]
HowFar = Annotated[
    PaymentStatus | None,
    Field(description="Only what has come so far: in QuickBooks, or from there into the platform."),
]


class AsideQuery(Shape):
    """Whether a list shows what is usually passed over."""

    include_deleted: bool = Field(default=False, description="Also what was deleted.")
    include_left_out: bool = Field(default=False, description="Also what does not come in from QuickBooks (B1 to B6).")


class VendorQuery(PageQuery, AsideQuery):
    """Which vendors to list, by name."""

    search: str = Field(default="", max_length=100, description="How the name begins, whatever its case and blanks.")
    system: PayableSystem | None = None
    status: VendorStatus | None = Field(default=None, description="Deleted or left out are then included.")


class BillQuery(DatedQuery, AsideQuery):
    """Which bills to list."""

    vendor: OfVendor = None
    system: PayableSystem | None = None
    status: BillStatus | None = Field(default=None, description="Deleted or left out are then included.")
    progress: HowFar = None


class VendorCreditQuery(DatedQuery, AsideQuery):
    """Which vendor credits to list."""

    vendor: OfVendor = None
    system: PayableSystem | None = None
    status: VendorCreditStatus | None = Field(default=None, description="Deleted or left out are then included.")
    progress: HowFar = None


class BillPaymentQuery(DatedQuery, AsideQuery):
    """Which bill payments to list."""

    vendor: OfVendor = None
    system: PayableSystem | None = None
    status: BillPaymentStatus | None = Field(default=None, description="Deleted or left out are then included.")
    progress: HowFar = None


class PayableHead(Shape):
    """What every payable says. Its own members are those of the platform's record, where there is one."""

    id: RecordId
    ids: list[RecordId] = Field(
        description="Every id that finds it: its own first, then that of its copy in QuickBooks, be that deleted by now."
    )
    progress: PaymentStatus = Field(
        description="How far it has come: the platform's into QuickBooks, QuickBooks' into the platform."
    )
    reason: Why


class VendorName(Shape):
    """Whose it is."""

    id: RecordId | None
    name: str


class VendorShape(PayableHead):
    """Somebody that the partner owes money to."""

    name: str
    account_number: str
    email: str
    status: VendorStatus


class VendorList(Shape):
    """A page of vendors by name."""

    vendors: list[VendorShape]
    next_cursor: NextCursor


class BillShape(PayableHead):
    """What a vendor asks for."""

    number: str
    vendor: VendorName
    issued_on: date
    due_on: date | None
    currency: Currency
    total: Money
    open: Money = Field(description="What nobody has paid yet, as the platform shows it.")
    scheduled: Money = Field(description="What payments are meant for whose money is still to go.")
    open_in_quickbooks: Money | None = Field(description="Null where it does not stand there.")
    approved: bool
    status: BillStatus
    outside_payment: OutsidePaymentShape | None


class BillList(Shape):
    """A page of bills by date."""

    bills: list[BillShape]
    next_cursor: NextCursor


class CostLineShape(Shape):
    """A line of a bill or a vendor credit. `amount` is as it changes the total."""

    id: str = Field(description='The id that the system gives it, or "".')
    kind: CostLineKind
    description: str
    amount: Money
    account: str = Field(description='QuickBooks\' id of what it was spent on; "" where nobody has said yet (B3).')
    item: str
    quantity: Number | None
    unit_price: Number | None
    tax_code: str
    customer: str
    class_: str = Field(serialization_alias="class")
    billable: str


class PayableCopy(Shape):
    """A bill or a vendor credit as one book has it, with its lines."""

    id: RecordId
    system: System
    standing: Standing
    number: str
    vendor: VendorName
    issued_on: date
    due_on: date | None = Field(description="Null for a vendor credit.")
    currency: Currency
    total: Money
    left_out: bool = Field(description="It does not come in from QuickBooks (B1, B2, B5).")
    note: str
    lines: list[CostLineShape]


class PartShape(Shape):
    """The part of a bill that a payment settles, or of a vendor credit that it uses up."""

    id: RecordId
    amount: Money


class BillPaymentShape(PayableHead):
    """Money paid to one vendor, and the bills that it settles together with vendor credits (B4)."""

    number: str
    vendor: VendorName
    paid_on: date | None
    currency: Currency
    total: Money = Field(description="The money: bills less credits, so 0 where credits cover all.")
    method: PayMethod
    account: str = Field(
        description='QuickBooks\' id of what it is paid from; "" where that is chosen as it is entered.'
    )
    bills: list[PartShape]
    credits: list[PartShape]
    standing: Standing
    status: BillPaymentStatus


class BillPaymentList(Shape):
    """A page of bill payments by date."""

    bill_payments: list[BillPaymentShape]
    next_cursor: NextCursor


class BillDetail(BillShape):
    """One bill with all that is known of it."""

    copies: list[PayableCopy]
    payments: list[BillPaymentShape]


class VendorCreditShape(PayableHead):
    """What a vendor gives back, to be taken off bills."""

    number: str
    vendor: VendorName
    issued_on: date
    currency: Currency
    total: Money
    remaining: Money = Field(description="What is not applied yet, as the platform shows it.")
    remaining_in_quickbooks: Money | None = Field(description="Null where it does not stand there.")
    status: VendorCreditStatus


class VendorCreditList(Shape):
    """A page of vendor credits by date."""

    vendor_credits: list[VendorCreditShape]
    next_cursor: NextCursor


class VendorCreditDetail(VendorCreditShape):
    """One vendor credit with all that is known of it."""

    copies: list[PayableCopy]
    payments: list[BillPaymentShape]


type NotImportedKind = Literal[Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT, Kind.INVOICE]


class NotImportedQuery(DatedQuery):
    """Of which kind to list what does not come. Vendors are listed by name, whatever the days."""

    kind: NotImportedKind = Kind.BILL


class NotImportedShape(Shape):
    """A record of QuickBooks that does not come, and why."""

    kind: NotImportedKind
    id: RecordId
    number: str
    name: str = Field(description="The vendor's or the customer's.")
    on: date | None
    currency: Currency
    amount: Money | None
    why: Why


class ObstacleShape(Shape):
    """What keeps everything from syncing (B3, C7)."""

    problem: str
    fix: str


class NotImportedList(Shape):
    """A page of what does not come, by date; vendors by name."""

    records: list[NotImportedShape]
    next_cursor: NextCursor
    obstacle: ObstacleShape | None = Field(
        description="What keeps everything from syncing, so that nothing new is read."
    )
