"""What people do beside payments: customers, invoices that nobody pays, credit memos, deposits, in both systems."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    CreditMemo,
    Customer,
    Deposit,
    Invoice,
    Kind,
    Line,
    LineKind,
    Record,
    Ref,
    Standing,
    System,
    Trait,
    TraitName,
    Version,
)

from tests.fakes.filing import TODAY
from tests.fakes.vendors import FakeConnectWise, FakeQuickBooks
from tests.simulation.people import MAIN_NUMBERS, Office

# Few, so that some are given twice.
OTHER_NUMBERS = ("2001", "2002", "2003")
# The same with every partner (X6).
CUSTOMERS = {"1": "Contoso", "2": "Fabrikam", "3": "Northwind"}
NAMES = ("Fabrikam Ltd", "Northwind", "Contoso AG")
DAYS = (TODAY, TODAY + timedelta(days=1), date(2025, 11, 3))
LONG_AGO = Version("2025-01-02T03:04:05Z", "2025-01-02T03:04:05Z")
# What goes away in ConnectWise between two looks; more of it at once is not believed (core of the census).
MAX_SILENT = 3


@dataclass
class Bookkeepers:
    """The people of one office who do everything else. `silent` counts what ConnectWise was made to forget."""

    office: Office
    silent: dict[Kind, int] = field(default_factory=lambda: dict.fromkeys((Kind.CUSTOMER, Kind.INVOICE), 0))
    _made: int = 0

    def open(self) -> None:
        """Enter the customers of both systems, and invoices that are in both beyond doubt."""
        for vendor in (self._books, self._desk):
            for id_, name in CUSTOMERS.items():
                vendor.add_customer(id_, name, self._type_of(vendor.system, "client" if id_ == "1" else "vendor"))
            for number in OTHER_NUMBERS:
                id_, minor = self._new_id(vendor.system), 3 * self.office.unit_minor
                vendor.add_invoice(id_, number, minor, customer=CUSTOMERS["2"], customer_id="2")
            memo = self._new_id(vendor.system)
            vendor.add_credit_memo(memo, memo, 2 * self.office.unit_minor)

    def act(self) -> System:
        """Do one thing. Returns: the system where it was done."""
        system = self.office.choices.one_of((ACCOUNTING, PSA))
        deeds: tuple[Callable[[System], None], ...] = (
            self._enter,
            self._enter,
            self._change,
            self._change,
            self._end,
            self._give_credit,
            self._use_credit,
            self._rename,
            self._merge,
        )
        own = (
            (self._deposit, self._withdraw)
            if system is ACCOUNTING
            else (self._bill, self._retype, self._restore, self._forget, self._forget)
        )
        self.office.choices.one_of((*deeds, *own))(system)
        return system

    def agree_on_names(self) -> None:
        """Let ConnectWise call the customers as QuickBooks does, where both still have them."""
        for id_ in CUSTOMERS:
            one = self._books.records.get(_customer(ACCOUNTING, id_))
            other = self._desk.records.get(_customer(PSA, id_))
            if not isinstance(one, Customer) or not isinstance(other, Customer) or one.standing is not Standing.LIVE:
                continue
            if one.name != other.name:
                self._desk.rename_customer(id_, one.name)

    # --- invoices -------------------------------------------------------------------------------------------------

    def _enter(self, system: System) -> None:
        number, day = self.office.choices.one_of(OTHER_NUMBERS), self.office.choices.one_of(DAYS)
        payer = self._payer(system)
        minor = (1 + self.office.choices.pick(2)) * self.office.unit_minor
        id_ = self._new_id(system)
        self._say(system, f"enters invoice {id_} with number {number} for {payer.name}: {minor} on {day}")
        who = {"customer": payer.name, "customer_id": payer.ref.id}
        if system is ACCOUNTING:
            self._books.add_invoice(id_, number, minor, on=day, **who)
        else:
            type_ = self.office.choices.one_of(("Progress", "Miscellaneous"))
            self._desk.add_invoice(id_, number, minor, on=day, type_=type_, **who)

    def _restore(self, system: System) -> None:
        """Bring an invoice back as it was long ago: no list of changes shows it."""
        self._enter(system)
        newest = next(reversed(self._desk.records))
        self._say(system, f"had {newest.id} long ago, and brings it back")
        self._desk.records[newest] = replace(self._desk.records[newest], version=LONG_AGO)

    def _change(self, system: System) -> None:
        invoice = self._some_invoice(system)
        if invoice is not None and invoice.total_minor == invoice.balance_minor:
            minor = (1 + self.office.choices.pick(3)) * self.office.unit_minor
            self._say(system, f"lets invoice {invoice.ref.id} come to {minor}, due a month later")
            if system is ACCOUNTING:
                self._books.bill(invoice.ref.id, minor)
            elif not invoice.lines:
                self._desk.put(replace(invoice, total_minor=minor, balance_minor=minor))
            now = self._vendor(system).invoice(invoice.ref.id)
            self._vendor(system).put(replace(now, due_on=now.issued_on + timedelta(days=30)))

    def _bill(self, system: System) -> None:
        """Put a line on an invoice of ConnectWise, or change it; what it comes to follows its lines."""
        invoice = self._some_invoice(system)
        if invoice is not None:
            id_, minor = (
                str(1 + self.office.choices.pick(2)),
                (1 + self.office.choices.pick(3)) * self.office.unit_minor,
            )
            self._say(system, f"bills {minor} in line {id_} of {invoice.ref.id}")
            self._desk.bill(
                invoice.ref.id, Line(id_, LineKind.TIME, "Night shift ☾", minor, Decimal(2), Decimal(minor) / 2)
            )

    def _end(self, system: System) -> None:
        """Delete or void an invoice that nothing pays; ConnectWise tells nobody."""
        invoice = self._some_invoice(system)
        if invoice is None or invoice.balance_minor != invoice.total_minor:
            return
        if system is PSA:
            self._forget_record(invoice.ref)
        elif self.office.choices.chance(50):
            self._say(system, f"voids invoice {invoice.ref.id}")
            self._books.void_invoice(invoice.ref.id)
        else:
            self._say(system, f"deletes invoice {invoice.ref.id}")
            self._books.delete_invoice(invoice.ref.id)

    # --- credits and deposits -------------------------------------------------------------------------------------

    def _give_credit(self, system: System) -> None:
        payer, id_ = self._payer(system), self._new_id(system)
        self._say(system, f"gives {payer.name} a credit memo {id_}")
        minor, who = 2 * self.office.unit_minor, {"customer": payer.name, "customer_id": payer.ref.id}
        self._vendor(system).add_credit_memo(id_, id_, minor, **who)

    def _use_credit(self, system: System) -> None:
        memos = [memo for memo in self._live(system, CreditMemo) if memo.remaining_minor >= self.office.unit_minor]
        invoice = self._some_invoice(system)
        if not memos or invoice is None or invoice.balance_minor < self.office.unit_minor:
            return
        memo = self.office.choices.one_of(memos)
        self._say(system, f"applies credit memo {memo.ref.id} on invoice {invoice.ref.id}")
        if system is PSA:
            self._desk.apply_credit(invoice.ref, self.office.unit_minor, memo.ref)
        else:
            credited = {invoice.ref.id: self.office.unit_minor}
            self._books.pay(self._new_id(system), {}, credited=credited, memo=memo.ref.id)

    def _deposit(self, system: System) -> None:
        free = [payment for payment in self.office.live_payments() if payment.deposit is None]
        if free:
            held = self.office.choices.one_of(free)
            id_ = self._new_id(system)
            self._say(system, f"deposits {held.ref.id} as {id_}")
            self._books.deposit(id_, [held.ref.id])

    def _withdraw(self, system: System) -> None:
        deposits = self._live(system, Deposit)
        if deposits:
            deposit = self.office.choices.one_of(deposits)
            self._say(system, f"takes deposit {deposit.ref.id} back")
            self.office.touched_deposits.add(deposit.ref)
            self._books.delete_deposit(deposit.ref.id)

    # --- customers ------------------------------------------------------------------------------------------------

    def _rename(self, system: System) -> None:
        who, name = self._payer(system), self.office.choices.one_of(NAMES)
        self._say(system, f"renames customer {who.ref.id} to {name}")
        self._vendor(system).rename_customer(who.ref.id, name)

    def _merge(self, system: System) -> None:
        """Merge customer 3 into 2."""
        gone, kept = (self._vendor(system).records.get(_customer(system, id_)) for id_ in ("3", "2"))
        if gone is not None and gone.standing is Standing.LIVE and kept is not None and self._may_forget(gone.ref):
            self._say(system, "merges customer 3 into 2")
            self._vendor(system).merge_customers("3", "2")

    def _retype(self, system: System) -> None:
        """Make a company a client or a vendor; not the one whose payments are carried over."""
        id_, type_ = self.office.choices.one_of(("2", "3")), self.office.choices.one_of(("client", "vendor"))
        company = self._desk.records.get(_customer(system, id_))
        if isinstance(company, Customer):
            self._say(system, f"makes company {id_} a {type_}")
            self._desk.put(replace(company, traits=self._type_of(system, type_)))

    def _forget(self, system: System) -> None:
        """Delete a credit memo of ConnectWise that was not used, and is in no batch."""
        there = [memo for memo in self._live(system, CreditMemo) if not memo.batch]
        unused = [memo for memo in there if memo.remaining_minor == memo.total_minor]
        if unused:
            self._forget_record(self.office.choices.one_of(unused).ref)

    def _forget_record(self, ref: Ref) -> None:
        if self._may_forget(ref):
            self._say(PSA, f"deletes {ref.kind} {ref.id}")
            self._desk.delete(ref)

    def _may_forget(self, ref: Ref) -> bool:
        if ref.system is ACCOUNTING:
            return True
        counted = Kind.CUSTOMER if ref.kind is Kind.CUSTOMER else Kind.INVOICE
        self.silent[counted] += 1
        return self.silent[counted] <= MAX_SILENT

    # --- whatever they look at ------------------------------------------------------------------------------------

    @property
    def _books(self) -> FakeQuickBooks:
        return self.office.world.quickbooks

    @property
    def _desk(self) -> FakeConnectWise:
        return self.office.world.connectwise

    def _vendor(self, system: System) -> FakeQuickBooks | FakeConnectWise:
        return self._books if system is ACCOUNTING else self._desk

    def _live[R: Record](self, system: System, kind: type[R]) -> list[R]:
        records = self._vendor(system).records.values()
        return [record for record in records if isinstance(record, kind) and record.standing is Standing.LIVE]

    def _some_invoice(self, system: System) -> Invoice | None:
        """Choose an invoice that is not among those whose payments are carried over, nor closed: that would be refused."""
        there = self._live(system, Invoice)
        own = [invoice for invoice in there if invoice.number not in MAIN_NUMBERS and not invoice.closed]
        return self.office.choices.one_of(own) if own else None

    def _payer(self, system: System) -> Customer:
        return self.office.choices.one_of(self._live(system, Customer))

    def _new_id(self, system: System) -> str:
        self._made += 1
        return f"{system[0]}b{self._made}"

    def _say(self, system: System, what: str) -> None:
        self.office.say(f"{what} in {system}")

    @staticmethod
    def _type_of(system: System, value: str) -> tuple[Trait, ...]:
        return (Trait(TraitName.COMPANY_TYPE, value),) if system is PSA else ()


def _customer(system: System, id_: str) -> Ref:
    return Ref(system, Kind.CUSTOMER, id_)
