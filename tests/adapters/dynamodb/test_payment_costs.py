"""How many calls to the table a mirrored payment takes, and a window that is read again: each is a round trip of time."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from crossfoot.core.model import ACCOUNTING, Invoice, Kind, Ref
from crossfoot.follow_ups import follow_ups
from crossfoot.messages import Nudge

from tests.adapters.dynamodb.doubles import CountingTable, OneByOneCountingTable
from tests.adapters.dynamodb.stores import RealTables
from tests.adapters.dynamodb.wire import MemoryClient
from tests.fakes.api import FakeApi
from tests.fakes.clock import FakeClock
from tests.fakes.world import TENANT, World

BATCH = 10


@pytest.fixture
def table() -> CountingTable:
    return OneByOneCountingTable("memory", MemoryClient())


def make_world(table: CountingTable, invoices: int) -> World:
    clock = FakeClock()
    tables: Any = RealTables(clock, table)
    world = World(clock=clock, tables=tables)
    for number in range(invoices):
        world.invoice_in_both(str(number), 10_000)
    world.fetch_and_settle()
    world.clock.advance(600)
    return world


def pay(world: World, invoices: int) -> list[str]:
    """Pay some invoices, and let the book see it."""
    for number in range(invoices):
        world.quickbooks.pay(f"p{number}", {f"q{number}": 3_000})
    world.work(Nudge(tenant=TENANT, system=ACCOUNTING))
    return [f"p{number}" for number in range(invoices)]


def refs_of(ids: list[str]) -> list[Ref]:
    return [Ref(ACCOUNTING, Kind.PAYMENT, id_) for id_ in ids]


def calls_of(table: CountingTable, work: Callable[[], object]) -> Counter[str]:
    before = len(table.calls)
    work()
    return Counter(table.calls[before:])


def test_a_batch_of_payments_is_gathered_in_a_few_calls_and_a_query_for_each_thing_that_has_no_key(
    table: CountingTable,
) -> None:
    world = make_world(table, BATCH)
    ids = pay(world, BATCH)
    for size in (1, BATCH):
        calls = calls_of(table, partial(world.mirror_step, refs_of(ids[:size])))
        # The newest effect on the rows, and who pays the invoice, by either of its copies.
        assert calls.pop("Query") == 3 * size
        # One of the batches asks what held the payments up before.
        assert calls == {"GetItem": 1, "BatchGetItem": 6}


def test_a_gathered_payment_takes_five_calls_and_a_batch_of_ten_at_most_nine_each(
    table: CountingTable,
) -> None:
    world = make_world(table, BATCH)
    ids = pay(world, BATCH)
    start = len(table.calls)
    step = world.mirror_step(refs_of(ids))
    for payment in refs_of(ids):
        # Planned, sending, confirmed; between the first two, what it was planned from and the partner's verdicts.
        assert calls_of(table, partial(step.mirror, payment)) == {"PutItem": 3, "BatchGetItem": 2}
    assert len(table.calls) - start <= 9 * BATCH
    assert [world.rows(str(number)) for number in range(BATCH)] == [[(3_000, "2026-11-03")]] * BATCH


def test_a_mirrored_payment_costs_at_most_nine_write_units_with_its_arrival(table: CountingTable) -> None:
    world = make_world(table, BATCH)
    start = table.write_units
    ids = pay(world, BATCH)
    step = world.mirror_step(refs_of(ids))
    for payment in refs_of(ids):
        step.mirror(payment)
    assert table.write_units - start <= 9 * BATCH


@pytest.mark.parametrize("size", [4, 16])
def test_the_payments_of_a_window_that_is_read_again_are_found_in_batches(table: CountingTable, size: int) -> None:
    world = make_world(table, size)
    pay(world, size)
    refs = [Ref(ACCOUNTING, Kind.INVOICE, f"q{number}") for number in range(size)]
    read = [each for each in world.book.load_many(TENANT, refs).values() if isinstance(each, Invoice)]
    found: list[Any] = []
    calls = calls_of(table, lambda: found.extend(follow_ups(TENANT, read, world)))
    assert {message.payment_id for message in found} == {f"p{number}" for number in range(size)}
    # The newest effect on the rows, who pays by either copy, and whether anything waited for an invoice.
    assert calls.pop("Query") == 3 * size + 1
    assert sum(calls.values()) <= 9, calls


@pytest.mark.parametrize("size", [4, 16])
def test_a_list_of_payments_with_how_far_each_has_come_is_read_in_batches(table: CountingTable, size: int) -> None:
    world = make_world(table, size)
    ids = pay(world, size)
    mirrored = ids[: size // 2]
    step = world.mirror_step(refs_of(mirrored))
    for payment in refs_of(mirrored):
        step.mirror(payment)
    api = FakeApi(world)
    api.connect_both()
    listed: list[Any] = []
    calls = calls_of(
        table, lambda: listed.extend(api.call("GET", "/v1/payments", query={"limit": "50"}).body["payments"])
    )
    assert {each["status"] for each in listed} == {"synced", "pending"}
    # The newest effect on each invoice's rows and who pays it, what was decided on each that is pending, two for the list.
    assert calls.pop("Query") <= 2 * size + (size - len(mirrored)) + 2
    # Were the payments of each invoice read by themselves, there would be a batch more for each: 21 of 16, for 5.
    assert calls == {"BatchGetItem": 5, "GetItem": 1}
