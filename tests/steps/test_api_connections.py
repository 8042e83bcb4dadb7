"""Connecting and disconnecting (C1, C2, C6, C7)."""

from datetime import timedelta
from typing import Any

import pytest
from crossfoot.core.fetching import FetchKind, Progress
from crossfoot.core.model import ACCOUNTING, PSA, System
from crossfoot.core.rights import RIGHTS
from crossfoot.errors import Rejected, RemoteUnavailable
from crossfoot.messages import Nudge, SyncPayables

from tests.fakes.api import OTHER_TENANT, PUBLIC_URL, FakeApi
from tests.fakes.world import TENANT

RETURN = "/v1/connections/quickbooks/callback"
KEYS = {
    "site_url": "https://psa.example",
    "company_id": "acme",
    "public_key": "public-canary",
    "private_key": "private-canary",
}


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


def start(api: FakeApi, tenant: str = TENANT) -> str:
    """Begin to connect QuickBooks, and give the state."""
    url: str = api.call("POST", "/v1/connections/quickbooks", tenant=tenant, body={}).body["authorize_url"]
    return url.partition("state=")[2].partition("&")[0]


def read_to(api: FakeApi, system: System, cursor: str) -> None:
    """Let a system be read as far as a cursor, which ends the run over it."""
    seen = api.world.cursors.load(TENANT, system)
    api.world.cursors.move(TENANT, system, seen, cursor, Progress(), done=True)


def begun(api: FakeApi) -> list[tuple[System, FetchKind]]:
    """List the runs that were begun, in their order."""
    return [(run.system, run.kind) for run in api.world.runs.runs.values()]


def shown(api: FakeApi, system: str, tenant: str = TENANT) -> dict[str, object]:
    """Give a connection as the API shows it."""
    found = api.call("GET", "/v1/connections", tenant=tenant).body["connections"]
    return next(connection for connection in found if connection["system"] == system)


def test_the_authorize_url_brings_the_partner_back_to_our_public_address(api: FakeApi) -> None:
    url = api.call("POST", "/v1/connections/quickbooks", body={}).body["authorize_url"]
    assert f"redirect_uri={PUBLIC_URL}{RETURN}" in url


def test_quickbooks_connects_and_its_import_is_queued(api: FakeApi) -> None:
    query = {"code": "c1", "state": start(api), "realmId": "310687"}
    page = api.call("GET", RETURN, tenant=None, query=query)
    assert page.status == 200
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Acme MSP Books" in page.text
    assert shown(api, "quickbooks")["state"] == "connected"
    assert [(m.tenant, m.system) for m in api.world.queue.messages if isinstance(m, Nudge)] == [(TENANT, ACCOUNTING)]


def test_a_company_name_cannot_put_markup_into_the_page(api: FakeApi) -> None:
    api.oauth.account_name = "<script>alert(1)</script>"
    page = api.call("GET", RETURN, tenant=None, query={"code": "c", "state": start(api), "realmId": "1"})
    assert "<script" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


@pytest.mark.parametrize("late", [False, True])
def test_a_state_is_good_once_and_for_ten_minutes(api: FakeApi, late: bool) -> None:
    query = {"code": "c1", "state": start(api), "realmId": "310687"}
    if late:
        api.world.clock.advance(600)
    else:
        api.call("GET", RETURN, tenant=None, query=query)
    again = api.call("GET", RETURN, tenant=None, query=query)
    assert again.status == 400
    assert "not started here" in again.text
    assert shown(api, "quickbooks")["state"] == ("disconnected" if late else "connected")


def test_a_partner_who_says_no_at_intuit_reads_that_nothing_was_connected(api: FakeApi) -> None:
    state = start(api)
    page = api.call("GET", RETURN, tenant=None, query={"error": "access_denied", "state": state})
    assert (page.status, "Access was not granted" in page.text) == (400, True)
    assert not api.connections.connections
    retry = api.call("GET", RETURN, tenant=None, query={"code": "c1", "state": state, "realmId": "1"})
    assert retry.status == 400, "the state was used up"


def test_an_unreachable_intuit_is_told_on_the_page(api: FakeApi) -> None:
    api.oauth.refusal = RemoteUnavailable("connection refused by 10.0.0.1")
    page = api.call("GET", RETURN, tenant=None, query={"code": "c", "state": start(api), "realmId": "1"})
    assert page.status == 503
    assert "10.0.0.1" not in page.text


def test_a_company_of_another_partner_is_not_connected(api: FakeApi) -> None:
    api.connect_both(OTHER_TENANT, realm="310687")
    page = api.call("GET", RETURN, tenant=None, query={"code": "c", "state": start(api), "realmId": "310687"})
    assert page.status == 400
    assert "another partner" in page.text
    assert api.connections.load(TENANT, ACCOUNTING) is None


def test_connectwise_keys_are_tried_before_they_are_stored(api: FakeApi) -> None:
    api.keys.refusal = Rejected("keys_wrong", "ConnectWise does not know this private key", "Copy the key again.")
    refused = api.call("POST", "/v1/connections/connectwise", body=KEYS)
    assert (refused.status, refused.body["code"], refused.body["fix"]) == (422, "keys_wrong", "Copy the key again.")
    assert not api.connections.connections


def test_connectwise_connects_registers_its_callback_and_queues_the_import(api: FakeApi) -> None:
    reply = api.call("POST", "/v1/connections/connectwise", body=KEYS)
    assert (reply.status, reply.body["state"], reply.body["callbacks"]) == (201, "connected", "registered")
    assert api.keys.callbacks == [f"{PUBLIC_URL}/webhooks/connectwise/callback-canary-1"]
    assert [m.system for m in api.world.queue.messages if isinstance(m, Nudge)] == [PSA]
    assert "canary" not in reply.text


def test_keys_that_may_not_register_callbacks_connect_all_the_same(api: FakeApi) -> None:
    api.keys.callback_refusal = Rejected("forbidden", "no right to /system/callbacks")
    reply = api.call("POST", "/v1/connections/connectwise", body=KEYS)
    assert reply.status == 201
    assert reply.body["callbacks"] == "not registered: forbidden: no right to /system/callbacks"


def test_a_missing_key_is_named(api: FakeApi) -> None:
    reply = api.call("POST", "/v1/connections/connectwise", body={**KEYS, "private_key": ""})
    assert reply.status == 400
    assert [error["field"] for error in reply.body["errors"]] == ["private_key"]
    assert "private-canary" not in reply.text


def test_the_end_of_life_of_a_consent_is_shown(api: FakeApi) -> None:
    end = api.world.clock.now() + timedelta(days=100)
    api.oauth.expires_at = end
    api.call("GET", RETURN, tenant=None, query={"code": "c", "state": start(api), "realmId": "1"})
    assert shown(api, "quickbooks")["credentials_expire_at"] == end.isoformat().replace("+00:00", "Z")


def test_a_connection_that_needs_attention_says_why_and_what_to_do(api: FakeApi) -> None:
    api.connect_both()
    api.connections.need_attention(TENANT, ACCOUNTING, "Intuit no longer accepts our access.", "Connect again.")
    found = shown(api, "quickbooks")
    assert (found["state"], found["reason"], found["fix"]) == (
        "needs_attention",
        "Intuit no longer accepts our access.",
        "Connect again.",
    )
    history = found["history"]
    assert isinstance(history, list)
    assert [line["what"] for line in history] == ["Connected to Acme MSP Books", "Intuit no longer accepts our access."]


def test_c7_a_system_that_was_never_connected_says_what_to_do(api: FakeApi) -> None:
    found = shown(api, "connectwise")
    assert (found["reason"], found["fix"]) == (
        "ConnectWise was never connected.",
        "Connect ConnectWise under Connections.",
    )


def test_c7_rights_of_a_connection_that_needs_attention_are_not_tried_and_the_true_reason_is_told(
    api: FakeApi,
) -> None:
    api.connect_both()
    api.connections.need_attention(TENANT, PSA, "ConnectWise no longer accepts these keys.", "Enter new keys.")
    refused = api.call("POST", PERMISSIONS, body={})
    assert (refused.status, refused.body["code"], refused.body["fix"]) == (409, "needs_attention", "Enter new keys.")
    assert refused.body["detail"] == "ConnectWise no longer accepts these keys."


def test_c7_a_system_that_has_long_been_silent_says_so_beside_what_else_there_is_to_say(api: FakeApi) -> None:
    api.connect_both()
    api.connections.warn(TENANT, ACCOUNTING, "The consent ends on 2026-12-01.", "Connect again before.")
    api.connections.note_silence(TENANT, ACCOUNTING)
    assert shown(api, "quickbooks")["reason"] == "The consent ends on 2026-12-01.", "one failure is not worth a word"
    api.world.clock.advance(1_000)
    api.connections.note_silence(TENANT, ACCOUNTING)
    found = shown(api, "quickbooks")
    assert found["state"] == "connected"
    assert found["reason"] == (
        "QuickBooks has not answered since 2026-11-03 17:00 UTC. The consent ends on 2026-12-01."
    )
    assert str(found["fix"]).endswith("Connect again before.")
    api.connections.note_answer(TENANT, ACCOUNTING)
    assert shown(api, "quickbooks")["reason"] == "The consent ends on 2026-12-01."


def test_disconnecting_revokes_and_destroys_and_keeps_the_cursor(api: FakeApi) -> None:
    api.connect_both()
    read_to(api, ACCOUNTING, "c-1")
    for system in ("quickbooks", "connectwise"):
        assert api.call("DELETE", f"/v1/connections/{system}").status == 204
    assert api.oauth.revoked == [{"access_token": "access-of-c1", "refresh_token": "refresh-of-c1"}]
    assert not api.keys.callbacks
    assert not api.connections.secrets
    assert shown(api, "quickbooks")["state"] == "disconnected"
    assert api.world.cursors.load(TENANT, ACCOUNTING).cursor == "c-1"
    assert api.call("DELETE", "/v1/connections/quickbooks").status == 204, "again is no error"


def test_a_vendor_that_is_away_does_not_keep_a_partner_connected(api: FakeApi) -> None:
    api.connect_both()
    api.oauth.refusal = RemoteUnavailable("no answer")
    api.keys.callback_refusal = RemoteUnavailable("no answer")
    for system in ("quickbooks", "connectwise"):
        assert api.call("DELETE", f"/v1/connections/{system}").status == 204
    assert not api.connections.secrets


def test_what_was_never_connected_cannot_be_disconnected(api: FakeApi) -> None:
    assert api.call("DELETE", "/v1/connections/quickbooks").status == 404
    assert api.call("DELETE", "/v1/connections/xero").body["errors"][0]["field"] == "path.system"


def test_a_reconnect_goes_on_from_the_cursor(api: FakeApi) -> None:
    api.connect_both()
    read_to(api, PSA, "c-7")
    api.call("DELETE", "/v1/connections/connectwise")
    api.world.queue.messages.clear()
    api.world.clock.advance(60)
    keys = {**KEYS, "site_url": "https://psa-310687.example"}
    assert api.call("POST", "/v1/connections/connectwise", body=keys).status == 201
    assert api.world.cursors.load(TENANT, PSA).cursor == "c-7"
    assert [m.system for m in api.world.queue.messages if isinstance(m, Nudge)] == [PSA]


def test_c6_connecting_begins_a_first_import_and_connecting_again_a_catching_up(api: FakeApi) -> None:
    api.connect_both()
    assert begun(api) == [(ACCOUNTING, FetchKind.FIRST_IMPORT), (PSA, FetchKind.FIRST_IMPORT)]
    read_to(api, PSA, "c-7")
    api.call("DELETE", "/v1/connections/connectwise")
    keys = {**KEYS, "site_url": "https://psa-310687.example"}
    assert api.call("POST", "/v1/connections/connectwise", body=keys).status == 201
    assert begun(api)[2:] == [(PSA, FetchKind.CATCH_UP)]


def test_c6_b7_connecting_quickbooks_asks_for_the_sync_of_payables_that_could_not_be_made_meanwhile(
    api: FakeApi,
) -> None:
    api.connect_both()
    asked = [message for message in api.world.queue.messages if isinstance(message, SyncPayables)]
    assert [(message.tenant, message.sync) for message in asked] == [(TENANT, "")]


def test_c6_connecting_again_while_the_import_is_on_its_way_begins_no_second_one(api: FakeApi) -> None:
    api.connect_both()
    keys = {**KEYS, "site_url": "https://psa-310687.example"}
    assert api.call("POST", "/v1/connections/connectwise", body=keys).status == 201
    assert len(begun(api)) == 2


def test_c3_connecting_names_the_rights_that_are_missing_and_what_stops_without_them(api: FakeApi) -> None:
    api.systems.missing = frozenset({"Finance › Accounting Interface"})
    reply = api.call("POST", "/v1/connections/connectwise", body=KEYS)
    assert (reply.status, reply.body["permissions"]) == (201, "tested")
    (right,) = reply.body["missing_rights"]
    assert right["right"] == "Finance › Accounting Interface: needs Add, Edit, Delete and Inquire: All"
    assert "posted" in right["without"]
    assert "Finance › Accounting Interface" in str(shown(api, "connectwise")["history"])


def test_c3_a_test_of_the_rights_that_fails_does_not_keep_a_partner_from_connecting(api: FakeApi) -> None:
    api.systems.refusal = RemoteUnavailable("no answer")
    reply = api.call("POST", "/v1/connections/connectwise", body=KEYS)
    assert (reply.status, reply.body["permissions"]) == (201, "not tested: no answer")


PERMISSIONS = "/v1/connections/connectwise/permissions"


def test_c3_the_rights_are_tried_again_once_one_was_granted(api: FakeApi) -> None:
    api.systems.missing = frozenset({"Finance › Invoicing"})
    api.connect_both()
    asked = len(api.systems.asked)
    found = api.call("GET", PERMISSIONS).body
    assert (found["missing"], found["tested_at"]) == (1, "2026-11-03T17:00:00Z")
    assert len(api.systems.asked) == asked, "what was found is shown, and nothing asked"
    api.world.clock.advance(5)
    api.systems.missing = frozenset()
    tested = api.call("POST", PERMISSIONS, body={}).body
    assert (tested["missing"], tested["tested_at"]) == (0, "2026-11-03T17:00:05Z")
    assert api.call("GET", PERMISSIONS).body == tested
    history: Any = shown(api, "connectwise")["history"]
    told = [line["what"] for line in history if "role" in line["what"]]
    assert [line.partition(":")[0] for line in told] == ["Its security role lacks", "Its security role lacks nothing"]


def test_c3_the_rights_are_tried_once_a_minute_and_a_test_that_failed_does_not_count(api: FakeApi) -> None:
    api.connect_both()
    api.systems.refusal = RemoteUnavailable("no answer")
    assert api.call("POST", PERMISSIONS, body={}).status == 503
    api.systems.refusal = None
    assert api.call("POST", PERMISSIONS, body={}).status == 200
    api.world.clock.advance(20)
    refused = api.call("POST", PERMISSIONS, body={})
    assert (refused.status, refused.body["code"], refused.headers["Retry-After"]) == (429, "too_soon", "40")
    api.world.clock.advance(40)
    assert api.call("POST", PERMISSIONS, body={}).status == 200


def test_c3_rights_that_were_never_tried_are_unknown(api: FakeApi) -> None:
    api.systems.refusal = RemoteUnavailable("no answer")
    assert api.call("POST", "/v1/connections/connectwise", body=KEYS).status == 201
    found = api.call("GET", PERMISSIONS).body
    assert (found["tested_at"], found["missing"], {each["state"] for each in found["rights"]}) == (None, 0, {"unknown"})


def test_c3_every_right_is_tried_and_says_what_stops_without_it(api: FakeApi) -> None:
    assert {api.call(method, PERMISSIONS, body={}).body["code"] for method in ("GET", "POST")} == {"needs_attention"}
    api.connect_both()
    api.systems.missing = frozenset({"Finance › Invoicing", "System › Table Setup"})
    found = api.call("POST", PERMISSIONS, body={}).body
    states = {right["right"].partition(":")[0]: right["state"] for right in found["rights"]}
    assert len(states) == len(RIGHTS) == 13
    assert {name for name, state in states.items() if state == "missing"} == api.systems.missing
    assert found["missing"] == 2
    assert all(right["endpoint"].startswith("/") and right["without"] for right in found["rights"])
    assert shown(api, "connectwise")["state"] == "connected", "trying changes nothing"


def test_c6_e2_a_payment_that_waited_for_the_connection_follows_when_it_is_made_again(api: FakeApi) -> None:
    api.connect_both()
    api.world.invoice_in_both("1001", 25_000)
    for _ in range(2):  # twice, so that the second read's overlap no longer reaches back to the invoice
        api.work()
        api.world.clock.advance(3_600)
    api.call("DELETE", "/v1/connections/connectwise")
    api.world.quickbooks.pay("p1", {"q1001": 25_000})
    api.world.clock.advance(3_600)
    api.work()
    assert api.world.rows("1001") == []
    api.call("POST", "/v1/connections/connectwise", body={**KEYS, "site_url": "https://psa-310687.example"})
    api.work()
    assert api.world.rows("1001") == [(25_000, "2026-11-03")]
