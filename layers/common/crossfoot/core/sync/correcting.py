"""A journal entry that brings a synced bill from the accounts it was posted to, to those that ConnectWise means (S10)."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A line of a journal entry. Units: `amount_minor` is a debit where it is positive, a credit where it is negative."""

    account_id: str
    amount_minor: int
    description: str = ""
    class_id: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal entry: its lines add up to nothing."""

    dated: date
    currency: str
    lines: tuple[JournalLine, ...]
