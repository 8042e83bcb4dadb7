"""What a partner chooses. Everything has a safe default."""

from dataclasses import dataclass
from enum import StrEnum

from crossfoot.core.model import System


class ExternalPaymentsMode(StrEnum):
    """Which invoices' external payments go to ConnectWise while the sync tool is on (E4)."""

    DISABLED = "disabled"
    ALL_INVOICES = "all_invoices"
    SYNCED_INVOICES_ONLY = "synced_invoices_only"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A partner's choices. Source: C1 (deposit account), C8 (primary), E3 (toggle), E4 (sync tool and its mode)."""

    external_payments_enabled: bool = False
    sync_tool_enabled: bool = False
    external_payments_mode: ExternalPaymentsMode = ExternalPaymentsMode.DISABLED
    primary: System = System.QUICKBOOKS
    deposit_account_id: str = ""
