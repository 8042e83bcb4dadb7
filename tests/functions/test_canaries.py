"""Canary secrets: vendors that echo what they were sent, at every status, through every step; none comes out anywhere."""

import base64
import json
import logging
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

import boto3
import pytest
from crossfoot.adapters.app_secret import read_settings
from crossfoot.adapters.connectwise.site import Account
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.preferences import TablePreferences
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.quickbooks.oauth import IntuitApp
from crossfoot.core.model import CONNECTED, System
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.preferences import Preferences
from crossfoot.messages.api.connections import ConnectConnectWise, OAuthReturn
from crossfoot.ports import ApiKeys, Grant, SealedSecrets

from tests.fakes.api import event
from tests.functions.conftest import APP_SECRET, TOKENS, Aws, in_time

type Load = Callable[[str], ModuleType]

TENANT = "t_00000001"
KEYS = {"public_key": "public-canary", "private_key": "private-canary"}
CALLBACK_TOKEN = "callback-canary"
QUEUE = "arn:aws:sqs:us-east-1:123456789012:any.fifo"
STATUSES = (200, 400, 401, 403, 409, 500)
SHAPES = ("connectwise", "quickbooks", "oauth", "html")


class Echo(ThreadingHTTPServer):
    """A vendor that answers everything with what it was sent: the worst that an error page can do."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.shape = 200, "html"
        self.asked = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def body(self, told: str) -> bytes:
        """Write what was sent as this vendor writes its errors."""
        match self.shape:
            case "connectwise":
                return json.dumps({"code": "InvalidObject", "message": told, "errors": [{"message": told}]}).encode()
            case "quickbooks":
                error = {"code": "6000", "Message": told, "Detail": told}
                return json.dumps({"Fault": {"Error": [error], "type": "ValidationFault"}}).encode()
            case "oauth":
                return json.dumps({"error": "invalid_grant", "error_description": told}).encode()
            case _:
                return f"<html>{told}</html>".encode()


class _Answer(BaseHTTPRequestHandler):
    server: Echo

    def _answer(self) -> None:
        self.server.asked += 1
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        company = self.server.shape == "connectwise" and "companyinfo" in self.path
        told = f"{self.requestline}\n{self.headers}\n{sent}"
        body = b'{"Codebase": "v4_6_release/", "CompanyName": "Acme"}' if company else self.server.body(told)
        self.send_response(200 if company else self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - the names that http.server calls

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture
def echo() -> Iterator[Echo]:
    with Echo() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def canaries(echo: Echo) -> list[str]:
    """List every secret that is about, also in the form in which it travels."""
    pair = f"acme+{KEYS['public_key']}:{KEYS['private_key']}"
    app = f"{APP_SECRET['quickbooks_client_id']}:{APP_SECRET['quickbooks_client_secret']}"
    return ["canary", *(base64.b64encode(text.encode()).decode() for text in (pair, app))]


def deploy(aws: Aws, echo: Echo) -> None:
    """Connect a partner to the echo in both systems, with everything turned on."""
    aws.environment |= {
        f"QUICKBOOKS_{name}_URL": f"{echo.url}{path}"
        for name, path in {"API": "", "OAUTH": "", "AUTHORIZE": "/connect", "REVOKE": "/revoke"}.items()
    }
    aws.connect(TENANT, System.QUICKBOOKS, "310687", secrets=TOKENS)
    secrets = {**KEYS, "callback_token": CALLBACK_TOKEN}
    aws.connect(TENANT, System.CONNECTWISE, "acme@echo", site_url=echo.url, secrets=secrets)
    table = Table(aws.environment["TABLE_NAME"])
    TablePreferences(table).save(TENANT, Preferences(external_payments_enabled=True))
    TablePayablesSettings(table).save(TENANT, PayablesPreferences("7", "8", "35"))


def queued(message: dict[str, Any]) -> dict[str, Any]:
    delivery = {"receiptHandle": "r-1", "eventSourceARN": QUEUE, "attributes": {"ApproximateReceiveCount": "1"}}
    body = json.dumps({"tenant": TENANT, "because": "", **message})
    return {"Records": [{"messageId": "m-1", "body": body, **delivery}]}


def through_the_api(handler: ModuleType, echo: Echo) -> Iterator[str]:
    """Call every route that calls a vendor, and those that tell what came of it. Returns: the answers."""

    def call(method: str, path: str, **how: Any) -> str:
        return json.dumps(handler.handler(event(method, path, tenant=TENANT, **how), in_time()))

    yield call("POST", "/v1/connections/connectwise", body={"site_url": echo.url, "company_id": "acme", **KEYS})
    started = call("POST", "/v1/connections/quickbooks", body={})
    state = started.partition("state=")[2].partition("&")[0].partition('\\"')[0]
    query = {"state": state, "code": "code-canary", "realmId": "310687"}
    yield call("GET", "/v1/connections/quickbooks/callback", query=query)
    yield call("GET", "/v1/connections/quickbooks/accounts")
    yield call("GET", "/v1/connections")
    for system in CONNECTED:
        yield call("DELETE", f"/v1/connections/{system}")
    # People paste a key into the wrong field.
    yield call(
        "POST", "/v1/connections/connectwise", body={**KEYS, "site_url": echo.url, "company_id": KEYS["private_key"]}
    )
    yield call("POST", "/v1/connections/connectwise", raw='{"private_key": "private-canary", "x": ')
    yield call("POST", "/v1/connections/connectwise", body={"private_key": ["private-canary"], "x": 1})


def through_the_workers(load: Load, shape: str) -> Iterator[str]:
    """Read from both systems, and compare them; where QuickBooks speaks, sync payables: that keeps what it said."""
    fetch = load("fetch_new_data").handler
    for system in CONNECTED:
        yield json.dumps(fetch(queued({"kind": "nudge", "system": system, "window": 1}), in_time()))
    compare = load("crossfoot").handler
    yield json.dumps(compare(queued({"kind": "crossfoot", "live": True, "every_payment": True}), in_time()))
    if shape == "quickbooks":
        sync = load("sync_payables").handler
        yield json.dumps(sync(queued({"kind": "sync_payables"}), in_time()))


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_vendor_echoes_comes_out_nowhere(
    aws: Aws, load: Load, echo: Echo, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
    shape: str, status: int,
) -> None:  # fmt: skip
    deploy(aws, echo)
    echo.shape, echo.status = shape, status
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.WARNING, "responses")  # moto's own door, which tells what it lets pass
    answers = [*through_the_workers(load, shape), *through_the_api(load("api"), echo)]
    stored = json.dumps([item for item in aws.items() if "SECRETS" not in item["sk"]["S"]])
    out, err = capfd.readouterr()
    assert echo.asked >= 4
    assert caplog.text
    for canary in canaries(echo):
        for name, text in {"answers": "\n".join(answers), "table": stored, "log": out + err + caplog.text}.items():
            assert canary not in text, f"{name}: ...{text[max(0, text.index(canary) - 300) :][:600]}"


@pytest.mark.parametrize(
    "holder",
    [
        read_settings(json.dumps(APP_SECRET)),
        IntuitApp("id", "client-canary", "a", "b", "c", "d"),
        Account("https://cw.example.com", "acme", "public-canary", "private-canary", "client-id-canary"),
        ApiKeys("https://cw.example.com", "acme", "public-canary", "private-canary"),
        Grant("1", "Acme", {"access_token": "access-canary"}),
        SealedSecrets({"refresh_token": "refresh-canary"}, 3),
        ConnectConnectWise(site_url="https://x", company_id="acme", **KEYS),
        OAuthReturn.model_validate({"code": "code-canary", "state": "state-canary", "realmId": "1"}),
    ],
    ids=lambda holder: type(holder).__name__,
)
def test_whoever_holds_a_secret_does_not_print_it(holder: object) -> None:
    for text in (repr(holder), str(holder), f"{holder}", f"{[holder]}"):
        assert "canary" not in text


def test_the_canaries_are_there_to_be_found(aws: Aws, echo: Echo) -> None:
    """The twin: they are what the product holds and sends."""
    deploy(aws, echo)
    secret = boto3.client("secretsmanager").get_secret_value(SecretId=aws.environment["APP_SECRET_ARN"])
    assert secret["SecretString"].count("canary") >= 4
    assert "canary" in str(TOKENS)
