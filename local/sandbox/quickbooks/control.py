"""The doors for tests and people below `/_sandbox`: companies, loading, clock, switches, webhooks, tokens."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.sandbox.quickbooks.bulk import Bulk, seed_book
from local.sandbox.quickbooks.companies import Companies
from local.sandbox.quickbooks.grants import Grants
from local.sandbox.quickbooks.kinds import KINDS, Kind
from local.sandbox.quickbooks.merges import merge
from local.sandbox.quickbooks.refusals import Refusal
from local.sandbox.quickbooks.replay import Replay
from local.sandbox.quickbooks.switches import save_switches
from local.sandbox.quickbooks.webhooks import Webhooks
from local.sandbox.quickbooks.writes import void_record
from local.sandbox.store import Store, dump_json, load_json

TEST_EVENT_ID = "999999999"
CLOCK_AHEAD = "clock_ahead_s"

type Endpoint = Callable[[Request], Awaitable[object]]


@dataclass(frozen=True)
class Control:
    """Every answer is JSON; what does not fit is 400 with a sentence that says why."""

    store: Store
    companies: Companies
    webhooks: Webhooks
    grants: Grants

    def routes(self) -> list[Route]:
        """Return the endpoints."""
        return [
            _route("GET", "companies", self.list_companies),
            _route("POST", "companies", self.make_company),
            _route("POST", "load", self.load),
            _route("POST", "bulk", self.make_book),
            _route("POST", "merge", self.merge),
            _route("POST", "void", self.void),
            _route("GET", "records", self.records),
            _route("POST", "clock", self.move_clock),
            _route("GET", "switches", self.read_switches),
            _route("POST", "switches", self.turn_switches),
            _route("GET", "webhooks", self.read_webhooks),
            _route("POST", "webhooks", self.set_webhooks),
            _route("POST", "webhooks/flush", self.flush_webhooks),
            _route("POST", "webhooks/test", self.send_test_event),
            _route("DELETE", "requestids", self.forget_request_ids),
            _route("POST", "tokens/expire", self.expire_tokens),
        ]

    async def list_companies(self, _request: Request) -> object:
        return [{"realm_id": realm, "name": name} for realm, name in self.companies.listing()]

    async def make_company(self, request: Request) -> object:
        body = await _body(request)
        name = body.get("name")
        if not isinstance(name, str) or not name.strip():
            raise ValueError("name: the company's name is missing")
        country, currency = str(body.get("country", "US")), str(body.get("currency", "USD"))
        return self.companies.credentials(self.companies.create(name.strip(), country, currency), str(request.base_url))

    async def load(self, request: Request) -> object:
        lines = (await request.body()).splitlines()
        replace = request.query_params.get("replace", "").lower() in ("1", "true")
        return {"loaded": self.companies.load(self._realm(request), lines, replace=replace)}

    async def make_book(self, request: Request) -> object:
        """Make thousands of invoices and payments at once; see `Bulk`."""
        body = await _body(request)
        unknown = body.keys() - {each.name for each in fields(Bulk)}
        if unknown or not all(isinstance(each, int) for each in body.values()):
            raise ValueError(f"takes whole numbers for {', '.join(each.name for each in fields(Bulk))}")
        book = self.companies.book(self._realm(request))
        with self.store.transaction():
            return seed_book(book, Bulk(**body).checked())

    async def merge(self, request: Request) -> object:
        """Merge `gone` into `kept`, as a person does on the vendor's page."""
        body = await _body(request)
        book = self.companies.book(self._realm(request))
        with self.store.transaction():
            return merge(book, _kind(body), str(body.get("gone")), str(body.get("kept")))

    async def void(self, request: Request) -> object:
        """Void a transaction as a person does on the vendor's page, also one that no request can void."""
        body = await _body(request)
        kind, book = _kind(body), self.companies.book(self._realm(request))
        try:
            with self.store.transaction():
                return void_record(book, kind, book.need(kind.name, str(body.get("id"))))
        except Refusal as refusal:
            raise ValueError(refusal.detail) from None

    async def records(self, request: Request) -> object:
        return self.store.all(self._realm(request), _kind(request.query_params).name)

    async def move_clock(self, request: Request) -> object:
        try:
            advance_s = float(str((await _body(request)).get("advance_s")))
        except ValueError:
            raise ValueError("advance_s: takes a number of seconds") from None
        self.companies.clock.advance(advance_s)
        self.store.set_setting(CLOCK_AHEAD, str(self.companies.clock.ahead_s))
        return {"now": self.companies.clock.now().isoformat()}

    async def read_switches(self, _request: Request) -> object:
        return asdict(self.companies.switches)

    async def turn_switches(self, request: Request) -> object:
        self.companies.switches.turn(await _body(request))
        save_switches(self.store, self.companies.switches)
        return asdict(self.companies.switches)

    async def read_webhooks(self, _request: Request) -> object:
        return self.webhooks.listing()

    async def set_webhooks(self, request: Request) -> object:
        url = (await _body(request)).get("url")
        if url is not None and not str(url).startswith(("http://", "https://")):
            raise ValueError("url: takes a web address, or null for none")
        self.webhooks.set_url(url)
        return {"url": self.webhooks.url}

    async def flush_webhooks(self, _request: Request) -> object:
        delivered = await self.webhooks.flush()
        return {"delivered": delivered, "pending": len(self.webhooks.pending())}

    async def send_test_event(self, request: Request) -> object:
        """Send what the vendor's portal sends as a test: an event for a record that does not exist."""
        self.webhooks.announce(self._realm(request), "Invoice", TEST_EVENT_ID, "created")
        return {"pending": len(self.webhooks.pending())}

    async def forget_request_ids(self, request: Request) -> object:
        return {"forgotten": Replay(self.companies.book(self._realm(request))).forget_all()}

    async def expire_tokens(self, _request: Request) -> object:
        return {"expired": self.grants.expire_access_tokens()}

    def _realm(self, request: Request) -> str:
        realm = request.query_params.get("company") or self.companies.listing()[0][0]
        if not self.companies.exists(realm):
            raise ValueError(f"company: there is no company {realm!r}")
        return realm


def _kind(given: Mapping[str, Any]) -> Kind:
    entity = str(given.get("entity", ""))
    if entity not in KINDS:
        raise ValueError(f"entity: there is no entity {entity!r}")
    return KINDS[entity]


async def _body(request: Request) -> dict[str, Any]:
    body = load_json(await request.body())
    if not isinstance(body, dict):
        raise ValueError("the body is not a JSON object")
    return body


def _route(method: str, name: str, endpoint: Endpoint) -> Route:
    async def answer(request: Request) -> Response:
        try:
            content, status = await endpoint(request), 200
        except ValueError as error:
            content, status = {"error": str(error)}, 400
        return Response(dump_json(content), status, media_type="application/json")

    return Route(f"/_sandbox/{name}", answer, methods=[method])
