"""Why a payable does not stand in the other book: each reason holds only where what it says is so."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import ACCOUNTING, PLATFORM, Ref, Standing
from crossfoot.core.payables.entries import PAYABLE, Entry
from crossfoot.core.payables.likeness import says_the_same
from crossfoot.core.payables.open_amounts import is_scheduled, named_by, part_minor
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync, payment_sync_of
from crossfoot.core.payables.records import (
    Bill,
    BillPayment,
    Payable,
    PayMethod,
    Vendor,
    VendorCredit,
    is_payable,
    is_wanted,
    vendor_of,
)
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import standing_of
from crossfoot.core.remedies import BY_ITSELF

from tests.fakes.payable_book import open_minor
from tests.fakes.world import World
from tests.simulation.clerks import stands_for
from tests.simulation.people import Office


@dataclass(frozen=True)
class Case:
    """A record of the platform at rest. Takes: `shown` is what stands for it in QuickBooks, as that is there now."""

    office: Office
    record: Payable
    preferences: PayablesPreferences
    payment_sync: PaymentSync
    standing: Entry | None
    shown: Payable | None
    newest: Decision | None

    @classmethod
    def of(cls, office: Office, record: Payable) -> "Case":
        """Gather it."""
        world = office.world
        standing = standing_of(world.effects.load_latest(world.tenant, PAYABLE, record.ref))
        told = world.history.load(world.tenant, record.ref)
        return cls(
            office=office,
            record=record,
            preferences=world.payables_settings.load(world.tenant) or PayablesPreferences(),
            payment_sync=payment_sync_of(world.payables_settings.load_facts(world.tenant)),
            standing=standing,
            shown=shown_there(world, Ref(ACCOUNTING, record.ref.kind, standing.id)) if standing is not None else None,
            newest=told[-1].item if told else None,
        )

    @property
    def world(self) -> World:
        """Give its world."""
        return self.office.world

    @property
    def reasons(self) -> list[Decision]:
        """List what holds it up, or keeps it as it is."""
        parked = self.world.attention.load(self.world.tenant, [self.record.ref])[self.record.ref]
        return [*(reason.decision for reason in parked.reasons), *self._beside()]

    def _beside(self) -> list[Decision]:
        """Give the last word where nobody has to look into it, if it is so still: what went through says nothing."""
        newest = self.newest
        is_quiet = newest is not None and (newest.outcome is Outcome.SKIPPED or newest.code in BY_ITSELF)
        return [newest] if newest is not None and is_quiet and _EXCUSES[newest.code](self) else []

    @property
    def is_wanted(self) -> bool:
        """Tell whether it is to stand in QuickBooks."""
        return is_wanted(self.record)

    @property
    def brings_back(self) -> bool:
        """Tell whether what people change in QuickBooks comes back (B5, B6)."""
        two_way = self.preferences.direction is Direction.TWO_WAY
        return two_way and (not isinstance(self.record, BillPayment) or self.payment_sync is PaymentSync.TWO_WAY)

    @property
    def named(self) -> tuple[Ref, ...]:
        """List what it names."""
        vendor = vendor_of(self.record)
        owed = named_by(self.record) if isinstance(self.record, BillPayment) else ()
        return (*((vendor,) if vendor is not None and vendor != self.record.ref else ()), *owed)

    def kept(self, ref: Ref) -> Payable | None:
        """Give what the book has."""
        found = self.world.book.load(self.world.tenant, ref)
        return found if is_payable(found) else None

    def entry_ref(self, ref: Ref) -> Ref | None:
        """Name what stands in QuickBooks for something that it names."""
        if ref.system is ACCOUNTING:
            return ref
        standing = standing_of(self.world.effects.load_latest(self.world.tenant, PAYABLE, ref))
        return Ref(ACCOUNTING, ref.kind, standing.id) if standing is not None else None

    def named_shown(self, ref: Ref) -> Payable | None:
        """Give what QuickBooks shows of something that it names."""
        there = self.entry_ref(ref)
        return shown_there(self.world, there) if there is not None else None


def check_excuse(case: Case, reason: Decision) -> None:
    """Check that what holds a record up is so, and says what mends it. Raises: AssertionError."""
    about = f"{case.record.ref} is held up by {reason}: {case.record}; QuickBooks has {case.shown}"
    assert reason.fix or reason.code == "paid_later", f"{about}, without a fix"
    assert reason.code in _EXCUSES.keys() - NOT_AT_REST, f"{about}, which may not be at rest"
    assert _EXCUSES[reason.code](case), f"{about}, which is not so"


def _is_more_than_open(case: Case) -> bool:
    """More is asked of something than QuickBooks has open, less what payments before this one ask of it still."""
    payment = case.record
    return isinstance(payment, BillPayment) and any(_lacks_room(case, payment, ref) for ref in named_by(payment))


def _lacks_room(case: Case, payment: BillPayment, ref: Ref) -> bool:
    shown = case.named_shown(ref)
    if not isinstance(shown, Bill | VendorCredit):
        return False
    names = {ref, shown.ref, stands_for(case.world).get(shown.ref, ref)}
    own = part_there(case.shown, shown.ref)
    asked = sum(
        max(0, part_minor(each, names) - part_there(Case.of(case.office, each).shown, shown.ref))
        for each in _rivals(case, names)
        if _turn(each) < _turn(payment) and not is_scheduled(each)
    )
    return part_minor(payment, names) > open_minor(shown) + own - asked


def _rivals(case: Case, names: Iterable[Ref]) -> list[BillPayment]:
    found = case.world.book.load_bill_payments_of(case.world.tenant, names)
    payments = {each.ref: each for some in found.values() for each in some}
    rivals = [each for ref, each in payments.items() if ref.system is PLATFORM and ref != case.record.ref]
    return [each for each in rivals if _is_live(each)]


def _turn(payment: BillPayment) -> tuple[object, str]:
    return payment.paid_on, payment.ref.id


def part_there(payment: Payable | None, owed: Ref) -> int:
    """Give what a payment in QuickBooks settles of something there."""
    return part_minor(payment, (owed,)) if isinstance(payment, BillPayment) and _is_live(payment) else 0


def _is_changed_there(case: Case) -> bool:
    """Tell whether QuickBooks shows something else than we agreed on last."""
    if case.shown is None or not _is_live(case.shown):
        return True
    return case.standing is not None and not says_the_same(entry_of(case.shown), case.standing)


def _is_paid_there(case: Case) -> bool:
    """Tell whether somebody else's payment is on it in QuickBooks."""
    ours = stands_for(case.world)
    there = case.world.our_payables.records.values()
    payments = [each for each in there if isinstance(each, BillPayment) and each.ref not in ours]
    return case.shown is not None and any(part_there(each, case.shown.ref) for each in payments)


def _is_paid_by_ours(case: Case) -> bool:
    ours, there = stands_for(case.world), case.world.our_payables.records.values()
    payments = [each for each in there if isinstance(each, BillPayment) and each.ref in ours]
    return case.shown is not None and any(part_there(each, case.shown.ref) for each in payments)


def _is_refused(case: Case) -> bool:
    """Tell whether QuickBooks refuses it: a number or a name that is taken, a payment on it, a vendor that is inactive."""
    books = case.world.our_payables
    others = [each for each in books.records.values() if case.shown is None or each.ref != case.shown.ref]
    record, vendor = case.record, vendor_of(case.record)
    there = case.named_shown(vendor) if vendor is not None else None
    if isinstance(record, Vendor):
        is_owed = case.shown is not None and any(
            open_minor(each)
            for each in others
            if isinstance(each, Bill | VendorCredit) and each.vendor == case.shown.ref and _is_live(each)
        )
        return is_owed or any(isinstance(each, Vendor) and each.name == record.name for each in others)
    if there is not None and isinstance(there, Vendor) and not there.active:
        return True
    if isinstance(record, BillPayment):
        return False
    is_taken = any(
        type(each) is type(record)
        and _is_live(each)
        and (each.number, each.vendor) == (record.number, there and there.ref)
        for each in others
        if isinstance(each, Bill | VendorCredit)
    )
    applied = books.applied_to(case.shown.ref) if case.shown is not None else 0
    is_moved = isinstance(case.shown, Bill | VendorCredit) and there is not None and case.shown.vendor != there.ref
    return is_taken or applied > record.total_minor or (is_moved and applied > 0)


def _namesakes(case: Case) -> list[Vendor]:
    assert isinstance(case.record, Vendor)
    name = case.record.name.casefold()
    there = [each for each in case.world.our_payables.records.values() if isinstance(each, Vendor)]
    return [each for each in there if each.name.casefold() == name]


def _twins(case: Case) -> list[Vendor]:
    """List the vendors of the platform that come before it, and are called alike."""
    assert isinstance(case.record, Vendor)
    kept = [each for ref in case.office.told_payables if isinstance(each := case.kept(ref), Vendor)]
    alike = [each for each in kept if each.name.casefold() == case.record.name.casefold()]
    return [each for each in alike if _is_live(each) and each.active and each.ref < case.record.ref]


def _is_named(check: Callable[[Case, Ref], bool]) -> Callable[[Case], bool]:
    return lambda case: any(check(case, ref) for ref in case.named)


def _is_gone(case: Case, ref: Ref) -> bool:
    there = case.entry_ref(ref)
    told = stands_for(case.world).get(there, ref) if there is not None else ref
    records = (case.kept(ref), case.kept(told), case.named_shown(ref))
    return any(record is not None and not _is_live(record) for record in records)


def _is_left_out(case: Case, ref: Ref) -> bool:
    kept = case.kept(ref)
    return kept is not None and ref.system is ACCOUNTING and kept.keeping.left_out


def _is_paid_outside(case: Case, ref: Ref) -> bool:
    copies = {ref, case.entry_ref(ref)}
    kept = [case.kept(each) for each in copies if each is not None]
    return any(isinstance(each, Bill) and each.keeping.outside is not None for each in kept)


def _does_not_stand(case: Case, ref: Ref) -> bool:
    """Tell whether what is named does not stand in QuickBooks, and says itself why."""
    kept, shown = case.kept(ref), case.named_shown(ref)
    if kept is None or (shown is not None and _is_live(shown)):
        return False
    return not _is_live(kept) or bool(Case.of(case.office, kept).reasons) or shown is None


def _is_unknown(case: Case, ref: Ref) -> bool:
    return case.kept(ref) is None or _is_gone(case, ref)


def _is_of_another_vendor(case: Case) -> bool:
    vendor = vendor_of(case.record)
    there = case.entry_ref(vendor) if vendor is not None else None
    return any(
        isinstance(shown := case.named_shown(ref), Bill | VendorCredit) and shown.vendor != there for ref in case.named
    )


def _is_copy_gone(case: Case) -> bool:
    copy = case.record.copy_of
    shown = shown_there(case.world, copy) if copy is not None else None
    return shown is None or not _is_live(shown)


def _copy_of(case: Case) -> Ref:
    """Name the record in QuickBooks that it was made from; of one that was made from none, itself."""
    return case.record.copy_of or case.record.ref


def _code_of(case: Case) -> str:
    """Give why it waits to go out, "" where it does not."""
    noted = case.world.outbox.load(case.world.tenant, case.record.ref)
    return noted.code if noted is not None else ""


_EXCUSES: Mapping[str, Callable[[Case], bool]] = {
    "paid_later": lambda case: isinstance(case.record, BillPayment) and is_scheduled(case.record),
    "sync_by_hand": lambda case: _code_of(case) == "sync_by_hand",
    "not_approved": lambda case: (
        case.preferences.needs_approval and isinstance(case.record, Bill) and not case.record.approved
    ),
    "more_than_open": _is_more_than_open,
    "not_brought_back": lambda case: not case.brings_back and _is_changed_there(case),
    "below_what_is_paid": lambda case: (
        isinstance(case.record, Bill | VendorCredit)
        and case.shown is not None
        and case.world.our_payables.applied_to(case.shown.ref) > case.record.total_minor
    ),
    "changed_in_both": lambda case: case.brings_back and _is_changed_there(case),
    "bill_paid": lambda case: not case.is_wanted and _is_paid_there(case),
    "payments_first": lambda case: not case.is_wanted and _is_paid_by_ours(case),
    "refused_by_accounting": _is_refused,
    "name_taken": lambda case: isinstance(case.record, Vendor) and bool(_namesakes(case) or _twins(case)),
    "vendor_ambiguous": lambda case: isinstance(case.record, Vendor) and len(_namesakes(case)) > 1,
    "paid_thing_gone": _is_named(_is_gone),
    "paid_thing_left_out": _is_named(_is_left_out),
    "paid_outside": _is_named(_is_paid_outside),
    "named_not_entered": _is_named(_does_not_stand),
    "named_not_known": _is_named(_is_unknown),
    "other_vendor": _is_of_another_vendor,
    "copy_gone": _is_copy_gone,
    "copy_taken": lambda case: stands_for(case.world).get(_copy_of(case), case.record.ref) != case.record.ref,
    "card_account_missing": lambda case: (
        not case.preferences.card_account_id
        and isinstance(case.record, BillPayment)
        and case.record.method is PayMethod.CREDIT_CARD
    ),
}


# What ends once somebody presses Sync Now.
NOT_AT_REST = frozenset({"sync_by_hand"})


def shown_there(world: World, ref: Ref) -> Payable | None:
    """Give what QuickBooks shows of something."""
    found = world.our_payables.records.get(ref)
    return found if is_payable(found) else None


def _is_live(record: Payable) -> bool:
    return record.standing is Standing.LIVE
