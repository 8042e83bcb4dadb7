"""Preferences (C1, C8, D1, D2, E3, E4, P1)."""

from typing import Any

import pytest
from crossfoot.messages import CrossfootRequest

from tests.fakes.api import OTHER_TENANT, FakeApi
from tests.fakes.choices import NEVER_CHOSEN

CHOSEN: dict[str, Any] = {
    **NEVER_CHOSEN,
    "external_payments_enabled": True,
    "external_payments_mode": "all_invoices",
}


@pytest.fixture
def api() -> FakeApi:
    api = FakeApi()
    api.world.preferences.preferences.clear()
    return api


def asked_to_compare(api: FakeApi) -> list[str]:
    """Give the partners whose waiting payments are to be picked up."""
    return [message.tenant for message in api.world.queue.messages if isinstance(message, CrossfootRequest)]


def test_what_was_never_chosen_is_off(api: FakeApi) -> None:
    found = api.call("GET", "/v1/preferences").body
    assert (found["external_payments_enabled"], found["external_payments_mode"]) == (False, "disabled")


def test_what_was_put_is_what_is_shown_to_this_partner_only(api: FakeApi) -> None:
    assert api.call("PUT", "/v1/preferences", body={**CHOSEN, "deposit_account_id": "36"}).status == 200
    assert api.call("GET", "/v1/preferences").body == {**CHOSEN, "deposit_account_id": "36"}
    assert api.call("GET", "/v1/preferences", tenant=OTHER_TENANT).body["external_payments_enabled"] is False


def test_turning_the_toggle_on_picks_up_what_waited(api: FakeApi) -> None:
    tenant = api.world.tenant
    api.call("PUT", "/v1/preferences", body=CHOSEN)
    assert asked_to_compare(api) == [tenant]
    api.world.clock.advance(1)
    api.call("PUT", "/v1/preferences", body=CHOSEN)
    assert asked_to_compare(api) == [tenant] * 2, "the first call may have failed after it had stored the choice"
    api.world.clock.advance(1)
    api.call("PUT", "/v1/preferences", body={**CHOSEN, "sync_tool_enabled": True})
    assert asked_to_compare(api) == [tenant] * 3, "another mode may let others through"
    api.world.clock.advance(1)
    api.call("PUT", "/v1/preferences", body={**CHOSEN, "external_payments_enabled": False})
    assert asked_to_compare(api) == [tenant] * 3, "off picks up nothing"


@pytest.mark.parametrize("missing", list(CHOSEN))
def test_none_may_be_left_out(api: FakeApi, missing: str) -> None:
    reply = api.call("PUT", "/v1/preferences", body={name: CHOSEN[name] for name in CHOSEN if name != missing})
    assert reply.status == 400
    assert [error["field"] for error in reply.body["errors"]] == [missing]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("external_payments_enabled", "yes"),
        ("external_payments_enabled", 1),
        ("external_payments_mode", "sometimes"),
        ("primary", "xero"),
        ("primary", "platform"),
        ("closed_period", "guess"),
        ("unapplied_money", "smallest_first"),
        ("deposits_enabled", "on"),
        ("deposit_account_id", "99"),
        ("deposit_account_id", None),
        ("nonsense", True),
    ],
)
def test_a_choice_that_there_is_not_is_named_and_nothing_is_stored(api: FakeApi, field: str, value: object) -> None:
    reply = api.call("PUT", "/v1/preferences", body={**CHOSEN, field: value})
    assert reply.status == 400
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert [error["field"] for error in reply.body["errors"]] == [field]
    assert not api.world.preferences.preferences


def test_e4_the_tool_is_not_turned_on_with_a_mode_that_stops_payments_which_nobody_stopped(api: FakeApi) -> None:
    flowing = {**CHOSEN, "external_payments_mode": "disabled"}
    with_tool = {**flowing, "sync_tool_enabled": True}
    api.call("PUT", "/v1/preferences", body=flowing)
    for _ in range(2):
        reply = api.call("PUT", "/v1/preferences", body=with_tool)
        assert (reply.status, [error["field"] for error in reply.body["errors"]]) == (400, ["external_payments_mode"])
        assert "external_payments_enabled off" in reply.body["errors"][0]["message"]
    assert api.call("GET", "/v1/preferences").body == flowing


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({}, {"external_payments_mode": "all_invoices"}),
        ({}, {"external_payments_mode": "synced_invoices_only"}),
        ({}, {"external_payments_enabled": False}),
        ({"external_payments_enabled": False}, {}),
        ({"external_payments_enabled": False}, {"external_payments_enabled": True}),
        ({"external_payments_mode": "all_invoices"}, {"external_payments_mode": "disabled"}),
        ({"external_payments_mode": "all_invoices", "sync_tool_enabled": True}, {"external_payments_mode": "disabled"}),
    ],
)
def test_e4_the_tool_is_turned_on_where_the_mode_was_chosen_or_no_payment_would_stop(
    api: FakeApi, before: dict[str, Any], after: dict[str, Any]
) -> None:
    earlier = {**CHOSEN, "external_payments_mode": "disabled", **before}
    later = {**earlier, "sync_tool_enabled": True, **after}
    api.call("PUT", "/v1/preferences", body=earlier)
    for _ in range(2):
        assert api.call("PUT", "/v1/preferences", body=later).status == 200
    assert api.call("GET", "/v1/preferences").body == later


@pytest.mark.parametrize("missing", ["deposit_account_id", "fee_account_id"])
def test_d1_d2_deposits_are_on_only_with_the_accounts_that_they_need(api: FakeApi, missing: str) -> None:
    whole = {**CHOSEN, "deposits_enabled": True, "deposit_account_id": "36", "fee_account_id": "70"}
    reply = api.call("PUT", "/v1/preferences", body={**whole, missing: ""})
    assert (reply.status, [error["field"] for error in reply.body["errors"]]) == (400, [missing])
    assert not api.world.preferences.preferences
    assert api.call("PUT", "/v1/preferences", body=whole).status == 200


def test_the_bank_accounts_to_choose_from_are_read_live(api: FakeApi) -> None:
    found = api.call("GET", "/v1/connections/quickbooks/accounts").body["accounts"]
    assert [account["name"] for account in found] == ["Checking", "Savings"]


def test_d2_the_accounts_that_fees_may_go_to_are_read_live(api: FakeApi) -> None:
    found = api.call("GET", "/v1/connections/quickbooks/accounts", query={"use": "expense"}).body["accounts"]
    assert found == [{"id": "70", "name": "Bank Charges", "use": "expense"}]
    assert api.call("GET", "/v1/connections/quickbooks/accounts", query={"use": "pleasure"}).status == 400


@pytest.mark.parametrize(
    ("field", "account", "status"),
    [
        ("deposit_account_id", "70", 400),
        ("fee_account_id", "35", 400),
        ("fee_account_id", "99", 400),
        ("fee_account_id", "70", 200),
        ("returns_account_id", "99", 400),
        ("returns_account_id", "35", 200),
    ],
)
def test_d2_an_account_has_to_be_there_for_what_it_is_chosen_for(
    api: FakeApi, field: str, account: str, status: int
) -> None:
    reply = api.call("PUT", "/v1/preferences", body={**CHOSEN, field: account})
    assert reply.status == status
    if status == 400:
        assert [error["field"] for error in reply.body["errors"]] == [field]
