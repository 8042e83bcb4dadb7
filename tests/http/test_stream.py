"""Large answers, chunk by chunk: bounded, pinned and translated like any other, and never held as a whole."""

import socket
import tracemalloc

import pytest
from crossfoot.errors import AnswerTooLarge, RateLimited, Rejected, RemoteUnavailable
from crossfoot.http import CHUNK_BYTES, LOCAL, STRICT, Door

from tests.http.server import Behave, Server, respond
from tests.http.test_door import cut, garbage, half, silence

PDF = b"%PDF-1.7 " + bytes(range(256)) * 2000


def test_a_body_comes_whole_in_chunks() -> None:
    with Server(respond("200 OK", PDF)) as server, Door(LOCAL).stream(server.url) as download:
        chunks = list(download.chunks)
    assert b"".join(chunks) == PDF
    assert len(chunks) > 1
    assert max(map(len, chunks)) <= CHUNK_BYTES
    assert (download.answer.ok, download.answer.content) == (True, b"")


def test_headers_and_parameters_are_sent() -> None:
    asked = {"headers": {"Authorization": "Basic ours"}, "params": {"a": "1"}}
    with Server(respond("200 OK", PDF)) as server, Door(LOCAL).stream(server.url, **asked) as download:
        assert sum(map(len, download.chunks)) == len(PDF)
    assert server.requests[0].startswith(b"GET /?a=1 ")
    assert b"Authorization: Basic ours" in server.requests[0]


@pytest.mark.parametrize("status", ["400 Bad", "401 Who", "403 No", "404 None"])
def test_a_refusal_is_the_clients_to_understand(status: str) -> None:
    with Server(respond(status, b'{"code": "x"}')) as server, Door(LOCAL).stream(server.url) as download:
        assert (download.answer.status, download.answer.json()) == (int(status[:3]), {"code": "x"})
        assert list(download.chunks) == []


def test_a_redirect_is_not_followed() -> None:
    moved = respond("302 Found", b"", "Location: http://127.0.0.1:1/secret")
    with Server(moved) as server, Door(LOCAL).stream(server.url) as download:
        assert download.answer.status == 302
    assert len(server.requests) == 1


@pytest.mark.parametrize("behave", [cut, garbage, silence, respond("503 Away", b"<html></html>")])
def test_what_does_not_begin_is_unavailable(behave: Behave) -> None:
    with Server(behave) as server, pytest.raises(RemoteUnavailable), Door(LOCAL, read_timeout_s=0.3).stream(server.url):
        pytest.fail("there was nothing to open")


def test_what_breaks_off_never_passes_for_the_whole() -> None:
    door = Door(LOCAL, read_timeout_s=5)
    with Server(half) as server, door.stream(server.url) as download, pytest.raises(RemoteUnavailable):
        list(download.chunks)


def test_a_throttled_stream_says_how_long_to_wait() -> None:
    slow = respond("429 Slow Down", b"", "Retry-After: 30")
    with Server(slow) as server, pytest.raises(RateLimited) as limited, Door(LOCAL).stream(server.url):
        pytest.fail("there was nothing to open")
    assert limited.value.retry_after_s == 30


def test_a_stream_beyond_the_cap_is_cut_off() -> None:
    door = Door(LOCAL, max_stream_bytes=100_000)
    with Server(respond("200 OK", PDF)) as server, door.stream(server.url) as download, pytest.raises(AnswerTooLarge):
        list(download.chunks)


def test_a_stream_opens_only_to_hosts_that_the_policy_opens_to() -> None:
    with pytest.raises(Rejected) as refused, Door(STRICT).stream("https://127.0.0.1/x.pdf"):
        pytest.fail("there was nothing to open")
    assert refused.value.code == "site_refused"


def test_what_the_reader_raises_is_the_readers_own() -> None:
    with Server(respond("200 OK", PDF)) as server, pytest.raises(ZeroDivisionError), Door(LOCAL).stream(server.url):
        raise ZeroDivisionError


def test_the_connection_is_free_for_the_next_call_also_when_the_reader_left_early() -> None:
    with Server(respond("200 OK", PDF), respond("200 OK", b"{}")) as server:
        door = Door(LOCAL)
        with door.stream(server.url) as download:
            next(download.chunks)
        assert door.request("GET", server.url, write=False).json() == {}


def test_a_stream_takes_no_more_memory_than_some_chunks() -> None:
    size = 24 * 1024 * 1024

    def pour(connection: socket.socket, request: bytes) -> None:
        connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n".encode())
        for _ in range(size // CHUNK_BYTES):
            connection.sendall(bytes(CHUNK_BYTES))

    with Server(pour) as server, Door(LOCAL).stream(server.url) as download:
        tracemalloc.start()
        read = sum(map(len, download.chunks))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert read == size
    assert peak < 2 * 1024 * 1024
