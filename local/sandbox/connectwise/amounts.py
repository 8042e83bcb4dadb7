"""What an invoice comes to: from its lines where it has some, its taxes, and what was paid and credited."""

from collections.abc import Mapping
from decimal import Decimal

from local.sandbox.connectwise import lines, taxes
from local.sandbox.connectwise.records import Record, Records
from local.sandbox.connectwise.schema import INVOICE_PAYMENT

PARTS = ("serviceTotal", "expenseTotal", "productTotal", "agreementAmount", "serviceAdjustmentAmount")
AMOUNTS = (*PARTS, "subtotal", "salesTax", "downpaymentApplied")
OPENING = "InvoiceOpening"
CREDIT_USE = "CreditUse"
"""Which credit memo a credit row draws on: {"id": the row's id, "memo": the memo's id, "amount"}."""


def amount(record: Mapping[str, object], name: str) -> Decimal:
    return lines.ZERO + lines.number(record, name)


def priced(records: Records, new: Record, old: Record) -> Record:
    """Bring an invoice's amounts up to date with its lines and with what was sent. Takes: `old` as it was, or {}."""
    new = {**new, **from_lines(records, new)}
    settled = {**new, **_amounts(new, old)}
    return {**settled, **figures(records, settled)}


def from_lines(records: Records, invoice: Record) -> dict[str, Decimal]:
    """The parts, and the tax on them, that the invoice has lines for."""
    billed = lines.lines_of(records, invoice["id"])
    parts = {
        kind.part: sum((kind.amount(line) for line in found), lines.ZERO) for kind, found in billed.items() if found
    }  # fmt: skip
    if parts and invoice.get("taxableFlag") and (code := taxes.code_of(records, invoice)):
        parts["salesTax"] = sum((tax for _, tax in taxes.on_lines(code, {**invoice, **parts}, billed)), lines.ZERO)
    return parts


def figures(records: Records, invoice: Record) -> Record:
    """What was paid, what was credited and what is left, from the rows of the invoice.

    A loaded invoice may state amounts whose rows were not loaded; its opening figures keep them. A credit memo, whose
    total is negative, is used up by the credit rows of other invoices.
    """
    opening = records.get(OPENING, invoice["id"]) or {}
    paid, credited = _from_rows(records, invoice)
    paid, credited = paid + amount(opening, "payments"), credited + amount(opening, "credits")
    left = amount(invoice, "total") - paid - credited + amount(opening, "balance")
    return {"payments": paid, "credits": credited, "balance": left}


def opening_of(records: Records, invoice: Record) -> Record:
    """What a loaded invoice states beyond its rows. Takes: the invoice as loaded, when all its rows are there."""
    paid, credited = _from_rows(records, invoice)
    stated = {
        name: amount(invoice, name) if invoice.get(name) is not None else None for name in ("payments", "credits")
    }
    payments = paid if stated["payments"] is None else stated["payments"]
    credits_ = credited if stated["credits"] is None else stated["credits"]
    left = amount(invoice, "total") - payments - credits_
    shift = lines.ZERO if invoice.get("balance") is None else amount(invoice, "balance") - left
    return {"id": invoice["id"], "payments": payments - paid, "credits": credits_ - credited, "balance": shift}


def completed(records: Records, invoice: Record) -> Record:
    """Fill in the amounts that a loaded invoice leaves out; what it states stays as it is."""
    if invoice.get("total") is not None:
        return invoice
    counted = {**invoice, **from_lines(records, invoice)}
    return {**counted, **_amounts(counted, {}), **invoice}


def _from_rows(records: Records, invoice: Record) -> tuple[Decimal, Decimal]:
    rows = records.all(INVOICE_PAYMENT.shelf(invoice["id"]))
    paid = sum((amount(row, "amount") for row in rows if row.get("type") != "C"), lines.ZERO)
    credited = sum((amount(row, "amount") for row in rows if row.get("type") == "C"), lines.ZERO)
    used = sum((amount(use, "amount") for use in records.where(CREDIT_USE, ("memo",), [invoice["id"]])), lines.ZERO)
    return paid, credited - used


def _amounts(new: Record, old: Record) -> Record:
    """Recompute subtotal and total where a part of them changed; a subtotal sent without parts is taken as it is."""
    changed = {name for name in AMOUNTS if amount(new, name) != amount(old, name)}
    if old.get("total") is not None and not changed:
        return {}
    filled = {name: lines.ZERO if new.get(name) is None else lines.number(new, name) for name in AMOUNTS}
    if changed.intersection(PARTS):
        parts = sum((amount(new, name) for name in PARTS), lines.ZERO)
        filled["subtotal"] = parts - amount(new, "previousProgressApplied")
    filled["total"] = filled["subtotal"] + filled["salesTax"] - filled["downpaymentApplied"]
    return filled
