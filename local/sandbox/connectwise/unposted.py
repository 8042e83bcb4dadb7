"""What waits to be posted: closed invoices, approved expenses, payments; and procurement that was loaded."""

from decimal import Decimal
from typing import override

from local.sandbox.connectwise import ledger, lines, taxes
from local.sandbox.connectwise.amounts import amount
from local.sandbox.connectwise.call import Call
from local.sandbox.connectwise.collection import Derived
from local.sandbox.connectwise.errors import not_found
from local.sandbox.connectwise.records import Record, Records
from local.sandbox.connectwise.schema import INVOICE

TAX_NAMES = ("stateTax", "countyTax", "cityTax", "countryTax", "compositeTax", "levelSixTax")
TAKEN_OVER = (
    "locationId", "location", "departmentId", "department", "company", "accountNumber", "billToCompany",
    "shipToCompany", "invoiceNumber", "billingTerms", "dueDate", "currency", "total", "taxCode",
)  # fmt: skip


def waiting_invoices(records: Records) -> list[Record]:
    """The postings of closed invoices that are in no batch."""
    return records.where(ledger.POSTING, ("batch",), [None])


def waiting_expenses(records: Records) -> list[Record]:
    return records.where(ledger.EXPENSE_POSTING, ("batch",), [None])


class UnpostedInvoices(Derived):
    """An invoice that no mapping covers is listed too, with nothing in `description`: so the screens show it."""

    @override
    def computed(self, call: Call) -> list[Record]:
        switches = call.site.switches
        waiting = (p for p in waiting_invoices(call.records) if p["entries"] or switches.unmapped_are_unposted)
        shown = ((posting, call.records.get(INVOICE.name, posting["id"])) for posting in waiting)
        found = [_unposted(call.records, posting, invoice) for posting, invoice in shown if invoice]
        return sorted(found, key=lambda row: int(row["id"]))


class UnpostedTaxLevels(Derived):
    """The tax of one unposted invoice, level by level; it lies below the id of the ledger record."""

    @override
    def computed(self, call: Call) -> list[Record]:
        record_id = call.ids["parentId"]
        posting = next((p for p in waiting_invoices(call.records) if p["recordId"] == record_id), None)
        if posting is None:
            raise not_found("UnpostedInvoice", record_id)
        invoice = call.records.get(INVOICE.name, posting["id"]) or {}
        found = _levels(call.records, invoice, lines.lines_of(call.records, posting["id"]))
        return [
            {
                "id": record_id * 10 + level.number,
                "taxLevel": level.number,
                "taxCodeXref": level.text("TaxCodeXref") or "",
                "taxAmount": tax,
                "_info": invoice.get("_info"),
            }
            for level, tax in found
        ]


def _unposted(records: Records, posting: Record, invoice: Record) -> Record:
    billed = lines.lines_of(records, invoice["id"])
    taxed = _levels(records, invoice, billed)
    terms = records.get("BillingTerm", (invoice.get("billingTerms") or {}).get("id") or 0) or {}
    shown = {
        "id": posting["recordId"],
        "billingLogId": invoice["id"],
        **{name: invoice.get(name) for name in TAKEN_OVER},
        "invoiceDate": invoice.get("date"),
        "invoiceType": invoice.get("type"),
        "description": "Accounts Receivable" if posting["entries"] else "",
        "dueDays": str(terms.get("dueDays", 0)),
        "subTotal": amount(invoice, "subtotal"),
        "hasTime": bool(billed[lines.TIME]),
        "hasExpenses": bool(billed[lines.EXPENSES]),
        "hasProducts": bool(billed[lines.PRODUCTS]),
        "invoiceTaxableFlag": bool(invoice.get("taxableFlag")),
        "salesTaxAmount": amount(invoice, "salesTax"),
        **(_tax_fields(taxed) if taxed else _NO_TAX),
        "createdBy": invoice.get("closedBy"),
        "dateClosed": (invoice.get("_info") or {}).get("lastUpdated"),
        "_info": invoice.get("_info"),
    }
    return {name: value for name, value in shown.items() if value is not None}


def _levels(
    records: Records, invoice: Record, billed: dict[lines.LineKind, list[Record]]
) -> list[tuple[taxes.Level, Decimal]]:
    code = taxes.code_of(records, invoice)
    return list(taxes.on_lines(code, invoice, billed)) if code and invoice.get("taxableFlag") else []


def _tax_fields(found: list[tuple[taxes.Level, Decimal]]) -> Record:
    """Spread the tax over the six names that the levels have here. The flags say nothing: a real one is false too."""
    shown: Record = {}
    by_level = {level.number: (level.text("TaxCodeXref") or "", tax) for level, tax in found}
    for number, name in enumerate(TAX_NAMES, 1):
        xref, tax = by_level.get(number, ("", Decimal("0.00")))
        shown |= {f"{name}Flag": False, f"{name}Xref": xref, f"{name}Amount": tax}
    return shown


_NO_TAX = _tax_fields([])


class UnpostedExpenses(Derived):
    @override
    def computed(self, call: Call) -> list[Record]:
        waiting = ((p, call.records.get("ExpenseEntry", p["id"])) for p in waiting_expenses(call.records))
        found = [_unposted_expense(posting, entry) for posting, entry in waiting if entry]
        return sorted(found, key=lambda row: int(row["id"]))


def _unposted_expense(posting: Record, entry: Record) -> Record:
    debit, credit = (posting["entries"] or [{}, {}])[:2]
    names = ("locationId", "company", "member", "paymentMethod", "currency", "agreement", "ticket", "project")
    billed = lines.EXPENSES.amount(entry)
    shown = {
        "id": posting["recordId"],
        **{name: entry.get(name) for name in names},
        "departmentId": entry.get("businessUnitId"),
        "accountNumber": debit.get("segment1", ""),
        "creditAccount": credit.get("segment1", ""),
        "expenseDetailId": entry["id"],
        "expenseType": entry.get("type"),
        "classification": (entry.get("classification") or {}).get("name"),
        "glType": "EE",
        "dateExpense": entry.get("date"),
        "total": amount(entry, "amount"),
        "billableAmount": billed,
        "nonBillableAmount": amount(entry, "amount") - min(billed, amount(entry, "amount")),
        "_info": entry.get("_info"),
    }
    return {name: value for name, value in shown.items() if value is not None}


class UnpostedPayments(Derived):
    """Payment rows that no accounting package was told of. Their list and their records differ in the path's case."""

    @override
    def computed(self, call: Call) -> list[Record]:
        rows = (row for shelf in call.records.kinds("InvoicePayment/") for row in call.records.all(shelf))
        waiting = [row for row in rows if row.get("paymentSyncStatus") != "Synced" and not row.get("glBatchID")]
        known = self.model.fields
        return sorted(
            ({name: v for name, v in row.items() if name in known or name == "_info"} for row in waiting),
            key=lambda row: int(row["id"]),
        )
