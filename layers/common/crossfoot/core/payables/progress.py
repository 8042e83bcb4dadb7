"""How far a payable has come: into the accounting what the platform tells, into the platform what is made there (X1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from crossfoot.core.decisions import Decision, Outcome, did, waits
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import Standing
from crossfoot.core.payables.case import Named, is_newer
from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, PaymentEntry, is_off
from crossfoot.core.payables.open_amounts import is_scheduled
from crossfoot.core.payables.records import Bill, BillPayment, Payable, VendorCredit, is_wanted
from crossfoot.core.payables.stored import standing_of
from crossfoot.core.statuses import PaymentStatus, gravest, status_of_outcome


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a record has come, and why."""

    status: PaymentStatus
    decision: Decision


@dataclass(frozen=True, slots=True)
class LastWord:
    """The last that was decided on a record, and when."""

    at: datetime
    decision: Decision


def needs_last_word(named: Named, held: Sequence[Decision]) -> bool:
    """Tell whether only its story can say how far a record of the platform has come."""
    if named.told is None or held or (named.latest is not None and named.latest.in_flight):
        return False
    standing = standing_of(named.latest)
    is_changed_there = standing is not None and named.copy is not None and is_newer(named.copy, standing)
    return is_changed_there or not _agrees(named.told, standing)


def out_of_platform(
    told: Payable,
    latest: Effect | None,
    held: Sequence[Decision],
    last: LastWord | None = None,
    *,
    waiting: bool = False,
) -> Progress:
    """Say how far a record of the platform has come into the accounting.

    Takes: `held` is what holds it up; `last` where `needs_last_word`; `waiting` tells that it is known to wait to go out.
    Source: B4, X1.
    """
    if latest is not None and latest.in_flight:
        return _of(waits(told.ref, "B4", "under_way", "This is being written to QuickBooks."), PaymentStatus.PENDING)
    if held:
        return Progress(*gravest((status_of_outcome(each.outcome), each) for each in held))
    if last is not None and _still_holds(told, latest, last):
        return _of(last.decision)
    if waiting or not _agrees(told, standing_of(latest)):
        return _of(waits(told.ref, "B4", "pending", "It is next in line for QuickBooks."), PaymentStatus.PENDING)
    if latest is not None and latest.state is EffectState.CONFIRMED:
        return _of(did(told.ref, latest.rule, "entered", latest.sentence))
    if standing_of(latest) is not None:
        return _of(did(told.ref, "B4", "entered", "It stands in QuickBooks as the platform has it."))
    return _of(did(told.ref, "B4", "never_entered", "It counts no longer, and does not stand in QuickBooks."))


def into_platform(copy: Payable, left_out: Decision | None) -> Progress:
    """Say how far a record that people made in the accounting has come into the platform.

    Takes: `left_out` says by the rules of now why it does not come.
    Source: B1, B2, B5, B6.
    """
    if copy.keeping.left_out:
        return _of(left_out or _comes_next(copy))
    if copy.standing is not Standing.LIVE:
        deed = "voided" if copy.standing is Standing.VOID else "deleted"
        return _of(did(copy.ref, "B1", f"{deed}_there", f"It was {deed} in QuickBooks, and counts no longer."))
    return _of(did(copy.ref, "B1", "came_in", "It came in from QuickBooks."))


def _of(decision: Decision, status: PaymentStatus | None = None) -> Progress:
    return Progress(status or status_of_outcome(decision.outcome), decision)


def _comes_next(copy: Payable) -> Decision:
    sentence = "What kept it out is no longer so: it comes with the next sync."
    return waits(copy.ref, "B1", "comes_with_next_sync", sentence, "Press Sync Now, or wait for auto-sync.")


def _still_holds(told: Payable, latest: Effect | None, last: LastWord) -> bool:
    """Tell whether a decision is the newest that is known: nothing was written since, and it still waits for the same."""
    if latest is not None and latest.settled_at is not None and last.at < latest.settled_at:
        return False
    if last.decision.code == "paid_later":
        return isinstance(told, BillPayment) and is_scheduled(told)
    return last.decision.outcome is Outcome.WAITS


def _agrees(told: Payable, standing: Entry | None) -> bool:
    """Tell whether what stands is what the platform says, as far as its day and amounts go.

    Words are left aside: the accounting keeps some of them otherwise than they were sent.
    """
    if standing is None or not is_wanted(told):
        return is_wanted(told) is not is_off(standing)
    match told, standing:
        case BillPayment(), PaymentEntry():
            paid = sum(part.amount_minor for part in told.bills)
            entered = sum(part.amount_minor for part in standing.bills)
            said = (told.total_minor - told.other_minor, paid, told.paid_on, told.method)
            return said == (standing.amount_minor, entered, standing.paid_on, standing.method)
        case Bill() | VendorCredit(), BillEntry() | CreditEntry():
            return (told.total_minor, told.issued_on) == (standing.total_minor, standing.issued_on)
        case _:
            return True
