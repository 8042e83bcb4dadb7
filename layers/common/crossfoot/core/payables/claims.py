"""Who gets what is open of a bill, or left of a credit: payments are ordered, whichever worker comes first (B4)."""

from dataclasses import dataclass
from datetime import date

from crossfoot.core.effects import Effect
from crossfoot.core.model import PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.case import Case, Named, Rival
from crossfoot.core.payables.entries import Entry, EntryOperation, PaymentEntry
from crossfoot.core.payables.open_amounts import is_made_there, is_scheduled, part_minor, part_of_entry_minor
from crossfoot.core.payables.records import BillPayment
from crossfoot.core.payables.stored import from_body, standing_of


@dataclass(frozen=True, slots=True)
class Room:
    """What a payment may settle of a bill, or use up of a credit.

    Takes: `unclaimed_minor` is what nobody else has, or comes before; `contested_by` is a later payment that somebody may
    be writing at this moment, and `contested_minor` what that would take.
    """

    unclaimed_minor: int
    contested_minor: int = 0
    contested_by: Ref | None = None


def find_room(case: Case, target: Ref) -> Room:
    """Work out what the payment of a case may settle of something that it names.

    What stands already stays where it is. Of the others, those with the earlier day come first, and of one day by their
    ids: the one that fits is written, and a later one is refused.
    Source: B4, B8.
    """
    payment, named = case.record, case.named[target]
    assert isinstance(payment, BillPayment)
    rivals = _of_platform(case)
    left = named.total_minor - _made_there(case, named) - sum(_held(each, named) for each in rivals)
    own = own_minor(case, target)
    left -= own
    for rival in sorted(rivals, key=lambda each: _order(each.payment)):
        more = _wanted(rival.payment, named) - _held(rival, named)
        if _order(rival.payment) < _order(payment) and 0 < more <= left:
            left -= more
    contested = {
        each.payment.ref: _about_to_take(each, named) for each in rivals if _order(each.payment) > _order(payment)
    }
    by = next((ref for ref, minor in contested.items() if minor), None)
    return Room(own + left, sum(contested.values()), by)


def own_minor(case: Case, target: Ref) -> int:
    """Give what the payment of a case takes of something already."""
    return _part_of(standing_of(case.latest), case.named[target])


def holds_on(case: Case) -> tuple[Ref, ...]:
    """List the payments of the platform that stand on the record of a case, or may be about to."""
    named = Named(told=case.record, latest=case.latest)
    rivals = (each for each in case.rivals if each.payment.ref.system is PLATFORM)
    return tuple(each.payment.ref for each in rivals if _held(each, named) or _about_to_take(each, named))


def made_there_on(case: Case) -> tuple[Ref, ...]:
    """List the payments that people made in the accounting on our entry of the record of a case."""
    names = Named(told=case.record, latest=case.latest).names
    theirs = (each.payment for each in case.rivals if is_made_there(each.payment))
    return tuple(payment.ref for payment in theirs if payment.ref.id not in _ours(case) and part_minor(payment, names))


def settled_minor(case: Case) -> int:
    """Add up what is paid of our entry of the bill of a case in the accounting, or used of a credit, whoever paid it."""
    named = Named(told=case.record, latest=case.latest)
    return _made_there(case, named) + sum(_held(each, named) for each in _of_platform(case))


def _of_platform(case: Case) -> list[Rival]:
    return [each for each in case.rivals if each.payment.ref.system is PLATFORM]


def _made_there(case: Case, named: Named) -> int:
    theirs = (each.payment for each in case.rivals if is_made_there(each.payment))
    return sum(part_minor(each, named.names) for each in theirs if each.ref.id not in _ours(case))


def _ours(case: Case) -> frozenset[str]:
    """Name the payments in the accounting that stand for one of the platform, whether the book knows that or not."""
    standing = (standing_of(latest) for latest in (case.latest, *(each.latest for each in case.rivals)))
    return frozenset(each.id for each in standing if isinstance(each, PaymentEntry))


def _held(rival: Rival, named: Named) -> int:
    """Give what stands of a payment, or may by now."""
    standing = _part_of(standing_of(rival.latest), named)
    is_flying = rival.latest is not None and rival.latest.in_flight
    return max(standing, _asked(rival.latest, named)) if is_flying else standing


def _about_to_take(rival: Rival, named: Named) -> int:
    """Give what a payment takes beyond what stands of it, if the write that is planned is sent."""
    if rival.latest is None or not rival.latest.never_sent:
        return 0
    return max(0, _asked(rival.latest, named) - _part_of(standing_of(rival.latest), named))


def _asked(effect: Effect | None, named: Named) -> int:
    if effect is None:
        return 0
    write = from_body(effect.body)
    is_kept = write.operation in (EntryOperation.CREATE, EntryOperation.UPDATE, EntryOperation.ADOPT)
    return _part_of(write.entry, named) if is_kept else 0


def _wanted(payment: BillPayment, named: Named) -> int:
    is_to_stand = payment.standing is Standing.LIVE and not is_scheduled(payment)
    return part_minor(payment, named.names) if is_to_stand else 0


def _part_of(entry: Entry | None, named: Named) -> int:
    if not isinstance(entry, PaymentEntry) or not named.entry_id:
        return 0
    of_credit = next(iter(named.names)).kind is Kind.VENDOR_CREDIT
    return part_of_entry_minor(entry, named.entry_id, of_credit=of_credit)


def _order(payment: BillPayment) -> tuple[date, str]:
    return payment.paid_on or date.max, payment.ref.id
