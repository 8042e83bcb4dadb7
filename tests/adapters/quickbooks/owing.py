"""What a company's bookkeeper does with its bills in the sandbox, and our adapter that reads them."""

from typing import Any

from crossfoot.adapters.quickbooks.payables_source import QuickBooksPayablesSource
from crossfoot.core.model import Record

from tests.adapters.quickbooks.company import Company


class Owing:
    """A company's payables. Takes: records are as the wire shows them."""

    def __init__(self, company: Company) -> None:
        self.company, self.cursor = company, ""
        self.source = QuickBooksPayablesSource(company.client(), company.clock)
        accounts = company.query("Account")
        self.bank, self.card, self.costs = (
            next(each["Id"] for each in accounts if each["AccountType"] == kind)
            for kind in ("Bank", "Credit Card", "Expense")
        )

    def vendor(self, name: str) -> dict[str, Any]:
        return self.company.post("Vendor", {"DisplayName": name})

    def cost(self, amount: float) -> dict[str, Any]:
        detail = {"AccountRef": {"value": self.costs}}
        return {
            "Amount": amount,
            "DetailType": "AccountBasedExpenseLineDetail",
            "AccountBasedExpenseLineDetail": detail,
        }

    def owed(self, entity: str, vendor: dict[str, Any], amount: float, **fields: Any) -> dict[str, Any]:
        """Enter a bill or a vendor credit."""
        return self.company.post(entity, {"VendorRef": {"value": vendor["Id"]}, "Line": [self.cost(amount)], **fields})

    def by_card(self) -> dict[str, Any]:
        """Say of a payment that it is made by credit card."""
        card = {"CCAccountRef": {"value": self.card}}
        return {"PayType": "CreditCard", "CheckPayment": None, "CreditCardPayment": card}

    def pay(
        self, vendor: dict[str, Any], total: float, *parts: tuple[str, dict[str, Any], float], **fields: Any
    ) -> dict[str, Any]:
        lines = [
            {"Amount": amount, "LinkedTxn": [{"TxnId": each["Id"], "TxnType": entity}]}
            for entity, each, amount in parts
        ]
        how = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": self.bank}}}
        body = {"VendorRef": {"value": vendor["Id"]}, "TotalAmt": total, "Line": lines, **how, **fields}
        return self.company.post("BillPayment", body)

    def void(self, payment: dict[str, Any]) -> None:
        head = {**self._head("BillPayment", payment), "sparse": True}
        self.company.post("BillPayment", head, operation="update", include="void")

    def delete(self, entity: str, record: dict[str, Any]) -> None:
        self.company.post(entity, self._head(entity, record), operation="delete")

    def change(self, entity: str, record: dict[str, Any], **fields: Any) -> None:
        """Change a record. Takes: `fields` hold what QuickBooks asks for with every change of one."""
        self.company.post(entity, {**self._head(entity, record), **fields, "sparse": True})

    def now(self, entity: str, id_: str) -> dict[str, Any]:
        """See a record as it is now."""
        return next(each for each in self.company.query(entity) if each["Id"] == id_)

    def _head(self, entity: str, record: dict[str, Any]) -> dict[str, Any]:
        now = self.now(entity, record["Id"])
        return {"Id": now["Id"], "SyncToken": now["SyncToken"]}

    def read(self) -> list[Record]:
        """Read from the cursor on until there is no more."""
        records: list[Record] = []
        for _ in range(50):
            window = self.source.fetch_changes(self.cursor)
            assert not window.unreadable
            records.extend(window.records)
            self.cursor = window.cursor
            if not window.more:
                return records
        raise AssertionError("it does not come to an end")

    def read_later(self) -> list[Record]:
        """Read what changed since, long after it: what was read before is not repeated."""
        self.company.sandbox.control("clock", {"advance_s": 3600})
        return self.read()
