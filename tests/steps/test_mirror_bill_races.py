"""mirror_bill: two workers at once, and people who are at the same bill at the same moment (B4, X2)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from crossfoot.core.effects import EffectState
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.records import CostLine, CostLineKind
from crossfoot.errors import AuthExpired, Conflict, Retryable
from crossfoot.messages import MirrorBill

from tests.fakes.payables_desk import Desk
from tests.fakes.receipts import COSTS
from tests.fakes.trip import Crash, Meanwhile, Mode, Trip
from tests.fakes.world import TENANT

EARLY, LATE = date(2026, 11, 1), date(2026, 11, 2)
BILL = {"platform-bill_1": 60_00}


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    desk.vendor()
    desk.bill()
    desk.settle()
    return desk


def test_b4_an_earlier_payment_that_is_told_while_a_later_one_is_planned_still_comes_first(desk: Desk) -> None:
    later = desk.pay("bp_2", BILL, on=LATE)
    message = desk.world.queue.messages.pop()
    earlier: list[Ref] = []
    desk.world.work(message, Meanwhile("insert", lambda: earlier.append(desk.pay("bp_1", BILL, on=EARLY))))
    assert desk.payments() == [], "what was planned from is read once more before anything is sent"
    desk.settle()
    assert (desk.held(earlier[0]), desk.held(later)) == ([], ["more_than_open"])
    assert (desk.payments(), desk.world.our_payables.writes) == ([(60_00, [60_00], [])], 3)


def test_b4_a_bill_that_is_deleted_while_its_payment_is_planned_gets_none(desk: Desk) -> None:
    bill = Ref(PLATFORM, Kind.BILL, "bill_1")
    payment = desk.pay("bp_1", BILL)
    message = desk.world.queue.messages.pop()
    desk.world.work(message, Meanwhile("insert", lambda: desk.change(bill, standing=Standing.DELETED)))
    desk.settle()
    assert (desk.payments(), desk.bills(), desk.held(payment)) == ([], {}, ["paid_thing_gone"])


def test_b4_a_payment_gives_way_while_a_later_one_may_be_written_at_this_moment(desk: Desk) -> None:
    later = desk.pay("bp_2", BILL, on=LATE)
    message = desk.world.queue.messages.pop()
    with pytest.raises(Crash):
        desk.world.work(message, Trip(strike_on="insert", mode=Mode.CRASH_AFTER))
    earlier = desk.pay("bp_1", BILL, on=EARLY)
    with pytest.raises(Conflict):
        desk.world.work(desk.world.queue.messages[-1])
    desk.world.work(message)
    desk.settle()
    assert (desk.held(earlier), desk.held(later)) == ([], ["more_than_open"])
    assert desk.bills() == {"BILL_1": (100_00, 40_00)}


def test_x2_many_workers_on_one_record_make_one_entry(desk: Desk) -> None:
    desk.pay("bp_1", BILL)
    message = desk.world.queue.messages[-1]

    def again() -> None:
        with suppress(Retryable):
            desk.world.work(message)

    with pytest.raises(Conflict):
        desk.world.work(message, Meanwhile("insert", again))
    desk.settle()
    assert desk.payments() == [(60_00, [60_00], [])]
    desk.check_at_rest()


def test_b5_somebody_edits_in_quickbooks_at_the_moment_of_our_write(desk: Desk) -> None:
    bill = Ref(PLATFORM, Kind.BILL, "bill_1")
    payables = desk.world.our_payables
    desk.change(bill, total_minor=80_00)
    message = desk.world.queue.messages.pop()
    edited = Meanwhile("insert", lambda: _do(payables.change_costs, desk.copy_id(bill), 80_00))
    desk.world.work(message, edited)
    desk.settle()
    assert (desk.bills(), desk.held(bill)) == ({"BILL_1": (80_00, 80_00)}, [])
    assert payables.writes == 2, "both came to the same by themselves"


def test_x2_a_change_that_moves_no_money_is_written_although_its_first_send_was_lost(desk: Desk) -> None:
    bill = Ref(PLATFORM, Kind.BILL, "bill_1")
    desk.change(bill, lines=(CostLine("", CostLineKind.ACCOUNT, "Blue paper", 100_00, COSTS),))
    with pytest.raises(Crash):
        desk.world.work(desk.world.queue.messages[-1], Trip(strike_on="update"))
    desk.world.put_back()
    desk.settle()
    assert [line.description for line in desk.world.our_payables.bill(desk.copy_id(bill)).lines or ()] == ["Blue paper"]


def test_b6_a_payment_that_somebody_frees_of_its_bill_before_its_lost_answer_is_looked_for_keeps_its_money(
    desk: Desk,
) -> None:
    payment = desk.pay("bp_1", BILL)
    with pytest.raises(Crash):
        desk.world.work(desk.world.queue.messages[-1], Trip(strike_on="create", mode=Mode.CRASH_AFTER))
    desk.world.our_payables.forget_requests()
    desk.world.our_payables.delete_bill(desk.copy_id(Ref(PLATFORM, Kind.BILL, "bill_1")))
    desk.world.put_back()
    desk.settle()
    now: Any = desk.told(payment)
    assert (now.total_minor, now.other_minor, desk.held(payment)) == (60_00, 60_00, [])
    assert desk.payments() == [(60_00, [], [])]


def test_b4_a_payment_that_waits_for_the_connection_holds_no_other_one_up(desk: Desk) -> None:
    later = desk.pay("bp_2", BILL, on=LATE)
    message = desk.world.queue.messages.pop()
    payables: Any = desk.world.our_payables
    create = payables.create

    def expired(*_: Any) -> Any:
        raise AuthExpired("QuickBooks no longer takes our key", "Connect it anew.")

    payables.create = expired
    desk.world.work(message)
    payables.create = create
    (planned,) = [each for each in desk.world.effects.load_all(TENANT, later) if each.kind == PAYABLE]
    assert (desk.held(later), planned.state) == (["needs_partner"], EffectState.WITHDRAWN)
    earlier = desk.pay("bp_1", BILL, on=EARLY)
    desk.world.settle()
    assert (desk.held(earlier), desk.payments()) == ([], [(60_00, [60_00], [])])


def test_b5_what_is_taken_over_is_shown_once_from_that_moment_on() -> None:
    desk = Desk()
    vendor = desk.world.our_payables.add_vendor("Brosnahan")
    theirs = desk.world.our_payables.add_bill(vendor.ref.id, "B-7", 80_00)
    desk.sync()
    bill = desk.bill("bill_9", 80_00, vendor=str(vendor.ref), number="B-7", copy_of=theirs.ref)
    desk.world.settle()
    copy: Any = desk.world.book.load(TENANT, Ref(ACCOUNTING, Kind.BILL, theirs.ref.id))
    assert copy.origin == bill


def _do(deed: Callable[..., object], *args: Any) -> None:
    deed(*args)


def _two_of_a_name() -> tuple[Desk, list[MirrorBill]]:
    desk = Desk()
    desk.vendor("ven_1", "Acme")
    desk.vendor("ven_2", "Acme")
    messages = [each for each in desk.world.queue.messages if isinstance(each, MirrorBill)]
    desk.world.queue.messages.clear()
    return desk, messages


@pytest.mark.parametrize("at", ["insert", "replace", "create", "load_many", "list_named"])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_b4_two_vendors_of_one_name_that_are_entered_at_once_never_stand_for_the_same(
    at: str, order: tuple[int, int]
) -> None:
    desk, messages = _two_of_a_name()
    outer, inner = (messages[place] for place in order)

    def meanwhile() -> None:
        with suppress(Retryable):
            desk.world.work(inner)

    with suppress(Retryable):
        desk.world.work(outer, Meanwhile(at, meanwhile))
    desk.world.queue.send(messages)
    desk.settle()

    assert desk.vendors() == [("Acme", True)]
    held = {id_: desk.held(Ref(PLATFORM, Kind.VENDOR, id_)) for id_ in ("ven_1", "ven_2")}
    assert sorted(held.values()) in ([[], ["name_taken"]], [[], ["refused_by_accounting"]])
