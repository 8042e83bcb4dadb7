"""What the platform tells of its payments and payouts. Each event carries the whole record, so the newest one counts:

{"type": "payment.refunded", "timestamp": "2026-11-03T17:04:05Z", "data": {"partner": "t_00000001", "id": "pay_1", ...}}
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, Field, model_validator

from crossfoot.core.model import (
    Allocation,
    Kind,
    Payment,
    Payout,
    PayoutItem,
    PayoutItemKind,
    PayoutState,
    Ref,
    Standing,
    System,
    TakenBack,
    Version,
    parse_ref,
)
from crossfoot.core.money import InexactAmount, to_minor
from crossfoot.messages.api.words import RecordId
from crossfoot.messages.routes import Shape

MAX_ALLOCATIONS = 500
MAX_ITEMS = 10_000

PlatformId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$", description="The platform's own id.")]
IsoCurrency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", description="ISO 4217.", examples=["USD"])]
Amount = Annotated[str, Field(pattern=r"^\d{1,12}(\.\d{1,3})?$", description="An exact amount.", examples=["1250.00"])]
Signed = Annotated[str, Field(pattern=r"^-?\d{1,12}(\.\d{1,3})?$", description="An exact amount.", examples=["-2.90"])]
Partner = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="Whose it is.")]


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


class _Exact(Shape):
    """A record of amounts in one currency, none of which is finer than it."""

    id: PlatformId
    currency: IsoCurrency
    updated_at: AwareDatetime = Field(description="When the platform changed it last. The newest version counts.")

    def minor(self, amount: str) -> int:
        """Read one of its amounts. Raises: InexactAmount."""
        return to_minor(amount, self.currency)

    def version(self, progress: int) -> Version:
        """Order its versions by the platform's own time, however late each of them arrives.

        Takes: `progress` orders states of the same time: what was taken back is not raised by a late delivery.
        """
        at = self.updated_at.astimezone(UTC)
        return Version(_time_text(at), _time_text(at + timedelta(microseconds=progress)))


def _time_text(at: datetime) -> str:
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


class AppliedShape(Shape):
    """The part of a payment that one invoice gets."""

    invoice: RecordId
    amount: Amount


class PlatformPayment(_Exact):
    """A payment on the platform.

    A part of it that was given back is in `refunded_amount`: what is left is what counts, and invoices lose their part of
    it from the last one on.
    """

    status: PaymentState
    amount: Amount
    refunded_amount: Amount = "0"
    paid_on: date
    customer: RecordId | None = Field(default=None, description="Who paid; needed where no invoice is paid.")
    allocations: list[AppliedShape] = Field(default_factory=list, max_length=MAX_ALLOCATIONS)
    reference: str = Field(default="", max_length=21, description="What stands on it in the books.")

    @model_validator(mode="after")
    def _ties(self) -> "PlatformPayment":
        left_minor = self._left_minor()
        if left_minor < 0:
            raise ValueError("refunded_amount is more than amount")
        if sum(self.minor(part.amount) for part in self.allocations) > self.minor(self.amount):
            raise ValueError("allocations are more than amount")
        return self

    def _left_minor(self) -> int:
        try:
            amounts = [self.amount, self.refunded_amount, *(part.amount for part in self.allocations)]
            minor = [self.minor(amount) for amount in amounts]
        except InexactAmount as error:
            raise ValueError(str(error)) from None
        return minor[0] - minor[1]

    def to_payment(self) -> Payment:
        """Give it as the book keeps it."""
        left_minor = self._left_minor()
        taken_back = _TAKEN_BACK.get(self.status) or (None if left_minor else TakenBack.REFUNDED)
        refunded_minor = self.minor(self.refunded_amount)
        allocations = () if taken_back else self._allocations(left_minor)
        return Payment(
            ref=Ref(System.PLATFORM, Kind.PAYMENT, self.id),
            version=self.version(2 if taken_back else 1 if refunded_minor else 0),
            standing=Standing.DELETED if taken_back else Standing.LIVE,
            customer=parse_ref(Kind.CUSTOMER, self.customer) if self.customer else None,
            paid_on=self.paid_on,
            currency=self.currency,
            total_minor=left_minor,
            allocations=allocations,
            reference=self.reference,
            # What it would pay, had nothing been given back: the invoices go on to tell of it.
            former_invoices=self._no_longer_paid(allocations),
            taken_back=taken_back,
            refunded_minor=refunded_minor,
        )

    def _no_longer_paid(self, allocations: tuple[Allocation, ...]) -> tuple[Ref, ...]:
        named = {parse_ref(Kind.INVOICE, part.invoice) for part in self.allocations}
        return tuple(sorted(named - {part.invoice for part in allocations}))

    def _allocations(self, left_minor: int) -> tuple[Allocation, ...]:
        parts = []
        for part in self.allocations:
            minor = min(self.minor(part.amount), left_minor)
            left_minor -= minor
            if minor:
                parts.append(Allocation(parse_ref(Kind.INVOICE, part.invoice), minor))
        return tuple(parts)


class ItemShape(Shape):
    """What a payout holds: a payment, or something taken off or added."""

    kind: PayoutItemKind
    amount: Signed = Field(description="As it changes the payout: a refund, a return and a fee are negative.")
    payment: PlatformId | None = Field(default=None, description="The payment that it is, or that is given back.")
    memo: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _names_its_payment(self) -> "ItemShape":
        if self.kind is PayoutItemKind.PAYMENT and self.payment is None:
            raise ValueError("a payment in a payout names the payment")
        return self


class PlatformPayout(_Exact):
    """Money that the platform pays out: the payments that it holds, less what was given back and the fees."""

    status: PayoutState
    amount: Amount = Field(description="What arrives at the bank: exactly the sum of the items.")
    arrives_on: date
    items: list[ItemShape] = Field(min_length=1, max_length=MAX_ITEMS)

    @model_validator(mode="after")
    def _ties(self) -> "PlatformPayout":
        try:
            items_minor = sum(self.minor(item.amount) for item in self.items)
            total_minor = self.minor(self.amount)
        except InexactAmount as error:
            raise ValueError(str(error)) from None
        if items_minor != total_minor:
            raise ValueError(f"the items come to {items_minor} minor units, and amount to {total_minor}")
        return self

    def to_payout(self) -> Payout:
        """Give it as the book keeps it."""
        return Payout(
            ref=Ref(System.PLATFORM, Kind.PAYOUT, self.id),
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
                    Ref(System.PLATFORM, Kind.PAYMENT, item.payment) if item.payment else None,
                    item.memo,
                )
                for item in self.items
            ),
        )
