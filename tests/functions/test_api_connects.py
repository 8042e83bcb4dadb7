"""api, against the two sandboxes: the real handler connects, reads and disconnects over the real wire (C1, C2, C6)."""

import json
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import boto3
import pytest
from crossfoot.core.model import CONNECTED

from tests.adapters.sandbox import Sandbox, running
from tests.fakes.api import event
from tests.fakes.choices import NEVER_CHOSEN
from tests.functions.conftest import APP_SECRET, Aws

type Load = Callable[[str], ModuleType]

ONE, TWO = "t_00000001", "t_00000002"
CONTEXT = SimpleNamespace(aws_request_id="r-1")


@pytest.fixture(scope="module")
def quickbooks() -> Iterator[Sandbox]:
    with running("quickbooks") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def connectwise() -> Iterator[Sandbox]:
    with running("connectwise") as sandbox:
        yield sandbox


class Api:
    """The API as a partner's browser and back end see it."""

    def __init__(self, handler: ModuleType, quickbooks: Sandbox, connectwise: Sandbox) -> None:
        self.handler, self.quickbooks, self.connectwise = handler, quickbooks, connectwise

    def call(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        answer = self.handler.handler(event(method, path, **how), CONTEXT)
        text = answer["body"]
        return answer["statusCode"], json.loads(text) if text[:1] in {"{", "["} else text

    def consent(self, tenant: str, realm: str) -> tuple[int, str]:
        """Press Connect at Intuit's page, and follow the way back."""
        url = self.call("POST", "/v1/connections/quickbooks", tenant=tenant, body={})[1]["authorize_url"]
        page = self.quickbooks.http.get(url)
        assert "Connect" in page.text
        asked = dict(parse_qsl(urlsplit(url).query))
        sent = self.quickbooks.http.post("/connect/oauth2", data={**asked, "realmId": realm})
        back = urlsplit(sent.headers["location"])
        assert f"{back.scheme}://{back.netloc}" == "https://crossfoot.example"
        return self.call("GET", back.path, tenant=None, query=dict(parse_qsl(back.query)))

    def keys(self) -> dict[str, str]:
        ready = self.connectwise.ready
        return {name: ready[name] for name in ("site_url", "company_id", "public_key", "private_key")}

    def states(self, tenant: str) -> list[str]:
        shown = self.call("GET", "/v1/connections", tenant=tenant)[1]["connections"]
        return [f"{each['system']} {each['state']} {each['account_name']}".strip() for each in shown]


@pytest.fixture
def api(aws: Aws, load: Load, quickbooks: Sandbox, connectwise: Sandbox) -> Api:
    url = quickbooks.url
    aws.environment |= {
        "QUICKBOOKS_API_URL": url,
        "QUICKBOOKS_OAUTH_URL": url,
        "QUICKBOOKS_AUTHORIZE_URL": f"{url}/connect/oauth2",
        "QUICKBOOKS_REVOKE_URL": f"{url}/v2/oauth2/tokens/revoke",
    }
    ready = quickbooks.ready
    secret = {
        **APP_SECRET,
        "quickbooks_client_id": ready["client_id"],
        "quickbooks_client_secret": ready["client_secret"],
        "connectwise_client_id": connectwise.ready["client_id"],
    }
    arn = aws.environment["APP_SECRET_ARN"]
    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=json.dumps(secret))
    return Api(load("api"), quickbooks, connectwise)


def test_both_systems_connect_and_disconnect(aws: Aws, api: Api) -> None:
    realm = api.quickbooks.ready["realm_id"]
    status, page = api.consent(ONE, realm)
    assert (status, "QuickBooks is connected" in page) == (200, True), page
    status, body = api.call("POST", "/v1/connections/connectwise", tenant=ONE, body=api.keys())
    assert (status, body["callbacks"]) == (201, "registered"), body
    assert all(" connected " in line for line in api.states(ONE))
    assert api.states(TWO) == ["quickbooks disconnected", "connectwise disconnected"]
    assert [(each["tenant"], each["system"]) for each in aws.messages("nudges")] == [
        (ONE, "quickbooks"),
        (ONE, "connectwise"),
    ]
    callbacks = registered(api)
    assert {entry["type"] for entry in callbacks} == {"invoice", "company"}
    assert all(entry["url"].startswith("https://crossfoot.example/webhooks/connectwise/") for entry in callbacks)
    for system in CONNECTED:
        assert api.call("DELETE", f"/v1/connections/{system}", tenant=ONE)[0] == 204
    assert registered(api) == []
    assert all(" disconnected" in line for line in api.states(ONE))
    revoked = [each for each in api.quickbooks.requests() if "revoke" in each["path"]]
    assert [each["status"] for each in revoked] == [200]


def test_a_deposit_account_is_one_of_the_companys_own(api: Api) -> None:
    api.consent(ONE, api.quickbooks.ready["realm_id"])
    status, body = api.call("GET", "/v1/connections/quickbooks/accounts", tenant=ONE)
    assert status == 200
    assert body["accounts"]
    chosen = {**NEVER_CHOSEN, "deposit_account_id": body["accounts"][0]["id"]}
    assert api.call("PUT", "/v1/preferences", tenant=ONE, body=chosen) == (200, chosen)
    status, body = api.call("PUT", "/v1/preferences", tenant=ONE, body={**chosen, "deposit_account_id": "987654"})
    assert (status, body["errors"][0]["field"]) == (400, "deposit_account_id")


def test_one_company_belongs_to_one_partner(api: Api) -> None:
    realm = api.quickbooks.ready["realm_id"]
    assert api.consent(ONE, realm)[0] == 200
    status, page = api.consent(TWO, realm)
    assert (status, "another partner" in page) == (400, True)
    assert api.call("POST", "/v1/connections/connectwise", tenant=ONE, body=api.keys())[0] == 201
    status, body = api.call("POST", "/v1/connections/connectwise", tenant=TWO, body=api.keys())
    assert (status, body["code"]) == (409, "account_taken")


@pytest.mark.parametrize("wrong", ["company_id", "public_key", "private_key"])
def test_wrong_keys_are_refused_before_anything_is_stored(aws: Aws, api: Api, wrong: str) -> None:
    before = aws.items()
    status, body = api.call("POST", "/v1/connections/connectwise", tenant=ONE, body={**api.keys(), wrong: "nonsense"})
    assert status == 422
    assert body["fix"]
    assert api.keys()["private_key"] not in str(body)
    assert aws.items() == before


def test_a_partner_who_cancels_at_intuit_is_told_so(api: Api) -> None:
    status, page = api.consent(ONE, "")
    assert (status, "Access was not granted" in page) == (400, True)


def registered(api: Api) -> list[dict[str, Any]]:
    """List the callbacks that the ConnectWise site would call."""
    ready = api.connectwise.ready
    answer = api.connectwise.http.get(
        "/v4_6_release/apis/3.0/system/callbacks",
        auth=(f"{ready['company_id']}+{ready['public_key']}", ready["private_key"]),
        headers={"clientId": ready["client_id"]},
    )
    found: list[dict[str, Any]] = answer.json()
    return found
