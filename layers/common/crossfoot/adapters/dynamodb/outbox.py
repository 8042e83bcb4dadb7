"""The payables of the platform that wait to go out: an item for each, in one partition that is read a page at a time."""

from collections.abc import Iterable, Mapping
from itertools import islice

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.paging import from_cursor, name_list, require_limit, to_cursor
from crossfoot.adapters.dynamodb.table import Delete, Table
from crossfoot.adapters.dynamodb.values import Item, Plain, text, without_blanks
from crossfoot.core.model import Kind, Ref, parse_ref
from crossfoot.ports import Outgoing, Page

_VENDOR, _SYNC, _CODE = "vendor", "sync", "code"


class TableOutbox:
    """The port Outbox in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, tenant: str, outgoing: Iterable[Outgoing]) -> None:
        """Note that records wait, the last word on each."""
        self._table.put_many({keys.outgoing(tenant, each.record): _to_item(each) for each in outgoing})

    def remove(self, tenant: str, record: Ref) -> None:
        """Note that a record is as it should be."""
        self._table.write(Delete(keys.outgoing(tenant, record)))

    def load(self, tenant: str, record: Ref) -> Outgoing | None:
        """Read what is noted of a record."""
        item = self._table.get(keys.outgoing(tenant, record))
        return None if item is None else _to_outgoing(record, item)

    def list_outgoing(self, tenant: str, *, cursor: str, limit: int) -> Page[Outgoing]:
        """Read a page, consistently. Raises: Rejected("cursor_invalid")."""
        require_limit(limit)
        digest = name_list(tenant, "outgoing")
        after = from_cursor(digest, cursor, lambda place: place.count("#") == 1)
        places = self._table.starting(keys.outgoing_pk(tenant), "", after=after, page=limit + 1)
        found: list[tuple[Key, Item]] = list(islice(places, limit + 1))
        page = tuple(_to_outgoing(keys.outgoing_record(key), item) for key, item in found[:limit])
        return Page(page, to_cursor(digest, found[limit - 1][0].sk) if len(found) > limit else "")


def _to_item(outgoing: Outgoing) -> Item:
    vendor = str(outgoing.vendor) if outgoing.vendor else ""
    return without_blanks({_VENDOR: vendor, _SYNC: outgoing.sync, _CODE: outgoing.code})


def _to_outgoing(record: Ref, item: Mapping[str, Plain]) -> Outgoing:
    vendor = text(item, _VENDOR)
    return Outgoing(record, parse_ref(Kind.VENDOR, vendor) if vendor else None, text(item, _SYNC), text(item, _CODE))
