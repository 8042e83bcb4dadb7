"""The shapes of a correction: a journal entry that brings a synced bill to the accounts that ConnectWise means (S10)."""

from datetime import date

from pydantic import Field

from crossfoot.messages.api.sync_mappings import Target
from crossfoot.messages.api.sync_words import BillId, Digest
from crossfoot.messages.api.words import Currency, Money, Why
from crossfoot.messages.routes import Shape


class JournalLineShape(Shape):
    """A line of a journal entry: one of the two amounts is there."""

    account: Target
    debit: Money | None
    credit: Money | None
    description: str
    class_id: str = Field(description='The QuickBooks class, "" for none.')


class JournalShape(Shape):
    """A journal entry. Its debits and credits come to the same."""

    dated: date
    currency: Currency
    lines: list[JournalLineShape]


class CorrectionShape(Shape):
    """The correction that a synced bill would have, or why it has none."""

    id: BillId
    journal: JournalShape | None
    digest: str = Field(description='Names the journal entry, for posting exactly this one; "" where there is none.')
    posted_as: str = Field(
        description="QuickBooks' id of the journal entry that corrected it already; '' where none did."
    )
    why: Why | None = Field(description="Why there is nothing to correct, or nothing that can be; null where there is.")


class CorrectionRequest(Shape):
    """Post a correction that was shown."""

    digest: Digest


class CorrectionPosted(Shape):
    """The correction stands in QuickBooks."""

    id: BillId
    journal_id: str = Field(description="QuickBooks' id of the journal entry.")
