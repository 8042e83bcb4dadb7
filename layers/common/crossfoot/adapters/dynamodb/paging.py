"""Pages of lists: how many places one looks at, and the cursors that lead from page to page."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Protocol

from crossfoot.adapters.dynamodb import keys, shapes
from crossfoot.adapters.dynamodb.keys import FIRST, LAST, Key
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Record, Ref
from crossfoot.errors import Rejected
from crossfoot.ports import ListPage

# A page looks at this many places at most, however few of them pass the filters; then it is short and says where to go on.
MAX_LOOKED_AT = 1000
MAX_LIMIT = 200
MAX_PLACE_BYTES = 1000


class Places(Protocol):
    """A list as its pages see it: places in an order, each of which leads to a record."""

    @property
    def tenant(self) -> str:
        """Name the partner whose list it is."""
        ...

    @property
    def digest(self) -> str:
        """Name the list with its filters; a page cursor holds for exactly one."""
        ...

    def has(self, sort_key: str) -> bool:
        """Tell whether a sort key lies within the list."""
        ...

    def walk(self, table: Table, after: str, page: int) -> Iterator[Key]:
        """Go through the places in their order, behind a sort key."""
        ...

    def ref_at(self, place: Key) -> Ref | None:
        """Read where a place leads to; None where the filters pass it over."""
        ...

    def shows(self, place: Key, record: Record) -> bool:
        """Tell whether a record is still where the place says."""
        ...

    def sort_key(self, place: Key) -> str:
        """Name a place for a cursor."""
        ...


def day_bounds(first: date | None, last: date | None) -> tuple[str, str]:
    """Give the first and last day as sort keys; the last bound lies behind every record of its day."""
    return (first or date.min).isoformat(), f"{(last or date.max).isoformat()}$"


def name_list(*parts: object) -> str:
    """Name a list by its partner, its kind and its filters."""
    return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()[:16]


def to_cursor(digest: str, sort_key: str) -> str:
    """Write where the next page starts. It names no partition: a page is always read under the caller's own."""
    return base64.urlsafe_b64encode(json.dumps([digest, sort_key]).encode()).decode()


def from_cursor(digest: str, cursor: str, has: Callable[[str], bool]) -> str:
    """Read where a page starts; "" for the first one.

    Raises: Rejected("cursor_invalid") when it is not ours, or was given for another list.
    """
    if not cursor:
        return ""
    try:
        match json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)):
            case [given_for, str(sort_key)] if given_for == digest and _is_place(sort_key) and has(sort_key):
                return sort_key
    except (ValueError, RecursionError):
        pass  # not ours, as below
    raise Rejected(
        "cursor_invalid",
        "this page cursor does not belong to this list",
        "Start again without the cursor, and keep the filters the same from page to page.",
    )


def require_limit(limit: int, most: int = MAX_LIMIT) -> None:
    """Refuse a page that is too large. Raises: ValueError."""
    if not 0 < limit <= most:
        raise ValueError(f"a page has 1 to {most} records, not {limit}")


def load_page(
    table: Table, places: Places, cursor: str, limit: int, *, is_over: Callable[[Key, Record], bool] | None = None
) -> ListPage:
    """Read a page. A place that its record has left is passed over.

    Takes: with `is_over`, places that are of no use any more are removed.
    Raises: Rejected("cursor_invalid").
    """
    require_limit(limit)
    walk = _Walk(places, places.walk(table, from_cursor(places.digest, cursor, places.has), limit + 1))
    found: list[tuple[Key, Record]] = []
    while len(found) < limit and not walk.is_over:
        read = _records_at(table, places, walk.take(limit - len(found)))
        if is_over:
            table.delete_many(place for place, record in read if is_over(place, record))
        found += [(place, record) for place, record in read if places.shows(place, record)]
    return ListPage(
        tuple(record for _, record in found),
        to_cursor(places.digest, walk.last) if walk.has_more() else "",
        tuple(to_cursor(places.digest, places.sort_key(place)) for place, _ in found),
    )


class _Walk:
    """Goes through the places of a page, and knows how many it may look at. `last` is the place that it came to."""

    def __init__(self, places: Places, walk: Iterator[Key]) -> None:
        self._places = places
        self._walk = walk
        self._looked_at = 0
        self.last = ""
        self.is_over = False

    def take(self, most: int) -> list[tuple[Key, Ref]]:
        """Go on to so many places that the filters do not pass over: that needs no read of their records."""
        found: list[tuple[Key, Ref]] = []
        while len(found) < most and not self.is_over:
            place = next(self._walk, None)
            if place is None:
                self.is_over = True
                break
            self._looked_at += 1
            self.is_over = self._looked_at >= MAX_LOOKED_AT
            self.last = self._places.sort_key(place)
            ref = self._places.ref_at(place)
            found += [(place, ref)] if ref else []
        return found

    def has_more(self) -> bool:
        """Tell whether there are places behind the last one."""
        return next(self._walk, None) is not None


def walk_shelves(
    table: Table,
    directory: tuple[str, str, str],
    partition: Callable[[str], str],
    bounds: tuple[str, str],
    *,
    start: tuple[str, str],
    page: int,
    newest_first: bool,
) -> Iterator[Key]:
    """Go through the partitions that a directory names, one after the other.

    Takes: `directory` is its partition, and the first and last entry that are wanted; `bounds` are those of the sort keys;
    `start` is the entry and the sort key behind which to go on, or ("", "").
    """
    pk, first, last = directory
    entry, after = start
    if entry:
        first, last = (first, entry) if newest_first else (entry, last)
    for shelf, _ in table.query(pk, first, last, newest_first=newest_first, consistent=False):
        behind = after if shelf.sk == entry else ""
        for place, _ in table.query(
            partition(shelf.sk), *bounds, newest_first=newest_first, after=behind, page=page, consistent=False
        ):
            yield place


def _records_at(table: Table, places: Places, wanted: list[tuple[Key, Ref]]) -> list[tuple[Key, Record]]:
    by_key = {keys.record(places.tenant, ref): ref for _, ref in wanted}
    items = table.get_many(by_key, consistent=False)
    records = {by_key[key]: shapes.to_record(by_key[key], item) for key, item in items.items()}
    return [(place, records[ref]) for place, ref in wanted if ref in records]


def _is_place(sort_key: str) -> bool:
    return FIRST <= sort_key < LAST and len(sort_key.encode()) <= MAX_PLACE_BYTES
