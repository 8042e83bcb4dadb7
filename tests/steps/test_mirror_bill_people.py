"""mirror_bill: what somebody changes in QuickBooks on an entry of ours comes back, where the sync is two-way (B5, B6)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.model import PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.profile import PaymentSync, ProfileFacts
from crossfoot.core.payables.records import Bill, BillPart, BillPayment, CostLine, CostLineKind, Vendor

from tests.fakes.payables_desk import Desk
from tests.fakes.receipts import CARD, COSTS
from tests.fakes.world import TENANT

VENDOR = Ref(PLATFORM, Kind.VENDOR, "ven_1")


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.vendor()
    return desk


def classic(desk: Desk) -> None:
    desk.follow(ProfileFacts(override=PaymentSync.CLASSIC))


def entered(desk: Desk) -> Ref:
    bill = desk.bill()
    desk.settle()
    return bill


def paid(desk: Desk) -> Ref:
    desk.bill()
    payment = desk.pay("bp_1", {"platform-bill_1": 60_00})
    desk.settle()
    return payment


def said(desk: Desk, ref: Ref) -> str:
    """Read why a record is held up."""
    (reason,) = desk.world.attention.load(TENANT, [ref])[ref].reasons
    return reason.decision.sentence


def test_b5_a_bill_that_somebody_changed_in_quickbooks_stands_so_on_the_platform(desk: Desk) -> None:
    bill = entered(desk)
    desk.world.our_payables.change_costs(desk.copy_id(bill), 80_00)
    desk.settle()
    now = desk.told(bill)
    assert isinstance(now, Bill)
    assert (now.total_minor, desk.bills()) == (80_00, {"BILL_1": (80_00, 80_00)})
    writes = desk.world.our_payables.writes
    desk.settle()
    assert desk.world.our_payables.writes == writes, "it is no echo"
    desk.change(bill, total_minor=90_00)
    desk.settle()
    assert desk.bills() == {"BILL_1": (90_00, 90_00)}, "a later change on the platform is written all the same"


def test_b5_only_the_account_of_a_line_was_changed_there(desk: Desk) -> None:
    bill = desk.bill(account="")
    desk.settle()
    made = desk.world.our_payables.bill(desk.copy_id(bill))
    desk.world.our_payables.change_costs(made.ref.id, [replace((made.lines or ())[0], account_id=CARD)])
    desk.settle()
    lines = desk.world.book.load_cost_lines(TENANT, desk.told(bill))  # type: ignore[arg-type]
    assert [each.account_id for each in lines] == [CARD]


def test_b5_a_bill_that_is_only_saved_again_there_is_still_ours(desk: Desk) -> None:
    bill = entered(desk)
    payables = desk.world.our_payables
    payables.keep(payables.bill(desk.copy_id(bill)))
    desk.settle()
    desk.change(bill, total_minor=70_00)
    desk.settle()
    assert (desk.bills(), desk.held(bill)) == ({"BILL_1": (70_00, 70_00)}, [])


def test_b5_a_bill_that_somebody_deleted_there_counts_no_longer(desk: Desk) -> None:
    bill = entered(desk)
    desk.world.our_payables.delete_bill(desk.copy_id(bill))
    desk.settle()
    assert (desk.told(bill).standing, desk.bills(), desk.waiting()) == (Standing.DELETED, {}, {})


def test_b5_a_vendor_that_is_renamed_there_is_renamed_here(desk: Desk) -> None:
    desk.settle()
    payables = desk.world.our_payables
    payables.keep(replace(payables.vendor(desk.copy_id(VENDOR)), name="Acme Limited"))
    desk.settle()
    now = desk.told(VENDOR)
    assert isinstance(now, Vendor)
    assert (now.name, desk.vendors()) == ("Acme Limited", [("Acme Limited", True)])


def test_b5_where_both_sides_changed_it_nothing_is_written_until_they_agree(desk: Desk) -> None:
    bill = entered(desk)
    desk.world.our_payables.change_costs(desk.copy_id(bill), 80_00)
    desk.change(bill, total_minor=90_00)
    desk.settle()
    assert (desk.bills(), desk.held(bill)) == ({"BILL_1": (80_00, 80_00)}, ["changed_in_both"])
    assert "the amount is 90.00 USD on the platform, and 80.00 USD in QuickBooks." in said(desk, bill)
    desk.change(bill, total_minor=80_00)
    desk.settle()
    assert (desk.bills(), desk.held(bill), desk.waiting()) == ({"BILL_1": (80_00, 80_00)}, [], {})


def test_b5_a_change_here_that_meets_an_unread_change_there_looks_before_it_is_written(desk: Desk) -> None:
    bill = entered(desk)
    desk.world.our_payables.change_costs(desk.copy_id(bill), 80_00)
    desk.change(bill, total_minor=90_00)
    desk.world.settle()
    assert (desk.bills(), desk.held(bill)) == ({"BILL_1": (80_00, 80_00)}, ["changed_in_both"])
    assert all(effect.settled for effect in desk.world.effects.load_all(TENANT, bill))


def test_b5_a_change_here_of_what_was_deleted_there_unread_is_told(desk: Desk) -> None:
    bill = entered(desk)
    desk.world.our_payables.delete_bill(desk.copy_id(bill))
    desk.change(bill, total_minor=90_00)
    desk.world.settle()
    assert (desk.bills(), desk.held(bill)) == ({}, ["changed_in_both"])


def test_b5_one_way_nothing_comes_back_and_the_next_change_here_is_written_over_it(desk: Desk) -> None:
    desk.one_way()
    bill = entered(desk)
    desk.world.our_payables.change_costs(desk.copy_id(bill), 80_00)
    desk.settle()
    now = desk.told(bill)
    assert isinstance(now, Bill)
    assert (now.total_minor, desk.bills()) == (100_00, {"BILL_1": (80_00, 80_00)})
    assert (desk.waiting(), desk.held(bill)) == ({"bill_1": "not_brought_back"}, ["not_brought_back"])
    desk.change(bill, total_minor=90_00)
    desk.world.settle()
    assert (desk.bills(), desk.waiting(), desk.held(bill)) == ({"BILL_1": (90_00, 90_00)}, {}, [])


@pytest.mark.parametrize(("told", "left"), [({"total_minor": 80_00}, 80_00), ({}, 100_00)], ids=["alike", "again"])
def test_b5_one_way_both_ways_out_of_a_change_there_end_it(desk: Desk, told: dict[str, int], left: int) -> None:
    desk.one_way()
    bill = entered(desk)
    desk.world.our_payables.change_costs(desk.copy_id(bill), 80_00)
    desk.settle()
    assert "the amount is 100.00 USD on the platform, and 80.00 USD in QuickBooks" in said(desk, bill)
    desk.change(bill, **told)
    desk.settle()
    assert (desk.bills(), desk.held(bill), desk.waiting()) == ({"BILL_1": (left, left)}, [], {})


def test_b5_one_way_what_was_told_again_before_somebody_changed_it_there_is_not_written_over_that(desk: Desk) -> None:
    desk.one_way()
    bill = entered(desk)
    desk.change(bill)
    desk.settle()
    desk.world.our_payables.change_costs(desk.copy_id(bill), 80_00)
    desk.settle()
    assert (desk.bills(), desk.held(bill)) == ({"BILL_1": (80_00, 80_00)}, ["not_brought_back"])


def test_b5_one_way_what_was_deleted_there_is_entered_again_by_the_next_change_here(desk: Desk) -> None:
    desk.one_way()
    bill = entered(desk)
    desk.world.our_payables.delete_bill(desk.copy_id(bill))
    desk.settle()
    assert (desk.bills(), desk.codes(bill)[-1]) == ({}, "not_brought_back")
    desk.change(bill, due_on=date(2026, 12, 24))
    desk.settle()
    assert desk.bills() == {"BILL_1": (100_00, 100_00)}


@pytest.mark.parametrize("deed", ["voided", "deleted", "reduced"])
def test_b6_a_payment_that_somebody_took_back_there_is_taken_back_here(desk: Desk, deed: str) -> None:
    payment = paid(desk)
    _do(desk, payment, deed)
    desk.settle()
    now = desk.told(payment)
    assert isinstance(now, BillPayment)
    standing = {"voided": Standing.VOID, "deleted": Standing.DELETED, "reduced": Standing.LIVE}[deed]
    left = 10_00 if deed == "reduced" else 60_00
    assert (now.standing, now.total_minor, desk.waiting()) == (standing, left, {})
    assert desk.bills() == {"BILL_1": (100_00, 90_00 if deed == "reduced" else 100_00)}


@pytest.mark.parametrize("deed", ["voided", "deleted", "reduced"])
def test_b6_with_the_classic_profile_it_stays_as_it_was_here(desk: Desk, deed: str) -> None:
    classic(desk)
    payment = paid(desk)
    _do(desk, payment, deed)
    desk.settle()
    now = desk.told(payment)
    assert isinstance(now, BillPayment)
    assert (now.standing, now.total_minor, desk.codes(payment)[-1]) == (Standing.LIVE, 60_00, "not_brought_back")
    explained = desk.world.history.load(TENANT, payment)[-1].item
    assert (explained.rule, desk.held(payment)) == ("B6", ["not_brought_back"])
    assert f"Somebody {'changed' if deed == 'reduced' else deed} the payment" in explained.sentence


@pytest.mark.parametrize("deed", ["voided", "deleted", "reduced"])
def test_b6_with_the_classic_profile_the_same_on_the_platform_ends_it(desk: Desk, deed: str) -> None:
    classic(desk)
    payment = paid(desk)
    _do(desk, payment, deed)
    desk.settle()
    if deed == "reduced":
        desk.change(payment, total_minor=10_00, bills=(BillPart(Ref(PLATFORM, Kind.BILL, "bill_1"), 10_00),))
    else:
        desk.change(payment, standing=Standing.VOID if deed == "voided" else Standing.DELETED)
    desk.settle()
    assert desk.bills() == {"BILL_1": (100_00, 90_00 if deed == "reduced" else 100_00)}
    assert (desk.held(payment), desk.waiting()) == ([], {})


@pytest.mark.parametrize("deed", ["voided", "deleted", "reduced"])
def test_b6_with_the_classic_profile_a_payment_that_is_told_again_is_written_again(desk: Desk, deed: str) -> None:
    classic(desk)
    payment = paid(desk)
    _do(desk, payment, deed)
    desk.settle()
    desk.change(payment)
    desk.settle()
    assert (desk.payments(), desk.held(payment), desk.waiting()) == ([(60_00, [60_00], [])], [], {})


def test_b6_a_payment_keeps_its_money_when_somebody_deletes_its_bill_there(desk: Desk) -> None:
    payment = paid(desk)
    bill = Ref(PLATFORM, Kind.BILL, "bill_1")
    payables = desk.world.our_payables
    payables.pay(desk.copy_id(VENDOR), {desk.copy_id(bill): 50_00}, id_=desk.copy_id(payment), more_minor=10_00)
    payables.delete_bill(desk.copy_id(bill))
    desk.settle()
    now = desk.told(payment)
    assert isinstance(now, BillPayment)
    assert (now.total_minor, now.other_minor, now.bills) == (60_00, 60_00, ())
    assert (desk.told(bill).standing, desk.payments()) == (Standing.DELETED, [(60_00, [], [])])
    assert (desk.held(payment), desk.waiting()) == ([], {})


def test_b6_what_is_taken_back_on_both_sides_is_done(desk: Desk) -> None:
    payment = paid(desk)
    desk.world.our_payables.void_payment(desk.copy_id(payment))
    desk.change(payment, standing=Standing.VOID)
    desk.settle()
    assert (desk.payments(), desk.held(payment), desk.waiting()) == ([], [], {})


def test_b4_a_line_that_people_coded_there_keeps_its_account_when_the_platform_changes_the_amount(desk: Desk) -> None:
    desk.one_way()
    bill = desk.bill(lines=(CostLine("", CostLineKind.ACCOUNT, "Paper", 100_00),))
    desk.settle()
    made = desk.world.our_payables.bill(desk.copy_id(bill))
    desk.world.our_payables.change_costs(made.ref.id, [replace((made.lines or ())[0], account_id=CARD)])
    desk.settle()
    desk.change(bill, total_minor=70_00, lines=(CostLine("", CostLineKind.ACCOUNT, "Paper", 70_00),))
    desk.settle()
    lines = desk.world.our_payables.bill(made.ref.id).lines or ()
    assert [(each.account_id, each.amount_minor) for each in lines] == [(CARD, 70_00)]
    assert COSTS != CARD


def _do(desk: Desk, payment: Ref, deed: str) -> None:
    payables, id_ = desk.world.our_payables, desk.copy_id(payment)
    if deed == "voided":
        payables.void_payment(id_)
    elif deed == "deleted":
        payables.delete_payment(id_)
    else:
        bill = Ref(PLATFORM, Kind.BILL, "bill_1")
        payables.pay(desk.copy_id(VENDOR), {desk.copy_id(bill): 10_00}, id_=id_)
