"""What the platform tells of its bill payments, whole each time: bills, the credits applied, and the money (B4)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

from pydantic import Field, ValidationInfo, field_validator

from crossfoot.core.model import PLATFORM, Kind, Ref, Standing, parse_ref
from crossfoot.core.payables.records import BillPart, BillPayment, CreditPart, PayMethod, PayState
from crossfoot.messages.payables import STANDING_OF, CopyId, PayableId, RemoteId, to_copy
from crossfoot.messages.routes import Shape
from crossfoot.messages.told import Amount, ToldAmounts, read_minor, say_minor

MAX_PARTS = 500
# QuickBooks' own length.
CHECK_NUMBER_LENGTH = 21


class BillPaymentState(StrEnum):
    """How far a bill payment has come."""

    SCHEDULED = "scheduled"
    PAID = "paid"
    VOIDED = "voided"
    DELETED = "deleted"


# Of two states of one time the later in this order counts.
_PROGRESS = tuple(BillPaymentState)


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
            raise ValueError(f"the bills less the credits come to {say_minor(left_minor, told)}, and not to {amount}")
        return amount

    def to_record(self) -> BillPayment:
        """Give it as the book keeps it."""
        return BillPayment(
            ref=Ref(PLATFORM, Kind.BILL_PAYMENT, self.id),
            version=self.version(_PROGRESS.index(self.status)),
            standing=STANDING_OF.get(self.status, Standing.LIVE),
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
            copy_of=to_copy(Kind.BILL_PAYMENT, self.copy_of),
        )


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
