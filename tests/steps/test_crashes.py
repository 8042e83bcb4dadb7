"""Crash enumeration: die at every call to a port, or lose its answer, then deliver again. Nothing twice, nothing lost."""

from collections.abc import Callable
from datetime import date

import pytest
from crossfoot.messages import MirrorPayment, Nudge

from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import World

LATER = date(2026, 11, 9)


def _full(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})


def _over_three(world: World) -> None:
    for number in ("1001", "1002", "1003"):
        world.invoice_in_both(number, 10_000)
    world.quickbooks.pay("p1", {"q1001": 10_000, "q1002": 10_000, "q1003": 4_000})


def _second_payment(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    world.quickbooks.pay("p2", {"q1001": 15_000}, on=LATER)


def _voided(world: World) -> None:
    _full(world)
    world.fetch_and_settle()
    world.quickbooks.void("p1")


def _paid_again(world: World) -> None:
    _voided(world)
    world.fetch_and_settle()
    world.quickbooks.pay("p2", {"q1001": 25_000})


def _moved(world: World) -> None:
    world.invoice_in_both("1002", 25_000)
    _full(world)
    world.fetch_and_settle()
    world.quickbooks.pay("p1", {"q1002": 20_000})


def _by_hand(world: World) -> None:
    _, psa = world.invoice_in_both("1001", 25_000)
    world.connectwise.enter(psa, 10_000)
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.quickbooks.pay("p2", {"q1001": 15_000})


def _invoice_arrives_later(world: World) -> None:
    world.invoice_in_both("1001", 25_000, connectwise=False)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.clock.advance(3_600)
    world.connectwise.add_invoice("c1001", "1001", 25_000)


STORIES = [_full, _over_three, _second_payment, _voided, _paid_again, _moved, _by_hand, _invoice_arrives_later]


def _play(story: Callable[[World], None], many_rows: bool) -> World:
    world = World(many_rows=many_rows)
    story(world)
    world.clock.advance(10)
    world.nudge()
    return world


def _points(story: Callable[[World], None], many_rows: bool, kind: type) -> int:
    trip = Trip()
    _play(story, many_rows).settle(trip, only=kind)
    return len(trip.calls)


@pytest.mark.parametrize("many_rows", [False, True], ids=["one row", "many rows"])
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.__name__.strip("_"))
@pytest.mark.parametrize("kind", [Nudge, MirrorPayment], ids=["fetch_new_data", "mirror_payment"])
def test_no_payment_twice_none_lost_whatever_call_a_worker_dies_at(
    kind: type, story: Callable[[World], None], many_rows: bool, record_property: Callable[[str, object], None]
) -> None:
    points = _points(story, many_rows, kind)
    assert points > 0
    for mode in Mode:
        for point in range(points):
            world = _play(story, many_rows)
            trip = Trip(point, mode)
            world.settle(trip, only=kind)
            at = f"{mode} at call {point} ({trip.calls[point]}) of {kind.__name__}"
            assert len(trip.calls) > point, f"the wire was not reached: {at}"
            world.check_at_rest()
            assert world.crossfoot(live=True).difference_count == 0, at
    record_property("crash_points", points * len(Mode))


def test_a_crash_is_never_caught_by_the_product() -> None:
    world = _play(_full, many_rows=False)
    with pytest.raises(Crash):
        world.work(world.queue.messages[0], Trip(0))
