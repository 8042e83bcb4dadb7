"""Lists: by date in a partition per month, by name in one per initial, and each customer's and vendor's own."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import FIRST, LAST, Key
from crossfoot.adapters.dynamodb.paging import day_bounds, name_list, walk_shelves
from crossfoot.adapters.dynamodb.pointers import customer_of, dated, entries_of, is_named
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.folding import normalise
from crossfoot.core.model import Customer, Kind, Record, Ref, System
from crossfoot.core.payables.records import Vendor


class Directories:
    """Which months and initials there are; most of the time it is known that a directory names them."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: set[Key] = set()

    def enter(self, tenant: str, records: Iterable[Record]) -> None:
        """Make sure that the directories name the months and initials of these records."""
        used = {entry for record in records for entry in entries_of(tenant, record)} - self._known
        there = self._table.get_many(used)
        self._table.put_many({entry: {} for entry in used if entry not in there})
        self._known |= used


@dataclass(frozen=True, slots=True)
class ByDate:
    """The records of a kind by date, or those of one customer or vendor."""

    tenant: str
    kind: Kind
    first: date | None
    last: date | None
    system: System | None
    customer: Ref | None = None
    oldest_first: bool = False

    @property
    def bounds(self) -> tuple[str, str]:
        """The first and last day as sort keys."""
        return day_bounds(self.first, self.last)

    @property
    def digest(self) -> str:
        """Name the list with its filters."""
        customer = self.customer and (self.customer.system, self.customer.id)
        return name_list(self.tenant, self.kind, self.first, self.last, self.system, customer, self.oldest_first)

    def has(self, sort_key: str) -> bool:
        """Tell whether a sort key lies within the list."""
        first, last = self.bounds
        return first <= sort_key <= last and sort_key.isascii()

    def walk(self, table: Table, after: str, page: int) -> Iterator[Key]:
        """Go through the places in their order, behind a sort key."""
        first, last = self.bounds
        newest_first = not self.oldest_first
        if first > last:
            return iter(())
        if self.customer:
            pk = keys.of_customer_pk(self.tenant, self.customer, self.kind)
            own = table.query(pk, first, last, newest_first=newest_first, after=after, page=page, consistent=False)
            return (place for place, _ in own)
        return walk_shelves(
            table,
            (keys.months(self.tenant, self.kind), first[:7], last[:7]),
            lambda month: keys.month(self.tenant, self.kind, month),
            self.bounds,
            start=(after[:7], after),
            page=page,
            newest_first=newest_first,
        )

    def ref_at(self, place: Key) -> Ref | None:
        """Read where a place leads to; None where it is another system's."""
        ref = keys.listed_ref(place, self.kind)[1]
        return ref if self.system in (None, ref.system) else None

    def shows(self, place: Key, record: Record) -> bool:
        """Tell whether a record still has the place's date, and the customer."""
        day = keys.listed_ref(place, self.kind)[0]
        return dated(record) == day and self.customer in (None, customer_of(record))

    def sort_key(self, place: Key) -> str:
        """Name a place for a cursor."""
        return place.sk


@dataclass(frozen=True, slots=True)
class ByName:
    """The customers or the vendors by name."""

    tenant: str
    kind: Kind
    prefix: str
    system: System | None

    @property
    def digest(self) -> str:
        """Name the list with its filters."""
        return name_list(self.tenant, self.kind, "names", normalise(self.prefix), self.system)

    @property
    def _bounds(self) -> tuple[str, str]:
        filed_as = keys.file_as(self.prefix)
        return filed_as or FIRST, filed_as + LAST

    def has(self, sort_key: str) -> bool:
        """Tell whether a sort key lies within the list."""
        first, last = self._bounds
        return first <= sort_key <= last

    def walk(self, table: Table, after: str, page: int) -> Iterator[Key]:
        """Go through the places in their order, behind a sort key."""
        initial = keys.file_as(self.prefix)[:1]
        return walk_shelves(
            table,
            (keys.initials(self.tenant, self.kind), initial or FIRST, initial or LAST),
            lambda shelf: keys.names(self.tenant, self.kind, shelf),
            self._bounds,
            start=(keys.initial_of(after) if after else "", after),
            page=page,
            newest_first=False,
        )

    def ref_at(self, place: Key) -> Ref | None:
        """Read where a place leads to; None where it is another system's."""
        ref = keys.named_ref(place, self.kind)[1]
        return ref if self.system in (None, ref.system) else None

    def shows(self, place: Key, record: Record) -> bool:
        """Tell whether a record still has the name that it was filed under, and the whole prefix."""
        return (
            isinstance(record, Customer | Vendor)
            and is_named(record)
            and keys.file_as(record.name) == keys.named_ref(place, self.kind)[0]
            and normalise(record.name).startswith(normalise(self.prefix))
        )

    def sort_key(self, place: Key) -> str:
        """Name a place for a cursor."""
        return place.sk
