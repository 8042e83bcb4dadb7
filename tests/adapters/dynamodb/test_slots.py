"""QuickBooks' limits hold in any minute and any second, however many workers of a partner call it, and are used."""

import heapq
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

import pytest
from crossfoot.adapters.dynamodb.budget import TableBudget
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.errors import RateLimited

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import Interleaving, MemoryTable, orders
from tests.adapters.dynamodb.records import OTHER_TENANT, QBO, TENANT
from tests.fakes.clock import START, FakeClock

PER_MINUTE, PER_SECOND, BATCHES_PER_MINUTE = 500, 10, 40


def push(
    table: Table, calls: int, latencies_s: Sequence[float], shares: Sequence[int] = (), *, batch: bool = False
) -> list[float]:
    """Let workers share some calls, each with its own time per call. Returns: when each call was made, in seconds.

    Takes: `shares` are how many of the calls each worker has to make; without them, whoever is free makes the next one.
    """
    clock, left = FakeClock(), list(shares) or [calls] * len(latencies_s)
    budgets = [TableBudget(table, clock, pause=clock.advance) for _ in latencies_s]
    due = [(START, worker) for worker in range(len(latencies_s))]
    made: list[float] = []
    while len(made) < calls:
        clock.time, worker = heapq.heappop(due)
        try:
            budgets[worker].take(TENANT, QBO, metered=False, batch=batch)
            made.append((clock.now() - START).total_seconds())
            left[worker] -= 1
            if left[worker]:
                heapq.heappush(due, (clock.now() + timedelta(seconds=latencies_s[worker]), worker))
        except RateLimited as limit:
            heapq.heappush(due, (clock.now() + timedelta(seconds=limit.retry_after_s), worker))
    return sorted(made)


def most_within(times: Sequence[float], seconds: float) -> int:
    """Count the calls of the fullest stretch of time."""
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - seconds:
            first += 1
        most = max(most, last - first + 1)
    return most


@pytest.mark.parametrize(
    "latencies_s",
    [(0.0,), (0.01,) * 4, (0.3,) * 4, (0.05, 0.2, 0.5, 1.0, 0.0), (0.02,) * 12],
    ids=["one", "four fast", "four slow", "all kinds", "many"],
)
def test_quickbooks_limits_hold_in_any_minute_and_second_and_are_used(latencies_s: Sequence[float]) -> None:
    times = push(MemoryTable(), 1_000, latencies_s)
    assert most_within(times, 60) <= PER_MINUTE
    assert most_within(times, 1) <= PER_SECOND
    # The vendor's own limit lets a thousand calls through in 110 seconds.
    assert times[-1] <= 1.1 * 110


def test_of_two_full_minutes_no_slot_is_left_unused_by_workers_that_have_done_their_share() -> None:
    # One slot that nobody uses, and the last of a thousand calls has to wait for the third minute.
    times = push(MemoryTable(), 1_000, (0.02, 0.06, 0.11, 0.07), (270, 255, 240, 235))
    assert times[-1] <= 1.08 * 109


def test_batches_keep_a_limit_of_their_own_and_use_it() -> None:
    times = push(MemoryTable(), 120, (0.3, 0.8), batch=True)
    assert most_within(times, 60) <= BATCHES_PER_MINUTE
    # The vendor's own limit lets them through in two minutes and a little.
    assert times[-1] <= 1.15 * 120


def test_single_calls_go_on_while_batches_are_used_up(clock: FakeClock) -> None:
    budget = TableBudget(MemoryTable(), clock, pause=clock.advance)
    for _ in range(BATCHES_PER_MINUTE):
        budget.take(TENANT, QBO, metered=True, batch=True)
    with pytest.raises(RateLimited) as refusal:
        budget.take(TENANT, QBO, metered=True, batch=True)
    before = clock.now()
    budget.take(TENANT, QBO, metered=False)
    assert (clock.now() - before).total_seconds() < 1
    clock.advance(refusal.value.retry_after_s)
    budget.take(TENANT, QBO, metered=True, batch=True)


def test_workers_that_cannot_keep_up_go_as_fast_as_they_can() -> None:
    times = push(MemoryTable(), 100, (1.0, 1.0))
    assert times[-1] < 60


def test_a_call_costs_one_read_and_one_write_of_one_small_item(counting_table: CountingTable, clock: FakeClock) -> None:
    budget = TableBudget(counting_table, clock, pause=clock.advance)
    for _ in range(20):
        budget.take(TENANT, QBO, metered=False)
    assert counting_table.calls == ["GetItem", "PutItem"] * 20


def test_a_partner_who_was_quiet_does_not_wait_and_neither_does_another_one(clock: FakeClock) -> None:
    table = MemoryTable()
    for _ in range(3):
        for tenant in (TENANT, OTHER_TENANT):
            before = clock.now()
            TableBudget(table, clock, pause=clock.advance).take(tenant, QBO, metered=True)
            assert clock.now() == before
        clock.advance(10)


def test_who_would_wait_for_long_is_told_when_to_come_again(clock: FakeClock) -> None:
    table = MemoryTable()
    push(table, 500, (0.01,))
    clock.advance(54)
    budget = TableBudget(table, clock, pause=clock.advance)
    with pytest.raises(RateLimited) as refusal:
        budget.take(TENANT, QBO, metered=False)
    assert refusal.value.system == QBO
    assert refusal.value.retry_after_s == pytest.approx(7, abs=1)
    clock.advance(refusal.value.retry_after_s)
    budget.take(TENANT, QBO, metered=False)


def test_slots_that_a_wrong_clock_gave_keep_nobody_waiting(clock: FakeClock) -> None:
    table, ahead = MemoryTable(), FakeClock(START + timedelta(hours=1))
    TableBudget(table, ahead, pause=ahead.advance).take(TENANT, QBO, metered=False)
    TableBudget(table, clock, pause=clock.advance).take(TENANT, QBO, metered=False)
    assert clock.now() == START


def test_two_workers_that_lease_at_once_get_slots_of_their_own() -> None:
    for order in orders(3, 3):
        clocks = [FakeClock(), FakeClock()]
        work: list[Callable[[MemoryTable], object]] = [partial(_take_one, clock=clock) for clock in clocks]
        assert Interleaving(order).run({}, work) == []
        assert sorted((clock.now() - START).total_seconds() for clock in clocks) == [0, 0.112]


def test_workers_that_are_too_many_to_lease_come_again(clock: FakeClock) -> None:
    table = MemoryTable()
    TableBudget(table, clock, pause=clock.advance).take(TENANT, QBO, metered=False)
    (key,) = table.items

    def lease_before() -> None:
        table.items[key] = {**table.items[key], "rev": int(str(table.items[key]["rev"])) + 1}

    crowded = TableBudget(MemoryTable(table.items, lease_before), clock, pause=clock.advance)
    with pytest.raises(RateLimited):
        crowded.take(TENANT, QBO, metered=False)


def _take_one(table: MemoryTable, clock: FakeClock) -> None:
    TableBudget(table, clock, pause=clock.advance).take(TENANT, QBO, metered=False)
