"""The deposits that we write into a QuickBooks company (D2)."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.company import PAGE_ROWS
from crossfoot.adapters.quickbooks.found_again import OwnRecords, to_note
from crossfoot.adapters.quickbooks.lines import deposit_lines
from crossfoot.core.latin import to_latin
from crossfoot.core.money import from_minor, to_minor
from crossfoot.core.slips import Slip, SlipLine, as_asked
from crossfoot.errors import OutcomeUnknown
from crossfoot.http import Wire

MEMO_LENGTH = 4000
# QuickBooks links a payment as a whole by this.
_WHOLE = "0"
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class QuickBooksDeposits:
    """Implements the port Deposits for one company. Writes are free of Intuit's meter; reads are not."""

    def __init__(self, client: QuickBooksClient, page_rows: int = PAGE_ROWS) -> None:
        self._client = client
        self._deposits = OwnRecords(client, "Deposit", page_rows)

    def create_deposit(self, slip: Slip, currency: str, note: str, request_id: str) -> Slip:
        """Make a deposit. The answer is what stands; it is never read back."""
        return self._write({**_wire_of(slip, currency), "PrivateNote": to_note(note)}, slip, currency, request_id)

    def update_deposit(self, slip: Slip, currency: str, request_id: str) -> Slip:
        """Change a deposit that stands. The lines that are sent replace all, and its note stays."""
        head: dict[str, Wire] = {"Id": slip.id, "SyncToken": slip.revision, "sparse": True}
        return self._write({**_wire_of(slip, currency), **head}, slip, currency, request_id)

    def delete_deposit(self, slip: Slip, request_id: str) -> None:
        """Delete a deposit; one that is gone already is no error."""
        self._deposits.delete(slip.id, slip.revision, request_id)

    def fetch_deposit(self, id_: str, currency: str) -> Slip | None:
        """Read a deposit as it is now; None when it is gone."""
        found = self._deposits.fetch(id_)
        return _slip(found, currency) if found is not None else None

    def find_deposit(self, marker: str, since: datetime, currency: str) -> Slip | None:
        """Look for a deposit by the marker that we left in it, among all that were made since."""
        found = self._deposits.find(marker, since)
        return _slip(found, currency) if found is not None else None

    def _write(self, body: Mapping[str, Wire], slip: Slip, currency: str, request_id: str) -> Slip:
        """Write, and read what came back. It was carried out: what cannot be read leaves its outcome unknown."""
        answer = self._client.write("/deposit", body, request_id)
        try:
            return as_asked(_slip(answer["Deposit"], currency), slip)
        except _UNREADABLE as error:
            raise OutcomeUnknown("QuickBooks answered a write in a form that we cannot read") from error


def _wire_of(slip: Slip, currency: str) -> dict[str, Wire]:
    """Write a slip. Its total is QuickBooks' to add up, and is read from what it answers."""
    return {
        "DepositToAccountRef": {"value": slip.account_id},
        "TxnDate": slip.deposited_on.isoformat(),
        "CurrencyRef": {"value": currency},
        "Line": [_line(line, currency) for line in slip.lines],
    }


def _line(line: SlipLine, currency: str) -> Wire:
    amount = from_minor(line.amount_minor, currency)
    if line.receipt_id:
        return {"Amount": amount, "LinkedTxn": [{"TxnId": line.receipt_id, "TxnType": "Payment", "TxnLineId": _WHOLE}]}
    said: dict[str, Wire] = {"Description": to_latin(line.memo, MEMO_LENGTH)} if line.memo else {}
    detail = {"AccountRef": {"value": line.account_id}}
    return {"Amount": amount, "DetailType": "DepositLineDetail", "DepositLineDetail": detail, **said}


def _slip(wire: Mapping[str, Any], currency: str) -> Slip:
    """Read a deposit. What a line says of a payment's amount counts for nothing: recordings show it cut."""
    lines = (
        SlipLine(line.amount_minor, line.payment.id if line.payment else "", line.account_id, line.memo)
        for line in deposit_lines(wire, currency)
    )
    return Slip(
        id=str(wire["Id"]),
        account_id=str(wire["DepositToAccountRef"]["value"]),
        deposited_on=date.fromisoformat(wire["TxnDate"]),
        lines=tuple(lines),
        total_minor=to_minor(wire["TotalAmt"], currency),
        revision=str(wire["SyncToken"]),
    )
