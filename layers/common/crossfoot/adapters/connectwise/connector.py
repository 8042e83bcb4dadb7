"""Connects a ConnectWise site by keys (C2): tries them before they are stored, and asks the site to call us on changes."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.refusals import SECURITY, right_for
from crossfoot.adapters.connectwise.site import (
    Account,
    Codebases,
    account_of,
    fetch_company_info,
    normalise_site_url,
    stored_account,
)
from crossfoot.adapters.connectwise.source import INVOICES
from crossfoot.core.model import System
from crossfoot.errors import AuthExpired, Rejected, RemoteUnavailable
from crossfoot.http import Door, Policy, Wire
from crossfoot.ports import ApiKeys, Budget, Grant

CALLBACKS = "/system/callbacks"
# An edit of a line changes its invoice, so lines need none of their own; of payments there is none.
CALLBACK_TYPES = ("invoice", "company")
PAYLOAD_VERSION = "3.0.0"
# Before a connection is stored there is no partner to count calls for; after it, the partner's own count is used.
UNCONNECTED = ""


class _NoBudget:
    def take(self, tenant: str, system: System, metered: bool, *, batch: bool = False) -> None:
        """Count nothing: these few calls are made by a person who waits for them."""


class ConnectWiseConnector:
    """Implements the port KeyDoor.

    What it stores: `secrets` holds the two keys; `details` the site's URL and the login company.
    """

    def __init__(self, door: Door, client_id: str) -> None:
        self._door, self._client_id = door, client_id
        self._budget: Budget = _NoBudget()

    def check(self, keys: ApiKeys) -> Grant:
        """Try the keys, on a finance call too. Raises: Rejected naming which input is wrong, RemoteUnavailable."""
        keys = _tidy(keys, self._door.policy)
        info = self._company_info(keys)
        if info is None:
            raise Rejected(
                "company_id_unknown",
                # Not quoted: people paste a key into the wrong field, and this is logged.
                "ConnectWise knows no company by this id there",
                "Give the company id that people type when they log in, and check the site's address.",
            )
        client = self._client(account_of(keys, self._client_id))
        self._try(client)
        return Grant(
            account_id=f"{keys.company_id.lower()}@{keys.site_url.partition('://')[2]}",
            account_name=str(info.get("CompanyName") or keys.company_id),
            secrets={"public_key": keys.public_key, "private_key": keys.private_key},
            details={"site_url": keys.site_url, "company_id": keys.company_id},
        )

    def register_callbacks(self, grant: Grant, callback_url: str) -> None:
        """Ask the site to call us on changes."""
        self.ensure_callbacks(grant, callback_url)

    def ensure_callbacks(self, grant: Grant, callback_url: str) -> int:
        """Register what is missing, and revive what the site disabled: it does so after three days of failures.

        Returns: how many it had to mend.
        Source: I8, C7.
        """
        client = self._client(stored_account(grant.details, grant.secrets, self._client_id))
        ours = list(_ours(client, callback_url))
        return sum(self._ensure(client, kind, ours, callback_url) for kind in CALLBACK_TYPES)

    def remove_callbacks(self, grant: Grant, callback_url: str) -> None:
        """Take the registrations back, as far as the keys still allow."""
        client = self._client(stored_account(grant.details, grant.secrets, self._client_id))
        try:
            for entry in list(_ours(client, callback_url)):
                client.delete(f"{CALLBACKS}/{int(entry['id'])}")
        except (AuthExpired, Rejected):
            # The partner took the keys' rights away first: the site disables what we no longer answer.
            return

    def _company_info(self, keys: ApiKeys) -> Mapping[str, Any] | None:
        """Ask the site who it is: whatever goes wrong here, the address is the likeliest reason."""
        try:
            return fetch_company_info(self._door, keys.site_url, keys.company_id)
        except RemoteUnavailable as error:
            host = urlsplit(keys.site_url).hostname
            raise Rejected(
                "site_url_invalid",
                f"{host} does not answer as a ConnectWise site does",
                "Check the address (the cloud's are such as https://api-na.myconnectwise.net), and that a firewall of "
                "your own lets our addresses through.",
            ) from error

    def _client(self, account: Account) -> ConnectWiseClient:
        return ConnectWiseClient(self._door, UNCONNECTED, account, Codebases(self._door, self._budget), self._budget)

    def _try(self, client: ConnectWiseClient) -> None:
        try:
            _say_hello(client)
            client.get(INVOICES, {"pageSize": "1"})
        except AuthExpired:
            raise Rejected(
                "keys_refused",
                "ConnectWise does not accept the public and private key for this company",
                "Make a new key pair in ConnectWise (System, Members, API Members, API Keys) and paste both.",
            ) from None
        except Rejected as error:
            raise _without_permission(error) if _is_permission(error) else error from None

    def _ensure(
        self, client: ConnectWiseClient, kind: str, ours: Sequence[Mapping[str, Any]], callback_url: str
    ) -> bool:
        """Make sure of one type. Returns: whether something had to be done for it."""
        entries = [entry for entry in ours if entry.get("type") == kind]
        if any(not entry.get("inactiveFlag") for entry in entries):
            return False
        if entries:
            client.patch(f"{CALLBACKS}/{int(entries[0]['id'])}", {"inactiveFlag": False})
        else:
            self._register(client, kind, callback_url)
        return True

    def _register(self, client: ConnectWiseClient, kind: str, callback_url: str) -> None:
        entry: dict[str, Wire] = {
            "description": "Crossfoot",
            "url": _registered(callback_url),
            "objectId": 1,
            "type": kind,
            "level": "owner",
            "payloadVersion": PAYLOAD_VERSION,
            "inactiveFlag": False,
            # Our own writes need no nudge.
            "isSelfSuppressedFlag": True,
        }
        try:
            client.post(CALLBACKS, entry)
        except Rejected as error:
            if error.code != "ObjectExists":
                raise


def _ours(client: ConnectWiseClient, callback_url: str) -> Iterator[Mapping[str, Any]]:
    """Find our registrations by reading all: a URL inside a condition would have to be quoted, which is not settled."""
    for page in client.pages(CALLBACKS):
        yield from (entry for entry in page.records if entry.get("url") == _registered(callback_url))


def _registered(callback_url: str) -> str:
    # ConnectWise appends the record's id to the end of the URL, then &action=
    return f"{callback_url}?recordId="


def _tidy(keys: ApiKeys, policy: Policy) -> ApiKeys:
    """Take off the blanks that pasting brings."""
    return ApiKeys(
        normalise_site_url(keys.site_url, policy),
        keys.company_id.strip(),
        keys.public_key.strip(),
        keys.private_key.strip(),
    )


def _say_hello(client: ConnectWiseClient) -> None:
    """Make a call that needs no right: refused, it is our own registration that the site does not take."""
    try:
        client.get("/system/info")
    except Rejected as error:
        if _is_permission(error):
            raise Rejected(
                "client_id_refused",
                f"ConnectWise does not accept this installation's clientId ({error.detail})",
                "The operator of Crossfoot corrects connectwise_client_id.",
            ) from None
        raise


def _is_permission(error: Rejected) -> bool:
    return error.code == SECURITY


def _without_permission(error: Rejected) -> Rejected:
    return Rejected(
        "permission_missing",
        f"The API member may not read invoices: {right_for(INVOICES)} is missing ({error.detail.rstrip('.')})",
        f"In ConnectWise, give the API member's security role {right_for(INVOICES)}: Edit, Delete and Inquire, level All.",
    )
