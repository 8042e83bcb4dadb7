"""The payments that we write into a QuickBooks company (P1, P2)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from crossfoot.adapters.quickbooks.allocations import credit_lines, credited_parts, sums_of_lines
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.company import PAGE_ROWS, fetch_company
from crossfoot.adapters.quickbooks.found_again import OwnRecords, to_note
from crossfoot.adapters.quickbooks.translate import to_payment
from crossfoot.core.company import Company
from crossfoot.core.latin import to_latin
from crossfoot.core.model import Standing
from crossfoot.core.money import from_minor
from crossfoot.core.receipts import Receipt
from crossfoot.errors import Conflict, OutcomeUnknown
from crossfoot.http import Wire

REFERENCE_LENGTH = 21
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class QuickBooksReceipts:
    """Implements the port Receipts for one company. Writes are free of Intuit's meter; reads are not."""

    def __init__(self, client: QuickBooksClient, page_rows: int = PAGE_ROWS) -> None:
        self._client, self._page_rows = client, page_rows
        self._payments = OwnRecords(client, "Payment", page_rows)

    def fetch_company(self) -> Company:
        """Read the company's settings."""
        return fetch_company(self._client, self._page_rows)

    def create_receipt(self, receipt: Receipt, currency: str, note: str, request_id: str) -> Receipt:
        """Enter a payment. The answer is what stands; it is never read back."""
        body = {**_wire_of(receipt, currency), "PrivateNote": to_note(note)}
        return self._write({name: value for name, value in body.items() if value != ""}, receipt, currency, request_id)

    def update_receipt(self, receipt: Receipt, currency: str, request_id: str) -> Receipt:
        """Change a payment that stands. What it says beside what we write stays, and so do credits applied on it.

        Whatever lines are sent replace all (so says Intuit's page), so the payment is read before, in one metered call.
        """
        standing = self._payments.fetch(receipt.id) or {}
        if standing and str(standing.get("SyncToken")) != receipt.revision:
            raise Conflict(f"payment {receipt.id} was changed in QuickBooks since it was read")
        head: dict[str, Wire] = {"Id": receipt.id, "SyncToken": receipt.revision, "sparse": True}
        return self._write({**_wire_of(receipt, currency, standing), **head}, receipt, currency, request_id)

    def delete_receipt(self, receipt: Receipt, request_id: str) -> None:
        """Delete a payment; one that is gone already is no error."""
        self._payments.delete(receipt.id, receipt.revision, request_id)

    def fetch_receipt(self, id_: str, currency: str) -> Receipt | None:
        """Read a payment as it is now; None when it is gone or void."""
        found = self._payments.fetch(id_)
        if found is None or _standing(found, currency) is not Standing.LIVE:
            return None
        return _receipt(found, currency)

    def find_receipt(self, marker: str, since: datetime, currency: str) -> Receipt | None:
        """Look for a payment by the marker that we left in it, among all that were made since.

        Returns: what stands there now; of one that is void by now an amount of nothing.
        """
        found = self._payments.find(marker, since)
        return _receipt(found, currency) if found is not None else None

    def _write(self, body: Mapping[str, Wire], receipt: Receipt, currency: str, request_id: str) -> Receipt:
        """Write, and read what came back. It was carried out: what cannot be read leaves its outcome unknown."""
        answer = self._client.write("/payment", body, request_id)
        try:
            stored = _receipt(answer["Payment"], currency)
            if sums_of_lines(answer["Payment"], currency) == sums_of_lines(body, currency):
                stored = replace(stored, applied=receipt.applied)
        except _UNREADABLE as error:
            raise OutcomeUnknown("QuickBooks answered a write in a form that we cannot read") from error
        # Where it had to be said with other letters, it is still what was asked for.
        is_as_asked = stored.reference == _reference(receipt)
        return replace(stored, reference=receipt.reference) if is_as_asked else stored


def _reference(receipt: Receipt) -> str:
    return to_latin(receipt.reference, REFERENCE_LENGTH)


def _wire_of(receipt: Receipt, currency: str, standing: Mapping[str, Any] | None = None) -> dict[str, Wire]:
    """Write a receipt. Takes: `standing` is the payment as it is in QuickBooks, with credits that are to stay."""
    credited = credited_parts(standing or {}, currency)
    cash = {part.invoice.id: part.amount_minor for part in receipt.applied}
    # Credits are read as applied to the first invoices, so these go first.
    paid = {id_: minor + cash.pop(id_, 0) for id_, minor in credited.items()} | cash
    return {
        "CustomerRef": {"value": receipt.customer.id},
        "TotalAmt": from_minor(receipt.amount_minor, currency),
        "TxnDate": receipt.received_on.isoformat(),
        "CurrencyRef": {"value": currency},
        "DepositToAccountRef": {"value": receipt.account_id},
        "PaymentRefNum": _reference(receipt),
        "Line": [*(_line(id_, minor, currency) for id_, minor in paid.items()), *credit_lines(standing or {})],
    }


def _line(invoice_id: str, amount_minor: int, currency: str) -> Wire:
    return {
        "Amount": from_minor(amount_minor, currency),
        "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}],
    }


def _standing(wire: Mapping[str, Any], currency: str) -> Standing:
    return to_payment(wire, wire["MetaData"]["LastUpdatedTime"], currency).standing


def _receipt(wire: Mapping[str, Any], currency: str) -> Receipt:
    payment = to_payment(wire, wire["MetaData"]["LastUpdatedTime"], currency)
    if payment.customer is None or payment.paid_on is None:
        raise ValueError("a payment without a customer or a day")
    return Receipt(
        id=payment.ref.id,
        customer=payment.customer,
        amount_minor=payment.total_minor,
        received_on=payment.paid_on,
        applied=payment.allocations,
        account_id=str((wire.get("DepositToAccountRef") or {}).get("value") or ""),
        reference=payment.reference,
        revision=str(wire["SyncToken"]),
    )
