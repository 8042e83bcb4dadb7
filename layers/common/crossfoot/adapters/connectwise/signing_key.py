"""Fetches the key that signs a site's callbacks, from that partner's own host and nowhere else."""

from crossfoot.adapters.connectwise.client import basic
from crossfoot.adapters.connectwise.site import Account, is_same_site
from crossfoot.errors import Rejected, RemoteUnavailable
from crossfoot.http import Answer, Door


def fetch_signing_key(door: Door, account: Account, key_url: str) -> str:
    """Read the signing key that an unverified callback points at. Keep it by partner and URL.

    Raises: Rejected("foreign_key_url") when the URL is not on the partner's host; RemoteUnavailable, RateLimited.
    """
    if not is_same_site(account.site_url, key_url):
        raise Rejected("foreign_key_url", "the callback's signing key is not on the partner's own site")
    answer = _ask(door, account, key_url, {})
    if answer.status in (401, 403) and account.private_key:
        # Whether the key is open is undocumented; the same host knows our keys anyway.
        answer = _ask(door, account, key_url, {"Authorization": basic(account)})
    key = answer.json().get("signing_key") if answer.ok else None
    if not key:
        raise RemoteUnavailable(f"the site gave no signing key (HTTP status {answer.status})")
    return str(key)


def _ask(door: Door, account: Account, key_url: str, extra: dict[str, str]) -> Answer:
    headers = {"clientId": account.client_id, "Accept": "application/json", **extra}
    return door.request("GET", key_url, write=False, headers=headers)
