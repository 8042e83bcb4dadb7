"""The shapes of a partner's preferences for payables, and of its payment-sync profile (B2, B3, B5, B6, B7)."""

from datetime import date
from typing import Annotated

from pydantic import Field

from crossfoot.core.payables.preferences import Direction
from crossfoot.core.payables.profile import PaymentSync
from crossfoot.core.payables.sync_profile import SyncType
from crossfoot.messages.api.preferences import AccountId
from crossfoot.messages.routes import Shape
from crossfoot.messages.told import IsoCurrency

WhyProfile = Annotated[str, Field(description="Why the partner has this profile (B6).")]


class PayablesPreferencesShape(Shape):
    """A partner's choices for its payables. PUT replaces them all, so none may be left out."""

    expense_account_id: AccountId = Field(
        description="The QuickBooks expense account for lines that name none; chosen before anything syncs (B3)."
    )
    income_account_id: AccountId = Field(
        description="The QuickBooks income account for what names none; chosen before anything syncs (B3)."
    )
    bank_account_id: AccountId = Field(
        description="The QuickBooks bank account that bills are paid from; chosen before anything syncs (B3)."
    )
    card_account_id: AccountId = Field(
        description='The QuickBooks credit card account for bills that are paid by card; "" where none are (B4).'
    )
    home_currency: IsoCurrency = Field(description="The currency of the books: only that syncs (B2).")
    direction: Direction = Field(
        description="`two_way`, or `to_accounting`: what is made in QuickBooks does not come into the platform (B5)."
    )
    auto_sync: bool = Field(
        description="Sync about 24 hours after the last sync, and send what the platform tells at once. Off: both wait for "
        "POST /v1/syncs (B7)."
    )
    needs_approval: bool = Field(description="Only approved bills go to QuickBooks.")


class PayablesPreferencesStanding(PayablesPreferencesShape):
    """A partner's choices for its payables, and what follows from them."""

    saved: bool = Field(description="False until they are saved for the first time.")
    ready: bool = Field(description="Whether the three accounts are chosen, so that payables sync (B3).")
    missing: str = Field(description='What still has to be chosen, in one sentence; "" when they are ready (B3).')
    payment_sync: PaymentSync = Field(description="Whether payments that are recorded in QuickBooks come back (B6).")
    payment_sync_why: WhyProfile


class FlowShape(Shape):
    """Whether a type of record goes one way, and why."""

    syncs: bool
    rule: str = Field(description="Its number in docs/rules.md.", examples=["B5"])
    why: str


class SyncedTypeShape(Shape):
    """A type of record, and which way it goes for this partner."""

    type: SyncType
    into_platform: FlowShape = Field(description="From QuickBooks into the platform.")
    into_accounting: FlowShape = Field(description="From the platform into QuickBooks.")


class SyncProfileShape(Shape):
    """What syncs for this partner, which way, and why (B1, B2, B5, B6)."""

    payment_sync: PaymentSync
    payment_sync_why: WhyProfile
    signed_up_on: date | None = Field(description="As the platform told it; null until it has.")
    accountant_console: bool = Field(description="Whether the account is under an accountant console.")
    override: PaymentSync | None = Field(description="What an operator chose, which counts before all else.")
    types: list[SyncedTypeShape]


class SyncProfileChange(Shape):
    """What an operator chooses for a partner."""

    override: PaymentSync | None = Field(description="Null lets the profile follow from the facts again (B6).")
