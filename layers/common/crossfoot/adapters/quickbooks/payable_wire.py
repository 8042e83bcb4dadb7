"""An entry of payables on QuickBooks' wire: as it is asked for, beside what stands there already (B4)."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.adapters.quickbooks.allocations import linked_lines
from crossfoot.adapters.quickbooks.payables_translate import to_payable
from crossfoot.core.model import Kind, Standing
from crossfoot.core.money import from_minor
from crossfoot.core.payables.entries import (
    KIND_OF,
    TAX_LINE_ID,
    BillEntry,
    CreditEntry,
    Entry,
    EntryLine,
    Part,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.records import BillPayment, PayMethod
from crossfoot.core.payables.standing import entry_of
from crossfoot.http import Wire

ENTITIES = {
    Kind.VENDOR: "Vendor",
    Kind.BILL: "Bill",
    Kind.VENDOR_CREDIT: "VendorCredit",
    Kind.BILL_PAYMENT: "BillPayment",
}
type Found = Mapping[str, Any]

_ACCOUNT_LINE, _ITEM_LINE = "AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail"
_PAY_TYPES = {
    PayMethod.CHECK: ("Check", "CheckPayment", "BankAccountRef"),
    PayMethod.CREDIT_CARD: ("CreditCard", "CreditCardPayment", "CCAccountRef"),
}
# What was paid through the platform is not to be printed as a check.
_NOT_PRINTED: Mapping[str, Wire] = {"PrintStatus": "NotSet"}
# As fine as QuickBooks keeps a price.
_PRICE_STEP = Decimal("0.0000001")
_OURS = ("Bill", "VendorCredit")
_WORKED_OUT = frozenset({"MetaData", "domain", "status", "time", "TotalAmt", "Balance", "HomeTotalAmt", "HomeBalance"})


def read_entry(kind: Kind, wire: Found, currency: str) -> Entry:
    """Read an entry as it stands. Takes: `currency` where it names none. Raises: KeyError, ValueError and their like."""
    return entry_of(to_payable(ENTITIES[kind], wire, wire["MetaData"]["LastUpdatedTime"], currency))


def is_live(kind: Kind, wire: Found, currency: str) -> bool:
    """Tell whether it stands, and is not void."""
    record = to_payable(ENTITIES[kind], wire, wire["MetaData"]["LastUpdatedTime"], currency)
    return record.standing is Standing.LIVE


def write_entry(entry: Entry, currency: str, standing: Found | None = None) -> dict[str, Wire]:
    """Write an entry, without its note.

    Takes: an entry in QuickBooks' letters; `standing` is the record that it changes, as it is now. Of these kinds Intuit
    documents full updates only: what is not sent is cleared, so all that stands is sent again.
    Source: developer.intuit.com, "Full update a bill", and so of a vendor, a vendorcredit and a billpayment.
    """
    said = _given(_said(entry, currency, standing))
    if not entry.id:
        return said
    kept = {name: value for name, value in (standing or {}).items() if name not in _not_sent(entry)}
    return {**kept, **said, "Id": entry.id, "SyncToken": entry.revision, "sparse": False}


def _said(entry: Entry, currency: str, standing: Found | None) -> Mapping[str, Wire]:
    match entry:
        case VendorEntry():
            return _vendor(entry)
        case BillEntry():
            head = _head(entry.vendor_id, entry.number, entry.issued_on, currency)
            due_on = entry.due_on.isoformat() if entry.due_on else None
            return {**head, "DueDate": due_on, "Line": _lines(entry, currency, standing)}
        case CreditEntry():
            head = _head(entry.vendor_id, entry.number, entry.issued_on, currency)
            return {**head, "Line": _lines(entry, currency, standing)}
        case PaymentEntry():
            return _payment(entry, currency, standing)


def _not_sent(entry: Entry) -> frozenset[str]:
    """Name what QuickBooks works out itself, and what the other way to pay says."""
    if isinstance(entry, PaymentEntry):
        return _WORKED_OUT | {detail for method, (_, detail, _) in _PAY_TYPES.items() if method is not entry.method}
    return _WORKED_OUT


def _vendor(entry: VendorEntry) -> dict[str, Wire]:
    return {
        "DisplayName": entry.name,
        "PrimaryEmailAddr": {"Address": entry.email} if entry.email else None,
        "AcctNum": entry.account_number or None,
        "Active": entry.active if entry.id else None,
    }


def _head(vendor_id: str, number: str, day: date, currency: str) -> dict[str, Wire]:
    return {
        "VendorRef": {"value": vendor_id},
        "TxnDate": day.isoformat(),
        "CurrencyRef": {"value": currency},
        "DocNumber": number or None,
    }


def _payment(entry: PaymentEntry, currency: str, standing: Found | None) -> dict[str, Wire]:
    """Write a payment. What people linked to it besides, and paid with it beyond, stays."""
    pay_type, detail, account = _PAY_TYPES[entry.method]
    printed = _NOT_PRINTED if standing is None and entry.method is PayMethod.CHECK else {}
    kept: Mapping[str, Any] = (standing or {}).get(detail) or {}
    others: list[Wire] = [
        _link(amount, kind, id_) for kind, id_, amount in linked_lines(standing or {}) if kind not in _OURS
    ]
    return {
        **_head(entry.vendor_id, entry.number, entry.paid_on, currency),
        "TotalAmt": from_minor(entry.amount_minor + _other_minor(standing, currency), currency),
        "PayType": pay_type,
        detail: {**printed, **kept, account: {"value": entry.account_id}},
        "Line": [*_links(entry.bills, "Bill", currency), *_links(entry.credits, "VendorCredit", currency), *others],
    }


def _other_minor(standing: Found | None, currency: str) -> int:
    if standing is None:
        return 0
    payment = to_payable("BillPayment", standing, standing["MetaData"]["LastUpdatedTime"], currency)
    return payment.other_minor if isinstance(payment, BillPayment) else 0


def _links(parts: Iterable[Part], kind: str, currency: str) -> Iterable[Wire]:
    """Write what a payment settles or uses up: always a positive amount. Source: B4."""
    return (_link(from_minor(part.amount_minor, currency), kind, part.id) for part in parts)


def _link(amount: Any, kind: str, id_: str) -> Wire:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]}


def _lines(entry: BillEntry | CreditEntry, currency: str, standing: Found | None) -> Wire:
    """Write the lines; where they stand so already, just as they stand: those that are sent take the place of all."""
    known: dict[str, tuple[EntryLine, Found]] = {}
    if standing is not None:
        now = _standing_lines(entry, standing, currency)
        if now == entry.lines:
            return list(standing.get("Line") or ())
        wires = {str(wire.get("Id")): wire for wire in standing.get("Line") or ()}
        known = {line.line_id: (line, wires[line.line_id]) for line in now if line.line_id in wires}
    return [_line(line, known.get(line.line_id), currency) for line in entry.lines if line.line_id != TAX_LINE_ID]


def _standing_lines(entry: BillEntry | CreditEntry, standing: Found, currency: str) -> tuple[EntryLine, ...]:
    now = read_entry(KIND_OF[type(entry)], standing, currency)
    assert isinstance(now, BillEntry | CreditEntry)
    return now.lines


def _line(line: EntryLine, known: tuple[EntryLine, Found] | None, currency: str) -> Wire:
    """Write a line. On one that is known everything that is not said here stays."""
    before, wire = known or (None, {})
    # Its place is where it is sent.
    others: dict[str, Any] = {name: value for name, value in wire.items() if name != "LineNum"}
    if line == before:
        return others
    old_type, new_type = str(wire.get("DetailType") or ""), _ITEM_LINE if line.item_id else _ACCOUNT_LINE
    detail: dict[str, Any] = dict(others.pop(old_type, None) or {})
    for name in _outdated(line, before, is_other_type=old_type != new_type):
        detail.pop(name, None)
    detail |= {"ItemRef": {"value": line.item_id}} if line.item_id else {"AccountRef": {"value": line.account_id}}
    amount = from_minor(line.amount_minor, currency)
    detail |= _price(amount, detail)
    said = {"Amount": amount, "Description": line.description or None}
    return _given({**others, **said, "DetailType": new_type, new_type: detail})


def _price(amount: Decimal, detail: Found) -> dict[str, Wire]:
    """Give the price of what is counted, where it has none by now and one comes to the amount exactly."""
    quantity = Decimal(str(detail.get("Qty") or 0))
    if not quantity or "UnitPrice" in detail:
        return {}
    price = (amount / quantity).quantize(_PRICE_STEP)
    return {"UnitPrice": price} if price * quantity == amount else {}


def _outdated(line: EntryLine, before: EntryLine | None, *, is_other_type: bool) -> tuple[str, ...]:
    """Name what no longer holds of a line. QuickBooks refuses a price that does not come to the amount."""
    if is_other_type:
        return ("ItemRef", "AccountRef", "UnitPrice", "Qty", "TaxInclusiveAmt")
    has_new_amount = before is not None and before.amount_minor != line.amount_minor
    return ("UnitPrice", "TaxInclusiveAmt") if has_new_amount else ()


def _given(said: Mapping[str, Wire]) -> dict[str, Wire]:
    """Leave out what is not said."""
    return {name: value for name, value in said.items() if value is not None}
