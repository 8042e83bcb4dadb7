"""The shapes of connections and what they are allowed to do (C1, C2, C3, C6, C7)."""

from datetime import datetime
from typing import Literal

from pydantic import ConfigDict, Field

from crossfoot.core.company import AccountUse
from crossfoot.core.rights import RightState
from crossfoot.messages.api.words import ConnectedSystem, Typed
from crossfoot.messages.routes import Shape

ConnectionState = Literal["connected", "needs_attention", "disconnected", "paused"]


class OneSystem(Shape):
    """A connection, by its system."""

    system: ConnectedSystem


class OAuthReturn(Shape):
    """What Intuit adds to our address when the partner comes back."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    state: str = Field(default="", max_length=1_000, repr=False)
    code: str = Field(default="", max_length=2_000, repr=False)
    realm_id: str = Field(default="", alias="realmId", max_length=64)
    error: str = Field(default="", max_length=200)


class ConnectConnectWise(Shape):
    """The keys of a ConnectWise API member (System > Members > API Members)."""

    site_url: Typed = Field(
        description="Cloud region, or your own server.", examples=["https://api-na.myconnectwise.net"]
    )
    company_id: Typed = Field(description="The company that you sign in with.")
    public_key: Typed = Field(repr=False)
    private_key: Typed = Field(repr=False, json_schema_extra={"writeOnly": True})


class AuthorizeUrl(Shape):
    """Where to send the partner's browser. It is good for ten minutes, once."""

    authorize_url: str


class EventLine(Shape):
    """A line in a connection's history."""

    at: datetime
    what: str


class ConnectionShape(Shape):
    """A connection and how it stands (C7)."""

    system: ConnectedSystem
    state: ConnectionState
    account_id: str
    account_name: str
    reason: str
    fix: str
    connected_at: datetime | None
    last_read_at: datetime | None = Field(
        description="When the system last answered a read. It is noted once an hour at most, and lags by so much."
    )
    credentials_expire_at: datetime | None = Field(description="When the partner has to consent again, if ever.")
    history: list[EventLine]


class RightShape(Shape):
    """A right that Crossfoot needs in ConnectWise, in the words of its security roles, and whether it is there (C3)."""

    right: str = Field(examples=["Finance › Accounting Interface: needs Add, Edit, Delete and Inquire: All"])
    state: RightState
    endpoint: str = Field(description="Where it was tried.")
    without: str = Field(description="What stops without it.")
    note: str = Field(description="What could not be told by trying, and why.")


class PermissionsShape(Shape):
    """Every right that Crossfoot needs, and what the newest test found: on connecting, or by POST (once a minute)."""

    tested_at: datetime | None = Field(description="Null until they were tried; each is then unknown.")
    rights: list[RightShape]
    missing: int


class ConnectedShape(ConnectionShape):
    """A new connection."""

    callbacks: str = Field(description='"registered", or why not; then changes are seen within the hour, not at once.')
    missing_rights: list[RightShape] = Field(
        description="What the security role lacks, and what stops without it (C3)."
    )
    permissions: str = Field(description='"tested", or why not.')


class AccountQuery(Shape):
    """Which accounts are asked for."""

    use: AccountUse = Field(
        default=AccountUse.BANK, description="What they are for: deposits go to a bank account, fees to an expense."
    )


class AccountShape(Shape):
    """An active account of the partner's chart of accounts."""

    id: str
    name: str
    use: AccountUse


class AccountList(Shape):
    """The accounts that a partner may choose, read from QuickBooks just now (C1, D2)."""

    accounts: list[AccountShape]


class ConnectionList(Shape):
    """Both connections, also those that were never made."""

    connections: list[ConnectionShape]
