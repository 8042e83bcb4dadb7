"""What the platform tells of its payments and payouts: always the whole record, so that the newest version counts."""

from collections import Counter
from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from crossfoot.core.model import (
    PLATFORM,
    Allocation,
    Kind,
    Payment,
    Payout,
    PayoutItem,
    PayoutItemKind,
    PayoutState,
    Ref,
    Standing,
    TakenBack,
    fingerprint,
    parse_ref,
)
from crossfoot.core.payables.records import Payable, vendor_of
from crossfoot.messages import patterns
from crossfoot.messages.payable_work import MirrorBill
from crossfoot.messages.queue import Message, MirrorPayment, RecordDeposit
from crossfoot.messages.routes import Shape
from crossfoot.messages.told import Amount, PlatformId, SignedAmount, ToldAmounts, read_minor, say_minor

MAX_ALLOCATIONS = 500
MAX_ITEMS = 10_000
# QuickBooks' own length of a payment's reference number.
REFERENCE_LENGTH = 21

# A record of a system that a partner connects.
ConnectedId = Annotated[
    str,
    Field(
        pattern=patterns.CONNECTED_ID,
        description="As our API names it; of one that is in both systems, either copy.",
        examples=["quickbooks-129"],
    ),
]


class PaymentState(StrEnum):
    """What became of a payment on the platform."""

    SUCCEEDED = "succeeded"
    REFUNDED = "refunded"
    RETURNED = "returned"
    DELETED = "deleted"


_TAKEN_BACK = {
    PaymentState.REFUNDED: TakenBack.REFUNDED,
    PaymentState.RETURNED: TakenBack.RETURNED,
    PaymentState.DELETED: TakenBack.DELETED,
}
_PAYOUT_PROGRESS = (PayoutState.CREATED, PayoutState.PAID, PayoutState.FAILED)


class AppliedShape(Shape):
    """The part of a payment that one invoice gets."""

    invoice: ConnectedId
    amount: Amount


class PlatformPayment(ToldAmounts):
    """A payment on the platform.

    Of one that is given back in part `refunded_amount` says how much: what is left is what counts, and its invoices lose
    their part of it from the last one on.
    """

    status: PaymentState = Field(
        description="A payment that is given back only in part has succeeded. What is refunded, returned by the bank or "
        "deleted counts no longer."
    )
    amount: Amount
    refunded_amount: Amount = "0"
    paid_on: date
    customer: ConnectedId | None = Field(default=None, description="Who paid; needed where no invoice is paid.")
    allocations: list[AppliedShape] = Field(default_factory=list, max_length=MAX_ALLOCATIONS)
    reference: str = Field(default="", max_length=REFERENCE_LENGTH, description="What stands on it in the books.")

    @field_validator("amount")
    @classmethod
    def _is_some(cls, amount: str, told: ValidationInfo) -> str:
        if read_minor(amount, told) == 0:
            raise ValueError("a payment is of more than nothing")
        return amount

    @field_validator("refunded_amount")
    @classmethod
    def _is_part(cls, refunded: str, told: ValidationInfo) -> str:
        refunded_minor = read_minor(refunded, told)
        if "amount" not in told.data:
            return refunded
        left_minor = read_minor(told.data["amount"], told) - refunded_minor
        if left_minor < 0:
            raise ValueError("more is refunded than was paid")
        if told.data.get("status") is PaymentState.REFUNDED and left_minor and refunded_minor:
            raise ValueError("a payment that is refunded in part has the status succeeded")
        return refunded

    @field_validator("allocations")
    @classmethod
    def _is_no_more(cls, parts: list[AppliedShape], told: ValidationInfo) -> list[AppliedShape]:
        applied_minor = sum(read_minor(part.amount, told) for part in parts)
        if "amount" in told.data and applied_minor > read_minor(told.data["amount"], told):
            raise ValueError("they come to more than the amount")
        return parts

    def to_payment(self) -> Payment:
        """Give it as the book keeps it."""
        amount_minor = self.minor(self.amount)
        is_refunded = self.status is PaymentState.REFUNDED
        refunded_minor = amount_minor if is_refunded else self.minor(self.refunded_amount)
        left_minor = amount_minor - refunded_minor
        taken_back = _TAKEN_BACK.get(self.status) or (None if left_minor else TakenBack.REFUNDED)
        allocations = () if taken_back else self._allocations(left_minor)
        return Payment(
            ref=Ref(PLATFORM, Kind.PAYMENT, self.id),
            version=self.version(2 if taken_back else 1 if refunded_minor else 0),
            standing=Standing.DELETED if taken_back else Standing.LIVE,
            customer=parse_ref(Kind.CUSTOMER, self.customer) if self.customer else None,
            paid_on=self.paid_on,
            currency=self.currency,
            total_minor=left_minor,
            allocations=allocations,
            reference=self.reference,
            # What it would pay, had nothing been given back: these invoices go on to tell of it.
            former_invoices=self._no_longer_paid(allocations),
            taken_back=taken_back,
            refunded_minor=refunded_minor,
        )

    def _allocations(self, left_minor: int) -> tuple[Allocation, ...]:
        parts = []
        for part in self.allocations:
            minor = min(self.minor(part.amount), left_minor)
            left_minor -= minor
            if minor:
                parts.append(Allocation(parse_ref(Kind.INVOICE, part.invoice), minor))
        return tuple(parts)

    def _no_longer_paid(self, allocations: tuple[Allocation, ...]) -> tuple[Ref, ...]:
        named = {parse_ref(Kind.INVOICE, part.invoice) for part in self.allocations}
        return tuple(sorted(named - {part.invoice for part in allocations}))


class ItemShape(Shape):
    """What a payout holds: a payment, or something taken off or added."""

    kind: PayoutItemKind
    payment: PlatformId | None = Field(
        default=None, description="The payment that it is, or that is given back.", validate_default=True
    )
    amount: SignedAmount = Field(description="As it changes the payout: a refund, a return and a fee are negative.")
    memo: str = Field(default="", max_length=200)

    @field_validator("payment")
    @classmethod
    def _is_named(cls, payment: str | None, told: ValidationInfo) -> str | None:
        if payment is None and told.data.get("kind") in (PayoutItemKind.PAYMENT, *_GIVEN_BACK):
            raise ValueError("the payment has to be named")
        return payment

    @field_validator("amount")
    @classmethod
    def _is_signed(cls, amount: str, told: ValidationInfo) -> str:
        kind = told.data.get("kind")
        if kind is PayoutItemKind.PAYMENT and amount.startswith("-"):
            raise ValueError("a payment adds to a payout")
        if kind in _GIVEN_BACK and not amount.startswith("-"):
            raise ValueError("what is given back is negative")
        return amount


_GIVEN_BACK = (PayoutItemKind.REFUND, PayoutItemKind.RETURN)


class PlatformPayout(ToldAmounts):
    """Money that the platform pays out: the payments that it holds, less what was given back and the fees."""

    status: PayoutState
    arrives_on: date
    items: list[ItemShape] = Field(min_length=1, max_length=MAX_ITEMS)
    amount: Amount = Field(description="What arrives at the bank: exactly the sum of the items.")

    @field_validator("items")
    @classmethod
    def _hold_each_once(cls, items: list[ItemShape], told: ValidationInfo) -> list[ItemShape]:
        for item in items:
            read_minor(item.amount, told)
        held = Counter(item.payment for item in items if item.kind is PayoutItemKind.PAYMENT)
        twice = [payment for payment, times in held.items() if times > 1]
        if twice:
            raise ValueError(f"payment {twice[0]} is in it twice")
        return items

    @field_validator("amount")
    @classmethod
    def _ties(cls, amount: str, told: ValidationInfo) -> str:
        total_minor = read_minor(amount, told)
        items = told.data.get("items")
        items_minor = sum(read_minor(item.amount, told) for item in items or ())
        if items is not None and items_minor != total_minor:
            raise ValueError(f"the items come to {say_minor(items_minor, told)}, and not to {amount}")
        return amount

    def to_payout(self) -> Payout:
        """Give it as the book keeps it."""
        return Payout(
            ref=Ref(PLATFORM, Kind.PAYOUT, self.id),
            version=self.version(_PAYOUT_PROGRESS.index(self.status)),
            standing=Standing.LIVE,
            state=self.status,
            arrives_on=self.arrives_on,
            currency=self.currency,
            total_minor=self.minor(self.amount),
            items=tuple(
                PayoutItem(
                    item.kind,
                    self.minor(item.amount),
                    Ref(PLATFORM, Kind.PAYMENT, item.payment) if item.payment else None,
                    item.memo,
                )
                for item in self.items
            ),
        )


def to_follow_up(tenant: str, record: Payment | Payout | Payable) -> list[Message]:
    """List the work that follows from what the platform told: the same telling is the same work."""
    because, ref = fingerprint(record), record.ref
    match record:
        case Payment():
            return [MirrorPayment(tenant=tenant, payment_id=ref.id, system=ref.system, because=because)]
        case Payout():
            return [RecordDeposit(tenant=tenant, payout_id=ref.id, because=because)]
        case _:
            return [MirrorBill.of(tenant, ref, vendor_of(record), because=because)]
