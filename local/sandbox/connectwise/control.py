"""The sandbox's own door, `/_sandbox/…`: for tests, the demo and people; nothing here is ConnectWise's.

POST companies {"name", "company_id"?}          another login company; answers like the ready line. GET lists them
POST members?company= {"identifier"}            another member with keys, such as a bookkeeper who works in the screens
POST load?company=                              the body is JSONL as for --load
POST seed?company= {"invoices": 20000, …}       many invoices with lines; see `seeded_bills.py`
POST unbatch?company= {"invoice": 7}            takes an invoice out of its accounting batch, as in the screens
POST rebatch?company= {"invoice": 7}            puts it back into that batch, as in the screens, whatever was edited
GET  payments?company=                          every payment row
GET  deliveries                                 callbacks sent, with the status of each attempt
GET, POST switches                              see `switches.py`
GET, POST permissions?company=                  {"Finance › Invoicing": {"inquire": "None|My|All", …}, …}
POST clock {"advance_s": 60}                    moves the sandbox's time ahead
`company` may be left out while there is only one.
"""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local.sandbox.connectwise import timestamps
from local.sandbox.connectwise.accounting import rebatch, unbatch
from local.sandbox.connectwise.amounts import amount
from local.sandbox.connectwise.call import Call, by_hand
from local.sandbox.connectwise.delivery import Delivery
from local.sandbox.connectwise.loading import load_lines
from local.sandbox.connectwise.records import Record, value_at
from local.sandbox.connectwise.seeding import read_wish, seed
from local.sandbox.connectwise.site import LoginCompany, Site
from local.sandbox.page import Panel
from local.sandbox.store import dump_json, load_json

type Handler = Callable[[Request], Awaitable[Any]]

MAX_ADVANCE_S = 10 * 365 * 86_400
SHOWN = 50


class Control:
    """The handlers behind `/_sandbox`; each takes a request and gives what is answered as JSON."""

    def __init__(self, site: Site, delivery: Delivery) -> None:
        self.site, self.delivery = site, delivery

    def routes(self) -> list[Route]:
        return [
            _route("POST", "companies", self.add_company, 201),
            _route("GET", "companies", self.companies),
            _route("POST", "members", self.add_member, 201),
            _route("POST", "load", self.load),
            _route("POST", "seed", self.seed, 201),
            _route("POST", "unbatch", self.unbatch),
            _route("POST", "rebatch", self.rebatch),
            _route("GET", "payments", self.payments),
            _route("GET", "deliveries", self.deliveries),
            _route("GET", "switches", self.switches),
            _route("POST", "switches", self.turn),
            _route("GET", "permissions", self.permissions),
            _route("POST", "permissions", self.permit),
            _route("POST", "clock", self.advance),
        ]

    async def add_company(self, request: Request) -> Any:
        asked = await _object(request)
        name = str(asked.get("name") or "").strip()
        if not name:
            raise ValueError("name: what is the company called?")
        return self.site.credentials(self.site.add_company(name, asked.get("company_id")))

    async def companies(self, _request: Request) -> Any:
        site = self.site
        return [{**site.credentials(company), "name": company.name} for company in site.companies.values()]

    async def add_member(self, request: Request) -> Any:
        company, asked = self._company(request), await _object(request)
        if not asked.get("identifier"):
            raise ValueError("identifier: what is the member called?")
        return self.site.credentials(company, self.site.add_member(company, str(asked["identifier"])))

    async def load(self, request: Request) -> Any:
        text = (await request.body()).decode()
        return load_lines(self.site, self._company(request), text.splitlines())

    async def seed(self, request: Request) -> Any:
        return seed(self.site, self._company(request), read_wish(await _object(request)))

    async def unbatch(self, request: Request) -> Any:
        return await self._on_invoice(request, unbatch)

    async def rebatch(self, request: Request) -> Any:
        return await self._on_invoice(request, rebatch)

    async def _on_invoice(self, request: Request, deed: Callable[[Call, int], Record]) -> Record:
        """Do to an invoice what only the screens can."""
        company, asked = self._company(request), await _object(request)
        call = by_hand(self.site, company)
        if not isinstance(asked.get("invoice"), int):
            raise ValueError("invoice: the id of one")
        with self.site.store.transaction():
            kept = deed(call, asked["invoice"])
        company.records.committed()
        self.delivery.dispatch(company, call.events)
        return kept

    async def payments(self, request: Request) -> Any:
        return all_payments(self._company(request))

    async def deliveries(self, _request: Request) -> Any:
        return [message.listing() for message in self.delivery.sent]

    async def switches(self, _request: Request) -> Any:
        return self.site.switches.listing()

    async def turn(self, request: Request) -> Any:
        self.site.turn(await _object(request))
        return self.site.switches.listing()

    async def permissions(self, request: Request) -> Any:
        return self._company(request).role

    async def permit(self, request: Request) -> Any:
        company = self._company(request)
        self.site.set_role(company, await _object(request))
        return company.role

    async def advance(self, request: Request) -> Any:
        seconds = (await _object(request)).get("advance_s")
        if not isinstance(seconds, int | Decimal) or isinstance(seconds, bool) or not 0 <= seconds <= MAX_ADVANCE_S:
            raise ValueError(f"advance_s: a number from 0 to {MAX_ADVANCE_S}")
        self.site.advance(float(seconds))
        return {"now": timestamps.to_wire(self.site.now)}

    def _company(self, request: Request) -> LoginCompany:
        companies, asked = self.site.companies, request.query_params.get("company")
        if asked is None and len(companies) == 1:
            return next(iter(companies.values()))
        if asked not in companies:
            raise ValueError(f"company: one of {', '.join(companies)}")
        return companies[asked]


def all_payments(company: LoginCompany) -> list[Record]:
    """Every payment and credit row of a company by id."""
    kinds = company.records.kinds("InvoicePayment/")
    return sorted((row for kind in kinds for row in company.records.all(kind)), key=lambda row: int(row["id"]))


def panels(site: Site) -> list[Panel]:
    """What the page shows: each company's payments, invoices and callbacks, the last changed first."""
    several = len(site.companies) > 1
    return [
        panel
        for company in site.companies.values()
        for panel in _company_panels(company, f" · {company.name}" if several else "")
    ]


def _company_panels(company: LoginCompany, suffix: str) -> list[Panel]:
    rows, invoices = all_payments(company), company.records.all("Invoice")
    customers, entries = company.records.all("Company"), company.records.all("CallbackEntry")
    return [
        Panel("Payments" + suffix, ("id", "invoice", "type", "amount", "date", "by", "source", "changed"),
              [_payment_cells(row) for row in _newest(rows)], len(rows), frozenset({"amount"})),
        Panel("Invoices" + suffix, ("number", "company", "date", "status", "total", "paid", "balance", "changed"),
              [_invoice_cells(i) for i in _newest(invoices)], len(invoices), frozenset({"total", "paid", "balance"})),
        Panel("Companies" + suffix, ("id", "name", "account", "changed"),
              [(str(c["id"]), _text(c, "name"), _text(c, "accountNumber"), _changed(c)) for c in _newest(customers)],
              len(customers)),
        Panel("Callbacks" + suffix, ("id", "type", "level", "url", "active"),
              [(str(e["id"]), _text(e, "type"), _text(e, "level"), _text(e, "url"), str(not e.get("inactiveFlag")))
               for e in _newest(entries)], len(entries)),
    ]  # fmt: skip


def _payment_cells(row: Record) -> tuple[str, ...]:
    invoice = value_at(row, ("invoice", "identifier")) or value_at(row, ("invoice", "id"))
    day = str(row.get("paymentDate") or "")[:10]
    money = f"{amount(row, 'amount'):,.2f}"
    who = _text(row, "appliedBy")
    return str(row["id"]), str(invoice), _text(row, "type"), money, day, who, _text(row, "source"), _changed(row)


def _invoice_cells(invoice: Record) -> tuple[str, ...]:
    amounts = (f"{amount(invoice, name):,.2f}" for name in ("total", "payments", "balance"))
    names = (str(value_at(invoice, (name, "name")) or "") for name in ("company", "status"))
    customer, status = names
    day = str(invoice.get("date") or "")[:10]
    return _text(invoice, "invoiceNumber"), customer, day, status, *amounts, _changed(invoice)


def _newest(records: list[Record]) -> list[Record]:
    return sorted(records, key=lambda record: (_changed(record), record["id"]), reverse=True)[:SHOWN]


def _changed(record: Record) -> str:
    return str((record.get("_info") or {}).get("lastUpdated") or "")


def _text(record: Record, name: str) -> str:
    value = record.get(name)
    return "" if value is None else str(value)


async def _object(request: Request) -> dict[str, Any]:
    parsed = load_json(await request.body())
    if not isinstance(parsed, dict):
        raise ValueError("a JSON object is expected")
    return parsed


def _route(method: str, name: str, handler: Handler, status: int = 200) -> Route:
    async def endpoint(request: Request) -> Response:
        try:
            body, code = await handler(request), status
        except ValueError as error:
            body, code = {"error": str(error)}, 400
        return Response(dump_json(body), code, media_type="application/json")

    return Route(f"/_sandbox/{name}", endpoint, methods=[method])
