"""The one door to the internet: bounded in time and size, pinned to checked addresses, every failure named.

What a failure means for the caller:

    could not connect                          RemoteUnavailable   nothing left us, also of a write
    read: timeout, reset, 5xx, not JSON        RemoteUnavailable
    write: timeout, reset, 5xx, not JSON       OutcomeUnknown      it may have been carried out: look first
    429                                        RateLimited         nothing was written
    any other status                           an Answer           the vendor's client knows what it means
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from crossfoot.errors import AnswerTooLarge, OutcomeUnknown, RateLimited, RemoteUnavailable
from crossfoot.http.exact_json import read_json
from crossfoot.http.hosts import STRICT, Addresses, PinnedAdapter, Policy, Resolve, check_url, port_of, resolve_name

CONNECT_TIMEOUT_S = 3.05
READ_TIMEOUT_S = 20.0
# The read timeout is per packet; a host that sends a byte at a time is ended by this one.
TOTAL_TIMEOUT_S = 60.0
MAX_ANSWER_BYTES = 32 * 1024 * 1024
# A stream is never held as a whole; the cap only ends what does not end by itself.
MAX_STREAM_BYTES = 64 * 1024 * 1024
CHUNK_BYTES = 64 * 1024
DEFAULT_RETRY_AFTER_S = 60.0
MAX_RETRY_AFTER_S = 900.0
# A worker sleeps between invocations; a connection that idled longer is likely cut by the other side, and a write over
# it would end as OutcomeUnknown for no reason.
MAX_IDLE_S = 20.0
USER_AGENT = "crossfoot/0.1"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Header names are in small letters."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str
    write: bool

    @property
    def ok(self) -> bool:
        """Tell whether the status is a success."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Read the body as JSON with exact decimals.

        Raises: RemoteUnavailable (for a write OutcomeUnknown) when it is no JSON, as a proxy's page is.
        """
        try:
            return read_json(self.content)
        except ValueError:
            raise _failure(self.write, self.url, f"status {self.status}, not JSON") from None


@dataclass(frozen=True, slots=True)
class Download:
    """An answer that is read in chunks.

    Takes: a success has its body in `chunks` only, each given once; anything else has it whole in `answer`.
    """

    answer: Answer
    chunks: Iterator[bytes]


class Door:
    """Sends requests to vendors. Make one per worker: its connections are kept for the next call."""

    def __init__(
        self,
        policy: Policy = STRICT,
        *,
        resolve: Resolve | None = None,
        now: Callable[[], float] = time.time,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        max_stream_bytes: int = MAX_STREAM_BYTES,
        read_timeout_s: float = READ_TIMEOUT_S,
        ca_file: str | None = None,
    ) -> None:
        self._policy, self._now = policy, now
        self._max_answer_bytes, self._max_stream_bytes = max_answer_bytes, max_stream_bytes
        self._read_timeout_s = read_timeout_s
        self._verify: bool | str = ca_file or True
        self._addresses = Addresses(policy, resolve or resolve_name, now)
        self._session = requests.Session()
        # Proxies, netrc and CA bundles of the surroundings have no say in where a partner's credentials go.
        self._session.trust_env = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, PinnedAdapter(self._addresses))
        self._used_at = now()

    @property
    def policy(self) -> Policy:
        """Give the policy, for checking a host before it is stored."""
        return self._policy

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
        """Send one request and read the whole answer; redirects are not followed.

        Takes: `write` says whether the call changes something at the vendor, which decides how a failure is named;
        `more_time_s` is for a call that does much at once: so much longer than for others its answer is waited for.
        Raises: as the module says; Rejected("site_refused") when the policy does not open to the host.
        """
        deadline = time.monotonic() + TOTAL_TIMEOUT_S + more_time_s
        with self._send(method, url, write, headers, params, body, more_time_s) as response:
            return self._answer(response, url, write, deadline)

    @contextmanager
    def stream(
        self, url: str, *, headers: Mapping[str, str] | None = None, params: Mapping[str, str] | None = None
    ) -> Iterator[Download]:
        """Read what may be large, chunk by chunk while the context lasts.

        Raises: as `request` does for a read, where it breaks off also out of the chunks.
        """
        deadline = time.monotonic() + TOTAL_TIMEOUT_S
        with self._send("GET", url, False, headers, params) as response:
            if not 200 <= response.status_code < 300:
                yield Download(self._answer(response, url, False, deadline), iter(()))
                return
            answer = Answer(response.status_code, _headers_of(response), b"", url, False)
            yield Download(answer, self._chunks(response, url, False, deadline, self._max_stream_bytes))

    def _send(
        self,
        method: str,
        url: str,
        write: bool,
        headers: Mapping[str, str] | None,
        params: Mapping[str, str] | None,
        body: bytes | None = None,
        more_time_s: float = 0.0,
    ) -> requests.Response:
        """Send a request. Whoever gets the response reads its body, and closes it."""
        parts = check_url(url, self._policy)
        self._addresses.find(parts.hostname or "", port_of(parts))
        self._drop_idle_connections()
        try:
            return self._session.request(
                method,
                url,
                params=params,
                data=body,
                headers={"User-Agent": USER_AGENT, **(headers or {})},
                timeout=(CONNECT_TIMEOUT_S, self._read_timeout_s + more_time_s),
                allow_redirects=False,
                stream=True,
                verify=self._verify,
            )
        except requests.RequestException as error:
            raise self._broken(error, url, write) from error

    def _answer(self, response: requests.Response, url: str, write: bool, deadline: float) -> Answer:
        headers = _headers_of(response)
        if response.status_code == 429:
            raise RateLimited(f"{_host(url)} asks us to slow down", retry_after_s(headers))
        content = b"".join(self._chunks(response, url, write, deadline, self._max_answer_bytes))
        if response.status_code >= 500:
            wait_s = retry_after_s(headers) if "retry-after" in headers else None
            raise _failure(write, url, f"status {response.status_code}", wait_s)
        return Answer(response.status_code, headers, content, url, write)

    def _chunks(
        self, response: requests.Response, url: str, write: bool, deadline: float, max_bytes: int
    ) -> Iterator[bytes]:
        size = 0
        try:
            for chunk in response.iter_content(CHUNK_BYTES):
                size += len(chunk)
                if size > max_bytes:
                    raise _too_large(write, url, max_bytes)
                if time.monotonic() > deadline:
                    raise _failure(write, url, "the answer took too long")
                yield chunk
        except requests.RequestException as error:
            raise self._broken(error, url, write) from error

    def _broken(self, error: requests.RequestException, url: str, write: bool) -> RemoteUnavailable | OutcomeUnknown:
        self._addresses.forget(_host(url))
        return _failure(write and not _never_left(error), url, type(error).__name__)

    def _drop_idle_connections(self) -> None:
        now = self._now()
        if now - self._used_at > MAX_IDLE_S:
            self._session.close()
        self._used_at = now


def retry_after_s(headers: Mapping[str, str]) -> float:
    """Read how long a vendor wants us to wait: seconds, or a date that is set against the answer's own date."""
    wait = headers.get("retry-after", "").strip()
    if wait.isdigit():
        return min(float(wait), MAX_RETRY_AFTER_S)
    try:
        until, sent_at = parsedate_to_datetime(wait), parsedate_to_datetime(headers.get("date", ""))
        return min(max((until - sent_at).total_seconds(), 1.0), MAX_RETRY_AFTER_S)
    except (ValueError, TypeError):
        return DEFAULT_RETRY_AFTER_S


def _failure(
    maybe_written: bool, url: str, why: str, wait_s: float | None = None
) -> RemoteUnavailable | OutcomeUnknown:
    if maybe_written:
        return OutcomeUnknown(f"{_host(url)} may have carried the write out: {why}")
    return RemoteUnavailable(f"{_host(url)} did not answer: {why}", wait_s)


def _too_large(maybe_written: bool, url: str, limit_bytes: int) -> RemoteUnavailable | OutcomeUnknown:
    why = f"answer larger than {limit_bytes} bytes"
    return _failure(True, url, why) if maybe_written else AnswerTooLarge(f"{_host(url)} did not answer: {why}")


def _never_left(error: requests.RequestException) -> bool:
    """Tell whether the failure came before a byte of the request was sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = getattr(error.args[0], "reason", None) if error.args else None
    causes = (reason, reason.args[0] if reason is not None and reason.args else None)
    return any(isinstance(c, NewConnectionError | ConnectTimeoutError | ssl.SSLCertVerificationError) for c in causes)


def _headers_of(response: requests.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in response.headers.items()}


def _host(url: str) -> str:
    return urlsplit(url).hostname or "the host"
