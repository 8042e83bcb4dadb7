"""What a partner chooses. Everything has a safe default."""

from dataclasses import dataclass
from enum import StrEnum

from crossfoot.core.model import System


class ExternalPaymentsMode(StrEnum):
    """Which invoices' external payments go to ConnectWise while the sync tool is on (E4)."""

    DISABLED = "disabled"
    ALL_INVOICES = "all_invoices"
    SYNCED_INVOICES_ONLY = "synced_invoices_only"


class ClosedPeriod(StrEnum):
    """What becomes of a payment that is dated in books which are closed."""

    REFUSE = "refuse"
    FIRST_OPEN_DAY = "first_open_day"


class UnappliedMoney(StrEnum):
    """What becomes of money that pays no invoice: it stays, or goes to other open invoices of the customer."""

    LEAVE_UNAPPLIED = "leave_unapplied"
    OLDEST_FIRST = "oldest_first"
    LARGEST_FIRST = "largest_first"


@dataclass(frozen=True, slots=True)
class Preferences:
    """A partner's choices.

    Takes: `deposit_account_id` is the bank account that the money goes to, with a deposit for each payout where
    `deposits_enabled`, else payment by payment; without one it stays in undeposited funds. `fee_account_id` takes the
    fees of a payout, and `returns_account_id` what was given back of payments that were deposited before ("" is undeposited
    funds, where both sides of it cancel out).
    Source: C1 (account), C8 (primary), D1, D2 (deposits), E3 (toggle), E4 (sync tool and its mode), P1.
    """

    external_payments_enabled: bool = False
    sync_tool_enabled: bool = False
    external_payments_mode: ExternalPaymentsMode = ExternalPaymentsMode.DISABLED
    primary: System = System.QUICKBOOKS
    deposit_account_id: str = ""
    deposits_enabled: bool = False
    fee_account_id: str = ""
    returns_account_id: str = ""
    closed_period: ClosedPeriod = ClosedPeriod.REFUSE
    unapplied_money: UnappliedMoney = UnappliedMoney.LEAVE_UNAPPLIED

    @property
    def has_external_payments(self) -> bool:
        """Tell whether any external payment goes to ConnectWise. Source: E3, E4."""
        is_disabled = self.sync_tool_enabled and self.external_payments_mode is ExternalPaymentsMode.DISABLED
        return self.external_payments_enabled and not is_disabled
