"""What a partner chooses for its payables (B2, B3, B5, B7)."""

from dataclasses import dataclass
from enum import StrEnum


class Direction(StrEnum):
    """Which way payables go (B5)."""

    TWO_WAY = "two_way"
    TO_ACCOUNTING = "to_accounting"


@dataclass(frozen=True, slots=True)
class PayablesPreferences:
    """A partner's choices for payables.

    Takes: the three accounts are those that have to be chosen before anything syncs (B3); `card_account_id` is what bills
    paid by credit card are paid from, "" where none are; with `needs_approval` only approved bills go out.
    Source: B2 (currency), B3 (accounts), B5 (direction), B7 (auto-sync).
    """

    expense_account_id: str = ""
    income_account_id: str = ""
    bank_account_id: str = ""
    card_account_id: str = ""
    home_currency: str = "USD"
    direction: Direction = Direction.TWO_WAY
    auto_sync: bool = True
    needs_approval: bool = False
