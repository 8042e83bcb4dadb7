"""mirror_bill: the vendors, bills, credits and payments of the platform stand in QuickBooks, to the cent (B3 to B8)."""

from datetime import date

import pytest
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.records import Bill, CostLine, CostLineKind, PayMethod, PayState
from crossfoot.messages import RetryParked

from tests.fakes.payables_desk import Desk
from tests.fakes.receipts import BANK, CARD, COSTS
from tests.fakes.world import TENANT


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.vendor()
    return desk


def test_b4_a_bill_of_a_new_vendor_is_entered_with_its_vendor_and_nothing_is_read(desk: Desk) -> None:
    bill = desk.bill()
    desk.world.settle()
    assert (desk.vendors(), desk.bills()) == ([("Acme", True)], {"BILL_1": (100_00, 100_00)})
    assert desk.world.our_payables.reads == 0, "writes are free, reads are metered"
    desk.settle()
    assert (desk.world.our_payables.writes, desk.waiting(), desk.held(bill)) == (2, {}, [])
    desk.check_at_rest()


def test_b4_a_bill_that_comes_before_its_vendor_waits_for_it_and_then_brings_it_along(desk: Desk) -> None:
    other = Desk()
    bill = other.bill()
    other.world.settle()
    assert (other.codes(bill), other.waiting()) == (["named_not_known"], {"bill_1": "named_not_known"})
    other.vendor()
    other.sync()
    assert other.bills() == {"BILL_1": (100_00, 100_00)}


def test_b3_lines_without_an_account_go_to_the_one_chosen_for_such(desk: Desk) -> None:
    lines = CostLine("", CostLineKind.ACCOUNT, "Paper", 60_00), CostLine("", CostLineKind.ACCOUNT, "Tea", 40_00, CARD)
    bill = desk.bill(lines=lines)
    desk.world.settle()
    made = desk.world.our_payables.bill(desk.copy_id(bill)).lines or ()
    assert [(each.account_id, each.amount_minor) for each in made] == [(COSTS, 60_00), (CARD, 40_00)]
    desk.choose(expense_account_id=CARD)
    desk.change(bill, due_on=date(2026, 12, 1))
    desk.settle()
    made = desk.world.our_payables.bill(desk.copy_id(bill)).lines or ()
    assert [each.account_id for each in made] == [COSTS, CARD], "what stands stays where it is"


def test_b3_nothing_goes_out_until_the_three_accounts_are_chosen(desk: Desk) -> None:
    desk.choose(income_account_id="")
    bill = desk.bill()
    desk.world.settle()
    assert (desk.shown(), desk.held(bill)) == (([], {}, {}, []), ["preferences_missing"])
    never = Desk(PayablesPreferences())
    ref = never.vendor()
    never.world.settle()
    assert (never.codes(ref), never.vendors()) == (["preferences_missing"], [])
    desk.choose(income_account_id="1")
    desk.settle()
    assert desk.bills() == {"BILL_1": (100_00, 100_00)}


def test_b4_a_payment_of_two_bills_with_a_credit_is_one_payment_of_positive_parts(desk: Desk) -> None:
    desk.bill("bill_1", 100_00)
    desk.bill("bill_2", 50_00)
    desk.credit("vc_1", 30_00)
    desk.pay("bp_1", {"platform-bill_1": 100_00, "platform-bill_2": 20_00}, {"platform-vc_1": 30_00})
    desk.settle()
    assert desk.payments() == [(90_00, [20_00, 100_00], [30_00])]
    assert desk.bills() == {"BILL_1": (100_00, 0), "BILL_2": (50_00, 30_00)}
    assert desk.credits() == {"VC_1": (30_00, 0)}
    assert (desk.waiting(), desk.world.our_payables.writes) == ({}, 5)


def test_b4_a_payment_that_comes_alone_brings_along_what_it_names() -> None:
    desk = Desk()
    world = desk.world
    desk.vendor()
    bill, credit = desk.bill(), desk.credit()
    world.queue.messages.clear()
    desk.pay("bp_1", {"platform-bill_1": 100_00}, {"platform-vc_1": 30_00})
    world.settle()
    assert desk.payments() == [(70_00, [100_00], [30_00])]
    assert {ref.id: desk.held(ref) for ref in (bill, credit)} == {"bill_1": [], "vc_1": []}
    assert desk.waiting() == {}


def test_b4_a_payment_by_credits_alone_is_written_at_once_with_no_money_in_it(desk: Desk) -> None:
    desk.bill("bill_1", 30_00)
    desk.credit("vc_1", 30_00)
    desk.pay("bp_1", {"platform-bill_1": 30_00}, {"platform-vc_1": 30_00}, state=PayState.SCHEDULED)
    desk.settle()
    assert desk.payments() == [(0, [30_00], [30_00])]
    assert (desk.bills(), desk.credits()) == ({"BILL_1": (30_00, 0)}, {"VC_1": (30_00, 0)})


def test_b4_a_scheduled_payment_with_money_is_written_with_its_credit_when_the_bill_is_paid(desk: Desk) -> None:
    desk.bill()
    desk.credit()
    parts = {"platform-bill_1": 100_00}, {"platform-vc_1": 30_00}
    payment = desk.pay("bp_1", *parts, state=PayState.SCHEDULED)
    desk.settle()
    assert (desk.payments(), desk.codes(payment), desk.waiting()) == ([], ["paid_later"], {})
    assert desk.held(payment) == [], "nobody has to do anything"
    desk.pay("bp_1", *parts)
    desk.settle()
    assert desk.payments() == [(70_00, [100_00], [30_00])]


@pytest.mark.parametrize(("method", "account"), [(PayMethod.CHECK, BANK), (PayMethod.CREDIT_CARD, CARD)])
def test_b4_a_payment_by_check_or_card_comes_from_the_chosen_account(
    desk: Desk, method: PayMethod, account: str
) -> None:
    desk.bill()
    payment = desk.pay("bp_1", {"platform-bill_1": 40_00}, method=method)
    desk.settle()
    made = desk.world.our_payables.payment(desk.copy_id(payment))
    assert (made.method, made.account_id, desk.bills()) == (method, account, {"BILL_1": (100_00, 60_00)})


def test_b3_a_payment_by_card_waits_until_a_card_account_is_chosen(desk: Desk) -> None:
    desk.choose(card_account_id="")
    desk.bill()
    payment = desk.pay("bp_1", {"platform-bill_1": 100_00}, method=PayMethod.CREDIT_CARD)
    desk.settle()
    assert (desk.payments(), desk.held(payment)) == ([], ["card_account_missing"])
    desk.choose(card_account_id=CARD)
    desk.world.queue.send([RetryParked(tenant=TENANT, because="chosen")])
    desk.settle()
    assert desk.payments() == [(100_00, [100_00], [])]


@pytest.mark.parametrize("first", ["bp_1", "bp_2"])
def test_b4_of_two_payments_on_one_bill_the_earlier_is_written_whichever_comes_first(desk: Desk, first: str) -> None:
    desk.bill()
    desk.world.settle()
    earlier = desk.pay("bp_1", {"platform-bill_1": 60_00}, on=date(2026, 11, 1))
    later = desk.pay("bp_2", {"platform-bill_1": 60_00}, on=date(2026, 11, 2))
    if first == "bp_2":
        desk.world.queue.messages.reverse()
    desk.settle()
    assert (desk.payments(), desk.bills()) == ([(60_00, [60_00], [])], {"BILL_1": (100_00, 40_00)})
    assert (desk.held(earlier), desk.held(later)) == ([], ["more_than_open"])
    desk.pay("bp_3", {"platform-bill_1": 40_00}, on=date(2026, 11, 3))
    desk.settle()
    assert desk.bills() == {"BILL_1": (100_00, 0)}, "what fits behind it is written"


def test_b4_a_payment_that_was_refused_goes_out_when_the_one_before_it_is_voided(desk: Desk) -> None:
    desk.bill()
    first = desk.pay("bp_1", {"platform-bill_1": 60_00})
    second = desk.pay("bp_2", {"platform-bill_1": 60_00})
    desk.world.settle()
    assert desk.held(second) == ["more_than_open"]
    desk.change(first, standing=Standing.VOID)
    desk.world.settle()
    assert (desk.held(second), desk.payments()) == ([], [(60_00, [60_00], [])])
    void = desk.world.our_payables.records[Ref(ACCOUNTING, Kind.BILL_PAYMENT, "9003")]
    assert void.standing is Standing.VOID, "it stays in QuickBooks, over nothing"


def test_b4_a_payment_made_in_quickbooks_leaves_less_open(desk: Desk) -> None:
    bill = desk.bill()
    desk.settle()
    desk.world.our_payables.pay(desk.copy_id(Ref(PLATFORM, Kind.VENDOR, "ven_1")), {desk.copy_id(bill): 50_00})
    desk.sync()
    payment = desk.pay("bp_1", {"platform-bill_1": 60_00})
    desk.settle()
    assert (desk.held(payment), desk.bills()) == (["more_than_open"], {"BILL_1": (100_00, 50_00)})


def test_b4_a_bill_that_was_made_in_quickbooks_is_paid_by_its_id_there() -> None:
    desk = Desk()
    vendor = desk.world.our_payables.add_vendor("Brosnahan")
    bill = desk.world.our_payables.add_bill(vendor.ref.id, "B-7", 80_00)
    desk.sync()
    desk.pay("bp_1", {str(bill.ref): 80_00}, vendor=str(vendor.ref))
    desk.settle()
    assert desk.bills() == {"B-7": (80_00, 0)}


def test_b8_a_bill_that_was_paid_outside_gets_no_payment(desk: Desk) -> None:
    bill = desk.bill()
    desk.settle()
    desk.mark_paid_outside(bill)
    payment = desk.pay("bp_1", {"platform-bill_1": 100_00})
    desk.settle()
    assert (desk.payments(), desk.held(payment)) == ([], ["paid_outside"])


# --- what is taken over, changed and taken back --------------------------------------------------------------------------


def test_b4_a_vendor_of_the_same_name_in_quickbooks_is_taken_over_and_none_is_there_twice() -> None:
    desk = Desk()
    known = desk.world.our_payables.add_vendor("ACME, Inc.", email="ap@acme.example")
    desk.sync()
    vendor = desk.vendor(name="Acme Inc")
    desk.settle()
    assert desk.vendors() == [("ACME, Inc.", True)]
    assert (desk.copy_id(vendor), desk.told(vendor).name) == (known.ref.id, "ACME, Inc.")  # type: ignore[union-attr]
    second = desk.vendor("ven_2", "acme inc.")
    desk.settle()
    assert desk.vendors() == [("ACME, Inc.", True), ("acme inc.", True)], "it stands for one record only"
    assert desk.copy_id(second) != known.ref.id


def test_b4_a_vendor_that_the_book_has_not_seen_yet_is_found_when_its_name_is_taken() -> None:
    desk = Desk()
    known = desk.world.our_payables.add_vendor("Acme")
    vendor = desk.vendor()
    desk.world.settle()
    assert (desk.vendors(), desk.copy_id(vendor)) == ([("Acme", True)], known.ref.id)


def test_b4_a_name_that_a_customer_has_is_refused_until_somebody_is_renamed(desk: Desk) -> None:
    taken = Desk()
    taken.world.our_payables.taken.add("Acme")
    vendor = taken.vendor()
    bill = taken.bill()
    taken.settle()
    assert (taken.vendors(), taken.held(vendor), taken.held(bill)) == ([], ["name_taken"], ["named_not_entered"])
    asked = taken.world.our_payables.reads
    taken.settle()
    assert taken.world.our_payables.reads == asked + 2, "only the two syncs read: the book knows every vendor by then"
    taken.change(vendor, name="Acme Supplies")
    taken.world.settle()
    assert (taken.vendors(), taken.bills()) == ([("Acme Supplies", True)], {"BILL_1": (100_00, 100_00)})


def test_b5_a_bill_of_quickbooks_that_the_platform_changes_is_taken_over_and_changed(desk: Desk) -> None:
    vendor = desk.world.our_payables.add_vendor("Brosnahan")
    theirs = desk.world.our_payables.add_bill(vendor.ref.id, "B-7", 80_00)
    desk.sync()
    bill = desk.bill("bill_9", 90_00, vendor=str(vendor.ref), number="B-7", copy_of=theirs.ref)
    desk.settle()
    assert (desk.bills(), desk.copy_id(bill)) == ({"B-7": (90_00, 90_00)}, theirs.ref.id)
    copy = desk.world.book.load(TENANT, theirs.ref)
    assert isinstance(copy, Bill)
    assert copy.origin == bill, "the platform shows one bill, and not two"
    desk.change(bill, standing=Standing.DELETED)
    desk.settle()
    assert desk.bills() == {}


def test_b4_a_change_on_the_platform_is_written_and_keeps_what_else_stands_on_a_line(desk: Desk) -> None:
    bill = desk.bill(
        lines=(
            CostLine("", CostLineKind.ACCOUNT, "A", 60_00, COSTS),
            CostLine("", CostLineKind.ACCOUNT, "B", 40_00, COSTS),
        )
    )
    desk.settle()
    before = desk.world.our_payables.bill(desk.copy_id(bill)).lines or ()
    desk.change(bill, total_minor=40_00, lines=(CostLine("", CostLineKind.ACCOUNT, "B", 40_00, COSTS),))
    desk.settle()
    after = desk.world.our_payables.bill(desk.copy_id(bill)).lines or ()
    assert (desk.bills(), [each.id for each in after]) == ({"BILL_1": (40_00, 40_00)}, [before[1].id])


def test_b4_a_deleted_bill_goes_once_the_payment_on_it_is_gone(desk: Desk) -> None:
    bill = desk.bill()
    payment = desk.pay("bp_1", {"platform-bill_1": 100_00})
    desk.settle()
    desk.change(bill, standing=Standing.DELETED)
    desk.settle()
    assert (desk.held(bill), desk.bills()) == (["payments_first"], {"BILL_1": (100_00, 0)})
    desk.change(payment, standing=Standing.DELETED)
    desk.settle()
    assert (desk.bills(), desk.payments(), desk.held(bill), desk.waiting()) == ({}, [], [], {})


def test_b4_a_deleted_bill_stays_while_somebody_elses_payment_is_on_it(desk: Desk) -> None:
    bill = desk.bill()
    desk.settle()
    desk.world.our_payables.pay(desk.copy_id(Ref(PLATFORM, Kind.VENDOR, "ven_1")), {desk.copy_id(bill): 50_00})
    desk.sync()
    desk.change(bill, standing=Standing.DELETED)
    desk.settle()
    assert (desk.held(bill), desk.bills()) == (["bill_paid"], {"BILL_1": (100_00, 50_00)})


def test_b4_a_vendor_that_is_deleted_becomes_inactive_and_active_again(desk: Desk) -> None:
    vendor = Ref(PLATFORM, Kind.VENDOR, "ven_1")
    desk.settle()
    desk.change(vendor, standing=Standing.DELETED)
    desk.settle()
    assert desk.vendors() == [("Acme (deleted)", False)]
    desk.change(vendor, standing=Standing.LIVE)
    desk.settle()
    assert desk.vendors() == [("Acme", True)]


def test_b4_what_was_never_entered_is_not_entered_to_be_deleted(desk: Desk) -> None:
    bill = desk.bill(standing=Standing.DELETED)
    desk.settle()
    assert (desk.bills(), desk.codes(bill), desk.waiting()) == ({}, [], {})
