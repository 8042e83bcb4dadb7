"""The unpaid invoices of a system (I7): pointers that are written before the record, and removed by who reads the list.

A pointer names the version that it was written for, and each version has its own. So a reader may remove one whose invoice
was paid in a later version: whoever wrote it can no longer save that version, because a save names the version that it
takes the place of. A pointer to a version that is not in the book yet belongs to a save on its way, and stays.
"""

from collections.abc import Iterator
from itertools import islice

from crossfoot.adapters.dynamodb import keys, shapes
from crossfoot.adapters.dynamodb.keys import FIRST, LAST, Key
from crossfoot.adapters.dynamodb.paging import MAX_LOOKED_AT, from_cursor, name_list, require_limit, to_cursor
from crossfoot.adapters.dynamodb.pointers import is_unpaid
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Record, Ref, System
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
            found |= self._follow(tenant, system, some)
        more = next(places, None) is not None
        return ListPage(tuple(found.values()), to_cursor(digest, _to_place(last, system)) if more else "")

    def _places(self, tenant: str, system: System, after: str, page: int) -> Iterator[Key]:
        """Go through the buckets. An invoice that was given is not given again, whatever further pointers it has."""
        bucket, _, id_ = after.partition("#")
        for number in range(int(bucket or 0), keys.UNPAID_BUCKETS):
            behind = f"{id_}{LAST}" if after and number == int(bucket) else FIRST
            for key, _ in self._table.query(keys.unpaid_pk(tenant, system, number), behind, LAST, page=page):
                yield key

    def _follow(self, tenant: str, system: System, places: list[Key]) -> dict[Ref, Record]:
        pointers = [(key, *keys.unpaid_ref(key, system)) for key in places]
        by_key = {keys.record(tenant, ref): ref for _, ref, _ in pointers}
        items = self._table.get_many(by_key)
        records = {by_key[key]: shapes.to_record(by_key[key], item) for key, item in items.items()}
        self._table.delete_many(key for key, ref, version in pointers if _is_over(records.get(ref), version))
        return {ref: record for ref, record in records.items() if is_unpaid(record)}


def _is_over(record: Record | None, version: tuple[str, str]) -> bool:
    """Tell whether a pointer is of no use any more: the invoice is not unpaid, in a version behind the pointer's."""
    if record is None or is_unpaid(record):
        return False
    return (record.version.updated_at, record.version.seen_at) > version


def _to_place(key: Key, system: System) -> str:
    ref, _ = keys.unpaid_ref(key, system)
    return f"{keys.unpaid_bucket(ref.id)}#{keys.unpaid_of(ref)}"


def _is_place(place: str) -> bool:
    bucket, _, id_ = place.partition("#")
    return bucket in {str(number) for number in range(keys.UNPAID_BUCKETS)} and id_.endswith("#") and id_.isascii()
