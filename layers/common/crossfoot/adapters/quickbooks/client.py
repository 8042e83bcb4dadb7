"""The few QuickBooks calls that we make, each counted before and understood after."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from crossfoot.adapters.quickbooks.faults import Fault, find_fault, read_fault, to_error
from crossfoot.adapters.quickbooks.tokens import TokenSource
from crossfoot.core.model import System
from crossfoot.errors import RemoteUnavailable
from crossfoot.http import Answer, Door
from crossfoot.ports import Budget

MINOR_VERSION = "75"
_CONNECTION_ENDED = frozenset({"6190"})

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer, and the vendor's own time of it (ISO 8601 with an offset)."""

    body: Mapping[str, Any]
    time: str


class QuickBooksClient:
    """Reads one QuickBooks company. Every read is metered by Intuit, so each method is one call."""

    def __init__(
        self, door: Door, api_url: str, tenant: str, realm_id: str, tokens: TokenSource, budget: Budget
    ) -> None:
        self._door, self._tenant, self._tokens, self._budget = door, tenant, tokens, budget
        self._root = f"{api_url}/v3/company/{realm_id}"

    def query(self, statement: str) -> Reply:
        """Run one query statement. It goes in the body: a list of ids can be longer than a URL may be."""
        return self._read("POST", "/query", {}, statement.encode(), "application/text")

    def changes(self, entities: Sequence[str], since: str) -> Reply:
        """Read what changed of some entity types, deletions last: at most 1000 objects, no pages, 30 days back."""
        return self._read("GET", "/cdc", {"entities": ",".join(entities), "changedSince": since})

    def _read(
        self, method: str, path: str, params: Mapping[str, str], body: bytes | None = None, content_type: str = ""
    ) -> Reply:
        token = self._tokens.access_token()
        answer = self._send(method, path, params, body, content_type, token)
        if answer.status == 401:
            answer = self._send(method, path, params, body, content_type, self._tokens.renew(token))
        return self._understand(answer, path)

    def _send(
        self, method: str, path: str, params: Mapping[str, str], body: bytes | None, content_type: str, token: str
    ) -> Answer:
        self._budget.take(self._tenant, System.QUICKBOOKS, metered=True)
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        if content_type:
            headers["Content-Type"] = content_type
        answer = self._door.request(
            method,
            self._root + path,
            write=False,
            headers=headers,
            params={**params, "minorversion": MINOR_VERSION},
            body=body,
        )
        request_id = answer.headers.get("intuit_tid") or answer.headers.get("intuit-tid", "")
        log.info("quickbooks %s %s: %d, request %s", method, path, answer.status, request_id)
        return answer

    def _understand(self, answer: Answer, path: str) -> Reply:
        if not answer.ok:
            raise self._refusal(read_fault(answer), answer, path)
        body = answer.json()
        if fault := _inner_fault(body):
            raise self._refusal(fault, answer, path)
        return Reply(body, _time_of(body, answer))

    def _refusal(self, fault: Fault, answer: Answer, path: str) -> Exception:
        # The detail of an authorization fault can hold the token itself: it goes nowhere.
        if fault.authorization or answer.status == 401:
            return self._tokens.give_up()
        error = to_error(fault, path)
        if fault.code in _CONNECTION_ENDED:
            self._tokens.need_attention(str(error), getattr(error, "fix", ""))
        return error


def _inner_fault(body: Mapping[str, Any]) -> Fault | None:
    """Find a refusal inside an answer of status 200: QuickBooks puts one into a query's answer, or a part of a CDC one."""
    changes = body.get("CDCResponse") or ()
    parts = [body, body.get("QueryResponse"), *changes]
    parts.extend(part for change in changes for part in change.get("QueryResponse") or ())
    return next((fault for part in parts if (fault := find_fault(part))), None)


def _time_of(body: Mapping[str, Any], answer: Answer) -> str:
    if body.get("time"):
        return str(body["time"])
    if date := answer.headers.get("date"):
        return parsedate_to_datetime(date).isoformat()
    raise RemoteUnavailable("QuickBooks answered without a time")
