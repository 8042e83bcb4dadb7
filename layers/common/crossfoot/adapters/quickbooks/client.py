"""The few QuickBooks calls that we make, each counted before and understood after."""

import hashlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from crossfoot.adapters.quickbooks.faults import Fault, find_fault, read_fault, to_error
from crossfoot.adapters.quickbooks.tokens import TokenSource
from crossfoot.core.model import System
from crossfoot.errors import CrossfootError, OutcomeUnknown, RemoteUnavailable
from crossfoot.http import Answer, Door, Download, Line, Wire, write_json
from crossfoot.ports import Budget

MINOR_VERSION = "75"
LARGEST_BATCH = 30
_BATCH = "/batch"
# Thirty invoices take QuickBooks longer than one; it gives a call up itself after two minutes.
WRITE_BATCH_MORE_S = 70.0
_CONNECTION_ENDED = frozenset({"6190"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer, and the vendor's own time of it (ISO 8601 with an offset)."""

    body: Mapping[str, Any]
    time: str


type Question = Mapping[str, Wire]


def ask_query(statement: str) -> Question:
    """Put a query statement into a batch."""
    return {"Query": statement}


def ask_changes(entities: Sequence[str], since: str) -> Question:
    """Put a CDC call into a batch: each of them has the cap of 1000 to itself. Source: Intuit's Java SDK, CDCQuery."""
    return {"CDCQuery": {"Entities": ",".join(entities), "ChangedSince": since}}


def ask_create(entity: str, body: Wire) -> Question:
    """Put the making of a record into a batch of writes."""
    return {"operation": "create", entity: body}


@dataclass(frozen=True, slots=True)
class _Call:
    """A call below the company's own address.

    Takes: `metered` is what Intuit counts: every read, and every batch; `more_time_s` as in Door.
    """

    method: str
    path: str
    params: Mapping[str, str]
    body: bytes | None = None
    content_type: str = ""
    write: bool = False
    metered: bool = True
    more_time_s: float = 0.0


class QuickBooksClient:
    """Reads and writes one QuickBooks company, each method in one call. Intuit meters reads, and no single write."""

    def __init__(
        self,
        door: Door,
        api_url: str,
        tenant: str,
        realm_id: str,
        tokens: TokenSource,
        budget: Budget,
        line: Line | None = None,
    ) -> None:
        self._door, self._tenant, self._tokens, self._budget = door, tenant, tokens, budget
        self._line = line or Line(System.QUICKBOOKS)
        self._root = f"{api_url}/v3/company/{realm_id}"

    def query(self, statement: str) -> Reply:
        """Run one query statement. It goes in the body: a list of ids can be longer than a URL may be."""
        with self._line.asking():
            return self._read(_Call("POST", "/query", {}, statement.encode(), "application/text"))

    def changes(self, entities: Sequence[str], since: str) -> Reply:
        """Read what changed of some entity types, deletions last: at most 1000 objects, no pages, 30 days back."""
        with self._line.asking():
            return self._read(_Call("GET", "/cdc", {"entities": ",".join(entities), "changedSince": since}))

    def batch(self, questions: Sequence[Question]) -> list[Reply | Exception]:
        """Ask several things in one metered call.

        Takes: at most 30 questions.
        Returns: the answers in the order of the questions; where QuickBooks refused one, the error that it stands for.
        """
        # QuickBooks promises no order, neither of carrying the questions out nor of the answers.
        items: list[Wire] = [{"bId": str(place), **question} for place, question in enumerate(questions)]
        body = write_json({"BatchItemRequest": items}).encode()
        with self._line.asking():
            reply = self._read(_Call("POST", _BATCH, {}, body, "application/json"))
            answers = _answers_in(reply)
            outcomes = [self._outcome(answers.get(str(place)), reply.time) for place in range(len(questions))]
            for outcome in outcomes:
                self._line.miss(outcome)
        return outcomes

    def write(
        self,
        path: str,
        body: Mapping[str, Wire],
        request_id: str,
        *,
        operation: str = "",
        include: str = "",
        more_time_s: float = 0.0,
    ) -> Mapping[str, Any]:
        """Write one record. It is free of the meter; a batch is not.

        Takes: `request_id` is the key of the write: QuickBooks answers one that it remembers as it did before;
        `more_time_s` as in Door.
        Returns: the answer, which holds the record as it stands now.
        Raises: OutcomeUnknown when it may have been carried out; RateLimited, RemoteUnavailable, Conflict, Rejected,
        AuthExpired when it certainly was not.
        """
        asked = {"requestid": request_id, "operation": operation, "include": include}
        params = {name: value for name, value in asked.items() if value}
        text = write_json(body).encode()
        call = _Call(
            "POST", path, params, text, "application/json", write=True, metered=False, more_time_s=more_time_s
        )  # fmt: skip
        with self._line.asking(write=True):
            return self._accepted(self._ask(call), path)

    def write_batch(self, writes: Sequence[Question], request_id: str) -> list[Reply | CrossfootError]:
        """Write several records, each by itself, in one call. Unlike a single write it is metered.

        Takes: at most 30; `request_id` as in write(), of at most 36 characters.
        Returns: in the order of the writes, the answer with the record as it stands now, or what write() would have raised.
        Raises: what a call as a whole ends with; then OutcomeUnknown means any of them may have been carried out.
        """
        names = [_name_of(place, write) for place, write in enumerate(writes)]
        items: list[Wire] = [{"bId": name, **write} for name, write in zip(names, writes, strict=True)]
        body = write_json({"BatchItemRequest": items}).encode()
        params = {"requestid": request_id}
        call = _Call(
            "POST", _BATCH, params, body, "application/json", write=True, more_time_s=WRITE_BATCH_MORE_S
        )  # fmt: skip
        with self._line.asking(write=True):
            reply = self._read(call)
            answers = _answers_in(reply)
        return [self._write_outcome(answers.get(name), reply.time) for name in names]

    @contextmanager
    def open_pdf(self, path: str) -> Iterator[Iterator[bytes]]:
        """Read a printed transaction in chunks. It is metered as any read; where it breaks off, the chunks raise."""
        with self._line.asking(), ExitStack() as stack:
            token = self._tokens.access_token()
            download = stack.enter_context(self._stream(path, token))
            if download.answer.status == 401:
                download = stack.enter_context(self._stream(path, self._tokens.renew(token)))
            if not download.answer.ok:
                self._accepted(download.answer, path)
            yield download.chunks

    def _stream(self, path: str, token: str) -> AbstractContextManager[Download]:
        self._budget.take(self._tenant, System.QUICKBOOKS, metered=True)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/pdf"}
        return self._door.stream(self._root + path, headers=headers, params={"minorversion": MINOR_VERSION})

    def _outcome(self, item: Mapping[str, Any] | None, time: str) -> Reply | Exception:
        if item is None:
            return RemoteUnavailable("QuickBooks left a question of a batch without an answer")
        fault = find_fault(item) or _inner_fault(item)
        if fault is None:
            return Reply(item, time)
        return self._refusal(fault, _BATCH)

    def _write_outcome(self, item: Mapping[str, Any] | None, time: str) -> Reply | CrossfootError:
        try:
            with self._line.asking(write=True):
                if item is None:
                    raise OutcomeUnknown("QuickBooks left a write of a batch without an answer")
                if fault := find_fault(item):
                    raise self._refusal(fault, _BATCH, write=True)
        except CrossfootError as error:
            return error
        return Reply(item, time)

    def _read(self, call: _Call) -> Reply:
        answer = self._ask(call)
        accepted = self._accepted(answer, call.path)
        return Reply(accepted, _time_of(accepted, answer))

    def _ask(self, call: _Call) -> Answer:
        """Send a request, and once more with a new token where the first was refused: then nothing was carried out."""
        token = self._tokens.access_token()
        answer = self._send(call, token)
        return self._send(call, self._tokens.renew(token)) if answer.status == 401 else answer

    def _send(self, call: _Call, token: str) -> Answer:
        self._budget.take(self._tenant, System.QUICKBOOKS, call.metered, batch=call.path == _BATCH)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if call.content_type:
            headers["Content-Type"] = call.content_type
        answer = self._door.request(
            call.method,
            self._root + call.path,
            write=call.write,
            headers=headers,
            params={**call.params, "minorversion": MINOR_VERSION},
            body=call.body,
            more_time_s=call.more_time_s,
        )
        request_id = answer.headers.get("intuit_tid") or answer.headers.get("intuit-tid", "")
        log.info("quickbooks %s %s: %d, request %s", call.method, call.path, answer.status, request_id)
        return answer

    def _accepted(self, answer: Answer, path: str) -> Mapping[str, Any]:
        """Give the body of a success; raise what anything else means."""
        if not answer.ok:
            refused = answer.status == 401
            raise self._refusal(read_fault(answer), path, refused=refused, write=answer.write)
        body = answer.json()
        if not isinstance(body, Mapping):
            raise to_error(Fault("", "it is no object"), path, write=answer.write)
        if inner := _inner_fault(body):
            raise self._refusal(inner, path, write=answer.write)
        return body

    def _refusal(self, fault: Fault, path: str, *, refused: bool = False, write: bool = False) -> CrossfootError:
        # The detail of an authorization fault can hold the token itself: it goes nowhere.
        if fault.authorization or refused:
            return self._tokens.give_up()
        error = to_error(fault, path, write=write)
        if fault.code in _CONNECTION_ENDED:
            self._tokens.need_attention(str(error), getattr(error, "fix", ""))
        return error


def changes_in(body: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Give the CDC answers in a body: a list of one, and inside a batch perhaps the one itself."""
    found = body.get("CDCResponse") or ()
    return (found,) if isinstance(found, Mapping) else found


def _answers_in(reply: Reply) -> Mapping[str, Mapping[str, Any]]:
    """Give the answers of a batch by the names of what they answer: QuickBooks promises them in no order."""
    return {str(item.get("bId")): item for item in reply.body.get("BatchItemResponse") or ()}


def _name_of(place: int, write: Question) -> str:
    """Name a write of a batch in ten characters.

    By what it says too: QuickBooks answers a name that it remembers of a request id as before, and the answer to another
    write would pass for the one to this.
    """
    return f"{place:02}{hashlib.sha256(write_json(write).encode()).hexdigest()[:8]}"


def _inner_fault(body: Mapping[str, Any]) -> Fault | None:
    """Find a refusal inside an answer of status 200: QuickBooks puts one into a query's answer, or a part of a CDC one."""
    changes = changes_in(body)
    parts = [body, body.get("QueryResponse"), *changes]
    parts.extend(part for change in changes for part in change.get("QueryResponse") or ())
    return next((fault for part in parts if (fault := find_fault(part))), None)


def _time_of(body: Mapping[str, Any], answer: Answer) -> str:
    if body.get("time"):
        return str(body["time"])
    if date := answer.headers.get("date"):
        return parsedate_to_datetime(date).isoformat()
    what = "QuickBooks answered without a time"
    raise OutcomeUnknown(what) if answer.write else RemoteUnavailable(what)
