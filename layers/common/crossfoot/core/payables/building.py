"""The entry that a record of the platform should be in the accounting, or why it cannot be one (B2, B3)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crossfoot.core.decisions import Decision, refused
from crossfoot.core.latin import to_latin
from crossfoot.core.money import format_minor
from crossfoot.core.payables.case import Case, Named
from crossfoot.core.payables.entries import (
    TAX_LINE_ID,
    BillEntry,
    CreditEntry,
    Entry,
    EntryLine,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.lacking import (
    Built,
    Contested,
    Missing,
    account_missing,
    find_vendor,
    is_active,
    label_of,
)
from crossfoot.core.payables.latin import DESCRIPTION_LENGTH, in_latin
from crossfoot.core.payables.likeness import with_unsaid
from crossfoot.core.payables.paying import build_payment
from crossfoot.core.payables.records import Bill, BillPayment, CostLine, CostLineKind, Vendor, VendorCredit
from crossfoot.core.payables.stored import size_bytes

# QuickBooks' own length of a number; one that is cut could become another one.
NUMBER_LENGTH = 21
# Two entries go into one item of our table, which holds 400 KB.
MAX_ENTRY_BYTES = 180_000


def build_entry(case: Case, base: Entry | None) -> Built:
    """Say what the record should be in the accounting.

    Takes: `base` is what stands there: what the platform does not say stays as it is.
    Source: B2 (currency, number), B3 (accounts), B4 (payments).
    """
    record = case.record
    if isinstance(record, Vendor):
        built = _build_vendor(record)
    else:
        built = _of_currency(case, record) or _build_dated(case, record, base)
    if isinstance(built, Decision | Missing | Contested):
        return built
    too_large = refuse_too_large(case, built)
    if too_large is not None:
        return too_large
    said = in_latin(built)
    return with_unsaid(replace(said, id=base.id, revision=base.revision), base) if base is not None else said


def refuse_too_large(case: Case, entry: Entry) -> Decision | None:
    """Say that an entry is more than can be kept of it, whoever made it; None when it is not."""
    if size_bytes(entry) <= MAX_ENTRY_BYTES:
        return None
    sentence = f"The {label_of(case)} has more lines than can be entered at once."
    return refused(case.record.ref, "B4", "too_many_lines", sentence, "Enter it in QuickBooks by hand.")


def _build_vendor(vendor: Vendor) -> Built:
    if not vendor.name.strip():
        fix = "Give the vendor a name on the platform; it is then entered by itself."
        return refused(vendor.ref, "B4", "no_name", "The vendor has no name.", fix)
    return VendorEntry("", vendor.name, vendor.email, vendor.account_number, vendor.active)


def _build_dated(case: Case, record: Bill | VendorCredit | BillPayment, base: Entry | None) -> Built:
    if isinstance(record, BillPayment):
        return build_payment(case, record, base if isinstance(base, PaymentEntry) else None)
    return _build_owed(case, record, base.lines if isinstance(base, BillEntry | CreditEntry) else ())


def _of_currency(case: Case, record: Bill | VendorCredit | BillPayment) -> Decision | None:
    home = case.preferences.home_currency
    if record.currency == home and case.company.home_currency in ("", home):
        return None
    books = case.company.home_currency or home
    sentence = f"It is in {record.currency}, and the books are kept in {books}: only {home} syncs."
    fix = "Record it in QuickBooks by hand, with the exchange rate of the day."
    return refused(record.ref, "B2", "other_currency", sentence, fix)


def _build_owed(case: Case, record: Bill | VendorCredit, base: Sequence[EntryLine]) -> Built:
    vendor = _of_number(record) or _of_total(record) or find_vendor(case)
    if not isinstance(vendor, Named):
        return vendor
    lines = _build_lines(case, record, base)
    if isinstance(lines, Decision):
        return lines
    if isinstance(record, Bill):
        return BillEntry("", vendor.entry_id, record.number.strip(), record.issued_on, record.due_on, lines)
    return CreditEntry("", vendor.entry_id, record.number.strip(), record.issued_on, lines)


def _of_number(record: Bill | VendorCredit) -> Decision | None:
    if isinstance(record, Bill) and not record.number.strip():
        sentence = "The bill has no number, and QuickBooks' copy could not be told from another one."
        fix = "Give the bill its number on the platform; it is then entered by itself."
        return refused(record.ref, "B2", "no_number", sentence, fix)
    if len(record.number.strip()) > NUMBER_LENGTH:
        sentence = f"The number {record.number} is longer than the {NUMBER_LENGTH} characters that QuickBooks keeps."
        return refused(record.ref, "B2", "number_too_long", sentence, "Shorten it on the platform.")
    return None


def _of_total(record: Bill | VendorCredit) -> Decision | None:
    lines = record.lines or ()
    comes_to = sum(line.amount_minor for line in lines)
    if lines and comes_to != record.total_minor:
        said, made = (format_minor(minor, record.currency) for minor in (record.total_minor, comes_to))
        sentence = f"It is over {said}, and its lines come to {made}."
        return refused(record.ref, "B4", "lines_do_not_tie", sentence, "Correct it on the platform.")
    if record.total_minor < 0:
        sentence = f"It is over {format_minor(record.total_minor, record.currency)}, and QuickBooks takes none below 0."
        return refused(record.ref, "B4", "negative_total", sentence, "Enter a negative bill as a vendor credit.")
    return None


def _build_lines(
    case: Case, record: Bill | VendorCredit, base: Sequence[EntryLine]
) -> tuple[EntryLine, ...] | Decision:
    if not record.lines and base and sum(line.amount_minor for line in base) == record.total_minor:
        return tuple(base)
    told = record.lines or (CostLine("", CostLineKind.ACCOUNT, "", record.total_minor),)
    lines = tuple(_build_line(line, kept, case) for line, kept in _paired(told, base))
    if _has_tax(base) and _amounts(lines) != _amounts(base):
        return _taxed(case)
    standing = {line.account_id for line in base}
    for account_id in dict.fromkeys(line.account_id for line in lines if line.account_id):
        if account_id not in standing and not is_active(case, account_id):
            is_named = account_id in {line.account_id for line in told}
            return account_missing(case, account_id, is_named=is_named)
    return lines


def _has_tax(lines: Iterable[EntryLine]) -> bool:
    return any(line.line_id == TAX_LINE_ID for line in lines)


def _amounts(lines: Iterable[EntryLine]) -> dict[str, int]:
    """Give what tax is worked out from: the amounts of the lines as they are known there."""
    return {line.line_id: line.amount_minor for line in lines}


def _taxed(case: Case) -> Decision:
    """Refuse other amounts where the accounting adds tax: nobody here can tell what it would come to."""
    sentence = f"QuickBooks has tax on the {label_of(case)}, and works it out itself when an amount changes."
    fix = "Change the amounts in QuickBooks, then tell the platform what they come to there."
    return refused(case.record.ref, "B4", "taxed_in_accounting", sentence, fix)


def _build_line(line: CostLine, kept: EntryLine | None, case: Case) -> EntryLine:
    """Give a line. One without an account keeps the one that it has there, and else goes to the one chosen for such."""
    line_id = kept.line_id if kept else ""
    if line.item_id:
        return EntryLine(line.amount_minor, "", line.description, line.item_id, line_id)
    if line.account_id:
        return EntryLine(line.amount_minor, line.account_id, line.description, "", line_id)
    if kept is not None:
        return replace(kept, amount_minor=line.amount_minor, description=line.description)
    return EntryLine(line.amount_minor, case.preferences.expense_account_id, line.description)


def _paired(lines: Sequence[CostLine], base: Sequence[EntryLine]) -> list[tuple[CostLine, EntryLine | None]]:
    """Find for each line the one that it is there: first those that say the same, then the others in their order."""
    free = list(base)
    found: dict[int, EntryLine] = {}
    for at, line in enumerate(lines):
        same = next((each for each in free if _says_the_same(line, each)), None)
        if same is not None:
            found[at] = same
            free.remove(same)
    rest = iter([each for each in free if each.line_id != TAX_LINE_ID])
    return [(line, found[at] if at in found else next(rest, None)) for at, line in enumerate(lines)]


def _says_the_same(line: CostLine, kept: EntryLine) -> bool:
    is_there = (line.account_id, line.item_id) in (("", ""), (kept.account_id, kept.item_id))
    is_worded = to_latin(line.description, DESCRIPTION_LENGTH) == kept.description
    return is_there and is_worded and line.amount_minor == kept.amount_minor
