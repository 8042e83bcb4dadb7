"""Time, expenses and products: what they come to, and how an invoice follows them."""

import json
from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.connectwise.driver import Sandbox

TIME = {"timeStart": "2026-11-02T09:00:00Z", "timeEnd": "2026-11-02T11:30:00Z", "workRole": {"id": 1}}
EXPENSE = {"type": {"id": 1}, "amount": Decimal("40.10"), "date": "2026-11-02"}
PRODUCT = {"catalogItem": {"id": 1}, "billableOption": "Billable", "quantity": 3, "price": Decimal("20.00")}
LINES: dict[str, tuple[str, dict[str, Any], str, str]] = {
    "time": ("/time/entries", TIME, "serviceTotal", "300.00"),
    "expense": ("/expense/entries", EXPENSE, "expenseTotal", "40.10"),
    "product": ("/procurement/products", PRODUCT, "productTotal", "60.00"),
}
OTHER: dict[str, tuple[str, Any, str]] = {
    "time": ("invoiceHours", 1, "120.00"),
    "expense": ("invoiceAmount", Decimal("50.00"), "50.00"),
    "product": ("discount", 10, "50.00"),
}


def new_invoice(sandbox: Sandbox, **more: Any) -> int:
    company = sandbox.new_company(f"c{len(sandbox.get('/company/companies')[1])}")
    return sandbox.new_invoice(company, Decimal("0.00"), type="Standard", **more)


def add(sandbox: Sandbox, path: str, body: dict[str, Any], invoice: int | None = None) -> dict[str, Any]:
    status, line = sandbox.post(path, body if invoice is None else {**body, "invoice": {"id": invoice}})
    assert status == 201, line
    return dict(line)


def amounts(sandbox: Sandbox, invoice: int, *names: str) -> list[str]:
    body = sandbox.get(f"/finance/invoices/{invoice}")[1]
    return [str(body[name]) for name in names]


@pytest.mark.parametrize("kind", LINES)
def test_an_invoice_follows_its_lines_as_they_come_change_move_and_go(sandbox: Sandbox, kind: str) -> None:
    path, body, part, wanted = LINES[kind]
    first, second = new_invoice(sandbox), new_invoice(sandbox)
    line = add(sandbox, path, body, first)
    shown = (part, "subtotal", "total", "balance")
    assert amounts(sandbox, first, *shown) == [wanted] * 4
    field, value, after = OTHER[kind]
    assert sandbox.patch(f"{path}/{line['id']}", field, value)[0] == 200
    assert amounts(sandbox, first, *shown) == [after] * 4
    assert sandbox.patch(f"{path}/{line['id']}", "invoice", {"id": second})[0] == 200
    assert (amounts(sandbox, first, part), amounts(sandbox, second, part)) == (["0.00"], [after])
    assert sandbox.delete(f"{path}/{line['id']}") == 204
    assert amounts(sandbox, second, *shown) == ["0.00"] * 4


def test_lines_of_all_kinds_add_up_and_move_the_invoices_time(sandbox: Sandbox) -> None:
    invoice = new_invoice(sandbox)
    before = sandbox.get(f"/finance/invoices/{invoice}")[1]["_info"]["lastUpdated"]
    sandbox.control("POST", "clock", {"advance_s": 60})
    for path, body, _, _ in LINES.values():
        add(sandbox, path, body, invoice)
    assert amounts(sandbox, invoice, "serviceTotal", "expenseTotal", "productTotal", "total") == [
        "300.00", "40.10", "60.00", "400.10",
    ]  # fmt: skip
    assert sandbox.get(f"/finance/invoices/{invoice}")[1]["_info"]["lastUpdated"] > before


@pytest.mark.parametrize("kind", LINES)
def test_what_is_not_charged_comes_to_nothing(sandbox: Sandbox, kind: str) -> None:
    path, body, part, _ = LINES[kind]
    invoice = new_invoice(sandbox)
    add(sandbox, path, {**body, "billableOption": "NoCharge"}, invoice)
    assert amounts(sandbox, invoice, part, "total") == ["0.00", "0.00"]


@pytest.mark.parametrize("kind", LINES)
def test_what_a_closed_invoice_bills_stays(sandbox: Sandbox, kind: str) -> None:
    path, body, _, _ = LINES[kind]
    invoice = new_invoice(sandbox)
    line = add(sandbox, path, body, invoice)
    free = add(sandbox, path, body)
    sandbox.patch(f"/finance/invoices/{invoice}", "status", {"id": 3})
    assert sandbox.patch(f"{path}/{line['id']}", *OTHER[kind][:2])[0] == 400
    assert sandbox.patch(f"{path}/{free['id']}", "invoice", {"id": invoice})[0] == 400
    assert sandbox.delete(f"{path}/{line['id']}") == 400
    assert sandbox.patch(f"{path}/{free['id']}", *OTHER[kind][:2])[0] == 200


def test_the_hourly_cost_is_a_string_and_the_hours_billed_are_not_the_hours_worked(sandbox: Sandbox) -> None:
    entry = add(sandbox, "/time/entries", {**TIME, "hoursDeduct": Decimal("0.50"), "hourlyCost": 45})
    assert entry["hourlyCost"] == "45"
    assert (entry["actualHours"], entry["invoiceHours"]) == (Decimal("2.50"), Decimal("2.00"))
    assert entry["extendedInvoiceAmount"] == Decimal("240.00")


def test_lines_are_found_by_many_invoices_at_once_but_not_by_having_none(sandbox: Sandbox) -> None:
    invoices = [new_invoice(sandbox) for _ in range(3)]
    lines = [add(sandbox, "/time/entries", TIME, invoice)["id"] for invoice in invoices]
    add(sandbox, "/time/entries", TIME)
    asked = f"invoice/id in ({invoices[0]},{invoices[2]})"
    assert [row["id"] for row in sandbox.get("/time/entries", conditions=asked)[1]] == [lines[0], lines[2]]
    assert sandbox.get("/time/entries/count", conditions=asked)[1] == {"count": 2}
    status, body = sandbox.get("/time/entries", conditions="invoice = null")
    assert (status, body["code"], body["message"]) == (400, "ApiFindCondition", "Enum value supplied was invalid")


def test_deleting_an_invoice_frees_its_lines(sandbox: Sandbox) -> None:
    invoice = new_invoice(sandbox)
    line = add(sandbox, "/time/entries", TIME, invoice)
    assert line["status"] == "Billed"
    assert sandbox.delete(f"/finance/invoices/{invoice}") == 204
    freed = sandbox.get(f"/time/entries/{line['id']}")[1]
    assert (freed["status"], "invoice" in freed) == ("ReadyToBill", False)


def test_special_invoices_take_no_time_and_no_expenses(sandbox: Sandbox) -> None:
    invoice = sandbox.new_invoice(sandbox.new_company("bob"), 0)
    for kind in ("time", "expense"):
        path, body, _, _ = LINES[kind]
        assert sandbox.post(path, {**body, "invoice": {"id": invoice}})[0] == 400
    add(sandbox, "/procurement/products", PRODUCT, invoice)


@pytest.mark.parametrize(
    ("code", "taxable_product", "wanted"),
    [(11, True, "4.20"), (11, False, "0.00"), (12, True, "29.70"), (12, False, "24.75")],
)
def test_tax_is_that_of_each_level_on_what_it_taxes(
    sandbox: Sandbox, code: int, wanted: str, *, taxable_product: bool
) -> None:
    """Code 11: 7 % on products; code 12: 7 % and 1.25 % on services and products, each rounded by itself."""
    invoice = new_invoice(sandbox, taxableFlag=True, taxCode={"id": code})
    add(sandbox, "/time/entries", TIME, invoice)
    add(sandbox, "/procurement/products", {**PRODUCT, "taxableFlag": taxable_product}, invoice)
    assert amounts(sandbox, invoice, "salesTax", "total") == [wanted, str(360 + Decimal(wanted))]


def test_the_levels_of_a_tax_code_are_listed_by_themselves(sandbox: Sandbox) -> None:
    status, levels = sandbox.get("/finance/taxCodes/12/taxCodeLevels")
    assert status == 200
    assert [(each["taxLevel"], each["taxRate"], each["taxCodeXref"]) for each in levels] == [
        (1, Decimal("7.00"), "T1"), (2, Decimal("1.25"), "T2"),
    ]  # fmt: skip
    assert sandbox.get(f"/finance/taxCodes/12/taxCodeLevels/{levels[1]['id']}")[1] == levels[1]
    assert sandbox.get("/finance/taxCodes/99/taxCodeLevels")[0] == 404
    assert sandbox.get("/finance/taxCodes/12/taxCodeLevels/1")[0] == 404


def test_one_call_shows_an_invoice_with_all_its_lines(sandbox: Sandbox) -> None:
    invoice = new_invoice(sandbox)
    for path, body, _, _ in LINES.values():
        add(sandbox, path, body, invoice)
    status, info = sandbox.get(f"/finance/info/invoice/{invoice}")
    assert (status, info["invoice"]["id"]) == (200, invoice)
    assert [len(info[name]) for name in ("timeEntries", "expenses", "products")] == [1, 1, 1]


def test_loaded_lines_make_up_the_amounts_that_a_loaded_invoice_leaves_out(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob")
    named = {"id": 900, "type": "Standard", "company": {"id": company}, "status": {"id": 1, "name": "New"}}
    stated = {**named, "id": 901, "total": 7}
    entry = {"id": 5000, "timeStart": "2026-11-01T00:00:00Z", "invoiceHours": 2, "hourlyRate": 100}
    lines = [
        {"entity": "Invoice", "record": named},
        {"entity": "Invoice", "record": stated},
        {"entity": "TimeEntry", "record": {**entry, "invoice": {"id": 900}}},
        {"entity": "TimeEntry", "record": {**entry, "id": 5001, "invoice": {"id": 901}}},
        {"entity": "Addition", "parent": 61, "record": {"id": 1, "product": {"id": 1}}},
    ]
    from local.sandbox.store import dump_json

    assert sandbox.control("POST", "load", "\n".join(map(dump_json, lines)))[0] == 200
    assert amounts(sandbox, 900, "serviceTotal", "total", "balance") == ["200.00", "200.00", "200.00"]
    assert amounts(sandbox, 901, "total", "balance") == ["7", "7.00"]
    orphan = {"entity": "Addition", "record": {"id": 2}}
    status, refused = sandbox.control("POST", "load", dump_json(orphan))
    assert (status, "does not name the Agreement" in refused["error"]) == (400, True)


def test_odd_records_can_be_loaded_and_are_served_as_they_are(sandbox: Sandbox) -> None:
    odd: dict[str, Any] = {
        "id": 900, "type": None, "status": "Closed", "company": "Contoso", "total": "a lot", "balance": None,
        "serviceTotal": "12.50", "taxCode": [], "agreement": 7, "glBatch": "", "reference": "😀", "unheard": {"of": 1},
        "salesTax": "NaN",
    }  # fmt: skip
    closed = {**odd, "id": 901, "status": {"id": 3, "isClosed": True}}
    line = {"id": 5000, "invoice": {"id": "900"}, "invoiceHours": "two", "extendedInvoiceAmount": "?", "ticket": "x"}
    lines = [("Invoice", odd), ("Invoice", closed), ("TimeEntry", line), ("TimeEntry", {**line, "id": 5001})]
    text = "\n".join(json.dumps({"entity": entity, "record": record}) for entity, record in lines)
    assert sandbox.control("POST", "load", text) == (200, {"Invoice": 2, "TimeEntry": 2})
    assert sandbox.http.get("/_sandbox").status_code == 200
    assert sandbox.get("/finance/invoices/900")[1].items() >= {**odd, "balance": None}.items()
    assert [row["id"] for row in sandbox.get("/time/entries", conditions="invoice/id in (900,901)")[1]] == []
    assert [row["id"] for row in sandbox.get("/finance/invoices", conditions="total > 0 or total = null")[1]] == []


def test_a_line_tells_the_callbacks_of_itself_and_of_its_invoice(sandbox: Sandbox) -> None:
    invoice = new_invoice(sandbox)
    for kind in ("time", "invoice"):
        url = f"http://127.0.0.1:9/{kind}?id="
        assert sandbox.post("/system/callbacks", {"url": url, "objectId": 0, "type": kind, "level": "owner"})[0] == 201
    line = add(sandbox, "/time/entries", TIME, invoice)
    sandbox.patch(f"/time/entries/{line['id']}", "notes", "the same amount")
    sent = [message.url.partition("9/")[2] for message in sandbox.http.delivery.sent]
    assert sent == [
        f"time?id={line['id']}&action=added", f"invoice?id={invoice}&action=updated",
        f"time?id={line['id']}&action=updated",
    ]  # fmt: skip
