"""Make the objects of python-quickbooks as its users do: every one that can be written, ready to save."""

import time
from collections.abc import Callable
from typing import Any

from quickbooks.exceptions import QuickbooksException  # type: ignore[import-not-found]
from quickbooks.objects.account import Account  # type: ignore[import-not-found]
from quickbooks.objects.base import LinkedTxn, Ref  # type: ignore[import-not-found]
from quickbooks.objects.bill import Bill  # type: ignore[import-not-found]
from quickbooks.objects.billpayment import (  # type: ignore[import-not-found]
    BillPayment,
    BillPaymentLine,
    CheckPayment,
)
from quickbooks.objects.creditmemo import CreditMemo  # type: ignore[import-not-found]
from quickbooks.objects.customer import Customer  # type: ignore[import-not-found]
from quickbooks.objects.department import Department  # type: ignore[import-not-found]
from quickbooks.objects.deposit import Deposit, DepositLine, DepositLineDetail  # type: ignore[import-not-found]
from quickbooks.objects.detailline import (  # type: ignore[import-not-found]
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    SalesItemLine,
    SalesItemLineDetail,
)
from quickbooks.objects.employee import Employee  # type: ignore[import-not-found]
from quickbooks.objects.invoice import Invoice  # type: ignore[import-not-found]
from quickbooks.objects.item import Item  # type: ignore[import-not-found]
from quickbooks.objects.journalentry import (  # type: ignore[import-not-found]
    Entity,
    JournalEntry,
    JournalEntryLine,
    JournalEntryLineDetail,
)
from quickbooks.objects.payment import Payment  # type: ignore[import-not-found]
from quickbooks.objects.paymentmethod import PaymentMethod  # type: ignore[import-not-found]
from quickbooks.objects.term import Term  # type: ignore[import-not-found]
from quickbooks.objects.trackingclass import Class  # type: ignore[import-not-found]
from quickbooks.objects.vendor import Vendor  # type: ignore[import-not-found]
from quickbooks.objects.vendorcredit import VendorCredit  # type: ignore[import-not-found]

type Make = Callable[[Any, str], Any]


def ref(value: str, kind: str | None = None) -> Any:
    made = Ref()
    made.value, made.type = value, kind
    return made


def account(qb: Any, subtype: str) -> Any:
    return ref(Account.filter(AccountSubType=subtype, qb=qb)[0].Id)


def error(call: Callable[[], object]) -> int:
    try:
        call()
    except QuickbooksException as refused:
        return int(refused.error_code)
    return 0


def named(cls: Any, name: str, **fields: Any) -> Any:
    made = cls()
    for field, value in {"Name": name, "DisplayName": name, **fields}.items():
        if hasattr(made, field):
            setattr(made, field, value)
    return made


def sale(cls: Any, qb: Any, amount: float, owner: Any = None) -> Any:
    line = SalesItemLine()
    line.Amount = amount
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = ref("1")
    line.SalesItemLineDetail.Qty, line.SalesItemLineDetail.UnitPrice = 1, amount
    made = cls()
    made.CustomerRef = ref((owner or named(Customer, f"Buyer {time.time_ns()}").save(qb=qb)).Id)
    made.Line.append(line)
    return made


def linked(cls: Any, amount: float, kind: str, txn_id: str, line_id: str | None = None) -> Any:
    line, link = cls(), LinkedTxn()
    link.TxnId, link.TxnType, link.TxnLineId = txn_id, kind, line_id
    line.Amount = amount
    line.LinkedTxn.append(link)
    return line


def payment(qb: Any, total: float, owner: Any, *lines: Any) -> Any:
    made = Payment()
    made.CustomerRef, made.TotalAmt = ref(owner.Id), total
    made.Line.extend(lines)
    return made


def deposit(qb: Any, *lines: Any) -> Any:
    made = Deposit()
    made.DepositToAccountRef = account(qb, "Checking")
    made.Line.extend(lines)
    return made


def fee(qb: Any, amount: float) -> Any:
    line = DepositLine()
    line.Amount, line.DepositLineDetail = amount, DepositLineDetail()
    line.DepositLineDetail.AccountRef = account(qb, "BankCharges")
    return line


def purchase(cls: Any, qb: Any, amount: float, owner: Any = None) -> Any:
    line = AccountBasedExpenseLine()
    line.Amount, line.AccountBasedExpenseLineDetail = amount, AccountBasedExpenseLineDetail()
    line.AccountBasedExpenseLineDetail.AccountRef = account(qb, "BankCharges")
    made = cls()
    made.VendorRef = ref((owner or named(Vendor, f"Seller {time.time_ns()}").save(qb=qb)).Id)
    made.Line.append(line)
    return made


def bill_payment(qb: Any, total: float, owner: Any, *lines: Any) -> Any:
    made = BillPayment()
    made.VendorRef, made.TotalAmt, made.PayType = ref(owner.Id), total, "Check"
    made.CheckPayment = CheckPayment()
    made.CheckPayment.BankAccountRef = account(qb, "Checking")
    made.Line.extend(lines)
    return made


def journal_line(qb: Any, side: str, subtype: str, amount: float, customer: Any = None) -> Any:
    line = JournalEntryLine()
    line.Amount, line.JournalEntryLineDetail = amount, JournalEntryLineDetail()
    detail = line.JournalEntryLineDetail
    detail.PostingType, detail.AccountRef = side, account(qb, subtype)
    if customer is not None:
        detail.Entity = Entity()
        detail.Entity.Type, detail.Entity.EntityRef = "Customer", ref(customer.Id)
    return line


def journal(qb: Any, amount: float) -> Any:
    made = JournalEntry()
    made.Line.append(journal_line(qb, "Debit", "BankCharges", amount))
    made.Line.append(journal_line(qb, "Credit", "Checking", amount))
    return made


def _new_payment(qb: Any, name: str) -> Any:
    return payment(qb, 40.0, named(Customer, name).save(qb=qb))


def _new_deposit(qb: Any, name: str) -> Any:
    held = _new_payment(qb, name).save(qb=qb)
    return deposit(qb, linked(DepositLine, 40.0, "Payment", held.Id, "0"), fee(qb, -1.25))


def _new_bill_payment(qb: Any, name: str) -> Any:
    seller = named(Vendor, name).save(qb=qb)
    bill = purchase(Bill, qb, 30.0, seller).save(qb=qb)
    return bill_payment(qb, 30.0, seller, linked(BillPaymentLine, 30.0, "Bill", bill.Id))


# Each entity: a new one, and the property that an update changes.
ENTITIES: dict[Any, tuple[Make, str]] = {
    Customer: (lambda _qb, name: named(Customer, name), "Notes"),
    Vendor: (lambda _qb, name: named(Vendor, name), "AcctNum"),
    Employee: (lambda _qb, name: named(Employee, "", GivenName="Emil", FamilyName=name), "EmployeeNumber"),
    Account: (lambda _qb, name: named(Account, name, AccountType="Bank", AccountSubType="Savings"), "Description"),
    Item: (lambda _qb, name: named(Item, name, Type="Service", IncomeAccountRef=ref("1"), Sku=name), "Description"),
    Class: (lambda _qb, name: named(Class, name), "Name"),
    Department: (lambda _qb, name: named(Department, name), "Name"),
    Term: (lambda _qb, name: named(Term, name, DueDays=9), "Name"),
    PaymentMethod: (lambda _qb, name: named(PaymentMethod, name, Type="CREDIT_CARD"), "Name"),
    Invoice: (lambda qb, _name: sale(Invoice, qb, 100.0), "PrivateNote"),
    CreditMemo: (lambda qb, _name: sale(CreditMemo, qb, 25.0), "PrivateNote"),
    Payment: (_new_payment, "PrivateNote"),
    Deposit: (_new_deposit, "PrivateNote"),
    Bill: (lambda qb, _name: purchase(Bill, qb, 30.0), "PrivateNote"),
    VendorCredit: (lambda qb, _name: purchase(VendorCredit, qb, 20.0), "PrivateNote"),
    BillPayment: (_new_bill_payment, "PrivateNote"),
    JournalEntry: (lambda qb, _name: journal(qb, 5.0), "PrivateNote"),
}
