"""sync_payables reads: what comes in of QuickBooks' payables, and what does not (B1, B2, B5, B6)."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.preferences import Direction
from crossfoot.core.payables.profile import NO_FACTS
from crossfoot.core.payables.records import Bill, BillPayment
from crossfoot.core.payables.syncs import SyncState
from crossfoot.steps.sync_payables import census

from tests.fakes.syncing_payables import LONG_AGO, READY, TWO_WAY, SyncWorld
from tests.fakes.world import TENANT

ONE_WAY = replace(READY, direction=Direction.TO_ACCOUNTING)


def test_b1_the_first_import_takes_in_what_was_not_paid_before_the_connection() -> None:
    world = SyncWorld()
    book = world.our_payables
    vendor = book.add_vendor("Brosnahan")
    unpaid, paid, partly = (book.add_bill(vendor.ref.id, number, 100_00) for number in ("1", "2", "3"))
    credit = book.add_credit(vendor.ref.id, "", 40_00)
    whole = book.pay(vendor.ref.id, {paid.ref.id: 100_00}, on=LONG_AGO)
    part = book.pay(vendor.ref.id, {partly.ref.id: 30_00}, on=LONG_AGO)

    sync = world.sync()

    assert world.came_in() == {vendor.ref, unpaid.ref, credit.ref}
    assert world.left_out() == {
        paid.ref: "paid_before_connection",
        partly.ref: "partly_paid_before_connection",
        whole.ref: "bills_did_not_come",
        part.ref: "bills_did_not_come",
    }
    assert sync.state(world.clock.now()) is SyncState.DONE
    assert (set(sync.read), sync.queued) == ({"vendor", "bill", "vendor_credit", "bill_payment"}, 0)
    assert sync.left_out % 4 == 0


def test_b2_what_has_no_number_or_another_currency_stays_out() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    unnumbered = world.our_payables.add_bill(vendor.ref.id, "", 100_00)
    foreign = world.our_payables.add_bill(vendor.ref.id, "1", 100_00, currency="EUR")

    world.sync()

    assert world.left_out() == {unnumbered.ref: "no_number", foreign.ref: "other_currency"}


def test_b6_what_is_paid_in_quickbooks_after_the_connection_comes_back() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    known = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    world.sync()

    new = world.our_payables.add_bill(vendor.ref.id, "2", 50_00)
    payment = world.our_payables.pay(vendor.ref.id, {known.ref.id: 100_00, new.ref.id: 20_00})
    world.sync()

    assert {known.ref, new.ref, payment.ref} <= world.came_in()
    assert world.left_out() == {}


def test_b6_the_classic_profile_takes_bills_in_and_no_payments() -> None:
    world = SyncWorld(facts=NO_FACTS)
    vendor = world.our_payables.add_vendor("Brosnahan")
    bill = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    payment = world.our_payables.pay(vendor.ref.id, {bill.ref.id: 100_00})

    world.sync()

    assert world.came_in() == {vendor.ref, bill.ref}
    assert world.left_out() == {payment.ref: "classic_profile"}


def test_b5_one_way_reads_all_the_same_and_takes_nothing_in_but_our_own() -> None:
    world = SyncWorld(ONE_WAY)
    vendor = world.our_payables.add_vendor("Brosnahan")
    theirs = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    told, ours = world.enter("2", vendor.ref.id)

    world.sync()

    assert world.left_out() == {vendor.ref: "one_way", theirs.ref: "one_way"}
    stored = world.stored(ours)
    assert isinstance(stored, Bill)
    assert stored.origin == told


def test_b5_a_vendor_that_the_platform_joined_with_its_own_is_no_longer_left_out() -> None:
    world = SyncWorld(ONE_WAY)
    vendor = world.our_payables.add_vendor("Brosnahan")
    world.sync()

    told = world.tell("1")
    world.origins.note_copy(TENANT, vendor.ref, Ref(PLATFORM, Kind.VENDOR, "ven_1"))
    world.clock.advance(3_600)
    world.our_payables.keep(replace(vendor, email="ap@brosnahan.example"))
    world.sync()

    assert world.came_in() == {vendor.ref}
    assert world.said_of(vendor.ref) == ["one_way", "joined_with_platform"]
    assert [ref for ref, _ in world.mirrored] == [told]


def test_b5_who_turns_to_two_way_gets_what_was_left_out_and_loses_no_deletion() -> None:
    world = SyncWorld(ONE_WAY)
    vendor = world.our_payables.add_vendor("Brosnahan")
    kept, gone = (world.our_payables.add_bill(vendor.ref.id, number, 100_00) for number in ("1", "2"))
    world.sync()
    world.clock.advance(3_600)
    world.our_payables.delete_bill(gone.ref.id)
    world.clock.advance(3_600)

    world.payables_settings.save(TENANT, READY)
    world.sync()

    assert world.came_in() == {vendor.ref, kept.ref}
    assert world.stored(gone).standing is Standing.DELETED
    assert world.said_of(kept.ref) == ["one_way", "came_in"]


def test_b6_who_gets_two_way_payment_sync_gets_the_payments_of_before() -> None:
    world = SyncWorld(facts=NO_FACTS)
    vendor = world.our_payables.add_vendor("Brosnahan")
    bill = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    payment = world.our_payables.pay(vendor.ref.id, {bill.ref.id: 100_00})
    world.sync()

    world.clock.advance(3_600)
    world.payables_settings.save_facts(TENANT, TWO_WAY)
    world.sync()

    assert payment.ref in world.came_in()
    assert world.said_of(payment.ref) == ["classic_profile", "came_in"]


def test_b1_a_bill_comes_in_once_the_payment_of_before_is_gone_and_with_it_what_was_paid_since() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    bill = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    earlier = world.our_payables.pay(vendor.ref.id, {bill.ref.id: 30_00}, on=LONG_AGO)
    later = world.our_payables.pay(vendor.ref.id, {bill.ref.id: 20_00})
    world.sync()
    assert set(world.left_out()) == {bill.ref, earlier.ref, later.ref}

    world.clock.advance(3_600)
    world.our_payables.void_payment(earlier.ref.id)
    world.sync()

    assert {bill.ref, later.ref} <= world.came_in()
    assert world.said_of(bill.ref) == ["partly_paid_before_connection", "came_in"]
    assert world.said_of(later.ref) == ["bills_did_not_come", "came_in"]


def test_b1_what_is_in_never_goes_out_again() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    bill = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    world.sync()

    world.clock.advance(3_600)
    world.our_payables.keep(replace(world.our_payables.bill(bill.ref.id), number=""))
    world.our_payables.pay(vendor.ref.id, {bill.ref.id: 100_00}, on=LONG_AGO)
    world.payables_settings.save(TENANT, ONE_WAY)
    world.sync()

    assert {vendor.ref, bill.ref} <= world.came_in()
    assert world.said_of(bill.ref) == []


def test_what_is_deleted_in_quickbooks_is_deleted_in_the_book_and_what_never_came_does_not_come_so() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    known = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    kept_out = world.our_payables.add_bill(vendor.ref.id, "", 100_00)
    world.sync()

    world.clock.advance(3_600)
    unseen = world.our_payables.add_bill(vendor.ref.id, "2", 100_00)
    for bill in (known, kept_out, unseen):
        world.our_payables.delete_bill(bill.ref.id)
    world.sync()

    assert all(world.stored(bill).standing is Standing.DELETED for bill in (known, kept_out, unseen))
    assert world.came_in() == {vendor.ref, known.ref}


def test_a_payment_that_is_deleted_in_quickbooks_is_taken_back() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    bill = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    payment = world.our_payables.pay(vendor.ref.id, {bill.ref.id: 100_00})
    world.sync()

    world.clock.advance(3_600)
    world.our_payables.delete_payment(payment.ref.id)
    world.sync()

    stored = world.stored(payment)
    assert isinstance(stored, BillPayment)
    assert (stored.standing, stored.former) == (Standing.DELETED, (bill.ref,))
    assert bill.ref in world.came_in()


def test_our_own_records_come_back_as_ours_and_are_mirrored_again_only_if_somebody_changed_them() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    told, ours = world.enter("1", vendor.ref.id)
    sync = world.sync()
    assert (world.mirrored, sync.queued) == ([], 0)

    world.clock.advance(3_600)
    world.our_payables.change_costs(ours.ref.id, 120_00)
    sync = world.sync()

    assert world.mirrored == [(told, sync.id)]
    assert sync.queued == 1
    assert world.left_out() == {}


def test_our_own_record_that_somebody_deleted_is_mirrored_again() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    told, ours = world.enter("1", vendor.ref.id)
    world.sync()

    world.clock.advance(3_600)
    world.our_payables.delete_bill(ours.ref.id)
    sync = world.sync()

    assert world.mirrored == [(told, sync.id)]


def test_b1_the_first_connection_counts_also_after_a_new_one() -> None:
    world = SyncWorld()
    world.connections.note(TENANT, ACCOUNTING, "Connected to Craig's Landscaping")
    vendor = world.our_payables.add_vendor("Brosnahan")
    bill = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    world.our_payables.pay(vendor.ref.id, {bill.ref.id: 30_00}, on=date(2026, 11, 5))
    world.clock.advance(timedelta(days=7).total_seconds())
    world.connections.connected_at[ACCOUNTING] = world.clock.now()

    world.sync()

    assert bill.ref in world.came_in()


def test_b1_a_bill_that_is_read_before_its_payment_comes_in_with_it() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    world.sync()
    world.clock.advance(3_600)
    world.our_payables.page_size = 1
    bill = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    payment = world.our_payables.pay(vendor.ref.id, {bill.ref.id: 100_00})

    world.sync()

    assert {bill.ref, payment.ref} <= world.came_in()
    assert world.said_of(bill.ref) == ["paid_before_connection", "came_in"]


def test_what_a_record_holds_that_cannot_be_kept_is_counted_and_said() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    odd = world.our_payables.add_bill(vendor.ref.id, "1", 100_00)
    world.unreadable.add(odd.ref)

    sync = world.sync()

    assert sync.unreadable
    assert world.said_of(odd.ref) == ["unreadable"]
    assert world.book.load(TENANT, odd.ref) is None


def test_x1_what_quickbooks_can_no_longer_show_of_deletions_is_said_once_a_sync() -> None:
    world = SyncWorld()
    world.unseen = [Kind.BILL, Kind.BILL_PAYMENT]

    world.sync()

    (event,) = world.connections.load_history(TENANT, ACCOUNTING)
    assert "bills, bill payments" in event.what


@pytest.mark.parametrize("remaining_ms", [600_000, 5_000])
def test_b1_x1_what_was_deleted_where_quickbooks_shows_no_deletions_any_more_is_looked_up(
    remaining_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(census, "PAGE", 2)
    world = SyncWorld()
    books = world.our_payables
    vendor = books.add_vendor("Brosnahan")
    bills = [books.add_bill(vendor.ref.id, str(number), 100_00) for number in range(5)]
    told, ours = world.enter("9", vendor.ref.id)
    payment = books.pay(vendor.ref.id, {bills[0].ref.id: 100_00})
    world.sync()
    assert world.mirrored == []

    world.clock.advance(3_600)
    lost = [bills[3].ref, ours.ref, payment.ref]
    for ref in lost:
        # As if they were deleted, and nobody told.
        del books.records[ref]
    world.unseen = [Kind.BILL, Kind.BILL_PAYMENT]
    world.remaining_ms = lambda: remaining_ms
    world.sync()
    world.unseen = []

    standing = {each: world.book.records[TENANT, each].standing for each in (*lost, *(bill.ref for bill in bills))}
    assert {each for each, is_so in standing.items() if is_so is Standing.DELETED} == set(lost)
    assert [record for record, _ in world.mirrored] == [told], "our own entry is gone: that is followed"
    reads = books.reads
    world.clock.advance(3_600)
    world.sync()
    assert books.reads == reads + 1, "the next sync reads changes alone"
