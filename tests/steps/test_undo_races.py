"""Undo pressed twice, while workers die, and while they are at it: what was asked is heard, once (X1, X2)."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import pytest
from crossfoot.core.holds import hold
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Payment,
    Record,
    Ref,
    Standing,
    System,
)
from crossfoot.messages import MirrorPayment, RecordDeposit

from tests.fakes.api import Reply
from tests.fakes.copies import copied
from tests.fakes.faults import Faults
from tests.fakes.filing import TODAY
from tests.fakes.office import PAY_1, PO_1, Office, new_world
from tests.fakes.telling import FakePlatform
from tests.fakes.trip import Crash, Trip, Wired
from tests.fakes.world import TENANT, World


@pytest.fixture
def office() -> Office:
    return Office()


def test_x2_pressed_twice_it_is_undone_once_and_heard_though_the_first_died(office: Office) -> None:
    office.paid()
    key = office.effects(PAY_1, "receipts")[0]["key"]
    assert office.press(PAY_1, key).status == 202
    office.world.queue.messages.clear()  # Whoever pressed first died before it was queued.
    office.world.clock.advance(1)
    writes = office.world.our_payments.writes
    assert office.press(PAY_1, key).status == 409
    office.settle()
    assert office.books() == ([], 100_00, [])
    assert office.world.our_payments.writes == writes + 1
    assert office.told(PAY_1) == ["taken_back_by_partner", "held"]
    for _ in range(2):
        assert office.release(PAY_1).status == 202
    office.settle()
    assert office.books() == ([100_00], 100_00, [])
    assert office.told(PAY_1).count("let_go_on") == 1
    assert office.world.our_payments.writes == writes + 2


@pytest.mark.parametrize("what", ["undo", "release"])
def test_x2_what_was_pressed_is_heard_whatever_call_the_first_press_died_at(what: str) -> None:
    office = Office()
    office.paid()
    key = office.effects(PAY_1, "receipts")[0]["key"]
    if what == "release":
        office.undo(PAY_1, "receipts")
        office.settle()

    def press(pressed: Office) -> Reply:
        return pressed.press(PAY_1, key) if what == "undo" else pressed.release(PAY_1)

    for place in count():
        left = Office(copied(office.world))
        whole, wire = left.api.ports, Trip(place)
        wired = {name: wire.wire(getattr(whole, name)) for name in ("book", "history", "effects", "queue")}
        left.api.ports = replace(whole, **wired)
        with suppress(Crash):
            press(left)
        left.api.ports = whole
        left.world.clock.advance(1)
        assert press(left).status in (202, 409), place
        left.settle()
        assert left.books() == (([], 100_00, []) if what == "undo" else ([100_00], 100_00, [])), place
        assert left.told(PAY_1).count("taken_back_by_partner" if what == "undo" else "let_go_on") == 1, place
        if len(wire.calls) <= place:
            break
    assert "revise" in wire.calls


def _undone(office: Office) -> None:
    office.undo(PAY_1, "payment_rows")
    office.undo(PAY_1, "receipts")


def _released(office: Office) -> None:
    _undone(office)
    office.settle()
    office.release(PAY_1)


def _deposit_undone(office: Office) -> None:
    office.payouts.pay_out("po_1", ("payment", 100_00, "pay_1"), ("fee", -2_00, "Card fee"))
    office.settle()
    office.undo(PO_1, "deposit")


def _deposit_released(office: Office) -> None:
    _deposit_undone(office)
    office.settle()
    office.release(PO_1)


STORIES: dict[str, tuple[Callable[[Office], None], type[Any], tuple[list[int], int, list[int]]]] = {
    "undone": (_undone, MirrorPayment, ([], 0, [])),
    "let go on": (_released, MirrorPayment, ([100_00], 100_00, [])),
    "deposit undone": (_deposit_undone, RecordDeposit, ([100_00], 100_00, [])),
    "deposit let go on": (_deposit_released, RecordDeposit, ([100_00], 100_00, [98_00])),
}


@pytest.mark.parametrize("story", STORIES)
def test_x2_the_books_are_the_same_whatever_call_a_worker_dies_at(
    story: str, record_property: Callable[[str, object], None]
) -> None:
    play, kind, expected = STORIES[story]
    office = Office()
    office.paid()
    play(office)
    faults = Faults(kind)
    for at, struck in faults.strike(office.world):
        left = Office.__new__(Office)
        left.world = struck
        left.settle()
        assert left.books() == expected, at
        assert left.payment().standing is Standing.LIVE, at
    faults.record(record_property)
    assert faults.points


class _AtCall:
    """Does something before one of the calls to ports."""

    def __init__(self, place: int, do: Callable[[], None]) -> None:
        self.calls, self._place, self._do = 0, place, do

    def wire(self, port: Any) -> Any:
        return Wired(port, self._call)

    def _call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.calls - 1 == self._place:
            self._do()
        return method(*args, **kwargs)


@pytest.mark.parametrize("system", [PSA, ACCOUNTING])
def test_x2_a_hold_that_comes_at_whatever_call_of_a_worker_is_heard(system: System) -> None:
    world, place, calls = new_world(), 0, 1
    ref = FakePlatform(world).pay("pay_1", {"quickbooks-q1001": 100_00})
    while place < calls:
        left = Office.__new__(Office)
        left.world = copied(world)
        wires = _AtCall(place, partial(_hold_now, left.world, ref, system))
        left.world.deliver(wires)
        left.settle()
        assert left.books() == (([100_00], 0, []) if system is PSA else ([], 100_00, [])), place
        place, calls = place + 1, wires.calls
    assert place > 10


def _hold_now(world: World, ref: Ref, system: System) -> None:
    def held(record: Record) -> Record:
        assert isinstance(record, Payment)
        return hold(record, system, TODAY)

    world.book.revise(TENANT, [ref], held)
    world.queue.send([MirrorPayment(tenant=TENANT, system=ref.system, payment_id=ref.id, because="held")])
