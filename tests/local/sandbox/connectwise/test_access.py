"""Who may come in, how often, and what a security role hides."""

from base64 import b64encode
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from local.sandbox.connectwise.errors import LITERAL_RULES
from tests.local.sandbox.connectwise.driver import Sandbox

API = "/v4_6_release/apis/3.0"
NO_PERMISSION = {"code": "Security", "message": "You do not have security permission to perform this action."}


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(text.encode()).decode()}


def test_the_codebase_is_told_without_credentials_and_an_unknown_company_is_null(sandbox: Sandbox) -> None:
    assert sandbox.http.get("/login/companyinfo/acmemsp").json() == {
        "CompanyName": "Acme MSP", "Codebase": "v2026_1/", "VersionCode": "v2026.1",
        "VersionNumber": "v2026.1.20431", "CompanyID": "acmemsp", "IsCloud": True,
    }  # fmt: skip
    unknown = sandbox.http.get("/login/companyinfo/nobody")
    assert (unknown.status_code, unknown.text) == (200, "null")


def test_a_site_can_stand_on_premises(sandbox: Sandbox) -> None:
    sandbox.turn(is_cloud=False, codebase="v4_6_release/")
    told = sandbox.http.get("/login/companyinfo/acmemsp").json()
    assert (told["IsCloud"], told["Codebase"]) == (False, "v4_6_release/")
    assert sandbox.get("/system/info")[1]["isCloud"] is False


def test_answers_are_dated_by_the_sandboxs_own_clock(sandbox: Sandbox) -> None:
    sandbox.control("POST", "clock", {"advance_s": 86_400})
    answer = sandbox.call("POST", "/company/companies", {"identifier": "bob", "name": "Bob"})
    said = parsedate_to_datetime(answer.headers["date"])
    saved = datetime.fromisoformat(answer.json()["_info"]["lastUpdated"])
    assert timedelta(0) <= said - saved <= timedelta(seconds=2)
    assert said - sandbox.site.now < timedelta(seconds=2)


def test_both_codebases_and_the_doubled_slash_lead_to_the_api(sandbox: Sandbox) -> None:
    for base in ("/v4_6_release/apis/3.0", "/v2026_1/apis/3.0", "/v2026_1//apis/3.0"):
        keys = sandbox.company.members[0]
        auth = (f"acmemsp+{keys.public_key}", keys.private_key)
        answer = sandbox.http.get(f"{base}/system/info", auth=auth, headers={"clientId": sandbox.site.client_id})
        assert (answer.status_code, answer.json()["isCloud"]) == (200, True)


def test_after_an_upgrade_the_old_codebase_is_gone_and_the_eternal_one_stays(sandbox: Sandbox) -> None:
    sandbox.turn(codebase="v2026_2/")
    keys = sandbox.company.members[0]
    auth, headers = (f"acmemsp+{keys.public_key}", keys.private_key), {"clientId": sandbox.site.client_id}
    old = sandbox.http.get("/v2026_1/apis/3.0/system/info", auth=auth, headers=headers)
    assert (old.status_code, old.json()["message"]) == (404, "The endpoint does not exist.")
    assert sandbox.http.get("/v2026_2/apis/3.0/system/info", auth=auth, headers=headers).status_code == 200
    assert sandbox.get("/system/info")[1]["version"].startswith("v2026.2.")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({}, "ConnectWiseApi"),
        ({"Authorization": "Basic !!!"}, "ConnectWiseApi"),
        ({"Authorization": "Bearer abc"}, "ConnectWiseApi"),
        (basic("no-plus:private"), "ConnectWiseApi"),
        (basic("acmemsp+wrong:wrong"), "Unauthorized"),
        (basic("nobody+wrong:wrong"), "Unauthorized"),
    ],
)
def test_bad_credentials_are_401(sandbox: Sandbox, header: dict[str, str], code: str) -> None:
    answer = sandbox.http.get(f"{API}/system/info", headers={"clientId": sandbox.site.client_id, **header})
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    if code == "ConnectWiseApi":
        assert answer.json()["message"] == "UserNotAuthenticated"


def test_some_cloud_servers_answer_wrong_credentials_with_404(sandbox: Sandbox) -> None:
    sandbox.turn(wrong_credentials_404=True)
    headers = {"clientId": sandbox.site.client_id, **basic("acmemsp+wrong:wrong")}
    answer = sandbox.http.get(f"{API}/system/info", headers=headers)
    assert answer.status_code == 404
    assert answer.json() == {"code": "ConnectWiseApi", "message": "The endpoint does not exist."}


@pytest.mark.parametrize("client_id", ["", "11111111-2222-3333-4444-555555555555"])
def test_a_client_that_is_not_registered_is_refused(sandbox: Sandbox, client_id: str) -> None:
    answer = sandbox.call("GET", "/system/info", headers={"clientId": client_id})
    assert (answer.status_code, answer.json()["code"]) == (403, "Security")
    sandbox.turn(accept_any_client_id=True)
    assert sandbox.call("GET", "/system/info", headers={"clientId": client_id}).status_code == (
        200 if client_id else 403
    )


def test_an_answer_names_the_version_that_was_asked_for(sandbox: Sandbox) -> None:
    accept = {"Accept": "application/vnd.connectwise.com+json; version=2025.3"}
    asked = sandbox.call("GET", "/system/info", headers=accept)
    assert asked.headers["content-type"] == "application/vnd.connectwise.com+json; version=2025.3; charset=utf-8"
    assert sandbox.call("GET", "/system/info").headers["content-type"] == "application/json; charset=utf-8"
    assert len(asked.headers["x-cw-request-id"]) == 36


@pytest.mark.parametrize(
    ("right", "method", "path", "action"),
    [
        ("Companies › Company Maintenance", "GET", "/company/companies", "inquire"),
        ("Finance › Invoicing", "GET", "/finance/invoices", "inquire"),
        ("Finance › Invoicing", "GET", "/finance/invoices/{invoice}/payments", "inquire"),
        ("Finance › Invoicing", "POST", "/finance/invoices/{invoice}/payments", "edit"),
        ("Finance › Invoicing", "POST", "/finance/invoices", "add"),
        ("Finance › Invoicing", "DELETE", "/finance/invoices/{invoice}", "delete"),
        ("System › Table Setup", "GET", "/finance/billingStatuses", "inquire"),
    ],
)
def test_a_missing_right_is_403_and_names_nothing(
    sandbox: Sandbox, right: str, method: str, path: str, action: str
) -> None:
    invoice = sandbox.new_invoice(sandbox.new_company("bob"))
    assert sandbox.control("POST", "permissions", {right: {action: "None"}})[0] == 200
    answer = sandbox.call(method, path.format(invoice=invoice), {} if method == "POST" else None)
    assert (answer.status_code, answer.json()) == (403, NO_PERMISSION)
    assert sandbox.get("/system/info")[0] == 200


def test_the_level_my_gives_fewer_rows_and_no_error(sandbox: Sandbox) -> None:
    company = sandbox.new_company("bob")
    bookkeeper = sandbox.site.add_member(sandbox.company, "bkeeper")
    own = sandbox.new_invoice(company)
    sent = {"type": "Standard", "company": {"id": company}}
    foreign = sandbox.post("/finance/invoices", sent, member=bookkeeper)[1]["id"]
    sandbox.control("POST", "permissions", {"Invoicing": "My"})
    assert [r["id"] for r in sandbox.get("/finance/invoices")[1]] == [own]
    assert sandbox.get("/finance/invoices/count") == (200, {"count": 1})
    assert sandbox.get(f"/finance/invoices/{foreign}")[0] == 404
    assert sandbox.patch(f"/finance/invoices/{foreign}", "reference", "x") == (403, NO_PERMISSION)


def test_callbacks_can_be_made_to_need_a_right(sandbox: Sandbox) -> None:
    sandbox.control("POST", "permissions", {"Callbacks": "None"})
    assert sandbox.get("/system/callbacks")[0] == 200
    sandbox.turn(callbacks_need_right=True)
    assert sandbox.get("/system/callbacks") == (403, NO_PERMISSION)


def test_too_many_calls_in_a_minute_get_the_odd_429_until_the_window_has_passed(sandbox: Sandbox) -> None:
    sandbox.turn(requests_per_minute=3)
    assert [sandbox.get("/system/info")[0] for _ in range(3)] == [200] * 3
    answer = sandbox.call("GET", "/system/info")
    wait = int(answer.headers["retry-after"])
    assert answer.status_code == 429
    assert 1 <= wait <= 60
    assert answer.json() == {
        "error": "ConnectWiseAPI", "message": f"Too many requests. Please try again in {wait} seconds."
    }  # fmt: skip
    sandbox.control("POST", "clock", {"advance_s": wait})
    assert sandbox.get("/system/info")[0] == 200
    assert sandbox.control("GET", "counts")[1]["acmemsp"] == {"reads": 5, "throttled": 1, "total": 5}


def test_paths_and_methods_that_do_not_exist(sandbox: Sandbox) -> None:
    gone = {"code": "ConnectWiseApi", "message": "The endpoint does not exist."}
    assert sandbox.get("/finance/invoiceStatuses") == (404, gone)
    assert sandbox.get("/finance/invoices/abc") == (404, gone)
    assert sandbox.http.get("/nowhere").json() == gone
    answer = sandbox.call("DELETE", "/finance/invoices")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


def test_a_body_must_be_json(sandbox: Sandbox) -> None:
    form = sandbox.call("POST", "/finance/invoices", {}, headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert form.status_code == 415
    for text in ("", "{", "[" * 100_000, '{"total": NaN}'):
        assert sandbox.raw("POST", "/finance/invoices", text) == 400
    assert sandbox.http.get("/_sandbox/requests").json()[-1]["status"] == 400
    assert sandbox.patch("/finance/billingStatuses/1", "name", "x" * 31)[1]["errors"][0] == {
        "code": "MaxLengthField", "message": "The field name must be a string with a maximum length of 30.",
        "resource": "billingStatus", "field": "name",
    }  # fmt: skip


def test_a_literal_of_the_wrong_type_is_explained_as_recorded(sandbox: Sandbox) -> None:
    status, body = sandbox.get("/company/companies", conditions="deletedFlag = 0")
    assert status == 400
    assert body["message"] == f"Expected a boolean value, not a numeric. {LITERAL_RULES}"
