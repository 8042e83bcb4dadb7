"""A partner on the deployed stack, with its people in both vendors' sandboxes and its own browser."""

import secrets
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from local.demo.api import Api
from local.demo.people import Accountant, Bookkeeper
from local.demo.rest import Patience, Work
from local.demo.sandboxes import ConnectWiseSandbox, QuickBooksSandbox
from local.sandbox.store import Record
from local.stack.aws import Stack, emulated_stack
from local.stack.partners import add_partner, sign_in
from local.stack.paths import Home
from local.stack.record import load_record
from tests.fakes.choices import NEVER_CHOSEN

DAY = date(2026, 11, 3)
CREDIT_MEMO, DEPOSIT = "50", "60"
CLOSED = {"id": 3, "name": "Closed", "isClosed": True}
PATIENCE_S = 240
PREFERENCES = {**NEVER_CHOSEN, "external_payments_enabled": True}
WITH_TOOL = {"sync_tool_enabled": True, "external_payments_mode": "all_invoices"}


@dataclass
class Deployed:
    """The running stack, as tests reach it."""

    home: Home

    @cached_property
    def urls(self) -> dict[str, str]:
        """Where everything is."""
        return load_record(self.home).urls

    @cached_property
    def stack(self) -> Stack:
        """The AWS of this machine."""
        return emulated_stack(self.urls["aws"])

    @cached_property
    def quickbooks(self) -> QuickBooksSandbox:
        """The QuickBooks sandbox."""
        return QuickBooksSandbox(self.urls["quickbooks"])

    @cached_property
    def connectwise(self) -> ConnectWiseSandbox:
        """The ConnectWise sandbox."""
        return ConnectWiseSandbox(self.urls["connectwise"])

    def wait_for_rest(self, what: str) -> None:
        """Wait until no webhook and no message is under way. Raises: DemoError when one ends in a dead-letter queue."""
        work = Work(self.stack, self.quickbooks)
        Patience(PATIENCE_S).wait_for(what, work.at_rest, lambda: str(work.under_way()))


@dataclass
class Partner:
    """One partner, connected to a company of its own in each sandbox.

    Takes: every partner's invoices have the same ids and numbers as every other's, and amounts of its own; `bill` is the
    number of one that is closed, and in ConnectWise alone, "" for none.
    """

    deployed: Deployed
    name: str
    amount: Decimal
    numbers: tuple[str, ...] = ("1001", "1002", "1003")
    bill: str = ""
    token: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.realm = self.deployed.quickbooks.add_company(self.name)
        self.keys = self.deployed.connectwise.add_company(self.name)
        self.accountant = Accountant(self.realm)
        member = self.deployed.connectwise.add_member(self.keys["company_id"], "bookkeeper")
        self.bookkeeper = Bookkeeper(member)
        invitation = add_partner(
            self.deployed.stack, self.name, f"{secrets.token_hex(4)}@partners.example", permanent_password=True
        )
        self.tenant, self.invitation = invitation.tenant, invitation
        self.token = sign_in(self.deployed.stack, invitation.email, invitation.password)
        self.api = Api(self.deployed.urls["api"], self.token)

    def enter_invoices(self) -> None:
        """Enter the same invoices in both systems."""
        quickbooks = [("Customer", {"Id": "9", "SyncToken": "0", "DisplayName": "Contoso", "Active": True})]
        quickbooks += [("Invoice", self._quickbooks_invoice(number)) for number in self.numbers]
        quickbooks += [("CreditMemo", self._credit_memo()), ("Deposit", self._deposit())]
        self.deployed.quickbooks.load(self.realm["realm_id"], quickbooks)
        company = {"id": 19, "identifier": "contoso", "name": "Contoso", "accountNumber": "9"}
        connectwise = [("Company", company), *(("Invoice", self._connectwise_invoice(n)) for n in self.numbers)]
        if self.bill:
            connectwise.append(("Invoice", {**self._connectwise_invoice(self.bill), "status": CLOSED}))
        self.deployed.connectwise.load(self.keys["company_id"], connectwise)

    def connect(self) -> None:
        """Connect both systems; what they hold is imported then."""
        self.api.connect_quickbooks(self.realm["realm_id"])
        self.api.connect_connectwise(self.keys)

    def pay(self, number: str, amount: Decimal) -> Record:
        """Record a payment in QuickBooks. Returns: the payment as QuickBooks holds it."""
        return self.accountant.record_payment("9", [(number, amount)], DAY, f"ref-{number}")

    def rows(self, number: str) -> list[tuple[Decimal, str]]:
        """Show the payment rows of a ConnectWise invoice: amount and date."""
        return [(Decimal(row["amount"]), row["paymentDate"][:10]) for row in self.bookkeeper.read_rows(number)]

    def receipts(self, number: str) -> list[Record]:
        """List the payments in QuickBooks that pay an invoice, whoever entered them."""
        return [
            payment
            for payment in self.accountant.read_all("Payment")
            if any(paid["TxnId"] == number for line in payment["Line"] for paid in line["LinkedTxn"])
        ]

    def explain(self, payment: Record) -> dict[str, Any]:
        """Ask what happened to a payment."""
        return self.api.explain(f"quickbooks-{payment['Id']}")

    def _quickbooks_invoice(self, number: str) -> Record:
        return {
            "Id": number, "SyncToken": "0", "DocNumber": number, "TxnDate": DAY.isoformat(),
            "CustomerRef": {"value": "9", "name": "Contoso"}, "CurrencyRef": {"value": "USD"},
            "TotalAmt": self.amount, "Balance": self.amount, "Line": [], "LinkedTxn": [],
        }  # fmt: skip

    def _credit_memo(self) -> Record:
        return {
            "Id": CREDIT_MEMO, "SyncToken": "0", "DocNumber": "CM-1", "TxnDate": DAY.isoformat(),
            "CustomerRef": {"value": "9", "name": "Contoso"}, "CurrencyRef": {"value": "USD"},
            "TotalAmt": self.amount, "RemainingCredit": self.amount, "Balance": self.amount, "Line": [],
        }  # fmt: skip

    def _deposit(self) -> Record:
        return {
            "Id": DEPOSIT, "SyncToken": "0", "TxnDate": DAY.isoformat(), "CurrencyRef": {"value": "USD"},
            "DepositToAccountRef": {"value": "4", "name": "Operating Account"}, "TotalAmt": self.amount, "Line": [],
        }  # fmt: skip

    def _connectwise_invoice(self, number: str) -> Record:
        return {
            "id": int(number), "invoiceNumber": number, "type": "Miscellaneous",
            "status": {"id": 1, "name": "New", "isClosed": False},
            "company": {"id": 19, "identifier": "contoso", "name": "Contoso"},
            "billToCompany": {"id": 19, "identifier": "contoso", "name": "Contoso"},
            "date": f"{DAY.isoformat()}T00:00:00Z", "dueDate": f"{DAY.isoformat()}T00:00:00Z",
            "currency": {"id": 1, "name": "US Dollar", "currencyCode": "USD"},
            "subtotal": self.amount, "serviceTotal": self.amount, "total": self.amount, "salesTax": Decimal(0),
            "payments": Decimal(0), "credits": Decimal(0), "balance": self.amount,
        }  # fmt: skip
