"""The way in to the API: who calls, how often, with which right, and to which endpoint."""

import base64
import binascii
import re
import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from local.sandbox.connectwise import catalogue, errors
from local.sandbox.connectwise.call import Answer, Call
from local.sandbox.connectwise.collection import Endpoint
from local.sandbox.connectwise.delivery import Delivery
from local.sandbox.connectwise.errors import RefusedError
from local.sandbox.connectwise.rights import CALLBACKS
from local.sandbox.connectwise.site import LoginCompany, Member, Site
from local.sandbox.store import dump_json, load_json

CURRENT_VERSION = "2026.4"
EVER_CODEBASE = "v4_6_release"
WINDOW = timedelta(minutes=1)
_ACCEPTED_VERSION = re.compile(r"application/vnd\.connectwise\.com\+json;\s*version=([\w.]+)")


@dataclass(frozen=True)
class _Route:
    pattern: re.Pattern[str]
    endpoint: Endpoint


def _routes() -> list[_Route]:
    """Paths are read in any case: the documents write some in two ways."""
    return [
        _Route(re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>\\d{1,9})", e.path) + "/?", re.IGNORECASE), e)
        for e in catalogue.endpoints()
    ]


class Door:
    """Answers everything below `/{codebase}/apis/3.0`."""

    def __init__(self, site: Site, delivery: Delivery) -> None:
        self.site, self.delivery = site, delivery
        self.routes = _routes()
        self.calls: dict[str, Counter[str]] = defaultdict(Counter)
        self._recent: dict[str, deque[datetime]] = defaultdict(deque)

    async def answer(self, request: Request) -> Response:
        body = await request.body()
        try:
            answer = self._answered(request, body)
        except RefusedError as refused:
            answer = Answer(refused.status, refused.body, refused.headers)
        return self._response(request, answer)

    def caller(self, headers: Mapping[str, str]) -> tuple[LoginCompany, Member]:
        """Tell who calls by the Basic credentials. Raises: RefusedError."""
        login, public, private = _credentials(headers)
        company = self.site.companies.get(login)
        member = company.member_of(public, private) if company else None
        if company is None or member is None:
            raise errors.no_endpoint() if self.site.switches.wrong_credentials_404 else errors.wrong_credentials()
        return company, member

    def _answered(self, request: Request, body: bytes) -> Answer:
        if request.path_params["codebase"] + "/" not in (f"{EVER_CODEBASE}/", self.site.switches.codebase):
            raise errors.no_endpoint()
        known = {company.client_id for company in self.site.companies.values()}
        client_id = request.headers.get("clientid", "")
        if client_id not in known and not (client_id and self.site.switches.accept_any_client_id):
            raise errors.no_client_id()
        company, member = self.caller(request.headers)
        self._count(company, request.method)
        endpoint, ids = self._endpoint(request.method, "/" + request.path_params["rest"])
        level = self._level(company, endpoint)
        call = Call(
            self.site, company, member, request.method, str(request.url.replace(query="")), dict(request.query_params),
            request.headers, _parsed(request, body), self.site.now, ids, level,
        )  # fmt: skip
        return self._carried_out(call, endpoint)

    def _carried_out(self, call: Call, endpoint: Endpoint) -> Answer:
        try:
            with self.site.store.transaction():
                answer = endpoint.run(call)
        except BaseException:
            call.records.rolled_back()
            raise
        call.records.committed()
        self.delivery.dispatch(call.company, call.events)
        return answer

    def _count(self, company: LoginCompany, method: str) -> None:
        """Count the call, and refuse it above the limit of a sliding minute. Raises: RefusedError."""
        self.calls[company.company_id]["reads" if method == "GET" else "writes"] += 1
        limit = self.site.switches.requests_per_minute
        now, recent = self.site.now, self._recent[company.company_id]
        while recent and recent[0] <= now - WINDOW:
            recent.popleft()
        if limit and len(recent) >= limit:
            self.calls[company.company_id]["throttled"] += 1
            raise errors.too_many_requests(max(1, -int((now - recent[0] - WINDOW).total_seconds() // 1)))
        recent.append(now)

    def _endpoint(self, method: str, path: str) -> tuple[Endpoint, dict[str, int]]:
        found = [(route.endpoint, match) for route in self.routes if (match := route.pattern.fullmatch(path))]
        if not found:
            raise errors.no_endpoint()
        for endpoint, match in found:
            if endpoint.method == method:
                return endpoint, {name: int(text) for name, text in match.groupdict().items()}
        raise errors.wrong_method(endpoint.method for endpoint, _match in found)

    def _level(self, company: LoginCompany, endpoint: Endpoint) -> str:
        right = endpoint.right
        if endpoint.path.startswith("/system/callbacks") and self.site.switches.callbacks_need_right:
            right = CALLBACKS
        level = "All" if right is None else company.role[right][endpoint.action]
        if level == "None":
            raise errors.no_permission()
        return level

    def _response(self, request: Request, answer: Answer) -> Response:
        asked = _ACCEPTED_VERSION.search(request.headers.get("accept", ""))
        version = asked[1] if asked else CURRENT_VERSION
        headers = {**answer.headers, "x-cw-request-id": str(uuid.uuid4()), "api-current-version": CURRENT_VERSION}
        if answer.status == 204:
            return Response(status_code=204, headers=headers)
        if isinstance(answer.body, bytes):
            return Response(answer.body, answer.status, headers, answer.media)
        media = f"application/vnd.connectwise.com+json; version={version}" if asked else "application/json"
        return Response(dump_json(answer.body), answer.status, headers, f"{media}; charset=utf-8")


def _credentials(headers: Mapping[str, str]) -> tuple[str, str, str]:
    scheme, _, encoded = headers.get("authorization", "").partition(" ")
    try:
        login, _, private = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise errors.not_authenticated() from None
    company, _, public = login.partition("+")
    if scheme.lower() != "basic" or not (company and public and private):
        raise errors.not_authenticated()
    return company, public, private


def _parsed(request: Request, body: bytes) -> Any:
    if request.method in ("GET", "DELETE"):
        return None
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json" and not kind.endswith("+json"):
        raise errors.not_json()
    try:
        return load_json(body)
    except (ValueError, RecursionError):
        raise errors.bad_request("The request body is not valid JSON.") from None
