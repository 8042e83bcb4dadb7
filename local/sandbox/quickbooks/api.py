"""The accounting API: who may call, how fast, and which operation a request means."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.sandbox.quickbooks import answers, refusals, writes
from local.sandbox.quickbooks.batch import run_batch
from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.changes import changed_since
from local.sandbox.quickbooks.companies import Companies
from local.sandbox.quickbooks.kinds import Kind, kind_of_path
from local.sandbox.quickbooks.limits import Limits
from local.sandbox.quickbooks.pdf import render_pdf
from local.sandbox.quickbooks.refusals import Refusal
from local.sandbox.quickbooks.replay import Replay, check_request_id
from local.sandbox.quickbooks.select import run_query
from local.sandbox.quickbooks.uploads import refuse_uploads
from local.sandbox.store import Record, load_json

_SINGLE = "1"
_OVERALL = ("query", "cdc", "batch", "upload")


@dataclass(frozen=True)
class Call:
    """One request below `/v3/company/{realm}/`."""

    method: str
    realm: str
    parts: tuple[str, ...]
    params: Mapping[str, str]
    body: bytes
    content_type: str
    token: str
    url: str

    @property
    def metered(self) -> bool:
        """A CorePlus call: every read and every batch."""
        return self.method == "GET" or self.parts[:1] in (("query",), ("batch",))

    def json(self) -> dict[str, Any]:
        """Read the body.

        Raises: Refusal 2010 when it is no JSON object.
        """
        try:
            content = load_json(self.body)
        except ValueError:
            raise refusals.unreadable("The body is not JSON, and") from None
        if not isinstance(content, dict):
            raise refusals.unreadable("The body is not a JSON object, and")
        return content


@dataclass(frozen=True)
class Api:
    """The accounting API of every company."""

    companies: Companies
    limits: Limits

    def routes(self) -> list[Route]:
        """Return the one route; the path is read by hand, because the vendor answers what it does not know with 400."""
        return [Route("/v3/company/{realm}/{rest:path}", self._endpoint, methods=["GET", "POST", "PUT", "DELETE"])]

    async def _endpoint(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return self.answer(
            Call(
                request.method,
                request.path_params["realm"],
                tuple(part for part in request.path_params["rest"].split("/") if part),
                request.query_params,
                await request.body(),
                request.headers.get("content-type", ""),
                token if scheme.lower() == "bearer" else "",
                request.url.path,
            )
        )

    def answer(self, call: Call) -> Response:
        """Answer a call; what it writes stands in one transaction."""
        moment = self.companies.clock.now()
        denied = self._denied(call, moment)
        if denied is not None:
            return denied
        try:
            with self.companies.store.transaction():
                content = self._carry_out(call)
        except Refusal as refusal:
            return answers.refused(refusal, moment)
        self.limits.meter(call.realm, metered=call.metered)
        if isinstance(content, bytes):
            return answers.pdf_response(content)
        return answers.json_response(answers.success(content, moment))

    def _denied(self, call: Call, moment: datetime) -> Response | None:
        realm = self.companies.grants.realm_of(call.token)
        if realm is None:
            return answers.unauthenticated(
                f"Token expired: {call.token[:12]}" if call.token else "Token missing", moment
            )
        if realm != call.realm:
            return answers.unauthorized(f"The token is not for the company {call.realm}.", moment)
        if not self.limits.admit(realm, batch=call.parts == ("batch",)):
            return answers.throttled(self.companies.switches, moment)
        return None

    def _carry_out(self, call: Call) -> Record | bytes:
        book = self.companies.book(call.realm)
        if len(call.parts) == 1 and call.parts[0] in _OVERALL:
            return _carry_out_overall(book, call)
        kind = kind_of_path(call.parts[0]) if call.parts else None
        if kind is not None and call.method == "POST" and len(call.parts) == 1:
            return _write(book, kind, call)
        if kind is not None and call.method == "POST" and call.parts[2:] == ("send",):
            sent_to = call.params.get("sendTo")
            return {kind.name: writes.send(book, kind, book.need(kind.name, call.parts[1]), sent_to)}
        if kind is not None and call.method == "GET" and len(call.parts) <= 2:
            return {kind.name: _read(book, kind, call)}
        if kind is not None and call.method == "GET" and kind.pdf and call.parts[2:] == ("pdf",):
            company = book.need("CompanyInfo", _SINGLE)["CompanyName"]
            return render_pdf(kind.name, book.need(kind.name, call.parts[1]), company, book.switches.pdf_mb)
        raise _no_such_resource(call)


def _carry_out_overall(book: Book, call: Call) -> Record:
    request_id = _request_id(call)
    match call.method, call.parts[0]:
        case "GET", "query":
            return {"QueryResponse": run_query(book, call.params.get("query", ""))}
        case "POST", "query":
            return {"QueryResponse": run_query(book, call.body.decode("utf-8", "replace"))}
        case "GET", "cdc":
            if "changedSince" not in call.params:
                raise refusals.missing("changedSince")
            # A "+" that was not escaped arrives as a space: "…T00:00:00 00:00".
            since = call.params["changedSince"].strip().replace(" ", "+")
            return {"CDCResponse": [changed_since(book, call.params.get("entities", ""), since)]}
        case "POST", "batch":
            return run_batch(book, call.json(), request_id)
        case "POST", "upload":
            return refuse_uploads(book, call.content_type, call.body)
    raise _no_such_resource(call)


def _read(book: Book, kind: Kind, call: Call) -> Record:
    if kind.name == "Preferences" and len(call.parts) == 1:
        return book.need(kind.name, _SINGLE)
    if len(call.parts) == 1:
        raise _no_such_resource(call)
    own = kind.name == "CompanyInfo" and call.parts[1] == book.realm
    return book.need(kind.name, _SINGLE if own else call.parts[1])


def _write(book: Book, kind: Kind, call: Call) -> Record:
    body, request_id = call.json(), _request_id(call)
    operation, included = call.params.get("operation"), call.params.get("include", "").lower().split(",")
    if "allowduplicatedocnum" in included:
        book = replace(book, switches=replace(book.switches, doc_numbers="allow", purchase_numbers="allow"))

    def carry_out() -> Record:
        if operation == "delete":
            return writes.delete(book, kind, body)
        if _is_void(kind, operation, included):
            return writes.void(book, kind, body)
        if operation not in (None, "create", "update"):
            raise refusals.unsupported(f"{operation} on {kind.name}")
        return writes.save(book, kind, body)

    return Replay(book).once(request_id, lambda: {kind.name: carry_out()})


def _is_void(kind: Kind, operation: str | None, included: list[str]) -> bool:
    """Tell a void: some entities have an operation for it, others are voided by an update."""
    if operation == "void":
        if kind.void != "operation":
            raise refusals.unsupported(f"void on {kind.name}")
        return True
    return operation == "update" and "void" in included and kind.void != "operation"


def _request_id(call: Call) -> str | None:
    request_id = call.params.get("requestid")
    check_request_id(request_id)
    return request_id


def _no_such_resource(call: Call) -> Refusal:
    return refusals.unsupported(f"Could not find resource for relative : {call.url} of full path: {call.url}")
