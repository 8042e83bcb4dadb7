"""A vendor that is away, or refuses us for ever, through the real handler and client: named, told, and over again (C7)."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType, SimpleNamespace
from typing import Any

import boto3
import pytest
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.vault import KmsVault
from crossfoot.core.model import System
from crossfoot.core.silence import WORTH_TELLING

from tests.adapters.quickbooks.company import WallClock
from tests.adapters.sandbox import Sandbox, running
from tests.fakes.api import event
from tests.functions.conftest import APP_SECRET, Aws

type Load = Callable[[str], ModuleType]

ONE = "t_00000001"
QBO, PSA = System.QUICKBOOKS, System.CONNECTWISE
# Reads QuickBooks live.
ACCOUNTS = "/v1/connections/quickbooks/accounts"
API_CALLS = "/v3/company/"


class Office:
    """A partner whose QuickBooks is the sandbox, and the API that shows it."""

    def __init__(self, aws: Aws, handler: ModuleType, sandbox: Sandbox) -> None:
        self.aws, self.handler, self.sandbox = aws, handler, sandbox
        self.clock = WallClock()
        vault = KmsVault(aws.environment["TOKEN_KEY_ID"])
        self.connections = TableConnections(Table(aws.environment["TABLE_NAME"]), vault, self.clock)

    def call(self, path: str) -> tuple[int, Any]:
        answer = self.handler.handler(event("GET", path, tenant=ONE), SimpleNamespace(aws_request_id="r-1"))
        return answer["statusCode"], {**json.loads(answer["body"]), "headers": answer["headers"]}

    def shown(self, system: System) -> dict[str, Any]:
        (found,) = [each for each in self.call("/v1/connections")[1]["connections"] if each["system"] == system]
        return dict(found)

    def silent_since_before(self) -> None:
        """Let another worker have met the silence, as long ago as makes it worth telling."""
        self.clock.ahead = -WORTH_TELLING - timedelta(seconds=1)
        self.connections.note_silence(ONE, QBO)


@pytest.fixture(scope="module")
def quickbooks() -> Iterator[Sandbox]:
    with running("quickbooks") as sandbox:
        yield sandbox


@pytest.fixture
def office(aws: Aws, load: Load, quickbooks: Sandbox) -> Iterator[Office]:
    aws.environment |= {"QUICKBOOKS_API_URL": quickbooks.url, "QUICKBOOKS_OAUTH_URL": quickbooks.url}
    company = quickbooks.control("companies", {"name": "Larkspur Managed IT"})
    app = {f"quickbooks_{name}": company[name] for name in ("client_id", "client_secret")}
    arn = aws.environment["APP_SECRET_ARN"]
    boto3.client("secretsmanager").put_secret_value(SecretId=arn, SecretString=json.dumps({**APP_SECRET, **app}))
    tokens = {name: company[name] for name in ("access_token", "refresh_token")}
    secrets = {**tokens, "access_expires_at": "2999-01-01T00:00:00+00:00"}
    aws.connect(ONE, QBO, company["realm_id"], secrets=secrets)
    yield Office(aws, load("api"), quickbooks)
    quickbooks.calm()


def test_c7_a_vendor_that_is_down_is_named_told_and_read_again(office: Office) -> None:
    office.sandbox.fault("server_error", path_contains=API_CALLS, times=None)
    status, problem = office.call(ACCOUNTS)
    assert (status, problem["code"], problem["system"]) == (503, "system_unavailable", "quickbooks")
    assert problem["title"] == "QuickBooks does not answer"
    assert office.shown(QBO)["reason"] == "", "one call is no outage"

    office.connections.note_answer(ONE, QBO)
    office.silent_since_before()
    assert office.call(ACCOUNTS)[0] == 503
    shown = office.shown(QBO)
    assert shown["state"] == "connected"
    assert shown["reason"].startswith("QuickBooks has not answered since ")
    assert "nothing is lost" in shown["fix"]

    office.sandbox.calm()
    assert office.call(ACCOUNTS)[0] == 200
    shown = office.shown(QBO)
    assert (shown["reason"], shown["fix"]) == ("", "")
    assert shown["history"][-1]["what"].startswith("QuickBooks answers again.")


def test_c7_a_vendor_that_slows_us_down_for_long_is_told_too(office: Office) -> None:
    office.sandbox.fault("throttle", path_contains=API_CALLS, times=None)
    office.silent_since_before()
    status, problem = office.call(ACCOUNTS)
    assert (status, problem["code"], problem["system"]) == (429, "rate_limited", "quickbooks")
    assert problem["detail"].startswith("QuickBooks ")
    assert problem["headers"]["Retry-After"]
    assert "has not answered" in office.shown(QBO)["reason"]


def test_c7_access_that_is_refused_although_it_was_renewed_needs_the_partner(office: Office) -> None:
    office.sandbox.fault("expired_token", path_contains=API_CALLS, times=None)
    before = len(office.sandbox.requests())
    status, problem = office.call(ACCOUNTS)
    assert (status, problem["code"]) == (409, "connection_expired")
    assert "consent again" in problem["fix"]
    asked = [(each["path"].partition("?")[0], each["status"]) for each in office.sandbox.requests()[before:]]
    assert [status for _, status in asked] == [401, 200, 401], "one call, one honest refresh, one more call"
    shown = office.shown(QBO)
    assert shown["state"] == "needs_attention"
    assert (shown["reason"], shown["fix"]) == (problem["detail"], problem["fix"])


def test_c7_an_intuit_that_refuses_to_renew_is_no_outage(office: Office) -> None:
    """It refuses with words that the standard does not know; the connection is not given up for that."""
    office.sandbox.fault("expired_token", times=None)
    status, problem = office.call(ACCOUNTS)
    assert (status, problem["code"]) == (422, "access_refused")
    assert "consent again" in problem["fix"]
    assert office.shown(QBO)["state"] == "connected"


def test_c7_a_host_where_nobody_listens_is_named(aws: Aws, load: Load, quickbooks: Sandbox) -> None:
    aws.connect(ONE, QBO, "310687")
    keys = {"public_key": "p", "private_key": "q"}
    aws.connect(ONE, PSA, "acme@one", site_url="http://127.0.0.1:9", secrets=keys)
    office = Office(aws, load("api"), quickbooks)
    for path, system, name in (
        (ACCOUNTS, "quickbooks", "QuickBooks"),
        ("/v1/connections/connectwise/filters/choices", "connectwise", "ConnectWise"),
    ):
        status, problem = office.call(path)
        assert (status, problem["system"], problem["title"]) == (503, system, f"{name} does not answer")
        assert problem["headers"]["Retry-After"] == "5"
