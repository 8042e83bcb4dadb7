"""The effects ledger: two workers, lost answers and refusals, without any vendor (X2)."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from crossfoot import http, ledger
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import PSA, Kind, Ref
from crossfoot.errors import AuthExpired, Conflict, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable
from crossfoot.ledger import (
    LEASE,
    LONGEST_COMMIT,
    Written,
    confirm_adopted,
    perform,
    plan,
    settle,
    withdraw,
    withdraw_unsent,
)

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


def _latest(store: FakeEffects) -> Effect:
    found = store.load_latest(EFFECT.tenant, EFFECT.kind, EFFECT.subject)
    assert found is not None
    return found


def _unconnected() -> Vendor:
    raise AuthExpired("nobody is connected")


def _work(effect: Effect, store: FakeEffects, vendor: Vendor, clock: FakeClock) -> Effect:
    """Do what a step does: find out what was left behind, and only then plan and perform."""
    latest = store.load_latest(effect.tenant, effect.kind, effect.subject)
    if latest is not None:
        latest = settle(latest, store, lambda: vendor, clock)
        if latest.settled:
            return latest
    return perform(plan(effect, store, clock), store, vendor, clock)


def test_x2_an_effect_that_is_performed_twice_is_sent_once(store: FakeEffects, clock: FakeClock) -> None:
    vendor = Vendor()
    first = _work(EFFECT, store, vendor, clock)
    second = _work(EFFECT, store, vendor, clock)
    assert (vendor.arrived, vendor.looks) == (1, 0)
    assert first == second
    assert first.state is EffectState.CONFIRMED


def test_x2_a_lost_answer_is_looked_for_and_adopted(store: FakeEffects, clock: FakeClock) -> None:
    vendor = Vendor(OutcomeUnknown("timeout"))
    with pytest.raises(OutcomeUnknown):
        _work(EFFECT, store, vendor, clock)
    clock.advance(LONGEST_COMMIT.total_seconds())
    settled = _work(EFFECT, store, vendor, clock)
    assert (vendor.arrived, vendor.looks, settled.adopted) == (1, 1, True)


def test_x2_a_lost_answer_is_left_alone_while_the_vendor_may_still_commit_it(
    store: FakeEffects, clock: FakeClock
) -> None:
    vendor = Vendor(OutcomeUnknown("timeout"))
    with pytest.raises(OutcomeUnknown):
        _work(EFFECT, store, vendor, clock)
    vendor.arrived = 0  # not committed yet
    clock.advance(LONGEST_COMMIT.total_seconds() - 1)
    with pytest.raises(Conflict):
        _work(EFFECT, store, vendor, clock)
    vendor.arrived = 1
    clock.advance(1)
    _work(EFFECT, store, vendor, clock)
    assert vendor.arrived == 1


def test_x2_a_send_that_never_arrived_is_planned_afresh_after_a_look(store: FakeEffects, clock: FakeClock) -> None:
    vendor = Vendor(OutcomeUnknown("reset"))
    with pytest.raises(OutcomeUnknown):
        _work(EFFECT, store, vendor, clock)
    vendor.arrived = 0
    clock.advance(LONGEST_COMMIT.total_seconds())
    settled = _work(replace(EFFECT, body={"amount": 2}), store, vendor, clock)
    assert (vendor.arrived, vendor.looks, settled.body) == (1, 1, {"amount": 2})


@pytest.mark.parametrize(
    "error", [RateLimited("429", 30), RemoteUnavailable("refused"), Conflict("5010"), AuthExpired("401")]
)
def test_x2_what_certainly_did_not_arrive_gives_way_to_a_fresher_plan(
    store: FakeEffects, clock: FakeClock, error: Exception
) -> None:
    vendor = Vendor(error)
    with pytest.raises(type(error)):
        _work(EFFECT, store, vendor, clock)
    assert _latest(store).never_sent
    settled = _work(replace(EFFECT, body={"amount": 2}), store, vendor, clock)
    assert (vendor.arrived, vendor.looks, settled.body) == (1, 0, {"amount": 2})


def test_x2_what_was_never_sent_and_is_no_longer_wanted_is_withdrawn(store: FakeEffects, clock: FakeClock) -> None:
    planned = plan(EFFECT, store, clock)
    withdrawn = withdraw(planned, store, clock)
    assert withdrawn.settled
    with pytest.raises(Conflict):
        perform(planned, store, Vendor(), clock)


def test_x2_what_may_have_been_sent_is_not_withdrawn(store: FakeEffects, clock: FakeClock) -> None:
    assert withdraw_unsent(None, store, clock) is None
    with pytest.raises(OutcomeUnknown):
        _work(EFFECT, store, Vendor(OutcomeUnknown("timeout")), clock)
    lost = _latest(store)
    assert lost.in_flight
    assert withdraw_unsent(lost, store, clock) == lost == _latest(store)


def test_x2_what_was_never_sent_is_withdrawn_once(store: FakeEffects, clock: FakeClock) -> None:
    withdrawn = withdraw_unsent(plan(EFFECT, store, clock), store, clock)
    assert withdrawn.state is EffectState.WITHDRAWN
    assert withdraw_unsent(withdrawn, store, clock) == withdrawn == _latest(store)


def test_x2_no_vendor_is_opened_where_nothing_is_in_flight(store: FakeEffects, clock: FakeClock) -> None:
    planned = plan(EFFECT, store, clock)
    assert settle(None, store, _unconnected, clock) is None
    assert settle(planned, store, _unconnected, clock) == planned
    settled = perform(planned, store, Vendor(), clock)
    assert settle(settled, store, _unconnected, clock) == settled == _latest(store)


def test_x2_a_vendor_that_cannot_be_opened_leaves_an_effect_in_flight_as_it_was(
    store: FakeEffects, clock: FakeClock
) -> None:
    with pytest.raises(OutcomeUnknown):
        _work(EFFECT, store, Vendor(OutcomeUnknown("timeout")), clock)
    lost = _latest(store)
    clock.advance(LONGEST_COMMIT.total_seconds())
    with pytest.raises(AuthExpired):
        settle(lost, store, _unconnected, clock)
    assert _latest(store) == lost


def test_x2_a_second_worker_waits_while_the_first_may_still_send(store: FakeEffects, clock: FakeClock) -> None:
    inner = Vendor()

    class Slow(Vendor):
        def send(self, effect: Effect) -> Written:
            with pytest.raises(Conflict):
                _work(EFFECT, store, inner, clock)
            return super().send(effect)

    slow = Slow()
    _work(EFFECT, store, slow, clock)
    assert (slow.arrived, inner.arrived) == (1, 0)


def test_x2_a_worker_that_lost_its_lease_cannot_settle_over_its_successor(store: FakeEffects, clock: FakeClock) -> None:
    successor = Vendor()

    class Stalled(Vendor):
        def send(self, effect: Effect) -> Written:
            clock.advance(LEASE.total_seconds() + 1)
            _work(EFFECT, store, successor, clock)
            raise RateLimited("late", 30)

    with pytest.raises(Conflict):
        _work(EFFECT, store, Stalled(), clock)
    assert _latest(store).state is EffectState.CONFIRMED


def test_x2_two_workers_that_planned_the_same_effect_do_not_both_send(store: FakeEffects, clock: FakeClock) -> None:
    first, second = plan(EFFECT, store, clock), plan(EFFECT, store, clock)
    vendor = Vendor()
    perform(first, store, vendor, clock)
    with pytest.raises(Conflict):
        perform(second, store, vendor, clock)
    assert vendor.arrived == 1


def test_x2_two_intentions_for_one_subject_meet_at_one_key(store: FakeEffects, clock: FakeClock) -> None:
    first = plan(EFFECT, store, clock)
    second = plan(replace(EFFECT, body={"amount": 2}), store, clock)
    vendor = Vendor()
    with pytest.raises(Conflict):
        perform(first, store, vendor, clock)
    assert perform(second, store, vendor, clock).body == {"amount": 2}
    with pytest.raises(Conflict):
        plan(EFFECT, store, clock)
    assert vendor.arrived == 1


def test_a_look_that_fails_leaves_the_effect_to_be_looked_for_again(store: FakeEffects, clock: FakeClock) -> None:
    class Blind(Vendor):
        def look(self, effect: Effect) -> Written | None:
            raise RemoteUnavailable("503")

    with pytest.raises(OutcomeUnknown):
        _work(EFFECT, store, Vendor(OutcomeUnknown("timeout")), clock)
    clock.advance(LONGEST_COMMIT.total_seconds())
    with pytest.raises(RemoteUnavailable):
        _work(EFFECT, store, Blind(), clock)
    vendor = Vendor()
    vendor.arrived = 1
    assert _work(EFFECT, store, vendor, clock).adopted
    assert vendor.arrived == 1


def test_a_refusal_is_an_end_with_its_reason(store: FakeEffects, clock: FakeClock) -> None:
    settled = _work(EFFECT, store, Vendor(Rejected("InvalidObject", "One payment only.", "Remove it.")), clock)
    assert (settled.state, settled.refusal, settled.fix) == (EffectState.REFUSED, "One payment only.", "Remove it.")


def test_what_stands_already_is_confirmed_without_a_send(store: FakeEffects, clock: FakeClock) -> None:
    adopted = confirm_adopted(plan(EFFECT, store, clock), Written("", {"rows": []}), store, clock)
    assert (adopted.state, adopted.adopted, adopted.result) == (EffectState.CONFIRMED, True, {"rows": []})


def test_a_lease_outlives_every_worker_and_what_it_sent_last() -> None:
    template = (Path(__file__).parent.parent / "template.yaml").read_text()
    rows = dict(re.findall(r"^    (local|staging|production): \{(.*)\}", template, flags=re.MULTILINE))
    assert len(rows) == 3
    for stage in ("staging", "production"):
        times = {name: int(seconds) for name, seconds in re.findall(r"(\w+): \"?(\d+)", rows[stage])}
        assert times["PaymentTimeout"] == ledger.PATIENCE.longest_life.total_seconds()
        assert times["VendorCommit"] == ledger.PATIENCE.longest_commit.total_seconds() > http.READ_TIMEOUT_S
        assert times["PaymentVisibility"] > ledger.PATIENCE.lease.total_seconds()
