"""What was answered to a key: the table and the fake say the same, whoever comes when."""

from collections.abc import Callable

import pytest
from crossfoot.adapters.dynamodb.idempotency import TAKEN_FOR, TableIdempotency
from crossfoot.adapters.dynamodb.table import Put, Table, Write
from crossfoot.errors import Rejected, UnderWay
from crossfoot.ports import Idempotency, Turn

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT
from tests.architecture.deployed import steps, timing
from tests.fakes.clock import FakeClock
from tests.fakes.idempotency import FakeIdempotency

A_DAY_S = 24 * 3600


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(params=["memory", "fake"])
def store(request: pytest.FixtureRequest, clock: FakeClock) -> Idempotency:
    return TableIdempotency(MemoryTable(), clock) if request.param == "memory" else FakeIdempotency(clock)


def answered(store: Idempotency, key: str = "k", asked: str = "this", answer: str = "{}") -> Turn:
    turn = store.begin(TENANT, key, asked)
    store.finish(TENANT, key, turn, answer)
    return turn


def test_the_same_key_and_call_get_the_same_answer_for_a_day(store: Idempotency, clock: FakeClock) -> None:
    answered(store, answer='{"id": 1}')
    clock.advance(A_DAY_S - 1)
    assert store.begin(TENANT, "k", "this").answer == '{"id": 1}'
    clock.advance(1)
    assert store.begin(TENANT, "k", "that").answer is None


def test_a_key_of_another_call_is_refused_answered_or_not(store: Idempotency, clock: FakeClock) -> None:
    answered(store)
    store.begin(TENANT, "begun", "this")
    clock.advance(TAKEN_FOR.total_seconds())
    for key in ("k", "begun"):
        with pytest.raises(Rejected) as refusal:
            store.begin(TENANT, key, "that")
        assert refusal.value.code == "idempotency_key_reused"


def test_of_two_at_once_one_does_it_and_the_other_hears_when_to_ask_again(store: Idempotency, clock: FakeClock) -> None:
    turn = store.begin(TENANT, "k", "this")
    with pytest.raises(UnderWay) as told:
        store.begin(TENANT, "k", "this")
    assert 1 <= told.value.retry_after_s <= 5
    store.finish(TENANT, "k", turn, "done")
    assert store.begin(TENANT, "k", "this").answer == "done"


def test_what_a_worker_left_behind_is_done_by_the_next_one_and_its_own_answer_comes_too_late(
    store: Idempotency, clock: FakeClock
) -> None:
    left = store.begin(TENANT, "k", "this")
    clock.advance(TAKEN_FOR.total_seconds() - 1)
    with pytest.raises(UnderWay):
        store.begin(TENANT, "k", "this")
    clock.advance(1)
    taken = store.begin(TENANT, "k", "this")
    assert taken.answer is None
    store.finish(TENANT, "k", left, "late")
    store.give_back(TENANT, "k", left)
    store.finish(TENANT, "k", taken, "right")
    assert store.begin(TENANT, "k", "this").answer == "right"


def test_a_key_that_is_given_back_is_free_for_any_call(store: Idempotency) -> None:
    store.give_back(TENANT, "k", store.begin(TENANT, "k", "this"))
    assert store.begin(TENANT, "k", "that").answer is None


def test_x6_each_partner_has_its_own_keys_of_whatever_characters(store: Idempotency) -> None:
    key = "#~" * 127
    answered(store, key=key)
    assert store.begin(OTHER_TENANT, key, "that").answer is None
    assert store.begin(TENANT, key + "!", "that").answer is None


def test_a_write_that_the_aws_client_repeats_meets_itself(clock: FakeClock) -> None:
    table = MemoryTable()
    write: Callable[[Write], object] = table.write

    def twice(what: Write) -> object:
        if isinstance(what, Put):
            write(what)
        return write(what)

    table.write = twice  # type: ignore[method-assign, assignment]
    assert TableIdempotency(table, clock).begin(TENANT, "k", "this").answer is None


def test_dynamodb_takes_the_conditions(table: Table, clock: FakeClock) -> None:
    store = TableIdempotency(table, clock)
    answered(store, answer="done")
    assert store.begin(TENANT, "k", "this").answer == "done"
    clock.advance(A_DAY_S)
    late = store.begin(TENANT, "k", "that")
    clock.advance(TAKEN_FOR.total_seconds())
    store.give_back(TENANT, "k", store.begin(TENANT, "k", "that"))
    store.finish(TENANT, "k", late, "late")
    assert store.begin(TENANT, "k", "other").answer is None


def test_a_key_costs_two_write_units(counting_table: CountingTable, clock: FakeClock) -> None:
    answered(TableIdempotency(counting_table, clock))
    assert counting_table.write_units == 2


@pytest.mark.parametrize("stage", ["local", "staging", "production"])
def test_a_turn_outlives_every_worker_of_the_api(stage: str) -> None:
    assert TAKEN_FOR.total_seconds() > timing(stage, steps()["api"]["Timeout"])
