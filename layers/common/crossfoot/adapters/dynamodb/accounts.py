"""Whose vendor account, whose callback URL: looked up before the partner is known, so that ingest imports little."""

from typing import Protocol

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.values import Item, from_attributes, text, to_attributes
from crossfoot.aws import DYNAMODB, AwsService
from crossfoot.core.model import System


class Items(Protocol):
    """Where an item is read by its key: the table, or PointReads."""

    def get(self, key: Key) -> Item | None:
        """Read an item, consistently."""


class PointReads:
    """The table for a webhook, which reads one item by its key and nothing else: boto3 would be half of its start."""

    def __init__(self, table_name: str) -> None:
        self._table_name, self._dynamodb = table_name, AwsService(DYNAMODB)

    def get(self, key: Key) -> Item | None:
        """Read an item, consistently. Raises: RemoteUnavailable."""
        request = {"TableName": self._table_name, "Key": to_attributes(key._asdict()), "ConsistentRead": True}
        found = self._dynamodb.call("GetItem", request).get("Item")
        return None if found is None else from_attributes(found)


class Accounts:
    """The two lookups that lead from outside to a partner."""

    def __init__(self, items: Items) -> None:
        self._items = items

    def find_tenant(self, system: System, account_id: str) -> str | None:
        """Find who is connected to a vendor account; an account that was disconnected is nobody's."""
        if not 0 < len(account_id) <= keys.MAX_ID_LENGTH:
            return None
        item = self._items.get(keys.account(system, account_id)) or {}
        return None if item.get("released") else text(item, "tenant") or None

    def find_tenant_by_callback(self, token_hash: str) -> tuple[str, System] | None:
        """Find whose callback URL this is. Takes: the SHA-256 of the URL's token in hex."""
        if not 0 < len(token_hash) <= keys.MAX_ID_LENGTH:
            return None
        item = self._items.get(keys.callback(token_hash))
        return (text(item, "tenant"), System(text(item, "system"))) if item else None
