"""What the door makes of every way in which a call can fail."""

import socket
import ssl
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from threading import Event

import pytest
from crossfoot.errors import OutcomeUnknown, RateLimited, RemoteUnavailable
from crossfoot.http import LOCAL, Door, Policy, read_json, retry_after_s, write_json

from tests.http.authority import make_authority
from tests.http.server import Behave, Server, respond


def cut(connection: socket.socket, request: bytes) -> None:
    """End without an answer."""


def half(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def garbage(connection: socket.socket, request: bytes) -> None:
    connection.sendall(b"\x00\x01\x02 not http\r\n\r\n")


def silence(connection: socket.socket, request: bytes) -> None:
    connection.recv(1)


AMBIGUOUS: list[Behave] = [cut, half, garbage, silence, respond("500 Oops"), respond("503 Away", b"<html></html>")]


@pytest.mark.parametrize("behave", AMBIGUOUS)
@pytest.mark.parametrize(("write", "error"), [(False, RemoteUnavailable), (True, OutcomeUnknown)])
def test_a_call_without_a_clear_answer(behave: Behave, write: bool, error: type[Exception]) -> None:
    with Server(behave) as server, pytest.raises(error):
        Door(LOCAL, read_timeout_s=0.3).request("POST", server.url, write=write, body=b"{}")


def test_a_call_that_does_much_is_waited_for_longer() -> None:
    def late(connection: socket.socket, request: bytes) -> None:
        Event().wait(0.3)
        respond("200 OK", b"[]")(connection, request)

    with Server(late) as server:
        door = Door(LOCAL, read_timeout_s=0.05)
        assert door.request("POST", server.url, write=True, body=b"{}", more_time_s=30).json() == []


@pytest.mark.parametrize(("headers", "wait_s"), [(("Retry-After: 120",), 120), ((), None)])
def test_a_vendor_that_is_down_may_say_when_to_come_back(headers: tuple[str, ...], wait_s: float | None) -> None:
    with Server(respond("503 Away", b"", *headers)) as server, pytest.raises(RemoteUnavailable) as raised:
        Door(LOCAL).request("GET", server.url, write=False)
    assert raised.value.retry_after_s == wait_s


@pytest.mark.parametrize(("write", "error"), [(False, RemoteUnavailable), (True, OutcomeUnknown)])
@pytest.mark.parametrize("body", [b"<html>nginx</html>", b"", b'{"a": NaN}', b"\xff\xfe"])
def test_an_answer_that_is_no_json(body: bytes, write: bool, error: type[Exception]) -> None:
    with Server(respond("200 OK", body)) as server:
        answer = Door(LOCAL).request("POST", server.url, write=write)
        with pytest.raises(error):
            answer.json()


@pytest.mark.parametrize("write", [False, True])
def test_a_refused_connection_is_certain_never_to_have_written(write: bool) -> None:
    with Server(cut) as server:
        url = server.url
    with pytest.raises(RemoteUnavailable):
        Door(LOCAL).request("POST", url, write=write)


@pytest.mark.parametrize("write", [False, True])
@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ((), 60),
        (("Retry-After: 30",), 30),
        (("Retry-After: 999999",), 900),
        (("Retry-After: soon",), 60),
        (("Date: Tue, 03 Nov 2026 17:00:00 GMT", "Retry-After: Tue, 03 Nov 2026 17:00:45 GMT"), 45),
        (("Retry-After: Tue, 03 Nov 2026 17:00:45 GMT",), 60),
    ],
)
def test_a_throttled_call_wrote_nothing_and_says_how_long_to_wait(
    headers: tuple[str, ...], wait_s: float, write: bool
) -> None:
    with Server(respond("429 Slow Down", b"<html>", *headers)) as server, pytest.raises(RateLimited) as limited:
        Door(LOCAL).request("POST", server.url, write=write)
    assert limited.value.retry_after_s == wait_s


@pytest.mark.parametrize("status", ["400 Bad", "401 Who", "404 None", "409 Busy"])
def test_a_refusal_is_the_clients_to_understand(status: str) -> None:
    with Server(respond(status, b'{"code": "x"}')) as server:
        answer = Door(LOCAL).request("POST", server.url, write=True)
    assert (answer.status, answer.ok, answer.json()) == (int(status[:3]), False, {"code": "x"})


def test_a_redirect_is_not_followed() -> None:
    with Server(respond("302 Found", b"", "Location: http://127.0.0.1:1/secret")) as server:
        answer = Door(LOCAL).request("GET", server.url, write=False)
    assert answer.status == 302
    assert len(server.requests) == 1


def test_an_answer_beyond_the_cap_is_cut_off() -> None:
    with Server(respond("200 OK", b"x" * 5000)) as server, pytest.raises(RemoteUnavailable, match="larger"):
        Door(LOCAL, max_answer_bytes=4000).request("GET", server.url, write=False)


def test_no_proxy_and_no_netrc_of_the_surroundings_has_a_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with Server(respond("200 OK")) as server:
        Door(LOCAL).request("GET", server.url, write=False, headers={"Authorization": "Bearer ours"})
    assert b"Authorization: Bearer ours" in server.requests[0]


def test_a_connection_that_idled_is_not_used_for_a_write() -> None:
    time = [0.0]

    def twice(connection: socket.socket, request: bytes) -> None:
        respond("200 OK")(connection, request)
        connection.recv(1)  # keeps it open until the client lets it go

    with Server(twice, respond("200 OK")) as server:
        door = Door(LOCAL, now=lambda: time[0])
        door.request("GET", server.url, write=False)
        time[0] += 3600
        assert door.request("POST", server.url, write=True, body=b"{}").ok


# --- pinned connections ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A certificate for cw.example.com that a test's door trusts, and a server's context with it."""
    return make_authority(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls_server(authority: tuple[Path, ssl.SSLContext]) -> Iterator[Server]:
    with Server(respond("200 OK", b'{"n": 1.10}'), tls=authority[1]) as server:
        yield server


HTTPS_ON_LOOPBACK = Policy(private_addresses=True)


def to_loopback(host: str, port: int) -> tuple[str, ...]:
    return ("127.0.0.1",)


def test_the_connection_goes_to_the_checked_address_and_tls_verifies_the_name(
    tls_server: Server, authority: tuple[Path, ssl.SSLContext]
) -> None:
    door = Door(HTTPS_ON_LOOPBACK, resolve=to_loopback, ca_file=str(authority[0]))
    url = f"https://cw.example.com.:{tls_server.port}/x"
    assert door.request("GET", url, write=False).json() == {"n": Decimal("1.10")}
    assert f"Host: cw.example.com:{tls_server.port}\r\n".encode() in tls_server.requests[0]


@pytest.mark.parametrize("write", [False, True])
def test_a_certificate_for_another_name_is_refused_before_anything_is_sent(
    tls_server: Server, authority: tuple[Path, ssl.SSLContext], write: bool
) -> None:
    door = Door(HTTPS_ON_LOOPBACK, resolve=to_loopback, ca_file=str(authority[0]))
    with pytest.raises(RemoteUnavailable):
        door.request("POST", f"https://other.example.com:{tls_server.port}/", write=write, body=b"secret")
    assert not any(b"secret" in request for request in tls_server.requests)


def test_a_certificate_that_nobody_vouches_for_is_refused(tls_server: Server) -> None:
    with pytest.raises(RemoteUnavailable):
        Door(HTTPS_ON_LOOPBACK, resolve=to_loopback).request(
            "GET", f"https://cw.example.com:{tls_server.port}/", write=False
        )


def test_a_name_is_resolved_once_for_what_is_checked_and_what_is_connected_to() -> None:
    asked: list[str] = []

    def changing(host: str, port: int) -> tuple[str, ...]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("192.0.2.1",)

    with Server(respond("200 OK")) as server:
        url = f"http://rebind.example.com:{server.port}/"
        assert Door(LOCAL, resolve=changing).request("GET", url, write=False).ok
    assert asked == ["rebind.example.com"]


# --- JSON --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("100.00"), "100.00"),
        (Decimal("1E+3"), "1000"),
        (Decimal("0.1"), "0.1"),
        ({"a": [Decimal("1.10"), 2, None, True, 'q"']}, '{"a":[1.10,2,null,true,"q\\""]}'),
        (({"op": "replace"},), '[{"op":"replace"}]'),
    ],
)
def test_decimals_are_written_digit_for_digit(value: object, text: str) -> None:
    assert write_json(value) == text  # type: ignore[arg-type]  # the table's type is wider


@pytest.mark.parametrize("value", [0.1, {"a": 0.1}, [0.1]])
def test_a_float_is_never_written(value: object) -> None:
    with pytest.raises(TypeError, match="float"):
        write_json(value)  # type: ignore[arg-type]  # which is the point


def test_what_is_no_number_is_never_written_or_read() -> None:
    with pytest.raises(ValueError, match="not a number"):
        write_json(Decimal("NaN"))
    with pytest.raises(ValueError, match="no JSON number"):
        read_json("[Infinity]")


def test_an_amount_survives_the_wire_both_ways() -> None:
    for minor in range(0, 100_000, 7):
        amount = Decimal(minor).scaleb(-2)
        assert read_json(write_json([amount])) == [amount]
        assert isinstance(read_json(write_json([amount]))[0], Decimal)


def test_no_header_at_all_waits_a_minute() -> None:
    assert retry_after_s({}) == 60
