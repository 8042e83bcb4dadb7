"""What a partner's accounting company itself sets: its accounts, its currency, and up to when its books are closed."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum


class AccountUse(StrEnum):
    """What an account is for, as far as it matters to us."""

    BANK = "bank"
    CREDIT_CARD = "credit_card"
    UNDEPOSITED_FUNDS = "undeposited_funds"
    EXPENSE = "expense"
    INCOME = "income"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class LedgerAccount:
    """An account of the general ledger."""

    id: str
    name: str
    use: AccountUse
    active: bool = True


@dataclass(frozen=True, slots=True)
class Company:
    """A company as it was read last.

    Takes: `closed_until` is the last day of the closed books, None where none are; `home_currency` is the one that it keeps
    its books in, "" where it does not say.
    """

    accounts: tuple[LedgerAccount, ...] = field(default=())
    closed_until: date | None = None
    home_currency: str = ""

    def account(self, id_: str) -> LedgerAccount | None:
        """Find an account."""
        return next((account for account in self.accounts if account.id == id_), None)

    @property
    def undeposited_funds(self) -> LedgerAccount | None:
        """Find where payments lie until they are deposited: by its use, because people rename it."""
        return next((a for a in self.accounts if a.use is AccountUse.UNDEPOSITED_FUNDS and a.active), None)

    def is_closed(self, day: date) -> bool:
        """Tell whether nothing may be written on a day any more."""
        return self.closed_until is not None and day <= self.closed_until

    @property
    def first_open_day(self) -> date | None:
        """Give the first day after the closed books; None where every day is open."""
        return self.closed_until + timedelta(days=1) if self.closed_until else None


NO_COMPANY = Company()
