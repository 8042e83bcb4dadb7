"""Invoices: amounts that the server computes, and what closing, batching and payments lock."""

from decimal import Decimal
from typing import Any, override

from local.sandbox.connectwise import intake, rights, timestamps
from local.sandbox.connectwise.call import Answer, Call, reference_to
from local.sandbox.connectwise.collection import Collection, Endpoint
from local.sandbox.connectwise.errors import FieldFault, invalid, not_found
from local.sandbox.connectwise.schema import CLOSED_INVOICE, INVOICE
from local.sandbox.connectwise.site import Record, Records

ZERO = Decimal("0.00")
PARTS = ("serviceTotal", "expenseTotal", "productTotal", "agreementAmount", "serviceAdjustmentAmount")
AMOUNTS = (*PARTS, "subtotal", "salesTax", "downpaymentApplied")
UNLOCKED = frozenset({"status", "internalNotes"})
OPENING = "InvoiceOpening"


class Invoices(Collection):
    event = "invoice"

    def __init__(self) -> None:
        super().__init__(INVOICE, rights.INVOICING)
        self.closed = CLOSED_INVOICE

    @override
    def endpoints(self) -> list[Endpoint]:
        one = f"{self.closed.path}/{{id}}"
        return [
            *super().endpoints(),
            Endpoint("PUT", one, self.right, rights.EDIT, self.replace_closed),
            Endpoint("PATCH", one, self.right, rights.EDIT, self.patch_closed),
        ]

    @override
    def defaults(self, call: Call, sent: Record) -> Record:
        billed = _billed_company(call, sent)
        number = call.records.next_id("invoiceNumber")
        own: dict[str, Any] = {
            "invoiceNumber": str(number),
            "status": _default_status(call),
            "billToCompany": reference_to("Company", billed),
            "shipToCompany": sent["company"],
            "accountNumber": billed.get("accountNumber"),
            "billingTerms": billed.get("billingTerms"),
            "applyToType": "All",
            "date": timestamps.today(call.now),
            "dueDate": sent.get("date") or timestamps.today(call.now),
            "taxableFlag": False,
            "specialInvoiceFlag": sent.get("type") in ("Miscellaneous", "CreditMemo", "DownPayment"),
        }
        return {name: value for name, value in own.items() if value is not None}

    @override
    def settle(self, call: Call, new: Record, old: Record | None) -> Record:
        if old is not None and is_closed(old):
            _check_locked(new, old)
        if is_closed(new) and not (old is not None and is_closed(old)):
            _check_account(call, new)
            new = {**new, "closedBy": call.member.identifier}
        settled = {**new, **_amounts(new, old or {})}
        return {**settled, **figures(call.records, settled)}

    @override
    def check_delete(self, call: Call, record: Record) -> None:
        if is_closed(record):
            raise _refused("status", "A closed invoice cannot be deleted.")
        if call.records.all(payments_of(record["id"])):
            raise _refused("payments", "An invoice with payments or credits cannot be deleted.")
        call.records.delete(OPENING, record["id"])

    def patch_closed(self, call: Call) -> Answer:
        old = self._closed_invoice(call)
        changes = intake.patch_changes(old, call.body, self.closed)
        return self._save_closed(call, old, intake.accept(changes, self.closed, call.resolve))

    def replace_closed(self, call: Call) -> Answer:
        old = self._closed_invoice(call)
        sent = intake.accept(call.body, self.closed, call.resolve)
        return self._save_closed(call, old, {"internalNotes": None, **sent})

    def _closed_invoice(self, call: Call) -> Record:
        record = call.records.get(self.model.name, call.ids["id"])
        if record is None or not is_closed(record):
            raise not_found(self.closed.name, call.ids["id"])
        return self.editable(call)

    def _save_closed(self, call: Call, old: Record, changes: Record) -> Answer:
        saved = self.save(call, {**old, **changes}, old)
        shown = self.rendered(call, saved)
        return Answer(200, {name: shown[name] for name in ("id", *sorted(UNLOCKED), "_info") if name in shown})


def is_closed(invoice: Record) -> bool:
    return bool((invoice.get("status") or {}).get("isClosed"))


def payments_of(invoice_id: int) -> str:
    """Name the shelf that holds the payment rows of one invoice."""
    return f"InvoicePayment/{invoice_id}"


def figures(records: Records, invoice: Record) -> Record:
    """What was paid, what was credited and what is left, from the rows of the invoice.

    A loaded invoice may state amounts whose rows were not loaded; its opening figures keep them.
    """
    rows = records.all(payments_of(invoice["id"]))
    opening = records.get(OPENING, invoice["id"]) or {}
    paid = sum((_amount(row, "amount") for row in rows if row.get("type") != "C"), _amount(opening, "payments"))
    credited = sum((_amount(row, "amount") for row in rows if row.get("type") == "C"), _amount(opening, "credits"))
    left = _amount(invoice, "total") - paid - credited + _amount(opening, "balance")
    return {"payments": paid, "credits": credited, "balance": left}


def opening_of(records: Records, invoice: Record) -> Record:
    """What a loaded invoice states beyond its rows. Takes: the invoice as loaded, when all its rows are there."""
    rows = records.all(payments_of(invoice["id"]))
    paid = sum((_amount(row, "amount") for row in rows if row.get("type") != "C"), ZERO)
    credited = sum((_amount(row, "amount") for row in rows if row.get("type") == "C"), ZERO)
    stated = {
        name: _amount(invoice, name) if invoice.get(name) is not None else None for name in ("payments", "credits")
    }
    payments = paid if stated["payments"] is None else stated["payments"]
    credits_ = credited if stated["credits"] is None else stated["credits"]
    left = _amount(invoice, "total") - payments - credits_
    shift = ZERO if invoice.get("balance") is None else _amount(invoice, "balance") - left
    return {"id": invoice["id"], "payments": payments - paid, "credits": credits_ - credited, "balance": shift}


def completed(invoice: Record) -> Record:
    """Fill in the amounts that a loaded invoice leaves out; what it states stays as it is."""
    return {**_amounts(invoice, {}), **invoice} if invoice.get("total") is None else invoice


def _amounts(new: Record, old: Record) -> Record:
    """Recompute subtotal and total where a part of them changed; a subtotal sent without parts is taken as it is."""
    changed = {name for name in AMOUNTS if _amount(new, name) != _amount(old, name)}
    if old.get("total") is not None and not changed:
        return {}
    filled = {name: new[name] if new.get(name) is not None else ZERO for name in AMOUNTS}
    if changed.intersection(PARTS):
        parts = sum((_amount(new, name) for name in PARTS), ZERO)
        filled["subtotal"] = parts - _amount(new, "previousProgressApplied")
    filled["total"] = filled["subtotal"] + filled["salesTax"] - filled["downpaymentApplied"]
    return filled


def _amount(record: Record, name: str) -> Decimal:
    return ZERO + Decimal(record.get(name) or 0)


def _billed_company(call: Call, sent: Record) -> Record:
    company = call.records.get("Company", sent["company"]["id"]) or sent["company"]
    billed = sent.get("billToCompany") or company.get("billToCompany") or company
    return call.records.get("Company", billed["id"]) or billed


def _default_status(call: Call) -> Record | None:
    statuses = call.records.all("BillingStatus")
    chosen = next((status for status in statuses if status.get("defaultFlag")), statuses[0] if statuses else None)
    return reference_to("BillingStatus", chosen) if chosen else None


def _check_locked(new: Record, old: Record) -> None:
    if old.get("glBatch") and (new.get("status") or {}).get("id") != old["status"].get("id"):
        raise _refused("status", "The status of an invoice that was batched cannot be changed.")
    for name in sorted(new.keys() | old.keys()):
        if name not in UNLOCKED and new.get(name) != old.get(name):
            raise _refused(name, "A closed invoice cannot be edited.")


def _check_account(call: Call, invoice: Record) -> None:
    reference = invoice.get("company") or {}
    company = call.records.get("Company", reference.get("id", 0)) or {}
    if not company.get("accountNumber") and not (not company and invoice.get("accountNumber")):
        name = company.get("name") or reference.get("name") or reference.get("id")
        raise _refused("status", f"Company does not have an account number: {name}.")


def _refused(field: str, message: str) -> Exception:
    return invalid(INVOICE.resource, [FieldFault("InvalidObject", message, field)])
