"""Which e-mail a partner wants (C7, X1, X6)."""

from dataclasses import replace
from typing import Any

import pytest

from tests.fakes.api import OTHER_TENANT, FakeApi

CHOSEN: dict[str, Any] = {
    "connection_trouble": ["books@example.com", "it@example.co.uk"],
    "daily_digest": ["o'brien+crossfoot@example.com"],
    "digest_hour": 0,
    "time_zone": "America/Argentina/Buenos_Aires",
}
NOBODY: dict[str, Any] = {"connection_trouble": [], "daily_digest": [], "digest_hour": 8, "time_zone": "UTC"}


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


def test_nobody_is_told_unless_chosen(api: FakeApi) -> None:
    assert api.call("GET", "/v1/notifications").body == {**NOBODY, "mail_is_on": True}


def test_what_was_put_is_what_is_shown_to_this_partner_only(api: FakeApi) -> None:
    assert api.call("PUT", "/v1/notifications", body=CHOSEN).body == {**CHOSEN, "mail_is_on": True}
    assert api.call("GET", "/v1/notifications").body == {**CHOSEN, "mail_is_on": True}
    assert api.call("GET", "/v1/notifications", tenant=OTHER_TENANT).body == {**NOBODY, "mail_is_on": True}
    assert api.call("PUT", "/v1/notifications", body=NOBODY).status == 200
    assert api.call("GET", "/v1/notifications").body == {**NOBODY, "mail_is_on": True}


def test_an_address_that_is_named_twice_is_written_to_once(api: FakeApi) -> None:
    twice = {**CHOSEN, "connection_trouble": ["books@example.com", "Books@Example.com"]}
    assert len(api.call("PUT", "/v1/notifications", body=twice).body["connection_trouble"]) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "books",
        "@example.com",
        "books@",
        "books@example",
        "books@@example.com",
        "one@example.com,two@example.com",
        "books@example.com\r\nBcc: all@example.com",
        "books@example.com\n",
        "\nbooks@example.com",
        "books @example.com",
        "Books <books@example.com>",
        "büro@example.com",
        "books@exämple.com",
        "books@-example.com",
        "books@example..com",
        "books@[127.0.0.1]",
        f"{'a' * 65}@example.com",
        f"a@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.{'f' * 60}.com",
    ],
)
@pytest.mark.parametrize("member", ["connection_trouble", "daily_digest"])
def test_what_is_no_single_address_is_refused_and_named(api: FakeApi, member: str, address: str) -> None:
    reply = api.call("PUT", "/v1/notifications", body={**CHOSEN, member: ["books@example.com", address]})
    assert reply.status == 400
    assert [error["field"] for error in reply.body["errors"]] == [f"{member}.1"]
    assert api.world.notifications.chosen == {}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("connection_trouble", [f"a{number}@example.com" for number in range(11)]),
        ("digest_hour", 24),
        ("digest_hour", -1),
        ("time_zone", ""),
        ("time_zone", "Mars/Olympus"),
        ("time_zone", "America"),
        ("time_zone", "../../etc/passwd"),
        ("time_zone", "America/New_York\n"),
        ("time_zone", "localtime"),
    ],
)
def test_what_is_out_of_bounds_is_refused_and_named(api: FakeApi, member: str, value: object) -> None:
    reply = api.call("PUT", "/v1/notifications", body={**CHOSEN, member: value})
    assert reply.status == 400
    assert [error["field"] for error in reply.body["errors"]] == [member]


@pytest.mark.parametrize("missing", list(CHOSEN))
def test_none_may_be_left_out(api: FakeApi, missing: str) -> None:
    reply = api.call("PUT", "/v1/notifications", body={name: CHOSEN[name] for name in CHOSEN if name != missing})
    assert [error["field"] for error in reply.body["errors"]] == [missing]


def test_where_no_mail_is_sent_addresses_are_refused_and_said_why(api: FakeApi) -> None:
    api.ports = replace(api.ports, mail_is_on=False)
    assert api.call("GET", "/v1/notifications").body["mail_is_on"] is False
    refused = api.call("PUT", "/v1/notifications", body=CHOSEN)
    assert (refused.status, refused.body["code"]) == (422, "mail_off")
    assert "operator" in refused.body["fix"]
    assert api.call("PUT", "/v1/notifications", body=NOBODY).status == 200, "there is nothing to send"
