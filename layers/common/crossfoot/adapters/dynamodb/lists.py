"""Lists by date: a partition per month, a directory of the months, and pages that walk them newest first."""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from crossfoot.adapters.dynamodb import keys, shapes
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.pointers import dated
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Kind, Record, System
from crossfoot.errors import Rejected
from crossfoot.ports import ListPage

# A page looks at this many places at most, however few of them pass the filters; then it is short and says where to go on.
MAX_LOOKED_AT = 1000
MAX_LIMIT = 200
MAX_PLACE_LENGTH = 1000


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is limited to; a page cursor holds for exactly one of these."""

    tenant: str
    kind: Kind
    first: date | None
    last: date | None
    system: System | None

    @property
    def bounds(self) -> tuple[str, str]:
        """The first and last day as sort keys; the last bound lies behind every record of its day."""
        first = (self.first or date.min).isoformat()
        return first, f"{(self.last or date.max).isoformat()}$"

    @property
    def digest(self) -> str:
        """Name the filters."""
        parts = (self.tenant, self.kind, self.first, self.last, self.system)
        return hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()[:16]


def to_cursor(filters: Filters, sort_key: str) -> str:
    """Write where the next page starts. It names no partition: a page is always read under the caller's own."""
    return base64.urlsafe_b64encode(json.dumps([filters.digest, sort_key]).encode()).decode()


def from_cursor(filters: Filters, cursor: str) -> str:
    """Read where a page starts; "" for the first one.

    Raises: Rejected("cursor_invalid") when it is not ours, or was given for another list.
    """
    if not cursor:
        return ""
    first, last = filters.bounds
    try:
        match json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True)):
            case [filters.digest, str(sort_key)] if first <= sort_key <= last and _is_place(sort_key):
                return sort_key
    except (ValueError, RecursionError):
        pass  # not ours, as below
    raise Rejected(
        "cursor_invalid",
        "this page cursor does not belong to this list",
        "Start again without the cursor, and keep the filters the same from page to page.",
    )


def _is_place(sort_key: str) -> bool:
    return sort_key.isascii() and len(sort_key) <= MAX_PLACE_LENGTH


class Lists:
    """The lists of a partner's records."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known_months: set[tuple[str, Kind, str]] = set()

    def enter_months(self, tenant: str, records: Iterable[Record]) -> None:
        """Make sure that the directory names the months of these records; most of the time it is known to."""
        days = ((record.ref.kind, dated(record)) for record in records)
        used = {(tenant, kind, day.isoformat()[:7]) for kind, day in days if day} - self._known_months
        entries = [Key(keys.months(tenant, kind), month) for _, kind, month in used]
        there = self._table.get_many(entries)
        self._table.put_many({key: {} for key in entries if key not in there})
        self._known_months |= used

    def load_page(self, filters: Filters, cursor: str, limit: int) -> ListPage:
        """Read a page, newest first. A place that its record has left is passed over."""
        if not 0 < limit <= MAX_LIMIT:
            raise ValueError(f"a page has 1 to {MAX_LIMIT} records, not {limit}")
        places = self._places(filters, from_cursor(filters, cursor), limit + 1)
        found: list[Record] = []
        looked_at = 0
        last = ""
        while len(found) < limit and looked_at < MAX_LOOKED_AT:
            some = list(islice(places, limit - len(found)))
            if not some:
                return ListPage(tuple(found), "")
            looked_at += len(some)
            last = some[-1].sk
            found += self._records_at(filters, some)
        more = next(places, None) is not None
        return ListPage(tuple(found), to_cursor(filters, last) if more else "")

    def _places(self, filters: Filters, after: str, page: int) -> Iterator[Key]:
        first, last = filters.bounds
        directory = self._table.query(
            keys.months(filters.tenant, filters.kind),
            first[:7],
            after[:7] or last[:7],
            newest_first=True,
            consistent=False,
        )
        for entry, _ in directory:
            pk = keys.month(filters.tenant, filters.kind, entry.sk)
            start = after if after.startswith(entry.sk) else ""
            for place, _ in self._table.query(
                pk, first, last, newest_first=True, after=start, page=page, consistent=False
            ):
                yield place

    def _records_at(self, filters: Filters, places: list[Key]) -> list[Record]:
        wanted = [keys.listed_ref(place, filters.kind) for place in places]
        wanted = [(day, ref) for day, ref in wanted if filters.system in (None, ref.system)]
        by_key = {keys.record(filters.tenant, ref): ref for _, ref in wanted}
        items = self._table.get_many(by_key, consistent=False)
        records = {by_key[key]: shapes.to_record(by_key[key], item) for key, item in items.items()}
        return [records[ref] for day, ref in wanted if ref in records and dated(records[ref]) == day]
