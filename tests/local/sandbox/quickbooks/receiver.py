"""A webhook endpoint on the loopback address that answers what a test wants and keeps what it got."""

import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from local.sandbox.store import load_json


@dataclass(frozen=True)
class Delivery:
    """One post as it arrived."""

    body: bytes
    signature: str
    content_type: str

    @property
    def events(self) -> list[dict[str, Any]]:
        return list(load_json(self.body))


@dataclass
class Receiver:
    """Answers the statuses in `answers` one after the other, then 200; a status of 0 keeps silent until it is closed."""

    answers: list[int] = field(default_factory=list)
    got: list[Delivery] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._closing = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self, self._closing))
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/webhooks/quickbooks"

    def types(self) -> list[str]:
        """The types of all events that arrived, in order."""
        return [event["type"] for delivery in self.got for event in delivery.events]


def _handler_of(receiver: Receiver, closing: threading.Event) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            receiver.got.append(Delivery(body, self.headers["intuit-signature"], self.headers["content-type"]))
            status = receiver.answers.pop(0) if receiver.answers else 200
            if status == 0:
                closing.wait(10)
                return
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Keep the test's output clean."""

    return Handler
