"""connectwise_callback: the real handler, and a site on loopback that gives out its signing key."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType
from typing import Any

import pytest
from crossfoot.core.model import System

from tests.functions.conftest import Aws, sample

type Load = Callable[[str], ModuleType]

ONE, TWO = "t_00000001", "t_00000002"
TOKEN = "callback-canary-of-one"
KEY = "signing-key-of-the-site"


class Site(ThreadingHTTPServer):
    """A ConnectWise site that gives out its key; `status` other than 200 withholds it."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status = 200
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        body = json.dumps({"signing_key": KEY}).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        return None


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def callback(key_url: str, *, token: str = TOKEN, key: str = KEY) -> dict[str, Any]:
    """Sign a callback as the site does."""
    event = sample("connectwise_callback")
    body = json.dumps({**json.loads(event["body"]), "Metadata": {"key_url": key_url}})
    digest = hmac.new(hashlib.sha256(key.encode()).digest(), body.encode(), hashlib.sha256).digest()
    headers = {"X-Content-Signature": base64.b64encode(digest).decode()}
    return {**event, "body": body, "headers": headers, "pathParameters": {"token": token}}


@pytest.fixture
def handler(aws: Aws, load: Load, site: Site) -> ModuleType:
    aws.connect(ONE, System.CONNECTWISE, "acme@one", token=TOKEN, site_url=site.url)
    aws.connect(TWO, System.CONNECTWISE, "acme@two", token="callback-canary-of-two", site_url="http://127.0.0.1:9")
    return load("connectwise_callback")


def test_a_genuine_callback_nudges_its_partner(aws: Aws, handler: ModuleType, site: Site) -> None:
    assert handler.handler(callback(f"{site.url}/key?id=1"), None)["statusCode"] == 202
    (nudge,) = aws.messages("nudges")
    assert (nudge["tenant"], nudge["system"], nudge["group"]) == (ONE, "connectwise", f"{ONE}:connectwise")


def test_the_key_is_asked_for_once_per_address(handler: ModuleType, site: Site) -> None:
    for id_ in ("1", "1", "2", "1"):
        assert handler.handler(callback(f"{site.url}/key?id={id_}"), None)["statusCode"] == 202
    assert site.asked == ["/key?id=1", "/key?id=2"]


@pytest.mark.parametrize(
    "how", ["nobody's address", "no address", "wrong key", "changed", "unsigned", "no key url", "no json"]
)
def test_what_is_not_genuine_is_401_and_nothing_is_stored(aws: Aws, handler: ModuleType, site: Site, how: str) -> None:
    event = callback(f"{site.url}/key?id=1")
    before = aws.items()
    match how:
        case "nobody's address":
            event["pathParameters"] = {"token": "guess"}
        case "no address":
            event["pathParameters"] = None
        case "wrong key":
            event = callback(f"{site.url}/key?id=1", key="guess")
        case "changed":
            event["body"] = event["body"].replace("731", "732")
        case "unsigned":
            event["headers"] = {}
        case "no key url":
            event["body"] = "{}"
        case "no json":
            event["body"] = None
    assert handler.handler(event, None)["statusCode"] == 401
    assert aws.messages("nudges") == []
    assert aws.items() == before


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://127.0.0.1:{port1}/key?id=1",
        "http://localhost:{port}/key?id=1",
        "http://user@127.0.0.1:{port}/key?id=1",
        "http://127.0.0.1:{port}@evil.example/key",
        "https://127.0.0.1:{port}/key?id=1",
        "file:///etc/passwd",
        "//127.0.0.1:{port}/key",
        "http://[::1/key",
        "http://127.0.0.1:99999999/key",
        "",
    ],
)
def test_a_key_is_fetched_from_the_partners_own_host_only(
    aws: Aws, handler: ModuleType, site: Site, elsewhere: str
) -> None:
    url = elsewhere.format(port=site.server_port, port1=site.server_port + 1)
    assert handler.handler(callback(url), None)["statusCode"] == 401
    assert site.asked == []
    assert aws.messages("nudges") == []


@pytest.mark.parametrize("status", [301, 404, 500])
def test_without_the_sites_key_the_address_alone_opens_nothing(
    aws: Aws, handler: ModuleType, site: Site, status: int
) -> None:
    """ConnectWise tries again upon 429 (and upon no 5xx); after that the sweep reads what changed."""
    site.status = status
    answer = handler.handler(callback(f"{site.url}/key?id=1"), None)
    assert (answer["statusCode"], answer["headers"]["Retry-After"]) == (429, "5")
    assert aws.messages("nudges") == []
    site.status = 200
    assert handler.handler(callback(f"{site.url}/key?id=1"), None)["statusCode"] == 202


def test_a_site_that_is_down_is_asked_again_later(aws: Aws, handler: ModuleType) -> None:
    event = callback("http://127.0.0.1:9/key", token="callback-canary-of-two")
    assert handler.handler(event, None)["statusCode"] == 429


def test_what_is_beyond_the_cap_is_413_before_its_address_or_signature_is_looked_at(
    aws: Aws, handler: ModuleType, site: Site
) -> None:
    def never(*_: object) -> Any:
        raise AssertionError("a callback beyond the cap was looked into")

    handler.ports = replace(handler.ports, find_tenant=never, read_key_url=never, is_genuine=never)  # type: ignore[attr-defined]
    event = callback(f"{site.url}/key?id=1")
    event["body"] += " " * 1024 * 1024
    assert handler.handler(event, None)["statusCode"] == 413
    assert site.asked == []
    assert aws.messages("nudges") == []


def test_one_partners_key_never_stands_for_another(aws: Aws, handler: ModuleType, site: Site) -> None:
    assert handler.handler(callback(f"{site.url}/key?id=1"), None)["statusCode"] == 202
    aws.messages("nudges")
    crossed = callback(f"{site.url}/key?id=1", token="callback-canary-of-two")
    assert handler.handler(crossed, None)["statusCode"] == 401
    assert aws.messages("nudges") == []


def test_the_token_of_the_address_is_in_no_log(
    handler: ModuleType, site: Site, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    handler.handler(callback(f"{site.url}/key?id=1", key="guess"), None)
    handler.handler(callback(f"{site.url}/key?id=1", token="guess-canary"), None)
    out, err = capfd.readouterr()
    assert "canary" not in out + err + caplog.text
    assert caplog.records
