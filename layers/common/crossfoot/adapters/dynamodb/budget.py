"""The calls that vendors allow, leased in blocks: one write for a block of calls, however many workers share the limit."""

import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.table import Table, Update, When
from crossfoot.adapters.dynamodb.values import whole
from crossfoot.core.model import System
from crossfoot.errors import RateLimited
from crossfoot.ports import Clock

_KEPT_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a vendor allows one partner, with head-room for the partner's other apps.

    Takes: `block` calls are leased at once and divide `per_minute`; `per_second` is kept within a worker only (a system
    is read by one worker at a time), None where the vendor has no such limit.
    """

    per_minute: int
    block: int
    per_second: int | None = None

    def __post_init__(self) -> None:
        if self.per_minute % self.block:
            raise ValueError("a limit is a whole number of blocks")


# QuickBooks: 500 a minute and 10 a second for a company. ConnectWise: about 1,000 a minute.
VENDOR_LIMITS = {
    System.QUICKBOOKS: Limit(per_minute=450, block=50, per_second=10),
    System.CONNECTWISE: Limit(per_minute=900, block=50),
}


@dataclass(slots=True)
class _Lease:
    minute: str
    left: int


class TableBudget:
    """The port Budget in our table. Leases live in the worker; what one does not use is gone when the minute ends."""

    def __init__(
        self,
        table: Table,
        clock: Clock,
        limits: Mapping[System, Limit] = VENDOR_LIMITS,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._table = table
        self._clock = clock
        self._limits = limits
        self._pause = pause
        self._leases: dict[tuple[str, System], _Lease] = {}
        self._recent: dict[tuple[str, System], deque[datetime]] = {}
        self._metered: Counter[tuple[str, System, str]] = Counter()

    def take(self, tenant: str, system: System, metered: bool) -> None:
        """Count one call before it is made, waiting a moment where the vendor has a limit per second.

        Raises: RateLimited when the vendor's limit for this minute would be passed.
        """
        self._keep_pace(tenant, system)
        now = self._clock.now()
        minute = now.strftime("%Y-%m-%dT%H:%M")
        lease = self._leases.get((tenant, system))
        is_new = lease is None or lease.minute != minute or not lease.left
        if lease is None or is_new:
            lease = self._lease(tenant, system, now, minute)
        lease.left -= 1
        if metered:
            self._metered[tenant, system, minute[:7]] += 1
        if is_new:
            # Counted at once, or the one read of a quiet partner would be forgotten with its worker.
            self.flush()

    def flush(self) -> None:
        """Write the metered calls counted since the last time: with each new block, and at the end of an invocation."""
        for (tenant, system, month), calls in list(self._metered.items()):
            self._table.write(Update(keys.metered_calls(tenant, system, month), "ADD #calls :calls", {"calls": calls}))
            del self._metered[tenant, system, month]

    def load_metered(self, tenant: str, system: System, month: str) -> int:
        """Read how many metered calls a partner has used in a month. Takes: `month` as 2026-11."""
        return whole(self._table.get(keys.metered_calls(tenant, system, month)) or {}, "calls")

    def _lease(self, tenant: str, system: System, now: datetime, minute: str) -> _Lease:
        limit = self._limits[system]
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

    def _keep_pace(self, tenant: str, system: System) -> None:
        per_second = self._limits[system].per_second
        if per_second is None:
            return
        recent = self._recent.setdefault((tenant, system), deque(maxlen=per_second))
        if len(recent) == per_second:
            passed_s = (self._clock.now() - recent[0]).total_seconds()
            if 0 <= passed_s < 1:
                self._pause(1 - passed_s)
        recent.append(self._clock.now())
