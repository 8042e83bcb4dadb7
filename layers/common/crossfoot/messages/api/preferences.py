"""The shape of a partner's preferences (C1, C8, E3, E4)."""

from pydantic import Field

from crossfoot.core.model import System
from crossfoot.core.preferences import ExternalPaymentsMode
from crossfoot.messages.routes import Shape


class PreferencesShape(Shape):
    """A partner's choices. PUT replaces them all, so none may be left out."""

    external_payments_enabled: bool = Field(description="Enter QuickBooks payments in ConnectWise (E3).")
    sync_tool_enabled: bool = Field(description="Whether the sync tool is used; then the mode applies (E4).")
    external_payments_mode: ExternalPaymentsMode
    primary: System = Field(description="The system that owns customers and invoices (C8).")
    deposit_account_id: str = Field(
        max_length=64, description='The QuickBooks bank account that deposits go to, or "" for Undeposited Funds (C1).'
    )
