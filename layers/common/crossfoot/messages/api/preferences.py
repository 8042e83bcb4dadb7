"""The shape of a partner's preferences (C1, C8, D1, D2, E3, E4, P1)."""

from typing import Annotated

from pydantic import Field

from crossfoot.core.preferences import ClosedPeriod, ExternalPaymentsMode, UnappliedMoney
from crossfoot.messages.api.words import ConnectedSystem
from crossfoot.messages.routes import Shape

AccountId = Annotated[str, Field(max_length=64)]


class PreferencesShape(Shape):
    """A partner's choices. PUT replaces them all, so none may be left out."""

    external_payments_enabled: bool = Field(description="Enter QuickBooks payments in ConnectWise (E3).")
    sync_tool_enabled: bool = Field(description="Whether the sync tool is used; then the mode applies (E4).")
    external_payments_mode: ExternalPaymentsMode = Field(
        description="Whose external payments go to ConnectWise while the sync tool is used (E4). Whoever turns the tool on "
        "while they do chooses another than `disabled`, or turns them off."
    )
    primary: ConnectedSystem = Field(description="The system that owns customers and invoices (C8).")
    deposit_account_id: AccountId = Field(
        description='The QuickBooks bank account that the money goes to, or "" for Undeposited Funds (C1, P1).'
    )
    deposits_enabled: bool = Field(
        description="Make a QuickBooks deposit of each payout; it needs the account that deposits go to (D1)."
    )
    fee_account_id: AccountId = Field(description="The QuickBooks account that takes the fees of a payout (D2).")
    returns_account_id: AccountId = Field(
        description="The QuickBooks account for what is given back of payments that were deposited before, or "
        '"" for Undeposited Funds, where both sides of it cancel out.'
    )
    closed_period: ClosedPeriod = Field(description="What becomes of a payment that is dated in closed books (P1).")
    unapplied_money: UnappliedMoney = Field(
        description="What becomes of money that pays no invoice: it stays so, or pays other open invoices of the customer."
    )
