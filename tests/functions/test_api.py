"""api: the real handler on an AWS in process, as API Gateway calls it."""

import json
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from crossfoot.core.model import System

from tests.fakes.api import event
from tests.fakes.choices import NEVER_CHOSEN
from tests.functions.conftest import APP_SECRET, Aws, sample

type Load = Callable[[str], ModuleType]

ONE, TWO = "t_00000001", "t_00000002"
CONTEXT = SimpleNamespace(aws_request_id="r-1")


@pytest.fixture
def handler(aws: Aws, load: Load) -> ModuleType:
    return load("api")


def call(handler: ModuleType, method: str, path: str, **how: Any) -> tuple[int, Any]:
    """Send a request; give the status and the body."""
    answer = handler.handler(event(method, path, **how), CONTEXT)
    text = answer["body"]
    return answer["statusCode"], json.loads(text) if text[:1] in {"{", "["} else text


def test_the_sample_event_is_answered(handler: ModuleType) -> None:
    answer = handler.handler(sample("api"), CONTEXT)
    assert (answer["statusCode"], json.loads(answer["body"])) == (200, {"invoices": [], "next_cursor": ""})


def test_the_authorize_url_carries_a_signed_state_and_our_address(handler: ModuleType) -> None:
    status, body = call(handler, "POST", "/v1/connections/quickbooks", tenant=ONE, body={})
    assert status == 200
    assert body["authorize_url"].startswith("http://127.0.0.1:9/connect/oauth2?")
    assert "https%3A%2F%2Fcrossfoot.example%2Fv1%2Fconnections%2Fquickbooks%2Fcallback" in body["authorize_url"]


def test_a_forged_state_ends_on_a_page_and_stores_nothing(aws: Aws, handler: ModuleType) -> None:
    before = aws.items()
    query = {"state": "x.y", "code": "c", "realmId": "1"}
    status, page = call(handler, "GET", "/v1/connections/quickbooks/callback", tenant=None, query=query)
    assert (status, "not started here" in page) == (400, True)
    assert aws.items() == before


def test_preferences_are_kept_and_the_waiting_payments_asked_for(aws: Aws, handler: ModuleType) -> None:
    chosen = {**NEVER_CHOSEN, "external_payments_enabled": True, "external_payments_mode": "all_invoices"}
    assert call(handler, "PUT", "/v1/preferences", tenant=ONE, body=chosen) == (200, chosen)
    assert call(handler, "GET", "/v1/preferences", tenant=ONE) == (200, chosen)
    assert call(handler, "GET", "/v1/preferences", tenant=TWO)[1]["external_payments_enabled"] is False
    assert [(each["kind"], each["tenant"]) for each in aws.messages("crossfoot")] == [("crossfoot", ONE)]


def test_connections_are_shown_to_their_partner_only_and_without_secrets(aws: Aws, handler: ModuleType) -> None:
    aws.connect(ONE, System.QUICKBOOKS, "310687")
    shown = handler.handler(event("GET", "/v1/connections", tenant=ONE), CONTEXT)["body"]
    assert json.loads(shown)["connections"][0]["account_id"] == "310687"
    assert "canary" not in shown
    theirs = call(handler, "GET", "/v1/connections", tenant=TWO)[1]["connections"]
    assert [each["state"] for each in theirs] == ["disconnected", "disconnected"]


def test_disconnecting_works_though_intuit_is_away(aws: Aws, handler: ModuleType) -> None:
    aws.connect(ONE, System.QUICKBOOKS, "310687")
    assert call(handler, "DELETE", "/v1/connections/quickbooks", tenant=ONE)[0] == 204
    assert call(handler, "GET", "/v1/connections", tenant=ONE)[1]["connections"][0]["state"] == "disconnected"


def test_a_cursor_of_another_list_is_refused(handler: ModuleType) -> None:
    status, body = call(handler, "GET", "/v1/invoices", tenant=ONE, query={"cursor": "bm9uc2Vuc2U="})
    assert (status, body["code"], body["errors"][0]["field"]) == (400, "cursor_invalid", "query.cursor")


def test_nothing_secret_is_logged_whatever_goes_wrong(
    aws: Aws, handler: ModuleType, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    aws.connect(ONE, System.QUICKBOOKS, "310687")
    keys = {
        "site_url": "http://127.0.0.1:9",
        "company_id": "acme",
        "public_key": "public-canary",
        "private_key": "private-canary",
    }
    state = call(handler, "POST", "/v1/connections/quickbooks", tenant=ONE, body={})[1]["authorize_url"]
    state = state.partition("state=")[2].partition("&")[0]
    query = {"state": state, "code": "code-canary", "realmId": "1"}
    attempts = (
        call(handler, "POST", "/v1/connections/connectwise", tenant=ONE, body=keys),
        call(handler, "POST", "/v1/connections/connectwise", tenant=ONE, body={**keys, "site_url": 5}),
        call(handler, "GET", "/v1/connections/quickbooks/callback", tenant=None, query=query),
        call(handler, "GET", "/v1/connections/quickbooks/accounts", tenant=ONE),
        call(handler, "DELETE", "/v1/connections/quickbooks", tenant=ONE),
    )
    assert [status for status, _ in attempts] == [422, 400, 503, 503, 204]
    out, err = capfd.readouterr()
    told = out + err + caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert caplog.records
    assert "canary" not in told.replace("client-id-canary", "")
    assert str(APP_SECRET["state_signing_key"]) not in told
    assert all("canary" not in str(body) for _, body in attempts)
