"""mirror_bill: what waits or is refused says why, goes on when it can, and goes out once (B2 to B4, B7)."""

from typing import Any

import pytest
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref, Standing
from crossfoot.errors import BadMessage
from crossfoot.messages import MirrorBill, RetryParked
from crossfoot.ports import ConnectionState

from tests.fakes.filing import TODAY
from tests.fakes.payables_desk import Desk
from tests.fakes.receipts import BANK, COSTS
from tests.fakes.world import TENANT


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.vendor()
    return desk


def test_b7_what_is_told_while_auto_sync_is_off_goes_out_by_sync_now(desk: Desk) -> None:
    desk.choose(auto_sync=False)
    bill = desk.bill()
    desk.world.settle()
    assert (desk.shown(), desk.codes(bill)) == (([], {}, {}, []), ["sync_by_hand"])
    assert desk.waiting() == {"ven_1": "sync_by_hand", "bill_1": "sync_by_hand"}
    desk.sync()
    assert (desk.bills(), desk.waiting()) == ({"BILL_1": (100_00, 100_00)}, {})


def test_b7_what_was_refused_still_says_so_when_it_is_looked_at_while_auto_sync_is_off(desk: Desk) -> None:
    desk.world.our_payables.taken.add("Acme")
    desk.choose(auto_sync=False)
    vendor, bill = Ref(PLATFORM, Kind.VENDOR, "ven_1"), desk.bill()
    desk.sync()
    assert (desk.held(vendor), desk.held(bill)) == (["name_taken"], ["named_not_entered"])
    desk.world.queue.send([RetryParked(tenant=TENANT, because="daily")])
    desk.world.settle()
    assert (desk.held(vendor), desk.held(bill)) == (["name_taken"], ["named_not_entered"])
    desk.world.our_payables.taken.clear()
    desk.sync()
    assert (desk.bills(), desk.waiting()) == ({"BILL_1": (100_00, 100_00)}, {})


def test_b4_only_approved_bills_go_out_where_the_partner_wants_that(desk: Desk) -> None:
    desk.choose(needs_approval=True)
    bill = desk.bill(approved=False)
    desk.settle()
    assert (desk.bills(), desk.held(bill)) == ({}, ["not_approved"])
    desk.change(bill, approved=True)
    desk.settle()
    assert desk.bills() == {"BILL_1": (100_00, 100_00)}


def test_b4_a_payment_follows_the_bill_that_it_waited_for_without_another_sync(desk: Desk) -> None:
    desk.choose(needs_approval=True)
    bill = desk.bill(approved=False)
    payment = desk.pay("bp_1", {"platform-bill_1": 100_00})
    desk.world.settle()
    assert (desk.held(payment), desk.payments()) == (["named_not_entered"], [])
    desk.change(bill, approved=True)
    desk.world.settle()
    assert (desk.held(payment), desk.payments()) == ([], [(100_00, [100_00], [])])


def test_b4_what_is_tried_again_goes_into_the_lane_of_its_vendor(desk: Desk) -> None:
    desk.choose(bank_account_id="")
    desk.bill()
    told = desk.world.queue.messages[-1]
    desk.world.settle()
    desk.choose(bank_account_id=BANK)
    desk.world.queue.send([RetryParked(tenant=TENANT, because="chosen")])
    desk.world.deliver()
    again = [each for each in desk.world.queue.messages if isinstance(each, MirrorBill)]
    assert isinstance(told, MirrorBill)
    assert {each.record.id: each.vendor for each in again} == {"bill_1": "platform-ven_1", "ven_1": ""}
    assert {each.lane for each in again if each.record == told.record} == {told.lane}


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"number": ""}, "no_number"),
        ({"number": "1" * 22}, "number_too_long"),
        ({"currency": "CAD"}, "other_currency"),
        ({"total_minor": 90_00}, "lines_do_not_tie"),
    ],
)
def test_b2_a_bill_that_cannot_be_entered_says_why_and_nothing_is_sent(
    desk: Desk, members: dict[str, Any], code: str
) -> None:
    bill = desk.bill(**members)
    desk.settle()
    assert (desk.bills(), desk.held(bill), desk.waiting()) == ({}, [code], {"bill_1": code})


def test_b3_an_account_that_is_inactive_is_told_before_anything_is_sent(desk: Desk) -> None:
    desk.world.our_payments.deactivate(COSTS)
    bill = desk.bill()
    desk.settle()
    assert (desk.bills(), desk.held(bill)) == ({}, ["account_missing"])


def test_b4_nothing_is_written_into_closed_books(desk: Desk) -> None:
    bill = desk.bill()
    desk.settle()
    desk.world.our_payments.close_books(TODAY)
    desk.world.clock.advance(90_000)
    desk.change(bill, total_minor=70_00)
    desk.settle()
    assert (desk.bills(), desk.held(bill)) == ({"BILL_1": (100_00, 100_00)}, ["period_closed"])


def test_b4_what_quickbooks_refuses_is_sent_again_once_by_each_sync_and_when_somebody_asks(desk: Desk) -> None:
    desk.world.settle()
    desk.world.our_payables.add_bill(desk.copy_id(Ref(PLATFORM, Kind.VENDOR, "ven_1")), "BILL_1", 5_00)
    bill = desk.bill()
    desk.world.settle()
    desk.world.work(desk.message(desk.told(bill)))
    assert (desk.held(bill), len(desk.world.effects.load_all(TENANT, bill))) == (["refused_by_accounting"], 1)
    desk.sync()
    desk.world.work(desk.message(desk.told(bill)))
    assert (desk.held(bill), len(desk.world.effects.load_all(TENANT, bill))) == (["refused_by_accounting"], 2)
    desk.world.our_payables.repeats_numbers = True
    desk.world.queue.send([RetryParked(tenant=TENANT, because="asked", again="one")])
    desk.world.settle()
    assert (desk.held(bill), desk.waiting()) == ([], {})


def test_b4_a_vendor_that_is_still_owed_becomes_inactive_once_that_is_settled(desk: Desk) -> None:
    vendor, bill = Ref(PLATFORM, Kind.VENDOR, "ven_1"), desk.bill()
    desk.settle()
    desk.change(vendor, standing=Standing.DELETED)
    desk.settle()
    assert (desk.vendors(), desk.held(vendor)) == ([("Acme", True)], ["refused_by_accounting"])
    desk.change(bill, standing=Standing.DELETED)
    desk.settle()
    assert (desk.vendors(), desk.held(vendor)) == ([("Acme (deleted)", False)], [])


def test_b4_everything_waits_for_quickbooks_to_be_connected(desk: Desk) -> None:
    desk.world.connections.states[ACCOUNTING] = ConnectionState.DISCONNECTED
    bill = desk.bill()
    desk.world.settle()
    assert desk.held(bill) == ["accounting_not_connected"]


def test_a_record_that_nobody_told_of_is_a_bad_message(desk: Desk) -> None:
    with pytest.raises(BadMessage):
        desk.world.work(MirrorBill(tenant=TENANT, record_kind=Kind.BILL, record_id="bill_9"))


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_b4_a_bill_is_not_brought_below_what_is_paid_on_it(desk: Desk, whose: str) -> None:
    bill = desk.bill()
    desk.settle()
    copy, payables = desk.copy_id(bill), desk.world.our_payables
    if whose == "ours":
        payment = desk.pay("bp_1", {"platform-bill_1": 60_00})
    else:
        there = payables.pay(desk.copy_id(Ref(PLATFORM, Kind.VENDOR, "ven_1")), {copy: 60_00})
    desk.settle()
    writes = payables.writes
    desk.change(bill, total_minor=50_00)
    desk.settle()
    assert (desk.held(bill), payables.writes) == (["below_what_is_paid"], writes), "nothing was sent"
    if whose == "ours":
        desk.change(payment, standing=Standing.VOID)
    else:
        payables.delete_payment(there.ref.id)
    desk.settle()
    assert (desk.bills(), desk.held(bill), desk.waiting()) == ({"BILL_1": (50_00, 50_00)}, [], {})


def test_b4_a_bill_may_be_told_over_just_what_is_paid_on_it(desk: Desk) -> None:
    bill = desk.bill()
    desk.pay("bp_1", {"platform-bill_1": 60_00})
    desk.settle()
    desk.change(bill, total_minor=60_00)
    desk.settle()
    assert (desk.bills(), desk.held(bill)) == ({"BILL_1": (60_00, 0)}, [])


def test_b4_a_credit_is_not_brought_below_what_is_used_of_it(desk: Desk) -> None:
    desk.bill()
    credit = desk.credit()
    desk.pay("bp_1", {"platform-bill_1": 30_00}, {"platform-vc_1": 30_00})
    desk.settle()
    desk.change(credit, total_minor=20_00)
    desk.settle()
    assert (desk.credits(), desk.held(credit)) == ({"VC_1": (30_00, 0)}, ["below_what_is_paid"])
    desk.change(credit, total_minor=40_00)
    desk.settle()
    assert (desk.credits(), desk.held(credit)) == ({"VC_1": (40_00, 10_00)}, [])
