"""Records that remember when they changed, and the customers that they name: what both fake vendors have in common."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import cache
from operator import attrgetter
from typing import Any

from crossfoot.core.model import (
    PSA,
    CreditMemo,
    Customer,
    Invoice,
    Kind,
    Payment,
    Record,
    Ref,
    Standing,
    System,
    Trait,
    Version,
)
from crossfoot.core.windows import OVERLAP
from crossfoot.ports import Found, Window

from tests.fakes.clock import FakeClock

TODAY = date(2026, 11, 3)
CUSTOMER_ID = "1"
NEW = Version("", "")
IMPORT = "import "


class Filed:
    """The records of one system.

    Takes: `page_size` is how many records a window holds, None for all; `ever` are the records that it ever had;
    `unreadable` are those that hold something which cannot be kept exactly, when they are read by their ids.
    """

    def __init__(self, system: System, clock: FakeClock) -> None:
        self.system = system
        self.clock = clock
        self.records: dict[Ref, Record] = {}
        self.ever: set[Ref] = set()
        self.unreadable: set[Ref] = set()
        self.reads = 0
        self.page_size: int | None = None

    # --- what the ports show --------------------------------------------------------------------------------------

    def fetch_changes(self, cursor: str) -> Window:
        self.reads += 1
        now = self.clock.stamp()
        place = _read_place(cursor, now)
        changed = [record for record in self.records.values() if record.version.updated_at >= place.since]
        if self.page_size is None:
            return Window(tuple(seen_now(record, now) for record in changed), now)
        behind = sorted((record for record in changed if _order(record) > place.last), key=_order)
        page = tuple(seen_now(record, now) for record in behind[: self.page_size])
        if len(page) == len(behind):
            return Window(page, place.mark)
        return Window(page, replace(place, last=_order(page[-1])).to_text(), more=True)

    def fetch_invoices(self, ids: Sequence[str]) -> Found[Invoice]:
        return self._find(Invoice, Kind.INVOICE, ids)

    def _find[R: (Customer, Invoice, Payment, CreditMemo)](
        self, kind: type[R], name: Kind, ids: Sequence[str]
    ) -> Found[R]:
        self.reads += 1
        now = self.clock.stamp()
        there = [self.records.get(Ref(self.system, name, id_)) for id_ in ids]
        living = [r for r in there if isinstance(r, kind) and r.standing is not Standing.DELETED]
        odd = tuple(r.ref for r in living if r.ref in self.unreadable)
        return Found(tuple(seen_now(r, now) for r in living if r.ref not in self.unreadable), odd)

    # --- what people do -------------------------------------------------------------------------------------------

    def put(self, record: Record) -> None:
        stamp = self.clock.stamp()
        self.records[record.ref] = replace(record, version=Version(stamp, stamp))
        self.ever.add(record.ref)

    def invoice(self, id_: str) -> Invoice:
        record = self.records[Ref(self.system, Kind.INVOICE, id_)]
        assert isinstance(record, Invoice)
        return record

    def customer(self, id_: str) -> Customer:
        record = self.records[Ref(self.system, Kind.CUSTOMER, id_)]
        assert isinstance(record, Customer)
        return record

    def add_invoice(
        self,
        id_: str,
        number: str,
        total_minor: int,
        *,
        customer: str = "Contoso",
        customer_id: str = CUSTOMER_ID,
        on: date = TODAY,
    ) -> Ref:
        ref = Ref(self.system, Kind.INVOICE, id_)
        paid = 0 if self.system is PSA else None
        invoice = Invoice(
            ref=ref,
            version=NEW,
            standing=Standing.LIVE,
            number=number,
            customer=Ref(self.system, Kind.CUSTOMER, customer_id),
            customer_name=customer,
            issued_on=on,
            due_on=on,
            currency="USD",
            total_minor=total_minor,
            balance_minor=total_minor,
            paid_minor=paid,
        )
        self.put(invoice)
        return ref

    def add_customer(self, id_: str, name: str, traits: tuple[Trait, ...] = ()) -> Ref:
        ref = Ref(self.system, Kind.CUSTOMER, id_)
        self.put(Customer(ref, NEW, Standing.LIVE, name, traits=traits))
        return ref

    def rename_customer(self, id_: str, name: str) -> None:
        """Rename a customer: whatever names it shows the new name from now on, and counts as unchanged."""
        known = self.customer(id_)
        for ref, record in self.records.items():
            if isinstance(record, Invoice | CreditMemo) and record.customer == known.ref:
                self.records[ref] = replace(record, customer_name=name)
        self.put(replace(known, name=name))

    def merge_customers(self, gone: str, kept: str) -> None:
        """Let a customer take over all that another one had; the other is gone."""
        lost, keeps = self.customer(gone), self.customer(kept)
        for record in [*self.records.values()]:
            if isinstance(record, Invoice | CreditMemo) and record.customer == lost.ref:
                self.put(replace(record, customer=keeps.ref, customer_name=keeps.name))
            elif isinstance(record, Payment) and record.customer == lost.ref:
                self.put(replace(record, customer=keeps.ref))
        self._drop(lost)

    def _drop(self, record: Record) -> None:
        """Take a record away: nothing shows it any more, not even that it is gone."""
        del self.records[record.ref]


class Imported(Filed):
    """The records of QuickBooks: it shows what was deleted since a mark, and a first import sets that mark."""

    def fetch_changes(self, cursor: str) -> Window:
        """Read as the port says.

        A first import knows no deletions. So its mark is taken before any record is read, and the changes since that
        mark follow at once: what goes meanwhile is seen to go, also by a worker that takes over a broken import.
        """
        if cursor and not cursor.startswith(IMPORT):
            return super().fetch_changes(cursor)
        self.reads += 1
        now = self.clock.stamp()
        if not cursor:
            return Window((), IMPORT + now, more=True)
        live = tuple(seen_now(r, now) for r in self.records.values() if r.standing is not Standing.DELETED)
        return Window(live, cursor.removeprefix(IMPORT), more=True)


def seen_now[R: Record](record: R, now: str) -> R:
    """Give a record as a read at this time shows it."""
    if record.version.seen_at == now:
        return record
    # Every read does this with every record: replace() takes ten times as long.
    kind: Any = type(record)
    seen: R = kind(record.ref, Version(record.version.updated_at, now), *_behind_version(kind)(record))
    return seen


@cache
def _behind_version(kind: type[Any]) -> Callable[[Record], tuple[Any, ...]]:
    names = [each.name for each in fields(kind)]
    assert names[:2] == ["ref", "version"]
    return attrgetter(*names[2:])


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a read over several windows is: begun at `mark`, for changes `since`, shown up to `last`."""

    mark: str
    since: str = ""
    last: str = ""

    def to_text(self) -> str:
        return "|".join((self.mark, self.since, self.last))


def _read_place(cursor: str, now: str) -> _Place:
    if "|" in cursor:
        return _Place(*cursor.split("|"))
    return _Place(now, since=_before(cursor) if cursor else "")


def _order(record: Record) -> str:
    return f"{record.version.updated_at} {record.ref.kind} {record.ref.id}"


def _before(stamp: str) -> str:
    return (datetime.fromisoformat(stamp) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ")
