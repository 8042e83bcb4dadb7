"""What people changed in the accounting that is not simply taken over: said with what differs, and how it ends (B5, B6)."""

from collections.abc import Iterator

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.model import Standing
from crossfoot.core.money import format_minor
from crossfoot.core.payables.case import Case
from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, PaymentEntry, VendorEntry
from crossfoot.core.payables.lacking import label_of
from crossfoot.core.payables.likeness import with_unsaid
from crossfoot.core.payables.preferences import Direction
from crossfoot.core.payables.records import BillPayment, Vendor


def say_not_brought_back(case: Case, standing: Entry, left: Entry | None) -> Decision:
    """Say what somebody did in the accounting, where that does not come back. Source: B5, B6."""
    is_two_way = case.preferences.direction is Direction.TWO_WAY
    rule = "B6" if isinstance(case.record, BillPayment) and is_two_way else "B5"
    sentence = f"Somebody {_deed(case, left)} the {label_of(case)} in QuickBooks{_told_apart(case, standing, left)}."
    sentence += " This partner's sync does not bring that back."
    fix = "Do the same on the platform; or save it there again, and what it says is written over QuickBooks."
    return refused(case.record.ref, rule, "not_brought_back", sentence, fix)


def say_changed_in_both(case: Case, told: Entry | None, left: Entry | None) -> Decision:
    """Say that nobody can tell which change counts. Takes: `told` is None where what stood is gone. Source: B5."""
    sentence = (
        f"Since the two agreed, the {label_of(case)} was changed on the platform, and {_deed(case, left)} in"
        f" QuickBooks{_told_apart(case, told, left)}."
    )
    fix = "Make them alike on either side; Crossfoot then goes on from there."
    if left is None:
        fix = "Delete it on the platform too, or tell it there as a new one."
    return refused(case.record.ref, "B5", "changed_in_both", sentence, fix)


def _deed(case: Case, left: Entry | None) -> str:
    if left is not None:
        return "changed"
    return "voided" if case.shown is not None and case.shown.standing is Standing.VOID else "deleted"


def _told_apart(case: Case, here: Entry | None, there: Entry | None) -> str:
    if here is None or there is None:
        return ""
    differing = list(_differences(case, with_unsaid(here, there), there))
    return f": {'; '.join(differing)}" if differing else ""


def _differences(case: Case, here: Entry, there: Entry) -> Iterator[str]:
    """Say one by one what differs: with both values where people read them, else only what it is."""
    record, shown = case.record, case.shown
    beside_here = record.other_minor if isinstance(record, BillPayment) else 0
    beside_there = shown.other_minor if shown is not None else 0
    said, read = _values(case, here, beside_here), _values(case, there, beside_there)
    for what, value in said.items():
        if value != read[what]:
            yield f"the {what} is {value or 'empty'} on the platform, and {read[what] or 'empty'} in QuickBooks"
    yield from _unlike_parts(here, there)


def _values(case: Case, entry: Entry, beside_minor: int) -> dict[str, str]:
    record = case.record
    if isinstance(entry, VendorEntry):
        status = "active" if entry.active else "inactive"
        return {"name": entry.name, "status": status, "email": entry.email, "account number": entry.account_number}
    assert not isinstance(record, Vendor)
    match entry:
        case BillEntry():
            amount, dates = entry.total_minor, {"date": str(entry.issued_on), "due date": str(entry.due_on or "")}
        case CreditEntry():
            amount, dates = entry.total_minor, {"date": str(entry.issued_on)}
        case PaymentEntry():
            amount = entry.amount_minor + beside_minor
            dates = {"date": str(entry.paid_on), "method": entry.method.replace("_", " ")}
    return {"amount": format_minor(amount, record.currency), "number": entry.number, **dates}


def _unlike_parts(here: Entry, there: Entry) -> Iterator[str]:
    if isinstance(here, VendorEntry) or isinstance(there, VendorEntry):
        return
    match here, there:
        case PaymentEntry(), PaymentEntry():
            if _parts(here) != _parts(there):
                yield "what it pays differs"
            if here.method is there.method and here.account_id != there.account_id:
                yield "the account differs"
        case BillEntry() | CreditEntry(), BillEntry() | CreditEntry():
            if _lines(here) != _lines(there):
                yield "the lines differ"
    if here.vendor_id != there.vendor_id:
        yield "the vendor differs"


def _parts(entry: PaymentEntry) -> list[tuple[str, str, int]]:
    bills = [("bill", part.id, part.amount_minor) for part in entry.bills]
    return sorted(bills + [("credit", part.id, part.amount_minor) for part in entry.credits])


def _lines(entry: BillEntry | CreditEntry) -> list[tuple[str, str, int]]:
    """List the lines, without their words; of a single one also without its amount, which is the whole."""
    is_one = len(entry.lines) == 1
    return [(line.account_id, line.item_id, 0 if is_one else line.amount_minor) for line in entry.lines]
