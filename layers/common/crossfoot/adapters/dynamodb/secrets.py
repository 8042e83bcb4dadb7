"""Connections' secrets: read and rotated under a lease, so that of two workers only one refreshes."""

import secrets as chance
from datetime import datetime, timedelta

from crossfoot.adapters.dynamodb import keys, sealing
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.table import Put, Table, Update, When
from crossfoot.adapters.dynamodb.values import whole
from crossfoot.core.model import SYSTEM_NAMES, System
from crossfoot.errors import NeedsPartner
from crossfoot.ports import Clock, SealedSecrets


class TableSecrets:
    """The port Secrets in our table."""

    def __init__(self, table: Table, vault: sealing.Vault, clock: Clock) -> None:
        self._table = table
        self._vault = vault
        self._clock = clock
        self._held: dict[tuple[str, System], str] = {}

    def load(self, tenant: str, system: System) -> SealedSecrets:
        """Read them, consistently. Raises: NeedsPartner when the system is not connected."""
        item = self._table.get(keys.secrets(tenant, system))
        if item is None or "sealed" not in item:
            raise NeedsPartner(f"{SYSTEM_NAMES[system]} is not connected", "Connect it under Connections.")
        return SealedSecrets(sealing.to_values(self._vault, tenant, system, item), whole(item, "version"))

    def save(
        self,
        tenant: str,
        system: System,
        values: dict[str, str],
        seen_version: int,
        credentials_expire_at: datetime | None,
    ) -> None:
        """Store them whole, with the connection's new end of life, in one write; this gives the lease back.

        Raises: Conflict when they are no longer what was seen, or the system was disconnected meanwhile.
        """
        item = sealing.to_item(self._vault, tenant, system, values, seen_version + 1)
        unchanged = When("#version = :seen AND attribute_exists(#sealed)", {"seen": seen_version})
        put = Put(keys.secrets(tenant, system), item, unchanged)
        self._held.pop((tenant, system), None)
        if credentials_expire_at is None:
            self._table.write(put)
        else:
            self._table.transact(put, _note_end_of_life(tenant, system, credentials_expire_at))

    def lease(self, tenant: str, system: System, seconds: int) -> bool:
        """Take the right to refresh for some seconds; False while another worker holds it, or nothing is stored."""
        now = self._clock.now()
        # Drawn anew each time: a worker that was restored from a snapshot would share a name that was drawn at the start.
        holder = chance.token_hex(8)
        free = When(
            "attribute_exists(#sealed) AND (attribute_not_exists(#leased_until) OR #leased_until <= :now)",
            {"now": keys.time_text(now)},
        )
        until = {"holder": holder, "until": keys.time_text(now + timedelta(seconds=seconds))}
        take = Update(keys.secrets(tenant, system), "SET #holder = :holder, #leased_until = :until", until, free)
        try:
            self._table.write(take)
        except ConditionFailed:
            return False
        self._held[tenant, system] = holder
        return True

    def release(self, tenant: str, system: System) -> None:
        """Give the lease back without a change; a lease that ran out, or that others hold now, is no error."""
        holder = self._held.pop((tenant, system), None)
        if holder is None:
            return
        ours = When("#holder = :holder", {"holder": holder})
        give_back = Update(keys.secrets(tenant, system), "REMOVE #holder, #leased_until", {}, ours)
        try:
            self._table.write(give_back)
        except ConditionFailed:
            return  # it ran out, and another worker holds it or has stored new secrets


def _note_end_of_life(tenant: str, system: System, at: datetime) -> Update:
    change = "SET #credentials_expire_at = :at"
    return Update(
        keys.connection(tenant, system), change, {"at": keys.time_text(at)}, When("attribute_exists(#account_id)")
    )
