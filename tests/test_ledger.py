"""The effects ledger: two workers, lost answers and refusals, without any vendor (X2)."""

from dataclasses import replace

import pytest
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import PSA, Kind, Ref
from crossfoot.errors import AuthExpired, Conflict, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable
from crossfoot.ledger import LEASE, Written, perform

from tests.fakes.clock import FakeClock
from tests.fakes.table import FakeEffects

EFFECT = Effect("t_00000001", "payment_rows", Ref(PSA, Kind.INVOICE, "7"), 1, {"amount": 1}, "E1", "", ())


class Vendor:
    """Hands that count, and do what they are told to."""

    def __init__(self, *outcomes: Exception | None) -> None:
        self.outcomes = list(outcomes)
        self.arrived = 0
        self.looks = 0

    def look(self, effect: Effect) -> Written | None:
        self.looks += 1
        return Written("501", {}) if self.arrived else None

    def send(self, effect: Effect) -> Written:
        outcome = self.outcomes.pop(0) if self.outcomes else None
        if outcome is None or isinstance(outcome, OutcomeUnknown):
            self.arrived += 1
        if outcome is not None:
            raise outcome
        return Written("501", {})


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store() -> FakeEffects:
    return FakeEffects()


def test_x2_an_effect_that_is_performed_twice_is_sent_once(store: FakeEffects, clock: FakeClock) -> None:
    vendor = Vendor()
    first = perform(EFFECT, store, vendor, clock)
    second = perform(EFFECT, store, vendor, clock)
    assert (vendor.arrived, vendor.looks) == (1, 0)
    assert first == second
    assert first.state is EffectState.CONFIRMED


def test_x2_a_lost_answer_is_looked_for_and_adopted(store: FakeEffects, clock: FakeClock) -> None:
    vendor = Vendor(OutcomeUnknown("timeout"))
    with pytest.raises(OutcomeUnknown):
        perform(EFFECT, store, vendor, clock)
    settled = perform(EFFECT, store, vendor, clock)
    assert (vendor.arrived, vendor.looks, settled.adopted) == (1, 1, True)


def test_x2_a_send_that_never_arrived_is_sent_again_after_a_look(store: FakeEffects, clock: FakeClock) -> None:
    vendor = Vendor(OutcomeUnknown("reset"))
    with pytest.raises(OutcomeUnknown):
        perform(EFFECT, store, vendor, clock)
    vendor.arrived = 0
    perform(EFFECT, store, vendor, clock)
    assert (vendor.arrived, vendor.looks) == (1, 1)


@pytest.mark.parametrize("error", [RateLimited("429", 30), RemoteUnavailable("refused"), AuthExpired("401")])
def test_x2_what_certainly_did_not_arrive_is_sent_again_without_a_look(
    store: FakeEffects, clock: FakeClock, error: Exception
) -> None:
    vendor = Vendor(error)
    with pytest.raises(type(error)):
        perform(EFFECT, store, vendor, clock)
    perform(EFFECT, store, vendor, clock)
    assert (vendor.arrived, vendor.looks) == (1, 0)


def test_x2_a_refused_retry_of_a_lost_send_is_still_looked_for(store: FakeEffects, clock: FakeClock) -> None:
    vendor = Vendor(OutcomeUnknown("timeout"), RateLimited("429", 30))
    with pytest.raises(OutcomeUnknown):
        perform(EFFECT, store, vendor, clock)
    vendor.arrived = 0
    with pytest.raises(RateLimited):
        perform(EFFECT, store, vendor, clock)
    perform(EFFECT, store, vendor, clock)
    assert (vendor.arrived, vendor.looks) == (1, 2)


def test_x2_a_second_worker_waits_while_the_first_may_still_send(store: FakeEffects, clock: FakeClock) -> None:
    inner = Vendor()

    class Slow(Vendor):
        def send(self, effect: Effect) -> Written:
            with pytest.raises(Conflict):
                perform(EFFECT, store, inner, clock)
            return super().send(effect)

    slow = Slow()
    perform(EFFECT, store, slow, clock)
    assert (slow.arrived, inner.arrived) == (1, 0)


def test_x2_a_worker_that_lost_its_lease_cannot_settle_over_its_successor(store: FakeEffects, clock: FakeClock) -> None:
    successor = Vendor()

    class Stalled(Vendor):
        def send(self, effect: Effect) -> Written:
            clock.advance(LEASE.total_seconds() + 1)
            perform(EFFECT, store, successor, clock)
            raise RateLimited("late", 30)

    with pytest.raises(Conflict):
        perform(EFFECT, store, Stalled(), clock)
    assert store.load_all(EFFECT.tenant, EFFECT.subject)[0].state is EffectState.CONFIRMED


def test_x2_two_intentions_for_one_subject_meet_at_one_key(store: FakeEffects, clock: FakeClock) -> None:
    other = replace(EFFECT, body={"amount": 2})
    settled = perform(EFFECT, store, Vendor(), clock)
    vendor = Vendor()
    assert perform(other, store, vendor, clock) == settled
    assert vendor.arrived == 0


def test_a_plan_that_was_never_sent_gives_way_to_a_fresher_one(store: FakeEffects, clock: FakeClock) -> None:
    with pytest.raises(RateLimited):
        perform(EFFECT, store, Vendor(RateLimited("429", 30)), clock)
    settled = perform(replace(EFFECT, body={"amount": 2}), store, Vendor(), clock)
    assert settled.body == {"amount": 2}


def test_a_refusal_is_an_end_with_its_reason(store: FakeEffects, clock: FakeClock) -> None:
    settled = perform(EFFECT, store, Vendor(Rejected("InvalidObject", "One payment only.", "Remove it.")), clock)
    assert (settled.state, settled.refusal, settled.fix) == (EffectState.REFUSED, "One payment only.", "Remove it.")
