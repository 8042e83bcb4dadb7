"""Connecting a ConnectWise site by keys (C2), and its callbacks."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest
from crossfoot.adapters.connectwise.callback import read_key_url, verify
from crossfoot.adapters.connectwise.connector import ConnectWiseConnector
from crossfoot.adapters.connectwise.signing_key import fetch_signing_key
from crossfoot.adapters.connectwise.site import is_same_site, normalise_site_url, stored_account
from crossfoot.errors import Rejected
from crossfoot.http import LOCAL, STRICT
from crossfoot.ports import ApiKeys

from tests.adapters.connectwise.receiver import Receiver
from tests.adapters.connectwise.site import Msp

CALLBACK = "https://crossfoot.example.com/webhooks/connectwise/abc"


@pytest.fixture
def connector(msp: Msp) -> ConnectWiseConnector:
    return ConnectWiseConnector(msp.door, msp.ready["client_id"])


@pytest.fixture
def keys(msp: Msp) -> ApiKeys:
    return ApiKeys(msp.sandbox.url, msp.company_id, msp.ready["public_key"], msp.ready["private_key"])


def refusal(connector: ConnectWiseConnector, keys: ApiKeys) -> Rejected:
    with pytest.raises(Rejected) as refused:
        connector.check(keys)
    assert refused.value.fix
    return refused.value


def test_good_keys_become_a_grant(msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys) -> None:
    grant = connector.check(replace(keys, public_key=f" {keys.public_key}\n"))
    assert grant.account_id == f"{msp.company_id.lower()}@{msp.sandbox.url.removeprefix('http://')}"
    assert grant.account_name.startswith("Larkspur")
    assert grant.secrets == {"public_key": keys.public_key, "private_key": keys.private_key}
    assert stored_account(grant.details, grant.secrets, msp.ready["client_id"]) == msp.account


def test_an_unknown_login_company_is_named(connector: ConnectWiseConnector, keys: ApiKeys) -> None:
    assert refusal(connector, replace(keys, company_id="nobody")).code == "company_id_unknown"


@pytest.mark.parametrize("as_404", [False, True])
def test_wrong_keys_are_named_also_where_the_cloud_answers_404(
    msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys, as_404: bool
) -> None:
    msp.sandbox.switch(wrong_credentials_404=as_404)
    assert refusal(connector, replace(keys, private_key="wrong")).code == "keys_refused"


def test_a_missing_finance_right_is_named_in_connectwises_words(
    msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys
) -> None:
    msp.permit(Invoicing="None")
    error = refusal(connector, keys)
    assert error.code == "permission_missing"
    assert ".)" not in error.detail
    assert "Finance › Invoicing" in error.fix


def test_a_client_id_that_is_not_registered_is_the_operators_affair(msp: Msp, keys: ApiKeys) -> None:
    error = refusal(ConnectWiseConnector(msp.door, "not-registered"), keys)
    assert error.code == "client_id_refused"
    assert "operator" in error.fix


@pytest.mark.parametrize(
    "site_url", ["http://127.0.0.1:1", "http://nowhere.invalid", "gopher://x", "https://u:p@x.com"]
)
def test_a_site_that_is_none_is_named(connector: ConnectWiseConnector, keys: ApiKeys, site_url: str) -> None:
    assert refusal(connector, replace(keys, site_url=site_url)).code == "site_url_invalid"


def test_a_server_that_is_no_connectwise_is_named(msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys) -> None:
    msp.sandbox.fault("proxy_html", path_contains="/login/companyinfo")
    assert refusal(connector, keys).code == "site_url_invalid"


def test_a_server_that_cannot_be_reached_is_named_in_words_for_a_person(
    connector: ConnectWiseConnector, keys: ApiKeys
) -> None:
    detail = refusal(connector, replace(keys, site_url="http://127.0.0.1:1")).detail
    assert detail == "127.0.0.1 does not answer as a ConnectWise site does"


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("api-na.myconnectwise.net", "https://api-na.myconnectwise.net"),
        (" https://API-EU.myconnectwise.net/v4_6_release/apis/3.0/ ", "https://api-eu.myconnectwise.net"),
        ("https://sandbox-na.myconnectwise.net", "https://sandbox-na.myconnectwise.net"),
        ("https://cw.example.com.:443/", "https://cw.example.com"),
        ("cw.example.com:8443", "https://cw.example.com:8443"),
    ],
)
def test_a_site_is_brought_into_one_form(typed: str, origin: str) -> None:
    assert normalise_site_url(typed, STRICT) == origin


@pytest.mark.parametrize(
    ("typed", "fix"),
    [
        ("na.myconnectwise.net", "https://api-na.myconnectwise.net"),
        ("https://staging.connectwisedev.com/", "https://api-staging.connectwisedev.com"),
        ("http://cw.example.com", "https://"),
        ("10.0.0.7", "name"),
        ("localhost", "name"),
    ],
)
def test_a_site_that_cannot_be_right_gets_a_fix(typed: str, fix: str) -> None:
    with pytest.raises(Rejected) as refused:
        normalise_site_url(typed, STRICT)
    assert refused.value.code == "site_url_invalid"
    assert fix in refused.value.fix


def entries(msp: Msp) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = msp.call("GET", "/system/callbacks")
    return found


def test_callbacks_are_registered_once_however_often_it_is_asked(
    msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys
) -> None:
    grant = connector.check(keys)
    connector.register_callbacks(grant, CALLBACK)
    connector.register_callbacks(grant, CALLBACK)
    assert sorted(entry["type"] for entry in entries(msp)) == ["company", "invoice"]
    assert {entry["url"] for entry in entries(msp)} == {f"{CALLBACK}?recordId="}
    assert all(entry["isSelfSuppressedFlag"] and entry["level"] == "owner" for entry in entries(msp))


def switch_off(msp: Msp, entry: dict[str, Any]) -> None:
    """Do as the site does after three days of failures."""
    msp.call("PATCH", f"/system/callbacks/{entry['id']}", [{"op": "replace", "path": "inactiveFlag", "value": True}])


def test_c7_callbacks_are_mended_and_counted(msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys) -> None:
    grant = connector.check(keys)
    assert connector.ensure_callbacks(grant, CALLBACK) == 2
    assert connector.ensure_callbacks(grant, CALLBACK) == 0
    invoices, companies = sorted(entries(msp), key=lambda entry: entry["type"], reverse=True)
    switch_off(msp, invoices)
    assert connector.ensure_callbacks(grant, CALLBACK) == 1
    msp.call("DELETE", f"/system/callbacks/{companies['id']}")
    switch_off(msp, invoices)
    assert connector.ensure_callbacks(grant, CALLBACK) == 2
    assert sorted((entry["type"], entry.get("inactiveFlag")) for entry in entries(msp)) == [
        ("company", False),
        ("invoice", False),
    ]


def test_i8_a_callback_that_was_revived_calls_again(msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys) -> None:
    # What the registered member does itself is not told to it.
    ours = msp.add_member("Integration")
    grant = connector.check(replace(keys, public_key=ours["public_key"], private_key=ours["private_key"]))
    with Receiver() as receiver:
        connector.ensure_callbacks(grant, f"{receiver.url}/hook")
        for entry in entries(msp):
            switch_off(msp, entry)
        msp.customer("Nobody is told")
        assert connector.ensure_callbacks(grant, f"{receiver.url}/hook") == 2
        customer = msp.customer("Contoso")
        body, _ = receiver.wait()
    assert json.loads(body)["ID"] == customer["id"]


def test_c7_a_live_callback_beside_a_disabled_twin_needs_no_mending(
    msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys
) -> None:
    grant = connector.check(keys)
    connector.ensure_callbacks(grant, CALLBACK)
    twin = {"url": f"{CALLBACK}?recordId=", "objectId": 1, "type": "invoice", "level": "owner", "inactiveFlag": True}
    msp.load(("CallbackEntry", {**entries(msp)[0], **twin, "id": 999}))
    assert connector.ensure_callbacks(grant, CALLBACK) == 0


def test_i8_another_partys_callback_is_no_stand_in_for_ours(
    msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys
) -> None:
    grant = connector.check(keys)
    connector.ensure_callbacks(grant, "https://other.example.com/hook")
    assert connector.ensure_callbacks(grant, CALLBACK) == 2


def test_only_our_own_callbacks_are_removed(msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys) -> None:
    grant = connector.check(keys)
    connector.register_callbacks(grant, CALLBACK)
    connector.register_callbacks(grant, "https://other.example.com/hook")
    connector.remove_callbacks(grant, CALLBACK)
    connector.remove_callbacks(grant, CALLBACK)
    assert {entry["url"] for entry in entries(msp)} == {"https://other.example.com/hook?recordId="}


def test_callbacks_are_left_when_the_keys_are_dead_already(
    msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys
) -> None:
    grant = connector.check(keys)
    connector.register_callbacks(grant, CALLBACK)
    connector.remove_callbacks(replace(grant, secrets={**grant.secrets, "private_key": "dead"}), CALLBACK)
    assert len(entries(msp)) == 2


def signed(body: bytes, key: str) -> str:
    digest = hashlib.sha256(key.encode()).digest()
    return base64.b64encode(hmac.new(digest, body, hashlib.sha256).digest()).decode()


def test_a_callback_is_verified_over_its_raw_bytes() -> None:
    body = b'{"ID": 7,  "Action":"updated"}'
    assert verify(body, signed(body, "k"), "k")
    assert not verify(body, signed(body, "k"), "other")
    assert not verify(json.dumps(json.loads(body)).encode(), signed(body, "k"), "k")
    assert not verify(body, "", "k")


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"Metadata":null}', b'{"Metadata":{"key_url":""}}'])
def test_a_callback_that_names_no_key_is_an_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - every reason is the same to the caller
        read_key_url(body)


@pytest.mark.parametrize(
    "key_url",
    [
        "https://evil.example.com/key",
        "http://api-na.myconnectwise.net/key",
        "https://api-na.myconnectwise.net:8443/key",
        "https://api-na.myconnectwise.net@evil.example.com/key",
        "https://x@api-na.myconnectwise.net/key",
        "https://api-na.myconnectwise.net.evil.example.com/key",
        "https://eu.myconnectwise.net/key",
        "https://api-na.myconnectwise.net:port/key",
        "",
    ],
)
def test_a_key_on_another_host_is_not_the_partners(key_url: str) -> None:
    assert not is_same_site("https://api-na.myconnectwise.net", key_url)


def test_the_clouds_host_for_people_is_the_same_site() -> None:
    assert is_same_site("https://api-na.myconnectwise.net", "https://na.myconnectwise.net/v2026_1//system/callbackkey")


@pytest.mark.parametrize("needs_auth", [False, True])
def test_a_real_callback_verifies_with_the_key_from_the_partners_own_site(
    msp: Msp, connector: ConnectWiseConnector, keys: ApiKeys, needs_auth: bool
) -> None:
    msp.sandbox.switch(callback_key_needs_auth=needs_auth)
    with Receiver() as receiver:
        msp.call(
            "POST",
            "/system/callbacks",
            {"url": f"{receiver.url}/hook?recordId=", "objectId": 1, "type": "company", "level": "owner"},
        )
        msp.customer("Contoso")
        body, signature = receiver.wait()
    key = fetch_signing_key(msp.door, msp.account, read_key_url(body))
    assert verify(body, signature, key)
    assert not verify(body + b" ", signature, key)


def test_a_key_url_elsewhere_is_never_fetched(msp: Msp) -> None:
    with pytest.raises(Rejected) as refused:
        fetch_signing_key(msp.door, msp.account, "https://evil.example.com/key")
    assert refused.value.code == "foreign_key_url"


def test_the_local_policy_is_what_lets_a_sandbox_in(msp: Msp) -> None:
    assert normalise_site_url(msp.sandbox.url, LOCAL) == msp.sandbox.url
    with pytest.raises(Rejected):
        normalise_site_url(msp.sandbox.url, STRICT)
