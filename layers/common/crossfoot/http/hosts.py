"""Which hosts the door opens to, and connections that are pinned to the address that was checked.

A host that a partner typed is hostile until shown otherwise: https only, a public name, every address behind it public,
and the connection goes to the address that was checked, while TLS still verifies the name.
"""

import ipaddress
import re
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import SplitResult, urlsplit

from requests.adapters import HTTPAdapter

from crossfoot.errors import Rejected, RemoteUnavailable

RESOLUTION_LIFE_S = 60.0

type Resolve = Callable[[str, int], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Policy:
    """Which hosts the door opens to. Only the stage `local` may use LOCAL: plain http and loopback (the sandboxes)."""

    plain_http: bool = False
    private_addresses: bool = False


STRICT = Policy()
LOCAL = Policy(plain_http=True, private_addresses=True)


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


def port_of(parts: SplitResult) -> int:
    """Give the port of an address."""
    return parts.port or (443 if parts.scheme == "https" else 80)


def resolve_name(host: str, port: int) -> tuple[str, ...]:
    """Look a name up."""
    answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(str(sockaddr[0]) for *_, sockaddr in answers)


@dataclass
class Addresses:
    """Checked addresses by host and port, each kept for a minute so that what was checked is what is connected to."""

    policy: Policy
    resolve: Resolve
    now: Callable[[], float]
    known: dict[tuple[str, int], tuple[str, float]] = field(default_factory=dict)

    def find(self, host: str, port: int) -> str:
        """Give the address to connect to. Raises: Rejected("site_refused"), RemoteUnavailable."""
        address, until = self.known.get((host, port), ("", 0.0))
        if not address or self.now() >= until:
            address = self._look_up(host, port)
            self.known[host, port] = address, self.now() + RESOLUTION_LIFE_S
        return address

    def forget(self, host: str) -> None:
        """Look a name up again the next time."""
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


class PinnedAdapter(HTTPAdapter):
    """Connects to the checked address, while Host, SNI and the certificate check keep the name."""

    def __init__(self, addresses: Addresses) -> None:
        super().__init__(max_retries=0, pool_connections=16, pool_maxsize=4)
        self._addresses = addresses

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, pool = super().build_connection_pool_key_attributes(request, verify, cert)
        parts = urlsplit(request.url)
        name = (parts.hostname or "").removesuffix(".")
        request.headers["Host"] = name if parts.port is None else f"{name}:{parts.port}"
        host = {**host, "host": self._addresses.find(parts.hostname or "", port_of(parts))}
        return (host, {**pool, "server_hostname": name}) if parts.scheme == "https" else (host, pool)
