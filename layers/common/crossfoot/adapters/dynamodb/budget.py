"""The calls that vendors allow, leased in blocks: one write for a block of calls, however many workers share the limit."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.slots import SharedSlots, Slots
from crossfoot.adapters.dynamodb.table import Table, Update, When
from crossfoot.adapters.dynamodb.values import whole
from crossfoot.core.model import System
from crossfoot.errors import RateLimited
from crossfoot.ports import Clock

_KEPT_FOR = timedelta(hours=1)
# Of so many metered calls the count may be lost with a worker that dies.
FLUSH_EVERY = 50


@dataclass(frozen=True, slots=True)
class Limit:
    """What a vendor allows one partner in a minute, with head-room for the partner's other apps.

    Takes: `block` calls are leased at once and divide `per_minute`.
    """

    per_minute: int
    block: int

    def __post_init__(self) -> None:
        if self.per_minute % self.block:
            raise ValueError("a limit is a whole number of blocks")


# QuickBooks: 500 in any minute and 10 in any second for a company, and 40 batches in any minute for an app on it (120 for
# all its apps). ConnectWise: about 1,000 a minute.
VENDOR_LIMITS: Mapping[System, Limit | Slots] = {
    System.QUICKBOOKS: Slots(per_minute=500, gap=timedelta(milliseconds=112), batches_per_minute=40),
    System.CONNECTWISE: Limit(per_minute=900, block=50),
}


@dataclass(slots=True)
class _Lease:
    minute: str
    left: int


class TableBudget:
    """The port Budget in our table. Leases live in the worker; what one does not use in time is gone."""

    def __init__(
        self,
        table: Table,
        clock: Clock,
        limits: Mapping[System, Limit | Slots] = VENDOR_LIMITS,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._clock = clock
        self._limits = limits
        self._slots = SharedSlots(table, clock, pause)
        self._leases: dict[tuple[str, System], _Lease] = {}
        self._metered: Counter[tuple[str, System, str]] = Counter()
        self._counted: set[tuple[str, System, str]] = set()

    def take(self, tenant: str, system: System, metered: bool, *, batch: bool = False) -> None:
        """Count one call before it is made, waiting a moment where the vendor has a limit per second.

        Raises: RateLimited when the vendor's limit would be passed.
        """
        limit = self._limits[system]
        if isinstance(limit, Slots):
            self._slots.take(tenant, system, limit, batch=batch)
        else:
            self._take_of_minute(tenant, system, limit)
        if metered:
            self._count(tenant, system)

    def flush(self) -> None:
        """Write the metered calls counted since the last time: now and then, and at the end of an invocation."""
        for (tenant, system, month), calls in list(self._metered.items()):
            self._table.write(Update(keys.metered_calls(tenant, system, month), "ADD #calls :calls", {"calls": calls}))
            del self._metered[tenant, system, month]

    def load_metered(self, tenant: str, system: System, month: str) -> int:
        """Read how many metered calls a partner has used in a month. Takes: `month` as 2026-11."""
        return whole(self._table.get(keys.metered_calls(tenant, system, month)) or {}, "calls")

    def _count(self, tenant: str, system: System) -> None:
        of_month = (tenant, system, f"{self._clock.now():%Y-%m}")
        self._metered[of_month] += 1
        # The first at once, or the one read of a quiet partner would be forgotten with its worker.
        if of_month not in self._counted or self._metered[of_month] >= FLUSH_EVERY:
            self._counted.add(of_month)
            self.flush()

    def _take_of_minute(self, tenant: str, system: System, limit: Limit) -> None:
        now = self._clock.now()
        minute = now.strftime("%Y-%m-%dT%H:%M")
        lease = self._leases.get((tenant, system))
        if lease is None or lease.minute != minute or not lease.left:
            lease = self._lease(tenant, system, limit, now, minute)
        lease.left -= 1

    def _lease(self, tenant: str, system: System, limit: Limit, now: datetime, minute: str) -> _Lease:
        room = When("attribute_not_exists(#calls) OR #calls <= :most", {"most": limit.per_minute - limit.block})
        values = {"block": limit.block, "expires_at": int((now + _KEPT_FOR).timestamp())}
        change = "SET #expires_at = :expires_at ADD #calls :block"
        try:
            self._table.write(Update(keys.calls(tenant, system, minute), change, values, room))
        except ConditionFailed as error:
            retry_after_s = 60 - now.second - now.microsecond / 1_000_000
            what = f"the calls that {system} allows in this minute are used up"
            raise RateLimited(what, retry_after_s, system=system) from error
        lease = self._leases[tenant, system] = _Lease(minute, limit.block)
        return lease
