"""POST /v1/connections/connectwise with hostile site addresses: nothing inside is ever reached."""

import json
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from crossfoot.adapters.connectwise.connector import ConnectWiseConnector
from crossfoot.http import RESOLUTION_LIFE_S, STRICT, Door

from tests.fakes.api import FakeApi, Reply
from tests.http.authority import make_authority
from tests.http.server import Server, respond

PUBLIC, OTHER_PUBLIC = "8.8.8.8", "2001:4860:4860::8888"
NAME = "cw.example.com"

# The form of the address alone gives these away: nothing is even resolved.
SHAPES = [
    "https://127.0.0.1/", "https://127.0.0.1:8443", "https://127.1/", "https://2130706433/", "https://0x7f000001/",
    "https://0x7f.0.0.1/", "https://017700000001/", "https://0177.0.0.1/", "https://127.0.0.1./", "https://0.0.0.0/",
    "https://0/", "https://10.0.0.8/", "https://192.168.1.1/", "https://169.254.169.254/latest/meta-data/",
    "https://2852039166/", "https://0xa9fea9fe/", "https://0251.0376.0251.0376/", "https://100.64.0.1/", "https://8.8.8.8/",
    "https://[::1]/", "https://[::]/", "https://[::ffff:127.0.0.1]/", "https://[::ffff:7f00:1]/", "https://[::127.0.0.1]/",
    "https://[fe80::1]/", "https://[fe80::1%25eth0]/", "https://[fd00:ec2::254]/", "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/", "https://localhost/", "https://localhost./", "https://LOCALHOST:8443/", "https://intranet/",
    "https://127。0。0。1/", "https://①②⑦.⓪.⓪.①/", "https://١٢٧.0.0.1/", "https://ｌｏｃａｌｈｏｓｔ/", "https://lоcalhost/",
    "https://xn--lcalhost-54g/", "https://loc\u00adalhost/", "https://cw.exämple.com/",
    f"https://user:word@{NAME}/", f"https://@{NAME}/", f"https://{NAME}@127.0.0.1/", f"https://{NAME}%40127.0.0.1/",
    f"https://{NAME}\\@127.0.0.1/", f"https://127.0.0.1#@{NAME}/", f"https://127.0.0.1?@{NAME}/",
    f"http://{NAME}/", f"ftp://{NAME}/", f"gopher://{NAME}/", "file:///etc/passwd", "javascript://x", f"//{NAME}/",
    f"https://{NAME}:22/", f"https://{NAME}:80/", f"https://{NAME}:0/", f"https://{NAME}:99999/", f"https://{NAME}:-1/",
    f"https://{NAME}:4\u06643/", f"https://{NAME}../", f"https://.{NAME}/", "https://cw..example.com/", "https:///", "https://",
    f"https://{NAME}%00.internal/", f"https://{NAME}\x00/", f"https://127.0.0.1\x00.{NAME}/", "https://cw\u200b.example.com/",
    f"https://{'a' * 64}.example.com/", f"https://{'a.' * 130}com/", "https://cw.example.123/", "https://[v1.x]/", "https://[",
]  # fmt: skip

# These look like a public host; what they resolve to gives them away. One bad answer among good ones is enough.
ANSWERS: list[tuple[str, ...]] = [
    ("127.0.0.1",), ("0.0.0.0",), ("10.0.0.8",), ("172.16.0.1",), ("192.168.1.1",), ("169.254.169.254",), ("100.64.0.1",),
    ("192.0.0.9",), ("198.18.0.1",), ("224.0.0.1",), ("240.0.0.1",), ("255.255.255.255",), ("::1",), ("::",),
    ("::ffff:127.0.0.1",), ("::ffff:169.254.169.254",), ("::127.0.0.1",), ("fe80::1%eth0",), ("fc00::1",),
    ("fd00:ec2::254",),
    ("64:ff9b::a9fe:a9fe",), ("64:ff9b:1::a9fe:a9fe",), ("2002:7f00:1::",), ("2001::1",), ("ff02::1",),
    (PUBLIC, "127.0.0.1"), ("127.0.0.1", PUBLIC), (PUBLIC, "::1"), (OTHER_PUBLIC, "fd00:ec2::254"),
]  # fmt: skip


@dataclass
class Internet:
    """What names resolve to, and what is connected to. Every connection really goes to `site`, on loopback."""

    site: Server
    answers: list[tuple[str, ...]]
    asked: list[str] = field(default_factory=list)
    connected: list[tuple[str, int]] = field(default_factory=list)
    now: float = 1_000_000.0

    def resolve(self, host: str, port: int) -> tuple[str, ...]:
        self.asked.append(host)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def connect(self, address: tuple[str, int], *_: object, **__: object) -> socket.socket:
        self.connected.append(address)
        return socket.create_connection(("127.0.0.1", self.site.port))


type Start = Callable[..., tuple[FakeApi, Internet]]


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return make_authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def site(authority: tuple[Path, ssl.SSLContext]) -> Iterator[Server]:
    """A ConnectWise of somebody's own, with a certificate for its name."""

    def answer(connection: socket.socket, request: bytes) -> None:
        found: dict[bytes, object] = {b"companyinfo": {"Codebase": "v4_6_release/", "CompanyName": "Acme"}}
        lists = request.startswith(b"GET ") and (b"/finance/invoices" in request or b"/system/callbacks" in request)
        body = next((value for part, value in found.items() if part in request), [] if lists else {"id": 1})
        date = "Date: Tue, 03 Nov 2026 17:00:00 GMT"
        respond("200 OK", json.dumps(body).encode(), "Connection: close", date)(connection, request)

    with Server(answer, tls=authority[1]) as server:
        yield server


@pytest.fixture
def start(site: Server, authority: tuple[Path, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch) -> Start:
    """Give the API with the real connector behind a door of the strict policy, and the internet around it."""

    def made(*answers: tuple[str, ...], site: Server = site) -> tuple[FakeApi, Internet]:
        internet = Internet(site, list(answers))
        monkeypatch.setattr("urllib3.util.connection.create_connection", internet.connect)
        door = Door(STRICT, resolve=internet.resolve, now=lambda: internet.now, ca_file=str(authority[0]))
        api = FakeApi()
        api.ports = replace(api.ports, keys=ConnectWiseConnector(door, "client-id"))
        return api, internet

    return made


def connect(api: FakeApi, site_url: str) -> Reply:
    keys = {"site_url": site_url, "company_id": "acme", "public_key": "public", "private_key": "private-canary"}
    return api.call("POST", "/v1/connections/connectwise", body=keys)


def refused(api: FakeApi, reply: Reply) -> Mapping[str, Any]:
    """Make sure that an attempt was refused with words for a person, and that it left nothing."""
    assert reply.status in {400, 422}, reply.text
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.body["fix"]
    assert "private-canary" not in reply.text
    assert api.connections.connections == {}
    found: Mapping[str, Any] = reply.body
    return found


def test_there_are_enough_of_them() -> None:
    assert len(set(SHAPES)) + len(set(ANSWERS)) >= 90


@pytest.mark.parametrize("address", SHAPES)
def test_an_address_that_is_no_public_name_is_refused_before_it_is_resolved(start: Start, address: str) -> None:
    api, internet = start((PUBLIC,))
    refused(api, connect(api, address))
    assert (internet.asked, internet.connected) == ([], [])


@pytest.mark.parametrize(
    "typed", ["private-canary", "https://private-canary", "https://x:private-canary@cw.example.com"]
)
def test_a_key_that_was_pasted_as_the_address_is_repeated_nowhere(
    start: Start, typed: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    api, internet = start((PUBLIC,))
    refused(api, connect(api, typed))
    assert "site_url_invalid" in caplog.text
    assert "private-canary" not in caplog.text
    assert internet.asked == []


def test_an_address_without_end_is_refused_before_it_is_resolved(start: Start) -> None:
    api, internet = start((PUBLIC,))
    refused(api, connect(api, f"https://{NAME}/{'a' * 200_000}"))
    assert (internet.asked, internet.connected) == ([], [])


@pytest.mark.parametrize("answers", ANSWERS, ids=" ".join)
def test_a_public_name_that_leads_inside_is_refused_before_anything_is_sent(
    start: Start, answers: tuple[str, ...]
) -> None:
    api, internet = start(answers)
    assert "private network" in refused(api, connect(api, f"https://{NAME}/"))["detail"]
    assert internet.asked == [NAME]
    assert internet.connected == []


def test_a_name_that_is_bound_anew_reaches_only_what_was_checked(start: Start) -> None:
    api, internet = start((PUBLIC,), ("127.0.0.1",))
    assert connect(api, f"https://{NAME}/").status == 201
    assert set(internet.connected) == {(PUBLIC, 443)}
    assert internet.asked == [NAME], "resolved once, for all of the calls"
    internet.now += RESOLUTION_LIFE_S
    before = len(internet.connected)
    reply = connect(api, f"https://{NAME}/")
    assert (reply.status, "private network" in reply.text) == (422, True)
    assert len(internet.connected) == before


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 Other", "307 Again", "308 For ever"])
@pytest.mark.parametrize(
    "target",
    ["http://169.254.169.254/latest/meta-data/", "https://127.0.0.1/", f"https://{NAME}/elsewhere", "//localhost/"],
)
def test_a_redirect_is_not_followed(
    start: Start, authority: tuple[Path, ssl.SSLContext], status: str, target: str
) -> None:
    moved = respond(status, b"", f"Location: {target}", "Connection: close")
    with Server(moved, tls=authority[1]) as elsewhere:
        api, internet = start((PUBLIC,), site=elsewhere)
        refused(api, connect(api, f"https://{NAME}/"))
        assert internet.connected == [(PUBLIC, 443)]
        assert len(elsewhere.requests) == 1
    assert internet.asked == [NAME]


@pytest.mark.parametrize(
    ("typed", "port"),
    [(f"https://{NAME}", 443), (NAME, 443), (f"https://{NAME}.:8443/", 8443), (f" {NAME}:443/ ", 443)],
)
def test_a_public_self_hosted_site_works(start: Start, typed: str, port: int) -> None:
    """The twin of all of the above: the same path, and the keys arrive."""
    api, internet = start((OTHER_PUBLIC, PUBLIC))
    reply = connect(api, typed)
    assert (reply.status, reply.body["callbacks"]) == (201, "registered"), reply.text
    assert set(internet.connected) == {(PUBLIC, port)}
    assert all(f"Host: {NAME}".encode() in request for request in internet.site.requests)
    assert any(b"Authorization: Basic" in request for request in internet.site.requests)
