"""A ConnectWise in memory that gives whatever records it is told, well formed or not, and keeps what it was asked."""

import json
import re
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any
from urllib.parse import urlencode

from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.rows import ConnectWisePsa
from crossfoot.adapters.connectwise.site import Account, Codebases
from crossfoot.errors import AnswerTooLarge
from crossfoot.http import LOCAL, MAX_ANSWER_BYTES, Answer, Door

from tests.adapters.sandbox import CountingBudget

ROOT = "https://cw.example.com/v4_6_release/apis/3.0"
LONGEST_URL_CHARS = 2_000
_IDS = re.compile(r"(?P<of>invoice/)?id in \((?P<ids>[\d,]+)\)")
_STAMPS = {"_info": {"lastUpdated": "2026-11-03T09:00:00Z"}}

type Records = Sequence[Any]


class PagedDoor(Door):
    """Answers reads by the grammar that we use.

    `asked` are the paths and parameters, in order. What is set in `always` is on the first page whatever the question,
    what is set in `answers` is the answer as it stands, and `pages_of` are the bodies of one call after the other.
    """

    def __init__(self, tables: Mapping[str, Records]) -> None:
        super().__init__(LOCAL)
        self._tables = tables
        self._indexes: dict[tuple[str, str | None], Mapping[Any, Records]] = {}
        self.always: dict[str, Records] = {}
        self.answers: dict[str, Any] = {}
        self.largest_bytes = MAX_ANSWER_BYTES
        self.pages_of: dict[str, list[bytes]] = {}
        self.asked: list[tuple[str, Mapping[str, str]]] = []

    def request(
        self,
        method: str,
        url: str,
        *,
        write: bool,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        more_time_s: float = 0.0,
    ) -> Answer:
        if "/login/companyinfo/" in url:
            return _answer({"Codebase": "v4_6_release/"}, url)
        path, asked = url.removeprefix(ROOT), params or {}
        assert len(f"{url}?{urlencode(asked)}") <= LONGEST_URL_CHARS
        self.asked.append((path, asked))
        if path in self.pages_of:
            return _answer_of(self.pages_of[path].pop(0), url)
        answer = _answer(self.answers[path] if path in self.answers else self._page(path, asked), url)
        if len(answer.content) > self.largest_bytes:
            raise AnswerTooLarge("more than we take in")
        return answer

    def calls_to(self, path: str) -> int:
        return sum(each == path for each, _ in self.asked)

    def _page(self, path: str, asked: Mapping[str, str]) -> list[Any]:
        if path in self.always:
            return list(self.always[path])
        chosen = self._chosen(path, asked.get("conditions", ""))
        after = int(asked.get("pageId", 0))
        return list(
            islice((r for r in chosen if not isinstance(id_ := _id(r), int) or id_ > after), int(asked["pageSize"]))
        )

    def _chosen(self, path: str, conditions: str) -> Records:
        match = _IDS.fullmatch(conditions)
        if match is None:
            return self._tables.get(path, ())
        ids = [int(each) for each in match["ids"].split(",")]
        assert len(ids) <= 150
        index = self._indexes.get((path, match["of"])) or self._index(path, match["of"])
        return [record for each in ids for record in index.get(each, ())]

    def _index(self, path: str, of: str | None) -> Mapping[Any, Records]:
        index: dict[Any, list[Any]] = {}
        for record in self._tables.get(path, ()):
            index.setdefault(_id(record["invoice"] if of else record), []).append(record)
        self._indexes[path, of] = index
        return index


def _id(record: Any) -> Any:
    return record.get("id") if isinstance(record, dict) else None


def _answer(body: Any, url: str) -> Answer:
    return _answer_of(json.dumps(body).encode(), url)


def _answer_of(content: bytes, url: str) -> Answer:
    return Answer(200, {"date": "Tue, 03 Nov 2026 17:00:00 GMT"}, content, url, False)


class Pages:
    """A site of such records, and our adapter opened on it."""

    def __init__(self, **tables: Records) -> None:
        self.door = PagedDoor({_PATHS[name]: records for name, records in tables.items()})
        self.budget = CountingBudget()
        account = Account("https://cw.example.com", "larkspur", "public", "private", "client")
        codebases = Codebases(self.door, self.budget)
        self._client = ConnectWiseClient(self.door, "t_1", account, codebases, self.budget)
        self.psa = ConnectWisePsa(self._client)

    def slow_down(self, call_s: float) -> None:
        """Let every call take so long, by the clock of the adapter."""
        self.psa = ConnectWisePsa(self._client, lambda: call_s * len(self.door.asked))


_PATHS = {
    "companies": "/company/companies",
    "invoices": "/finance/invoices",
    "agreements": "/finance/agreements",
    "time": "/time/entries",
    "expenses": "/expense/entries",
    "products": "/procurement/products",
}


def company(id_: int, **fields: Any) -> dict[str, Any]:
    return {"id": id_, "identifier": f"C{id_}", "name": f"Company {id_}", "deletedFlag": False, **_STAMPS, **fields}


def invoice(id_: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "invoiceNumber": str(10_000 + id_),
        "type": "Standard",
        "status": {"id": 1, "name": "New", "isClosed": False},
        "company": {"id": 19, "name": "Contoso"},
        "billToCompany": {"id": 20, "name": "Contoso Holding"},
        "date": "2026-11-01T00:00:00Z",
        "dueDate": "2026-12-01T00:00:00Z",
        "serviceTotal": 0,
        "expenseTotal": 0,
        "productTotal": 0,
        "agreementAmount": 0,
        "subtotal": 100.5,
        "salesTax": 0,
        "total": 100.5,
        "payments": 0,
        "credits": 0,
        "balance": 100.5,
        "currency": {"id": 7, "currencyCode": "USD", "numberOfDecimals": 2},
        **_STAMPS,
        **fields,
    }


def time_entry(id_: int, invoice_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "invoice": {"id": invoice_id},
        "timeStart": "2026-11-02T15:30:00Z",
        "actualHours": 2,
        "invoiceHours": 1.5,
        "hourlyRate": 120,
        "hourlyCost": "48.00",
        "extendedInvoiceAmount": 180,
        "billableOption": "Billable",
        "notes": "Replaced the switch",
        "workRole": {"id": 1, "name": "Technician"},
        "workType": {"id": 1, "name": "Regular"},
        **_STAMPS,
        **fields,
    }


def expense(id_: int, invoice_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "invoice": {"id": invoice_id},
        "type": {"id": 1, "name": "Travel"},
        "date": "2026-11-02T00:00:00Z",
        "amount": 10,
        "invoiceAmount": 12.5,
        "billableOption": "Billable",
        "notes": "Parking",
        **_STAMPS,
        **fields,
    }


def product(id_: int, invoice_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "id": id_,
        "invoice": {"id": invoice_id},
        "catalogItem": {"id": 1, "identifier": "SW-LIC", "name": "Software licence"},
        "description": "Licence",
        "quantity": 3,
        "price": 9.99,
        "extPrice": 29.97,
        "billableOption": "Billable",
        "taxCode": {"id": 11, "name": "State"},
        **_STAMPS,
        **fields,
    }
