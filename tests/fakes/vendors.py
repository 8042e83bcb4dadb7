"""QuickBooks and ConnectWise in memory, as the ports show them; people edit them by hand."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Allocation,
    Invoice,
    Kind,
    Payment,
    PaymentRow,
    Record,
    Ref,
    Standing,
    System,
    Version,
)
from crossfoot.core.windows import OVERLAP
from crossfoot.errors import Rejected
from crossfoot.ports import Window

from tests.fakes.clock import FakeClock

TODAY = date(2026, 11, 3)


class _Records:
    """Records that remember when they changed."""

    def __init__(self, system: System, clock: FakeClock) -> None:
        self.system = system
        self.clock = clock
        self.records: dict[Ref, Record] = {}
        self.reads = 0

    def fetch_changes(self, cursor: str) -> Window:
        self.reads += 1
        now = self.clock.stamp()
        since = (datetime.fromisoformat(cursor) - OVERLAP).strftime("%Y-%m-%dT%H:%M:%SZ") if cursor else ""
        changed = [record for record in self.records.values() if record.version.updated_at >= since]
        return Window(tuple(replace(r, version=replace(r.version, seen_at=now)) for r in changed), now)

    def fetch_invoices(self, ids: Sequence[str]) -> tuple[Invoice, ...]:
        self.reads += 1
        found = (self.records.get(Ref(self.system, Kind.INVOICE, id_)) for id_ in ids)
        return tuple(record for record in found if isinstance(record, Invoice) and record.standing is Standing.LIVE)

    def put(self, record: Record) -> None:
        stamp = self.clock.stamp()
        self.records[record.ref] = replace(record, version=Version(stamp, stamp))

    def invoice(self, id_: str) -> Invoice:
        record = self.records[Ref(self.system, Kind.INVOICE, id_)]
        assert isinstance(record, Invoice)
        return record

    def add_invoice(
        self, id_: str, number: str, total_minor: int, *, customer: str = "Contoso", on: date = TODAY
    ) -> Ref:
        ref = Ref(self.system, Kind.INVOICE, id_)
        paid = 0 if self.system is PSA else None
        invoice = Invoice(
            ref=ref,
            version=Version("", ""),
            standing=Standing.LIVE,
            number=number,
            customer=Ref(self.system, Kind.CUSTOMER, "1"),
            customer_name=customer,
            issued_on=on,
            due_on=None,
            currency="USD",
            total_minor=total_minor,
            balance_minor=total_minor,
            paid_minor=paid,
        )
        self.put(invoice)
        return ref


class FakeQuickBooks(_Records):
    """Invoices and payments; a payment moves the balances of what it pays."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(ACCOUNTING, clock)

    def pay(self, id_: str, parts: dict[str, int], *, on: date = TODAY, marker: str = "") -> Ref:
        """Record a payment, or change the one with this id, over invoices by id."""
        ref = Ref(self.system, Kind.PAYMENT, id_)
        allocations = tuple(Allocation(Ref(self.system, Kind.INVOICE, k), v) for k, v in parts.items())
        before = self.records.get(ref)
        stamp = Version("", "")
        payment = Payment(ref, stamp, Standing.LIVE, None, on, "USD", sum(parts.values()), allocations, marker)
        self.put(payment)
        self._move_balances(before, payment)
        return ref

    def void(self, id_: str) -> None:
        """Void a payment."""
        self._end(id_, Standing.VOID)

    def delete(self, id_: str) -> None:
        """Delete a payment: from now on only its id is known."""
        self._end(id_, Standing.DELETED)

    def _end(self, id_: str, standing: Standing) -> None:
        before = self.records[Ref(self.system, Kind.PAYMENT, id_)]
        assert isinstance(before, Payment)
        payment = replace(before, standing=standing, total_minor=0, allocations=())
        self.put(payment)
        self._move_balances(before, payment)

    def _move_balances(self, before: Record | None, after: Payment) -> None:
        old = before.allocations if isinstance(before, Payment) else ()
        changes: dict[Ref, int] = {}
        for part in old:
            changes[part.invoice] = changes.get(part.invoice, 0) + part.amount_minor
        for part in after.allocations:
            changes[part.invoice] = changes.get(part.invoice, 0) - part.amount_minor
        for ref, change in changes.items():
            invoice = self.records.get(ref)
            if isinstance(invoice, Invoice):
                self.put(replace(invoice, balance_minor=invoice.balance_minor + change))


class FakeConnectWise(_Records):
    """Invoices and their payment rows; one cash row per invoice unless `many_rows`."""

    def __init__(self, clock: FakeClock, *, many_rows: bool = False) -> None:
        super().__init__(PSA, clock)
        self.many_rows = many_rows
        self.rows: dict[Ref, list[PaymentRow]] = {}
        self.writes = 0
        self._next_row = 500

    def fetch_rows(self, invoice: Ref, currency: str) -> tuple[PaymentRow, ...]:
        self.reads += 1
        return tuple(self.rows.get(invoice, ()))

    def create_row(self, invoice: Ref, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        self.writes += 1
        if self.rows.get(invoice) and not self.many_rows:
            raise Rejected("InvalidObject", "Only one payment is allowed per invoice.")
        return self.enter(invoice, amount_minor, paid_on)

    def update_row(self, invoice: Ref, row_id: str, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        self.writes += 1
        rows = self.rows.get(invoice, [])
        for index, row in enumerate(rows):
            if row.id == row_id:
                rows[index] = replace(row, amount_minor=amount_minor, paid_on=paid_on)
                self._recount(invoice)
                return rows[index]
        raise Rejected("NotFound", f"payment {row_id} not found")

    def delete_row(self, invoice: Ref, row_id: str) -> None:
        self.writes += 1
        self.remove(invoice, row_id)

    def enter(self, invoice: Ref, amount_minor: int, paid_on: date = TODAY, *, foreign: bool = False) -> PaymentRow:
        """Add a row, as a person or another product does."""
        self._next_row += 1
        row = PaymentRow(str(self._next_row), amount_minor, paid_on, foreign)
        self.rows.setdefault(invoice, []).append(row)
        self._recount(invoice)
        return row

    def remove(self, invoice: Ref, row_id: str) -> None:
        """Take a row away, as a person does."""
        self.rows[invoice] = [row for row in self.rows.get(invoice, []) if row.id != row_id]
        self._recount(invoice)

    def _recount(self, ref: Ref) -> None:
        invoice = self.invoice(ref.id)
        paid = sum(row.amount_minor for row in self.rows[ref])
        self.put(replace(invoice, paid_minor=paid, balance_minor=invoice.total_minor - paid))
