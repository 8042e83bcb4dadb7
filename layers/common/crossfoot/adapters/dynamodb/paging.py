"""Pages of lists: how many places one looks at, and the cursors that lead from page to page."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterator
from itertools import islice
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


def load_page(table: Table, places: Places, cursor: str, limit: int) -> ListPage:
    """Read a page. A place that its record has left is passed over. Raises: Rejected("cursor_invalid")."""
    require_limit(limit)
    walk = places.walk(table, from_cursor(places.digest, cursor, places.has), limit + 1)
    found: list[Record] = []
    looked_at = 0
    last = ""
    while len(found) < limit and looked_at < MAX_LOOKED_AT:
        some = list(islice(walk, limit - len(found)))
        if not some:
            return ListPage(tuple(found), "")
        looked_at += len(some)
        last = some[-1].sk
        found += _records_at(table, places, some)
    more = next(walk, None) is not None
    return ListPage(tuple(found), to_cursor(places.digest, last) if more else "")


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


def _records_at(table: Table, places: Places, some: list[Key]) -> list[Record]:
    wanted = [(place, ref) for place in some if (ref := places.ref_at(place))]
    by_key = {keys.record(places.tenant, ref): ref for _, ref in wanted}
    items = table.get_many(by_key, consistent=False)
    records = {by_key[key]: shapes.to_record(by_key[key], item) for key, item in items.items()}
    return [records[ref] for place, ref in wanted if ref in records and places.shows(place, records[ref])]


def _is_place(sort_key: str) -> bool:
    return FIRST <= sort_key < LAST and len(sort_key.encode()) <= MAX_PLACE_BYTES
