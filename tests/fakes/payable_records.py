"""Entries of ours as the records that a QuickBooks company makes of them."""

from dataclasses import replace

from crossfoot.core.model import Kind, Ref, Standing
from crossfoot.core.payables.entries import (
    TAX_LINE_ID,
    BillEntry,
    CreditEntry,
    Entry,
    EntryLine,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    Payable,
    Vendor,
    VendorCredit,
)

from tests.fakes.filing import NEW


def record_of(ref: Ref, entry: Entry, currency: str, note: str, before: Payable | None) -> Payable:
    """Give the record that an entry makes. Takes: `before` is the one that it changes, whose unsaid parts stay."""
    marker = next((word for word in note.split() if word.startswith("xf:")), "")
    if isinstance(entry, VendorEntry):
        return Vendor(ref, NEW, Standing.LIVE, entry.name, entry.active, entry.account_number, entry.email)
    vendor = Ref(ref.system, Kind.VENDOR, entry.vendor_id)
    match entry:
        case BillEntry():
            due_on, lines = entry.due_on or entry.issued_on, _cost_lines(entry.lines, before)
            bill = Bill(ref, NEW, Standing.LIVE, entry.number, vendor, "", entry.issued_on, due_on, currency, 0, 0)
            return replace(bill, lines=lines, note=note, marker=marker)
        case CreditEntry():
            lines = _cost_lines(entry.lines, before)
            credit = VendorCredit(
                ref, NEW, Standing.LIVE, entry.number, vendor, "", entry.issued_on, currency, 0, lines=lines
            )  # fmt: skip
            return replace(credit, note=note, marker=marker)
        case PaymentEntry():
            other = before.other_minor if isinstance(before, BillPayment) else 0
            return BillPayment(
                ref, NEW, Standing.LIVE, vendor, "", entry.paid_on, currency, entry.amount_minor + other,
                entry.method, entry.account_id, entry.number, other_minor=other,
                bills=tuple(BillPart(Ref(ref.system, Kind.BILL, p.id), p.amount_minor) for p in entry.bills),
                credits=tuple(
                    CreditPart(Ref(ref.system, Kind.VENDOR_CREDIT, p.id), p.amount_minor) for p in entry.credits
                ),
                note=note,
                marker=marker,
            )  # fmt: skip


def _cost_lines(lines: tuple[EntryLine, ...], before: Payable | None) -> tuple[CostLine, ...]:
    """Give lines as they are kept. What is known of a line, and not said here, stays on it; so does the tax."""
    kept = before.lines or () if isinstance(before, Bill | VendorCredit) else ()
    known = {TAX_LINE_ID if line.kind is CostLineKind.TAX else line.id: line for line in kept}
    return tuple(_cost_line(line, known.get(line.line_id)) for line in lines)


def _cost_line(line: EntryLine, before: CostLine | None) -> CostLine:
    kind = CostLineKind.ITEM if line.item_id else CostLineKind.ACCOUNT
    kept = before or CostLine("", kind, "", 0)
    if kept.kind in (CostLineKind.TAX, CostLineKind.NOTE):
        return kept
    said = replace(kept, kind=kind, amount_minor=line.amount_minor, description=line.description)
    usual = replace(said, billable=kept.billable or "NotBillable", tax_code=kept.tax_code or "NON")
    return replace(usual, account_id=line.account_id, item_id=line.item_id)
