"""A QuickBooks company's payables as the stories drive them: our worker, and a bookkeeper, on the fake and a sandbox."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crossfoot.adapters.quickbooks.payables import QuickBooksPayables
from crossfoot.adapters.quickbooks.payables_source import QuickBooksPayablesSource
from crossfoot.core.model import Kind, System
from crossfoot.core.money import from_minor, to_minor

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.owing import Owing
from tests.contract.vendors.both import Names, Reading
from tests.contract.vendors.paying import PayableWriting
from tests.fakes.clock import FakeClock
from tests.fakes.filing import TODAY
from tests.fakes.payables import FakePayables
from tests.fakes.receipts import BANK, CARD, COSTS, FEES, FakeReceipts
from tests.fakes.vendors import FakeQuickBooks


class FakeLedger(Reading):
    """The fake."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self._receipts = FakeReceipts(FakeQuickBooks(self.clock))
        self._fake = FakePayables(self._receipts)
        super().__init__(self._fake, Names(System.QUICKBOOKS))
        accounts = {"bank": BANK, "card": CARD, "costs": COSTS, "fees": FEES}
        self.ours = PayableWriting(self._fake, self.names, accounts)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def add_customer(self, called: str) -> None:
        self._fake.taken.add(called)

    def pay(self, name: str, vendor: str, bills: Mapping[str, int], *, more_minor: int = 0) -> None:
        paid = {self.names.id_of(bill): minor for bill, minor in bills.items()}
        made = self._fake.pay(self.names.id_of(vendor), paid, more_minor=more_minor)
        self.names.give(Kind.BILL_PAYMENT, name, made.ref.id)

    def pay_beyond(self, name: str, minor: int) -> None:
        """Let a payment be of so much more than the bills on it."""
        paid = self._fake.payment(self.names.id_of(name))
        self._fake.keep(replace(paid, total_minor=paid.total_minor + minor, other_minor=minor))

    def pass_on(self, name: str) -> None:
        """Say of a bill's lines that a customer is billed for them."""
        bill = self._fake.bill(self.names.id_of(name))
        lines = (replace(line, customer_id="1", billable="Billable") for line in bill.lines or ())
        self._fake.keep(replace(bill, lines=tuple(lines)))

    def delete_payment(self, name: str) -> None:
        self._fake.delete_payment(self.names.id_of(name))

    def void_payment(self, name: str) -> None:
        self._fake.void_payment(self.names.id_of(name))

    def delete_bill(self, name: str) -> None:
        self._fake.delete_bill(self.names.id_of(name))

    def keep_what_is_paid(self) -> None:
        """Let no bill or credit be deleted while a payment is on it: Intuit's page says so, and does not say how."""
        self._fake.unapplies = False

    def close_books(self, until: date) -> None:
        self._receipts.close_books(until)

    def deactivate_bank(self) -> None:
        self._receipts.deactivate(BANK)


class SandboxLedger(Reading):
    """A company in the sandbox."""

    def __init__(self, company: Company) -> None:
        self.company = company
        source = QuickBooksPayablesSource(company.client(), company.clock)
        super().__init__(source, Names(System.QUICKBOOKS))
        self._clerk = Owing(company)
        fees = next(each["Id"] for each in company.query("Account") if each["Name"] == "Uncategorized Expense")
        accounts = {"bank": self._clerk.bank, "card": self._clerk.card, "costs": self._clerk.costs, "fees": fees}
        self.ours = PayableWriting(QuickBooksPayables(company.client()), self.names, accounts)
        self.pass_time(0)

    def pass_time(self, seconds: float) -> None:
        moved = self.company.sandbox.control("clock", {"advance_s": seconds})
        self.company.clock.set(datetime.fromisoformat(moved["now"]))

    def add_customer(self, called: str) -> None:
        self.company.customer(called)

    def pay(self, name: str, vendor: str, bills: Mapping[str, int], *, more_minor: int = 0) -> None:
        parts = [("Bill", self._known(bill), _amount(minor)) for bill, minor in bills.items()]
        total = _amount(sum(bills.values()) + more_minor)
        paid = self._clerk.pay(self._known(vendor), total, *parts, TxnDate=TODAY.isoformat())
        self.names.give(Kind.BILL_PAYMENT, name, paid["Id"])

    def pay_beyond(self, name: str, minor: int) -> None:
        known = self._now("BillPayment", name)
        total = _amount(to_minor(known["TotalAmt"], "USD") + minor)
        kept = {field: known[field] for field in ("VendorRef", "PayType")}
        self._clerk.change("BillPayment", known, **kept, TotalAmt=total)

    def pass_on(self, name: str) -> None:
        known, customer = self._now("Bill", name), self.company.customer("Passed On")
        detail = "AccountBasedExpenseLineDetail"
        more = {"CustomerRef": {"value": customer["Id"]}, "BillableStatus": "Billable"}
        lines = [{**line, "Amount": float(line["Amount"]), detail: {**line[detail], **more}} for line in known["Line"]]
        self._clerk.change("Bill", known, VendorRef=known["VendorRef"], Line=lines)

    def delete_payment(self, name: str) -> None:
        self._clerk.delete("BillPayment", self._known(name))

    def void_payment(self, name: str) -> None:
        self._clerk.void(self._known(name))

    def delete_bill(self, name: str) -> None:
        self._clerk.delete("Bill", self._known(name))

    def keep_what_is_paid(self) -> None:
        self.company.sandbox.switch(paid_invoice_delete="refuse")

    def close_books(self, until: date) -> None:
        (settings,) = self.company.query("Preferences")
        self._clerk.change("Preferences", settings, AccountingInfoPrefs={"BookCloseDate": until.isoformat()})

    def deactivate_bank(self) -> None:
        bank = self._clerk.now("Account", self._clerk.bank)
        kept = {field: bank[field] for field in ("Name", "AccountType", "AccountSubType")}
        self._clerk.change("Account", bank, **kept, Active=False)

    def _now(self, entity: str, name: str) -> dict[str, Any]:
        return self._clerk.now(entity, self.names.id_of(name))

    def _known(self, name: str) -> dict[str, Any]:
        return {"Id": self.names.id_of(name)}


def _amount(minor: int) -> float:
    """Write an amount as httpx's JSON can; the cents of a float this small are exact when they are read back."""
    return float(Decimal(from_minor(minor, "USD")))
