"""How often a partner may do something: a turn is free again from a time on, which the write itself compares (I7)."""

import secrets
from datetime import datetime, timedelta

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.table import Delete, Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, text
from crossfoot.errors import Conflict
from crossfoot.ports import Clock

TAKE_ATTEMPTS = 5


class TableLimits:
    """The port Limits in our table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def take(self, tenant: str, what: str, every: timedelta) -> datetime | None:
        """Use the turn up. Returns: None when it was free, else when it will be. Raises: Conflict."""
        taken_by = secrets.token_hex(8)
        for _ in range(TAKE_ATTEMPTS):
            now = self._clock.now()
            free_at = now + every
            item: Item = {
                "free_at": keys.time_text(free_at), "taken_by": taken_by, "expires_at": int(free_at.timestamp()) + 1
            }  # fmt: skip
            is_free = When("attribute_not_exists(#pk) OR #free_at <= :now", {"now": keys.time_text(now)})
            try:
                self._table.write(Put(keys.turn(tenant, what), item, is_free))
            except ConditionFailed:
                taken = self._table.get(keys.turn(tenant, what))
                if taken is None:
                    continue  # it was given back just now
                # A write whose answer was lost is repeated by the AWS client and meets itself.
                return None if text(taken, "taken_by") == taken_by else keys.read_time(text(taken, "free_at"))
            return None
        raise Conflict(f"{what} keeps being taken and given back")

    def give_back(self, tenant: str, what: str) -> None:
        """Free the turn again."""
        self._table.write(Delete(keys.turn(tenant, what)))
