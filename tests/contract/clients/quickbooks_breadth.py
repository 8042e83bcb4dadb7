"""Take python-quickbooks, unchanged but for its host, through every entity that the sandbox keeps.

Runs in an environment of its own: `python -m tests.contract.clients.quickbooks_breadth READY_LINE`. Prints what it saw.
"""

import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from quickbooks import QuickBooks  # type: ignore[import-not-found]
from quickbooks.batch import batch_create, batch_delete, batch_update  # type: ignore[import-not-found]
from quickbooks.cdc import change_data_capture  # type: ignore[import-not-found]
from quickbooks.exceptions import QuickbooksException  # type: ignore[import-not-found]
from quickbooks.objects.attachable import Attachable  # type: ignore[import-not-found]
from quickbooks.objects.bill import Bill  # type: ignore[import-not-found]
from quickbooks.objects.billpayment import (  # type: ignore[import-not-found]
    BillPaymentCreditCard,
    BillPaymentLine,
)
from quickbooks.objects.creditmemo import CreditMemo  # type: ignore[import-not-found]
from quickbooks.objects.customer import Customer  # type: ignore[import-not-found]
from quickbooks.objects.deposit import CashBackInfo, DepositLine  # type: ignore[import-not-found]
from quickbooks.objects.detailline import (  # type: ignore[import-not-found]
    ItemBasedExpenseLine,
    ItemBasedExpenseLineDetail,
)
from quickbooks.objects.invoice import Invoice  # type: ignore[import-not-found]
from quickbooks.objects.journalentry import (  # type: ignore[import-not-found]
    JournalEntry,
)
from quickbooks.objects.payment import Payment, PaymentLine  # type: ignore[import-not-found]
from quickbooks.objects.tax import TxnTaxDetail  # type: ignore[import-not-found]
from quickbooks.objects.taxcode import TaxCode  # type: ignore[import-not-found]
from quickbooks.objects.taxrate import TaxRate  # type: ignore[import-not-found]
from quickbooks.objects.vendor import Vendor  # type: ignore[import-not-found]
from quickbooks.objects.vendorcredit import VendorCredit  # type: ignore[import-not-found]

from tests.contract.clients.quickbooks_objects import (
    ENTITIES,
    Make,
    account,
    bill_payment,
    deposit,
    error,
    fee,
    journal_line,
    linked,
    named,
    payment,
    purchase,
    ref,
    sale,
)
from tests.contract.clients.quickbooks_scenario import connect


def walk(qb: Any, since: str, cls: Any, make: Make, changed: str) -> dict[str, Any]:
    """Create, read, update, query, capture, batch, void and delete one entity, as far as the client can."""
    kind = cls.qbo_object_name
    made = make(qb, f"{kind} one").save(qb=qb)
    read = cls.get(made.Id, qb=qb)
    setattr(read, changed, f"{kind} changed")
    updated = read.save(qb=qb)
    batch = batch_create([make(qb, f"{kind} {number}") for number in ("two", "three")], qb=qb)
    for each in batch.successes:
        setattr(each, changed, f"{kind} {each.Id}")
    edited = batch_update(batch.successes, qb=qb)
    captured = getattr(change_data_capture([cls], since, qb=qb), kind)
    seen: dict[str, Any] = {
        "updated": [updated.SyncToken, getattr(updated, changed) == f"{kind} changed"],
        "queried": [each.SyncToken for each in cls.where(f"Id = '{made.Id}'", qb=qb)],
        "counted": cls.count(qb=qb) >= 3,
        "batch": [len(batch.successes), [each.SyncToken for each in edited.successes], len(edited.faults)],
        "captured": {made.Id, *(each.Id for each in batch.successes)} <= {each.Id for each in captured},
    }
    return seen | _ended(qb, cls, updated, edited.successes)


def _ended(qb: Any, cls: Any, one: Any, others: list[Any]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    if hasattr(cls, "void"):
        one.void(qb=qb)
        one = cls.get(one.Id, qb=qb)
        seen["voided"] = [one.TotalAmt, one.PrivateNote[:6]]
    if hasattr(cls, "delete"):
        one.delete(qb=qb)
        gone = batch_delete(others, qb=qb)
        seen["deleted"] = [error(lambda: cls.get(one.Id, qb=qb)), [each.status for each in gone.successes]]
    else:
        one.Active = False
        seen["inactive"] = getattr(one.save(qb=qb), "DisplayName" if hasattr(one, "DisplayName") else "Name")[-9:]
    return seen


def sold(qb: Any) -> dict[str, Any]:
    """Credit memos, deposits and what they do to invoices and payments; tax; PDF; attachments."""
    buyer = named(Customer, "Buyer").save(qb=qb)
    invoice, memo = sale(Invoice, qb, 100.0, buyer).save(qb=qb), sale(CreditMemo, qb, 30.0, buyer).save(qb=qb)
    lines = [
        linked(PaymentLine, 30.0, "Invoice", invoice.Id),
        linked(PaymentLine, 30.0, "CreditMemo", memo.Id),
    ]
    payment(qb, 0, buyer, *lines).save(qb=qb)
    paid = payment(qb, 70.0, buyer, linked(PaymentLine, 70.0, "Invoice", invoice.Id)).save(qb=qb)
    made = deposit(qb, linked(DepositLine, 70.0, "Payment", paid.Id, "0"), fee(qb, -2.5))
    made.CashBack = CashBackInfo()
    made.CashBack.AccountRef, made.CashBack.Amount = account(qb, "Savings"), 10
    made = made.save(qb=qb)
    locked = error(lambda: Payment.get(paid.Id, qb=qb).delete(qb=qb))
    seen: dict[str, Any] = {
        "invoice": Invoice.get(invoice.Id, qb=qb).Balance,
        "memo": CreditMemo.get(memo.Id, qb=qb).RemainingCredit,
        "deposit": [made.TotalAmt, [line.Amount for line in made.Line], locked],
    }
    made.delete(qb=qb)
    Payment.get(paid.Id, qb=qb).delete(qb=qb)
    seen["freed"] = Invoice.get(invoice.Id, qb=qb).Balance
    taxed = sale(Invoice, qb, 50.0, buyer)
    taxed.Line[0].SalesItemLineDetail.TaxCodeRef = ref("TAX")
    taxed.TxnTaxDetail = TxnTaxDetail()
    del taxed.TxnTaxDetail.TotalTax
    taxed.TxnTaxDetail.TxnTaxCodeRef = ref(TaxCode.where("Name = 'California'", qb=qb)[0].Id)
    taxed = taxed.save(qb=qb)
    seen["tax"] = [taxed.TxnTaxDetail.TotalTax, taxed.TotalAmt, TaxRate.get(1, qb=qb).RateValue, TaxCode.count(qb=qb)]
    invoice.send(qb=qb, send_to="ap@example.com")
    seen["sent"] = Invoice.get(invoice.Id, qb=qb).EmailStatus
    pdf = invoice.download_pdf(qb)
    seen["pdf"] = [pdf[:5].decode(), f"INVOICE {invoice.DocNumber}".encode() in pdf]
    note = Attachable()
    note._FileBytes, note.FileName, note.ContentType = b"x", "note.txt", "text/plain"
    seen["attachment"] = _fault_of(lambda: note.save(qb=qb))
    return seen


def _fault_of(call: Callable[[], object]) -> str:
    """Name what the client makes of a success that holds a fault; its own code looks for the record alone."""
    try:
        call()
    except (KeyError, QuickbooksException) as failure:
        return type(failure).__name__
    return "none"


def bought(qb: Any) -> dict[str, Any]:
    """Bills, vendor credits and both ways to pay; a journal entry that a customer owes."""
    seller = named(Vendor, "Seller").save(qb=qb)
    bill, credit = purchase(Bill, qb, 95.76, seller), purchase(VendorCredit, qb, 45.76, seller)
    line = ItemBasedExpenseLine()
    line.Amount, line.ItemBasedExpenseLineDetail = 4.24, ItemBasedExpenseLineDetail()
    line.ItemBasedExpenseLineDetail.ItemRef = ref("4")
    line.ItemBasedExpenseLineDetail.Qty, line.ItemBasedExpenseLineDetail.UnitPrice = 2, 2.12
    bill.Line.append(line)
    bill.DocNumber = "B-1"
    bill, credit = bill.save(qb=qb), credit.save(qb=qb)
    lines = [linked(BillPaymentLine, 100.0, "Bill", bill.Id), linked(BillPaymentLine, 45.76, "VendorCredit", credit.Id)]
    paid = bill_payment(qb, 54.24, seller, *lines)
    paid.PayType, paid.CheckPayment, paid.CreditCardPayment = "CreditCard", None, BillPaymentCreditCard()
    paid.CreditCardPayment.CCAccountRef = account(qb, "CreditCard")
    paid = paid.save(qb=qb)
    repeated = purchase(Bill, qb, 1.0, seller)
    repeated.DocNumber = "B-1"
    settled = Bill.get(bill.Id, qb=qb)
    seen: dict[str, Any] = {
        "bill": [bill.TotalAmt, settled.Balance, settled.LinkedTxn[0].TxnType],
        "credit": VendorCredit.get(credit.Id, qb=qb).Balance,
        "vendor": Vendor.get(seller.Id, qb=qb).Balance,
        "repeated": error(lambda: repeated.save(qb=qb)),
    }
    paid.void(qb=qb)
    seen["voided"] = [Bill.get(bill.Id, qb=qb).Balance, VendorCredit.get(credit.Id, qb=qb).Balance]
    debtor = named(Customer, "Debtor").save(qb=qb)
    entry = JournalEntry()
    entry.Line.append(journal_line(qb, "Debit", "AccountsReceivable", 12.5, debtor))
    entry.Line.append(journal_line(qb, "Credit", "ServiceFeeIncome", 12.5))
    entry = entry.save(qb=qb)
    seen["journal"] = [entry.TotalAmt, [each.Id for each in entry.Line], Customer.get(debtor.Id, qb=qb).Balance]
    return seen


def main(ready: dict[str, str]) -> dict[str, Any]:
    QuickBooks.sandbox_api_url_v3 = QuickBooks.api_url_v3 = f"{ready['base_url']}/v3"
    auth, _ = connect(ready)
    qb = QuickBooks(auth_client=auth, refresh_token=auth.refresh_token, company_id=auth.realm_id, minorversion=75)
    since = (datetime.fromtimestamp(time.time(), UTC) - timedelta(hours=1)).isoformat(timespec="seconds")
    walked = {cls.qbo_object_name: walk(qb, since, cls, *how) for cls, how in ENTITIES.items()}
    return {"walked": walked, "sold": sold(qb), "bought": bought(qb)}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1]))))
