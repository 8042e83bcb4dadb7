"""Turns: one press in so long, however many press at once (I7)."""

from datetime import timedelta

import pytest
from crossfoot.adapters.dynamodb.limits import TableLimits
from crossfoot.adapters.dynamodb.table import Table, Write
from crossfoot.adapters.dynamodb.values import Item
from crossfoot.errors import Conflict
from crossfoot.ports import Limits

from tests.adapters.dynamodb.doubles import InterruptedTable
from tests.adapters.dynamodb.memory import Interleaving, Items, MemoryTable, orders
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT
from tests.fakes.clock import START, FakeClock
from tests.fakes.fetching import FakeLimits

HOUR = timedelta(hours=1)
FETCH = "fetch_new_data"


@pytest.fixture(params=["table", "memory"])
def limits(request: pytest.FixtureRequest, clock: FakeClock) -> Limits:
    if request.param == "memory":
        return FakeLimits(clock)
    return TableLimits(request.getfixturevalue("table"), clock)


def test_i7_a_turn_is_free_once_an_hour_for_each_partner_and_each_thing(limits: Limits, clock: FakeClock) -> None:
    assert limits.take(TENANT, FETCH, HOUR) is None
    assert limits.take(OTHER_TENANT, FETCH, HOUR) is None
    assert limits.take(TENANT, "fetch_unpaid", HOUR) is None
    clock.advance(3_599)
    assert limits.take(TENANT, FETCH, HOUR) == START + HOUR
    clock.advance(1)
    assert limits.take(TENANT, FETCH, HOUR) is None
    assert limits.take(TENANT, FETCH, HOUR) == START + 2 * HOUR


def test_a_turn_that_was_given_back_is_free_again(limits: Limits) -> None:
    limits.give_back(TENANT, FETCH)
    assert limits.take(TENANT, FETCH, HOUR) is None
    limits.give_back(OTHER_TENANT, FETCH)
    assert limits.take(TENANT, FETCH, HOUR) == START + HOUR
    limits.give_back(TENANT, FETCH)
    assert limits.take(TENANT, FETCH, HOUR) is None


def test_i7_of_two_presses_at_once_one_wins_in_every_order_of_calls(clock: FakeClock) -> None:
    for order in orders(2, 2):
        items: Items = {}
        answers: list[object] = []

        def press(table: MemoryTable, answers: list[object] = answers) -> None:
            answers.append(TableLimits(table, clock).take(TENANT, FETCH, HOUR))

        assert Interleaving(order).run(items, [press, press]) == []
        assert sorted(answers, key=str) == [START + HOUR, None]


def test_a_turn_that_was_given_back_between_is_taken(table_name: str, clock: FakeClock) -> None:
    theirs = TableLimits(Table(table_name), clock)

    class GivenBack(InterruptedTable):
        def get(self, key: object, **how: object) -> Item | None:
            theirs.give_back(TENANT, FETCH)
            return super().get(key, **how)  # type: ignore[arg-type]

    theirs.take(TENANT, FETCH, HOUR)
    assert TableLimits(GivenBack(table_name), clock).take(TENANT, FETCH, HOUR) is None


def test_a_turn_whose_answer_was_lost_meets_itself(table_name: str, clock: FakeClock) -> None:
    class RepeatedTable(Table):
        """Writes twice, as the AWS client does when the first answer does not come."""

        def write(self, write: Write) -> Item:
            super().write(write)
            return super().write(write)

    limits = TableLimits(RepeatedTable(table_name), clock)
    assert limits.take(TENANT, FETCH, HOUR) is None
    assert TableLimits(Table(table_name), clock).take(TENANT, FETCH, HOUR) == START + HOUR


def test_a_turn_that_never_stands_still_is_a_conflict(clock: FakeClock) -> None:
    table = MemoryTable()
    limits = TableLimits(table, clock)
    limits.take(TENANT, FETCH, HOUR)
    taken = dict(table.items)

    def give_and_take() -> None:
        table.items.clear() if table.items else table.items.update(taken)

    give_and_take()
    with pytest.raises(Conflict, match=FETCH):
        TableLimits(MemoryTable(table.items, give_and_take), clock).take(TENANT, FETCH, HOUR)
