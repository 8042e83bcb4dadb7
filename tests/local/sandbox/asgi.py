"""Speaks HTTP with a sandbox in this process; one event loop for all that a test does."""

import asyncio
from typing import Any

from httpx import BasicAuth, Request, Response
from starlette.types import ASGIApp, Message, Scope

HOST = "testserver"


class InProcess:
    """A caller without a client's pools, cookies and redirects: those took longer than most answers do."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._runner = asyncio.Runner()
        self.loop = self._runner.get_loop()

    def request(self, method: str, path: str, *, auth: tuple[str, str] | None = None, **options: Any) -> Response:
        """Send a request. Takes: `options` as httpx.Request has them. Raises: what the application does."""
        request = Request(method, f"http://{HOST}{path}", **options)
        request.headers.setdefault("Accept", "*/*")
        if auth:
            next(BasicAuth(*auth).auth_flow(request))
        return self.loop.run_until_complete(self._answer(request))

    def close(self) -> None:
        self._runner.close()

    async def _answer(self, request: Request) -> Response:
        bodies = iter([request.content])
        over: asyncio.Future[None] = self.loop.create_future()
        started: Message = {}
        parts: list[bytes] = []

        async def receive() -> Message:
            for body in bodies:
                return {"type": "http.request", "body": body, "more_body": False}
            await over
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.update(message)
                return
            parts.append(message.get("body", b""))
            if not message.get("more_body") and not over.done():
                over.set_result(None)

        await self._app(_scope_of(request), receive, send)
        return Response(started["status"], headers=started["headers"], content=b"".join(parts), request=request)


def _scope_of(request: Request) -> Scope:
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": request.method,
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "scheme": "http",
        "path": request.url.path,
        "raw_path": request.url.raw_path.partition(b"?")[0],
        "query_string": request.url.query,
        "server": (HOST, 80),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
