"""How a partner's connections stand, and whose a vendor account is (C6, C7)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from crossfoot.core.model import System
from crossfoot.core.notices import Checkup, Health
from crossfoot.core.silence import tell_silence
from crossfoot.core.tending import Worry

# What the line of a connection that was made begins with, in its history.
CONNECTED_TO = "Connected to "


class ConnectionState(StrEnum):
    """Where a connection stands (C7)."""

    CONNECTED = "connected"
    NEEDS_ATTENTION = "needs_attention"
    DISCONNECTED = "disconnected"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Connection:
    """A partner's connection to a system, without its secrets.

    Takes: `account_id` is the vendor's name of the partner (realm id, login company); `reason` and `fix` say why it needs
    attention; `details` holds what only that vendor's adapter reads (site URL, deposit account …).
    Units: `credentials_expire_at` is the refresh token's known end of life (C7); None where keys do not expire;
    `unanswered_since` is the first read that failed when none was good since, and `silent` whether that is worth telling.
    """

    tenant: str
    system: System
    state: ConnectionState
    account_id: str
    account_name: str = ""
    reason: str = ""
    fix: str = ""
    connected_at: datetime | None = None
    last_read_at: datetime | None = None
    credentials_expire_at: datetime | None = None
    details: dict[str, str] | None = None
    unanswered_since: datetime | None = None
    silent: bool = False


def is_connected(connections: "Connections", tenant: str, system: System) -> bool:
    """Tell whether a system may be read and written now."""
    connection = connections.load(tenant, system)
    return connection is not None and connection.state is ConnectionState.CONNECTED


def why_unread(connection: Connection | None) -> str:
    """Say why a system cannot be read now; "" where it can. Source: C7."""
    match connection.state if connection else ConnectionState.DISCONNECTED:
        case ConnectionState.CONNECTED:
            return ""
        case ConnectionState.PAUSED:
            return "The connection is paused."
        case ConnectionState.NEEDS_ATTENTION if connection and connection.reason:
            return connection.reason
        case ConnectionState.NEEDS_ATTENTION:
            return "The connection needs attention."
        case ConnectionState.DISCONNECTED:
            return "It is not connected."


def worries_about(connection: Connection) -> tuple[Worry, ...]:
    """List what is to be said of a connection, and first that its system is silent, which the rest may come from.

    Source: C7.
    """
    silent = connection.silent and connection.unanswered_since
    said = (tell_silence(connection.system, silent),) if silent else ()
    return (*said, Worry(connection.reason, connection.fix)) if connection.reason else said


def check_up(connection: Connection) -> Checkup | None:
    """Say how a connection stands; None for one that the partner ended or paused, of which there is nothing to tell.

    A warning is told once as long as there is any: its numbers may change every day. Source: C7.
    """
    worries, since = worries_about(connection), str(connection.connected_at or "")
    if connection.state is ConnectionState.NEEDS_ATTENTION:
        health = Health.STOPPED
    elif connection.state is not ConnectionState.CONNECTED:
        return None
    elif connection.silent:
        health, since = Health.SILENT, str(connection.unanswered_since or "")
    else:
        health = Health.WARNED if worries else Health.WELL
    return Checkup(connection.system, connection.account_name, health, worries, since)


@dataclass(frozen=True, slots=True)
class ConnectionEvent:
    """A line in a connection's history."""

    at: datetime
    what: str


class Connections(Protocol):
    """Connections and their secrets; secrets are encrypted under the partner's name and never leave in a Connection."""

    def load(self, tenant: str, system: System) -> Connection | None:
        """Read one connection."""
        ...

    def load_all(self, tenant: str) -> tuple[Connection, ...]:
        """Read the partner's connections."""
        ...

    def load_history(self, tenant: str, system: System) -> tuple[ConnectionEvent, ...]:
        """Read what happened to a connection, oldest first."""
        ...

    def connect(self, connection: Connection, secrets: dict[str, str]) -> None:
        """Store a connection with its secrets and claim the vendor account for this partner.

        Raises: Rejected("account_taken") when another partner holds the same vendor account.
        """
        ...

    def disconnect(self, tenant: str, system: System) -> None:
        """Destroy the secrets, keep the cursor and the history (C6)."""
        ...

    def need_attention(self, tenant: str, system: System, reason: str, fix: str) -> None:
        """Mark a connection as needing the partner; a disconnected one stays so."""
        ...

    def warn(self, tenant: str, system: System, reason: str, fix: str) -> None:
        """Say what a connection will need, without stopping it; "" takes that back. Again is no error (C7).

        A reason that is news is a line in the history. A connection that is not connected stays as it is.
        """
        ...

    def note(self, tenant: str, system: System, what: str) -> None:
        """Add a line to the connection's history."""
        ...

    def touch(self, tenant: str, system: System) -> None:
        """Note that the system answered a read now."""
        ...

    def note_silence(self, tenant: str, system: System) -> None:
        """Note that a read found the system silent; where that has lasted, say so on the connection and in its history.

        Nothing is written but at the first such read, and at the one that makes it worth telling. A connection that is
        not connected stays as it is (C7).
        """
        ...

    def note_answer(self, tenant: str, system: System) -> None:
        """Take back what `note_silence` noted, and say in the history that the system answers again. Again is no error."""
        ...

    def find_tenant(self, system: System, account_id: str) -> str | None:
        """Find whose vendor account this is."""
        ...

    def find_tenant_by_callback(self, token_hash: str) -> tuple[str, System] | None:
        """Find whose callback URL this is."""
        ...

    def set_back(self, system: System, tenants: Iterable[str], to: datetime) -> None:
        """Put partners that are due behind others, as if they were last read then; who was read since stays."""
        ...

    def list_due(self, system: System, read_before: datetime, limit: int) -> tuple[str, ...]:
        """List partners that are connected to a system and were not read since a time, longest waiting first.

        It reads no more than `limit` asks for, and takes from every part of the list alike.
        """
        ...
