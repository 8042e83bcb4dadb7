"""The ConnectWise sandbox put together as one ASGI application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import format_datetime

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.sandbox.connectwise import errors
from local.sandbox.connectwise.control import Control, panels
from local.sandbox.connectwise.delivery import Delivery, find_key
from local.sandbox.connectwise.door import EVER_CODEBASE, Door
from local.sandbox.connectwise.errors import RefusedError
from local.sandbox.connectwise.site import Site
from local.sandbox.faults import FaultMiddleware, fault_routes
from local.sandbox.page import RequestLog, page_routes
from local.sandbox.store import dump_json

THROTTLED_S = 30
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def build_app(site: Site, delivery: Delivery) -> ASGIApp:
    """Make the application of one site; the end of its lifespan ends the delivery of callbacks."""
    door = Door(site, delivery)
    log = RequestLog(lambda: site.now)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await delivery.close()

    routes = [
        Route("/{codebase}/apis/3.0/{rest:path}", door.answer, methods=METHODS),
        *Control(site, delivery).routes(),
        *fault_routes(site.faults),
        *page_routes("ConnectWise PSA sandbox", log, site.faults, lambda: panels(site), lambda: _counts(door)),
        *_Front(site, door).routes(),
    ]
    app = Starlette(routes=routes, lifespan=lifespan, exception_handlers={Exception: _crashed})
    answers = {"throttle": _throttled, "server_error": _server_error, "expired_token": _expired}
    return FaultMiddleware(_Dated(_SingleSlashes(app), site), site.faults, answers, log.add)


class _Front:
    """What lies outside the API: who a company is, and the keys that callbacks are signed with."""

    def __init__(self, site: Site, door: Door) -> None:
        self.site, self.door = site, door

    def routes(self) -> list[Route]:
        return [
            Route("/login/companyinfo/{company}", self.company_info, methods=["GET"]),
            Route("/{codebase}/system/callbackkey/index.rails", self.callback_key, methods=["GET"]),
            Route("/{rest:path}", self.no_endpoint, methods=METHODS),
        ]

    async def company_info(self, request: Request) -> Response:
        company = self.site.companies.get(request.path_params["company"])
        codebase = self.site.switches.codebase
        version = codebase.strip("/").replace("_", ".")
        return _json(company and {
            "CompanyName": company.name,
            "Codebase": codebase,
            "VersionCode": version,
            "VersionNumber": f"{version}.20431",
            "CompanyID": company.company_id,
            "IsCloud": self.site.switches.is_cloud,
        })  # fmt: skip

    async def callback_key(self, request: Request) -> Response:
        try:
            return _json({"signing_key": self._signing_key(request)})
        except RefusedError as refused:
            return _refusal(refused)

    async def no_endpoint(self, _request: Request) -> Response:
        return _refusal(errors.no_endpoint())

    def _signing_key(self, request: Request) -> str:
        if self.site.switches.callback_key_needs_auth:
            self.door.caller(request.headers)
        codebases = (EVER_CODEBASE, self.site.switches.codebase.strip("/"))
        company = self.site.companies.get(request.query_params.get("companyName", ""))
        key = find_key(company, request.query_params.get("id", "")) if company else None
        if key is None or request.path_params["codebase"] not in codebases:
            raise errors.no_endpoint()
        return key


class _SingleSlashes:
    """The hrefs in payloads hold a doubled slash, and the real server takes it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and "//" in scope["path"]:
            scope = {**scope, "path": scope["path"].replace("//", "/")}
        await self.app(scope, receive, send)


class _Dated:
    """Every answer tells the sandbox's own time: clients read changes from the vendor's clock on, not from theirs."""

    def __init__(self, app: ASGIApp, site: Site) -> None:
        self.app, self.site = app, site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def dated(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = format_datetime(self.site.now, usegmt=True).encode()
                message = {**message, "headers": [*message["headers"], (b"date", date)]}
            await send(message)

        await self.app(scope, receive, dated)


def _counts(door: Door) -> dict[str, dict[str, int]]:
    return {company: {**calls, "total": calls["reads"] + calls["writes"]} for company, calls in door.calls.items()}


def _json(body: object, status: int = 200) -> Response:
    return Response(dump_json(body), status, media_type="application/json; charset=utf-8")


def _refusal(refused: RefusedError) -> Response:
    response = _json(refused.body, refused.status)
    response.headers.update(refused.headers)
    return response


async def _crashed(_request: Request, _error: Exception) -> Response:
    return _server_error()  # the server logs the exception


def _throttled() -> Response:
    return _refusal(errors.too_many_requests(THROTTLED_S))


def _server_error() -> Response:
    return _json({"code": "ConnectWiseApi", "message": "An internal server error occurred."}, 500)


def _expired() -> Response:
    return _refusal(errors.not_authenticated())
