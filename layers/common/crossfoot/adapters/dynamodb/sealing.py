"""Secrets as an item: sealed by the vault under partner and system, with a version that only ever grows."""

import json
from collections.abc import Sequence
from typing import Protocol

from crossfoot.adapters.dynamodb.values import Item, rows
from crossfoot.core.model import System


class Vault(Protocol):
    """What seals secrets: what was sealed for one partner and system opens for no other."""

    def seal(self, tenant: str, system: System, plain: bytes) -> tuple[bytes, ...]:
        """Encrypt."""
        ...

    def open(self, tenant: str, system: System, sealed: Sequence[bytes]) -> bytes:
        """Decrypt."""
        ...


def to_item(vault: Vault, tenant: str, system: System, values: dict[str, str], version: int) -> Item:
    """Seal secrets. The lease is not carried over: storing them gives it back."""
    plain = json.dumps(values, separators=(",", ":")).encode()
    return {"sealed": list(vault.seal(tenant, system, plain)), "version": version}


def to_values(vault: Vault, tenant: str, system: System, item: Item) -> dict[str, str]:
    """Open secrets."""
    sealed = [part for part in rows(item, "sealed") if isinstance(part, bytes)]
    values: dict[str, str] = json.loads(vault.open(tenant, system, sealed))
    return values
