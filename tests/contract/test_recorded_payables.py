"""Every recorded vendor, bill, vendor credit and bill payment goes through the real translate code without loss.

What is expected is read from the wire field by field, and each field has to be read, or named as one that we leave.
Without the recordings, which lie beside the project, these tests are skipped.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.adapters.quickbooks.payables_translate import to_payable
from crossfoot.core.model import Standing
from crossfoot.core.money import from_minor
from crossfoot.core.payables.records import (
    Bill,
    BillPayment,
    CostLine,
    Payable,
    PayMethod,
    Vendor,
    VendorCredit,
)

from tests.contract.recordings import (
    QUICKBOOKS,
    SEEN,
    exact,
    in_utc,
    needs_recordings,
    quickbooks_texts,
    recorded,
)

pytestmark = needs_recordings

# What every record has beside what it says.
_HEAD = {"Id", "SyncToken", "MetaData", "domain", "sparse"}
READ = {
    "Vendor": {"DisplayName", "Active", "AcctNum", "PrimaryEmailAddr"},
    "Bill": {
        "DocNumber", "TxnDate", "DueDate", "CurrencyRef", "VendorRef", "TotalAmt", "Balance", "PrivateNote", "Line",
        "TxnTaxDetail",
    },
    "BillPayment": {
        "DocNumber", "TxnDate", "CurrencyRef", "VendorRef", "TotalAmt", "PrivateNote", "PayType", "CheckPayment",
        "CreditCardPayment", "Line",
    },
}  # fmt: skip
READ["VendorCredit"] = READ["Bill"]
# A vendor's addresses and names of other uses; what it is owed, which bills say; in which currency, which they say too.
_UNUSED_OF_VENDORS = {
    "BillAddr", "OtherAddr", "PrimaryPhone", "AlternatePhone", "Mobile", "Fax", "WebAddr", "Title", "GivenName",
    "MiddleName", "FamilyName", "Suffix", "CompanyName", "PrintOnCheckName", "Vendor1099", "TaxIdentifier", "TermRef",
    "Balance", "CurrencyRef", "BillRate", "APAccountRef", "V4IDPseudonym",
}  # fmt: skip
LEFT = {
    "Vendor": _UNUSED_OF_VENDORS,
    # Payments name what they settle; the terms have become a day.
    "Bill": {"APAccountRef", "LinkedTxn", "SalesTermRef"},
    "VendorCredit": {"APAccountRef", "LinkedTxn", "SalesTermRef", "DueDate"},
    "BillPayment": set[str](),
}
_KIND_OF_DETAIL = {
    "AccountBasedExpenseLineDetail": "account",
    "ItemBasedExpenseLineDetail": "item",
    "TaxLineDetail": "tax",
}
_MEMBER_OF_REF = {
    "AccountRef": "account_id", "ItemRef": "item_id", "CustomerRef": "customer_id", "ClassRef": "class_id",
    "TaxCodeRef": "tax_code", "TaxRateRef": "tax_code",
}  # fmt: skip
_MEMBER_OF_VALUE = {"Qty": "quantity", "UnitPrice": "unit_price", "BillableStatus": "billable"}
_HOW_TAX_CAME_ABOUT = {"NetAmountTaxable", "PercentBased", "TaxPercent"}


def payables(entity: str) -> list[dict[str, Any]]:
    """Give every recorded one: under its name in an answer, alone in a file, or in XML."""
    return [*recorded(entity), *_alone(entity), *_in_xml(entity)]


def _alone(entity: str) -> Iterator[dict[str, Any]]:
    for _, text in quickbooks_texts():
        body = exact(text)
        for each in body if isinstance(body, list) else [body]:
            if isinstance(each, dict) and "SyncToken" in each and _is(entity, each):
                yield each


def _is(entity: str, wire: Mapping[str, Any]) -> bool:
    """Tell by its fields what a record is that stands under no name."""
    shapes = {
        "Vendor": "Vendor1099" in wire,
        "BillPayment": "PayType" in wire,
        "Bill": "APAccountRef" in wire and "DueDate" in wire,
        "VendorCredit": "APAccountRef" in wire and "DueDate" not in wire and "POStatus" not in wire,
    }
    return shapes[entity]


def _in_xml(entity: str) -> Iterator[dict[str, Any]]:
    for path in sorted(QUICKBOOKS.rglob("*.xml")):
        for node in ET.fromstring(path.read_text().encode()).iter():
            if _tag(node) == entity and len(node):
                yield _from_xml(node)


def _tag(node: ET.Element) -> str:
    return node.tag.rpartition("}")[2]


def _from_xml(node: ET.Element) -> Any:
    """Give an element in the JSON form of the same."""
    if len(node):
        fields: dict[str, Any] = {}
        for child in node:
            if _tag(child) in ("Line", "LinkedTxn"):
                fields.setdefault(_tag(child), []).append(_from_xml(child))
            else:
                fields[_tag(child)] = _from_xml(child)
        return fields
    text = node.text or ""
    if _tag(node).endswith("Ref"):
        return {"value": text, "name": node.get("name", "")}
    return Decimal(text) if _tag(node) in ("Amount", "TotalAmt", "Balance", "Qty", "UnitPrice") else text


def read[R: Payable](entity: str, kind: type[R], wires: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], R]]:
    for wire in wires:
        unknown = wire.keys() - _HEAD - READ[entity] - LEFT[entity]
        assert not unknown, f"neither read nor left: {unknown}"
        record = to_payable(entity, wire, SEEN)
        assert isinstance(record, kind)
        assert record.standing is Standing.LIVE
        assert (record.ref.id, record.revision) == (wire["Id"], wire["SyncToken"])
        assert record.version.updated_at == in_utc(wire["MetaData"]["LastUpdatedTime"])
        yield wire, record


def test_every_recording_of_a_payable_is_found() -> None:
    texts = [text for _, text in quickbooks_texts()]
    for entity, mark in (("Vendor", "Vendor1099"), ("BillPayment", "PayType")):
        named = sum(text.count(f'"{mark}"') for text in texts)
        assert len([*recorded(entity), *_alone(entity)]) == named > 0, entity
    owed = [*payables("Bill"), *payables("VendorCredit")]
    in_xml = sum(path.read_text().count("<Bill ") for path in QUICKBOOKS.rglob("*.xml"))
    assert len(owed) == sum(text.count('"APAccountRef"') for text in texts) + in_xml
    assert len(payables("Bill")) >= 2
    assert len(payables("Vendor")) >= 50


def test_every_recorded_vendor_keeps_its_name_number_and_address() -> None:
    for wire, vendor in read("Vendor", Vendor, payables("Vendor")):
        assert (vendor.name, vendor.active) == (wire["DisplayName"], wire["Active"])
        assert vendor.account_number == wire.get("AcctNum", "")
        assert vendor.email == wire.get("PrimaryEmailAddr", {}).get("Address", "")


def test_an_inactive_vendor_was_recorded() -> None:
    assert any(not vendor.active for _, vendor in read("Vendor", Vendor, payables("Vendor")))


def test_every_recorded_bill_keeps_its_money_dates_names_and_lines() -> None:
    for wire, bill in read("Bill", Bill, payables("Bill")):
        check_owed(wire, bill)
        assert from_minor(bill.balance_minor, bill.currency) == wire["Balance"]
        assert (bill.due_on and bill.due_on.isoformat()) == wire.get("DueDate")


def test_every_recorded_vendor_credit_keeps_its_money_dates_names_and_lines() -> None:
    """None was recorded so far; bills share every field with it but the day when they are due."""
    tried = [*payables("VendorCredit"), *payables("Bill")]
    for wire, credit in read("VendorCredit", VendorCredit, tried):
        check_owed(wire, credit)
        remaining = credit.remaining_minor
        assert (None if remaining is None else from_minor(remaining, credit.currency)) == wire.get("Balance")
    assert tried


def check_owed(wire: Mapping[str, Any], record: Bill | VendorCredit) -> None:
    assert from_minor(record.total_minor, record.currency) == wire["TotalAmt"]
    assert record.currency == wire.get("CurrencyRef", {}).get("value", "USD")
    assert (record.number, record.note) == (wire.get("DocNumber", ""), wire.get("PrivateNote", ""))
    assert record.issued_on.isoformat() == wire["TxnDate"]
    check_vendor(wire, record)
    lines, wires = record.lines or (), wire["Line"]
    tax = wire.get("TxnTaxDetail", {}).get("TotalTax", 0)
    assert len(lines) == len(wires) + bool(tax)
    for line, line_wire in zip(lines, wires, strict=False):
        check_line(line_wire, line, record.currency)
    assert sum(line.amount_minor for line in lines) == record.total_minor


def check_vendor(wire: Mapping[str, Any], record: Bill | VendorCredit | BillPayment) -> None:
    assert record.vendor is not None
    named = {"value": record.vendor.id, "name": record.vendor_name}
    assert named == {"name": "", **wire["VendorRef"]}


def check_line(wire: Mapping[str, Any], line: CostLine, currency: str) -> None:
    assert (line.id, line.description) == (wire["Id"], wire.get("Description", ""))
    assert from_minor(line.amount_minor, currency) == wire["Amount"]
    assert line.kind == _KIND_OF_DETAIL[wire["DetailType"]]
    detail = wire[wire["DetailType"]]
    assert detail.keys() <= _MEMBER_OF_REF.keys() | _MEMBER_OF_VALUE.keys() | _HOW_TAX_CAME_ABOUT
    for name, value in detail.items():
        if name in _MEMBER_OF_REF:
            assert getattr(line, _MEMBER_OF_REF[name]) == value["value"], name
        if name in _MEMBER_OF_VALUE:
            assert getattr(line, _MEMBER_OF_VALUE[name]) == value, name


def test_every_recorded_bill_payment_keeps_its_money_account_and_what_it_settles() -> None:
    for wire, payment in read("BillPayment", BillPayment, payables("BillPayment")):
        assert from_minor(payment.total_minor, payment.currency) == wire["TotalAmt"]
        assert payment.paid_on == date.fromisoformat(wire["TxnDate"])
        assert (payment.number, payment.note) == (wire.get("DocNumber", ""), wire.get("PrivateNote", ""))
        check_vendor(wire, payment)
        check, card = wire.get("CheckPayment"), wire.get("CreditCardPayment")
        account = check["BankAccountRef"] if check else (card or {})["CCAccountRef"]
        assert payment.account_id == account["value"]
        assert payment.method is (PayMethod.CHECK if check else PayMethod.CREDIT_CARD)
        linked = [
            (link["TxnType"], link["TxnId"], line["Amount"]) for line in wire["Line"] for link in line["LinkedTxn"]
        ]
        parts = [
            *(("Bill", part.bill.id, from_minor(part.amount_minor, payment.currency)) for part in payment.bills),
            *(("VendorCredit", part.credit.id, from_minor(part.amount_minor, "USD")) for part in payment.credits),
        ]
        assert sorted(parts) == sorted(linked)
        assert payment.other_minor == 0
