"""mirror_payment: every rule of external payments, seen from both systems' books."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.decisions import Decision, Outcome
from crossfoot.core.model import ACCOUNTING, PSA, Kind, LinkOrigin, Ref
from crossfoot.core.preferences import ExternalPaymentsMode, Preferences
from crossfoot.errors import Conflict
from crossfoot.messages import MirrorPayment, Nudge
from crossfoot.ports import ConnectionState

from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import TENANT, World

LATER = date(2026, 11, 9)


@pytest.fixture(params=[False, True], ids=["one row", "many rows"])
def world(request: pytest.FixtureRequest) -> World:
    return World(many_rows=request.param)


def _newest(world: World, payment: Ref) -> Decision:
    return world.history.load(TENANT, payment)[-1].item


def test_e1_a_payment_made_in_quickbooks_appears_in_connectwise(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert world.rows("1001") == [(25_000, "2026-11-03")]
    world.check_at_rest()


def test_e1_a_payment_that_carries_our_marker_is_not_echoed(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    payment = world.quickbooks.pay("p1", {"q1001": 25_000}, marker="xf:0123456789abcdef")
    world.fetch_and_settle()
    assert world.rows("1001") == []
    assert _newest(world, payment).code == "made_by_crossfoot"


def test_e2_an_invoice_that_drifted_apart_is_refused_with_the_difference(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.connectwise.add_invoice("c1001", "1001", 26_000)
    payment = world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert world.rows("1001") == []
    decision = _newest(world, payment)
    assert (decision.outcome, decision.rule) == (Outcome.REFUSED, "E2")
    assert "250.00 USD in QuickBooks, 260.00 USD in ConnectWise" in decision.sentence


def test_e2_a_payment_waits_for_connectwise_to_be_connected(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.connections.states[PSA] = ConnectionState.DISCONNECTED
    payment = world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert _newest(world, payment).code == "psa_not_connected"


def test_e3_nothing_is_written_while_the_toggle_is_off(world: World) -> None:
    world.preferences.save(
        TENANT, Preferences(sync_tool_enabled=True, external_payments_mode=ExternalPaymentsMode.ALL_INVOICES)
    )
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert world.rows("1001") == []


def test_e3_what_waited_while_the_toggle_was_off_is_picked_up_by_the_crossfoot_that_turning_it_on_queues(
    world: World,
) -> None:
    world.preferences.save(TENANT, Preferences())
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.preferences.save(TENANT, Preferences(external_payments_enabled=True))
    world.crossfoot(every_payment=True)
    world.settle()
    assert world.rows("1001") == [(25_000, "2026-11-03")]


def test_e6_turning_the_toggle_on_adopts_what_was_entered_by_hand_meanwhile(world: World) -> None:
    world.preferences.save(TENANT, Preferences())
    _, psa = world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.connectwise.enter(psa, 25_000)
    world.fetch_and_settle()
    world.preferences.save(TENANT, Preferences(external_payments_enabled=True))
    world.crossfoot(every_payment=True)
    world.settle()
    world.quickbooks.void("p1")
    world.fetch_and_settle()
    assert world.rows("1001") == []


@pytest.mark.parametrize(
    ("tool", "mode", "origin", "written"),
    [
        (False, ExternalPaymentsMode.DISABLED, LinkOrigin.MATCHED, True),
        (True, ExternalPaymentsMode.DISABLED, LinkOrigin.SYNCED, False),
        (True, ExternalPaymentsMode.ALL_INVOICES, LinkOrigin.MATCHED, True),
        (True, ExternalPaymentsMode.SYNCED_INVOICES_ONLY, LinkOrigin.MATCHED, False),
        (True, ExternalPaymentsMode.SYNCED_INVOICES_ONLY, LinkOrigin.SYNCED, True),
    ],
)
def test_e4_the_mode_decides_while_the_sync_tool_is_on(
    world: World, tool: bool, mode: ExternalPaymentsMode, origin: LinkOrigin, written: bool
) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.book.links = {key: replace(link, origin=origin) for key, link in world.book.links.items()}
    world.preferences.save(TENANT, Preferences(True, tool, mode))
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert bool(world.rows("1001")) is written


def test_e5_an_edited_amount_follows(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1001": 20_000}, on=LATER)
    world.fetch_and_settle()
    assert world.rows("1001") == [(20_000, "2026-11-09")]
    world.check_at_rest()


def test_e5_a_payment_moved_to_another_invoice_leaves_the_first(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.invoice_in_both("1002", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1002": 25_000})
    world.fetch_and_settle()
    assert world.rows("1001") == []
    assert world.rows("1002") == [(25_000, "2026-11-03")]
    world.check_at_rest()


@pytest.mark.parametrize("how", ["void", "delete"])
def test_e5_a_payment_voided_or_deleted_in_quickbooks_is_taken_back_in_connectwise(world: World, how: str) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    getattr(world.quickbooks, how)("p1")
    world.fetch_and_settle()
    assert world.rows("1001") == []
    world.check_at_rest()


def test_e5_paid_then_voided_then_paid_again_is_paid(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.quickbooks.void("p1")
    world.fetch_and_settle()
    world.quickbooks.pay("p2", {"q1001": 25_000})
    world.fetch_and_settle()
    assert world.rows("1001") == [(25_000, "2026-11-03")]
    assert [(effect.generation, effect.rule) for effect in world.effects_on(psa)] == [(1, "E1"), (2, "E5"), (3, "E1")]


def test_e6_a_payment_entered_by_hand_is_adopted_and_not_repeated(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    row = world.connectwise.enter(psa, 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert world.connectwise.writes == 0
    assert world.connectwise.rows[psa] == [row]
    (effect,) = world.effects_on(psa)
    assert effect.adopted
    assert effect.rule == "E6"


def test_e6_an_adopted_payment_follows_later_changes(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    world.connectwise.enter(psa, 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.quickbooks.void("p1")
    world.fetch_and_settle()
    assert world.rows("1001") == []


def test_e6_a_payment_by_hand_that_quickbooks_does_not_show_is_never_overwritten(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    row = world.connectwise.enter(psa, 20_000)
    payment = world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert world.connectwise.rows[psa] == [row]
    decision = _newest(world, payment)
    assert decision.outcome is Outcome.REFUSED
    assert "200.00 USD of 2026-11-03" in decision.sentence
    assert decision.fix


def test_e7_several_payments_are_one_row_with_the_total_and_the_newest_date(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    world.quickbooks.pay("p2", {"q1001": 15_000}, on=LATER)
    world.fetch_and_settle()
    assert world.rows("1001") == [(25_000, "2026-11-09")]
    world.check_at_rest()


def test_e7_a_row_of_another_product_is_never_touched(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    row = world.connectwise.enter(psa, 25_000, foreign=True)
    payment = world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.quickbooks.void("p1")
    world.fetch_and_settle()
    assert world.connectwise.rows[psa] == [row]
    assert "another product" in world.history.load(TENANT, payment)[0].item.sentence


def test_e7_a_second_row_that_connectwise_refuses_is_told_and_not_tried_again_until_something_changes() -> None:
    world = World(many_rows=False)
    _, psa = world.invoice_in_both("1001", 25_000)
    world.connectwise.enter(psa, 5_000, foreign=True)
    payment = world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    tried = world.connectwise.writes
    world.clock.advance(1_000)
    world.crossfoot()
    world.settle()
    assert world.connectwise.writes == tried == 1
    assert _newest(world, payment).code == "refused_by_psa"


def test_a_payment_that_connectwise_refused_goes_through_when_its_invoice_was_opened_there(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    world.connectwise.lock(psa)
    payment = world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    assert (_newest(world, payment).code, world.connectwise.writes) == ("refused_by_psa", 1)
    world.clock.advance(1_000)
    world.connectwise.unlock(psa)
    world.fetch_and_settle()
    assert world.rows("1001") == [(10_000, "2026-11-03")]
    world.check_at_rest()


def test_e8_a_payment_waits_for_its_invoice_and_goes_through_when_it_arrives(world: World) -> None:
    world.invoice_in_both("1001", 25_000, connectwise=False)
    payment = world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert _newest(world, payment).outcome is Outcome.WAITS
    world.clock.advance(3_600)
    world.connectwise.add_invoice("c1001", "1001", 25_000)
    world.fetch_and_settle()
    assert world.rows("1001") == [(25_000, "2026-11-03")]
    world.check_at_rest()


def test_e5_a_row_that_somebody_deleted_is_not_written_again_but_told(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    payment = world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    world.connectwise.remove(psa, world.connectwise.rows[psa][0].id)
    world.fetch_and_settle()
    assert world.rows("1001") == []
    assert _newest(world, payment).code == "row_gone"
    world.connectwise.enter(psa, 10_000)
    world.fetch_and_settle()
    assert world.crossfoot().difference_count == 0


def test_one_payment_over_three_invoices_is_entered_on_each(world: World) -> None:
    for number in ("1001", "1002", "1003"):
        world.invoice_in_both(number, 10_000)
    world.quickbooks.pay("p1", {"q1001": 10_000, "q1002": 10_000, "q1003": 4_000})
    world.fetch_and_settle()
    assert [world.rows(n)[0][0] for n in ("1001", "1002", "1003")] == [10_000, 10_000, 4_000]
    assert world.crossfoot(live=True).line == "crossfoot: 3 invoices, 1 payments, 0 differences"


def test_the_rows_of_an_invoice_are_read_only_when_they_are_not_as_we_left_them(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1001": 10_000})
    before = world.connectwise.reads
    world.queue.send([Nudge(tenant=TENANT, system=ACCOUNTING, because="webhook")])
    world.settle()
    assert (world.connectwise.reads - before, world.connectwise.writes) == (1, 1)


def test_e5_two_edits_within_one_second_are_both_followed(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    for amount, because in ((10_000, "first"), (5_000, "second")):
        world.quickbooks.pay("p1", {"q1001": amount})
        world.queue.send([Nudge(tenant=TENANT, system=ACCOUNTING, because=because)])
        world.settle()
    assert world.rows("1001") == [(5_000, "2026-11-03")]


def test_an_unfinished_effect_on_one_invoice_does_not_hold_up_the_payments_of_others(world: World) -> None:
    for number in ("1001", "1002"):
        world.invoice_in_both(number, 25_000)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.quickbooks.pay("p2", {"q1002": 25_000})
    world.work(Nudge(tenant=TENANT, system=ACCOUNTING))
    trip = Trip(strike_at=None)
    world.work(MirrorPayment(tenant=TENANT, payment_id="p1"), trip)
    world = _replayed_with_a_crash_at(world, trip.calls.index("create_row"))
    one, other = (Ref(ACCOUNTING, Kind.PAYMENT, id_) for id_ in ("p1", "p2"))
    step = world.mirror_step([one, other])
    with pytest.raises(Conflict):
        step.mirror(one)
    step.mirror(other)
    assert world.rows("1002") == [(25_000, "2026-11-03")]


def _replayed_with_a_crash_at(like: World, point: int) -> World:
    world = World(many_rows=like.connectwise.many_rows)
    for number in ("1001", "1002"):
        world.invoice_in_both(number, 25_000)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.quickbooks.pay("p2", {"q1002": 25_000})
    world.work(Nudge(tenant=TENANT, system=ACCOUNTING))
    with pytest.raises(Crash):
        world.work(MirrorPayment(tenant=TENANT, payment_id="p1"), Trip(point, Mode.CRASH_AFTER))
    return world


def test_i9_e8_an_invoice_that_was_deleted_in_connectwise_and_entered_again_is_joined_anew(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    del world.connectwise.records[psa]
    world.clock.advance(3_600)
    payment = world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert _newest(world, payment).code == "psa_invoice_gone"
    again = world.connectwise.add_invoice("c2001", "1001", 25_000)
    world.fetch_and_settle()
    world.crossfoot()
    world.settle()
    assert [row.amount_minor for row in world.connectwise.rows[again]] == [25_000]
    assert world.crossfoot(live=True).difference_count == 0


def test_x5_an_invoice_that_cannot_be_read_in_connectwise_is_told_apart_from_one_that_is_gone(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.connectwise.unreadable.add(psa)
    payment = world.quickbooks.pay("p1", {"q1001": 5_000})
    world.fetch_and_settle()
    [told] = [each.item for each in world.history.load(TENANT, payment)]
    assert (told.code, told.fix[:7]) == ("psa_invoice_unreadable", "Correct")
    world.connectwise.unreadable.clear()
    world.connectwise.put(world.connectwise.invoice("c1001"))
    world.fetch_and_settle()
    assert world.rows("1001") == [(5_000, "2026-11-03")]
