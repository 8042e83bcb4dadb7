"""The book: what both systems hold, under the partner's key."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from crossfoot.adapters.dynamodb import keys, shapes
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.links import Links
from crossfoot.adapters.dynamodb.lists import Filters, Lists
from crossfoot.adapters.dynamodb.merging import is_newer, merge
from crossfoot.adapters.dynamodb.pointers import invoices_of, pointers_of
from crossfoot.adapters.dynamodb.table import MISSING, Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, text
from crossfoot.core.matching import normalise
from crossfoot.core.model import Invoice, Kind, Link, Payment, Record, Ref, System
from crossfoot.errors import Conflict
from crossfoot.ports import ListPage

SAVE_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class _Change:
    """A save that is due: what was offered, what comes to stand, and what it takes the place of."""

    offered: Record
    merged: Record
    new_pointers: frozenset[Key]
    seen_digest: str


class TableBook:
    """The port Book in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._lists = Lists(table)
        self._links = Links(table)

    def load(self, tenant: str, ref: Ref) -> Record | None:
        """Read one record."""
        item = self._table.get(keys.record(tenant, ref))
        return shapes.to_record(ref, item) if item else None

    def load_many(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Record]:
        """Read many records; missing ones are left out."""
        by_key = {keys.record(tenant, ref): ref for ref in refs}
        items = self._table.get_many(by_key)
        return {ref: shapes.to_record(ref, items[key]) for key, ref in by_key.items() if key in items}

    def save(self, tenant: str, records: Sequence[Record]) -> None:
        """Save records whose version is not older than the stored one.

        Raises: Conflict when a record keeps changing under our hands; the others are saved then.
        """
        todo = list(records)
        while todo:
            first_of = {record.ref: record for record in reversed(todo)}
            self._save_distinct(tenant, list(first_of.values()))
            todo = [record for record in todo if record is not first_of[record.ref]]

    def load_payments_of(self, tenant: str, invoice: Ref) -> tuple[Payment, ...]:
        """Read every payment that pays or ever paid the invoice."""
        pointers = self._table.starting(keys.record_pk(tenant, invoice), keys.PAID_BY)
        records = self.load_many(tenant, [keys.payment_of(key, invoice) for key, _ in pointers])
        payments = (record for record in records.values() if isinstance(record, Payment))
        return tuple(payment for payment in payments if invoice in invoices_of(payment))

    def load_invoices_numbered(self, tenant: str, number: str) -> tuple[Invoice, ...]:
        """Read the invoices of both systems that carry a number."""
        wanted = normalise(number)
        if not wanted:
            return ()
        pk = keys.number_pk(tenant, number)
        records = self.load_many(tenant, [keys.numbered_ref(key) for key, _ in self._table.starting(pk, "")])
        invoices = (record for record in records.values() if isinstance(record, Invoice))
        return tuple(invoice for invoice in invoices if normalise(invoice.number) == wanted)

    def list_records(
        self,
        tenant: str,
        kind: Kind,
        *,
        first: date | None,
        last: date | None,
        system: System | None,
        cursor: str,
        limit: int,
    ) -> ListPage:
        """Read a page of records, newest date first. Raises: Rejected("cursor_invalid")."""
        return self._lists.load_page(Filters(tenant, kind, first, last, system), cursor, limit)

    def load_link(self, tenant: str, ref: Ref) -> Link | None:
        """Read the link of an invoice, from either side."""
        return self._links.load_many(tenant, [ref]).get(ref)

    def load_links(self, tenant: str, refs: Iterable[Ref]) -> dict[Ref, Link]:
        """Read the links of many invoices, from either side."""
        return self._links.load_many(tenant, refs)

    def remove_link(self, tenant: str, link: Link) -> None:
        """Take a link away. Raises: Conflict when either side is linked to another record by now."""
        self._links.remove(tenant, link)

    def save_link(self, tenant: str, link: Link) -> None:
        """Link two invoices. Raises: Conflict when either side is linked to another record."""
        self._links.save(tenant, link)

    def _save_distinct(self, tenant: str, records: list[Record]) -> None:
        """Read, merge, and write on condition that nobody wrote since: a payment's former invoices must not get lost.

        The first read may be stale: what it gets wrong, the condition finds, or only an equal or older version hides.
        """
        todo = records
        for attempt in range(SAVE_ATTEMPTS):
            changes = self._changes(tenant, todo, consistent=attempt > 0)
            self._write_pointers(tenant, changes)
            saved = self._table.each(lambda change: self._write_record(tenant, change), changes)
            todo = [change.offered for change, done in zip(changes, saved, strict=True) if not done]
            if not todo:
                return
        raise Conflict(f"{todo[0].ref} is being written by somebody else")

    def _changes(self, tenant: str, records: list[Record], *, consistent: bool) -> list[_Change]:
        items = self._table.get_many([keys.record(tenant, record.ref) for record in records], consistent=consistent)
        changes = (_change(tenant, record, items.get(keys.record(tenant, record.ref))) for record in records)
        return [change for change in changes if change]

    def _write_pointers(self, tenant: str, changes: list[_Change]) -> None:
        self._lists.enter_months(tenant, [change.merged for change in changes if change.new_pointers])
        self._table.put_many({key: {} for change in changes for key in change.new_pointers})

    def _write_record(self, tenant: str, change: _Change) -> bool:
        unchanged = When("#d = :seen", {"seen": change.seen_digest}) if change.seen_digest else MISSING
        try:
            self._table.write(Put(keys.record(tenant, change.merged.ref), shapes.to_item(change.merged), unchanged))
        except ConditionFailed:
            return False
        return True


def _change(tenant: str, offered: Record, item: Item | None) -> _Change | None:
    """Say what saving a record comes to; None when the stored one is newer or the same."""
    if item is None:
        merged = merge(offered, None)
        return _Change(offered, merged, pointers_of(tenant, merged), "")
    stored = shapes.to_record(offered.ref, item)
    if not is_newer(offered, stored):
        return None
    merged = merge(offered, stored)
    seen_digest = text(item, shapes.DIGEST)
    if shapes.to_item(merged)[shapes.DIGEST] == seen_digest:
        return None
    return _Change(offered, merged, pointers_of(tenant, merged) - pointers_of(tenant, stored), seen_digest)
