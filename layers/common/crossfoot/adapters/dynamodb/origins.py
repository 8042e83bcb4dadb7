"""Which record of the platform a record in the accounting stands for.

It is found by its id, and all but deposits also by the marker that we left in it.

The marker is noted before a write is sent, and so finds what was written though its answer was lost. The id is noted once
it is known, and so finds a record whose note somebody has changed.
"""

from collections.abc import Iterable, Sequence

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Put, Table
from crossfoot.adapters.dynamodb.values import Item, text
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Payment, Ref
from crossfoot.core.payables.records import Payable, own_marker

# Of a marker: the id of the one record that may carry it.
_ON = "on"


class TableOrigins:
    """The port Origins in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note_marker(self, tenant: str, marker: str, record: Ref) -> None:
        """Note for which record of the platform a write with this marker is made."""
        self._table.write(Put(keys.marker(tenant, marker), _to_item(record)))

    def note_receipt(self, tenant: str, receipt: Ref, payment: Ref) -> None:
        """Note for which payment of the platform a payment in the accounting stands."""
        self._table.write(Put(keys.origin(tenant, receipt), _to_item(payment)))

    def note_copy(self, tenant: str, accounting: Ref, platform: Ref, marker: str = "") -> None:
        """Note for which payable of the platform one in the accounting stands; its id first, as what counts more."""
        self._table.write(Put(keys.origin(tenant, accounting), _to_item(platform)))
        if marker:
            self._table.write(Put(keys.marker(tenant, marker), _to_item(platform) | {_ON: accounting.id}))

    def load_many(self, tenant: str, records: Sequence[Payment | Payable]) -> dict[Ref, Ref]:
        """Find what some payments and payables in the accounting stand for, in one batch of reads."""
        places = {record.ref: _places(tenant, record) for record in records if record.ref.system is ACCOUNTING}
        items = self._table.get_many(key for found in places.values() for key in found)
        found = {
            ref: next((items[key] for key in own if key in items and _stands_for(items[key], ref)), None)
            for ref, own in places.items()
        }
        return {ref: _to_ref(item, ref.kind) for ref, item in found.items() if item}

    def load_copies(self, tenant: str, accounting: Iterable[Ref]) -> dict[Ref, Ref]:
        """Find what some payables in the accounting stand for, in one batch of reads."""
        return {ref: _to_ref(item, ref.kind) for ref, item in self._load(tenant, accounting).items()}

    def note_deposit(self, tenant: str, deposit: Ref, payout: Ref) -> None:
        """Note for which payout a deposit in the accounting stands."""
        self._table.write(Put(keys.origin(tenant, deposit), _to_item(payout)))

    def load_payouts(self, tenant: str, deposits: Iterable[Ref]) -> dict[Ref, Ref]:
        """Find the payout of each deposit that stands for one, in one batch of reads."""
        return {ref: _to_ref(item, Kind.PAYOUT) for ref, item in self._load(tenant, deposits).items()}

    def _load(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Item]:
        places = {keys.origin(tenant, ref): ref for ref in refs}
        return {places[key]: item for key, item in self._table.get_many(places).items()}


def _places(tenant: str, record: Payment | Payable) -> list[Key]:
    """Name where an origin may stand: what was noted of the record itself counts more than what it says."""
    marker = record.marker if isinstance(record, Payment) else own_marker(record)
    return [keys.origin(tenant, record.ref), *([keys.marker(tenant, marker)] if marker else [])]


def _to_item(record: Ref) -> Item:
    return {record.kind.value: record.id}


def _to_ref(item: Item, kind: Kind) -> Ref:
    return Ref(PLATFORM, kind, text(item, kind.value))


def _stands_for(item: Item, ref: Ref) -> bool:
    """Tell whether a note is of a record's kind, and not of another record: people copy a bill with all that it says."""
    return ref.kind.value in item and text(item, _ON) in ("", ref.id)
