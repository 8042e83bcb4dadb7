"""The ConnectWise calls that we make, each counted before and understood after."""

import base64
import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from crossfoot.adapters.connectwise.refusals import NOT_FOUND, SECURITY, Refusal, read_refusal, to_error
from crossfoot.adapters.connectwise.site import Account, Codebases
from crossfoot.adapters.connectwise.translate import to_mark
from crossfoot.core.model import System
from crossfoot.errors import AnswerTooLarge, AuthExpired, CrossfootError, NeedsPartner, Rejected, RemoteUnavailable
from crossfoot.http import Answer, Door, Download, Line, Wire, write_json
from crossfoot.ports import Budget

API_VERSION = "2026.4"
PAGE_SIZE = 1000
# ConnectWise advises `in (…)` of no more ids, and URLs of no more than about 2,000 characters.
IDS_PER_CALL = 150
MAX_IDS_CHARS = 1700
_ENCODED_COMMA = "%2C"

KEYS_REFUSED = "ConnectWise no longer accepts the API keys."
NEW_KEYS = "In ConnectWise, check the API member and its keys (System, Members, API Members), then connect again."

log = logging.getLogger(__name__)

# Takes what is wrong and the fix; `Connections.need_attention` of one partner and system.
type Attention = Callable[[str, str], None]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of records, the vendor's own time of it as a mark, and how many records were asked for."""

    records: Sequence[Mapping[str, Any]]
    time: str
    size: int

    @property
    def is_last(self) -> bool:
        """Tell whether no page follows. The link to a next page is always there: only a short page says so."""
        return len(self.records) < self.size

    @property
    def last_id(self) -> int:
        """Give the id that the next page begins after. Raises: RemoteUnavailable when no record has one."""
        ids = [int(record["id"]) for record in self.records if str(record.get("id")).isdecimal()]
        if not ids:
            raise RemoteUnavailable("ConnectWise gave a page of records without ids")
        return max(ids)


class ConnectWiseClient:
    """Calls one partner's ConnectWise."""

    def __init__(
        self,
        door: Door,
        tenant: str,
        account: Account,
        codebases: Codebases,
        budget: Budget,
        need_attention: Attention | None = None,
        line: Line | None = None,
    ) -> None:
        self._door, self._tenant, self._account = door, tenant, account
        self._codebases, self._budget, self._need_attention = codebases, budget, need_attention
        self._line = line or Line(System.CONNECTWISE)

    def get(
        self, path: str, params: Mapping[str, str] | None = None, *, page_id: int | None = None, quiet: bool = False
    ) -> Answer:
        """Read.

        Takes: `page_id` asks for the records with greater ids, in the order of their ids; `quiet` where a refusal is no
        reason to mark the connection, because what is asked for can be done without.
        """
        return self._call("GET", path, params or {}, page_id=page_id, quiet=quiet)

    def page_after(
        self, path: str, page_id: int, conditions: str = "", *, fields: str = "", quiet: bool = False
    ) -> Page:
        """Read the next page in the order of ids: nothing that changes meanwhile can move a record out of sight."""
        asked = {"conditions": conditions, "fields": fields}
        params = {name: value for name, value in asked.items() if value}
        size = PAGE_SIZE
        while True:
            try:
                answer = self.get(path, {**params, "pageSize": str(size)}, page_id=page_id, quiet=quiet)
            except AnswerTooLarge:
                if size == 1:
                    raise
                size = max(size // 10, 1)
            else:
                return Page(_records_in(answer), time_of(answer), size)

    def pages(self, path: str, conditions: str = "", *, fields: str = "", quiet: bool = False) -> Iterator[Page]:
        """Read every page. Takes: `fields` are names that every version of ConnectWise knows."""
        page_id = 0
        while True:
            page = self.page_after(path, page_id, conditions, fields=fields, quiet=quiet)
            yield page
            if page.is_last:
                return
            page_id = page.last_id

    @contextmanager
    def open(self, path: str) -> Iterator[Iterator[bytes]]:
        """Read what is no JSON, in chunks. Raises: as `get`, where it breaks off also out of the chunks."""
        with self._line.asking(), ExitStack() as stack:
            download = stack.enter_context(self._stream(path))
            if self._has_moved(download.answer):
                download = stack.enter_context(self._stream(path))
            if not download.answer.ok:
                raise self._refused(download.answer, "GET", path, quiet=True)
            yield download.chunks

    def post(self, path: str, body: Mapping[str, Wire]) -> Any:
        """Create a record and give it as stored. ConnectWise has no idempotency key: look before repeating."""
        return self._call("POST", path, {}, write_json(body)).json()

    def ask(self, path: str, body: Mapping[str, Wire]) -> Any:
        """Ask a question that is too long for an address: it is posted, and changes nothing."""
        return self._call("POST", path, {}, write_json(body), write=False).json()

    def patch(self, path: str, values: Mapping[str, Wire]) -> Any:
        """Replace some fields of a record and give it as stored."""
        changes: list[Wire] = [{"op": "replace", "path": name, "value": value} for name, value in values.items()]
        return self._call("PATCH", path, {}, write_json(changes)).json()

    def delete(self, path: str) -> None:
        """Remove a record; one that is gone already is no error."""
        answer = self._call("DELETE", path, {}, missing_is_fine=True)
        if answer.status == 404:
            log.info("connectwise DELETE %s: gone already", path)

    def _call(
        self,
        method: str,
        path: str,
        params: Mapping[str, str],
        body: str | None = None,
        *,
        page_id: int | None = None,
        missing_is_fine: bool = False,
        quiet: bool = False,
        write: bool | None = None,
    ) -> Answer:
        paging = {} if page_id is None else {"pageId": str(page_id)}
        write = method != "GET" if write is None else write
        with self._line.asking(write=write):
            answer = self._send(method, path, {**params, **paging}, body, write=write)
            if self._has_moved(answer):
                answer = self._send(method, path, {**params, **paging}, body, write=write)
            if answer.ok or (missing_is_fine and _is_missing(answer)):
                return answer
            raise self._refused(answer, method, path, quiet=quiet)

    def _has_moved(self, answer: Answer) -> bool:
        """Tell whether the cloud may have moved to a new codebase; a second answer of this kind says that it did not."""
        if answer.status != 404 or _is_missing(answer):
            return False
        self._codebases.forget(self._tenant, self._account)
        return True

    def _refused(self, answer: Answer, method: str, path: str, *, quiet: bool) -> CrossfootError:
        refusal = read_refusal(answer)
        if not refusal.code and refusal.status != 401:
            # A proxy's page is no refusal of ConnectWise's: reading it says what that means for this call.
            answer.json()
        error = _error_of(refusal, path)
        return error if quiet else self._tell(error, method)

    def _tell(self, error: CrossfootError, method: str) -> CrossfootError:
        """Say on the connection what keeps us from reading at all; a refused write is shown on its own record."""
        stops_reading = isinstance(error, Rejected) and error.code == SECURITY and method == "GET"
        if (
            self._need_attention
            and isinstance(error, NeedsPartner)
            and (stops_reading or isinstance(error, AuthExpired))
        ):
            why = f"ConnectWise refuses to be read: {error.detail}" if isinstance(error, Rejected) else str(error)
            self._need_attention(why, error.fix)
        return error

    def _send(self, method: str, path: str, params: Mapping[str, str], body: str | None, *, write: bool) -> Answer:
        answer = self._door.request(
            method,
            self._url_to(path),
            write=write,
            headers=_headers(self._account, forward_only="pageId" in params),
            params=params,
            body=body.encode() if body is not None else None,
        )
        _note(method, path, answer)
        return answer

    @contextmanager
    def _stream(self, path: str) -> Iterator[Download]:
        with self._door.stream(self._url_to(path), headers=_headers(self._account, forward_only=False)) as download:
            _note("GET", path, download.answer)
            yield download

    def _url_to(self, path: str) -> str:
        """Give the whole address of a path, and count the call that is made with it."""
        codebase = self._codebases.find(self._tenant, self._account)
        self._budget.take(self._tenant, System.CONNECTWISE, metered=False)
        return f"{self._account.site_url}/{codebase}apis/3.0{path}"


def conditions_of_ids(ids: Sequence[str]) -> str:
    """Write a condition on ids; they are made numbers first, so that no text can get into the condition."""
    return f"id in ({','.join(str(int(each)) for each in ids)})"


def chunk_ids(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Cut ids into as few parts as ConnectWise takes at once."""
    part: list[str] = []
    chars = 0
    for each in ids:
        width = len(each) + len(_ENCODED_COMMA)
        if part and (len(part) == IDS_PER_CALL or chars + width > MAX_IDS_CHARS):
            yield tuple(part)
            part, chars = [], 0
        part.append(each)
        chars += width
    if part:
        yield tuple(part)


def time_of(answer: Answer) -> str:
    """Give the vendor's own time of an answer. Raises: RemoteUnavailable when it has none."""
    if not answer.headers.get("date"):
        raise RemoteUnavailable("ConnectWise answered without a time")
    return to_mark(answer.headers["date"])


def _records_in(answer: Answer) -> list[Mapping[str, Any]]:
    records = answer.json()
    if not isinstance(records, list):
        raise RemoteUnavailable("ConnectWise answered something that is no list")
    if strangers := sum(not isinstance(record, Mapping) for record in records):
        log.error("connectwise gave %d things that are no records", strangers)
    # Each keeps its place: how long a page is says whether another follows.
    return [record if isinstance(record, Mapping) else {} for record in records]


def _is_missing(answer: Answer) -> bool:
    return answer.status == 404 and read_refusal(answer).code == NOT_FOUND


def _note(method: str, path: str, answer: Answer) -> None:
    request_id = answer.headers.get("x-cw-request-id", "")
    log.info("connectwise %s %s: %d, request %s", method, path, answer.status, request_id)


def basic(account: Account) -> str:
    """Give the Authorization header of an account."""
    text = f"{account.company_id}+{account.public_key}:{account.private_key}"
    return "Basic " + base64.b64encode(text.encode()).decode()


def _headers(account: Account, *, forward_only: bool) -> dict[str, str]:
    headers = {
        "Authorization": basic(account),
        "clientId": account.client_id,
        "Accept": f"application/vnd.connectwise.com+json; version={API_VERSION}",
        "Content-Type": "application/json",
    }
    return {**headers, "pagination-type": "forward-only"} if forward_only else headers


def _error_of(refusal: Refusal, path: str) -> CrossfootError:
    # On the cloud, keys that are not known can answer 404 for the whole API.
    if refusal.status == 401 or (refusal.status == 404 and refusal.code != NOT_FOUND):
        return AuthExpired(KEYS_REFUSED, NEW_KEYS)
    return to_error(refusal, path)
