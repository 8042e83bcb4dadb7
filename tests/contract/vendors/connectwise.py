"""ConnectWise as the stories drive it: our worker through the port, and people by hand, on the fake and on a sandbox."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from crossfoot.adapters.connectwise.translate import from_date
from crossfoot.core.model import Kind, PaymentRow, System
from crossfoot.core.money import from_minor

from tests.adapters.connectwise.site import Msp
from tests.contract.vendors.both import Names, Reading
from tests.fakes.clock import FakeClock
from tests.fakes.vendors import CUSTOMER_ID, TODAY, FakeConnectWise

CUSTOMER = "Contoso"
MISSING = "999999"


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

    def _named(self, name: str, row: PaymentRow) -> tuple[Any, ...]:
        self._rows[name] = row.id
        return (name, row.amount_minor, row.paid_on, row.foreign)


class FakeSite(_Site):
    """The fake."""

    def __init__(self, mood: Mood) -> None:
        self.clock = FakeClock()
        self.fake = FakeConnectWise(self.clock, many_rows=mood.many_rows, rows_move_invoice=mood.rows_move_invoice)
        super().__init__(self.fake)
        self.names.give(Kind.CUSTOMER, CUSTOMER, CUSTOMER_ID)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def add_invoice(self, name: str, number: str, total_minor: int) -> None:
        self.names.give(Kind.INVOICE, name, name)
        self.fake.add_invoice(name, number, total_minor, customer=CUSTOMER)

    def enter(self, invoice: str, row: str, minor: int, *, foreign: bool = False) -> None:
        self._named(row, self.fake.enter(self.names.ref_of(invoice), minor, TODAY, foreign=foreign))

    def remove(self, invoice: str, row: str) -> None:
        self.fake.remove(self.names.ref_of(invoice), self._rows[row])

    def apply_credit(self, invoice: str, minor: int) -> None:
        self.fake.apply_credit(self.names.ref_of(invoice), minor)

    def delete_invoice(self, name: str) -> None:
        self.fake.delete_invoice(self.names.id_of(name))


class SandboxSite(_Site):
    """A login company in the sandbox: the worker goes through our adapter, the bookkeeper has keys of her own."""

    def __init__(self, msp: Msp, mood: Mood) -> None:
        super().__init__(msp.psa)
        self.msp = msp
        msp.sandbox.switch(one_payment_per_invoice=not mood.many_rows, payment_bumps_invoice=mood.rows_move_invoice)
        self.customer = msp.customer(CUSTOMER)
        self.names.give(Kind.CUSTOMER, CUSTOMER, str(self.customer["id"]))
        self._screens = msp.open(msp.account)

    def pass_time(self, seconds: float) -> None:
        self.msp.sandbox.control("clock", {"advance_s": seconds})

    def add_invoice(self, name: str, number: str, total_minor: int) -> None:
        day = from_date(TODAY)
        total = float(from_minor(total_minor, "USD"))
        ref = self.msp.invoice(self.customer, number, total, date=day, dueDate=day)
        self.names.give(Kind.INVOICE, name, ref.id)

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

    def _post(self, invoice: str, minor: int, **values: str) -> Any:
        body = {"type": "P", "amount": float(from_minor(minor, "USD")), "paymentDate": from_date(TODAY), **values}
        return self.msp.call("POST", f"/finance/invoices/{self.names.id_of(invoice)}/payments", body)
