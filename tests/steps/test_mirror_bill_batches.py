"""mirror_bill: a batch whose records were read together, while others are at work between any two of its calls (B4, X2)."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from crossfoot.core.effects import EffectState
from crossfoot.core.model import PLATFORM, Kind, Ref, Standing
from crossfoot.errors import Retryable
from crossfoot.ledger import LEASE
from crossfoot.messages import MirrorBill

from tests.fakes.copies import copied, state_of
from tests.fakes.payables_desk import Desk
from tests.fakes.receipts import BANK
from tests.fakes.trip import Crash, Mode, Trip, Wired
from tests.fakes.world import Wires

EARLY, LATE = date(2026, 11, 1), date(2026, 11, 2)
BILL, PAYMENT = Ref(PLATFORM, Kind.BILL, "bill_2"), Ref(PLATFORM, Kind.BILL_PAYMENT, "bp_1")
type Deed = Callable[[Desk], None]


def told_at_once() -> Desk:
    """Tell of two payments on one bill, of which one fits, of one on another bill, and of that once more."""
    desk = Desk()
    desk.vendor()
    desk.bill("bill_1", 100_00)
    desk.bill("bill_2", 50_00)
    desk.world.settle()
    desk.pay("bp_1", {"platform-bill_1": 60_00}, on=LATE)
    desk.pay("bp_2", {"platform-bill_1": 60_00}, on=LATE)
    third = desk.pay("bp_3", {"platform-bill_2": 20_00}, on=LATE)
    desk.change(third, number="C-3")
    return desk


def as_it_is(desk: Desk) -> None:
    """Let nobody else do anything."""


def pay_earlier(desk: Desk) -> None:
    desk.pay("bp_0", {"platform-bill_1": 60_00}, on=EARLY)


def void_one(desk: Desk) -> None:
    desk.change(PAYMENT, standing=Standing.VOID)


def delete_a_bill(desk: Desk) -> None:
    desk.change(BILL, standing=Standing.DELETED)


DEEDS: tuple[Deed, ...] = (pay_earlier, void_one, delete_a_bill)


class AtCall:
    """Lets something happen right after the call of a place."""

    def __init__(self, place: int | None = None, deed: Callable[[], None] = lambda: None) -> None:
        self.calls: list[str] = []
        self._place, self._deed = place, deed

    def wire(self, port: Any) -> Any:
        return Wired(port, self.call)

    def call(self, name: str, method: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.calls.append(name)
        at = len(self.calls) - 1
        answer = method(*args, **kwargs)
        if at == self._place:
            self._deed()
        return answer


def work_together(desk: Desk, wires: Wires | None = None) -> None:
    """Work on all that is queued in one batch; what failed, or was not reached, comes again, later."""
    world, left = desk.world, list(desk.world.queue.messages)
    world.queue.messages.clear()
    with suppress(Crash, Retryable):
        step = world.bills_step([each for each in left if isinstance(each, MirrorBill)], wires)
        for message in list(left):
            with suppress(Retryable):
                step.mirror(message)  # type: ignore[arg-type]
                left.remove(message)
    if left:
        world.clock.advance(LEASE.total_seconds() + 1)
    world.queue.send(left)


def do_at_once(desk: Desk, deed: Deed) -> None:
    """Let another worker take up what people tell at this very moment."""
    before = len(desk.world.queue.messages)
    deed(desk)
    for message in desk.world.queue.messages[before:]:
        with suppress(Retryable):
            desk.world.work(message)


def outcome(desk: Desk) -> tuple[object, ...]:
    """Let all come to rest, and show both books; the accounting was never left to refuse what we should have known."""
    desk.settle()
    desk.check_at_rest()
    refused = [each.subject for each in desk.world.effects.effects.values() if each.state is EffectState.REFUSED]
    assert not refused
    return *desk.shown(), sorted(desk.waiting().items())


def of_a_copy(world: Any) -> Desk:
    desk = object.__new__(Desk)
    desk.world = copied(world)
    return desk


class States:
    """The worlds that were seen: those in which nothing differs go on alike."""

    def __init__(self) -> None:
        self._seen: list[object] = []

    @property
    def differing(self) -> int:
        return len(self._seen)

    def is_new(self, desk: Desk) -> bool:
        state = state_of(desk.world)
        if state in self._seen:
            return False
        self._seen.append(state)
        return True


def calls_of_a_batch() -> list[str]:
    """List the calls that a batch makes while nobody else is at work."""
    wires = AtCall()
    work_together(told_at_once(), wires)
    return wires.calls


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_b4_whatever_others_do_between_two_calls_of_a_batch_is_as_if_done_before_or_behind_it(deed: Deed) -> None:
    before, behind = told_at_once(), told_at_once()
    do_at_once(before, deed)
    work_together(behind)
    do_at_once(behind, deed)
    allowed = (outcome(before), outcome(behind))
    begun, seen = told_at_once(), States()
    for place, name in enumerate(calls_of_a_batch()):
        desk = of_a_copy(begun.world)
        work_together(desk, AtCall(place, lambda desk=desk: do_at_once(desk, deed)))  # type: ignore[misc]
        if seen.is_new(desk):
            assert outcome(desk) in allowed, f"{deed.__name__} behind {name}, call {place}"
    assert seen.differing > 1


def test_x2_a_batch_whose_worker_dies_at_any_call_ends_as_it_would_have() -> None:
    begun, seen, wanted = told_at_once(), States(), outcome(told_at_once())
    for place, name in enumerate(calls_of_a_batch()):
        desk = of_a_copy(begun.world)
        work_together(desk, Trip(place, Mode.CRASH_AFTER))
        desk.world.our_payables.forget_requests()
        if seen.is_new(desk):
            assert outcome(desk) == wanted, f"dies behind {name}, call {place}"
    assert seen.differing > 1


def test_b4_what_is_said_of_a_record_rests_on_how_things_are_and_not_on_the_reads_of_its_batch() -> None:
    desk = told_at_once()
    first, second, *_ = (each for each in desk.world.queue.messages if isinstance(each, MirrorBill))
    desk.world.work(first)
    desk.world.queue.messages.clear()
    step = desk.world.bills_step([second])
    do_at_once(desk, void_one)
    step.mirror(second)
    assert (desk.held(second.record), desk.bills()["BILL_1"]) == ([], (100_00, 40_00)), "there was room by then"


def test_x2_a_record_that_comes_twice_in_a_batch_is_mirrored_twice_and_is_there_once() -> None:
    desk = told_at_once()
    work_together(desk)
    third = Ref(PLATFORM, Kind.BILL_PAYMENT, "bp_3")
    assert desk.world.queue.messages == [], "none had to come again"
    assert desk.held(third) == []
    assert desk.payments() == [(20_00, [20_00], []), (60_00, [60_00], [])]


def test_b3_what_a_partner_chooses_while_a_batch_is_worked_on_counts_for_what_would_have_waited_for_it() -> None:
    desk = told_at_once()
    desk.choose(bank_account_id="")
    messages = [each for each in desk.world.queue.messages if isinstance(each, MirrorBill)]
    desk.world.queue.messages.clear()
    step = desk.world.bills_step(messages)
    desk.choose(bank_account_id=BANK)
    step.mirror(messages[0])
    assert (desk.held(messages[0].record), len(desk.payments())) == ([], 1)
