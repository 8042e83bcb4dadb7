"""Making a connection: a vendor's consent or keys, and what it then lets us see (C1, C2)."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from crossfoot.core.company import LedgerAccount

CALLBACK_PATH = "/webhooks/connectwise/"
# The secret whose SHA-256 `Connections.find_tenant_by_callback` knows the connection by.
CALLBACK_TOKEN = "callback_token"  # noqa: S105 - the name of a secret, not one


def callback_url(public_url: str, token: str) -> str:
    """Give the address that ConnectWise calls for one partner."""
    return f"{public_url}{CALLBACK_PATH}{token}"


@dataclass(frozen=True, slots=True)
class Grant:
    """What a vendor gave us for a partner: who it is there, and the secrets to store."""

    account_id: str
    account_name: str
    secrets: dict[str, str] = field(repr=False)
    credentials_expire_at: datetime | None = None
    details: dict[str, str] | None = None


class OAuthDoor(Protocol):
    """A system that is connected by OAuth 2 (C1)."""

    def authorize_url(self, state: str, redirect_uri: str) -> str:
        """Give the page on which the partner consents."""
        ...

    def exchange(self, code: str, account_id: str, redirect_uri: str) -> Grant:
        """Trade a code for tokens and read the company's name with them. Raises: Rejected, RemoteUnavailable."""
        ...

    def revoke(self, secrets: dict[str, str]) -> None:
        """Revoke tokens at the vendor; tokens that are dead already are no error."""
        ...


@dataclass(frozen=True, slots=True)
class ApiKeys:
    """What a partner types to connect ConnectWise (C2)."""

    site_url: str
    company_id: str
    public_key: str = field(repr=False)
    private_key: str = field(repr=False)


class KeyDoor(Protocol):
    """A system that is connected by keys (C2)."""

    def check(self, keys: ApiKeys) -> Grant:
        """Try the keys, on a finance call too. Raises: Rejected naming which input is wrong, RemoteUnavailable."""
        ...

    def register_callbacks(self, grant: Grant, callback_url: str) -> None:
        """Ask the system to call us on changes; what is registered already is no error."""
        ...

    def ensure_callbacks(self, grant: Grant, callback_url: str) -> int:
        """Register what is missing, and revive what the system disabled. Returns: how many it had to mend (I8, C7)."""
        ...

    def remove_callbacks(self, grant: Grant, callback_url: str) -> None:
        """Take the registrations back, as far as the keys still allow."""
        ...


class Accounts(Protocol):
    """The chart of accounts that a partner chooses from (C1, D1, D2)."""

    def fetch_accounts(self, tenant: str) -> tuple[LedgerAccount, ...]:
        """Read the active accounts live. Raises: NeedsPartner when the accounting system is not connected."""
        ...
