"""Receives one callback, byte for byte."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from typing import Self


class Receiver:
    """A small server on loopback that keeps what was posted to it, and how it was signed."""

    def __init__(self) -> None:
        self._posts: Queue[tuple[bytes, str]] = Queue()
        posts = self._posts

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                posts.put((body, self.headers["x-content-signature"]))
                self.send_response(200)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in http.server
                return

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def wait(self) -> tuple[bytes, str]:
        """Give the first post."""
        return self._posts.get(timeout=60)
