"""The books as raw records of both vendors, one JSON object a line, as `--load` takes them."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from local.demo.seed import TERM_DAYS, Books, Customer, Invoice
from local.sandbox.store import Record, dump_json

COMPANY_ZONE = ZoneInfo("America/Los_Angeles")
BOOKED_AT = time(9, 30)
ZERO = Decimal("0.00")
ITEMS = {"Managed Services": "1", "Services": "2", "Hours": "3", "Hardware": "4"}
INCOME, RECEIVABLE, UNDEPOSITED, CHECKING, EXPENSES, PAYABLE = "1", "2", "3", "4", "5", "6"
VENDOR_ID, VENDOR_NAME = "201", "Lakeshore Distribution"
BILL_ID, BILL_NUMBER, BILL_TOTAL, BILL_DAYS_AGO = "2001", "LD-7731", Decimal("1284.60"), 12
TERM_IDS = {days: str(place) for place, days in enumerate(TERM_DAYS, 1)}
TAX_CODE, TAX_RATE = "2", "3"
FIRST_INVOICE_ID, FIRST_PAYMENT_ID = 1001, 1501
FIRST_COMPANY, FIRST_CONNECTWISE_INVOICE, FIRST_ROW = 19, 3001, 701
CLOSED = {"id": 3, "name": "Closed", "isClosed": True}
# ConnectWise adds its invoices up by where an amount comes from.
PART_OF_ITEM = {
    "Managed Services": "agreementAmount",
    "Services": "serviceTotal",
    "Hours": "serviceTotal",
    "Hardware": "productTotal",
}
_USD = {"value": "USD", "name": "United States Dollar"}


def to_lines(records: Iterable[tuple[str, Record]]) -> str:
    """Write records as JSONL."""
    return "".join(dump_json({"entity": entity, "record": record}) + "\n" for entity, record in records)


def quickbooks_records(books: Books) -> Iterator[tuple[str, Record]]:
    """Write the books as QuickBooks Online holds them. Source: the vendor's entity reference, minor version 75."""
    first = min(invoice.issued_on for invoice in books.invoices)
    yield from _chart(first)
    paid = {invoice.number: str(FIRST_PAYMENT_ID + place) for place, invoice in enumerate(books.paid)}
    ids = quickbooks_ids(books)
    for customer in books.customers:
        yield "Customer", _customer(customer, books, first)
    for invoice in books.invoices:
        yield "Invoice", _invoice(invoice, ids[invoice.number], paid.get(invoice.number))
    for invoice in books.paid:
        yield "Payment", _payment(invoice, ids[invoice.number], paid[invoice.number])


def payable_records(today: date) -> Iterator[tuple[str, Record]]:
    """Write what the company owes as QuickBooks Online holds it: one open bill."""
    issued_on = today - timedelta(days=BILL_DAYS_AGO)
    yield "Vendor", _head(VENDOR_ID, issued_on) | {
        "DisplayName": VENDOR_NAME, "CompanyName": VENDOR_NAME, "PrintOnCheckName": VENDOR_NAME, "Active": True,
        "Balance": BILL_TOTAL, "CurrencyRef": _USD, "Vendor1099": False,
    }  # fmt: skip
    line = {
        "Id": "1", "LineNum": 1, "Description": "Licences, yearly", "Amount": BILL_TOTAL, "LinkedTxn": [],
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {
            "AccountRef": {"value": EXPENSES, "name": "Software for resale"}, "BillableStatus": "NotBillable",
            "TaxCodeRef": {"value": "NON"},
        },
    }  # fmt: skip
    yield "Bill", _head(BILL_ID, issued_on) | {
        "DocNumber": BILL_NUMBER, "TxnDate": issued_on.isoformat(),
        "DueDate": (issued_on + timedelta(days=30)).isoformat(), "VendorRef": {"value": VENDOR_ID, "name": VENDOR_NAME},
        "APAccountRef": {"value": PAYABLE, "name": "Accounts Payable (A/P)"}, "CurrencyRef": _USD,
        "LinkedTxn": [], "Line": [line], "TotalAmt": BILL_TOTAL, "Balance": BILL_TOTAL,
    }  # fmt: skip


def quickbooks_ids(books: Books) -> dict[str, str]:
    """Give the QuickBooks id of every invoice by its number."""
    return {invoice.number: str(FIRST_INVOICE_ID + place) for place, invoice in enumerate(books.invoices)}


def _chart(day: date) -> Iterator[tuple[str, Record]]:
    for place, (name, kind, subtype, side) in enumerate((
        ("Service Income", "Income", "ServiceFeeIncome", "Revenue"),
        ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable", "Asset"),
        ("Undeposited Funds", "Other Current Asset", "UndepositedFunds", "Asset"),
        ("Operating Account", "Bank", "Checking", "Asset"),
        ("Software for resale", "Cost of Goods Sold", "SuppliesMaterialsCogs", "Expense"),
        ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable", "Liability"),
    ), 1):  # fmt: skip
        yield "Account", _head(str(place), day) | {
            "Name": name, "FullyQualifiedName": name, "AccountType": kind, "AccountSubType": subtype,
            "Classification": side, "Active": True, "SubAccount": False, "CurrencyRef": _USD,
            "CurrentBalance": ZERO, "CurrentBalanceWithSubAccounts": ZERO,
        }  # fmt: skip
    for name, item_id in ITEMS.items():
        yield "Item", _head(item_id, day) | {
            "Name": name, "FullyQualifiedName": name, "Type": "Service", "Active": True, "Taxable": name == "Hardware",
            "UnitPrice": 0, "IncomeAccountRef": {"value": INCOME, "name": "Service Income"},
        }  # fmt: skip
    for days, term_id in TERM_IDS.items():
        yield "Term", _head(term_id, day) | {
            "Name": f"Net {days}", "Active": True, "Type": "STANDARD", "DiscountPercent": 0, "DueDays": days,
        }  # fmt: skip


def _customer(customer: Customer, books: Books, day: date) -> Record:
    owed = sum((i.total for i in books.invoices if i.customer == customer and not i.paid_on), ZERO)
    return _head(str(customer.number), day) | {
        "DisplayName": customer.name, "CompanyName": customer.name, "FullyQualifiedName": customer.name,
        "PrintOnCheckName": customer.name, "Active": True, "Taxable": customer.tax_percent > 0, "Job": False,
        "BillWithParent": False, "Balance": owed, "BalanceWithJobs": owed, "CurrencyRef": _USD,
        "PreferredDeliveryMethod": "Email", "PrimaryEmailAddr": {"Address": f"ap.{customer.number}@example.com"},
        "BillAddr": {
            "Id": str(100 + customer.number), "Line1": f"{100 + 7 * customer.number} Front Street", "City": customer.town,
            "CountrySubDivisionCode": customer.state, "PostalCode": customer.postal_code,
        },
        "SalesTermRef": {"value": TERM_IDS[customer.term_days], "name": f"Net {customer.term_days}"},
    }  # fmt: skip


def _invoice(invoice: Invoice, invoice_id: str, payment_id: str | None) -> Record:
    linked = [{"TxnId": payment_id, "TxnType": "Payment"}] if payment_id else []
    subtotal = {"Amount": invoice.subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    return _head(invoice_id, invoice.issued_on, changed_on=invoice.paid_on) | {
        "DocNumber": invoice.number, "TxnDate": invoice.issued_on.isoformat(), "DueDate": invoice.due_on.isoformat(),
        "CustomerRef": {"value": str(invoice.customer.number), "name": invoice.customer.name},
        "CurrencyRef": _USD, "LinkedTxn": linked, "Line": [*_invoice_lines(invoice), subtotal],
        "TxnTaxDetail": _tax(invoice), "TotalAmt": invoice.total, "Balance": ZERO if linked else invoice.total,
        "SalesTermRef": {"value": TERM_IDS[invoice.customer.term_days], "name": f"Net {invoice.customer.term_days}"},
        "ApplyTaxAfterDiscount": False, "PrintStatus": "NeedToPrint", "EmailStatus": "EmailSent",
        "AllowIPNPayment": False, "AllowOnlinePayment": False, "AllowOnlineACHPayment": False,
        "AllowOnlineCreditCardPayment": False,
    }  # fmt: skip


def _invoice_lines(invoice: Invoice) -> Iterator[Record]:
    for place, line in enumerate(invoice.lines, 1):
        yield {
            "Id": str(place), "LineNum": place, "Description": line.text, "Amount": line.amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {
                "ItemRef": {"value": ITEMS[line.item], "name": line.item}, "Qty": line.quantity,
                "UnitPrice": line.unit_price, "TaxCodeRef": {"value": "TAX" if line.taxable else "NON"},
            },
        }  # fmt: skip


def _tax(invoice: Invoice) -> Record:
    if not invoice.tax:
        return {"TotalTax": 0}
    detail = {
        "TaxRateRef": {"value": TAX_RATE}, "PercentBased": True, "TaxPercent": invoice.customer.tax_percent,
        "NetAmountTaxable": invoice.taxable_total,
    }  # fmt: skip
    line = {"Amount": invoice.tax, "DetailType": "TaxLineDetail", "TaxLineDetail": detail}
    return {"TxnTaxCodeRef": {"value": TAX_CODE}, "TotalTax": invoice.tax, "TaxLine": [line]}


def _payment(invoice: Invoice, invoice_id: str, payment_id: str) -> Record:
    assert invoice.paid_on is not None
    return _head(payment_id, invoice.paid_on) | {
        "TxnDate": invoice.paid_on.isoformat(), "TotalAmt": invoice.total, "UnappliedAmt": 0, "ProcessPayment": False,
        "CustomerRef": {"value": str(invoice.customer.number), "name": invoice.customer.name},
        "DepositToAccountRef": {"value": UNDEPOSITED}, "CurrencyRef": _USD, "LinkedTxn": [],
        "PaymentRefNum": f"{4000 + int(payment_id)}",
        "Line": [{"Amount": invoice.total, "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}]}],
    }  # fmt: skip


def _head(record_id: str, created_on: date, changed_on: date | None = None) -> dict[str, Any]:
    return {
        "domain": "QBO", "sparse": False, "Id": record_id, "SyncToken": "0",
        "MetaData": {"CreateTime": _local(created_on), "LastUpdatedTime": _local(changed_on or created_on)},
    }  # fmt: skip


def _local(day: date) -> str:
    return datetime.combine(day, BOOKED_AT, COMPANY_ZONE).isoformat(timespec="seconds")


# --- ConnectWise PSA ---------------------------------------------------------------------------------------------------


def connectwise_records(books: Books) -> Iterator[tuple[str, Record]]:
    """Write the books as ConnectWise PSA holds them. Source: the vendor's OpenAPI document of 2026.4."""
    first = min(invoice.issued_on for invoice in books.invoices)
    for customer in books.customers:
        yield "Company", _company(customer, first)
    held = {number: int(found) for number, found in connectwise_ids(books).items()}
    for invoice in books.invoices:
        if invoice.in_connectwise:
            yield "Invoice", _connectwise_invoice(invoice, held[invoice.number])
    for place, invoice in enumerate(books.paid):
        yield "InvoicePayment", _row(invoice, held[invoice.number], FIRST_ROW + place)


def connectwise_ids(books: Books) -> dict[str, str]:
    """Give the ConnectWise id of every invoice that is there, by its number."""
    present = (invoice for invoice in books.invoices if invoice.in_connectwise)
    return {invoice.number: str(FIRST_CONNECTWISE_INVOICE + place) for place, invoice in enumerate(present)}


def _company(customer: Customer, day: date) -> Record:
    return {
        "id": FIRST_COMPANY + customer.number, "identifier": _identifier(customer), "name": customer.name,
        "status": {"id": 1, "name": "Active"}, "addressLine1": f"{100 + 7 * customer.number} Front Street",
        "city": customer.town, "state": customer.state, "zip": customer.postal_code,
        "accountNumber": f"C{customer.number:04}", "billingTerms": _terms(customer), "leadFlag": False,
        "deletedFlag": False, "types": [{"id": 1, "name": "Client"}], "_info": _stamps(day),
    }  # fmt: skip


def _connectwise_invoice(invoice: Invoice, invoice_id: int) -> Record:
    company = _company_reference(invoice.customer)
    parts = dict.fromkeys(("serviceTotal", "expenseTotal", "productTotal", "agreementAmount"), ZERO)
    for line in invoice.lines:
        parts[PART_OF_ITEM[line.item]] += line.amount
    paid = invoice.total if invoice.paid_on else ZERO
    return parts | {
        "id": invoice_id, "invoiceNumber": invoice.number, "type": invoice.kind, "status": CLOSED, "company": company,
        "billToCompany": company, "shipToCompany": company, "accountNumber": f"C{invoice.customer.number:04}",
        "applyToType": "All", "billingTerms": _terms(invoice.customer), "date": _midnight(invoice.issued_on),
        "dueDate": _midnight(invoice.due_on), "taxableFlag": invoice.tax > 0, "subtotal": invoice.subtotal,
        "downpaymentApplied": ZERO, "salesTax": invoice.tax, "total": invoice.total, "payments": paid,
        "credits": ZERO, "balance": invoice.total - paid, "specialInvoiceFlag": False,
        "currency": {"id": 7, "symbol": "$", "currencyCode": "USD", "numberOfDecimals": 2, "name": "US Dollars"},
        "_info": _stamps(invoice.issued_on, invoice.paid_on),
    }  # fmt: skip


def _row(invoice: Invoice, invoice_id: int, row_id: int) -> Record:
    assert invoice.paid_on is not None
    return {
        "id": row_id, "type": "P", "source": "Default", "invoice": {"id": invoice_id, "identifier": invoice.number},
        "amount": invoice.total, "paymentDate": _midnight(invoice.paid_on), "appliedBy": "jkeller",
        "paymentSyncStatus": "Unapplied", "_info": _stamps(invoice.paid_on),
    }  # fmt: skip


def _company_reference(customer: Customer) -> Record:
    return {"id": FIRST_COMPANY + customer.number, "identifier": _identifier(customer), "name": customer.name}


def _identifier(customer: Customer) -> str:
    return "".join(letter for letter in customer.name if letter.isalnum())[:25]


def _terms(customer: Customer) -> Record:
    return {"id": int(TERM_IDS[customer.term_days]), "name": f"Net {customer.term_days}"}


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _stamps(entered_on: date, changed_on: date | None = None) -> Record:
    def at(day: date) -> str:
        return datetime.combine(day, BOOKED_AT, COMPANY_ZONE).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    return {"dateEntered": at(entered_on), "lastUpdated": at(changed_on or entered_on), "updatedBy": "jkeller"}
