"""Plan what a record of the platform asks of the accounting: the next write on its entry, or why there is none (B4)."""

from dataclasses import dataclass, replace

from crossfoot.core.decisions import Decision, refused, waits
from crossfoot.core.model import Ref, Standing
from crossfoot.core.payables.building import build_entry, refuse_too_large
from crossfoot.core.payables.case import Case
from crossfoot.core.payables.differing import say_changed_in_both, say_not_brought_back
from crossfoot.core.payables.entries import Entry, EntryOperation, EntryWrite, PaymentEntry, is_off
from crossfoot.core.payables.following import gone, taken_over
from crossfoot.core.payables.holding import hold_back, hold_for_payments, keep_back, say_by_hand, say_name_taken
from crossfoot.core.payables.lacking import NAMED_NOT_ENTERED, Contested, Missing, label_of
from crossfoot.core.payables.likeness import is_same, says_the_same
from crossfoot.core.payables.obstacles import preferences_missing
from crossfoot.core.payables.records import Payable, Vendor
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import told_at_of


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
        return Plan(decision=waits(case.record.ref, missing.rule, "preferences_missing", missing.problem, missing.fix))
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
    is_told_anew = case.record.version.updated_at != told_at_of(case.latest)
    told = build_entry(case, standing) if is_told_anew else standing
    if isinstance(told, Missing | Contested) or (isinstance(told, Decision) and left is not None):
        return _stop(case, told)
    is_changed_here = not isinstance(told, Decision) and not is_same(told, standing)
    if left is not None and is_changed_here and _is_agreed(case, left):
        return Plan(EntryWrite(EntryOperation.ADOPT, left, _currency(case)), is_there=True)
    if not case.brings_back:
        if is_changed_here or _is_told_later(case):
            return _write_over(case, left)
        return Plan(decision=say_not_brought_back(case, standing, left))
    if not is_changed_here:
        return _follow(case, standing, left)
    says = None if isinstance(told, Decision) or left is None else _with_unsaid_of(case, told, left)
    return Plan(decision=say_changed_in_both(case, says, left))


def _is_agreed(case: Case, left: Entry) -> bool:
    """Tell whether both sides came to the same by themselves."""
    told = build_entry(case, left)
    return not isinstance(told, Decision | Missing | Contested) and says_the_same(left, told)


def _with_unsaid_of(case: Case, told: Entry, left: Entry) -> Entry:
    """Give what the platform says, with what it leaves unsaid as people left it, where it can be entered so."""
    built = build_entry(case, left)
    return told if isinstance(built, Decision | Missing | Contested) else built


def _is_told_later(case: Case) -> bool:
    """Tell whether the platform told the record after somebody changed it in the accounting, be it the same again."""
    changed_at = case.shown.changed_at if case.shown is not None else ""
    return changed_at != "" and case.record.version.updated_at > changed_at


def _follow(case: Case, standing: Entry, left: Entry | None) -> Plan:
    """Take over what stands now; where nothing does, the platform's record counts no longer."""
    too_large = refuse_too_large(case, left) if left is not None else None
    if too_large is not None:
        return Plan(decision=too_large)
    if left is not None:
        other_minor = case.shown.other_minor if case.shown is not None else 0
        record = taken_over(case.record, left, case.named, case.now, other_minor)
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
    if case.record.copy_of is not None and _is_first(case):
        return _adopt_copy(case, case.copy) if case.copy is not None else Plan(decision=_copy_not_known(case))
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
    if not _is_free(case, copy):
        return Plan(decision=_copy_taken(case, copy))
    entry = entry_of(copy)
    held = hold_back(case) or refuse_too_large(case, entry)
    if held is not None:
        return Plan(decision=held)
    return Plan(EntryWrite(EntryOperation.ADOPT, entry, _currency(case)), is_there=True)


def _is_free(case: Case, copy: Payable) -> bool:
    """Tell whether a record in the accounting stands for no other one of the platform."""
    return copy.origin is None or copy.origin == case.record.ref


def _copy_not_known(case: Case) -> Decision:
    """Have it wait: entered by itself it would be there twice."""
    sentence = f"The record in QuickBooks that the {label_of(case)} was made from has not been read yet."
    fix = "Press Sync Now; if QuickBooks has none of that id, delete it on the platform, and tell it as a new one."
    return waits(case.record.ref, "B4", "copy_not_known", sentence, fix)


def _copy_taken(case: Case, copy: Payable) -> Decision:
    """Refuse a second record of one in the accounting: what is open of that would be paid twice."""
    by = copy.origin.id if copy.origin else ""
    sentence = f"The record in QuickBooks that the {label_of(case)} was made from stands for {by} of the platform."
    fix = "Delete this one on the platform, and go on with the other."
    return refused(case.record.ref, "B4", "copy_taken", sentence, fix, copy.ref)


def _begin_vendor(case: Case) -> Plan:
    """Take over the vendor of its name, so that none is there twice; where several come into question, say so.

    Of two vendors of the platform by one name the first gets it, whichever worker comes first.
    """
    assert isinstance(case.record, Vendor)
    if any(twin.ref < case.record.ref for twin in case.twins):
        return Plan(decision=say_name_taken(case))
    later = next((twin.ref for twin in case.twins if twin.is_at_work), None)
    if later is not None:
        return Plan(contested_by=later)
    exact = [each for each in case.namesakes if each.name == case.record.name]
    chosen = exact or list(case.namesakes)
    if len(chosen) > 1:
        sentence = (
            f"{len(chosen)} vendors in QuickBooks are called {case.record.name}, and nobody can tell which it is."
        )
        fix = "Merge them in QuickBooks, or give the vendor on the platform the very name of one of them."
        return Plan(decision=refused(case.record.ref, "B4", "vendor_ambiguous", sentence, fix))
    if not chosen:
        return Plan(decision=say_name_taken(case)) if case.is_name_taken else _create(case)
    held = hold_back(case)
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
    copy = case.copy
    if standing is None and copy is not None and _is_first(case) and copy.standing is Standing.LIVE:
        return _adopt_copy(case, copy) if _is_free(case, copy) else REST
    if standing is None or is_off(standing):
        return REST
    is_void = case.record.standing is Standing.VOID and isinstance(standing, PaymentEntry)
    operation = EntryOperation.VOID if is_void else EntryOperation.DELETE
    left = _as_left(case, standing)
    if left is None or is_off(left):
        return Plan(EntryWrite(operation, standing, _currency(case)), is_there=True)
    held = hold_for_payments(case)
    if held is not None:
        return Plan(decision=held)
    return _fit(case, EntryWrite(operation, replace(standing, revision=left.revision), _currency(case)), left)


def _fit(case: Case, write: EntryWrite, left: Entry | None) -> Plan:
    obstacle = keep_back(case, write, left)
    return Plan(decision=obstacle) if obstacle else Plan(write)


def _stop(case: Case, built: Decision | Missing | Contested) -> Plan:
    match built:
        case Decision() if built.code == NAMED_NOT_ENTERED and case.is_first_by_hand:
            return Plan(decision=say_by_hand(case))
        case Decision():
            return Plan(decision=built)
        case Missing():
            return Plan(first=built.first)
        case Contested():
            return Plan(contested_by=built.by)


def _currency(case: Case) -> str:
    return case.preferences.home_currency if isinstance(case.record, Vendor) else case.record.currency
