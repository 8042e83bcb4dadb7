"""One valid request for every entity that the sandbox writes, each with all that it needs in place."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import count
from typing import Any

from tests.local.sandbox.quickbooks.driver import Company, payment_body, sales_line

_numbers = count(1)

type Body = dict[str, Any]


def account(company: Company, subtype: str) -> str:
    """Return the id of an account by its subtype."""
    return str(company.query(f"select * from Account where AccountSubType = '{subtype}'")["Account"][0]["Id"])


def ref(record: Mapping[str, Any]) -> Body:
    return {"value": record["Id"]}


def vendor(company: Company, name: str = "") -> Body:
    return company.post("Vendor", {"DisplayName": name or f"Vendor {next(_numbers)}"})


def customer(company: Company) -> Body:
    return company.customer(f"Customer {next(_numbers)}")


def cost_line(company: Company, amount: str, **fields: object) -> Body:
    detail = {"AccountRef": {"value": account(company, "BankCharges")}, **fields}
    kind = "AccountBasedExpenseLineDetail"
    return {"Amount": Decimal(amount), "DetailType": kind, kind: detail}


def bill_body(company: Company, owed: Body, amount: str, **fields: object) -> Body:
    return {"VendorRef": ref(owed), "Line": [cost_line(company, amount)], **fields}


def bill_payment_body(company: Company, owed: Body, total: str, *paid: tuple[str, Body, str]) -> Body:
    lines = [
        {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": each["Id"], "TxnType": kind}]}
        for kind, each, amount in paid
    ]
    check = {"BankAccountRef": {"value": account(company, "Checking")}}
    body = {"VendorRef": ref(owed), "TotalAmt": Decimal(total), "PayType": "Check", "CheckPayment": check}
    return body | {"Line": lines}


def journal_line(side: str, account_id: str, amount: str, **detail: object) -> Body:
    kind = "JournalEntryLineDetail"
    posted = {"PostingType": side, "AccountRef": {"value": account_id}, **detail}
    return {"Amount": Decimal(amount), "DetailType": kind, kind: posted}


def linked_line(payment: Body) -> Body:
    link = {"TxnId": payment["Id"], "TxnType": "Payment", "TxnLineId": "0"}
    return {"Amount": payment["TotalAmt"], "LinkedTxn": [link]}


def direct_line(company: Company, amount: str, subtype: str = "BankCharges", **detail: object) -> Body:
    posted = {"AccountRef": {"value": account(company, subtype)}, **detail}
    return {"Amount": Decimal(amount), "DetailType": "DepositLineDetail", "DepositLineDetail": posted}


def deposit_body(company: Company, *lines: Body, **fields: object) -> Body:
    return {"DepositToAccountRef": {"value": account(company, "Checking")}, "Line": list(lines), **fields}


def memo(company: Company, owner: Body, amount: str) -> Body:
    return company.post("CreditMemo", {"CustomerRef": ref(owner), "Line": [sales_line(amount)]})


def _invoice(company: Company) -> Body:
    return {"CustomerRef": ref(customer(company)), "Line": [sales_line("100")]}


def _payment(company: Company) -> Body:
    payer = customer(company)
    return payment_body(payer, "60", (company.invoice(payer, "100"), "50"))


def _deposit(company: Company) -> Body:
    payment = company.pay(customer(company), "60")
    return deposit_body(company, linked_line(payment), direct_line(company, "-1.50"))


def _bill_payment(company: Company) -> Body:
    owed = vendor(company)
    bill = company.post("Bill", bill_body(company, owed, "80"))
    return bill_payment_body(company, owed, "80", ("Bill", bill, "80"))


def _journal(company: Company) -> Body:
    lines = [
        journal_line("Debit", account(company, "BankCharges"), "12.34"),
        journal_line("Credit", account(company, "Checking"), "12.34"),
    ]
    return {"Line": lines}


def _named(company: Company, **fields: object) -> Body:
    return {"Name": f"Name {next(_numbers)}", **fields}


TRANSACTIONS: Mapping[str, Callable[[Company], Body]] = {
    "Invoice": _invoice,
    "CreditMemo": _invoice,
    "Payment": _payment,
    "Deposit": _deposit,
    "Bill": lambda company: bill_body(company, vendor(company), "80"),
    "VendorCredit": lambda company: bill_body(company, vendor(company), "30"),
    "BillPayment": _bill_payment,
    "JournalEntry": _journal,
}
LISTS: Mapping[str, Callable[[Company], Body]] = {
    "Customer": lambda _company: {"DisplayName": f"Name {next(_numbers)}"},
    "Vendor": lambda _company: {"DisplayName": f"Name {next(_numbers)}"},
    "Employee": lambda _company: {"GivenName": "Emil", "FamilyName": f"Name {next(_numbers)}"},
    "Account": lambda company: _named(company, AccountType="Bank"),
    "Item": lambda company: _named(company, Type="Service", IncomeAccountRef={"value": "1"}),
    "Class": _named,
    "Department": _named,
    "Term": lambda company: _named(company, DueDays=7),
    "PaymentMethod": _named,
}
ALL = {**LISTS, **TRANSACTIONS}


def make(company: Company, kind: str) -> Body:
    """Make a record of a kind and return it."""
    return company.post(kind, ALL[kind](company))


def trial_balance(company: Company) -> dict[str, Decimal]:
    """Return what each account holds as a debit, and under `""` what they come to together: nothing, always."""
    sums: dict[str, Decimal] = {"": Decimal(0)}
    for each in company.query("select * from Account maxresults 1000")["Account"]:
        debit = Decimal(each["CurrentBalance"]) * (1 if each["Classification"] in ("Asset", "Expense") else -1)
        sums[each["Name"]] = debit
        sums[""] += debit
    return sums
