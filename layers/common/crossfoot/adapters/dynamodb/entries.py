"""Entries as they were previewed and written, packed: a large one in parts, which stand before the head that counts them.

An entry is named by all that it says, so whoever writes one writes the same. Each part is packed by itself: what two
workers pack may differ in its bytes, and never in what it says.
"""

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.dynamodb.values import Item, Plain, whole
from crossfoot.core.model import Ref
from crossfoot.core.sync.sales import Sale, from_json, to_json

# An item holds 400 KB; a part is smaller before it is packed.
PART_BYTES = 300_000
_PACKED, _PARTS = "p", "n"


@dataclass(frozen=True, slots=True)
class _Stored:
    head: Item
    parts: Mapping[Key, Item]


class TableEntries:
    """The port Entries in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def save(self, tenant: str, bill: Ref, sale: Sale) -> None:
        """Keep an entry; one that is there already costs a read."""
        self.save_many(tenant, {bill: sale})

    def save_many(self, tenant: str, sales: Mapping[Ref, Sale]) -> None:
        """Keep many entries; those that are there already cost their share of a read."""
        named = {keys.entry(tenant, bill, sale.digest): (bill, sale) for bill, sale in sales.items()}
        # A read is a fifth of the price of a write, and what it shows never changes: it may come late.
        known = self._table.get_many(named, consistent=False)
        stored = {key: _pack(tenant, *entry) for key, entry in named.items() if key not in known}
        self._table.put_many({key: part for entry in stored.values() for key, part in entry.parts.items()})
        self._table.put_many({key: entry.head for key, entry in stored.items()})

    def load(self, tenant: str, bill: Ref, digest: str) -> Sale | None:
        """Read an entry."""
        head = self._table.get(keys.entry(tenant, bill, digest))
        if head is None:
            return None
        names = [keys.entry_part(tenant, bill, digest, number) for number in range(whole(head, _PARTS))]
        found = self._table.get_many(names)
        return _unpack([found[name] for name in names] or [head])


def _pack(tenant: str, bill: Ref, sale: Sale) -> _Stored:
    written = json.dumps(to_json(sale), separators=(",", ":")).encode()
    packed = [zlib.compress(written[at : at + PART_BYTES]) for at in range(0, len(written), PART_BYTES)]
    if len(packed) == 1:
        return _Stored({_PACKED: packed[0]}, {})
    digest = sale.digest
    parts: dict[Key, Item] = {
        keys.entry_part(tenant, bill, digest, number): {_PACKED: part} for number, part in enumerate(packed)
    }
    return _Stored({_PARTS: len(packed)}, parts)


def _unpack(items: Iterable[Mapping[str, Plain]]) -> Sale:
    return from_json(json.loads(b"".join(map(_unpacked, items))))


def _unpacked(item: Mapping[str, Plain]) -> bytes:
    packed = item[_PACKED]
    if not isinstance(packed, bytes):
        raise TypeError("an entry holds a part that cannot be read")
    return zlib.decompress(packed)
