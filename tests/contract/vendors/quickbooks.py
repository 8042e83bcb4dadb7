"""QuickBooks as the stories drive it: our worker through the ports, and an accountant, on the fake and on a sandbox."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from crossfoot.adapters.quickbooks.deposits import QuickBooksDeposits
from crossfoot.adapters.quickbooks.receipts import QuickBooksReceipts
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.model import Kind, System
from crossfoot.core.money import from_minor
from crossfoot.errors import Rejected

from tests.adapters.quickbooks.company import Company
from tests.adapters.sandbox import exact
from tests.contract.vendors.both import Names, Reading
from tests.contract.vendors.depositing import DepositWriting
from tests.contract.vendors.selling import FakeShop, SaleWriting, SandboxShop
from tests.contract.vendors.writing import Writing
from tests.fakes.clock import FakeClock
from tests.fakes.deposits import FakeDeposits
from tests.fakes.filing import CUSTOMER_ID, TODAY
from tests.fakes.receipts import BANK, FEES, FUNDS, FakeReceipts
from tests.fakes.sales import FakeSales
from tests.fakes.vendors import FakeQuickBooks

CUSTOMER = "Contoso"


class FakeBooks(Reading):
    """The fake."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.fake = FakeQuickBooks(self.clock)
        super().__init__(self.fake, Names(System.QUICKBOOKS))
        self.names.give(Kind.CUSTOMER, CUSTOMER, CUSTOMER_ID)
        self.fake_receipts = FakeReceipts(self.fake)
        self.receipts = Writing(self.fake_receipts, self.names, {"funds": FUNDS, "bank": BANK})
        accounts = {"funds": FUNDS, "bank": BANK, "fees": FEES}
        self.deposits = DepositWriting(FakeDeposits(self.fake_receipts), self.names, accounts)
        sales = FakeSales(self.fake_receipts)
        sales.catalogue = replace(sales.catalogue, custom_numbers=False)
        self.sales, self.shop = SaleWriting(sales, self.names), FakeShop(sales, self.names)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def add_invoice(self, name: str, number: str, total_minor: int) -> None:
        self.names.give(Kind.INVOICE, name, name)
        self.fake.add_invoice(name, number, total_minor, customer=CUSTOMER)

    def rename_customer(self, new_name: str) -> None:
        self.fake.add_customer(CUSTOMER_ID, CUSTOMER)
        self.fake.rename_customer(CUSTOMER_ID, new_name)

    def pay(self, name: str, parts: Mapping[str, int], *, on: date = TODAY, marker: str = "") -> None:
        paid = {self.names.id_or_name(invoice): minor for invoice, minor in parts.items()}
        self.fake.pay(self._payment(name), paid, on=on, marker=marker)

    def add_credit_memo(self, name: str, number: str, total_minor: int) -> None:
        self.names.give(Kind.CREDIT_MEMO, name, name)
        self.fake.add_credit_memo(name, number, total_minor, customer=CUSTOMER)

    def pay_with_credit(self, name: str, invoice: str, cash_minor: int, memo: str, credit_minor: int) -> None:
        self.fake.pay(
            self._payment(name),
            {invoice: cash_minor} if cash_minor else {},
            credited={invoice: credit_minor},
            memo=memo,
        )

    def deposit(self, name: str, *payments: str, fee_minor: int = 0) -> None:
        self.names.give(Kind.DEPOSIT, name, name)
        self.fake.deposit(name, [self._payment(payment) for payment in payments], fee_minor)

    def delete_deposit(self, name: str) -> None:
        self.fake.delete_deposit(name)

    def void(self, name: str) -> None:
        self.fake.void(self._payment(name))

    def delete(self, name: str) -> None:
        self.fake.delete(self._payment(name))

    def void_invoice(self, name: str) -> None:
        self.fake.void_invoice(self.names.id_or_name(name))

    def delete_invoice(self, name: str) -> None:
        self.fake.delete_invoice(self.names.id_or_name(name))

    def over_application(self, what: str) -> None:
        self.fake_receipts.reduces = what == "reduce"

    def close_books(self, until: date) -> None:
        self.fake_receipts.close_books(until)

    def deactivate_bank(self) -> None:
        self.fake_receipts.deactivate(BANK)

    def _payment(self, name: str) -> str:
        """Give a payment's id: ours have one of the vendor's choosing, the others their name."""
        id_ = self.names.id_or_name(name)
        self.names.give(Kind.PAYMENT, name, id_)
        return id_


class SandboxBooks(Reading):
    """A company in the sandbox, read through our adapter."""

    def __init__(self, company: Company) -> None:
        super().__init__(company.source, Names(System.QUICKBOOKS))
        self.company = company
        self.customer = company.customer(CUSTOMER)
        self.names.give(Kind.CUSTOMER, CUSTOMER, self.customer["Id"])
        self._payments: dict[str, dict[str, Any]] = {}
        accounts = {each["Name"]: each["Id"] for each in company.query("Account")}
        named = {"funds": accounts["Undeposited Funds"], "bank": accounts["Checking"]}
        self.receipts = Writing(QuickBooksReceipts(company.client()), self.names, named)
        accounts = {**named, "fees": company.expense_account()}
        self.deposits = DepositWriting(QuickBooksDeposits(company.client()), self.names, accounts)
        self.shop = SandboxShop(company, self.names)
        self.pass_time(0)

    @cached_property
    def sales(self) -> SaleWriting:
        """Our entries: it reads what the company offers, so only where a story needs it."""
        return SaleWriting(QuickBooksSales(self.company.client()), self.names)

    def pass_time(self, seconds: float) -> None:
        moved = self.company.sandbox.control("clock", {"advance_s": seconds})
        # Ours goes with it: the sandbox's own was moved by every test before.
        self.company.clock.set(datetime.fromisoformat(moved["now"]))

    def add_invoice(self, name: str, number: str, total_minor: int) -> None:
        days = {"TxnDate": TODAY.isoformat(), "DueDate": TODAY.isoformat()}
        body = {**self._payer(), "DocNumber": number, **days, "Line": [_sold(total_minor)]}
        self.names.give(Kind.INVOICE, name, self._post("Invoice", body)["Id"])

    def rename_customer(self, new_name: str) -> None:
        head = {"Id": self.customer["Id"], "SyncToken": self.customer["SyncToken"], "sparse": True}
        self.customer = self._post("Customer", {**head, "DisplayName": new_name})

    def pay(self, name: str, parts: Mapping[str, int], *, on: date = TODAY, marker: str = "") -> None:
        lines = [self._line("Invoice", self.names.id_of(invoice), minor) for invoice, minor in parts.items()]
        note = {"PrivateNote": f"Paid through the platform {marker}"} if marker else {}
        self._save(name, {"TotalAmt": _amount(sum(parts.values())), "TxnDate": on.isoformat(), "Line": lines, **note})

    def add_credit_memo(self, name: str, number: str, total_minor: int) -> None:
        body = {**self._payer(), "DocNumber": number, "TxnDate": TODAY.isoformat(), "Line": [_sold(total_minor)]}
        self.names.give(Kind.CREDIT_MEMO, name, self._post("CreditMemo", body)["Id"])

    def pay_with_credit(self, name: str, invoice: str, cash_minor: int, memo: str, credit_minor: int) -> None:
        """Apply a credit memo on a payment, as QuickBooks' own screen does."""
        lines = [
            self._line("Invoice", self.names.id_of(invoice), cash_minor + credit_minor),
            self._line("CreditMemo", self.names.id_of(memo), credit_minor),
        ]
        self._save(name, {"TotalAmt": _amount(cash_minor), "TxnDate": TODAY.isoformat(), "Line": lines})

    def deposit(self, name: str, *payments: str, fee_minor: int = 0) -> None:
        lines = [self._held(payment) for payment in payments]
        if fee_minor:
            fee = {"AccountRef": {"value": self.company.expense_account()}}
            amounts = {"Amount": -_amount(fee_minor), "Description": "Fee"}
            lines.append({**amounts, "DetailType": "DepositLineDetail", "DepositLineDetail": fee})
        bank = next(each["Id"] for each in self.company.query("Account") if each["Name"] == "Checking")
        body = {"DepositToAccountRef": {"value": bank}, "TxnDate": TODAY.isoformat(), "Line": lines}
        self.names.give(Kind.DEPOSIT, name, self._post("Deposit", body)["Id"])

    def delete_deposit(self, name: str) -> None:
        self._post("Deposit", {"Id": self.names.id_of(name), "SyncToken": "0"}, operation="delete")

    def void(self, name: str) -> None:
        body = {**self._head(name), "sparse": True}
        self._payments[name] = self._post("Payment", body, operation="update", include="void")

    def delete(self, name: str) -> None:
        self._post("Payment", self._head(name), operation="delete")

    def void_invoice(self, name: str) -> None:
        self._post("Invoice", {"Id": self.names.id_of(name), "SyncToken": "0"}, operation="void")

    def delete_invoice(self, name: str) -> None:
        self._post("Invoice", {"Id": self.names.id_of(name), "SyncToken": "0"}, operation="delete")

    def over_application(self, what: str) -> None:
        self.company.sandbox.switch(over_application=what)

    def close_books(self, until: date) -> None:
        (settings,) = self.company.query("Preferences")
        head = {**{field: settings[field] for field in ("Id", "SyncToken")}, "sparse": True}
        self._post("Preferences", {**head, "AccountingInfoPrefs": {"BookCloseDate": until.isoformat()}})

    def deactivate_bank(self) -> None:
        (bank,) = (each for each in self.company.query("Account") if each["Name"] == "Checking")
        head = {field: bank[field] for field in ("Id", "SyncToken", "Name", "AccountType", "AccountSubType")}
        self._post("Account", {**head, "Active": False})

    def _save(self, name: str, body: dict[str, Any]) -> None:
        stored = self._post("Payment", {**self._head(name), **self._payer(), **body})
        self._payments[name] = stored
        self.names.give(Kind.PAYMENT, name, stored["Id"])

    def _head(self, name: str) -> dict[str, Any]:
        known = self._payments.get(name) or self.receipts.head_of(name)
        return {field: known[field] for field in ("Id", "SyncToken")} if known else {}

    def _held(self, payment: str) -> dict[str, Any]:
        paid = self._payments.get(payment) or self.receipts.head_of(payment)
        link = {"TxnId": paid["Id"], "TxnType": "Payment", "TxnLineId": "0"}
        return {"Amount": float(paid["TotalAmt"]), "LinkedTxn": [link]}

    def _payer(self) -> dict[str, Any]:
        return {"CustomerRef": {"value": self.customer["Id"]}}

    @staticmethod
    def _line(kind: str, txn_id: str, minor: int) -> dict[str, Any]:
        return {"Amount": _amount(minor), "LinkedTxn": [{"TxnId": txn_id, "TxnType": kind}]}

    def _post(self, entity: str, body: Mapping[str, Any], **params: str) -> dict[str, Any]:
        """Write as an accountant does. Raises: Rejected with QuickBooks' code."""
        answer = self.company.sandbox.http.post(
            f"/v3/company/{self.company.realm}/{entity.lower()}",
            json=body,
            params={"minorversion": "75", **params},
            headers={"Authorization": f"Bearer {self.company.secrets.sealed.values['access_token']}"},
        )
        told = exact(answer.text)
        if not answer.is_success:
            error = told["Fault"]["Error"][0]
            raise Rejected(error["code"], error["Detail"])
        stored: dict[str, Any] = told[entity]
        return stored


def _sold(total_minor: int) -> dict[str, Any]:
    detail = {"ItemRef": {"value": "1"}}
    return {"Amount": _amount(total_minor), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def _amount(minor: int) -> float:
    """Write an amount as httpx's JSON can; the cents of a float this small are exact when they are read back."""
    return float(Decimal(from_minor(minor, "USD")))
