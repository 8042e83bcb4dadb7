"""What must hold of payables: each record once in both books and to the cent, or a reason why not (B, X2)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from crossfoot.core.effects import Effect
from crossfoot.core.model import ACCOUNTING, PLATFORM, Ref, Standing
from crossfoot.core.payables.entries import PAYABLE, Entry
from crossfoot.core.payables.open_amounts import stand_on_platform
from crossfoot.core.payables.records import (
    Bill,
    BillPayment,
    Payable,
    Vendor,
    VendorCredit,
    is_payable,
    is_wanted,
    vendor_of,
)
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import standing_of
from crossfoot.core.payables.syncs import PayableSync

from tests.fakes.payable_book import open_minor
from tests.fakes.world import World
from tests.simulation.clerks import stands_for
from tests.simulation.excuses import Case, check_excuse, shown_there
from tests.simulation.people import Office
from tests.simulation.staying import check_left_out

type Owed = Bill | VendorCredit


def check_owed_once(office: Office) -> None:
    """Check at any moment that nothing of the platform stands twice in QuickBooks (X2)."""
    if not office.world.our_payables.notes:
        return
    living = Counter(
        told for entry, told in stands_for(office.world).items() if _lives(shown_there(office.world, entry))
    )
    twice = [told for told, times in living.items() if times > 1]
    assert not twice, f"{twice} stand more than once in QuickBooks"


def check_owed(office: Office) -> None:
    """Check payables at rest. Raises: AssertionError in words."""
    world = office.world
    _check_syncs(world)
    _check_read(world)
    for ref, told in office.told_payables.items():
        _check_told(office, ref, told)
    for ref in _theirs(world):
        check_left_out(office, ref)
    _check_outbox(world)
    _check_entries(world)
    for record in _owed(world):
        _check_open(office, record)


def _check_syncs(world: World) -> None:
    for sync in _syncs(world):
        assert sync.finished_at is not None, f"a sync is not over at rest: {sync}"
        assert not sync.problem or sync.fix, f"a sync failed, and nobody can mend it: {sync}"


def _check_read(world: World) -> None:
    """The book holds what QuickBooks shows, and knows of ours whose they are."""
    origins = stands_for(world)
    for ref, shown in world.our_payables.records.items():
        if not is_payable(shown):
            continue
        kept = world.book.load(world.tenant, ref)
        if kept is None and shown.standing is not Standing.LIVE:
            continue
        assert is_payable(kept), f"{ref} is not in the book"
        assert kept.standing is shown.standing, f"{ref} is {shown.standing}, and in the book {kept.standing}"
        if _is_live(shown):
            same = entry_of(_with_lines(world, kept)) == entry_of(shown)
            assert same, f"{ref}: the book holds {kept}, QuickBooks {shown}"
            if isinstance(shown, Bill | VendorCredit):
                assert isinstance(kept, Bill | VendorCredit)
                assert (kept.total_minor, open_minor(kept)) == (shown.total_minor, open_minor(shown)), (kept, shown)
            assert kept.origin == origins.get(ref), f"{ref} stands for {origins.get(ref)}, the book says {kept.origin}"


# --- what the platform told ----------------------------------------------------------------------------------------


def _check_told(office: Office, ref: Ref, told: Payable) -> None:
    """It is in the book as it was told last, or as people changed it; and it stands, or says why not."""
    world = office.world
    kept = world.book.load(world.tenant, ref)
    assert is_payable(kept), f"{ref} was told, and is not in the book"
    assert kept.version.updated_at == told.version.updated_at, f"{ref}: told {told}, and the book has {kept}"
    is_changed = kept.version.seen_at != told.version.seen_at
    # A vendor is called as the one in QuickBooks is that it was joined with; what was made from a record there is as that.
    may_be = ref in office.touched_payables or isinstance(kept, Vendor) or kept.copy_of is not None
    assert not is_changed or may_be, f"nobody changed {ref}: {kept}"
    case = Case.of(office, _with_lines(world, kept))
    for reason in case.reasons:
        check_excuse(case, reason)
    if not case.reasons:
        wrong = _wrong(case)
        assert not wrong, f"{wrong}: {kept}; QuickBooks has {case.shown}; {case.newest}"


def _wrong(case: Case) -> str:
    """Say what is wrong with what stands for a record that nothing holds up."""
    if not case.is_wanted:
        return "it counts no longer, and stands in QuickBooks" if _lives(case.shown) else ""
    if case.shown is None or not _is_live(case.shown):
        return "it does not stand in QuickBooks, and nothing says why"
    says, asks = _said(case.world, case.shown), _said(case.world, case.record)
    return "" if says == asks else f"it asks for {asks}, and QuickBooks has {says}"


def _said(world: World, record: Payable) -> tuple[object, ...]:
    """Give what a record says in the terms of QuickBooks; the account of a line without one may be any."""
    if isinstance(record, Vendor):
        return record.name, record.active
    vendor = _in_accounting(world, vendor_of(record))
    if isinstance(record, BillPayment):
        bills, used = Counter[Ref | None](), Counter[Ref | None]()
        for part in record.bills:
            bills[_in_accounting(world, part.bill)] += part.amount_minor
        for each in record.credits:
            used[_in_accounting(world, each.credit)] += each.amount_minor
        return vendor, record.paid_on, record.method, record.total_minor, bills, used
    amounts = [line.amount_minor for line in record.lines or ()]
    return vendor, record.number, record.issued_on, record.currency, record.total_minor, amounts


def _in_accounting(world: World, ref: Ref | None) -> Ref | None:
    if ref is None or ref.system is ACCOUNTING:
        return ref
    standing = standing_of(_latest(world, ref))
    return Ref(ACCOUNTING, ref.kind, standing.id) if standing is not None else None


# --- what stands, and what waits -----------------------------------------------------------------------------------


def _check_entries(world: World) -> None:
    """What stands for a record is what the ledger says, and for no other."""
    known = {effect.subject: standing_of(effect) for effect in _newest_effects(world)}
    ids = Counter(Ref(ACCOUNTING, told.kind, entry.id) for told, entry in known.items() if entry is not None)
    assert not [ref for ref, times in ids.items() if times > 1], f"one entry stands for two records: {ids}"
    for entry, told in stands_for(world).items():
        if _lives(shown_there(world, entry)):
            standing: Entry | None = known.get(told)
            assert standing is not None, f"{entry} stands for {told}, and the ledger says nothing does"
            assert standing.id == entry.id, f"{entry} stands for {told}, and the ledger says {standing}"


def _check_outbox(world: World) -> None:
    """Only what has a reason waits to go out; and what is held up does wait."""
    for (tenant, ref), outgoing in world.outbox.waiting.items():
        if tenant == world.tenant:
            codes = [reason.code for reason in world.attention.load(tenant, [ref])[ref].reasons]
            assert outgoing.code, f"{ref} waits to go out, and nothing says why: {outgoing}"
            assert outgoing.code in codes, f"{ref} waits because of {outgoing.code}, and is parked for {codes}"


# --- to the cent ---------------------------------------------------------------------------------------------------


def _owed(world: World) -> Iterator[Owed]:
    """Give each bill and credit that both books have, by the record that the platform shows."""
    for (tenant, _), record in world.book.records.items():
        if tenant == world.tenant and isinstance(record, Bill | VendorCredit) and _is_live(record):
            is_shown = record.ref.system is PLATFORM or (record.origin is None and not record.keeping.left_out)
            if is_shown and _copy_of(world, record.ref) is not None:
                yield record


def _check_open(office: Office, record: Owed) -> None:
    """What is open of a bill, or left of a credit, is the same in both books, where nothing that says why is between."""
    world, copy = office.world, _copy_of(office.world, record.ref)
    assert copy is not None
    names = {record.ref, copy.ref}
    on_it = {
        payment.ref: payment
        for some in world.book.load_bill_payments_of(world.tenant, names).values()
        for payment in some
    }
    is_between = record.keeping.outside is not None or any(
        payment.keeping.left_out or _is_held_up(office, payment.ref) for payment in on_it.values()
    )
    if not is_between and not _is_held_up(office, record.ref):
        shown = stand_on_platform(record, names, on_it.values())
        left = shown.total_minor - shown.paid_minor
        assert left == open_minor(copy), f"{record.ref} has {left} open, {copy.ref} in QuickBooks {open_minor(copy)}"


def _is_held_up(office: Office, ref: Ref) -> bool:
    """Tell whether what is said of a record keeps the books apart: a payment that is scheduled counts in neither yet."""
    if ref.system is not PLATFORM:
        return False
    kept = office.world.book.load(office.world.tenant, ref)
    assert is_payable(kept)
    return any(reason.code != "paid_later" for reason in Case.of(office, kept).reasons)


# --- whatever is looked at -----------------------------------------------------------------------------------------


def _copy_of(world: World, ref: Ref) -> Owed | None:
    there = _in_accounting(world, ref)
    shown = shown_there(world, there) if there is not None else None
    return shown if isinstance(shown, Bill | VendorCredit) and _is_live(shown) else None


def _theirs(world: World) -> list[Ref]:
    """List what people made in QuickBooks, and we did not take over."""
    ours = stands_for(world)
    return [ref for ref, shown in world.our_payables.records.items() if ref not in ours and _is_live(shown)]  # type: ignore[arg-type]


def _syncs(world: World) -> Iterable[PayableSync]:
    return [sync for (tenant, _), sync in world.payable_syncs.syncs.items() if tenant == world.tenant]


def _newest_effects(world: World) -> list[Effect]:
    newest: dict[Ref, Effect] = {}
    for effect in world.effects.effects.values():
        if effect.tenant == world.tenant and effect.kind == PAYABLE:
            newest[effect.subject] = max(newest.get(effect.subject, effect), effect, key=lambda each: each.generation)
    return [*newest.values()]


def _latest(world: World, ref: Ref) -> Effect | None:
    return world.effects.load_latest(world.tenant, PAYABLE, ref)


def _is_live(record: Payable) -> bool:
    return record.standing is Standing.LIVE


def _lives(record: Payable | None) -> bool:
    """Tell whether an entry counts: a vendor that is inactive does not."""
    return record is not None and is_wanted(record)


def _with_lines[P: Payable](world: World, record: P) -> P:
    if not isinstance(record, Bill | VendorCredit):
        return record
    return replace(record, lines=world.book.load_cost_lines(world.tenant, record))
