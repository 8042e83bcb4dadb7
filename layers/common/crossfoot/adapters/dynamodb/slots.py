"""A vendor's limits per second and per minute, shared by all workers of a partner: each call has a slot, taken before it.

    worker A   |-1-----3-|         |-5--7-
    worker B             |-2--4--6-|

Vendors count any minute, and not those of the clock: a worker that used up the end of one and the beginning of the next
would be too fast. A slot is taken when its call is to be made, and never ahead: of two full minutes, as a thousand writes
are, one slot that nobody uses has the last call wait for the third.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.table import MISSING, Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, rows, whole
from crossfoot.core.model import System
from crossfoot.errors import RateLimited
from crossfoot.ports import Clock

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Slots are counted by ticks, and ticks whole: what is held is the limit of a minute and a tick.
_TICK = timedelta(milliseconds=250)
_TICKS = timedelta(minutes=1) // _TICK
_KEPT_FOR = timedelta(hours=1)
# A worker waits for a slot up to so long; for a later one its message comes back.
LONGEST_WAIT = timedelta(seconds=5)
ATTEMPTS = 10
# Farther ahead no slot can be that was given by a right clock.
_FARTHEST = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Slots:
    """What a vendor allows one partner. Takes: `gap` is between two calls; of the calls so many may be batches."""

    per_minute: int
    gap: timedelta
    batches_per_minute: int


@dataclass(frozen=True, slots=True)
class _Book:
    """The slots that were given.

    Takes: `counts` are those of the last minute by tick, `batches` of these the ones for batches; `free_at` is behind all.
    """

    revision: int
    free_at: datetime
    counts: Mapping[int, int]
    batches: Mapping[int, int]

    def give(self, now: datetime, limit: Slots, *, batch: bool) -> "tuple[_Book, datetime]":
        """Find the next slot that keeps the limits."""
        at = max(self.free_at, now)
        while self._is_full(_tick(at) - _TICKS, limit, batch=batch):
            at = _EPOCH + (_tick(at) + 1) * _TICK
        first, this = _tick(now) - _TICKS, _tick(at)
        counts, batches = _since(first, self.counts), _since(first, self.batches)
        counts[this] = counts.get(this, 0) + 1
        if batch:
            batches[this] = batches.get(this, 0) + 1
        return _Book(self.revision + 1, at + limit.gap, counts, batches), at

    def _is_full(self, first: int, limit: Slots, *, batch: bool) -> bool:
        if sum(_since(first, self.counts).values()) >= limit.per_minute:
            return True
        return batch and sum(_since(first, self.batches).values()) >= limit.batches_per_minute


class SharedSlots:
    """The slots that the workers of a partner share."""

    def __init__(self, table: Table, clock: Clock, pause: Callable[[float], None]) -> None:
        self._table, self._clock, self._pause = table, clock, pause

    def take(self, tenant: str, system: System, limit: Slots, *, batch: bool = False) -> None:
        """Wait for the next slot. Raises: RateLimited when none is free for a while."""
        wait_s = (self._lease(tenant, system, limit, batch=batch) - self._clock.now()).total_seconds()
        if wait_s > 0:
            self._pause(wait_s)

    def _lease(self, tenant: str, system: System, limit: Slots, *, batch: bool) -> datetime:
        key = keys.next_slot(tenant, system)
        for _ in range(ATTEMPTS):
            now, item = self._clock.now(), self._table.get(key)
            seen = _read(item, now) if item else _Book(0, now, {}, {})
            book, at = seen.give(now, limit, batch=batch)
            if at - now > LONGEST_WAIT:
                what = f"the calls that {system} allows are taken for a while"
                raise RateLimited(what, (at - now).total_seconds(), system=system)
            is_seen = When("#rev = :seen", {"seen": seen.revision}) if item else MISSING
            try:
                self._table.write(Put(key, _to_item(book, now), is_seen))
            except ConditionFailed:
                continue
            return at
        raise RateLimited(f"too many workers want to call {system} at once", 1.0, system=system)


def _tick(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


def _since(first: int, counts: Mapping[int, int]) -> dict[int, int]:
    return {tick: n for tick, n in counts.items() if tick >= first}


def _to_item(book: _Book, now: datetime) -> Item:
    first, last = min(book.counts), max(book.counts)
    return {
        "rev": book.revision,
        "free_at": keys.time_text(book.free_at),
        "first": first,
        "counts": [book.counts.get(tick, 0) for tick in range(first, last + 1)],
        "batches": [[tick - first, n] for tick, n in book.batches.items()],
        "expires_at": int((now + _KEPT_FOR).timestamp()),
    }


def _read(item: Item, now: datetime) -> _Book:
    revision, free_at = whole(item, "rev"), keys.read_time(str(item["free_at"]))
    if free_at - now > _FARTHEST:
        # Somebody's clock was wrong: nobody has to wait for what it gave.
        return _Book(revision, now, {}, {})
    first = whole(item, "first")
    counts = {first + place: n for place, n in enumerate(rows(item, "counts")) if isinstance(n, int) and n}
    batches = {first + place: n for place, n in cast("list[list[int]]", rows(item, "batches"))}
    return _Book(revision, free_at, counts, batches)
