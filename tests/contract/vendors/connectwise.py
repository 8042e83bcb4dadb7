"""ConnectWise as the stories drive it: our worker through the port, and people by hand, on the fake and on a sandbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.adapters.connectwise.translate import from_date
from crossfoot.core.model import Kind, Line, LineKind, PaymentRow, System, TraitName
from crossfoot.core.money import from_minor
from crossfoot.http import Wire
from crossfoot.ports import Choice

from tests.adapters.connectwise.site import Msp
from tests.contract.vendors.both import Names, Reading, Shown
from tests.contract.vendors.posting import PostingBills
from tests.fakes.clock import FakeClock
from tests.fakes.filing import CUSTOMER_ID, TODAY
from tests.fakes.vendors import FakeConnectWise

CUSTOMER = "Contoso"
MISSING = "999999"
# Those that a new login company in the sandbox starts with.
WORK_ROLE, EXPENSE_TYPE, CATALOG_ITEM = (1, "Technician"), (1, "Travel"), (1, "SW-LIC")
TAX_CODE = (12, "State and city")
OPEN_STATUS, CLOSED_STATUS = 1, 3
LABOUR = "Technician / Regular / Company"
CLOSED = {"id": 3, "name": "Closed", "isClosed": True}


@dataclass(frozen=True)
class Mood:
    """What ConnectWise documents nowhere; each story holds in all of these."""

    many_rows: bool
    rows_move_invoice: bool

    def __str__(self) -> str:
        return f"{'many rows' if self.many_rows else 'one row'}, {'loud' if self.rows_move_invoice else 'silent'}"


class _Site(Reading):
    """What our worker does, through the port."""

    def __init__(self, psa: Any) -> None:
        super().__init__(psa, Names(System.CONNECTWISE))
        self.psa = psa
        self.posting = PostingBills(psa, self.names)
        self._rows: dict[str, str] = {"missing": MISSING}

    def create(self, invoice: str, row: str, minor: int, on: date = TODAY) -> tuple[Any, ...]:
        return self._named(row, self.psa.create_row(self.names.ref_of(invoice), minor, on, "USD"))

    def update(self, invoice: str, row: str, minor: int, on: date = TODAY) -> tuple[Any, ...]:
        return self._named(row, self.psa.update_row(self.names.ref_of(invoice), self._rows[row], minor, on, "USD"))

    def delete(self, invoice: str, row: str) -> None:
        self.psa.delete_row(self.names.ref_of(invoice), self._rows[row])

    def rows(self, invoice: str) -> list[tuple[Any, ...]]:
        """Show the rows in the order in which they were given: name, amount, date, and whether another product's."""
        names = {id_: name for name, id_ in self._rows.items()}
        found = self.psa.fetch_rows(self.names.ref_of(invoice), "USD")
        return [(names.get(row.id, "unknown"), row.amount_minor, row.paid_on, row.foreign) for row in found]

    def ids(self) -> set[str]:
        """Name the invoices and credit memos that are there."""
        there = self.psa.fetch_ids(Kind.INVOICE)
        return {self.names.name_of_id(id_, Kind.INVOICE, Kind.CREDIT_MEMO) for id_ in there}

    def memos(self, *names: str) -> dict[str, Shown]:
        """Read some credit memos as they are now."""
        return self.names.show(list(self.psa.fetch_credit_memos([self.names.id_of(name) for name in names]).records))

    def whole(self, *names: str) -> dict[str, Shown]:
        """Read some invoices and credit memos as they are now, with their lines."""
        found = self.psa.fetch_records(Kind.INVOICE, [self.names.id_of(name) for name in names])
        return self.names.show(list(found.records))

    def offers(self, name: TraitName, label: str) -> bool:
        return label in [choice.label for choice in self.psa.fetch_choices()[name]]

    def _named(self, name: str, row: PaymentRow) -> tuple[Any, ...]:
        self._rows[name] = row.id
        return (name, row.amount_minor, row.paid_on, row.foreign)


class FakeSite(_Site):
    """The fake."""

    def __init__(self, mood: Mood) -> None:
        self.clock = FakeClock()
        self.fake = FakeConnectWise(self.clock, many_rows=mood.many_rows, rows_move_invoice=mood.rows_move_invoice)
        super().__init__(self.fake)
        self._line_ids: dict[tuple[LineKind, str], str] = {}
        self.names.give(Kind.CUSTOMER, CUSTOMER, CUSTOMER_ID)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def add_invoice(self, name: str, number: str, total_minor: int, type_: str = "Miscellaneous") -> None:
        self.names.give(Kind.INVOICE, name, name)
        self.fake.add_invoice(name, number, total_minor, customer=CUSTOMER, type_=type_)

    def rename_customer(self, new_name: str) -> None:
        self.fake.add_customer(CUSTOMER_ID, CUSTOMER)
        self.fake.rename_customer(CUSTOMER_ID, new_name)

    def bill_time(self, invoice: str, line: str, hours: str, rate_minor: int) -> None:
        rate = from_minor(rate_minor, "USD")
        self._bill(invoice, line, LineKind.TIME, rate, Decimal(hours), WORK_ROLE[1], worked_on=TODAY, labour=LABOUR)

    def bill_expense(self, invoice: str, line: str, minor: int) -> None:
        spent = Line("", LineKind.EXPENSE, f"{line} 🚗", minor, item=EXPENSE_TYPE[1], worked_on=TODAY)
        self._put(invoice, line, spent)

    def bill_product(self, invoice: str, line: str, quantity: str, price_minor: int) -> None:
        self._bill(invoice, line, LineKind.PRODUCT, from_minor(price_minor, "USD"), Decimal(quantity), CATALOG_ITEM[1])

    def add_credit_memo(self, name: str, number: str, total_minor: int) -> None:
        self.names.give(Kind.CREDIT_MEMO, name, name)
        self.fake.add_credit_memo(name, number, total_minor, customer=CUSTOMER)

    def apply_memo(self, memo: str, invoice: str, minor: int) -> None:
        self.fake.apply_credit(self.names.ref_of(invoice), minor, self.names.ref_of(memo, Kind.CREDIT_MEMO))

    def offer_company_type(self, label: str) -> None:
        self.fake.choices[TraitName.COMPANY_TYPE].append(Choice("9", label))

    def enter(self, invoice: str, row: str, minor: int, *, foreign: bool = False) -> None:
        self._named(row, self.fake.enter(self.names.ref_of(invoice), minor, TODAY, foreign=foreign))

    def remove(self, invoice: str, row: str) -> None:
        self.fake.remove(self.names.ref_of(invoice), self._rows[row])

    def apply_credit(self, invoice: str, minor: int) -> None:
        self.fake.apply_credit(self.names.ref_of(invoice), minor)

    def delete_invoice(self, name: str) -> None:
        self.fake.delete_invoice(self.names.id_of(name))

    def bill_agreement(self, invoice: str, minor: int) -> None:
        self.fake.bill(self.names.id_of(invoice), Line("", LineKind.AGREEMENT, "", minor))

    def apply_down_payment(self, invoice: str, minor: int) -> None:
        applied = Line("", LineKind.DOWN_PAYMENT, "Down payment applied", -minor)
        self.fake.bill(self.names.id_of(invoice), applied)

    def charge_tax(self, invoice: str, minor: int, untaxed: Sequence[tuple[LineKind, str]]) -> None:
        self.fake.untaxed |= {(kind, self._line_ids[kind, line]) for kind, line in untaxed}
        self.fake.untaxed |= {(LineKind.AGREEMENT, ""), (LineKind.DOWN_PAYMENT, "")}
        self.fake.tax(self.names.ref_of(invoice), minor, TAX_CODE[1], "8.25")

    def close(self, invoice: str) -> None:
        self.fake.close(self.names.ref_of(invoice))

    def reopen(self, invoice: str) -> None:
        self.fake.reopen(self.names.ref_of(invoice))

    def batch_elsewhere(self, invoice: str, identifier: str) -> None:
        self.fake.batch_elsewhere(self.names.ref_of(invoice), identifier)

    def take_out(self, invoice: str) -> None:
        self.fake.unbatch(self.names.ref_of(invoice))

    def put_back(self, invoice: str) -> None:
        self.fake.rebatch(self.names.ref_of(invoice))

    def unmap(self, ledger_type: str) -> None:
        del self.fake.accounts[ledger_type]

    def _bill(
        self, invoice: str, line: str, kind: LineKind, price: Decimal, quantity: Decimal, item: str, **more: Any
    ) -> None:
        minor = int((price * quantity).scaleb(2))
        self._put(invoice, line, Line("", kind, f"{line} 🚗", minor, quantity, price, item, **more))

    def _put(self, invoice: str, name: str, line: Line) -> None:
        id_ = self._line_ids.setdefault((line.kind, name), str(len(self._line_ids) + 1))
        self.names.give_line(line.kind, name, id_)
        self.fake.bill(self.names.id_of(invoice), replace(line, id=id_))


class SandboxSite(_Site):
    """A login company in the sandbox: the worker goes through our adapter, the bookkeeper has keys of her own."""

    def __init__(self, msp: Msp, mood: Mood) -> None:
        super().__init__(msp.psa)
        self.msp = msp
        msp.sandbox.switch(one_payment_per_invoice=not mood.many_rows, payment_bumps_invoice=mood.rows_move_invoice)
        self.customer = msp.customer(CUSTOMER)
        self.names.give(Kind.CUSTOMER, CUSTOMER, str(self.customer["id"]))
        self._screens = msp.open(msp.account)
        self._line_ids: dict[tuple[LineKind, str], str] = {}

    def pass_time(self, seconds: float) -> None:
        self.msp.sandbox.control("clock", {"advance_s": seconds})

    def add_invoice(self, name: str, number: str, total_minor: int, type_: str = "Miscellaneous") -> None:
        self.names.give(Kind.INVOICE, name, self._load(number, total_minor, type=type_))

    def rename_customer(self, new_name: str) -> None:
        change = {"op": "replace", "path": "name", "value": new_name}
        self.msp.call("PATCH", f"/company/companies/{self.customer['id']}", [change])

    def bill_time(self, invoice: str, line: str, hours: str, rate_minor: int) -> None:
        worked = {"timeStart": from_date(TODAY), "workRole": {"id": WORK_ROLE[0]}, "workType": {"id": 1}}
        worked["chargeToType"] = "Company"
        priced = {"invoiceHours": float(hours), "hourlyRate": _amount(rate_minor)}
        self._bill("/time/entries", LineKind.TIME, invoice, line, {**worked, **priced, "notes": f"{line} 🚗"})

    def bill_expense(self, invoice: str, line: str, minor: int) -> None:
        spent = {"type": {"id": EXPENSE_TYPE[0]}, "amount": _amount(minor), "date": from_date(TODAY)}
        self._bill("/expense/entries", LineKind.EXPENSE, invoice, line, {**spent, "notes": f"{line} 🚗"})

    def bill_product(self, invoice: str, line: str, quantity: str, price_minor: int) -> None:
        sold = {"catalogItem": {"id": CATALOG_ITEM[0]}, "billableOption": "Billable", "description": f"{line} 🚗"}
        priced = {"quantity": float(quantity), "price": _amount(price_minor)}
        self._bill("/procurement/products", LineKind.PRODUCT, invoice, line, {**sold, **priced})

    def add_credit_memo(self, name: str, number: str, total_minor: int) -> None:
        id_ = self._load(number, -total_minor, type="CreditMemo", status=CLOSED)
        self.names.give(Kind.CREDIT_MEMO, name, id_)

    def apply_memo(self, memo: str, invoice: str, minor: int) -> None:
        """Apply it as the screens do. Raises: Rejected, as our adapter would."""
        path = f"/finance/invoices/{self.names.id_of(invoice)}/payments"
        credit = {"id": int(self.names.id_of(memo))}
        body: dict[str, Wire] = {"type": "C", "amount": from_minor(minor, "USD"), "credit": credit}
        self.msp.client().post(path, body)

    def offer_company_type(self, label: str) -> None:
        self.msp.call("POST", "/company/companies/types", {"name": label, "vendorFlag": False})

    def enter(self, invoice: str, row: str, minor: int, *, foreign: bool = False) -> None:
        if not foreign:
            self._named(row, self._screens.create_row(self.names.ref_of(invoice), minor, TODAY, "USD"))
            return
        self._rows[row] = str(self._post(invoice, minor, source="WisePay")["id"])

    def remove(self, invoice: str, row: str) -> None:
        self._screens.delete_row(self.names.ref_of(invoice), self._rows[row])

    def apply_credit(self, invoice: str, minor: int) -> None:
        self._post(invoice, minor, type="C")

    def delete_invoice(self, name: str) -> None:
        self.msp.call("DELETE", f"/finance/invoices/{self.names.id_of(name)}")

    def bill_agreement(self, invoice: str, minor: int) -> None:
        self._change(invoice, agreementAmount=from_minor(minor, "USD"))

    def apply_down_payment(self, invoice: str, minor: int) -> None:
        self._change(invoice, downpaymentApplied=from_minor(minor, "USD"))

    def charge_tax(self, invoice: str, minor: int, untaxed: Sequence[tuple[LineKind, str]]) -> None:
        """Let the invoice have a tax code that charges no tax on expenses."""
        assert all(kind is LineKind.EXPENSE for kind, _ in untaxed)
        taxed = self._change(invoice, taxableFlag=True, taxCode={"id": TAX_CODE[0]})
        assert taxed["salesTax"] == from_minor(minor, "USD")

    def close(self, invoice: str) -> None:
        self._change(invoice, status={"id": CLOSED_STATUS})

    def reopen(self, invoice: str) -> None:
        self._change(invoice, status={"id": OPEN_STATUS})

    def batch_elsewhere(self, invoice: str, identifier: str) -> None:
        entries = self.msp.call("GET", f"/finance/invoices/{self.names.id_of(invoice)}/glEntries/")
        self._screens.create_batch(identifier, [entry["id"] for entry in entries])

    def take_out(self, invoice: str) -> None:
        self._by_hand("unbatch", invoice)

    def put_back(self, invoice: str) -> None:
        self._by_hand("rebatch", invoice)

    def unmap(self, ledger_type: str) -> None:
        for row in self.msp.call("GET", "/finance/glAccounts"):
            if row["glType"] == ledger_type:
                self.msp.call("DELETE", f"/finance/glAccounts/{row['id']}")

    def _change(self, invoice: str, **values: Wire) -> Any:
        """Edit an invoice. Raises: Rejected, as our adapter would."""
        return self.msp.client().patch(f"/finance/invoices/{self.names.id_of(invoice)}", values)

    def _by_hand(self, deed: str, invoice: str) -> None:
        self.msp.sandbox.control(f"{deed}?company={self.msp.company_id}", {"invoice": int(self.names.id_of(invoice))})

    def _load(self, number: str, total_minor: int, **fields: Any) -> str:
        day = from_date(TODAY)
        return self.msp.invoice(self.customer, number, _amount(total_minor), date=day, dueDate=day, **fields).id

    def _bill(self, path: str, kind: LineKind, invoice: str, line: str, values: Mapping[str, Any]) -> None:
        known = self._line_ids.get((kind, line))
        if known is None:
            exact = {name: Decimal(str(value)) if isinstance(value, float) else value for name, value in values.items()}
            made = self.msp.client().post(path, {**exact, "invoice": {"id": int(self.names.id_of(invoice))}})
            self._line_ids[kind, line] = str(made["id"])
            self.names.give_line(kind, line, str(made["id"]))
            return
        changes = [{"op": "replace", "path": name, "value": value} for name, value in values.items()]
        self.msp.call("PATCH", f"{path}/{known}", changes)

    def _post(self, invoice: str, minor: int, **values: str) -> Any:
        body = {"type": "P", "amount": float(from_minor(minor, "USD")), "paymentDate": from_date(TODAY), **values}
        return self.msp.call("POST", f"/finance/invoices/{self.names.id_of(invoice)}/payments", body)


def _amount(minor: int) -> float:
    """Give an amount as a test's JSON has it."""
    return float(from_minor(minor, "USD"))
