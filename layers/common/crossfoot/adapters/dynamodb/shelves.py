"""What is on a shelf (I7): pointers that are written before the record, and removed by who reads the list.

A pointer names the day of the record and the version that it was written for, and each version has its own. So a reader
may remove one whose record has left the shelf, or the day, in a later version: whoever wrote it can no longer save that
version, because a save names the version that it takes the place of. A pointer to a version that is not in the book yet
belongs to a save on its way, and stays; so does one to a record that is archived and brought back in the same version.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from heapq import merge
from itertools import chain, groupby, islice

from crossfoot.adapters.dynamodb import keys, shapes
from crossfoot.adapters.dynamodb.keys import FIRST, LAST, Key
from crossfoot.adapters.dynamodb.paging import (
    MAX_LOOKED_AT,
    day_bounds,
    from_cursor,
    name_list,
    require_limit,
    to_cursor,
)
from crossfoot.adapters.dynamodb.pointers import shelved
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Kind, Record, Ref, System
from crossfoot.core.shelves import Shelf, systems_on_shelves
from crossfoot.ports import ListPage

MAX_LIMIT = 1000


class Unpaid:
    """The unpaid invoices of a partner."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load_page(self, tenant: str, system: System, cursor: str, limit: int) -> ListPage:
        """Read a page, in no order, and remove the pointers that are of no use any more.

        Raises: Rejected("cursor_invalid").
        """
        require_limit(limit, MAX_LIMIT)
        digest = name_list(tenant, "unpaid", system)
        places = self._places(tenant, system, from_cursor(digest, cursor, _is_place), limit + 1)
        found: dict[Ref, Record] = {}
        looked_at = 0
        last = Key("", "")
        while len(found) < limit and looked_at < MAX_LOOKED_AT:
            some = list(islice(places, limit - len(found)))
            if not some:
                return ListPage(tuple(found.values()), "")
            looked_at += len(some)
            last = some[-1]
            found |= self._follow(tenant, some)
        more = next(places, None) is not None
        return ListPage(tuple(found.values()), to_cursor(digest, _to_place(last)) if more else "")

    def _places(self, tenant: str, system: System, after: str, page: int) -> Iterator[Key]:
        """Go through the buckets. An invoice that was given is not given again, whatever further pointers it has."""
        bucket, _, given = after.partition("#")
        for number in range(int(bucket or 0), keys.SHELF_BUCKETS):
            behind = f"{given}{LAST}" if after and number == int(bucket) else FIRST
            for key, _ in self._table.query(
                keys.shelf_pk(tenant, Shelf.UNPAID, Kind.INVOICE, system, number), behind, LAST, page=page
            ):
                yield key

    def _follow(self, tenant: str, places: list[Key]) -> dict[Ref, Record]:
        pointers = [(key, *keys.shelved_ref(key)[:2]) for key in places]
        by_key = {keys.record(tenant, ref): ref for _, _, ref in pointers}
        items = self._table.get_many(by_key)
        records = {by_key[key]: shapes.to_record(by_key[key], item) for key, item in items.items()}
        self._table.delete_many(key for key, _, ref in pointers if is_over(key, records.get(ref)))
        # One that was dated anew has another pointer; should the walk have passed that, it was read just now.
        return {ref: records[ref] for key, _, ref in pointers if ref in records and _is_there(key, records[ref])}


def is_over(pointer: Key, record: Record | None) -> bool:
    """Tell whether a pointer is of no use any more: its record is not there on its day, in a version behind its own.

    Takes: `record` as it stands, or stood a moment ago: that it ever stood so is enough.
    """
    if record is None or _is_there(pointer, record):
        return False
    version = keys.shelved_ref(pointer)[2]
    return (record.version.updated_at, record.version.seen_at) > version


def _is_there(pointer: Key, record: Record) -> bool:
    """Tell whether a record is still on the shelf, and of that day."""
    return (keys.shelf_of(pointer), keys.shelved_ref(pointer)[0]) in shelved(record)


def _to_place(key: Key) -> str:
    day, ref, _ = keys.shelved_ref(key)
    return f"{keys.shelf_bucket(ref.id)}#{keys.shelved_on(ref, day)}"


def _is_place(place: str) -> bool:
    bucket, _, given = place.partition("#")
    return bucket in {str(number) for number in range(keys.SHELF_BUCKETS)} and given.endswith("#") and given.isascii()


@dataclass(frozen=True, slots=True)
class ShelfByDate:
    """A kind's records on a shelf, by date: its buckets, merged. One that has several pointers has one place."""

    tenant: str
    shelf: Shelf
    kind: Kind
    first: date | None
    last: date | None
    system: System | None
    oldest_first: bool = False

    @property
    def _bounds(self) -> tuple[str, str]:
        return day_bounds(self.first, self.last)

    @property
    def digest(self) -> str:
        """Name the list with its filters."""
        return name_list(self.tenant, self.shelf, self.kind, self.first, self.last, self.system, self.oldest_first)

    def has(self, sort_key: str) -> bool:
        """Tell whether a sort key lies within the list."""
        first, last = self._bounds
        return (
            first <= sort_key <= last
            and sort_key.isascii()
            and sort_key.rpartition("#")[2] in systems_on_shelves(self.kind)
        )

    def sort_key(self, place: Key) -> str:
        """Name a place: its day, its record's id, and the system."""
        day, ref, _ = keys.shelved_ref(place)
        return f"{keys.shelved_on(ref, day)}{ref.system}"

    def walk(self, table: Table, after: str, page: int) -> Iterator[Key]:
        """Go through the places in their order, behind a sort key."""
        first, last = self._bounds
        if first > last:
            return
        # A bucket holds its part of the page, more or less; where it is more, it is read on.
        part = page * 2 // keys.SHELF_BUCKETS + 1

        def begin(bucket: tuple[System, int]) -> Iterator[Key]:
            system, number = bucket
            pointers = table.query(
                keys.shelf_pk(self.tenant, self.shelf, self.kind, system, number), first, last,
                newest_first=not self.oldest_first, after=self._behind(after, system), page=part, consistent=False,
            )  # fmt: skip
            read = list(islice(pointers, 1))
            return (key for key, _ in chain(read, pointers))

        systems = [self.system] if self.system else systems_on_shelves(self.kind)
        buckets = table.each(begin, [(system, number) for system in systems for number in range(keys.SHELF_BUCKETS)])
        merged = merge(*buckets, key=self.sort_key, reverse=not self.oldest_first)
        yield from (next(same) for _, same in groupby(merged, self.sort_key))

    def ref_at(self, place: Key) -> Ref | None:
        """Read where a place leads to."""
        return keys.shelved_ref(place)[1]

    def shows(self, place: Key, record: Record) -> bool:
        """Tell whether a record is still on the shelf, and of that day."""
        return _is_there(place, record)

    def _behind(self, after: str, system: System) -> str:
        """Say behind which sort key a system's buckets go on: at a record of the same day and id, the systems differ."""
        if not after:
            return ""
        given, _, last_system = after.rpartition("#")
        is_given = system <= last_system if self.oldest_first else system >= last_system
        return f"{given}#{LAST}" if is_given is self.oldest_first else f"{given}#"
