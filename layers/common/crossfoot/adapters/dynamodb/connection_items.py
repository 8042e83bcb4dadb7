"""A connection as an item of the table, without its secrets."""

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.values import Item, text, texts, without_blanks
from crossfoot.core.model import System
from crossfoot.ports import Connection, ConnectionState


def state_of(item: Item) -> ConnectionState:
    """Read the state alone."""
    return ConnectionState(text(item, "state"))


def to_item(connection: Connection) -> Item:
    """Write a connection that was just made: nothing is noted of a silence yet."""
    return without_blanks(
        {
            "state": connection.state.value,
            "account_id": connection.account_id,
            "account_name": connection.account_name,
            "reason": connection.reason,
            "fix": connection.fix,
            "connected_at": keys.maybe_time_text(connection.connected_at),
            "last_read_at": keys.maybe_time_text(connection.last_read_at),
            "credentials_expire_at": keys.maybe_time_text(connection.credentials_expire_at),
            "details": dict(connection.details or {}),
        }
    )


def to_connection(tenant: str, system: System, item: Item) -> Connection:
    """Read a connection."""
    return Connection(
        tenant=tenant,
        system=system,
        state=state_of(item),
        account_id=text(item, "account_id"),
        account_name=text(item, "account_name"),
        reason=text(item, "reason"),
        fix=text(item, "fix"),
        connected_at=keys.read_maybe_time(text(item, "connected_at")),
        last_read_at=keys.read_maybe_time(text(item, "last_read_at")),
        credentials_expire_at=keys.read_maybe_time(text(item, "credentials_expire_at")),
        details=texts(item, "details") or None,
        unanswered_since=keys.read_maybe_time(text(item, "unanswered_since")),
        silent=bool(item.get("silent")),
    )
