"""Creating, patching, replacing and deleting companies, statuses and invoices."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.connectwise.driver import Sandbox

CLOSED = {"id": 3}


def closed_invoice(sandbox: Sandbox, amount: Any = 100) -> int:
    invoice = sandbox.new_invoice(sandbox.new_company("bob"), amount)
    assert sandbox.patch(f"/finance/invoices/{invoice}", "status", CLOSED)[0] == 200
    return invoice


def test_a_new_invoice_gets_its_number_status_customer_and_amounts_from_the_server(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob", billingTerms={"id": 2, "name": "Net 30"})
    sent = {"type": "Standard", "company": {"identifier": "BOB"}, "serviceTotal": Decimal("100.10"),
            "expenseTotal": "5.05", "salesTax": Decimal("7.35"), "total": 1, "nonsense": True}  # fmt: skip
    status, invoice = sandbox.post("/finance/invoices", sent)
    assert status == 201
    assert invoice["invoiceNumber"] == "1"
    assert (invoice["status"]["name"], invoice["status"]["isClosed"]) == ("New", False)
    assert invoice["billToCompany"]["id"] == company
    assert (invoice["accountNumber"], invoice["billingTerms"]["name"]) == ("A-bob", "Net 30")
    names = ("subtotal", "salesTax", "total", "payments", "credits", "balance")
    wanted = ["105.15", "7.35", "112.50", "0.00", "0.00", "112.50"]
    assert [str(invoice[name]) for name in names] == wanted
    assert "nonsense" not in invoice


def test_times_are_whole_seconds_in_utc_and_hrefs_hold_the_doubled_slash(sandbox: Sandbox) -> None:
    invoice = sandbox.new_invoice(
        sandbox.new_company("bob"), date="2026-11-03T10:20:30.123+02:00", dueDate="2026-12-01"
    )
    _, body = sandbox.get(f"/finance/invoices/{invoice}")
    assert (body["date"], body["dueDate"]) == ("2026-11-03T08:20:30Z", "2026-12-01T00:00:00Z")
    assert len(body["_info"]["lastUpdated"]) == len("2026-11-03T08:20:30Z")
    assert "/v2026_1//apis/3.0/company/companies/" in body["company"]["_info"]["company_href"]


def test_every_fault_of_a_record_is_named_at_once(sandbox: Sandbox) -> None:
    bad = {"type": "Odd", "company": {"id": 999}, "reference": "x" * 51, "serviceTotal": "ten", "date": "soon"}
    status, body = sandbox.post("/finance/invoices", bad)
    assert (status, body["code"], body["message"]) == (400, "InvalidObject", "invoice object is invalid")
    assert [(e["field"], e["code"], e["resource"]) for e in body["errors"]] == [
        ("type", "InvalidField", "invoice"), ("company/id", "NotFound", "invoice"),
        ("reference", "MaxLengthField", "invoice"), ("serviceTotal", "InvalidField", "invoice"),
        ("date", "InvalidField", "invoice"),
    ]  # fmt: skip


def test_what_must_be_there_is_asked_for_in_the_recorded_words(sandbox: Sandbox) -> None:
    status, body = sandbox.post("/company/companies", {"name": "No identifier"})
    assert status == 400
    assert body["errors"] == [{
        "code": "MissingRequiredField", "message": "The identifier field is required.",
        "resource": "company", "field": "identifier",
    }]  # fmt: skip
    assert sandbox.post("/finance/invoices", ["no object"])[0] == 400


def test_a_record_that_is_not_there_is_404_in_the_recorded_words(sandbox: Sandbox) -> None:
    assert sandbox.get("/company/companies/57919") == (404, {"code": "NotFound", "message": "Company 57919 not found"})
    assert sandbox.delete("/finance/invoices/57919") == 404


@pytest.mark.parametrize("path", ["reference", "/reference"])
def test_a_patch_takes_its_path_with_and_without_a_slash(sandbox: Sandbox, path: str) -> None:
    invoice = sandbox.new_invoice(sandbox.new_company("bob"))
    assert sandbox.patch(f"/finance/invoices/{invoice}", path, "PO 7")[1]["reference"] == "PO 7"
    assert "reference" not in sandbox.patch(f"/finance/invoices/{invoice}", path, None, op="remove")[1]


def test_a_patch_below_a_reference_answers_200_and_changes_nothing(sandbox: Sandbox) -> None:
    bob, ann = sandbox.new_company("bob"), sandbox.new_company("ann")
    invoice = sandbox.new_invoice(bob)
    before = sandbox.get(f"/finance/invoices/{invoice}")[1]
    sandbox.control("POST", "clock", {"advance_s": 60})
    assert sandbox.patch(f"/finance/invoices/{invoice}", "company/identifier", "ann") == (200, before)
    assert sandbox.patch(f"/finance/invoices/{invoice}", "company", {"id": ann})[1]["company"]["identifier"] == "ann"


def test_a_patch_reaches_into_arrays(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob", types=[{"id": 1, "name": "A"}, {"id": 2, "name": "B"}])
    operations = [
        {"op": "replace", "path": "/types/1/name", "value": "B2"},
        {"op": "add", "path": "/types/2", "value": {"id": 3, "name": "C"}},
        {"op": "remove", "path": "/types/0"},
    ]
    answer = sandbox.call("PATCH", f"/company/companies/{company}", operations)
    assert [(t["id"], t["name"]) for t in answer.json()["types"]] == [(2, "B2"), (3, "C")]


@pytest.mark.parametrize(
    "operations",
    [
        {"op": "replace", "path": "name", "value": "x"},
        [{"op": "move", "path": "name", "value": "x"}],
        [{"op": "replace", "path": "Name", "value": "x"}],
        [{"op": "replace", "path": "types/5/name", "value": "x"}],
        [{"op": "remove", "path": "identifier"}],
    ],
)
def test_a_patch_that_makes_no_sense_is_400_and_changes_nothing(sandbox: Sandbox, operations: Any) -> None:
    company = sandbox.new_company("bob")
    before = sandbox.get(f"/company/companies/{company}")
    assert sandbox.call("PATCH", f"/company/companies/{company}", operations).status_code == 400
    assert sandbox.get(f"/company/companies/{company}") == before


def test_a_put_makes_null_what_was_not_sent(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob", city="Tampa")
    status, body = sandbox.put(f"/company/companies/{company}", {"identifier": "bob", "name": "Bob"})
    assert (status, body["name"]) == (200, "Bob")
    assert "city" not in body
    assert "accountNumber" not in body
    assert sandbox.put(f"/company/companies/{company}", {"name": "Bob"})[0] == 400


def test_a_change_moves_last_updated_and_says_who_made_it(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob")
    bookkeeper = sandbox.site.add_member(sandbox.company, "bkeeper")
    before = sandbox.get(f"/company/companies/{company}")[1]["_info"]
    sandbox.control("POST", "clock", {"advance_s": 90})
    after = sandbox.patch(f"/company/companies/{company}", "city", "Tampa", member=bookkeeper)[1]["_info"]
    assert after["lastUpdated"] > before["lastUpdated"]
    assert (after["enteredBy"], after["updatedBy"]) == ("CrossfootAPI", "bkeeper")
    since = f"lastUpdated >= [{after['lastUpdated']}]"
    assert sandbox.get("/company/companies/count", conditions=since) == (200, {"count": 1})


def test_closing_needs_an_account_number(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob", accountNumber="")
    invoice = sandbox.new_invoice(company)
    status, body = sandbox.patch(f"/finance/invoices/{invoice}", "status", CLOSED)
    assert status == 400
    assert body["errors"][0]["message"].startswith("Company does not have an account")
    sandbox.patch(f"/company/companies/{company}", "accountNumber", "A1")
    status, body = sandbox.patch(f"/finance/invoices/{invoice}", "status", CLOSED)
    assert (status, body["status"]["isClosed"], body["closedBy"]) == (200, True, "CrossfootAPI")


def test_a_closed_invoice_is_locked_but_for_status_and_notes(sandbox: Sandbox) -> None:
    invoice = closed_invoice(sandbox)
    path = f"/finance/invoices/{invoice}"
    assert sandbox.patch(path, "reference", "new")[0] == 400
    assert sandbox.patch(path, "serviceTotal", 1)[0] == 400
    assert sandbox.delete(path) == 400
    assert sandbox.get(path)[1]["total"] == 100
    assert sandbox.patch(path, "status", {"name": "New"})[1]["status"]["isClosed"] is False
    assert sandbox.patch(path, "reference", "new")[0] == 200
    assert sandbox.delete(path) == 204
    assert sandbox.get(path)[0] == 404


def test_the_door_for_closed_invoices_takes_status_and_notes_only(sandbox: Sandbox) -> None:
    invoice = closed_invoice(sandbox)
    path = f"/finance/closedInvoices/{invoice}"
    status, body = sandbox.patch(path, "internalNotes", "checked")
    assert (status, body["internalNotes"], set(body)) == (200, "checked", {"id", "internalNotes", "status", "_info"})
    assert sandbox.patch(path, "reference", "x")[0] == 400
    assert sandbox.put(path, {"status": {"id": 1}})[1]["status"]["id"] == 1
    missing = {"code": "NotFound", "message": f"ClosedInvoice {invoice} not found"}
    assert sandbox.patch(path, "internalNotes", "again") == (404, missing)


def test_the_status_of_a_batched_invoice_stands(sandbox: Sandbox) -> None:
    invoice = {"id": 900, "type": "Standard", "status": {"id": 3, "name": "Closed"}, "glBatch": {"id": 1, "name": "B"}}
    sandbox.control("POST", "load", f'{{"entity":"Invoice","record":{_json(invoice)}}}')
    assert sandbox.patch("/finance/invoices/900", "status", {"id": 1})[0] == 400
    assert sandbox.patch("/finance/invoices/900", "internalNotes", "seen")[0] == 200


def test_a_company_in_use_stays(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob")
    assert (
        sandbox.post("/company/companies", {"identifier": "BOB", "name": "Again"})[1]["errors"][0]["code"]
        == "ObjectExists"
    )
    invoice = sandbox.new_invoice(company)
    assert sandbox.delete(f"/company/companies/{company}") == 400
    sandbox.delete(f"/finance/invoices/{invoice}")
    assert sandbox.delete(f"/company/companies/{company}") == 204


def test_billing_statuses_are_there_from_the_start_and_can_be_added(sandbox: Sandbox) -> None:
    _, seeded = sandbox.get("/finance/billingStatuses", conditions="closedFlag = true")
    assert [(s["id"], s["name"]) for s in seeded] == [(3, "Closed")]
    status, added = sandbox.post("/finance/billingStatuses", {"name": "Paid & closed", "closedFlag": True})
    assert (status, added["id"]) == (201, 4)


def test_records_carry_fields_that_no_schema_knows_unless_switched_off(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob")
    assert "recordSourceCode" in sandbox.get(f"/company/companies/{company}")[1]
    sandbox.turn(extra_fields=False)
    assert "recordSourceCode" not in sandbox.get(f"/company/companies/{company}")[1]


def _json(value: Any) -> str:
    from local.sandbox.store import dump_json

    return dump_json(value)
