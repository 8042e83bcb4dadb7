"""QuickBooks as the stories drive it: what an accountant does, on the fake and on a sandbox's company."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.core.model import Kind, System
from crossfoot.core.money import from_minor
from crossfoot.errors import Rejected

from tests.adapters.quickbooks.company import Company
from tests.adapters.sandbox import exact
from tests.contract.vendors.both import Names, Reading
from tests.fakes.clock import FakeClock
from tests.fakes.vendors import CUSTOMER_ID, TODAY, FakeQuickBooks

CUSTOMER = "Contoso"
MEMO_ID = "9000"


class FakeBooks(Reading):
    """The fake."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.fake = FakeQuickBooks(self.clock)
        super().__init__(self.fake, Names(System.QUICKBOOKS))
        self.names.give(Kind.CUSTOMER, CUSTOMER, CUSTOMER_ID)

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)

    def add_invoice(self, name: str, number: str, total_minor: int) -> None:
        self.names.give(Kind.INVOICE, name, name)
        self.fake.add_invoice(name, number, total_minor, customer=CUSTOMER)

    def pay(self, name: str, parts: Mapping[str, int], *, on: date = TODAY, marker: str = "") -> None:
        self.names.give(Kind.PAYMENT, name, name)
        self.fake.pay(name, parts, on=on, marker=marker)

    def pay_with_credit(self, name: str, invoice: str, cash_minor: int, credit_minor: int) -> None:
        self.names.give(Kind.PAYMENT, name, name)
        self.fake.pay(name, {invoice: cash_minor} if cash_minor else {}, credited={invoice: credit_minor})

    def void(self, name: str) -> None:
        self.fake.void(name)

    def delete(self, name: str) -> None:
        self.fake.delete(name)

    def void_invoice(self, name: str) -> None:
        self.fake.void_invoice(name)

    def delete_invoice(self, name: str) -> None:
        self.fake.delete_invoice(name)


class SandboxBooks(Reading):
    """A company in the sandbox, read through our adapter."""

    def __init__(self, company: Company) -> None:
        super().__init__(company.source, Names(System.QUICKBOOKS))
        self.company = company
        self.customer = company.customer(CUSTOMER)
        self.names.give(Kind.CUSTOMER, CUSTOMER, self.customer["Id"])
        self._payments: dict[str, dict[str, Any]] = {}

    def pass_time(self, seconds: float) -> None:
        self.company.sandbox.control("clock", {"advance_s": seconds})

    def add_invoice(self, name: str, number: str, total_minor: int) -> None:
        line = {
            "Amount": _amount(total_minor),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        days = {"TxnDate": TODAY.isoformat(), "DueDate": TODAY.isoformat()}
        body = {**self._payer(), "DocNumber": number, **days, "Line": [line]}
        self.names.give(Kind.INVOICE, name, self._post("Invoice", body)["Id"])

    def pay(self, name: str, parts: Mapping[str, int], *, on: date = TODAY, marker: str = "") -> None:
        lines = [self._line("Invoice", self.names.id_of(invoice), minor) for invoice, minor in parts.items()]
        note = {"PrivateNote": f"Paid through the platform {marker}"} if marker else {}
        self._save(name, {"TotalAmt": _amount(sum(parts.values())), "TxnDate": on.isoformat(), "Line": lines, **note})

    def pay_with_credit(self, name: str, invoice: str, cash_minor: int, credit_minor: int) -> None:
        """Load a credit memo and apply it on the same payment, as QuickBooks' own screen does."""
        credit = _amount(credit_minor)
        memo = {"Id": MEMO_ID, "SyncToken": "0", "TotalAmt": credit, "Balance": credit, "RemainingCredit": credit}
        time = {"MetaData": {"LastUpdatedTime": "2026-11-01T00:00:00-08:00"}, "TxnDate": TODAY.isoformat()}
        self.company.load(("CreditMemo", {**memo, **time, **self._payer()}))
        lines = [
            self._line("Invoice", self.names.id_of(invoice), cash_minor + credit_minor),
            self._line("CreditMemo", MEMO_ID, credit_minor),
        ]
        self._save(name, {"TotalAmt": _amount(cash_minor), "TxnDate": TODAY.isoformat(), "Line": lines})

    def void(self, name: str) -> None:
        body = {**self._head(name), "sparse": True}
        self._payments[name] = self._post("Payment", body, operation="update", include="void")

    def delete(self, name: str) -> None:
        self._post("Payment", self._head(name), operation="delete")

    def void_invoice(self, name: str) -> None:
        self._post("Invoice", {"Id": self.names.id_of(name), "SyncToken": "0"}, operation="void")

    def delete_invoice(self, name: str) -> None:
        self._post("Invoice", {"Id": self.names.id_of(name), "SyncToken": "0"}, operation="delete")

    def _save(self, name: str, body: dict[str, Any]) -> None:
        stored = self._post("Payment", {**self._head(name), **self._payer(), **body})
        self._payments[name] = stored
        self.names.give(Kind.PAYMENT, name, stored["Id"])

    def _head(self, name: str) -> dict[str, Any]:
        known = self._payments.get(name)
        return {field: known[field] for field in ("Id", "SyncToken")} if known else {}

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


def _amount(minor: int) -> float:
    """Write an amount as httpx's JSON can; the cents of a float this small are exact when they are read back."""
    return float(Decimal(from_minor(minor, "USD")))
