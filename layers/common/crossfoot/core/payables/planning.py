"""Plan what a record of the platform asks of the accounting: the next write on its entry, or why there is none (B4)."""

from dataclasses import dataclass, replace

from crossfoot.core.decisions import Decision, refused, skipped, waits
from crossfoot.core.effects import is_to_be_tried_again
from crossfoot.core.model import Ref, Standing
from crossfoot.core.payables.building import build_entry
from crossfoot.core.payables.case import Case, day_of
from crossfoot.core.payables.claims import holds_on, made_there_on
from crossfoot.core.payables.entries import Entry, EntryOperation, EntryWrite, PaymentEntry, VendorEntry
from crossfoot.core.payables.following import gone, taken_over
from crossfoot.core.payables.lacking import Contested, Missing, label_of
from crossfoot.core.payables.likeness import is_same, says_the_same
from crossfoot.core.payables.obstacles import preferences_missing
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor
from crossfoot.core.payables.refusals import NAME_TAKEN, refusal_of, rests_on
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import from_body, repeats_refusal
from crossfoot.core.payables.wording import with_unsaid
from crossfoot.core.receiving import PERIOD_CLOSED, SEEN


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do next: write once, or have others mirrored first, or neither; and what to tell.

    Takes: `is_there` tells that what the write wants stands already, so that nothing is sent; `record` is then the
    platform's record as it is from now on, None where that stays as it is; `contested_by` is a payment that somebody may be
    writing at this moment: look again later.
    """

    write: EntryWrite | None = None
    decision: Decision | None = None
    is_there: bool = False
    record: Payable | None = None
    first: tuple[Ref, ...] = ()
    contested_by: Ref | None = None


REST = Plan()


def plan_entry(case: Case) -> Plan:
    """Decide the next thing to do for a record of the platform in the accounting.

    Source: B3, B4, B5 and B6 (what people change there comes back, or does not), B7 (by hand), B8.
    """
    standing = case.standing
    if not case.is_wanted:
        return _end(case)
    missing = preferences_missing(case.preferences)
    if missing is not None:
        return Plan(decision=waits(case.record.ref, "B3", "preferences_missing", missing.problem, missing.fix))
    if standing is None:
        return _begin(case)
    left = _as_left(case, standing)
    if left is None or not says_the_same(left, standing):
        return _after_people(case, standing, left)
    return _bring(case, _keep_words(left, standing))


# --- what stands, and what people made of it ---------------------------------------------------------------------------


def _as_left(case: Case, standing: Entry) -> Entry | None:
    """Give our entry as people left it; None where it is void or gone. What was not read since is as we wrote it."""
    return case.shown.entry if case.shown is not None else standing


def _keep_words(left: Entry, standing: Entry) -> Entry:
    """Give what stands as we wrote it, with the revision that was read last."""
    return replace(standing, revision=left.revision)


def _after_people(case: Case, standing: Entry, left: Entry | None) -> Plan:
    """Follow what somebody changed in the accounting, where it comes back. Source: B5, B6."""
    told = build_entry(case, standing)
    if isinstance(told, Missing | Contested) or (isinstance(told, Decision) and left is not None):
        return _stop(case, told)
    is_changed_here = not isinstance(told, Decision) and not is_same(told, standing)
    if not case.brings_back:
        return _write_over(case, left) if is_changed_here else Plan(decision=_not_brought_back(case, left))
    if not is_changed_here:
        return _follow(case, standing, left)
    if left is not None and _is_agreed(case, left):
        return Plan(EntryWrite(EntryOperation.ADOPT, left, _currency(case)), is_there=True)
    return Plan(decision=_changed_in_both(case, left))


def _is_agreed(case: Case, left: Entry) -> bool:
    """Tell whether both sides came to the same by themselves."""
    told = build_entry(case, left)
    return not isinstance(told, Decision | Missing | Contested) and says_the_same(left, told)


def _follow(case: Case, standing: Entry, left: Entry | None) -> Plan:
    """Take over what stands now; where nothing does, the platform's record counts no longer."""
    if left is not None:
        record = taken_over(case.record, left, case.named, case.now)
        return Plan(EntryWrite(EntryOperation.ADOPT, left, _currency(case)), is_there=True, record=record)
    is_void = case.shown is not None and case.shown.standing is Standing.VOID
    operation = EntryOperation.VOID if is_void else EntryOperation.DELETE
    record = gone(case.record, Standing.VOID if is_void else Standing.DELETED, case.now)
    return Plan(EntryWrite(operation, standing, _currency(case)), is_there=True, record=record)


def _write_over(case: Case, left: Entry | None) -> Plan:
    """Bring what stands to what the platform says, where nothing comes back: its later change is the one that counts."""
    return _bring(case, left) if left is not None else _create(case)


# --- what the record should be -----------------------------------------------------------------------------------------


def _begin(case: Case) -> Plan:
    """Enter a record of which nothing stands: take over what it is a copy of, or a vendor of its name; or make it."""
    if case.copy is not None and _is_first(case):
        return _adopt_copy(case, case.copy)
    if isinstance(case.record, Vendor):
        return _begin_vendor(case)
    return _create(case)


def _is_first(case: Case) -> bool:
    """Tell whether nothing of the record has stood, as far as the newest effect says: it names no id of the accounting."""
    return case.latest is None or not case.latest.remote_id


def _adopt_copy(case: Case, copy: Payable) -> Plan:
    if copy.standing is not Standing.LIVE:
        sentence = f"The record in QuickBooks that the {label_of(case)} was made from is gone."
        fix = "Delete it on the platform too, or tell it there as a new one."
        return Plan(decision=refused(case.record.ref, "B5", "copy_gone", sentence, fix, copy.ref))
    held = _held_back(case)
    if held is not None:
        return Plan(decision=held)
    return Plan(EntryWrite(EntryOperation.ADOPT, entry_of(copy), _currency(case)), is_there=True)


def _begin_vendor(case: Case) -> Plan:
    """Take over the vendor of its name, so that none is there twice; where several come into question, say so."""
    assert isinstance(case.record, Vendor)
    exact = [each for each in case.namesakes if each.name == case.record.name]
    chosen = exact or list(case.namesakes)
    if len(chosen) > 1:
        sentence = (
            f"{len(chosen)} vendors in QuickBooks are called {case.record.name}, and nobody can tell which it is."
        )
        fix = "Merge them in QuickBooks, or give the vendor on the platform the very name of one of them."
        return Plan(decision=refused(case.record.ref, "B4", "vendor_ambiguous", sentence, fix))
    if not chosen:
        return Plan(decision=_name_taken(case)) if case.is_name_taken else _create(case)
    held = _held_back(case)
    if held is not None:
        return Plan(decision=held)
    record = taken_over(case.record, chosen[0], case.named, case.now) if case.brings_back and chosen[0].active else None
    return Plan(EntryWrite(EntryOperation.ADOPT, chosen[0], _currency(case)), is_there=True, record=record)


def _create(case: Case) -> Plan:
    built = build_entry(case, None)
    if isinstance(built, Decision | Missing | Contested):
        return _stop(case, built)
    return _fit(case, EntryWrite(EntryOperation.CREATE, built, _currency(case)), None)


def _bring(case: Case, left: Entry) -> Plan:
    """Bring what stands to what the record says."""
    built = build_entry(case, left)
    if isinstance(built, Decision | Missing | Contested):
        return _stop(case, built)
    if is_same(built, left):
        return REST
    return _fit(case, EntryWrite(EntryOperation.UPDATE, built, _currency(case)), left)


def _end(case: Case) -> Plan:
    """Take back what stands of a record that counts no longer."""
    standing = case.standing
    if standing is None and case.copy is not None and _is_first(case) and case.copy.standing is Standing.LIVE:
        return _adopt_copy(case, case.copy)
    if standing is None or (isinstance(standing, VendorEntry) and not standing.active):
        return REST
    is_void = case.record.standing is Standing.VOID and isinstance(standing, PaymentEntry)
    operation = EntryOperation.VOID if is_void else EntryOperation.DELETE
    left = _as_left(case, standing)
    if left is None or (isinstance(left, VendorEntry) and not left.active):
        return Plan(EntryWrite(operation, standing, _currency(case)), is_there=True)
    held = _held_by_payments(case)
    if held is not None:
        return Plan(decision=held)
    return _fit(case, EntryWrite(operation, replace(standing, revision=left.revision), _currency(case)), left)


def _held_by_payments(case: Case) -> Decision | None:
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
        sentence = f"The {label_of(case)} goes when the payment on it ({ours[0].id}) is gone."
        fix = "Void or delete that payment on the platform; this then goes by itself."
        return waits(record.ref, "B4", "payments_first", sentence, fix, *ours)
    return None


# --- what keeps a write back -------------------------------------------------------------------------------------------


def _fit(case: Case, write: EntryWrite, left: Entry | None) -> Plan:
    """Let a write pass that the accounting can take; nothing is sent that it is known to refuse."""
    obstacle = _held_back(case) or _closed(case, write, left) or _made_otherwise(case, write) or _repeated(case, write)
    return Plan(decision=obstacle) if obstacle else Plan(write)


def _held_back(case: Case) -> Decision | None:
    """Say why a write waits that the accounting would take. Source: B4 (approval), B7 (by hand)."""
    record = case.record
    if isinstance(record, Bill) and case.is_wanted and case.preferences.needs_approval and not record.approved:
        sentence = "The bill is not approved yet, and only approved bills go out."
        return waits(record.ref, "B4", "not_approved", sentence, "Approve it on the platform.")
    return _by_hand(case) if case.by_hand else None


def _closed(case: Case, write: EntryWrite, left: Entry | None) -> Decision | None:
    days = [day_of(entry) for entry in (left, write.entry) if entry is not None]
    shut = next((day for day in days if day is not None and case.company.is_closed(day)), None)
    if shut is None:
        return None
    sentence = f"The books in QuickBooks are closed up to {case.company.closed_until}, and this is dated {shut}."
    fix = "Open the period in QuickBooks, or date it later on the platform."
    return refused(case.record.ref, "B4", "period_closed", sentence, fix)


def _made_otherwise(case: Case, write: EntryWrite) -> Decision | None:
    """Say that the accounting made something else of the very same: asking once more would change nothing."""
    latest, standing = case.latest, case.standing
    if latest is None or standing is None or not latest.settled or is_to_be_tried_again(latest, case.again):
        return None
    asked = from_body(latest.body)
    is_sent = asked.operation in (EntryOperation.CREATE, EntryOperation.UPDATE) and latest.remote_id != ""
    if not is_sent or latest.adopted or says_the_same(standing, asked.entry):
        return None
    if not is_same(with_unsaid(asked.entry, write.entry), write.entry):
        return None
    sentence = f"QuickBooks made something else of the {label_of(case)} than was sent."
    fix = "Look at it in QuickBooks (tax that is added, say), correct it there or on the platform, then retry."
    return refused(case.record.ref, "B4", "entered_differently", sentence, fix)


def _repeated(case: Case, write: EntryWrite) -> Decision | None:
    """Say once more what the accounting refused, while nothing has changed that the refusal may rest on."""
    latest = case.latest
    if latest is None or not repeats_refusal(latest, write) or is_to_be_tried_again(latest, case.again):
        return None
    # Where the books were closed they are open now, as far as is known: that was asked above.
    if latest.refusal_code == PERIOD_CLOSED or latest.body.get(SEEN) != rests_on(case):
        return None
    return _name_taken(case) if latest.refusal_code == NAME_TAKEN else refusal_of(case.record.ref, latest)


def _stop(case: Case, built: Decision | Missing | Contested) -> Plan:
    match built:
        case Decision():
            return Plan(decision=built)
        case Missing() if case.by_hand:
            return Plan(decision=_by_hand(case))
        case Missing():
            return Plan(first=built.first)
        case Contested():
            return Plan(contested_by=built.by)


def _currency(case: Case) -> str:
    return case.preferences.home_currency if isinstance(case.record, Vendor) else case.record.currency


# --- words -------------------------------------------------------------------------------------------------------------


def _by_hand(case: Case) -> Decision:
    fix = "Press Sync Now, or turn auto-sync on under the preferences of payables."
    return waits(case.record.ref, "B7", "sync_by_hand", "Auto-sync is off: this goes out with the next sync.", fix)


def _not_brought_back(case: Case, left: Entry | None) -> Decision:
    rule = "B6" if isinstance(case.record, BillPayment) and case.preferences.direction == "two_way" else "B5"
    deed = "changed" if left is not None else "deleted"
    sentence = f"Somebody {deed} the {label_of(case)} in QuickBooks, and this partner's sync does not bring that back."
    fix = "Do the same on the platform; the next change there is written over it."
    return skipped(case.record.ref, rule, "not_brought_back", sentence, fix)


def _changed_in_both(case: Case, left: Entry | None) -> Decision:
    deed = "changed" if left is not None else "deleted"
    sentence = f"The {label_of(case)} was changed on the platform, and {deed} in QuickBooks, since the two agreed."
    fix = "Make them alike on either side; Crossfoot then goes on from there."
    if left is None:
        fix = "Delete it on the platform too, or tell it there as a new one."
    return refused(case.record.ref, "B5", "changed_in_both", sentence, fix)


def _name_taken(case: Case) -> Decision:
    sentence = f"In QuickBooks somebody else has the name of the {label_of(case)}: a customer, an employee or a vendor."
    fix = "Rename the vendor on the platform, or the other one in QuickBooks, then retry."
    return refused(case.record.ref, "B4", "name_taken", sentence, fix)
