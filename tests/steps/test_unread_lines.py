"""Lines that may no longer be read (C3): an edit of the invoice does not take away what the book knows of it."""

from dataclasses import replace

import pytest
from crossfoot.core.model import PSA, CreditMemo, Invoice, Kind, Line, LineKind, Ref
from crossfoot.core.unread_lines import stand_in
from crossfoot.messages import Nudge

from tests.fakes.trip import Mode, Trip
from tests.fakes.world import TENANT, World

HOURS = Line("5", LineKind.TIME, "Replaced the switch", 18_000)
LICENCE, ANOTHER = (Line(id_, LineKind.PRODUCT, "Licence", 2_000) for id_ in ("6", "7"))
NOT_READ = stand_in(LineKind.TIME, 18_000)


def _world() -> World:
    """An invoice was read with its lines; then the right to read time entries was taken away, and a product added."""
    world = World()
    world.connectwise.add_invoice("c1001", "1001", 20_000)
    _show(world, HOURS, LICENCE)
    world.fetch_and_settle()
    _show(world, NOT_READ, LICENCE, ANOTHER)
    return world


def _show(world: World, *lines: Line) -> None:
    total = sum(line.amount_minor for line in lines)
    world.clock.advance(60)
    world.connectwise.put(
        replace(world.connectwise.invoice("c1001"), lines=lines, total_minor=total, balance_minor=total)
    )


def _lines(world: World) -> tuple[Line, ...]:
    record = world.book.load(TENANT, Ref(PSA, Kind.INVOICE, "c1001"))
    assert isinstance(record, Invoice | CreditMemo)
    return world.book.load_lines(TENANT, record)


def test_c3_lines_that_were_read_are_kept_where_the_right_is_gone() -> None:
    world = _world()
    world.fetch_and_settle()
    assert _lines(world) == (HOURS, LICENCE, ANOTHER)


def test_c3_where_more_was_worked_by_then_that_is_told_apart() -> None:
    world = _world()
    _show(world, stand_in(LineKind.TIME, 24_000), LICENCE)
    world.fetch_and_settle()
    assert _lines(world) == (HOURS, stand_in(LineKind.TIME, 6_000), LICENCE)


def test_c3_once_the_right_is_given_everything_is_as_it_is_there() -> None:
    world = _world()
    _show(world, NOT_READ, LICENCE)
    world.fetch_and_settle()
    more = replace(HOURS, amount_minor=24_000)
    _show(world, more, LICENCE)
    world.fetch_and_settle()
    assert _lines(world) == (more, LICENCE)


@pytest.mark.parametrize("mode", list(Mode))
def test_c3_lines_are_kept_though_a_worker_dies_anywhere(mode: Mode) -> None:
    calls, world = Trip(), _world()
    world.nudge()
    world.settle(calls, only=Nudge)
    for call in range(len(calls.calls)):
        world = _world()
        world.nudge()
        world.settle(Trip(call, mode), only=Nudge)
        assert _lines(world) == (HOURS, LICENCE, ANOTHER), f"{mode} at {calls.calls[call]}"
