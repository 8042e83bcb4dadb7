"""The effects ledger, with several effects in one call: each ends by itself, whatever becomes of the others (X2)."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import PSA, Kind, Ref
from crossfoot.errors import AuthExpired, Conflict, OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable
from crossfoot.ledger import LEASE, Written, perform_many, plan

from tests.fakes.clock import FakeClock
from tests.fakes.table import FakeEffects

EFFECTS = [Effect("t_00000001", "sale", Ref(PSA, Kind.INVOICE, str(n)), 1, {}, "S8", "", ()) for n in (1, 2, 3)]


class Vendor:
    """Hands that answer for each as they are told to, or fail as a whole."""

    def __init__(self, *outcomes: Exception | None, fails: Exception | None = None) -> None:
        self.outcomes, self.fails = outcomes, fails
        self.sent: list[str] = []

    def send_many(self, effects: Sequence[Effect]) -> list[Written | Exception]:
        self.sent += [effect.subject.id for effect in effects]
        if self.fails:
            raise self.fails
        return [
            outcome or Written(effect.subject.id, {})
            for effect, outcome in zip(effects, self._told(effects), strict=True)
        ]

    def _told(self, effects: Sequence[Effect]) -> Sequence[Exception | None]:
        return self.outcomes or [None] * len(effects)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store() -> FakeEffects:
    return FakeEffects()


def _planned(store: FakeEffects, clock: FakeClock) -> list[Effect]:
    return [plan(effect, store, clock) for effect in EFFECTS]


def _states(store: FakeEffects) -> list[EffectState]:
    return [effect.state for effect in store.effects.values()]


def test_x2_many_effects_are_sent_in_one_call_and_each_is_confirmed(store: FakeEffects, clock: FakeClock) -> None:
    vendor = Vendor()
    ended = perform_many(_planned(store, clock), store, vendor, clock)
    assert vendor.sent == ["1", "2", "3"]
    assert [each.remote_id for each in ended if isinstance(each, Effect)] == ["1", "2", "3"]
    assert _states(store) == [EffectState.CONFIRMED] * 3


def test_x2_each_of_many_ends_by_itself(store: FakeEffects, clock: FakeClock) -> None:
    lost, refusal = OutcomeUnknown("no answer for this one"), Rejected("6140", "That number is taken.", "Change it.")
    ended = perform_many(_planned(store, clock), store, Vendor(refusal, None, lost), clock)
    assert ended[2] is lost
    assert _states(store) == [EffectState.REFUSED, EffectState.CONFIRMED, EffectState.UNKNOWN]
    assert [each.refusal for each in ended if isinstance(each, Effect)] == ["That number is taken.", ""]


@pytest.mark.parametrize(
    "error", [RateLimited("429", 30), RemoteUnavailable("503"), Conflict("5010"), AuthExpired("401")]
)
def test_x2_what_certainly_did_not_arrive_of_many_is_given_back(
    store: FakeEffects, clock: FakeClock, error: Exception
) -> None:
    ended = perform_many(_planned(store, clock), store, Vendor(None, error, None), clock)
    assert ended[1] is error
    assert [effect.never_sent for effect in store.effects.values()] == [False, True, False]


@pytest.mark.parametrize(
    "error", [RateLimited("429", 30), RemoteUnavailable("refused"), AuthExpired("401"), Rejected("1040", "Too large.")]
)
def test_x2_a_call_that_was_refused_as_a_whole_gives_all_of_them_back(
    store: FakeEffects, clock: FakeClock, error: Exception
) -> None:
    with pytest.raises(type(error)):
        perform_many(_planned(store, clock), store, Vendor(fails=error), clock)
    assert all(effect.never_sent for effect in store.effects.values())


def test_x2_a_call_whose_answer_was_lost_leaves_each_to_be_looked_for(store: FakeEffects, clock: FakeClock) -> None:
    with pytest.raises(OutcomeUnknown):
        perform_many(_planned(store, clock), store, Vendor(fails=OutcomeUnknown("timeout")), clock)
    assert _states(store) == [EffectState.UNKNOWN] * 3
    assert all(effect.possible_sends for effect in store.effects.values())


def test_x2_one_that_another_worker_took_is_not_sent_with_the_others(store: FakeEffects, clock: FakeClock) -> None:
    planned, vendor = _planned(store, clock), Vendor()
    perform_many(planned[1:2], store, Vendor(), clock)
    ended = perform_many(planned, store, vendor, clock)
    assert vendor.sent == ["1", "3"]
    assert isinstance(ended[1], Conflict)
    assert _states(store) == [EffectState.CONFIRMED] * 3


def test_x2_one_that_a_successor_took_over_leaves_the_others_confirmed(store: FakeEffects, clock: FakeClock) -> None:
    class Stalled(Vendor):
        def send_many(self, effects: Sequence[Effect]) -> list[Written | Exception]:
            clock.advance(LEASE.total_seconds() + 1)
            store.replace(effects[0], replace(effects[0], fence=effects[0].fence + 1))
            return super().send_many(effects)

    ended = perform_many(_planned(store, clock), store, Stalled(), clock)
    assert isinstance(ended[0], Conflict)
    assert [state is EffectState.CONFIRMED for state in _states(store)] == [False, True, True]


def test_a_bug_in_one_of_many_is_no_outcome(store: FakeEffects, clock: FakeClock) -> None:
    with pytest.raises(ZeroDivisionError):
        perform_many(_planned(store, clock), store, Vendor(None, ZeroDivisionError(), None), clock)
    assert _states(store)[1] is EffectState.SENDING, "it is looked for once its lease has run out"
