"""Fifty workers on the same event, whose calls mingle in any order: what it asks for is done once (P4, D2, X2)."""

from collections.abc import Callable, Sequence
from functools import partial
from random import Random

import pytest
from crossfoot.core.model import Payment, Standing
from crossfoot.core.preferences import Preferences
from crossfoot.errors import Retryable
from crossfoot.messages import Message

from tests.fakes.payouts import FakePayouts
from tests.fakes.receipts import BANK, FEES
from tests.fakes.telling import FakePlatform
from tests.fakes.world import TENANT, World
from tests.simulation.workers import Worker

WORKERS = 50
PREFERENCES = Preferences(
    external_payments_enabled=True, deposits_enabled=True, deposit_account_id=BANK, fee_account_id=FEES
)

# What was written in the outside systems: payments and deposits in QuickBooks, rows in ConnectWise.
type Writes = tuple[int, int, int]


class _Counted(Worker):
    turns = 0

    def go_on(self, strike: str = "") -> None:
        self.turns += 1
        super().go_on(strike)


# Whose turn it is, out of those that are at work still.
type Turns = Callable[[Sequence[_Counted]], _Counted]


def _in_step() -> Turns:
    """All of them come to the same call before any goes on to the next."""
    return lambda running: min(running, key=lambda worker: worker.turns)


def _by_chance(seed: int) -> Turns:
    return Random(seed).choice


def _paid(world: World) -> None:
    FakePlatform(world).pay("pay_1", {"quickbooks-q1001": 100_00, "connectwise-c1002": 20_00})


def _returned(world: World) -> None:
    platform = FakePlatform(world)
    platform.pay("pay_1", {"quickbooks-q1001": 100_00, "connectwise-c1002": 20_00})
    _rest(world)
    platform.change("pay_1", status="returned")


def _external(world: World) -> None:
    world.quickbooks.pay("p1", {"q1001": 60_00, "q1002": 50_00})
    world.clock.advance(10)
    world.nudge()
    while not type(world.queue.messages[0]).__name__.startswith("Mirror"):
        world.deliver()


def _paid_out(world: World) -> None:
    FakePlatform(world).pay("pay_1", {"quickbooks-q1001": 100_00})
    _rest(world)
    FakePayouts(world).pay_out("po_1", ("payment", 100_00, "pay_1"), ("fee", -2_90, "Card fee"))


def _rest(world: World) -> None:
    for _ in range(2):
        world.settle()
        world.fetch_and_settle()


# What happened; what it asks to be written, and what then stands in QuickBooks and on the two ConnectWise invoices.
EVENTS: dict[Callable[[World], None], tuple[Writes, list[int], list[int]]] = {
    _paid: ((1, 0, 2), [120_00], [100_00, 20_00]),
    _returned: ((1, 0, 2), [], [0, 0]),
    _external: ((0, 0, 2), [110_00], [60_00, 50_00]),
    _paid_out: ((0, 1, 0), [100_00], [100_00, 0]),
}
ORDERS: dict[str, Callable[[], Turns]] = {
    "in step": _in_step,
    **{f"by chance {seed}": partial(_by_chance, seed) for seed in range(4)},
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__.strip("_"))
def test_p4_fifty_workers_on_one_event_have_one_effect(event: Callable[[World], None], order: str) -> None:
    world = World(many_rows=True)
    for number, minor in (("1001", 100_00), ("1002", 50_00)):
        world.invoice_in_both(number, minor)
    world.preferences.save(TENANT, PREFERENCES)
    world.fetch_and_settle()
    event(world)
    wanted, in_quickbooks, in_connectwise = EVENTS[event]
    before = _writes(world)
    message = world.queue.messages.pop(0)
    failed = _work_together(world, message, ORDERS[order]())
    assert all(isinstance(error, Retryable) for error in failed), failed
    assert len(failed) < WORKERS, "and one of them has done it"
    assert _since(before, world) == wanted
    world.queue.messages += [message] * len(failed)
    _rest(world)
    assert _since(before, world) == wanted, "who comes again finds it done"
    found = [each for each in world.quickbooks.records.values() if isinstance(each, Payment)]
    assert [each.total_minor for each in found if each.standing is Standing.LIVE] == in_quickbooks
    assert [sum(minor for minor, _ in world.rows(number)) for number in ("1001", "1002")] == in_connectwise
    assert all(effect.settled for effect in world.effects.effects.values())


def test_p4_an_event_that_is_told_fifty_times_is_on_the_queue_once() -> None:
    world = World()
    platform = FakePlatform(world)
    platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    for _ in range(WORKERS):
        platform.repeat("pay_1")
    assert len(world.queue.messages) == 1


def _work_together(world: World, message: Message, turns: Turns) -> list[BaseException]:
    """Let all of them work on one message, a call at a time. Returns: what they failed with."""
    running = [_Counted(n, world, message, world.clock.now(), _never) for n in range(WORKERS)]
    failed: list[BaseException] = []
    while running:
        worker = turns(running)
        worker.go_on()
        if worker.done:
            running.remove(worker)
            failed += [worker.failed] if worker.failed else []
    return failed


def _never(_: Callable[[], object]) -> None:
    raise AssertionError("nothing is carried out late here")


def _writes(world: World) -> Writes:
    return world.our_payments.writes, world.our_deposits.writes, world.connectwise.writes


def _since(before: Writes, world: World) -> Writes:
    now = _writes(world)
    return now[0] - before[0], now[1] - before[1], now[2] - before[2]
