"""QuickBooks and ConnectWise in memory, as the ports show them; people edit them by hand.

`tests/contract/vendors/` holds them and the sandboxes together: what one shows, the other shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from operator import attrgetter

from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Allocation,
    Billed,
    CreditMemo,
    CreditUse,
    Customer,
    Deposit,
    DepositLine,
    Invoice,
    Kind,
    Line,
    LineKind,
    Payment,
    PaymentRow,
    Record,
    Ref,
    Standing,
    Trait,
    TraitName,
)
from crossfoot.errors import Rejected
from crossfoot.ports import Choice, Found

from tests.fakes.clock import FakeClock
from tests.fakes.filing import CUSTOMER_ID, NEW, TODAY, Imported
from tests.fakes.postings import FakePostings, in_order

# The credit memo that payments apply unless another is named; it need not be there.
MEMO_ID = "9000"
# What a new revision of an invoice or credit memo is made of: what is applied to it is not.
_said = attrgetter("standing", "number", "customer", "issued_on", "total_minor", "lines")


class FakeQuickBooks(Imported):
    """Invoices, payments, credit memos and deposits; a payment moves the balances of what it pays and what it applies."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(ACCOUNTING, clock)
        self._applied: dict[Ref, dict[Ref, int]] = {}
        self._used: dict[Ref, tuple[CreditUse, ...]] = {}
        self._changes: dict[Ref, int] = {}

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
        ref = super().add_invoice(id_, number, total_minor, customer=customer, customer_id=customer_id, on=on)
        self._bill(self.invoice(id_))
        return ref

    def fetch_payments(self, ids: Sequence[str]) -> Found[Payment]:
        return self._find(Payment, Kind.PAYMENT, ids)

    def pay(
        self,
        id_: str,
        parts: Mapping[str, int],
        *,
        on: date = TODAY,
        marker: str = "",
        credited: Mapping[str, int] | None = None,
        memo: str = MEMO_ID,
    ) -> Ref:
        """Record a payment, or change the one with this id, over invoices by id.

        Takes: `credited` is what the credit memo takes off its invoices on the same payment, beyond the cash of `parts`.
        Raises: Rejected when it would pay more than is open.
        """
        ref = Ref(self.system, Kind.PAYMENT, id_)
        cash = {Ref(self.system, Kind.INVOICE, k): v for k, v in parts.items()}
        applied = dict(cash)
        for k, v in (credited or {}).items():
            invoice = Ref(self.system, Kind.INVOICE, k)
            applied[invoice] = applied.get(invoice, 0) + v
        allocations = tuple(Allocation(invoice, amount) for invoice, amount in cash.items() if amount)
        by_credit_alone = tuple(invoice for invoice in applied if not cash.get(invoice))
        payer = Ref(self.system, Kind.CUSTOMER, CUSTOMER_ID)
        payment = Payment(ref, NEW, Standing.LIVE, payer, on, "USD", sum(cash.values()), allocations, marker)
        used = (CreditUse(Ref(self.system, Kind.CREDIT_MEMO, memo), sum(credited.values())),) if credited else ()
        self.record(replace(payment, credits=used, credit_only=by_credit_alone), applied)
        return ref

    def record(self, payment: Payment, applied: Mapping[Ref, int]) -> Payment:
        """Record a payment, or change the one of this id.

        Takes: `applied` is what it takes off each invoice, by cash and by credits.
        Returns: it as it stands. Raises: Rejected when it would pay more than is open.
        """
        self._check_open(payment.ref, applied)
        self._put_changed(payment)
        self._apply(payment.ref, applied)
        self._use_credit(payment.ref, payment.credits)
        return self.payment(payment.ref.id)

    def applied(self, id_: str) -> Mapping[Ref, int]:
        """Give what a payment takes off each invoice, by cash and by credits."""
        return self._applied.get(Ref(self.system, Kind.PAYMENT, id_), {})

    def void(self, id_: str) -> None:
        """Void a payment."""
        before = self.payment(id_)
        self._put_changed(replace(before, standing=Standing.VOID, total_minor=0, allocations=(), credits=()))
        self._apply(before.ref, {})
        self._use_credit(before.ref, ())

    def delete(self, id_: str) -> None:
        """Delete a payment: from now on only its id is known."""
        ref = Ref(self.system, Kind.PAYMENT, id_)
        self.put(Payment(ref, NEW, Standing.DELETED, None, None, "", 0))
        self._apply(ref, {})
        self._use_credit(ref, ())

    def void_invoice(self, id_: str) -> None:
        """Void an invoice that nothing pays."""
        self._bill(replace(self.invoice(id_), standing=Standing.VOID, total_minor=0, balance_minor=0))

    def put(self, record: Record) -> None:
        """Keep a record; an invoice or credit memo that says something else has a new revision."""
        if isinstance(record, Invoice | CreditMemo):
            before = self.records.get(record.ref)
            if before is None or _said(before) != _said(record):
                self._changes[record.ref] = self._changes.get(record.ref, -1) + 1
        super().put(record)

    def revision_of(self, ref: Ref) -> str:
        """Give QuickBooks' count of the changes of an invoice or credit memo."""
        return str(self._changes[ref])

    def delete_invoice(self, id_: str) -> None:
        """Delete an invoice that nothing pays: from now on only its id is known, and the day of its deletion."""
        today = self.clock.now().date()
        ref = self.invoice(id_).ref
        self.put(Invoice(ref, NEW, Standing.DELETED, "", None, "", today, None, "", 0, 0))

    def delete_credit_memo(self, id_: str) -> None:
        """Delete a credit memo that nothing applies: as an invoice."""
        ref, today = Ref(self.system, Kind.CREDIT_MEMO, id_), self.clock.now().date()
        self.put(CreditMemo(ref, NEW, Standing.DELETED, "", None, "", today, "", 0, 0))

    def bill(self, id_: str, total_minor: int) -> None:
        """Let an invoice come to another total."""
        before = self.invoice(id_)
        left = before.balance_minor + total_minor - before.total_minor
        self._bill(replace(before, total_minor=total_minor, balance_minor=left))

    def add_credit_memo(
        self, id_: str, number: str, total_minor: int, *, customer: str = "Contoso", customer_id: str = CUSTOMER_ID
    ) -> Ref:
        """Give a customer a credit, which payments can apply."""
        ref, payer = Ref(self.system, Kind.CREDIT_MEMO, id_), Ref(self.system, Kind.CUSTOMER, customer_id)
        lines = (_sold(total_minor),)
        self.put(CreditMemo(
            ref, NEW, Standing.LIVE, number, payer, customer, TODAY, "USD", total_minor, total_minor, lines
        ))  # fmt: skip
        return ref

    def deposit(self, id_: str, payments: Sequence[str], fee_minor: int = 0) -> Ref:
        """Put payments into the bank, less a fee; until the deposit is deleted they say that they are in it."""
        ref = Ref(self.system, Kind.DEPOSIT, id_)
        held = [self.payment(payment) for payment in payments]
        fee = (DepositLine(None, -fee_minor, "90", "Fee"),) if fee_minor else ()
        lines = (*(DepositLine(payment.ref, 0) for payment in held), *fee)
        total = sum(payment.total_minor for payment in held) - fee_minor
        self.keep_deposit(Deposit(ref, NEW, Standing.LIVE, TODAY, "35", "Checking", "USD", total, lines))
        return ref

    def keep_deposit(self, deposit: Deposit) -> Deposit:
        """Make a deposit, or change the one of this id: the payments in it say so, and those no longer in it are free."""
        self._put_changed(deposit)
        held = {line.payment for line in deposit.lines or () if line.payment is not None}
        for record in [*self.records.values()]:
            if isinstance(record, Payment) and (record.ref in held) != (record.deposit == deposit.ref):
                self.put(replace(record, deposit=deposit.ref if record.ref in held else None))
        return self.deposit_of(deposit.ref.id)

    def deposit_of(self, id_: str) -> Deposit:
        record = self.records[Ref(self.system, Kind.DEPOSIT, id_)]
        assert isinstance(record, Deposit)
        return record

    def delete_deposit(self, id_: str) -> None:
        """Take a deposit back; its payments are free again."""
        ref = Ref(self.system, Kind.DEPOSIT, id_)
        self.put(Deposit(ref, NEW, Standing.DELETED, None, "", "", "", 0))
        for record in [*self.records.values()]:
            if isinstance(record, Payment) and record.deposit == ref:
                self.put(replace(record, deposit=None))

    def _bill(self, invoice: Invoice) -> None:
        """Sell the invoice's total on its one line."""
        self.put(replace(invoice, lines=(_sold(invoice.total_minor),)))

    def _drop(self, record: Record) -> None:
        """A customer that was merged into another one shows as deleted."""
        self.put(Customer(record.ref, NEW, Standing.DELETED, ""))

    def payment(self, id_: str) -> Payment:
        record = self.records[Ref(self.system, Kind.PAYMENT, id_)]
        assert isinstance(record, Payment)
        return record

    def _put_changed(self, record: Payment | Deposit) -> None:
        changes = self._changes.get(record.ref, -1) + 1
        self._changes[record.ref] = changes
        self.put(replace(record, revision=str(changes)))

    def _use_credit(self, payment: Ref, now: tuple[CreditUse, ...]) -> None:
        changes = [(use.credit_memo, use.amount_minor) for use in self._used.get(payment, ())]
        changes += [(use.credit_memo, -use.amount_minor) for use in now]
        self._used[payment] = now
        for ref, change in changes:
            memo = self.records.get(ref)
            if isinstance(memo, CreditMemo):
                self.put(replace(memo, remaining_minor=memo.remaining_minor + change))

    def _check_open(self, payment: Ref, applied: Mapping[Ref, int]) -> None:
        before = self._applied.get(payment, {})
        for ref, amount in applied.items():
            invoice = self.records.get(ref)
            if isinstance(invoice, Invoice) and amount > invoice.balance_minor + before.get(ref, 0):
                raise Rejected("6000", f"{amount} is more than is open on {ref}")

    def _apply(self, payment: Ref, now: Mapping[Ref, int]) -> None:
        before = self._applied.get(payment, {})
        self._applied[payment] = dict(now)
        for ref in {**before, **now}:
            invoice, change = self.records.get(ref), before.get(ref, 0) - now.get(ref, 0)
            if isinstance(invoice, Invoice) and (change or (ref in before) != (ref in now)):
                self.put(replace(invoice, balance_minor=invoice.balance_minor + change))


class FakeConnectWise(FakePostings):
    """Invoices with their lines and payment rows, and credit memos, which have the ids of invoices too.

    Takes: what ConnectWise does not document. `many_rows`: an invoice takes more than one payment row;
    `rows_move_invoice`: a change of rows moves the invoice's last-updated time, so that a later read shows it.
    `made` are the rows that came through the port; on a `locked` invoice it refuses every write.
    """

    def __init__(self, clock: FakeClock, *, many_rows: bool = False, rows_move_invoice: bool = True) -> None:
        super().__init__(PSA, clock)
        self.many_rows = many_rows
        self.rows_move_invoice = rows_move_invoice
        self.rows: dict[Ref, list[PaymentRow]] = {}
        self.made: set[str] = set()
        self.locked: set[Ref] = set()
        self.credits: dict[Ref, int] = {}
        self.choices: dict[TraitName, list[Choice]] = {name: [] for name in TraitName}
        self._next_row = 500

    def fetch_invoices(self, ids: Sequence[str]) -> Found[Invoice]:
        found = super().fetch_invoices(ids)
        return replace(found, records=tuple(replace(invoice, lines=None) for invoice in found.records))

    def fetch_credit_memos(self, ids: Sequence[str]) -> Found[CreditMemo]:
        found = self._find(CreditMemo, Kind.CREDIT_MEMO, ids)
        return replace(found, records=tuple(replace(memo, lines=None) for memo in found.records))

    def fetch_records(self, kind: Kind, ids: Sequence[str]) -> Found[Customer | Invoice | CreditMemo]:
        if kind is Kind.CUSTOMER:
            companies = self._find(Customer, kind, ids)
            return Found(companies.records, companies.unreadable)
        invoices, memos = self._find(Invoice, kind, ids), self._find(CreditMemo, Kind.CREDIT_MEMO, ids)
        return Found((*invoices.records, *memos.records), (*invoices.unreadable, *memos.unreadable))

    def fetch_ids(self, kind: Kind) -> frozenset[str]:
        self.reads += 1
        kinds = {Kind.INVOICE, Kind.CREDIT_MEMO} if kind is Kind.INVOICE else {kind}
        return frozenset(
            ref.id for ref, r in self.records.items() if ref.kind in kinds and r.standing is not Standing.DELETED
        )

    def fetch_choices(self) -> Mapping[TraitName, tuple[Choice, ...]]:
        self.reads += 1
        return {name: tuple(sorted(each, key=lambda choice: choice.label)) for name, each in self.choices.items()}

    def fetch_rows(self, invoice: Ref, currency: str) -> tuple[PaymentRow, ...]:
        self.reads += 1
        self._check_there(invoice)
        return tuple(self.rows.get(invoice, ()))

    def create_row(self, invoice: Ref, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        self.writes += 1
        self._check_unlocked(invoice)
        row = self.enter(invoice, amount_minor, paid_on)
        self.made.add(row.id)
        return row

    def update_row(self, invoice: Ref, row_id: str, amount_minor: int, paid_on: date, currency: str) -> PaymentRow:
        self.writes += 1
        self._check_there(invoice)
        self._check_unlocked(invoice)
        rows = self.rows.get(invoice, [])
        for index, row in enumerate(rows):
            if row.id == row_id:
                rows[index] = replace(row, amount_minor=amount_minor, paid_on=paid_on)
                self._recount(invoice)
                return rows[index]
        raise Rejected("NotFound", f"payment {row_id} not found")

    def delete_row(self, invoice: Ref, row_id: str) -> None:
        self.writes += 1
        self._check_unlocked(invoice)
        self.remove(invoice, row_id)

    def enter(self, invoice: Ref, amount_minor: int, paid_on: date = TODAY, *, foreign: bool = False) -> PaymentRow:
        """Add a row, as a person or another product does. Raises: Rejected where the invoice takes no other."""
        self._check_there(invoice)
        if self.rows.get(invoice) and not self.many_rows:
            raise Rejected("ObjectExists", "A payment already exists for this invoice.")
        self._next_row += 1
        row = PaymentRow(str(self._next_row), amount_minor, paid_on, foreign)
        self.rows.setdefault(invoice, []).append(row)
        self._recount(invoice)
        return row

    def remove(self, invoice: Ref, row_id: str) -> None:
        """Take a row away, as a person does; one that is gone already changes nothing."""
        before = self.rows.get(invoice, [])
        self.rows[invoice] = [row for row in before if row.id != row_id]
        if len(self.rows[invoice]) < len(before):
            self._recount(invoice)

    def add_invoice(
        self,
        id_: str,
        number: str,
        total_minor: int,
        *,
        customer: str = "Contoso",
        customer_id: str = CUSTOMER_ID,
        on: date = TODAY,
        type_: str = "Miscellaneous",
    ) -> Ref:
        ref = super().add_invoice(id_, number, total_minor, customer=customer, customer_id=customer_id, on=on)
        billed = replace(self.invoice(id_), credited_minor=0, lines=(), traits=(_type(type_),))
        self.records[ref] = billed
        return ref

    def bill(self, id_: str, line: Line) -> None:
        """Put a line on an invoice, or in the place of the one with its id; the invoice comes to what its lines do."""
        invoice = self.invoice(id_)
        if invoice.closed:
            raise Rejected("InvalidObject", "The invoice that it is billed on is closed.")
        others = (each for each in invoice.lines or () if (each.kind, each.id) != (line.kind, line.id))
        lines = in_order((*others, line))
        total = sum(each.amount_minor for each in lines)
        left = total - (invoice.paid_minor or 0) - (invoice.credited_minor or 0)
        self.put(replace(invoice, lines=lines, total_minor=total, balance_minor=left))

    def add_credit_memo(
        self, id_: str, number: str, total_minor: int, *, customer: str = "Contoso", customer_id: str = CUSTOMER_ID
    ) -> Ref:
        """Give a customer a credit, which can be applied: it is closed."""
        ref, payer = Ref(self.system, Kind.CREDIT_MEMO, id_), Ref(self.system, Kind.CUSTOMER, customer_id)
        traits = (_type("CreditMemo"),)
        self.put(CreditMemo(
            ref, NEW, Standing.LIVE, number, payer, customer, TODAY, "USD", total_minor, total_minor, (), traits
        ))  # fmt: skip
        self.close(ref)
        return ref

    def apply_credit(self, invoice: Ref, amount_minor: int, memo: Ref | None = None) -> None:
        """Apply a credit memo, as a person does: it lowers the balance, and is no payment."""
        if memo is not None:
            self._use_up(memo, amount_minor)
        self.credits[invoice] = self.credits.get(invoice, 0) + amount_minor
        self._recount(invoice)

    def lock(self, invoice: Ref) -> None:
        """Let nobody but people write rows on an invoice, until it is unlocked."""
        self.locked.add(invoice)
        self.put(self.invoice(invoice.id))

    def unlock(self, invoice: Ref) -> None:
        """Take writes again; the invoice has changed with it."""
        self.locked.discard(invoice)
        self.put(self.invoice(invoice.id))

    def delete_invoice(self, id_: str) -> None:
        """Delete an invoice that has no rows: nothing shows it any more, not even that it is gone."""
        self._drop(self.invoice(id_))

    def delete(self, ref: Ref) -> None:
        """Delete a company or a credit memo, as silently."""
        self._drop(self.records[ref])

    def _check_there(self, invoice: Ref) -> None:
        if invoice not in self.records:
            raise Rejected("NotFound", f"{invoice} not found")

    def _check_unlocked(self, invoice: Ref) -> None:
        if invoice in self.locked:
            raise Rejected("InvalidObject", f"{invoice} cannot be edited", "Reopen the invoice.")

    def _recount(self, ref: Ref) -> None:
        invoice = self.invoice(ref.id)
        paid = sum(row.amount_minor for row in self.rows.get(ref, ()))
        left = invoice.total_minor - paid - self.credits.get(ref, 0)
        credited = self.credits.get(ref, 0)
        self._move(replace(invoice, paid_minor=paid, balance_minor=left, credited_minor=credited))

    def _use_up(self, ref: Ref, amount_minor: int) -> None:
        memo = self.records[ref]
        assert isinstance(memo, CreditMemo)
        if amount_minor > memo.remaining_minor:
            raise Rejected("InvalidField", f"{ref} has {memo.remaining_minor} left")
        self._move(replace(memo, remaining_minor=memo.remaining_minor - amount_minor))

    def _move(self, record: Billed) -> None:
        if self.rows_move_invoice:
            self.put(record)
        else:
            self.records[record.ref] = record


def _sold(total_minor: int) -> Line:
    return Line("1", LineKind.ITEM, "", total_minor, item="Services", tax_code="NON")


def _type(name: str) -> Trait:
    return Trait(TraitName.INVOICE_TYPE, name)
