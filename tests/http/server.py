"""A server on loopback that answers as badly as it is told, at the level of bytes."""

import socket
import ssl
from collections.abc import Callable
from threading import Event, Thread
from typing import Self

type Behave = Callable[[socket.socket, bytes], None]


def respond(status: str, body: bytes = b"{}", *headers: str) -> Behave:
    """Answer with a status, a body and more header lines."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]

    def behave(connection: socket.socket, request: bytes) -> None:
        connection.sendall("\r\n".join(lines).encode() + body)

    return behave


class Server:
    """Accepts connections one after the other; each gets one behaviour, the last one again and again."""

    def __init__(self, *behaviours: Behave, tls: ssl.SSLContext | None = None) -> None:
        self._behaviours, self._tls = list(behaviours), tls
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.settimeout(0.05)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/"
        self.requests: list[bytes] = []
        self._over = Event()
        self._thread = Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._over.is_set():
            try:
                connection, _ = self._socket.accept()
            except TimeoutError:
                continue
            with connection:
                self._answer(connection)

    def _answer(self, connection: socket.socket) -> None:
        connection.settimeout(5)
        try:
            spoken = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
            request = _read_request(spoken)
            self.requests.append(request)
            behave = self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]
            behave(spoken, request)
            spoken.close()
        except OSError:
            # The client went away, or would not speak to us: which is what some tests are about.
            return


def _read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        if not (more := connection.recv(65536)):
            return request
        request += more
    head, _, body = request.partition(b"\r\n\r\n")
    lengths = [line.split(b":")[1] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    while lengths and len(body) < int(lengths[0]):
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
