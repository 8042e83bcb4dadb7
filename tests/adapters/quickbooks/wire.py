"""A QuickBooks company on the wire, in memory and in one's own hands: it may do whatever the documents do not rule out.

The sandbox is a company as it usually is. This one carries the questions of a batch out in any order and answers them in
another, lets people work between any two of them, sorts the rows of one second as it likes, and refuses single questions.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.cursor import ENTITIES as READ
from crossfoot.adapters.quickbooks.cursor import NAME_LISTS
from crossfoot.adapters.quickbooks.cursor import PAYABLES as READ_OF_PAYABLES
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.adapters.quickbooks.payables_source import QuickBooksPayablesSource
from crossfoot.adapters.quickbooks.source import QuickBooksSource
from crossfoot.adapters.quickbooks.tokens import TokenSource
from crossfoot.core.model import Kind, Record, Standing
from crossfoot.core.windows import OVERLAP
from crossfoot.http import Answer
from crossfoot.ports import Window

from tests.adapters.sandbox import CountingBudget

BEGIN = datetime(2026, 11, 3, 17, 0, 0, tzinfo=UTC)


def kinds_of(entities: Sequence[str]) -> dict[str, Kind]:
    """Name the kinds of a feed's entity types."""
    return {entity: Kind(re.sub(r"(?<=[a-z])(?=[A-Z])", "_", entity).lower()) for entity in entities}


ENTITIES, PAYABLES = kinds_of(READ), kinds_of(READ_OF_PAYABLES)
THROTTLED = {"Error": [{"Message": "ThrottleExceeded", "Detail": "wait", "code": "003001"}], "type": "SERVICE"}
UNSUPPORTED = {"Error": [{"Message": "Unsupported Operation", "code": "500"}], "type": "ValidationFault"}

_STATEMENT = re.compile(
    r"SELECT \* FROM (?P<entity>\w+)(?: WHERE (?P<where>.+?))?"
    r" ORDERBY MetaData\.LastUpdatedTime STARTPOSITION (?P<start>\d+) MAXRESULTS (?P<size>\d+)"
)
_SINCE = re.compile(r"MetaData\.LastUpdatedTime >= '(?P<since>[^']+)'")

type Wire = dict[str, Any]
type Refusal = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]


def nobody_works() -> None:
    """What people do between two questions: nothing."""


def refuse_nothing(item: Mapping[str, Any]) -> None:
    """What QuickBooks has against a question: nothing."""


class WireCompany:
    """The company, and the door to it.

    Takes: `between` is called before each question is carried out; `refuse` may give the fault of a batch's question;
    `ties` sorts the rows of one second: "id", "reverse", or "random", anew for every question.
    """

    def __init__(self, seed: int = 0, *, cdc_cap: int = 1000, ties: str = "id", batched_cdc: bool = True) -> None:
        self.now = BEGIN
        self.random, self.cdc_cap, self.ties, self.batched_cdc = Random(seed), cdc_cap, ties, batched_cdc
        self.living: dict[str, dict[str, Wire]] = {entity: {} for entity in (*ENTITIES, *PAYABLES)}
        self.gone: dict[str, dict[str, Wire]] = {entity: {} for entity in (*ENTITIES, *PAYABLES)}
        self.between: Callable[[], None] = nobody_works
        self.refuse: Refusal = refuse_nothing
        self.calls: list[str] = []
        self._last_id = 0

    # --- what people do ------------------------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def create(self, entity: str) -> str:
        self._last_id += 1
        return self._stamp(entity, str(self._last_id), 0)

    def edit(self, entity: str, record_id: str) -> None:
        self._stamp(entity, record_id, int(self.living[entity][record_id]["SyncToken"]) + 1)

    def delete(self, entity: str, record_id: str) -> None:
        del self.living[entity][record_id]
        time = {"LastUpdatedTime": self.now.isoformat(timespec="seconds")}
        self.gone[entity][record_id] = {"status": "Deleted", "domain": "QBO", "Id": record_id, "MetaData": time}

    def _stamp(self, entity: str, record_id: str, token: int) -> str:
        time = self.now.isoformat(timespec="seconds")
        row = {"Id": record_id, "SyncToken": str(token), "MetaData": {"LastUpdatedTime": time}}
        named: Wire = {"DisplayName": f"Customer {record_id}", "AcctNum": str(token)}
        money: Wire = {
            "TxnDate": "2026-11-03", "CustomerRef": {"value": "1"}, "TotalAmt": token + 1, "Balance": 0, "Line": [],
            "DepositToAccountRef": {"value": "35"}, "VendorRef": {"value": "1"}, "PayType": "Check",
        }  # fmt: skip
        self.living[entity][record_id] = row | (named if entity in NAME_LISTS else money)
        return record_id

    # --- the door ------------------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        url: str,
        *,
        write: bool,
        headers: Mapping[str, str],
        params: Mapping[str, str],
        body: bytes | None = None,
        more_time_s: float = 0.0,
    ) -> Answer:
        assert not write, "a read changes nothing"
        path = url.rpartition("/")[2]
        self.calls.append(path)
        self.advance(0.25)
        envelope = {"time": self.now.isoformat(timespec="milliseconds")}
        text = (body or b"").decode()
        match path:
            case "query":
                content = self._query(text)
            case "cdc":
                content = {"CDCResponse": [self._changes(params["entities"], params["changedSince"])]}
            case _:
                content = {"BatchItemResponse": self._batch(json.loads(text)["BatchItemRequest"])}
        return Answer(200, {}, json.dumps({**content, **envelope}).encode(), url, write=False)

    def _batch(self, items: list[Wire]) -> list[Wire]:
        assert len(items) <= 30
        assert len({item["bId"] for item in items}) == len(items)
        carried_out = [self._item(item) | {"bId": item["bId"]} for item in self.random.sample(items, len(items))]
        self.random.shuffle(carried_out)
        return carried_out

    def _item(self, item: Wire) -> Wire:
        if fault := self.refuse(item):
            return {"Fault": fault}
        if "Query" in item:
            return self._query(item["Query"])
        if not self.batched_cdc:
            return {"Fault": UNSUPPORTED}
        return {"CDCResponse": self._changes(item["CDCQuery"]["Entities"], item["CDCQuery"]["ChangedSince"])}

    def _query(self, statement: str) -> Wire:
        self.between()
        asked = _STATEMENT.fullmatch(statement)
        assert asked, statement
        since = _SINCE.search(asked["where"] or "")
        rows = self._since(self.living[asked["entity"]], since["since"] if since else "2000-01-01T00:00:00+00:00")
        start, size = int(asked["start"]), int(asked["size"])
        assert start >= 1 <= size <= 1000
        page = rows[start - 1 : start - 1 + size]
        found = {asked["entity"]: page, "startPosition": start, "maxResults": len(page)} if page else {}
        return {"QueryResponse": found}

    def _changes(self, entities: str, since: str) -> Wire:
        self.between()
        left, parts = self.cdc_cap, []
        for entity in entities.split(","):
            found = [*self._since(self.living[entity], since), *self._since(self.gone[entity], since)][:left]
            left -= len(found)
            parts.append({entity: found, "startPosition": 1, "maxResults": len(found)} if found else {})
        return {"QueryResponse": parts}

    def _since(self, rows: Mapping[str, Wire], since: str) -> list[Wire]:
        earliest = datetime.fromisoformat(since)
        found = [row for row in rows.values() if _time(row) >= earliest]
        order = {"id": lambda row: int(row["Id"]), "reverse": lambda row: -int(row["Id"])}
        tie: Callable[[Wire], float] = order.get(self.ties, lambda row: self.random.random())
        return sorted(found, key=lambda row: (_time(row), tie(row)))


def _time(row: Wire) -> datetime:
    return datetime.fromisoformat(row["MetaData"]["LastUpdatedTime"])


class Reader:
    """Our adapter on such a company, and a book that keeps what it reads as the real one does: the newest version."""

    def __init__(self, company: WireCompany, limits: Limits, feed: Mapping[str, Kind] = ENTITIES) -> None:
        self.company, self.feed, self.cursor, self.budget = company, feed, "", CountingBudget()
        self.book: dict[tuple[Kind, str], Record] = {}
        self.unseen: set[Kind] = set()
        client = QuickBooksClient(company, "https://vendor.example.com", "t_1", "1", _Tokens(), self.budget)  # type: ignore[arg-type]
        opens = QuickBooksSource if feed is ENTITIES else QuickBooksPayablesSource
        self.source = opens(client, self, limits=limits)

    def now(self) -> datetime:
        return self.company.now

    def read(self, *, and_crash: bool = False) -> Window:
        """Read a window and save it; a crash comes before the cursor is moved."""
        window = self.source.fetch_changes(self.cursor)
        for record in window.records:
            self._save(record)
        self.unseen.update(window.unseen)
        if not and_crash:
            self.cursor = window.cursor
        return window

    def read_all(self) -> Sequence[Window]:
        windows = [self.read()]
        while windows[-1].more:
            assert len(windows) < 300, "it does not come to an end"
            windows.append(self.read())
        return windows

    def settle(self) -> None:
        """Read until nothing is left to read but what nobody changed for long."""
        for _ in range(3):
            self.read_all()
            self.company.advance(OVERLAP.total_seconds() * 2)
        self.read_all()

    def differences(self) -> set[tuple[str, Kind, str]]:
        """Compare the book with the company, in both directions."""
        told = {(kind, row_id): row for entity, kind in self.feed.items() for row_id, row in self._rows(entity)}
        live = {key for key, record in self.book.items() if record.standing is not Standing.DELETED}
        stale = {key for key in told.keys() & live if self._version(key) != _of(told[key])}
        return (
            {("missing", *key) for key in told.keys() - live}
            | {("not gone", *key) for key in live - told.keys()}
            | {("stale", *key) for key in stale}
        )

    def _rows(self, entity: str) -> list[tuple[str, Wire]]:
        return list(self.company.living[entity].items())

    def _version(self, key: tuple[Kind, str]) -> tuple[datetime, int]:
        record: Any = self.book[key]
        told = int(record.account_number) + 1 if key[0] in (Kind.CUSTOMER, Kind.VENDOR) else record.total_minor // 100
        return datetime.fromisoformat(record.version.updated_at), told

    def _save(self, record: Record) -> None:
        key = (record.ref.kind, record.ref.id)
        kept = self.book.get(key)
        if kept is None or _rank(kept) <= _rank(record):
            self.book[key] = record


def _rank(record: Record) -> tuple[str, str]:
    return record.version.updated_at, record.version.seen_at


def _of(row: Wire) -> tuple[datetime, int]:
    return _time(row), int(row["SyncToken"]) + 1


class _Tokens(TokenSource):
    """A token that always works."""

    def __init__(self) -> None:
        pass

    def access_token(self) -> str:
        return "token"

    def renew(self, refused: str) -> str:
        raise AssertionError("nothing was refused")

    def need_attention(self, reason: str, fix: str) -> None:
        raise AssertionError(reason)
