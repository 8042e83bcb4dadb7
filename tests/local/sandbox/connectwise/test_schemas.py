"""What the sandbox answers, held against the official schemas and the recordings, where those lie beside the project."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from local.sandbox.connectwise import schema
from local.sandbox.store import dump_json
from tests.local.sandbox.connectwise.driver import Sandbox

RECORDINGS = Path(__file__).parents[5] / "shared" / "vendor" / "recordings" / "connectwise-psa"
OFFICIAL = RECORDINGS / "openapi" / "connectwise-psa-2026.4-GET-subset.official.json"
ASSEMBLED = RECORDINGS / "openapi" / "connectwise-psa-finance-slice.COMPOSITE.json"
pytestmark = pytest.mark.skipif(not OFFICIAL.exists(), reason=f"no vendor recordings at {RECORDINGS}")


@cache
def definitions() -> dict[str, Any]:
    """The official schemas, and the assembled ones for the rest, as JSON Schema.

    OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own.
    """
    files = (json.loads(file.read_text())["components"]["schemas"] for file in (ASSEMBLED, OFFICIAL))
    return {name: _as_json_schema(definition) for schemas in files for name, definition in schemas.items()}


def _as_json_schema(node: Any) -> Any:
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    turned = {key: _as_json_schema(value) for key, value in node.items()}
    if turned.pop("nullable", False):
        turned["type"] = [turned["type"], "null"]
        if "enum" in turned:
            turned["enum"] = [*turned["enum"], None]
    return turned


def faults_of(name: str, body: Any) -> list[str]:
    whole = {"components": {"schemas": definitions()}, "$ref": f"#/components/schemas/{name}"}
    plain = json.loads(dump_json(body))
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(whole).iter_errors(plain)]


def test_a_wrong_record_would_be_noticed() -> None:
    assert faults_of("Invoice", {"type": "Odd", "company": {}, "total": "1"})


def test_everything_served_fits_the_official_schemas(sandbox: Sandbox) -> None:
    company = sandbox.new_company(
        "bob", billingTerms={"id": 1, "name": "Net 30"}, types=[{"id": 1, "name": "Customer"}]
    )
    invoice = sandbox.new_invoice(company, 100, salesTax="7.05", date="2026-11-01")
    sandbox.patch(f"/finance/invoices/{invoice}", "status", {"id": 3})
    payment = sandbox.post(f"/finance/invoices/{invoice}/payments", {"amount": 5})[1]
    sandbox.post(
        "/system/callbacks", {"url": "https://a.test/?id=", "objectId": 0, "type": "invoice", "level": "owner"}
    )
    served = {
        "Company": "/company/companies",
        "BillingStatus": "/finance/billingStatuses",
        "Invoice": "/finance/invoices",
        "InvoicePayment": f"/finance/invoices/{invoice}/payments",
        "CallbackEntry": "/system/callbacks",
    }
    for name, path in served.items():
        status, rows = sandbox.get(path)
        assert (status, bool(rows)) == (200, True)
        assert [fault for row in rows for fault in faults_of(name, row)] == []
    assert faults_of("InvoicePayment", payment) == []
    assert faults_of("Info", sandbox.get("/system/info")[1]) == []
    assert faults_of("Count", sandbox.get("/finance/invoices/count")[1]) == []
    assert faults_of("ErrorResponseMessage", sandbox.get("/finance/invoices/1")[1]) == []


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


def test_a_recorded_company_can_be_loaded_and_is_served_as_it_was(sandbox: Sandbox) -> None:
    recorded = json.loads((RECORDINGS / "django-connectwise" / "company.json").read_text())
    sandbox.turn(extra_fields=False)
    assert sandbox.control("POST", "load", json.dumps({"entity": "Company", "record": recorded}))[0] == 200
    status, shown = sandbox.get(f"/company/companies/{recorded['id']}")
    assert status == 200
    assert recorded["_info"].items() <= shown.pop("_info").items()
    for name in recorded.keys() - {"_info"}:
        assert _without_links(shown[name]) == _without_links(recorded[name]), name
    assert sandbox.get("/company/companies/count", childConditions='types/name = "partner"')[1] == {"count": 1}


def _without_links(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_links(member) for member in value]
    return {k: v for k, v in value.items() if k != "_info"} if isinstance(value, dict) else value
