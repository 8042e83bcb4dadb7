"""Whose vendor account, whose callback URL: looked up before the partner is known, so that ingest imports little."""

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.dynamodb.values import text
from crossfoot.core.model import System


class Accounts:
    """The two lookups that lead from outside to a partner."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find_tenant(self, system: System, account_id: str) -> str | None:
        """Find who is connected to a vendor account; an account that was disconnected is nobody's."""
        if not 0 < len(account_id) <= keys.MAX_ID_LENGTH:
            return None
        item = self._table.get(keys.account(system, account_id)) or {}
        return None if item.get("released") else text(item, "tenant") or None

    def find_tenant_by_callback(self, token_hash: str) -> tuple[str, System] | None:
        """Find whose callback URL this is. Takes: the SHA-256 of the URL's token in hex."""
        if not 0 < len(token_hash) <= keys.MAX_ID_LENGTH:
            return None
        item = self._table.get(keys.callback(token_hash))
        return (text(item, "tenant"), System(text(item, "system"))) if item else None
