"""What the platform tells of its vendors, bills and vendor credits, whole each time, and of a partner (B2, B4, B6)."""

from datetime import UTC, date
from enum import StrEnum
from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from crossfoot.core.model import PLATFORM, Kind, Ref, Standing, parse_ref
from crossfoot.core.payables.profile import ProfileFacts
from crossfoot.core.payables.records import (
    Bill,
    CostLine,
    CostLineKind,
    Vendor,
    VendorCredit,
)
from crossfoot.messages import patterns
from crossfoot.messages.routes import Shape
from crossfoot.messages.told import Amount, SignedAmount, ToldAmounts, ToldRecord, UpdatedAt, read_minor, say_minor

MAX_LINES = 500
# QuickBooks' own lengths.
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


# Of two states of one time the later in this order counts.
_VENDOR_PROGRESS = tuple(VendorState)
_OWED_PROGRESS = tuple(OwedState)
STANDING_OF = {"voided": Standing.VOID, "deleted": Standing.DELETED}


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
            standing=STANDING_OF.get(self.status, Standing.LIVE),
            name=self.name,
            active=self.status is VendorState.ACTIVE,
            account_number=self.account_number,
            email=self.email,
            copy_of=to_copy(Kind.VENDOR, self.copy_of),
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
            raise ValueError(f"the lines come to {say_minor(lines_minor, told)}, and not to {amount}")
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
            standing=STANDING_OF.get(self.status, Standing.LIVE),
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
            copy_of=to_copy(Kind.BILL, self.copy_of),
        )


class PlatformVendorCredit(_Owed):
    """A vendor credit on the platform: what a vendor gives back, to be taken off bills."""

    number: str = Field(default="", max_length=SHORT_LENGTH, description="21 characters at most go to QuickBooks.")

    def to_record(self) -> VendorCredit:
        """Give it as the book keeps it."""
        return VendorCredit(
            ref=Ref(PLATFORM, Kind.VENDOR_CREDIT, self.id),
            version=self.version(_OWED_PROGRESS.index(self.status)),
            standing=STANDING_OF.get(self.status, Standing.LIVE),
            number=self.number,
            vendor=parse_ref(Kind.VENDOR, self.vendor),
            vendor_name="",
            issued_on=self.issued_on,
            currency=self.currency,
            total_minor=self.minor(self.amount),
            lines=self._cost_lines(),
            copy_of=to_copy(Kind.VENDOR_CREDIT, self.copy_of),
        )


class PlatformPartner(Shape):
    """What the platform knows of a partner, from which its payment-sync profile follows (B6)."""

    updated_at: UpdatedAt
    signed_up_on: date | None
    accountant_console: bool = Field(description="Whether the account is under an accountant console.")

    def to_facts(self) -> ProfileFacts:
        """Give it as it is kept; what an operator chose is not the platform's to tell."""
        return ProfileFacts(self.signed_up_on, self.accountant_console, told_at=self.updated_at.astimezone(UTC))


def to_copy(kind: Kind, copy_of: str | None) -> Ref | None:
    """Name the record in the accounting that one was made from, where it was."""
    return parse_ref(kind, copy_of) if copy_of else None
