"""The entry that a record of the platform should be in the accounting, or why it cannot be one (B2, B3, B4, B8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.latin import to_latin
from crossfoot.core.model import Kind, Ref
from crossfoot.core.money import format_minor
from crossfoot.core.payables.case import Case, Named, is_of_platform, names_of
from crossfoot.core.payables.claims import find_room, own_minor
from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, EntryLine, Part, PaymentEntry, VendorEntry
from crossfoot.core.payables.open_amounts import is_scheduled, part_minor
from crossfoot.core.payables.records import (
    Bill,
    BillPayment,
    CostLine,
    CostLineKind,
    PayMethod,
    Vendor,
    VendorCredit,
)
from crossfoot.core.payables.stored import size_bytes

# QuickBooks' own lengths.
NUMBER_LENGTH = 21
NAME_LENGTH = 500
DESCRIPTION_LENGTH = 4_000
EMAIL_LENGTH = 100
# Two entries go into one item of our table, which holds 400 KB.
MAX_ENTRY_BYTES = 180_000


@dataclass(frozen=True, slots=True)
class Missing:
    """What has to be mirrored before the record can be entered."""

    first: tuple[Ref, ...]


@dataclass(frozen=True, slots=True)
class Contested:
    """Somebody may be writing a later payment at this moment that takes what this one wants."""

    by: Ref


type Obstacle = Decision | Missing | Contested
type Built = Entry | Obstacle


def build_entry(case: Case, base: Entry | None) -> Built:
    """Say what the record should be in the accounting.

    Takes: `base` is what stands there: what the platform does not say stays as it is.
    Source: B2 (currency, number), B3 (accounts), B4 (payments).
    """
    record = case.record
    if isinstance(record, Vendor):
        return _build_vendor(record, base if isinstance(base, VendorEntry) else None)
    home = case.preferences.home_currency
    if record.currency != home or case.company.home_currency not in ("", home):
        books = case.company.home_currency or home
        sentence = f"It is in {record.currency}, and the books are kept in {books}: only {home} syncs."
        fix = "Record it in QuickBooks by hand, with the exchange rate of the day."
        return refused(record.ref, "B2", "other_currency", sentence, fix)
    if isinstance(record, BillPayment):
        return _build_payment(case, record, base if isinstance(base, PaymentEntry) else None)
    return _build_owed(case, record, base if isinstance(base, BillEntry | CreditEntry) else None)


def label_of(case: Case) -> str:
    """Say what the record is, as a bookkeeper does: `bill INV-7`."""
    record = case.record
    name = record.name if isinstance(record, Vendor) else record.number or record.ref.id
    return f"{noun_of(record.ref.kind)} {name}"


def noun_of(kind: Kind) -> str:
    """Name a kind of record in a sentence."""
    return "payment" if kind is Kind.BILL_PAYMENT else kind.replace("_", " ")


# --- vendors -----------------------------------------------------------------------------------------------------------


def _build_vendor(vendor: Vendor, base: VendorEntry | None) -> Built:
    # A colon would make it a part of another one.
    name = to_latin(vendor.name.replace(":", "-"), NAME_LENGTH)
    if not name:
        fix = "Give the vendor a name on the platform; it is then entered by itself."
        return refused(vendor.ref, "B4", "no_name", "The vendor has no name.", fix)
    email = to_latin(vendor.email, EMAIL_LENGTH) or (base.email if base else "")
    number = to_latin(vendor.account_number, EMAIL_LENGTH) or (base.account_number if base else "")
    return VendorEntry(base.id if base else "", name, email, number, vendor.active, base.revision if base else "")


# --- bills and vendor credits ------------------------------------------------------------------------------------------


def _build_owed(case: Case, record: Bill | VendorCredit, base: BillEntry | CreditEntry | None) -> Built:
    vendor = _of_numbers(record) or _of_total(record) or _vendor(case)
    if not isinstance(vendor, Named):
        return vendor
    lines = _build_lines(case, record, base.lines if base else ())
    if isinstance(lines, Decision):
        return lines
    id_, revision, number = (
        base.id if base else "",
        base.revision if base else "",
        to_latin(record.number, NUMBER_LENGTH),
    )
    entry: BillEntry | CreditEntry
    if isinstance(record, Bill):
        due_on = record.due_on or (base.due_on if isinstance(base, BillEntry) else None)
        entry = BillEntry(id_, vendor.entry_id, number, record.issued_on, due_on, lines, revision)
    else:
        number = number or (base.number if base else "")
        entry = CreditEntry(id_, vendor.entry_id, number, record.issued_on, lines, revision)
    if size_bytes(entry) > MAX_ENTRY_BYTES:
        sentence = f"It has {len(lines)} lines, more than can be entered at once."
        return refused(record.ref, "B4", "too_many_lines", sentence, "Enter it in QuickBooks by hand.")
    return entry


def _of_numbers(record: Bill | VendorCredit) -> Decision | None:
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
    told = record.lines or (CostLine("", CostLineKind.ACCOUNT, "", record.total_minor),)
    lines = tuple(_build_line(line, kept, case) for line, kept in _paired(told, base))
    standing = {line.account_id for line in base}
    for account_id in dict.fromkeys(line.account_id for line in lines if line.account_id):
        if account_id not in standing and not _is_active(case, account_id):
            return _account_missing(case, account_id)
    return lines


def _build_line(line: CostLine, kept: EntryLine | None, case: Case) -> EntryLine:
    """Give a line. One without an account keeps the one that it has there, and else goes to the one chosen for such."""
    description = to_latin(line.description, DESCRIPTION_LENGTH)
    line_id = kept.line_id if kept else ""
    if line.item_id:
        return EntryLine(line.amount_minor, "", description, line.item_id, line_id)
    if line.account_id:
        return EntryLine(line.amount_minor, line.account_id, description, "", line_id)
    if kept is not None:
        return replace(kept, amount_minor=line.amount_minor, description=description)
    return EntryLine(line.amount_minor, case.preferences.expense_account_id, description)


def _paired(lines: Sequence[CostLine], base: Sequence[EntryLine]) -> list[tuple[CostLine, EntryLine | None]]:
    """Find for each line the one that it is there: first those that say the same, then the others in their order."""
    free = list(base)
    found: dict[int, EntryLine] = {}
    for at, line in enumerate(lines):
        same = next((each for each in free if _says_the_same(line, each)), None)
        if same is not None:
            found[at] = same
            free.remove(same)
    rest = iter(free)
    return [(line, found[at] if at in found else next(rest, None)) for at, line in enumerate(lines)]


def _says_the_same(line: CostLine, kept: EntryLine) -> bool:
    where = (line.account_id, line.item_id)
    is_there = where in (("", ""), (kept.account_id, kept.item_id))
    is_worded = to_latin(line.description, DESCRIPTION_LENGTH) == to_latin(kept.description, DESCRIPTION_LENGTH)
    return is_there and is_worded and line.amount_minor == kept.amount_minor


# --- payments ----------------------------------------------------------------------------------------------------------


def _build_payment(case: Case, payment: BillPayment, base: PaymentEntry | None) -> Built:
    """Say what a payment should be: paid bills and used credits are positive, the money is what is left (B4)."""
    vendor = _not_yet(payment) or _does_not_tie(payment) or _vendor(case)
    if not isinstance(vendor, Named):
        return vendor
    account_id = _of_parts(case, payment, vendor) or _paid_from(case, payment, base)
    if not isinstance(account_id, str):
        return account_id
    assert payment.paid_on is not None
    return PaymentEntry(
        id=base.id if base else "",
        vendor_id=vendor.entry_id,
        paid_on=payment.paid_on,
        method=payment.method,
        account_id=account_id,
        bills=_parts(case, [(part.bill, part.amount_minor) for part in payment.bills]),
        credits=_parts(case, [(part.credit, part.amount_minor) for part in payment.credits]),
        number=to_latin(payment.number, NUMBER_LENGTH) or (base.number if base else ""),
        revision=base.revision if base else "",
    )


def _not_yet(payment: BillPayment) -> Decision | None:
    if not is_scheduled(payment):
        return None
    sentence = "The payment is scheduled: it is written, with its credits, when the bill is paid."
    return waits(payment.ref, "B4", "paid_later", sentence)


def _does_not_tie(payment: BillPayment) -> Decision | None:
    billed = sum(part.amount_minor for part in payment.bills)
    credited = sum(part.amount_minor for part in payment.credits)
    parts = [part.amount_minor for part in payment.bills] + [part.amount_minor for part in payment.credits]
    if billed - credited == payment.total_minor >= 0 and parts and min(parts) > 0:
        return None
    bills, credits_, money = (
        format_minor(minor, payment.currency) for minor in (billed, credited, payment.total_minor)
    )
    sentence = f"It pays bills of {bills} with credits of {credits_}, and its money is {money}: that does not tie."
    return refused(payment.ref, "B4", "payment_does_not_tie", sentence, "Correct the payment on the platform.")


def _parts(case: Case, parts: Sequence[tuple[Ref, int]]) -> tuple[Part, ...]:
    """Add up the parts by what they are in the accounting: one bill may be named by both of its copies."""
    added: dict[str, int] = {}
    for ref, minor in parts:
        id_ = case.named[ref].entry_id
        added[id_] = added.get(id_, 0) + minor
    return tuple(Part(id_, minor) for id_, minor in added.items())


def _of_parts(case: Case, payment: BillPayment, vendor: Named) -> Obstacle | None:
    targets = [ref for ref in names_of(payment) if ref != payment.vendor]
    growing = [ref for ref in targets if part_minor(payment, case.named[ref].names or {ref}) > own_minor(case, ref)]
    unsettled = (_settles_not(case, ref) for ref in growing)
    missing = tuple(ref for ref in targets if not case.named[ref].entry_id)
    obstacle = next((each for each in unsettled if each is not None), None) or (
        _missing(case, missing) if missing else None
    )
    if obstacle is not None:
        return obstacle
    fits = (_of_vendor(case, ref, vendor) or _of_room(case, payment, ref) for ref in targets)
    return next((each for each in fits if each is not None), None)


def _settles_not(case: Case, ref: Ref) -> Decision | None:
    """Say why nothing is to be settled of what is named. Source: B1, B8."""
    payment, named, noun = case.record.ref, case.named[ref], noun_of(ref.kind)
    if named.is_gone:
        sentence = f"The {noun} {named.label} was deleted."
        fix = "Void the payment on the platform, or take that off it."
        return refused(payment, "B4", "paid_thing_gone", sentence, fix, ref)
    if named.is_paid_outside:
        sentence = f"You marked the {noun} {named.label} as paid outside, so no payment on it is sent."
        fix = "Take that mark back, or void the payment on the platform."
        return refused(payment, "B8", "paid_outside", sentence, fix, ref)
    if named.is_left_out:
        sentence = f"The {noun} {named.label} in QuickBooks does not take part; its own story says why."
        fix = "Record the payment in QuickBooks by hand, or mend what keeps that out."
        return refused(payment, "B1", "paid_thing_left_out", sentence, fix, ref)
    return None


def _of_vendor(case: Case, ref: Ref, vendor: Named) -> Decision | None:
    named = case.named[ref]
    if named.vendor_id in ("", vendor.entry_id):
        return None
    sentence = f"The {noun_of(ref.kind)} {named.label} is of another vendor in QuickBooks than the payment."
    return refused(
        case.record.ref, "B4", "other_vendor", sentence, "Correct the vendor on either side; it then follows.", ref
    )


def _of_room(case: Case, payment: BillPayment, ref: Ref) -> Decision | Contested | None:
    """Refuse what is more than is open. Source: B4."""
    named, room = case.named[ref], find_room(case, ref)
    wanted = part_minor(payment, named.names)
    if wanted <= room.unclaimed_minor - room.contested_minor:
        return None
    if wanted <= room.unclaimed_minor and room.contested_by is not None:
        return Contested(room.contested_by)
    noun, shown = noun_of(ref.kind), format_minor(max(0, room.unclaimed_minor), payment.currency)
    sentence = (
        f"It takes {format_minor(wanted, payment.currency)} of the {noun} {named.label}, of which {shown} is open."
    )
    fix = "Void or correct one of the payments on it; this one then follows by itself."
    return refused(payment.ref, "B4", "more_than_open", sentence, fix, ref)


def _paid_from(case: Case, payment: BillPayment, base: PaymentEntry | None) -> str | Decision:
    """Choose the account. One that the platform names counts if it is there; what stands stays where it is."""
    if payment.account_id and _is_active(case, payment.account_id):
        return payment.account_id
    if base is not None and base.method is payment.method:
        return base.account_id
    by_card = payment.method is PayMethod.CREDIT_CARD
    chosen = case.preferences.card_account_id if by_card else case.preferences.bank_account_id
    if not chosen:
        sentence = "The bill was paid by credit card, and no credit card account is chosen."
        fix = "Choose it under the preferences of payables; the payment then follows."
        return waits(payment.ref, "B3", "card_account_missing", sentence, fix)
    return chosen if _is_active(case, chosen) else _account_missing(case, chosen)


# --- what all of them need ---------------------------------------------------------------------------------------------


def _vendor(case: Case) -> Named | Decision | Missing:
    record = case.record
    assert not isinstance(record, Vendor)
    if record.vendor is None:
        fix = "Tell the platform whose it is; it is then entered by itself."
        return refused(record.ref, "B4", "no_vendor", f"The {noun_of(record.ref.kind)} names no vendor.", fix)
    named = case.named[record.vendor]
    return named if named.entry_id else _missing(case, (record.vendor,))


def _missing(case: Case, absent: tuple[Ref, ...]) -> Decision | Missing:
    """Have what is missing mirrored, if that was not tried yet."""
    untried = tuple(ref for ref in absent if is_of_platform(ref) and ref not in case.tried)
    told = tuple(ref for ref in untried if case.named[ref].told is not None)
    if told:
        return Missing(told)
    ref = absent[0]
    label, noun = case.named[ref].label or ref.id, noun_of(ref.kind)
    if is_of_platform(ref) and case.named[ref].told is not None:
        sentence = f"The {noun} {label} does not stand in QuickBooks yet."
        fix = f"What holds that up is said at the {noun}; this then follows by itself."
        return waits(case.record.ref, "B4", "named_not_entered", sentence, fix, ref)
    sentence = f"The {noun} {label} that it names is not known here yet."
    fix = "Press Sync Now if it is in QuickBooks, or tell it on the platform; this then follows."
    return waits(case.record.ref, "B4", "named_not_known", sentence, fix, ref)


def _is_active(case: Case, account_id: str) -> bool:
    account = case.company.account(account_id)
    return account is not None and account.active


def _account_missing(case: Case, account_id: str) -> Decision:
    account = case.company.account(account_id)
    name = account.name if account is not None else account_id
    sentence = f"The account {name} is not there in QuickBooks, or inactive."
    fix = "Make it active in QuickBooks, or choose another under the preferences of payables."
    return refused(case.record.ref, "B3", "account_missing", sentence, fix)
