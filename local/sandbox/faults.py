"""Faults that can be switched on from outside, so that a client's way with trouble can be tried on demand.

`POST /_sandbox/faults {"fault": "lost_answer", "method": "POST", "path_contains": "/payments", "times": 1}` arms one;
`times: null` leaves it armed until `DELETE /_sandbox/faults` (all of them, or `?id=3` for one); `GET` lists them with how
often each was used.

Met by a request (in the order in which they were armed, one a request, besides `slow`):
  lost_answer             carried out and stored; then the connection is cut without an answer
  cut_connection          not carried out; the connection is cut
  throttle                not carried out; the vendor's own "too many requests"
  server_error            not carried out; 500
  error_after_write       carried out and stored, yet answered with 500
  proxy_html              not carried out; 502 with a proxy's HTML page
  expired_token           not carried out; the vendor's own answer to a credential that is no longer good
  slow                    taken in; waits `seconds`, then goes on, also when the client has gone meanwhile
Met by webhook delivery, which asks `Faults.take(kind, url)`: drop_webhook, duplicate_webhook, reorder_webhooks.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

CUTTING = ("lost_answer", "cut_connection")
ANSWERED = ("throttle", "server_error", "proxy_html", "expired_token")
REQUEST_FAULTS = (*CUTTING, *ANSWERED, "error_after_write")
WEBHOOK_FAULTS = ("drop_webhook", "duplicate_webhook", "reorder_webhooks")
KINDS = frozenset((*REQUEST_FAULTS, "slow", *WEBHOOK_FAULTS))
CONTROL_PREFIX = "/_sandbox"
MAX_SECONDS = 120.0

PROXY_PAGE = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    "<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


class FaultError(ValueError):
    """What was asked for is not a fault that the sandbox knows."""


@dataclass
class Fault:
    """One armed fault. `times` None = until cleared; `used` counts how often it struck."""

    fault: str
    method: str | None = None
    path_contains: str | None = None
    times: int | None = 1
    seconds: float = 2.0
    id: int = 0
    used: int = 0

    def strikes(self, kinds: Iterable[str], path: str, method: str | None) -> bool:
        return (
            self.fault in kinds
            and (self.times is None or self.used < self.times)
            and (self.method is None or method is None or self.method == method)
            and (self.path_contains is None or self.path_contains in path)
        )


@dataclass
class Faults:
    """The armed faults of one sandbox, oldest first."""

    armed: list[Fault] = field(default_factory=list)
    _ids: "count[int]" = field(default_factory=lambda: count(1))

    def arm(self, spec: Mapping[str, Any]) -> Fault:
        """Arm one fault from its JSON form.

        Raises: FaultError, naming the field; nothing is armed then.
        """
        fault = _parse(spec)
        fault.id = next(self._ids)
        self.armed.append(fault)
        return fault

    def take(self, kind: str, path: str, method: str | None = None) -> Fault | None:
        """Use up one stroke of the oldest armed fault of this kind that fits. Returns: None when there is none."""
        return self.take_any((kind,), path, method)

    def take_any(self, kinds: Iterable[str], path: str, method: str | None = None) -> Fault | None:
        kinds = tuple(kinds)
        for fault in self.armed:
            if fault.strikes(kinds, path, method):
                fault.used += 1
                return fault
        return None

    def clear(self, id_: int | None = None) -> None:
        """Disarm one fault, or all; one that is not armed is no error."""
        self.armed = [fault for fault in self.armed if id_ is not None and fault.id != id_]

    def listing(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self.armed]


def _parse(spec: Mapping[str, Any]) -> Fault:
    known = {"fault", "method", "path_contains", "times", "seconds"}
    if unknown := set(spec) - known:
        raise FaultError(f"unknown field {sorted(unknown)[0]!r}; known are {', '.join(sorted(known))}")
    if spec.get("fault") not in KINDS:
        raise FaultError(f"fault must be one of {', '.join(sorted(KINDS))}")
    times, seconds = spec.get("times", 1), float(spec.get("seconds", 2.0))
    if times is not None and (not isinstance(times, int) or isinstance(times, bool) or times < 1):
        raise FaultError("times must be a whole number from 1, or null for 'until cleared'")
    if not 0 <= seconds <= MAX_SECONDS:
        raise FaultError(f"seconds must lie between 0 and {MAX_SECONDS:.0f}")
    method = str(spec["method"]).upper() if spec.get("method") else None
    return Fault(str(spec["fault"]), method, spec.get("path_contains") or None, times, seconds)


@dataclass(frozen=True)
class SeenRequest:
    """One request as the sandbox met it. `status` None: the connection was cut before there was one."""

    method: str
    path: str
    status: int | None
    ms: float
    fault: str | None


class FaultMiddleware:
    """The outermost door: strikes with armed faults and tells `observe` about each request. `/_sandbox` is exempt.

    Takes: `answers` holds the vendor's own answers by fault kind ("throttle", "expired_token", "server_error").
    """

    def __init__(
        self,
        app: ASGIApp,
        faults: Faults,
        answers: Mapping[str, Callable[[], Response]],
        observe: Callable[[SeenRequest], None],
    ) -> None:
        self.app, self.faults, self.observe = app, faults, observe
        self.answers: dict[str, Callable[[], Response]] = {**_DEFAULT_ANSWERS, **answers}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(CONTROL_PREFIX):
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        path, method = _full_path(scope), scope["method"]
        struck: list[str] = []
        if slow := self.faults.take("slow", path, method):
            struck.append("slow")
            receive = await _taken_in(receive)
            await asyncio.sleep(slow.seconds)
        fault = self.faults.take_any(REQUEST_FAULTS, path, method)
        if fault:
            struck.append(fault.fault)
        watched = _Watched(send)
        try:
            await self._strike(fault.fault if fault else None, scope, receive, watched)
        finally:
            elapsed_ms = (time.perf_counter() - started) * 1000
            self.observe(SeenRequest(method, path, watched.status, round(elapsed_ms, 1), " + ".join(struck) or None))

    async def _strike(self, kind: str | None, scope: Scope, receive: Receive, watched: "_Watched") -> None:
        if kind is None:
            await self.app(scope, receive, watched)
        elif kind in ANSWERED:
            await self.answers[kind]()(scope, receive, watched)
        else:
            await self._carry_out_then_fail(kind, scope, receive, watched)

    async def _carry_out_then_fail(self, kind: str, scope: Scope, receive: Receive, watched: "_Watched") -> None:
        if kind != "cut_connection":
            await self.app(scope, receive, _Swallowed(watched))
        if kind == "error_after_write":
            await self.answers["server_error"]()(scope, receive, watched)
        else:
            await _cut(receive, watched.send)


async def _taken_in(receive: Receive) -> Receive:
    """Take the whole request in, so that it is carried out even when its sender has gone by then."""
    messages = [await receive()]
    while messages[-1].get("more_body"):
        messages.append(await receive())
    arrived = iter(messages)

    async def again() -> Message:
        return next(arrived, None) or await receive()

    return again


class _Watched:
    """A `send` that remembers the status."""

    def __init__(self, send: Send) -> None:
        self.send = send
        self.status: int | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self.send(message)


class _Swallowed:
    """A `send` that lets nothing out, but tells `watched` which status was lost."""

    def __init__(self, watched: _Watched) -> None:
        self.watched = watched

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.watched.status = message["status"]


async def _cut(receive: Receive, send: Send) -> None:
    """Abort the connection; where there is no transport (a test client in process), raise what a client would see.

    uvicorn answers 500 when an application returns without a response, unless the client has gone by then.
    """
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the sandbox cut the connection")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


def _full_path(scope: Scope) -> str:
    query = scope["query_string"].decode("latin-1")
    return f"{scope['path']}?{query}" if query else str(scope["path"])


_DEFAULT_ANSWERS: dict[str, Callable[[], Response]] = {
    "throttle": lambda: JSONResponse({"message": "Too many requests."}, 429, {"Retry-After": "1"}),
    "server_error": lambda: JSONResponse({"message": "An internal error occurred."}, 500),
    "expired_token": lambda: JSONResponse({"message": "Unauthorized"}, 401),
    "proxy_html": lambda: HTMLResponse(PROXY_PAGE, 502),
}


def fault_routes(faults: Faults) -> list[Route]:
    """The door for tests and people: GET lists, POST arms, DELETE clears `/_sandbox/faults`."""

    async def arm(request: Request) -> Response:
        try:
            fault = faults.arm(await request.json())
        except ValueError as error:  # bad JSON and FaultError alike
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(asdict(fault), 201)

    async def listing(_request: Request) -> Response:
        return JSONResponse(faults.listing())

    async def clear(request: Request) -> Response:
        id_ = request.query_params.get("id")
        if id_ is not None and not id_.isdecimal():
            return JSONResponse({"error": "id must be the number of a fault"}, 400)
        faults.clear(int(id_) if id_ else None)
        return Response(status_code=204)

    def route(method: str, endpoint: Callable[[Request], Awaitable[Response]]) -> Route:
        return Route(f"{CONTROL_PREFIX}/faults", endpoint, methods=[method])

    return [route("POST", arm), route("GET", listing), route("DELETE", clear)]
