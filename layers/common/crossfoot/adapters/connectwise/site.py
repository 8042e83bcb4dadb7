"""A ConnectWise site: its address as a partner types it, and the codebase that the cloud moves with every upgrade."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

from crossfoot.core.model import System
from crossfoot.errors import Rejected, RemoteUnavailable
from crossfoot.http import Door, Policy, check_url
from crossfoot.ports import ApiKeys, Budget

# Always works: the cloud's router takes it, and a server of one's own knows no other.
FALLBACK_CODEBASE = "v4_6_release/"
_CLOUD = ".myconnectwise.net"
_API_PREFIXES = ("api-", "sandbox-")
_STAGING = "staging.connectwisedev.com"


@dataclass(frozen=True, slots=True)
class Account:
    """How to reach one partner's ConnectWise, and as whom.

    Takes: `client_id` is our product's registration, the same for every partner.
    """

    site_url: str
    company_id: str
    public_key: str = field(repr=False)
    private_key: str = field(repr=False)
    client_id: str = field(repr=False)


def account_of(keys: ApiKeys, client_id: str) -> Account:
    """Give the account that typed keys open."""
    return Account(keys.site_url, keys.company_id, keys.public_key, keys.private_key, client_id)


def stored_account(details: Mapping[str, str] | None, secrets: Mapping[str, str], client_id: str) -> Account:
    """Give the account of a stored connection. Takes: the connection's details and its secrets."""
    site = details or {}
    return Account(site["site_url"], site["company_id"], secrets["public_key"], secrets["private_key"], client_id)


def normalise_site_url(typed: str, policy: Policy) -> str:
    """Turn what a partner typed into an origin.

    Raises: Rejected("site_url_invalid") with the address to use, where it can be known.
    """
    text = typed.strip()
    try:
        parts = check_url(text if "://" in text else f"https://{text}", policy)
    except Rejected as error:
        raise Rejected("site_url_invalid", error.detail, error.fix) from None
    host = (parts.hostname or "").removesuffix(".")
    if (better := _api_host(host)) != host:
        raise Rejected(
            "site_url_invalid", f"the address {host} is where people log in, not the API", f"Use https://{better}"
        )
    port = f":{parts.port}" if parts.port not in (None, 443) else ""
    return f"{parts.scheme}://{host}{port}"


def is_same_site(site_url: str, url: str) -> bool:
    """Tell whether a URL is on a partner's own host; the cloud's host for people counts as the host of its API."""
    ours, theirs = urlsplit(site_url), urlsplit(url)
    try:
        same_port = ours.port == theirs.port
    except ValueError:
        return False
    return (
        ours.scheme == theirs.scheme
        and same_port
        and "@" not in theirs.netloc
        and theirs.hostname is not None
        and ours.hostname in (theirs.hostname, _api_host(theirs.hostname))
    )


def _api_host(host: str) -> str:
    on_cloud = host.endswith(_CLOUD) or host == _STAGING
    return host if not on_cloud or host.startswith(_API_PREFIXES) else f"api-{host}"


def fetch_company_info(door: Door, site_url: str, company_id: str) -> Mapping[str, Any] | None:
    """Ask a site about a login company; it needs no credentials.

    Returns: None for an unknown company.
    Raises: RateLimited; RemoteUnavailable, also when what answers there is no ConnectWise.
    """
    url = f"{site_url}/login/companyinfo/{quote(company_id, safe='')}"
    answer = door.request("GET", url, write=False, headers={"Accept": "application/json"})
    info = answer.json() if answer.ok else {}
    if info is not None and (not isinstance(info, Mapping) or "Codebase" not in info):
        raise RemoteUnavailable(f"{urlsplit(site_url).hostname} does not answer as a ConnectWise server does")
    return info


class Codebases:
    """The codebases found so far. Make one per worker: entries are kept by partner, and never shared between two."""

    def __init__(self, door: Door, budget: Budget) -> None:
        self._door, self._budget = door, budget
        self._found: dict[tuple[str, str, str], str] = {}

    def find(self, tenant: str, account: Account) -> str:
        """Give the codebase of a partner's site, with its slash."""
        key = (tenant, account.site_url, account.company_id)
        if key not in self._found:
            self._budget.take(tenant, System.CONNECTWISE, metered=False)
            info = fetch_company_info(self._door, account.site_url, account.company_id)
            self._found[key] = codebase_in(info)
        return self._found[key]

    def forget(self, tenant: str, account: Account) -> None:
        """Look again on the next call."""
        self._found.pop((tenant, account.site_url, account.company_id), None)


def codebase_in(info: Mapping[str, Any] | None) -> str:
    """Read the codebase from a company's info, with its slash."""
    codebase = str((info or {}).get("Codebase") or FALLBACK_CODEBASE).strip("/")
    return f"{codebase}/"
