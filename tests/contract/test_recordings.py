"""Real recorded payloads go through the real translate code with no loss of money, dates or ids.

The recordings lie beside the project and are not part of it; without them these tests are skipped. What is expected is
read from the raw text by other means than the code under test.
"""

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import pytest
from crossfoot.adapters.connectwise import callback, source
from crossfoot.adapters.connectwise import lines as connectwise_lines
from crossfoot.adapters.connectwise import translate as connectwise
from crossfoot.adapters.connectwise.refusals import read_refusal, to_error
from crossfoot.adapters.quickbooks import translate as quickbooks
from crossfoot.adapters.quickbooks import webhook
from crossfoot.adapters.quickbooks.faults import read_fault
from crossfoot.core.model import Customer, Deposit, Invoice, Payment, Standing
from crossfoot.core.money import from_minor
from crossfoot.errors import CrossfootError, NeedsPartner
from crossfoot.http import Answer, read_json

from tests.contract.recordings import (
    CONNECTWISE,
    QUICKBOOKS,
    SEEN,
    exact,
    in_utc,
    needs_recordings,
    quickbooks_texts,
    recorded,
)

pytestmark = needs_recordings


# --- QuickBooks --------------------------------------------------------------------------------------------------------


def test_there_is_something_to_try() -> None:
    if not QUICKBOOKS.is_dir():
        pytest.skip("no QuickBooks recordings")
    assert len(recorded("Invoice")) >= 5
    assert len(recorded("Customer")) >= 30


def test_every_recorded_invoice_keeps_its_money_dates_and_ids() -> None:
    for wire in recorded("Invoice"):
        read = quickbooks.to_record("Invoice", wire, SEEN)
        assert isinstance(read, Invoice)
        if "SyncToken" not in wire:
            assert (read.standing, read.ref.id) == (Standing.DELETED, wire["Id"])
            continue
        assert from_minor(read.total_minor, read.currency) == wire["TotalAmt"]
        assert from_minor(read.balance_minor, read.currency) == wire["Balance"]
        assert (read.ref.id, read.number) == (wire["Id"], wire.get("DocNumber", ""))
        assert read.customer is not None
        assert read.customer.id == wire["CustomerRef"]["value"]
        assert read.issued_on.isoformat() == wire["TxnDate"]
        assert (read.due_on and read.due_on.isoformat()) == wire.get("DueDate")
        assert read.version.updated_at == in_utc(wire["MetaData"]["LastUpdatedTime"])
        assert (read.standing is Standing.VOID) == (wire.get("PrivateNote") == "Voided")


def test_every_recorded_customer_keeps_its_name_and_id() -> None:
    for wire in recorded("Customer"):
        read = quickbooks.to_record("Customer", wire, SEEN)
        assert isinstance(read, Customer)
        assert (read.ref.id, read.active) == (wire["Id"], wire.get("Active", True))
        assert read.name == wire.get("FullyQualifiedName", wire.get("DisplayName"))
        # Two records of 2012 carry no times: then the time of the read stands in.
        assert read.version.updated_at == in_utc(wire.get("MetaData", {}).get("LastUpdatedTime", SEEN))


def test_every_recorded_transaction_of_the_payments_shape_keeps_its_money() -> None:
    """No Payment was recorded; what shares its fields is tried in its place, with a line added for an invoice."""
    shapes = [*recorded("Payment"), *recorded("SalesReceipt"), *recorded("Deposit"), *recorded("Invoice")]
    tried = 0
    for wire in shapes:
        if "SyncToken" not in wire or not wire.get("TotalAmt"):
            continue
        line = {"Amount": wire["TotalAmt"], "LinkedTxn": [{"TxnId": "7", "TxnType": "Invoice"}]}
        read = quickbooks.to_record("Payment", {"CustomerRef": {"value": "1"}, **wire, "Line": [line]}, SEEN)
        assert isinstance(read, Payment)
        assert from_minor(read.total_minor, read.currency) == wire["TotalAmt"]
        assert [part.amount_minor for part in read.allocations] == [read.total_minor]
        assert read.paid_on == date.fromisoformat(wire["TxnDate"])
        assert read.ref.id == wire["Id"]
        tried += 1
    assert tried >= 10


def test_every_recorded_invoices_lines_add_up_to_its_total() -> None:
    for wire in recorded("Invoice"):
        read = quickbooks.to_record("Invoice", wire, SEEN)
        assert isinstance(read, Invoice)
        if read.lines and read.standing is Standing.LIVE:
            assert sum(line.amount_minor for line in read.lines) == read.total_minor


def test_every_recorded_deposit_keeps_its_money_account_and_day() -> None:
    for wire in recorded("Deposit"):
        read = quickbooks.to_record("Deposit", wire, SEEN)
        assert isinstance(read, Deposit)
        if read.standing is Standing.LIVE:
            assert from_minor(read.total_minor, read.currency) == wire["TotalAmt"]
            assert read.account_id == wire["DepositToAccountRef"]["value"]
            assert (read.deposited_on and read.deposited_on.isoformat()) == wire.get("TxnDate")
            linked = [link["TxnId"] for line in wire.get("Line", []) for link in line.get("LinkedTxn", [])]
            assert [line.payment.id for line in read.lines or () if line.payment] == linked


def test_the_recorded_change_reads_deletions_are_told_from_what_lives() -> None:
    for name, text in quickbooks_texts():
        for change in found_changes(exact(text)):
            gone = [wire for wire in change if quickbooks.is_deleted(wire)]
            assert all(set(wire) <= {"domain", "status", "Id", "MetaData"} for wire in gone), name
            assert all(quickbooks.updated_at_of(wire).endswith("Z") for wire in change), name


def found_changes(body: Any) -> Iterator[list[dict[str, Any]]]:
    answers = body.get("CDCResponse", []) if isinstance(body, dict) else []
    for part in (part for answer in answers for part in answer["QueryResponse"]):
        yield from (value for value in part.values() if isinstance(value, list))


def test_every_recorded_refusal_gives_its_code() -> None:
    tried = set()
    for raw, code in [*json_refusals(), *xml_refusals()]:
        fault = read_fault(Answer(400, {}, raw.encode(), "https://quickbooks.example.com", write=False))
        assert fault.code == code.lstrip("0")
        assert fault.detail
        tried.add(fault.code)
    assert {"610", "2010", "2020", "2030", "3200", "4000", "4001", "5010", "6000", "6240", "6270"} <= tried


def json_refusals() -> Iterator[tuple[str, str]]:
    """Give every refusal with its code, wherever it stands: alone, or inside an answer of status 200."""
    for _, text in quickbooks_texts():
        for holder in holders(exact(text)):
            fault = holder.get("Fault") or holder["fault"]
            [error] = fault.get("Error") or fault["error"]
            yield json.dumps(holder, default=str), error["code"]


def holders(body: Any) -> Iterator[dict[str, Any]]:
    children = body if isinstance(body, list) else body.values() if isinstance(body, dict) else ()
    if isinstance(body, dict) and (body.get("Fault") or body.get("fault")):
        yield body
    for child in children:
        yield from holders(child)


def xml_refusals() -> Iterator[tuple[str, str]]:
    for path in sorted(QUICKBOOKS.rglob("fault_*.xml")):
        text = path.read_text()
        codes = [error.get("code", "") for error in ET.fromstring(text.encode()).iter() if error.tag.endswith("Error")]
        yield text, codes[0]


@pytest.mark.parametrize("vector", range(2))
def test_the_published_signatures_verify(vector: int) -> None:
    folder = QUICKBOOKS / "webhooks-json"
    published = json.loads((folder / "SIGNATURE-VECTORS.json").read_text())[vector]
    raw = (folder / published["file"]).read_bytes()
    assert webhook.verify(raw, published["intuit_signature"], ["another", published["verifier_token"]])
    assert not webhook.verify(raw + b"\n", published["intuit_signature"], [published["verifier_token"]])


def test_every_recorded_webhook_names_its_companies_and_entities() -> None:
    paths = [*QUICKBOOKS.glob("webhooks-json/*-*.json"), *QUICKBOOKS.glob("fyle-qbo-json/webhook*.json")]
    payloads = [path for path in paths if path.name != "SIGNATURE-VECTORS.json"]
    assert len(payloads) >= 6
    for path in payloads:
        raw = path.read_bytes()
        events = webhook.read_events(raw)
        realms = set(re.findall(r'"(?:realmId|intuitaccountid)"\s*:\s*"(\d+)"', raw.decode()))
        names = re.findall(r'"name"\s*:\s*"(\w+)"', raw.decode()) or re.findall(r'"qbo\.(\w+)\.', raw.decode())
        assert {event.realm_id for event in events} == realms, path.name
        assert [event.entity for event in events] == [name.lower() for name in names], path.name
        assert all(event.verb for event in events)


# --- ConnectWise -------------------------------------------------------------------------------------------------------


def zynk_invoices() -> list[dict[str, Any]]:
    """Give the recorded invoices, which were kept as XML, in the JSON form of the same fields."""
    path = CONNECTWISE / "zynk-xml" / "Exporting-Invoices-from-ConnectWise-REST-Interface.1.xml"
    return [from_xml(node) for node in ET.fromstring(path.read_text().encode())]


def from_xml(node: ET.Element) -> Any:
    if len(node):
        return {child.tag: from_xml(child) for child in node}
    text = (node.text or "").strip()
    if re.fullmatch(r"-?\d+(\.\d+)?", text) and node.tag not in ("invoiceNumber", "identifier", "name"):
        return exact(text)
    return {"true": True, "false": False}.get(text, text or None)


def test_every_recorded_connectwise_invoice_keeps_its_money_dates_and_ids() -> None:
    invoices = zynk_invoices()
    assert invoices
    for wire in invoices:
        read = connectwise.to_invoice(wire, "2026-11-03T17:00:00Z")
        assert from_minor(read.total_minor, read.currency) == wire["total"]
        assert from_minor(read.balance_minor, read.currency) == wire["balance"]
        assert from_minor(read.paid_minor or 0, read.currency) == wire["payments"]
        assert (read.ref.id, read.number) == (str(wire["id"]), wire["invoiceNumber"])
        assert read.customer is not None
        assert (read.customer.id, read.customer_name) == (
            str(wire["billToCompany"]["id"]),
            wire["billToCompany"]["name"],
        )
        assert f"{read.issued_on}T00:00:00Z" == wire["date"]
        assert f"{read.due_on}T00:00:00Z" == wire["dueDate"]
        assert read.version.updated_at == wire["_info"]["lastUpdated"]
        assert read.currency == wire["currency"]["isoCode"]


def test_the_recorded_payment_row_keeps_its_amount_and_date() -> None:
    path = CONNECTWISE / "zynk-xml" / "Importing-Invoice-Payments-via-ConnectWise-REST-Interface.1.xml"
    for wire in (from_xml(node) for node in ET.fromstring(path.read_text().encode())):
        assert connectwise.is_cash(wire)
        row = connectwise.to_row(wire, "USD")
        assert from_minor(row.amount_minor, "USD") == wire["amount"]
        assert f"{row.paid_on}T00:00:00Z" == wire["paymentDate"]
        assert (row.id, row.foreign) == (str(wire["id"]), False)
        sent = connectwise.from_row(row.amount_minor, row.paid_on, "USD")
        assert sent == {"amount": wire["amount"], "paymentDate": wire["paymentDate"]}


def test_the_recorded_time_entry_bills_its_hours_not_those_worked() -> None:
    wire = exact((CONNECTWISE / "django-connectwise" / "time_entry.json").read_text())
    read = connectwise_lines.to_time_line(wire, "USD")
    assert wire["invoiceHours"] != wire["actualHours"]
    assert (
        from_minor(read.amount_minor, "USD")
        == wire["extendedInvoiceAmount"]
        == wire["invoiceHours"] * wire["hourlyRate"]
    )
    assert (read.id, read.quantity, read.unit_price) == (str(wire["id"]), wire["invoiceHours"], wire["hourlyRate"])
    assert (read.description, read.item) == (wire["notes"], wire["workRole"]["name"])
    assert read.worked_on == datetime.fromisoformat(wire["timeStart"]).date()


def test_the_schemas_of_lines_have_the_fields_that_are_read_of_them() -> None:
    schemas = json.loads((CONNECTWISE / "openapi" / "connectwise-psa-finance-slice.COMPOSITE.json").read_text())
    read = {
        "TimeEntry": "id invoice notes invoiceHours hourlyRate extendedInvoiceAmount billableOption workRole workType"
        " taxCode timeStart",
        "ExpenseEntry": "id invoice notes invoiceAmount amount billableOption type date",
        "ProductItem": "id invoice customerDescription description quantity price extPrice billableOption catalogItem"
        " taxCode",
        "Invoice": "serviceTotal expenseTotal productTotal agreementAmount agreement",
    }
    for name, fields in read.items():
        assert set(fields.split()) <= set(schemas["components"]["schemas"][name]["properties"]), name
    assert {each.path for each in connectwise_lines.LINE_SOURCES} <= set(schemas["paths"])


def test_the_recorded_companies_keep_their_names_and_ids() -> None:
    paths = sorted((CONNECTWISE / "django-connectwise").glob("company.json"))
    assert paths
    for wire in (exact(path.read_text()) for path in paths):
        read = connectwise.to_customer(wire, "2026-11-03T17:00:00Z")
        assert (read.ref.id, read.name, read.active) == (str(wire["id"]), wire["name"], True)
        assert read.version.updated_at == wire["_info"]["lastUpdated"].replace(" ", "")


def test_the_invoice_schemas_fields_are_the_ones_that_translate_reads() -> None:
    path = CONNECTWISE / "openapi" / "connectwise-psa-2026.4-GET-subset.official.json"
    fields = json.loads(path.read_text())["components"]["schemas"]["Invoice"]["properties"]
    read = "id invoiceNumber status company billToCompany date dueDate currency total balance payments _info"
    assert set(read.split()) <= set(fields)
    assert source.INVOICES in json.loads(path.read_text())["paths"]


def test_every_recorded_connectwise_refusal_is_understood() -> None:
    for case in json.loads((CONNECTWISE / "errors" / "recorded-error-bodies.json").read_text()):
        if case["status"] == 429:
            continue
        content = json.dumps(case["body"]).encode()
        refusal = read_refusal(Answer(case["status"], {}, content, "https://cw.example.com", write=False))
        inner = case["body"].get("errors") or [case["body"]]
        assert refusal.detail == " ".join(error["message"] for error in inner)
        assert refusal.code == inner[0].get("code", "")
        error = to_error(refusal, "/finance/invoices")
        assert isinstance(error, CrossfootError)
        assert isinstance(error, NeedsPartner)
        assert error.fix


def test_every_recorded_callback_names_its_signing_key() -> None:
    paths = sorted((CONNECTWISE / "amp-labs-connectors").glob("internal__webhook__*.json"))
    assert len(paths) >= 3
    for path in paths:
        body: Mapping[str, Any] = read_json(path.read_bytes())
        assert callback.read_key_url(path.read_bytes()) == body["Metadata"]["key_url"]
