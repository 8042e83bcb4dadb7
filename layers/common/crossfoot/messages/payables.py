"""What the platform tells of its payables: vendors, bills, vendor credits and payments, whole each time (B2, B4, B6)."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from crossfoot.core.model import PLATFORM, Kind, Ref, Standing, parse_ref
from crossfoot.core.payables.profile import ProfileFacts
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    PayMethod,
    PayState,
    Vendor,
    VendorCredit,
)
from crossfoot.messages import patterns
from crossfoot.messages.routes import Shape
from crossfoot.messages.told import Amount, SignedAmount, ToldAmounts, ToldRecord, UpdatedAt, read_minor

MAX_LINES = 500
MAX_PARTS = 500
# QuickBooks' own lengths.
CHECK_NUMBER_LENGTH = 21
DESCRIPTION_LENGTH = 4_000
NAME_LENGTH = 500
SHORT_LENGTH = 100

PayableId = Annotated[
    str,
    Field(
        pattern=patterns.PAYABLE_ID,
        description="As our API names it: made on the platform, or in QuickBooks.",
        examples=["platform-bill_1", "quickbooks-129"],
    ),
]
CopyId = Annotated[
    str | None,
    Field(
        pattern=patterns.ACCOUNTING_ID,
        description="The record in QuickBooks that it was made from, where it was: the two are one from then on.",
        examples=["quickbooks-129"],
    ),
]
RemoteId = Annotated[str, Field(max_length=64, description='An id in QuickBooks, or "" where nobody has chosen.')]


class VendorState(StrEnum):
    """Whether a vendor is in use."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DELETED = "deleted"


class OwedState(StrEnum):
    """Whether a bill or a vendor credit counts; paid or applied, it still does."""

    ACTIVE = "active"
    VOIDED = "voided"
    DELETED = "deleted"


class BillPaymentState(StrEnum):
    """How far a bill payment has come."""

    SCHEDULED = "scheduled"
    PAID = "paid"
    VOIDED = "voided"
    DELETED = "deleted"


# Of two states of one time the later in this order counts.
_VENDOR_PROGRESS = tuple(VendorState)
_OWED_PROGRESS = tuple(OwedState)
_PAYMENT_PROGRESS = tuple(BillPaymentState)
_STANDING = {"voided": Standing.VOID, "deleted": Standing.DELETED}


class PlatformVendor(ToldRecord):
    """Somebody that the partner owes money to."""

    status: VendorState = VendorState.ACTIVE
    name: str = Field(min_length=1, max_length=NAME_LENGTH)
    email: str = Field(default="", max_length=SHORT_LENGTH)
    account_number: str = Field(
        default="", max_length=SHORT_LENGTH, description="The number that the partner has with the vendor."
    )
    copy_of: CopyId = None

    def to_record(self) -> Vendor:
        """Give it as the book keeps it."""
        return Vendor(
            ref=Ref(PLATFORM, Kind.VENDOR, self.id),
            version=self.version(_VENDOR_PROGRESS.index(self.status)),
            standing=_STANDING.get(self.status, Standing.LIVE),
            name=self.name,
            active=self.status is VendorState.ACTIVE,
            account_number=self.account_number,
            email=self.email,
            copy_of=_to_copy(Kind.VENDOR, self.copy_of),
        )


class CostShape(Shape):
    """A line of a bill or a vendor credit."""

    amount: SignedAmount
    description: str = Field(default="", max_length=DESCRIPTION_LENGTH)
    account_id: RemoteId = Field(
        default="",
        description='The QuickBooks account that it is spent on; "" puts it on the unallocated expense account (B3).',
    )
    item_id: RemoteId = Field(default="", description="The QuickBooks item that was bought, in place of an account.")

    @field_validator("item_id")
    @classmethod
    def _is_one_of_both(cls, item_id: str, told: ValidationInfo) -> str:
        if item_id and told.data.get("account_id"):
            raise ValueError("a line has an account or an item, and not both")
        return item_id


class _Owed(ToldAmounts):
    """What a vendor asks for, or gives back."""

    status: OwedState = Field(default=OwedState.ACTIVE, description="Paid or applied, it is still `active`.")
    vendor: PayableId
    issued_on: date
    lines: list[CostShape] = Field(
        default_factory=list,
        max_length=MAX_LINES,
        description="With none, the whole amount goes to the unallocated expense account (B3).",
    )
    amount: Amount = Field(description="Exactly the sum of the lines, where there are any.")
    copy_of: CopyId = None

    @field_validator("amount")
    @classmethod
    def _ties(cls, amount: str, told: ValidationInfo) -> str:
        total_minor, lines = read_minor(amount, told), told.data.get("lines")
        lines_minor = sum(read_minor(line.amount, told) for line in lines or ())
        if lines and lines_minor != total_minor:
            raise ValueError(f"the lines come to {lines_minor} minor units, and not to {total_minor}")
        return amount

    def _cost_lines(self) -> tuple[CostLine, ...]:
        return tuple(
            CostLine(
                "",
                CostLineKind.ITEM if line.item_id else CostLineKind.ACCOUNT,
                line.description,
                self.minor(line.amount),
                account_id=line.account_id,
                item_id=line.item_id,
            )
            for line in self.lines
        )


class PlatformBill(_Owed):
    """A bill on the platform."""

    number: str = Field(
        default="",
        max_length=SHORT_LENGTH,
        description="The vendor's number of it. One without, or with more than 21 characters, is kept and not entered "
        "in QuickBooks; its story says so (B2).",
    )
    due_on: date | None = None
    approved: bool = Field(
        default=True, description="Where the partner asks for approval, only approved bills go to QuickBooks."
    )

    def to_record(self) -> Bill:
        """Give it as the book keeps it."""
        total_minor = self.minor(self.amount)
        return Bill(
            ref=Ref(PLATFORM, Kind.BILL, self.id),
            version=self.version(_OWED_PROGRESS.index(self.status)),
            standing=_STANDING.get(self.status, Standing.LIVE),
            number=self.number,
            vendor=parse_ref(Kind.VENDOR, self.vendor),
            vendor_name="",
            issued_on=self.issued_on,
            due_on=self.due_on,
            currency=self.currency,
            total_minor=total_minor,
            balance_minor=total_minor,
            lines=self._cost_lines(),
            approved=self.approved,
            copy_of=_to_copy(Kind.BILL, self.copy_of),
        )


class PlatformVendorCredit(_Owed):
    """A vendor credit on the platform: what a vendor gives back, to be taken off bills."""

    number: str = Field(default="", max_length=SHORT_LENGTH, description="21 characters at most go to QuickBooks.")

    def to_record(self) -> VendorCredit:
        """Give it as the book keeps it."""
        return VendorCredit(
            ref=Ref(PLATFORM, Kind.VENDOR_CREDIT, self.id),
            version=self.version(_OWED_PROGRESS.index(self.status)),
            standing=_STANDING.get(self.status, Standing.LIVE),
            number=self.number,
            vendor=parse_ref(Kind.VENDOR, self.vendor),
            vendor_name="",
            issued_on=self.issued_on,
            currency=self.currency,
            total_minor=self.minor(self.amount),
            lines=self._cost_lines(),
            copy_of=_to_copy(Kind.VENDOR_CREDIT, self.copy_of),
        )


class PaidBillShape(Shape):
    """The part of a bill that a payment settles, by money and credits together."""

    bill: PayableId
    amount: Amount


class UsedCreditShape(Shape):
    """The part of a vendor credit that a payment uses up."""

    credit: PayableId
    amount: Amount


class PlatformBillPayment(ToldAmounts):
    """A payment of bills of one vendor, with the vendor credits that it applies (B4)."""

    status: BillPaymentState = Field(
        description="A `scheduled` payment is written when it is `paid`; at once where credits cover all of it (B4)."
    )
    vendor: PayableId
    paid_on: date = Field(description="Of a scheduled one, the day that it is meant for.")
    method: PayMethod = PayMethod.CHECK
    account_id: RemoteId = Field(
        default="", description='The QuickBooks account that it is paid from; "" is the one of the preferences.'
    )
    number: str = Field(default="", max_length=CHECK_NUMBER_LENGTH, description="What stands on it in the books.")
    bills: list[PaidBillShape] = Field(min_length=1, max_length=MAX_PARTS)
    credits: list[UsedCreditShape] = Field(default_factory=list, max_length=MAX_PARTS)
    amount: Amount = Field(description="The money: exactly the bills less the credits; 0 where the credits cover all.")
    copy_of: CopyId = None

    @field_validator("bills")
    @classmethod
    def _settle_some(cls, parts: list[PaidBillShape], told: ValidationInfo) -> list[PaidBillShape]:
        _require_parts(((part.bill, part.amount) for part in parts), told)
        return parts

    @field_validator("credits")
    @classmethod
    def _use_some(cls, parts: list[UsedCreditShape], told: ValidationInfo) -> list[UsedCreditShape]:
        _require_parts(((part.credit, part.amount) for part in parts), told)
        return parts

    @field_validator("amount")
    @classmethod
    def _ties(cls, amount: str, told: ValidationInfo) -> str:
        money_minor = read_minor(amount, told)
        if not {"bills", "credits"} <= told.data.keys():
            return amount
        left_minor = sum(read_minor(part.amount, told) for part in told.data["bills"])
        left_minor -= sum(read_minor(part.amount, told) for part in told.data["credits"])
        if left_minor != money_minor:
            raise ValueError(f"the bills less the credits come to {left_minor} minor units, and not to {money_minor}")
        return amount

    def to_record(self) -> BillPayment:
        """Give it as the book keeps it."""
        return BillPayment(
            ref=Ref(PLATFORM, Kind.BILL_PAYMENT, self.id),
            version=self.version(_PAYMENT_PROGRESS.index(self.status)),
            standing=_STANDING.get(self.status, Standing.LIVE),
            vendor=parse_ref(Kind.VENDOR, self.vendor),
            vendor_name="",
            paid_on=self.paid_on,
            currency=self.currency,
            total_minor=self.minor(self.amount),
            method=self.method,
            account_id=self.account_id,
            number=self.number,
            bills=tuple(BillPart(parse_ref(Kind.BILL, part.bill), self.minor(part.amount)) for part in self.bills),
            credits=tuple(
                CreditPart(parse_ref(Kind.VENDOR_CREDIT, part.credit), self.minor(part.amount)) for part in self.credits
            ),
            state=PayState.SCHEDULED if self.status is BillPaymentState.SCHEDULED else PayState.PAID,
            copy_of=_to_copy(Kind.BILL_PAYMENT, self.copy_of),
        )


class PlatformPartner(Shape):
    """What the platform knows of a partner, from which its payment-sync profile follows (B6)."""

    updated_at: UpdatedAt
    signed_up_on: date | None
    accountant_console: bool = Field(description="Whether the account is under an accountant console.")

    def to_facts(self) -> ProfileFacts:
        """Give it as it is kept; what an operator chose is not the platform's to tell."""
        return ProfileFacts(self.signed_up_on, self.accountant_console, told_at=self.updated_at.astimezone(UTC))


def _require_parts(parts: Iterable[tuple[str, str]], told: ValidationInfo) -> None:
    """Make sure that each part is of more than nothing, and names what no other one does. Raises: ValueError."""
    named: Counter[str] = Counter()
    for name, amount in parts:
        if read_minor(amount, told) == 0:
            raise ValueError(f"the part of {name} is of more than nothing, or it is left out")
        named[name] += 1
    twice = [name for name, times in named.items() if times > 1]
    if twice:
        raise ValueError(f"{twice[0]} is named twice")


def _to_copy(kind: Kind, copy_of: str | None) -> Ref | None:
    return parse_ref(kind, copy_of) if copy_of else None
