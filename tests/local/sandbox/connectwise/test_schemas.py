"""What the sandbox answers, held against the official schemas and the recordings, where those lie beside the project."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

from local.sandbox.connectwise import schema
from local.sandbox.connectwise.catalogue import endpoints
from local.sandbox.store import dump_json
from tests.local.sandbox.connectwise.driver import Sandbox
from tests.local.sandbox.connectwise.official import RECORDINGS, definitions, faults_of, known_endpoints, plain
from tests.local.sandbox.connectwise.test_lines import LINES, add

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason=f"no vendor recordings at {RECORDINGS}")


def test_a_wrong_record_would_be_noticed() -> None:
    assert faults_of("Invoice", {"type": "Odd", "company": {}, "total": "1"})


@pytest.fixture
def book(sandbox: Sandbox) -> Mapping[str, int]:
    """A company with a record of every kind. Returns: the ids of those that others lie below."""
    company = sandbox.new_company(
        "bob", billingTerms={"id": 2}, types=[{"id": 1, "name": "Customer"}], taxCode={"id": 12}
    )
    sent = {"name": "Care", "type": {"id": 1}, "company": {"id": company}, "contact": {"id": 7}, "billAmount": 500}
    agreement = sandbox.post("/finance/agreements", sent)[1]["id"]
    addition = {"product": {"id": 3}, "billCustomer": "Billable", "quantity": 10}
    sandbox.post(f"/finance/agreements/{agreement}/additions", addition)
    sandbox.post(f"/finance/agreements/{agreement}/invoice", {})
    sandbox.post("/finance/taxCodes/12/taxCodeXRefs", {"description": "Goods", "levelOne": "Taxable"})
    ticket = sandbox.post("/service/tickets", {"summary": "Printer", "company": {"id": company}, "board": {"id": 1}})[1]
    batched, waiting = (_closed(sandbox, company, ticket["id"]) for _ in range(2))
    ids = [entry["id"] for entry in sandbox.get(f"/finance/invoices/{batched}/glEntries")[1]]
    sandbox.post("/finance/accounting/batches", {"exportInvoicesFlag": True, "processedRecordIds": ids})
    [batch] = sandbox.get("/finance/accounting/batches")[1]
    sandbox.post(f"/finance/invoices/{waiting}/payments", {"amount": 5})
    entry = {"url": "https://a.test/?id=", "objectId": 0, "type": "invoice", "level": "owner"}
    sandbox.post("/system/callbacks", entry)
    procured = {"entity": "UnpostedProcurement", "record": {"id": 1, "procurementType": "Purchase", "total": 5}}
    assert sandbox.control("POST", "load", dump_json(procured))[0] == 200
    [unposted] = sandbox.get("/finance/accounting/unpostedinvoices", conditions=f"billingLogId={waiting}")[1]
    return {
        "Agreement": agreement, "Invoice": waiting, "TaxCode": 12, "AccountingBatch": batch["id"],
        "Unposted": unposted["id"],
    }  # fmt: skip


def _closed(sandbox: Sandbox, company: int, ticket: int) -> int:
    invoice = sandbox.new_invoice(
        company, 0, type="Standard", date="2026-11-01", taxableFlag=True, taxCode={"id": 12}, locationId=2
    )
    for path, body, _, _ in LINES.values():
        add(sandbox, path, {**body, "ticket": {"id": ticket}}, invoice)
    assert sandbox.patch(f"/finance/invoices/{invoice}", "status", {"id": 3})[0] == 200
    return invoice


def test_everything_served_fits_the_official_schemas(sandbox: Sandbox, book: Mapping[str, int]) -> None:
    for model in (model for model in schema.MODELS.values() if "GET" in model.methods):
        parent = model.parent or ("Unposted" if model.name == "UnpostedInvoiceTaxableLevel" else "")
        path = model.path.replace("{parentId}", str(book.get(parent, "")))
        status, rows = sandbox.get(path)
        assert (status, bool(rows)) == (200, True), model.name
        assert [fault for row in rows for fault in faults_of(model.name, row)] == [], model.name
        if model.single:
            one = sandbox.get(f"{path}/{rows[0]['id']}")
            assert (one[0], faults_of(model.name, one[1])) == (200, []), model.name
        if model.count:
            assert sandbox.get(f"{path}/count") == (200, {"count": len(rows)}), model.name


def test_every_other_answer_fits_its_official_schema_too(sandbox: Sandbox, book: Mapping[str, int]) -> None:
    invoice = book["Invoice"]
    preview = sandbox.post("/finance/accounting/export", {"exportInvoicesFlag": True, "exportExpensesFlag": True})[1]
    assert preview["transactions"]
    assert preview["expenses"]
    batch = f"/finance/accounting/batches/{book['AccountingBatch']}/export"
    other = sandbox.new_company("ann")
    answers = {
        "InvoiceInfo": sandbox.get(f"/finance/info/invoice/{invoice}")[1],
        "Info": sandbox.get("/system/info")[1],
        "Count": sandbox.get("/finance/invoices/count")[1],
        "ErrorResponseMessage": sandbox.get("/finance/invoices/1")[1],
        "InvoicePayment": sandbox.post(f"/finance/invoices/{invoice}/payments", {"type": "C", "amount": 1})[1],
        "SuccessResponse": sandbox.post(f"/company/companies/{other}/merge", {"toCompanyId": 20})[1],
    }
    for name, body in answers.items():
        assert faults_of(name, body) == [], name
    for body in (preview, sandbox.post(batch, {})[1]):
        assert faults_of("GLExport", body) == []


def test_every_endpoint_served_is_an_official_one() -> None:
    served = {(endpoint.method, plain(endpoint.path)) for endpoint in endpoints()}
    assert len(served) > 150
    assert served - known_endpoints() == set()


@pytest.mark.parametrize("model", schema.MODELS.values(), ids=lambda model: model.name)
def test_the_declared_fields_are_exactly_the_official_ones(model: schema.Model) -> None:
    official = definitions()[model.name]["properties"]
    assert set(model.fields) == set(official) - {"_info"}
    assert set(model.required) == set(definitions()[model.name].get("required", []))
    for field in model.fields.values():
        if field.type == "enum":
            assert {*field.values, None} >= set(official[field.name]["enum"]) >= set(field.values)


def test_refusals_are_worded_as_recorded(sandbox: Sandbox) -> None:
    recorded = [row["body"] for row in json.loads((RECORDINGS / "errors" / "recorded-error-bodies.json").read_text())]
    entry = {"url": "https://a.test/?id=", "objectId": 0, "type": "invoice", "level": "owner"}
    sandbox.post("/system/callbacks", entry)
    said = [
        sandbox.get("/finance/invoices", conditions="invoiceDate>=[2026-01-01]")[1],
        sandbox.get("/finance/invoices", conditions="company = null")[1],
        sandbox.post("/system/callbacks", entry)[1],
        sandbox.post("/system/callbacks", {**entry, "url": "x", "level": "x"})[1],
        sandbox.get("/nowhere")[1],
        sandbox.http.get("/v4_6_release/apis/3.0/system/info", headers={"clientId": sandbox.site.client_id}).json(),
    ]
    sandbox.control("POST", "permissions", {"Invoicing": "None"})
    said.append(sandbox.get("/finance/invoices")[1])
    sandbox.control("POST", "faults", {"fault": "throttle"})
    said.append(sandbox.get("/finance/invoices")[1])
    for body in said:
        assert body in recorded
    explained = sandbox.get("/company/companies", conditions="deletedFlag = 0")[1]
    assert explained["message"] in [body.get("message") for body in recorded]


def test_recorded_callbacks_have_the_fields_that_the_sandbox_sends(sandbox: Sandbox) -> None:
    sandbox.post(
        "/system/callbacks", {"url": "http://127.0.0.1:9/?id=", "objectId": 0, "type": "company", "level": "owner"}
    )
    sandbox.new_company("bob")
    sent = json.loads(sandbox.http.delivery.sent[0].body)
    for file in sorted((RECORDINGS / "amp-labs-connectors").glob("internal__webhook__test__contact-*.json")):
        recorded = json.loads(file.read_text())
        assert set(sent) == set(recorded)
        assert {name: type(sent[name]) for name in sent if name != "Entity"} == {
            name: type(recorded[name]) for name in recorded if name != "Entity"
        }


FIXTURES = {
    "agreement": "Agreement",
    "agreement_type": "AgreementType",
    "board": "Board",
    "company": "Company",
    "company_status_list": "CompanyStatus",
    "company_types_list": "CompanyType",
    "department": "Department",
    "member": "Member",
    "service_ticket": "Ticket",
    "system_location": "Location",
    "time_entry": "TimeEntry",
    "work_role": "WorkRole",
    "work_type": "WorkType",
}


@pytest.mark.parametrize("file", FIXTURES)
def test_recorded_records_can_be_loaded_and_are_served_as_they_were(sandbox: Sandbox, file: str) -> None:
    recorded = json.loads((RECORDINGS / "django-connectwise" / f"{file}.json").read_text())
    model = schema.MODELS[FIXTURES[file]]
    sandbox.turn(extra_fields=False)
    for record in recorded if isinstance(recorded, list) else [recorded]:
        line = json.dumps({"entity": model.name, "record": record})
        assert sandbox.control("POST", "load", line)[0] == 200
        status, shown = sandbox.get(f"{model.path}/{record['id']}")
        assert status == 200
        assert (record.get("_info") or {}).items() <= shown.pop("_info").items()
        for name in record.keys() - {"_info"}:
            assert _without_links(shown[name]) == _without_links(record[name]), name


def test_recorded_members_of_arrays_are_found(sandbox: Sandbox) -> None:
    recorded = json.loads((RECORDINGS / "django-connectwise" / "company.json").read_text())
    sandbox.control("POST", "load", json.dumps({"entity": "Company", "record": recorded}))
    assert sandbox.get("/company/companies/count", childConditions='types/name = "partner"')[1] == {"count": 1}


def test_an_export_is_laid_out_like_the_recorded_one(sandbox: Sandbox) -> None:
    """A Miscellaneous invoice of one product for 10 without tax: the same entries in the same order, with adjoining ids."""
    file = RECORDINGS / "zynk-xml" / "Exporting-GL-Batches-from-ConnectWise-REST-Interface.1.xml"
    recorded = ET.fromstring(file.read_text().encode()).find("transactions/transaction")
    assert recorded is not None
    invoice = sandbox.new_invoice(sandbox.new_company("fox"), 0)
    product = {"catalogItem": {"id": 1}, "billableOption": "Billable", "quantity": 1, "price": 10}
    add(sandbox, "/procurement/products", product, invoice)
    sandbox.patch(f"/finance/invoices/{invoice}", "status", {"id": 3})
    [ours] = sandbox.post("/finance/accounting/export", {"exportInvoicesFlag": True})[1]["transactions"]
    assert _layout(ours["glEntryIds"], [_detail_of(part) for part in ours["detail"]]) == _layout(
        recorded.findtext("glEntryIds"), [_detail_of(_texts(part)) for part in recorded.findall("detail/detailItem")]
    )
    for name in ("glTypeId", "documentType", "billingType", "description"):
        assert ours[name] == recorded.findtext(name)
    assert Decimal(ours["total"]) == Decimal(recorded.findtext("total") or 0)


def _texts(node: ET.Element) -> dict[str, str]:
    return {child.tag: child.text or "" for child in node}


def _detail_of(part: Mapping[str, Any]) -> tuple[int, list[Any]]:
    """Take what a detail of the two has in common. Returns: its id, and the rest."""
    amounts = [Decimal(part[name]) for name in ("quantity", "total", "itemPrice")]
    return int(part["id"]), [part["glTypeId"], part["documentType"], part["taxNote"], *amounts]


def _layout(entry_ids: str | None, details: list[tuple[int, list[Any]]]) -> tuple[list[int], list[Any]]:
    """Count ids from the lowest. Returns: those of the header's entries, and the details with theirs."""
    header = [int(part) for part in (entry_ids or "").split(",")]
    lowest = min([*header, *(number for number, _ in details)])
    return [number - lowest for number in header], [(number - lowest, rest) for number, rest in details]


def _without_links(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_links(member) for member in value]
    return {k: v for k, v in value.items() if k != "_info"} if isinstance(value, dict) else value
