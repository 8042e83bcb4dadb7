"""Whatever is sent in whatever order: the accounts balance, and every open amount is what its payments leave."""

from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company, payment_body, sales_line
from tests.local.sandbox.quickbooks.samples import (
    account,
    bill_body,
    bill_payment_body,
    deposit_body,
    direct_line,
    journal_line,
    linked_line,
    memo,
    ref,
    trial_balance,
)

STEPS = 60
_HOW = {"void": {"operation": "void"}, "include": {"operation": "update", "include": "void"}}
_KINDS = ("Invoice", "CreditMemo", "Payment", "Deposit", "Bill", "VendorCredit", "BillPayment", "JournalEntry")


class Trader:
    """Does something that makes sense, drawn by chance; what the sandbox refuses changes nothing."""

    def __init__(self, company: Company, seed: int) -> None:
        self.company, self.chance = company, Random(seed)
        self.customers = [company.customer(name) for name in ("Amy",)]
        self.vendors = [company.post("Vendor", {"DisplayName": name}) for name in ("Books",)]
        self.done = 0

    def step(self) -> None:
        often = (self.sell, self.receive, self.pay, self.delete)
        seldom = (
            self.credit,
            self.apply,
            self.apply,
            self.deposit,
            self.buy,
            self.return_goods,
            self.book,
            self.edit,
            self.void,
        )
        self.chance.choice((*often, *often, *seldom))()

    def amount(self) -> str:
        return f"{self.chance.randint(1, 9999) / 100:.2f}"

    def part_of(self, open_amount: Decimal) -> Decimal:
        """A part of what is open, all of it, or a cent more, which is refused."""
        return self.chance.choice((open_amount, open_amount, open_amount / 2, open_amount + Decimal("0.01"))).quantize(
            Decimal("0.01")
        )

    def pick(self, kind: str, fits: Callable[[dict[str, Any]], bool] = lambda _: True) -> dict[str, Any] | None:
        rows = [
            each for each in self.company.query(f"select * from {kind} maxresults 1000").get(kind, []) if fits(each)
        ]
        return self.chance.choice(rows) if rows else None

    def send(self, kind: str, body: object, **params: str) -> None:
        response = self.company.call("POST", kind.lower(), body, **params)
        assert response.status_code in (200, 400), response.text
        self.done += response.status_code == 200

    def sell(self) -> None:
        lines = [sales_line(self.amount()) for _ in range(self.chance.randint(1, 3))]
        if self.chance.random() < 0.3:
            discount = {"PercentBased": True, "DiscountPercent": 10}
            lines.append({"DetailType": "DiscountLineDetail", "DiscountLineDetail": discount})
        lines[0]["SalesItemLineDetail"]["TaxCodeRef"] = {"value": "TAX"}
        tax = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}} if self.chance.random() < 0.5 else {}
        self.send("Invoice", {"CustomerRef": ref(self.chance.choice(self.customers)), "Line": lines, **tax})

    def credit(self) -> None:
        memo(self.company, self.chance.choice(self.customers), self.amount())

    def receive(self) -> None:
        invoice = self.pick("Invoice", lambda each: each["Balance"] > 0)
        if invoice:
            part = self.part_of(invoice["Balance"])
            owner = {"Id": invoice["CustomerRef"]["value"]}
            self.send("Payment", payment_body(owner, str(part + self.chance.choice((0, 5))), (invoice, str(part))))

    def apply(self) -> None:
        credit = self.pick("CreditMemo", lambda each: each["Balance"] > 0)
        invoice = self.pick("Invoice", lambda each: each["Balance"] > 0)
        if credit and invoice:
            used = min(credit["Balance"], invoice["Balance"])
            body = payment_body({"Id": credit["CustomerRef"]["value"]}, "0", (invoice, str(used)))
            body["Line"].append({"Amount": used, "LinkedTxn": [{"TxnId": credit["Id"], "TxnType": "CreditMemo"}]})
            self.send("Payment", body)

    def deposit(self) -> None:
        payment = self.pick("Payment")
        if payment:
            self.send("Deposit", deposit_body(self.company, linked_line(payment), direct_line(self.company, "-0.50")))

    def buy(self) -> None:
        self.send("Bill", bill_body(self.company, self.chance.choice(self.vendors), self.amount()))

    def return_goods(self) -> None:
        self.send("VendorCredit", bill_body(self.company, self.chance.choice(self.vendors), self.amount()))

    def pay(self) -> None:
        bill, credit = self.pick("Bill", lambda each: each["Balance"] > 0), self.pick("VendorCredit")
        if bill:
            part = self.part_of(bill["Balance"])
            paid, total = [("Bill", bill, str(part))], part
            if credit and credit["VendorRef"] == bill["VendorRef"] and credit["Balance"]:
                used = min(credit["Balance"], part)
                paid.append(("VendorCredit", credit, str(used)))
                total -= used
            owner = {"Id": bill["VendorRef"]["value"]}
            self.send("BillPayment", bill_payment_body(self.company, owner, str(total), *paid))

    def book(self) -> None:
        entity = {"Type": "Customer", "EntityRef": ref(self.chance.choice(self.customers))}
        owed = journal_line("Debit", account(self.company, "AccountsReceivable"), "3", Entity=entity)
        self.send("JournalEntry", {"Line": [owed, journal_line("Credit", account(self.company, "Checking"), "3")]})

    def edit(self) -> None:
        kind = self.chance.choice(("Invoice", "CreditMemo", "Bill", "VendorCredit"))
        record = self.pick(kind)
        if record:
            line = next(each for each in record["Line"] if "Id" in each) | {"Amount": Decimal(self.amount())}
            self.send(kind, {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True, "Line": [line]})

    def void(self) -> None:
        kind = self.chance.choice(("Invoice", "Payment", "BillPayment"))
        record = self.pick(kind)
        if record:
            how = _HOW["void" if kind == "Invoice" else "include"]
            self.send(kind, {"Id": record["Id"], "SyncToken": record["SyncToken"], "sparse": True}, **how)

    def delete(self) -> None:
        """Delete anything; what was settled more often, because others hang on it."""
        kind = self.chance.choice((*_KINDS, "CreditMemo", "VendorCredit", "Invoice"))
        record = self.pick(kind, lambda each: bool(each.get("LinkedTxn"))) or self.pick(kind)
        if record:
            self.send(kind, {"Id": record["Id"], "SyncToken": record["SyncToken"]}, operation="delete")


def _rows(company: Company, kind: str) -> list[dict[str, Any]]:
    return list(company.query(f"select * from {kind} maxresults 1000").get(kind, []))


def _check(company: Company) -> None:
    balances = trial_balance(company)
    assert balances[""] == 0
    assert balances["Accounts Receivable (A/R)"] == sum(each["Balance"] for each in _rows(company, "Customer"))
    assert balances["Accounts Payable (A/P)"] == -sum(each["Balance"] for each in _rows(company, "Vendor"))
    _check_open_amounts(company)
    held = {
        link["TxnId"]: row["Id"]
        for row in _rows(company, "Deposit")
        for line in row["Line"]
        for link in line.get("LinkedTxn", [])
    }
    for payment in _rows(company, "Payment"):
        deposits = [each["TxnId"] for each in payment.get("LinkedTxn", [])]
        assert deposits == ([held[payment["Id"]]] if payment["Id"] in held else [])


def _sign(line: dict[str, Any]) -> int:
    return -1 if line["LinkedTxn"][0]["TxnType"] in ("CreditMemo", "VendorCredit") else 1


def _check_open_amounts(company: Company) -> None:
    applied: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    payers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for kind in ("Payment", "BillPayment"):
        for payment in _rows(company, kind):
            left = payment["TotalAmt"] - sum((_sign(line) * line["Amount"] for line in payment["Line"]), Decimal(0))
            assert left == payment.get("UnappliedAmt", left) >= 0
            for line in payment["Line"]:
                key = (line["LinkedTxn"][0]["TxnType"], line["LinkedTxn"][0]["TxnId"])
                applied[key] += line["Amount"]
                payers[key].add(payment["Id"])
    for kind in ("Invoice", "CreditMemo", "Bill", "VendorCredit"):
        for record in _rows(company, kind):
            key = (kind, record["Id"])
            assert record["TotalAmt"] - record["Balance"] == applied.pop(key, 0)
            assert {link["TxnId"] for link in record["LinkedTxn"]} == payers[key]
            assert record["Balance"] >= 0
    assert applied == {}


@pytest.mark.parametrize("seed", range(4))
def test_the_book_is_consistent_after_every_step(company: Company, seed: int) -> None:
    trader = Trader(company, seed)
    if seed % 2:
        prefs = {"SalesFormsPrefs": {"AutoApplyCredit": True, "AutoApplyPayments": True}}
        company.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, **prefs})
    for number in range(STEPS):
        trader.step()
        if number % 10 == 9:
            _check(company)
    assert trader.done > STEPS / 3
