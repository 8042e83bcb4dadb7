"""The one door to the internet: bounded in time and size, pinned to checked addresses, every failure named.

What a failure means for the caller:

    could not connect                          RemoteUnavailable   nothing left us, also of a write
    read: timeout, reset, 5xx, not JSON        RemoteUnavailable
    write: timeout, reset, 5xx, not JSON       OutcomeUnknown      it may have been carried out: look first
    429                                        RateLimited         nothing was written
    any other status                           an Answer           the vendor's client knows what it means

A host that a partner typed is hostile until shown otherwise: https only, a public name, every address behind it public,
and the connection goes to the address that was checked, while TLS still verifies the name.
"""

import ipaddress
import json
import re
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from crossfoot.errors import AnswerTooLarge, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable

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
RESOLUTION_LIFE_S = 60.0
USER_AGENT = "crossfoot/0.1"

type Resolve = Callable[[str, int], tuple[str, ...]]
type Wire = bool | int | str | Decimal | list[Wire] | tuple[Wire, ...] | Mapping[str, Wire] | None


@dataclass(frozen=True, slots=True)
class Policy:
    """Which hosts the door opens to. Only the stage `local` may use LOCAL: plain http and loopback (the sandboxes)."""

    plain_http: bool = False
    private_addresses: bool = False


STRICT = Policy()
LOCAL = Policy(plain_http=True, private_addresses=True)


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


def read_json(raw: bytes | str) -> Any:
    """Parse JSON; numbers with a point become Decimal. Raises: ValueError, also for NaN and Infinity."""
    return json.loads(raw, parse_float=Decimal, parse_constant=_refuse_constant)


def write_json(value: Wire) -> str:
    """Write JSON whose decimals are numbers digit for digit: `Decimal("100.00")` is `100.00`."""
    match value:
        case Decimal():
            if not value.is_finite():
                raise ValueError("not a number that JSON knows")
            return format(value, "f")
        case Mapping():
            return "{" + ",".join(f"{json.dumps(str(key))}:{write_json(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(write_json(item) for item in value) + "]"
        case float():
            raise TypeError("money is never a float")
        case _:
            return json.dumps(value)


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON number")


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
        self._addresses = _Addresses(policy, resolve or _resolve, now)
        self._session = requests.Session()
        # Proxies, netrc and CA bundles of the surroundings have no say in where a partner's credentials go.
        self._session.trust_env = False
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _PinnedAdapter(self._addresses))
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
    ) -> Answer:
        """Send one request and read the whole answer; redirects are not followed.

        Takes: `write` says whether the call changes something at the vendor, which decides how a failure is named.
        Raises: as the module says; Rejected("site_refused") when the policy does not open to the host.
        """
        deadline = time.monotonic() + TOTAL_TIMEOUT_S
        with self._send(method, url, write, headers, params, body) as response:
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
    ) -> requests.Response:
        """Send a request. Whoever gets the response reads its body, and closes it."""
        parts = check_url(url, self._policy)
        self._addresses.find(parts.hostname or "", _port(parts))
        self._drop_idle_connections()
        try:
            return self._session.request(
                method,
                url,
                params=params,
                data=body,
                headers={"User-Agent": USER_AGENT, **(headers or {})},
                timeout=(CONNECT_TIMEOUT_S, self._read_timeout_s),
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
            raise _failure(write, url, f"status {response.status_code}")
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
                    raise _failure(write, url, f"answer took longer than {TOTAL_TIMEOUT_S:.0f} s")
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


def _failure(maybe_written: bool, url: str, why: str) -> RemoteUnavailable | OutcomeUnknown:
    if maybe_written:
        return OutcomeUnknown(f"{_host(url)} may have carried the write out: {why}")
    return RemoteUnavailable(f"{_host(url)} did not answer: {why}")


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


# --- which hosts ------------------------------------------------------------------------------------------------------

_NAME = re.compile(r"(?=.{4,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IPV6_INTERNET = ipaddress.ip_network("2000::/3")
# Not for the internet, though `is_global` of Python 3.13.0 says so: protocol assignments, documentation, 6to4.
_NEVER = tuple(ipaddress.ip_network(text) for text in ("192.0.0.0/24", "3fff::/20", "2002::/16"))


def check_url(url: str, policy: Policy) -> SplitResult:
    """Check a URL's form before anything is resolved.

    Raises: Rejected("site_refused") with what is wrong with it, in words for the person who typed it.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused("the address cannot be read", "Check it for typing errors.") from None
    if parts.scheme != "https" and not (policy.plain_http and parts.scheme == "http"):
        raise _refused("only https is possible", "Begin the address with https://")
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise _refused("the address holds a user name", "Leave out everything up to and with the @.")
    if not policy.private_addresses:
        _check_name(parts.hostname or "")
        if port is not None and port != 443 and port < 1024:
            raise _refused(f"port {port} is not one of a web server", "Use 443, or a port above 1023.")
    return parts


def _check_name(host: str) -> None:
    if not _NAME.fullmatch(host.removesuffix(".")):
        # Not quoted: people paste a key into the wrong field, and this is logged.
        raise _refused("the address holds no public host name", "Give the name, such as cw.example.com.")


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the internet, also when an IPv6 address only wraps an IPv4 one."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return is_public(str(ip.ipv4_mapped))
        if ip in _NAT64:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        if ip not in _IPV6_INTERNET:
            return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not any(ip in net for net in _NEVER)


def _refused(what: str, fix: str) -> Rejected:
    return Rejected("site_refused", what, fix)


def _port(parts: SplitResult) -> int:
    return parts.port or (443 if parts.scheme == "https" else 80)


def _resolve(host: str, port: int) -> tuple[str, ...]:
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(str(sockaddr[0]) for *_, sockaddr in answers)


@dataclass
class _Addresses:
    """Checked addresses by host and port, each kept for a minute so that what was checked is what is connected to."""

    policy: Policy
    resolve: Resolve
    now: Callable[[], float]
    known: dict[tuple[str, int], tuple[str, float]] = field(default_factory=dict)

    def find(self, host: str, port: int) -> str:
        address, until = self.known.get((host, port), ("", 0.0))
        if not address or self.now() >= until:
            address = self._look_up(host, port)
            self.known[host, port] = address, self.now() + RESOLUTION_LIFE_S
        return address

    def forget(self, host: str) -> None:
        self.known = {key: value for key, value in self.known.items() if key[0] != host}

    def _look_up(self, host: str, port: int) -> str:
        try:
            addresses = self.resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise RemoteUnavailable(f"the name {host} has no address") from error
        if not addresses:
            raise RemoteUnavailable(f"the name {host} has no address")
        if not self.policy.private_addresses and not all(is_public(address) for address in addresses):
            raise _refused(f"{host} leads into a private network", "Give an address that the internet can reach.")
        # IPv4 first: a function in a VPC often has no way out for IPv6
        return min(addresses, key=lambda address: ":" in address)


class _PinnedAdapter(HTTPAdapter):
    """Connects to the checked address, while Host, SNI and the certificate check keep the name."""

    def __init__(self, addresses: _Addresses) -> None:
        super().__init__(max_retries=0, pool_connections=16, pool_maxsize=4)
        self._addresses = addresses

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        parts = urlsplit(request.url)
        name = (parts.hostname or "").removesuffix(".")
        request.headers["Host"] = name if parts.port is None else f"{name}:{parts.port}"
        host = {**host, "host": self._addresses.find(parts.hostname or "", _port(parts))}
        return (host, {**pool, "server_hostname": name}) if parts.scheme == "https" else (host, pool)
