"""The sandbox's own door: loading, companies, switches, faults, the page and the state on disk."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from local.sandbox.connectwise.site import Site
from local.sandbox.connectwise.timestamps import Clock
from local.sandbox.faults import Faults
from local.sandbox.store import Store, dump_json
from tests.local.sandbox.connectwise.driver import InProcess, Sandbox


def lines(*records: tuple[str, dict[str, Any]]) -> str:
    return "\n".join(dump_json({"entity": entity, "record": record}) for entity, record in records)


def test_loaded_records_keep_their_values_ids_and_unknown_fields(sandbox: Sandbox) -> None:
    invoice = {
        "id": 9000, "invoiceNumber": "750", "type": "Miscellaneous", "status": {"id": 3, "name": "Closed"},
        "company": {"id": 143, "name": "TESTNEW", "identifier": "TESTNEW"}, "reference": None, "somethingNew": {"a": [1]},
        "total": Decimal("444.10"), "payments": 350, "balance": Decimal("94.10"), "date": "2016-10-04T00:00:00Z",
        "_info": {"lastUpdated": "2018-02-08T10:36:47Z", "updatedBy": "Admin1"},
    }  # fmt: skip
    company = {"id": 143, "identifier": "TESTNEW", "name": "TESTNEW", "accountNumber": "A1"}
    text = lines(("Company", company), ("Invoice", invoice))
    assert sandbox.control("POST", "load", text) == (200, {"Company": 1, "Invoice": 1})
    sandbox.turn(extra_fields=False)
    _, shown = sandbox.get("/finance/invoices/9000")
    for name in set(invoice) - {"status", "company", "_info"}:
        assert shown[name] == invoice[name], name
    assert shown["status"] | {"_info": 0} == {"id": 3, "name": "Closed", "isClosed": True, "_info": 0}
    assert shown["_info"]["lastUpdated"] == "2018-02-08T10:36:47Z"
    assert sandbox.get("/finance/invoices/count", conditions="balance > 94 and status/isClosed = true")[1]["count"] == 1
    assert sandbox.new_invoice(143) == 9001
    assert sandbox.get("/finance/invoices/9001")[1]["invoiceNumber"] == "751"


def test_a_payment_on_a_loaded_invoice_builds_on_what_it_stated(sandbox: Sandbox) -> None:
    invoice = {"id": 1, "type": "Standard", "total": Decimal("444.10"), "payments": 350, "balance": Decimal("94.10")}
    sandbox.control("POST", "load", lines(("Invoice", invoice)))
    assert sandbox.post("/finance/invoices/1/payments", {"amount": 4})[0] == 201
    after = sandbox.get("/finance/invoices/1")[1]
    assert (str(after["payments"]), str(after["balance"])) == ("354.00", "90.10")


def test_rows_loaded_with_their_invoice_are_not_counted_twice(sandbox: Sandbox) -> None:
    row = {"id": 2, "type": "P", "invoice": {"id": 1}, "amount": 350}
    invoice = {"id": 1, "type": "Standard", "total": Decimal("444.10"), "payments": 350, "balance": Decimal("94.10")}
    sandbox.control("POST", "load", lines(("InvoicePayment", row), ("Invoice", invoice)))
    assert sandbox.delete("/finance/invoices/1/payments/2") == 204
    after = sandbox.get("/finance/invoices/1")[1]
    assert (str(after["payments"]), str(after["balance"])) == ("0.00", "444.10")


def test_an_invoice_loaded_again_keeps_the_payments_made_meanwhile(sandbox: Sandbox) -> None:
    invoice = {"id": 1, "type": "Standard", "total": Decimal("444.10"), "payments": 0, "balance": Decimal("444.10")}
    sandbox.control("POST", "load", lines(("Invoice", invoice)))
    sandbox.post("/finance/invoices/1/payments", {"amount": 44})
    sandbox.control("POST", "load", lines(("Invoice", invoice)))
    after = sandbox.get("/finance/invoices/1")[1]
    assert (str(after["payments"]), str(after["balance"])) == ("44.00", "400.10")


def test_an_invoice_loaded_without_amounts_left_out_gets_them_computed(sandbox: Sandbox) -> None:
    sandbox.control(
        "POST", "load", lines(("Invoice", {"id": 1, "type": "Standard", "serviceTotal": 10, "salesTax": 1}))
    )
    after = sandbox.get("/finance/invoices/1")[1]
    assert (after["subtotal"], after["total"], after["balance"], after["serviceTotal"]) == (10, 11, 11, 10)


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("nonsense", "line 2: not JSON"),
        ('{"entity": "Invoice"}', "line 2: expected"),
        ('{"entity": "Invoice", "record": {"id": "x"}}', "line 2: the Invoice has no whole number as its id"),
        (
            '{"entity": "InvoicePayment", "record": {"id": 1}}',
            "line 2: the InvoicePayment does not name its invoice.id",
        ),
        ('{"entity": "Invoice", "record": {"id": 1, "total": NaN}}', "line 2: not JSON"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_loaded(sandbox: Sandbox, bad: str, why: str) -> None:
    good = lines(("Company", {"id": 5, "identifier": "a", "name": "A"}))
    status, body = sandbox.control("POST", "load", f"{good}\n{bad}")
    assert (status, body["error"][: len(why)]) == (400, why)
    assert sandbox.get("/company/companies/count") == (200, {"count": 0})


def test_companies_live_apart(sandbox: Sandbox) -> None:
    status, other = sandbox.control("POST", "companies", {"name": "Other MSP"})
    assert (status, other["company_id"], other["client_id"]) == (201, "othermsp", sandbox.site.client_id)
    sandbox.new_company("bob")
    second = Sandbox(sandbox.site, sandbox.http, sandbox.site.companies["othermsp"])
    assert second.get("/company/companies") == (200, [])
    assert second.new_company("bob") == 20
    assert sandbox.control("GET", "payments")[0] == 400
    assert sandbox.control("GET", "payments", company="othermsp") == (200, [])
    assert [c["company_id"] for c in sandbox.control("GET", "companies")[1]] == ["acmemsp", "othermsp"]
    assert sandbox.control("POST", "companies", {"name": "Other MSP"})[1]["company_id"] == "othermsp2"
    assert sandbox.control("POST", "companies", {"name": "X", "company_id": "othermsp"})[0] == 400


def test_the_state_goes_on_where_it_stopped(tmp_path: Path) -> None:
    def opened() -> tuple[Sandbox, Store]:
        store = Store(tmp_path / "state.sqlite")
        site = Site(store, Clock(), Faults())
        company = next(iter(site.companies.values()), None) or site.add_company("Acme MSP")
        return Sandbox(site, InProcess(site), company), store

    first, store = opened()
    invoice = first.new_invoice(first.new_company("bob"), Decimal("10.10"))
    first.post(f"/finance/invoices/{invoice}/payments", {"amount": Decimal("3.30")})
    first.control("POST", "clock", {"advance_s": 3600})
    first.turn(one_payment_per_invoice=False)
    first.control("POST", "permissions", {"Invoicing": {"delete": "None"}})
    credentials = first.site.credentials(first.company)
    first.http.close()
    store.close()

    second, store = opened()
    assert second.site.credentials(second.company) == credentials
    assert str(second.get(f"/finance/invoices/{invoice}")[1]["balance"]) == "6.80"
    assert second.site.clock.advanced_s == 3600
    assert second.post(f"/finance/invoices/{invoice}/payments", {"amount": 1})[1]["id"] == 502
    assert second.delete(f"/finance/invoices/{invoice}") == 403
    second.http.close()
    store.close()


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("switches", {"nonsense": True}),
        ("switches", {"payment_bumps_invoice": 1}),
        ("switches", {"requests_per_minute": -1}),
        ("switches", {"codebase": "v2026_2"}),
        ("switches", [1]),
        ("permissions", {"Nonsense": "None"}),
        ("permissions", {"Invoicing": {"inquire": "Some"}}),
        ("clock", {"advance_s": -1}),
        ("clock", {"advance_s": "soon"}),
        ("companies", {}),
        ("members", {}),
        ("faults", {"fault": "nonsense"}),
        ("faults", {"fault": "slow", "seconds": 1000}),
        ("faults", {"fault": "slow", "times": 0}),
        ("faults", {"fault": "slow", "when": 0}),
        ("faults", "not json"),
    ],
)
def test_bad_requests_to_the_control_door_are_400_with_a_reason(sandbox: Sandbox, name: str, body: Any) -> None:
    status, answer = sandbox.control("POST", name, body)
    assert status == 400
    assert len(answer["error"]) > 10


def test_faults_strike_as_often_as_asked_where_asked(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob")
    for spec in (
        {"fault": "throttle", "path_contains": "/finance"},
        {"fault": "server_error", "method": "get", "times": 2},
        {"fault": "proxy_html", "method": "GET"},
        {"fault": "expired_token", "method": "GET"},
    ):
        assert sandbox.control("POST", "faults", spec)[0] == 201
    assert sandbox.call("GET", "/finance/invoices").json()["error"] == "ConnectWiseAPI"
    assert [sandbox.get("/company/companies")[0] for _ in range(2)] == [500, 500]
    proxy = sandbox.call("GET", "/company/companies")
    assert (proxy.status_code, proxy.text[:6]) == (502, "<html>")
    assert sandbox.get("/company/companies") == (401, {"code": "ConnectWiseApi", "message": "UserNotAuthenticated"})
    assert sandbox.get("/company/companies")[1][0]["id"] == company
    used = {fault["fault"]: fault["used"] for fault in sandbox.control("GET", "faults")[1]}
    assert used == {"throttle": 1, "server_error": 2, "proxy_html": 1, "expired_token": 1}


def test_a_fault_without_end_lasts_until_it_is_cleared(sandbox: Sandbox) -> None:
    sandbox.control("POST", "faults", {"fault": "server_error", "times": None})
    assert [sandbox.get("/system/info")[0] for _ in range(5)] == [500] * 5
    assert sandbox.control("DELETE", "faults")[0] == 204
    assert sandbox.get("/system/info")[0] == 200


def test_a_lost_answer_was_carried_out_and_a_cut_connection_was_not(sandbox: Sandbox) -> None:
    invoice = sandbox.new_invoice(sandbox.new_company("bob"))
    path = f"/finance/invoices/{invoice}/payments"
    sandbox.control("POST", "faults", {"fault": "cut_connection", "method": "POST", "path_contains": "/payments"})
    with pytest.raises(ConnectionResetError):
        sandbox.post(path, {"amount": 10})
    assert sandbox.get(path) == (200, [])
    sandbox.control("POST", "faults", {"fault": "lost_answer", "method": "POST", "path_contains": "/payments"})
    with pytest.raises(ConnectionResetError):
        sandbox.post(path, {"amount": 10})
    assert len(sandbox.get(path)[1]) == 1
    seen = {s["fault"]: s["status"] for s in sandbox.control("GET", "requests")[1] if s["fault"]}
    assert seen == {"cut_connection": None, "lost_answer": 201}


def test_an_error_after_the_write_was_carried_out_too(sandbox: Sandbox) -> None:
    company = {"identifier": "bob", "name": "Bob"}
    sandbox.control("POST", "faults", {"fault": "error_after_write"})
    assert sandbox.post("/company/companies", company)[0] == 500
    assert sandbox.post("/company/companies", company)[1]["errors"][0]["code"] == "ObjectExists"


def test_a_slow_answer_comes_late_but_right(sandbox: Sandbox) -> None:
    sandbox.control("POST", "faults", {"fault": "slow", "seconds": 0.05})
    assert sandbox.get("/system/info")[0] == 200
    last = sandbox.control("GET", "requests")[1][-1]
    assert last["fault"] == "slow"
    assert last["ms"] >= 50


def test_the_page_shows_records_and_requests_and_escapes_them(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob", name="<script>alert(1)</script>")
    invoice = sandbox.new_invoice(company, Decimal("1234.50"))
    sandbox.post(f"/finance/invoices/{invoice}/payments", {"amount": Decimal("1000.25")})
    page = sandbox.http.get("/_sandbox").text
    assert "1,000.25" in page
    assert "1,234.50" in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page
    assert f"/finance/invoices/{invoice}/payments" in page
    assert "http://" not in page.split("<body>")[0], "nothing is loaded from elsewhere"
    assert sandbox.control("GET", "counts")[1]["acmemsp"] == {"writes": 3, "total": 3}
