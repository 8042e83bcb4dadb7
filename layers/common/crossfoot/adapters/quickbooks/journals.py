"""The journal entries that we write into a QuickBooks company: corrections of what was posted (S10)."""

from datetime import datetime

from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.company import PAGE_ROWS
from crossfoot.adapters.quickbooks.found_again import OwnRecords, to_note
from crossfoot.core.latin import to_latin
from crossfoot.core.money import from_minor
from crossfoot.core.sync.correcting import Journal, JournalLine
from crossfoot.errors import OutcomeUnknown
from crossfoot.http import Wire

DESCRIPTION_LENGTH = 4000
_DETAIL = "JournalEntryLineDetail"


class QuickBooksJournals:
    """Journal entries of one company."""

    def __init__(self, client: QuickBooksClient, page_rows: int = PAGE_ROWS) -> None:
        self._client = client
        self._entries = OwnRecords(client, "JournalEntry", page_rows)

    def create(self, journal: Journal, note: str, request_id: str) -> str:
        """Make an entry. Returns: its id."""
        answer = self._client.write("/journalentry", {**_wire_of(journal), "PrivateNote": to_note(note)}, request_id)
        try:
            return str(answer["JournalEntry"]["Id"])
        except (LookupError, TypeError) as error:
            raise OutcomeUnknown("QuickBooks answered a journal entry in a form that we cannot read") from error

    def find(self, marker: str, since: datetime) -> str | None:
        """Look for an entry by its marker, among all that were made since. Returns: its id."""
        found = self._entries.find(marker, since)
        return str(found["Id"]) if found is not None else None


def _wire_of(journal: Journal) -> dict[str, Wire]:
    return {
        "TxnDate": journal.dated.isoformat(),
        "CurrencyRef": {"value": journal.currency},
        "Line": [_line(line, journal.currency) for line in journal.lines],
    }


def _line(line: JournalLine, currency: str) -> Wire:
    """Write a line: QuickBooks takes positive amounts, and the side beside."""
    detail: dict[str, Wire] = {
        "PostingType": "Debit" if line.amount_minor > 0 else "Credit",
        "AccountRef": {"value": line.account_id},
    }
    if line.class_id:
        detail["ClassRef"] = {"value": line.class_id}
    wire: dict[str, Wire] = {
        "Amount": from_minor(abs(line.amount_minor), currency),
        "DetailType": _DETAIL,
        _DETAIL: detail,
    }
    return wire | ({"Description": to_latin(line.description, DESCRIPTION_LENGTH)} if line.description else {})
