"""The body of an accounting export: customers, and a transaction with its details for each invoice.

Source: a recorded export; `glEntryIds` is one text of ids with commas, and revenue is negative in quantity and total.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from local.sandbox.connectwise import ledger, lines
from local.sandbox.connectwise.amounts import amount
from local.sandbox.connectwise.export_taxes import InvoiceTaxes
from local.sandbox.connectwise.records import Record, Records
from local.sandbox.connectwise.schema import INVOICE

DOCUMENT = "INVOICE"
AUTOMATIC_TAX = "AUTOSTAX"


def exported(records: Records, postings: Sequence[Record], batch_identifier: str) -> Record:
    """Takes: postings of invoices and of expenses, each with its entries."""
    expenses = [posting for posting in postings if "expense" in posting]
    found = ((p, records.get(INVOICE.name, p["id"])) for p in postings if "expense" not in p)
    invoices = [(posting, invoice) for posting, invoice in found if invoice]
    return {
        "exportSettings": {"batchIdentifier": batch_identifier},
        "vendors": [],
        "customers": _customers(records, [invoice for _, invoice in invoices]),
        "transactions": [_transaction(records, posting, invoice) for posting, invoice in invoices],
        "expenses": [shown for posting in expenses for shown in _expense(records, posting)],
        "expenseBills": [],
        "purchaseTransactions": [],
        "adjustmentTransactions": [],
        "inventoryTransfers": [],
    }


def _customers(records: Records, invoices: Iterable[Record]) -> list[Record]:
    ids = sorted({(invoice.get("billToCompany") or invoice["company"])["id"] for invoice in invoices})
    return [_customer(records, company) for id_ in ids if (company := records.get("Company", id_))]


def _customer(records: Records, company: Record) -> Record:
    terms = _terms(records, company)
    return {
        "company": {"id": company["id"], "identifier": company.get("identifier"), "name": company.get("name")},
        "accountNumber": company.get("accountNumber") or "",
        "billingTermsXref": terms.get("termsXref", ""),
        "dueDays": terms.get("dueDays", 0),
        "taxable": company.get("taxCode") is not None,
        "taxLevels": [],
    }


def _transaction(records: Records, posting: Record, invoice: Record) -> Record:
    terms = _terms(records, invoice)
    receivable = [entry for entry in posting["entries"] if entry["type"] == ledger.RECEIVABLE]
    details = [entry for entry in posting["entries"] if entry["type"] != ledger.RECEIVABLE]
    taxes = InvoiceTaxes(records, invoice)
    return {
        "id": invoice["id"],
        "glClass": receivable[0].get("segment2", ""),
        "glTypeId": ledger.RECEIVABLE,
        "documentDate": invoice.get("date"),
        "documentNumber": invoice.get("invoiceNumber"),
        "documentType": DOCUMENT,
        "memo": invoice.get("topComment") or "",
        "description": "Accounts Receivable",
        "attention": invoice.get("attention") or "",
        "company": invoice.get("billToCompany") or invoice.get("company"),
        "companyAccountNumber": invoice.get("accountNumber") or "",
        **({"billingTerms": invoice["billingTerms"]} if invoice.get("billingTerms") else {}),
        "billingTermsXref": terms.get("termsXref", ""),
        "dueDays": terms.get("dueDays", 0),
        "dueDate": invoice.get("dueDate"),
        "accountNumber": receivable[0].get("segment1", ""),
        "billingType": invoice.get("type"),
        "glEntryIds": ",".join(str(entry["id"]) for entry in receivable),
        "total": amount(invoice, "total"),
        "taxable": bool(invoice.get("taxableFlag")),
        **({"taxCode": invoice["taxCode"]} if invoice.get("taxCode") else {}),
        "salesTax": amount(invoice, "salesTax"),
        **taxes.header(),
        "useAvalaraFlag": False,
        "sendAvalaraTaxFlag": False,
        **({"purchaseOrder": {"name": invoice["customerPO"]}} if invoice.get("customerPO") else {}),
        **({"currency": invoice["currency"]} if invoice.get("currency") else {}),
        "detail": [_detail(records, invoice, entry, taxes) for entry in details],
    }


def _detail(records: Records, invoice: Record, entry: Record, taxes: InvoiceTaxes) -> Record:
    is_tax = entry["type"] == ledger.TAX
    line = _line_of(records, entry)
    return {
        "id": entry["id"],
        "documentDate": invoice.get("date"),
        "documentType": DOCUMENT,
        "accountNumber": entry.get("segment1", ""),
        "glClass": entry.get("segment2", ""),
        "glTypeId": entry["type"],
        "glItemId": entry.get("productId", ""),
        "cost": entry.get("cost", lines.ZERO),
        "salesCode": entry.get("salesCode", ""),
        "memo": "Sales Tax" if is_tax else entry["description"],
        "description": entry["description"],
        "quantity": entry.get("quantity", Decimal(0)),
        "total": entry["amount"],
        "costAccountNumber": entry.get("cogs1", ""),
        "inventoryAccountNumber": entry.get("inventory", ""),
        "productAccountNumber": entry.get("segment1", ""),
        **taxes.of_detail(entry, line),
        "taxNote": AUTOMATIC_TAX if is_tax else "",
        "itemPrice": entry.get("price", lines.ZERO),
        "itemCost": entry.get("cost", lines.ZERO),
        **_source(entry, line),
    }


def _line_of(records: Records, entry: Record) -> Record | None:
    named = entry.get("line")
    return records.get(named["kind"], named["id"]) if named else None


def _source(entry: Record, line: Record | None) -> Record:
    """Name the time entry or the product that a detail comes from."""
    if line is None:
        return {}
    named = entry["line"]
    if named["kind"] == lines.TIME.model:
        return {"timeEntry": {"id": line["id"]}}
    if named["kind"] == lines.PRODUCTS.model:
        item = line.get("catalogItem") or {}
        product = {"id": line["id"], "description": str(line.get("description") or "")}
        return {"item": item, "product": product, "itemDescription": product["description"]}
    return {}


def _expense(records: Records, posting: Record) -> Iterable[Record]:
    entry = records.get("ExpenseEntry", posting["expense"]) or {}
    debit, credit = posting["entries"]
    yield {
        "id": debit["id"],
        "documentDate": entry.get("date"),
        "documentType": "EXPENSE",
        "apAccountNumber": credit.get("segment1", ""),
        "accountNumber": debit.get("segment1", ""),
        "glTypeId": debit["type"],
        "memo": debit["description"],
        "description": debit["description"],
        **{name: entry[name] for name in ("member", "company") if entry.get(name)},
        "total": debit["amount"],
        "offset": {"id": credit["id"], "accountNumber": credit.get("segment1", ""), "total": credit["amount"]},
    }


def _terms(records: Records, record: Record) -> Record:
    return records.get("BillingTerm", (record.get("billingTerms") or {}).get("id") or 0) or {}
