"""The entry that a payment of the platform should be in the accounting, or why it cannot be one (B3, B4, B8)."""

from collections.abc import Sequence

from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.model import Ref
from crossfoot.core.money import format_minor
from crossfoot.core.payables.case import Case, Named, names_of
from crossfoot.core.payables.claims import find_room, own_minor
from crossfoot.core.payables.entries import Part, PaymentEntry
from crossfoot.core.payables.lacking import (
    Built,
    Contested,
    NotYet,
    account_missing,
    find_vendor,
    is_active,
    noun_of,
    say_missing,
)
from crossfoot.core.payables.open_amounts import is_scheduled, part_minor
from crossfoot.core.payables.records import BillPayment, PayMethod


def build_payment(case: Case, payment: BillPayment, base: PaymentEntry | None) -> Built:
    """Say what a payment should be: paid bills and used credits are positive, the money is what is left (B4)."""
    vendor = _not_yet(payment) or _does_not_tie(payment) or find_vendor(case)
    if not isinstance(vendor, Named):
        return vendor
    account_id = _of_parts(case, payment, vendor) or _paid_from(case, payment, base)
    if not isinstance(account_id, str):
        return account_id
    assert payment.paid_on is not None
    return PaymentEntry(
        id="",
        vendor_id=vendor.entry_id,
        paid_on=payment.paid_on,
        method=payment.method,
        account_id=account_id,
        bills=_parts(case, [(part.bill, part.amount_minor) for part in payment.bills]),
        credits=_parts(case, [(part.credit, part.amount_minor) for part in payment.credits]),
        number=payment.number.strip(),
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
    is_something = bool(parts or payment.other_minor) and min(parts, default=1) > 0
    if is_something and billed - credited + payment.other_minor == payment.total_minor >= 0:
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


def _of_parts(case: Case, payment: BillPayment, vendor: Named) -> NotYet | None:
    targets = [ref for ref in names_of(payment) if ref != payment.vendor]
    growing = [ref for ref in targets if _wanted_of(case, payment, ref) > own_minor(case, ref)]
    unsettled = (_settles_not(case, ref) for ref in growing)
    missing = tuple(ref for ref in targets if not case.named[ref].entry_id)
    obstacle = next((each for each in unsettled if each is not None), None) or (
        say_missing(case, missing) if missing else None
    )
    if obstacle is not None:
        return obstacle
    fits = (_of_vendor(case, ref, vendor) or _of_room(case, payment, ref) for ref in targets)
    return next((each for each in fits if each is not None), None)


def _wanted_of(case: Case, payment: BillPayment, ref: Ref) -> int:
    return part_minor(payment, case.named[ref].names | {ref})


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
    wanted = _wanted_of(case, payment, ref)
    if wanted <= room.unclaimed_minor - room.contested_minor:
        return None
    if wanted <= room.unclaimed_minor and room.contested_by is not None:
        return Contested(room.contested_by)
    noun, shown = noun_of(ref.kind), format_minor(max(0, room.unclaimed_minor), payment.currency)
    sentence = (
        f"It takes {format_minor(wanted, payment.currency)} of the {noun} {named.label}, of which {shown} is open in"
        " QuickBooks."
    )
    fix = "Void or correct one of the payments on it; this one then follows by itself."
    return refused(payment.ref, "B4", "more_than_open", sentence, fix, ref)


def _paid_from(case: Case, payment: BillPayment, base: PaymentEntry | None) -> str | Decision:
    """Choose the account. One that the platform names counts if it is there; what stands stays where it is."""
    if payment.account_id and is_active(case, payment.account_id):
        return payment.account_id
    if base is not None and base.method is payment.method:
        return base.account_id
    by_card = payment.method is PayMethod.CREDIT_CARD
    chosen = case.preferences.card_account_id if by_card else case.preferences.bank_account_id
    if not chosen:
        sentence = "The bill was paid by credit card, and no credit card account is chosen."
        fix = "Choose it under the preferences of payables; the payment then follows."
        return waits(payment.ref, "B3", "card_account_missing", sentence, fix)
    return chosen if is_active(case, chosen) else account_missing(case, chosen)
