"""What keeps a write on an entry back: it waits, or the accounting would refuse it, or take it for nothing (B4, B7)."""

from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.effects import EffectState, is_to_be_tried_again
from crossfoot.core.money import format_minor
from crossfoot.core.payables.case import Case, day_of
from crossfoot.core.payables.claims import holds_on, made_there_on, settled_minor
from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, EntryOperation, EntryWrite
from crossfoot.core.payables.lacking import label_of, noun_of
from crossfoot.core.payables.likeness import is_same, says_the_same, with_unsaid
from crossfoot.core.payables.records import Bill, BillPayment, Vendor, VendorCredit
from crossfoot.core.payables.refusals import NAME_TAKEN, refusal_of, rests_on
from crossfoot.core.payables.stored import from_body, repeats_refusal
from crossfoot.core.receiving import PERIOD_CLOSED, SEEN

SYNC_BY_HAND = "sync_by_hand"


def keep_back(case: Case, write: EntryWrite, left: Entry | None) -> Decision | None:
    """Say why a write is not to be sent; None where it may be. Nothing is sent that is known to be refused.

    Takes: `left` is what stands now, as far as it is known.
    """
    refusal = _closed(case, write, left) or _below(case, write.entry, left)
    refusal = refusal or _made_otherwise(case, write) or _repeated(case, write)
    # What would be refused says so, also where somebody has to send it.
    return _unapproved(case) or refusal or (say_by_hand(case) if case.by_hand else None)


def hold_back(case: Case) -> Decision | None:
    """Say why a write waits that the accounting would take. Source: B4 (approval), B7 (by hand)."""
    return _unapproved(case) or (say_by_hand(case) if case.by_hand else None)


def _unapproved(case: Case) -> Decision | None:
    record = case.record
    if isinstance(record, Bill) and case.is_wanted and case.preferences.needs_approval and not record.approved:
        sentence = "The bill is not approved yet, and only approved bills go out."
        return waits(record.ref, "B4", "not_approved", sentence, "Approve it on the platform.")
    return None


def _closed(case: Case, write: EntryWrite, left: Entry | None) -> Decision | None:
    days = [day_of(entry) for entry in (left, write.entry) if entry is not None]
    shut = next((day for day in days if day is not None and case.company.is_closed(day)), None)
    if shut is None:
        return None
    sentence = f"The books in QuickBooks are closed up to {case.company.closed_until}, and this is dated {shut}."
    fix = "Open the period in QuickBooks, or date it later on the platform."
    return refused(case.record.ref, "B4", "period_closed", sentence, fix)


def _below(case: Case, entry: Entry, left: Entry | None) -> Decision | None:
    """Refuse to bring a bill below what is paid on it, or a credit below what is used of it."""
    if not (isinstance(entry, BillEntry | CreditEntry) and isinstance(left, BillEntry | CreditEntry)):
        return None
    assert isinstance(case.record, Bill | VendorCredit)
    settled = settled_minor(case)
    if entry.total_minor >= min(left.total_minor, settled):
        return None
    told, gone = (format_minor(minor, case.record.currency) for minor in (entry.total_minor, settled))
    deed = "paid on it" if isinstance(entry, BillEntry) else "used of it"
    sentence = f"The {label_of(case)} is over {told} on the platform, and {gone} is {deed} in QuickBooks."
    fix = f"Void a payment on it, or raise the {noun_of(case.kind)} on the platform; it then follows."
    return refused(case.record.ref, "B4", "below_what_is_paid", sentence, fix)


def _made_otherwise(case: Case, write: EntryWrite) -> Decision | None:
    """Say that the accounting made something else of the very same: asking once more would change nothing."""
    latest, standing = case.latest, case.standing
    if latest is None or standing is None or is_to_be_tried_again(latest, case.again):
        return None
    asked = from_body(latest.body)
    is_sent = (
        asked.operation in (EntryOperation.CREATE, EntryOperation.UPDATE) and latest.state is EffectState.CONFIRMED
    )
    if not is_sent or latest.adopted or says_the_same(standing, asked.entry):
        return None
    if not is_same(with_unsaid(asked.entry, write.entry), write.entry):
        return None
    sentence = f"QuickBooks made something else of the {label_of(case)} than was sent."
    fix = "Look at it in QuickBooks (tax that is added, say), correct it there or on the platform, then retry."
    return refused(case.record.ref, "B4", "entered_differently", sentence, fix)


def _repeated(case: Case, write: EntryWrite) -> Decision | None:
    """Say once more what the accounting refused, while nothing has changed that the refusal may rest on.

    Every sync tries it once: what people mend there (a name, an open balance) need not be anything that we read.
    """
    latest = case.latest
    if latest is None or not repeats_refusal(latest, write) or is_to_be_tried_again(latest, case.request):
        return None
    # Where the books were closed they are open now, as far as is known: that was asked above.
    if latest.refusal_code == PERIOD_CLOSED or latest.body.get(SEEN) != rests_on(case):
        return None
    return say_name_taken(case) if latest.refusal_code == NAME_TAKEN else refusal_of(case.record.ref, latest)


def hold_for_payments(case: Case) -> Decision | None:
    """Say which payments have to go before a bill or a credit can. Source: B4."""
    record = case.record
    if isinstance(record, Vendor | BillPayment):
        return None
    theirs, ours = made_there_on(case), holds_on(case)
    if theirs:
        sentence = f"Somebody recorded a payment in QuickBooks ({theirs[0].id}) on the {label_of(case)}."
        fix = "Delete that payment in QuickBooks; this then goes by itself."
        return refused(record.ref, "B4", "bill_paid", sentence, fix, *theirs)
    if ours:
        names, is_one = ", ".join(each.id for each in ours), len(ours) == 1
        waited = f"the payment on it ({names}) is gone" if is_one else f"the payments on it ({names}) are gone"
        sentence = f"The {label_of(case)} goes when {waited}."
        fix = f"Void or delete {'that payment' if is_one else 'them'} on the platform; this then goes by itself."
        return waits(record.ref, "B4", "payments_first", sentence, fix, *ours)
    return None


def say_by_hand(case: Case) -> Decision:
    """Say that it goes out when somebody sends it. Source: B7."""
    fix = "Press Sync Now, or turn auto-sync on under the preferences of payables."
    return waits(case.record.ref, "B7", SYNC_BY_HAND, "Auto-sync is off: this goes out with the next sync.", fix)


def say_name_taken(case: Case) -> Decision:
    """Say that somebody else in the accounting has the name of a vendor."""
    sentence = f"In QuickBooks somebody else has the name of the {label_of(case)}: a customer, an employee or a vendor."
    fix = "Rename the vendor on the platform, or the other one in QuickBooks, then retry."
    return refused(case.record.ref, "B4", "name_taken", sentence, fix)
