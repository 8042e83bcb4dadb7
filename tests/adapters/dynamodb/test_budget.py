"""The budget: a vendor's limit shared by all workers, at one write a block."""

import pytest
from crossfoot.adapters.dynamodb.budget import FLUSH_EVERY, Limit, TableBudget
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.errors import RateLimited

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, QBO, TENANT
from tests.fakes.clock import FakeClock


class SteppingBudget(TableBudget):
    """A budget whose pauses move the clock."""

    def __init__(self, table: Table, clock: FakeClock) -> None:
        super().__init__(table, clock, pause=clock.advance)


def take_all(budget: TableBudget, tenant: str = TENANT) -> int:
    taken = 0
    try:
        while True:
            budget.take(tenant, CW, metered=False)
            taken += 1
    except RateLimited:
        return taken


def test_the_calls_of_a_minute_cost_a_write_a_block(counting_table: CountingTable, clock: FakeClock) -> None:
    assert take_all(SteppingBudget(counting_table, clock)) == 900
    assert counting_table.calls.count("UpdateItem") == 900 // 50 + 1


def test_workers_share_the_limit_and_partners_do_not(table: Table, clock: FakeClock) -> None:
    workers = [SteppingBudget(table, clock) for _ in range(3)]
    for worker in workers:
        worker.take(TENANT, CW, metered=False)
    assert sum(take_all(worker) for worker in workers) == 900 - 3
    assert take_all(workers[0], OTHER_TENANT) == 900


def test_a_used_up_minute_says_when_the_next_one_begins_and_that_one_is_free(table: Table, clock: FakeClock) -> None:
    budget = SteppingBudget(table, clock)
    clock.advance(12.5)
    take_all(budget)
    with pytest.raises(RateLimited) as refusal:
        budget.take(TENANT, CW, metered=False)
    assert refusal.value.retry_after_s == pytest.approx(47.5)
    clock.advance(47.5)
    assert take_all(budget) == 900


def test_what_a_lease_leaves_over_is_not_taken_into_the_next_minute(table: Table, clock: FakeClock) -> None:
    budget = SteppingBudget(table, clock)
    budget.take(TENANT, CW, metered=False)
    clock.advance(60)
    assert take_all(budget) == 900


def test_metered_calls_are_counted_for_partner_and_month(table: Table, clock: FakeClock) -> None:
    budget = SteppingBudget(table, clock)
    for _ in range(7):
        budget.take(TENANT, QBO, metered=True)
        budget.take(TENANT, QBO, metered=False)
    budget.take(OTHER_TENANT, QBO, metered=True)
    for _ in range(2):
        budget.flush()
        assert budget.load_metered(TENANT, QBO, "2026-11") == 7
        assert budget.load_metered(OTHER_TENANT, QBO, "2026-11") == 1
    assert budget.load_metered(TENANT, QBO, "2026-12") == 0


def test_the_one_read_of_a_quiet_partner_is_counted_at_once(table: Table, clock: FakeClock) -> None:
    for _ in range(3):
        SteppingBudget(table, clock).take(TENANT, QBO, metered=True)
    assert SteppingBudget(table, clock).load_metered(TENANT, QBO, "2026-11") == 3


def test_a_worker_that_dies_loses_few_of_the_count(table: Table, clock: FakeClock) -> None:
    budget = SteppingBudget(table, clock)
    for _ in range(120):
        budget.take(TENANT, QBO, metered=True)
    assert 120 - budget.load_metered(TENANT, QBO, "2026-11") < FLUSH_EVERY


def test_a_limit_is_a_whole_number_of_blocks() -> None:
    with pytest.raises(ValueError, match="whole number"):
        Limit(per_minute=450, block=40)
