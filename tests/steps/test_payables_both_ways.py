"""A sync of payables together with the mirror: what the platform tells goes out, what people do in QuickBooks comes in."""

from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.model import ACCOUNTING, Ref
from crossfoot.core.payables.records import Bill, Vendor
from crossfoot.core.payables.syncs import PayableSync, SyncState
from crossfoot.messages import SyncPayables

from tests.fakes.payables_desk import Desk
from tests.fakes.trip import Meanwhile, Mode, Trip
from tests.fakes.world import TENANT


def _newest(desk: Desk) -> PayableSync:
    sync = desk.world.payable_syncs.load_newest(TENANT)
    assert sync is not None
    return sync


def test_b7_without_auto_sync_everything_goes_out_when_somebody_presses_sync_now() -> None:
    desk = Desk()
    desk.choose(auto_sync=False)
    vendor, bill = desk.vendor(), desk.bill()
    payment = desk.pay("pay_1", {str(bill): 100_00})
    desk.world.settle()
    assert (desk.bills(), set(desk.waiting())) == ({}, {vendor.id, bill.id, payment.id})

    desk.sync()

    assert desk.bills() == {"BILL_1": (100_00, 0)}
    assert desk.payments() == [(100_00, [100_00], [])]
    assert desk.waiting() == {}
    sync = _newest(desk)
    assert (sync.state(desk.world.clock.now()), sync.queued) == (SyncState.DONE, 3)


def test_b7_what_does_not_go_through_is_counted_for_the_sync_that_tried_it() -> None:
    desk = Desk()
    desk.choose(auto_sync=False, needs_approval=True)
    desk.vendor()
    bill = desk.bill(approved=False)
    desk.world.settle()

    desk.sync()

    sync = _newest(desk)
    noted = desk.world.outbox.load(TENANT, bill)
    assert noted is not None
    assert (noted.sync, noted.code) == (sync.id, "not_approved")
    assert sync.state(desk.world.clock.now()) is SyncState.DONE


def test_b5_what_somebody_changes_in_quickbooks_on_our_bill_is_followed_by_the_next_sync() -> None:
    desk = Desk()
    desk.vendor()
    bill = desk.bill()
    desk.settle()

    desk.world.clock.advance(3_600)
    desk.world.our_payables.change_costs(desk.copy_id(bill), 120_00)
    desk.settle()

    assert desk.bills() == {"BILL_1": (120_00, 120_00)}
    assert desk.waiting() == {}
    desk.check_at_rest()


def test_what_we_wrote_ourselves_is_no_reason_to_write_or_look_again() -> None:
    desk = Desk()
    desk.vendor()
    bill = desk.bill()
    desk.pay("pay_1", {str(bill): 60_00})
    desk.settle()
    writes = desk.world.our_payables.writes

    desk.sync()

    sync = _newest(desk)
    assert (sync.queued, sync.left_out) == (0, 0)
    assert desk.world.our_payables.writes == writes
    assert not any(isinstance(message, SyncPayables) for message in desk.world.queue.messages)


def test_b4_a_vendor_that_takes_a_name_which_we_only_tried_is_none_of_ours() -> None:
    desk = Desk()
    desk.world.our_payables.taken.add("Acme")
    vendor = desk.vendor()
    desk.world.settle()
    desk.change(vendor, name="Globex")
    desk.settle()

    desk.world.our_payables.taken.clear()
    desk.world.clock.advance(3_600)
    theirs = desk.world.our_payables.add_vendor("Acme")
    desk.settle()

    assert _origins_of_vendors(desk) == {desk.copy_id(vendor): vendor, theirs.ref.id: None}


@pytest.mark.parametrize("call", ["load_many", "save"])
def test_b4_a_vendor_that_is_taken_over_while_it_is_read_is_ours_in_the_book_too(call: str) -> None:
    desk = Desk()
    desk.sync()
    desk.world.clock.advance(3_600)
    theirs = desk.world.our_payables.add_vendor("Acme")
    vendor = desk.vendor()
    mirrored = desk.world.queue.messages.pop()
    desk.begin()
    started = desk.world.queue.messages.pop()

    desk.world.work(started, Meanwhile(call, lambda: desk.world.work(mirrored)))

    assert _origins_of_vendors(desk) == {theirs.ref.id: vendor}


@pytest.mark.parametrize("call", ["load_many", "save"])
def test_b5_what_somebody_changed_on_a_vendor_that_is_taken_over_while_it_is_read_is_followed(call: str) -> None:
    desk = Desk()
    theirs = desk.world.our_payables.add_vendor("Acme")
    desk.sync()
    desk.world.clock.advance(3_600)
    desk.world.our_payables.keep(replace(theirs, name="Acme & Sons"))
    vendor = desk.vendor()
    mirrored = desk.world.queue.messages.pop()
    desk.begin()
    started = desk.world.queue.messages.pop()

    desk.world.work(started, Meanwhile(call, lambda: desk.world.work(mirrored)))
    desk.world.settle()

    told = desk.told(vendor)
    assert isinstance(told, Vendor)
    assert (told.name, desk.vendors()) == ("Acme & Sons", [("Acme & Sons", True)])


@pytest.mark.parametrize("members", [{"name": "Zed"}, {"active": False}])
def test_b4_a_vendor_that_was_being_taken_over_when_the_worker_died_is_taken_over(members: dict[str, Any]) -> None:
    desk = Desk()
    theirs = desk.world.our_payables.add_vendor("Acme")
    desk.sync()
    vendor = desk.vendor()
    desk.world.deliver(Trip(strike_on="revise", mode=Mode.CRASH_AFTER))
    desk.change(vendor, **members)
    desk.settle()

    assert desk.copy_id(vendor) == theirs.ref.id
    assert len(desk.vendors()) == 1, "none is made beside it"


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("call", ["create", "note_copy"])
def test_b4_a_vendor_of_ours_that_is_read_before_its_maker_has_noted_it_is_ours_all_the_same(
    call: str, mode: Mode
) -> None:
    desk = Desk()
    desk.sync()
    desk.world.clock.advance(3_600)
    vendor = desk.vendor()
    desk.world.deliver(Trip(strike_on=call, mode=mode))
    interrupted = desk.world.queue.messages.pop()
    desk.sync()
    desk.world.queue.send([interrupted])
    desk.world.settle()

    assert _origins_of_vendors(desk) in ({desk.copy_id(vendor): vendor}, {})
    desk.settle()
    assert _origins_of_vendors(desk) == {desk.copy_id(vendor): vendor}


@pytest.mark.parametrize("mode", [Mode.CRASH_AFTER, Mode.ANSWER_LOST])
def test_b4_a_bill_of_ours_that_is_read_before_its_id_is_known_is_ours_by_its_note(mode: Mode) -> None:
    desk = Desk()
    desk.vendor()
    desk.settle()
    bill = desk.bill()
    desk.world.deliver(Trip(strike_on="create", mode=mode))
    interrupted = desk.world.queue.messages.pop()
    desk.sync()
    read = [each for (_, ref), each in desk.world.book.records.items() if ref.system is ACCOUNTING]
    assert [each.origin for each in read if isinstance(each, Bill)] == [bill]
    desk.world.queue.send([interrupted])
    desk.settle()
    assert desk.bills() == {"BILL_1": (100_00, 100_00)}


def _origins_of_vendors(desk: Desk) -> dict[str, Ref | None]:
    """Show what each vendor of QuickBooks stands for, as the book has it."""
    vendors = (each for (_, ref), each in desk.world.book.records.items() if ref.system is ACCOUNTING)
    return {each.ref.id: each.origin for each in vendors if isinstance(each, Vendor)}
