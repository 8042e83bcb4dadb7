"""Run one sandbox on the loopback address and say on stdout, in one JSON line, when it serves."""

import asyncio
import contextlib
import errno
import json
import os
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import uvicorn

HOST = "127.0.0.1"
PARENT_POLL_S = 0.5
GRACE_S = 2

type Ready = Mapping[str, str] | Callable[[str], Mapping[str, str]]


def serve(
    app: Any,
    port: int,
    ready: Ready,
    *,
    die_with_parent: bool = False,
    tls: tuple[Path, Path] | None = None,
    dates_itself: bool = False,
) -> None:
    """Serve until SIGTERM, SIGINT or, if asked, the parent's death.

    Takes: an ASGI app; a port, 0 for a free one; the ready line, or a function that makes it from the base URL;
        `tls` the files of a certificate and its key, to serve https; `dates_itself` when the app sends `Date` by a
        clock of its own.
    Raises: SystemExit(2) when the port is taken, with the reason on stderr.
    """
    listener = _listen(port)
    base_url = f"{'https' if tls else 'http'}://{HOST}:{listener.getsockname()[1]}"
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=GRACE_S, ws="none", server_header=False,
        date_header=not dates_itself,
        ssl_certfile=tls and tls[0], ssl_keyfile=tls and tls[1],
    )  # fmt: skip
    server = _AnnouncedServer(config, lambda: ready(base_url) if callable(ready) else ready, die_with_parent)
    # uvicorn hands Ctrl-C on after it has shut down; there is nothing left to stop
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    # asyncio switches off Nagle's delay only for sockets that say that they are TCP; with it an answer takes 40 ms.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        print(f"Port {port} on {HOST} is taken. Stop what listens there, or give another --port.", file=sys.stderr)
        raise SystemExit(2) from None
    return listener


class _AnnouncedServer(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], Mapping[str, str]], die_with_parent: bool) -> None:
        super().__init__(config)
        self._ready = ready
        self._parent = os.getppid() if die_with_parent else None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            print(json.dumps(dict(self._ready())), flush=True)

    async def main_loop(self) -> None:
        if self._parent is None:
            return await super().main_loop()
        watch = asyncio.create_task(self._end_with_parent(self._parent))
        try:
            await super().main_loop()
        finally:
            watch.cancel()

    async def _end_with_parent(self, parent: int) -> None:
        while os.getppid() == parent:
            await asyncio.sleep(PARENT_POLL_S)
        self.should_exit = True
