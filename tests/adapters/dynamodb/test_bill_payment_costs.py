"""How many calls to the table a payment of a bill takes in a batch of ten: each is a round trip of time (B4)."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from crossfoot.adapters.dynamodb.companies import TableCompanies
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.core.model import ACCOUNTING
from crossfoot.messages import MirrorBill
from crossfoot.ports import Connection, ConnectionState

from tests.adapters.dynamodb.doubles import CountingTable, OneByOneCountingTable, PlainVault
from tests.adapters.dynamodb.stores import RealTables
from tests.adapters.dynamodb.wire import MemoryClient
from tests.fakes.clock import FakeClock
from tests.fakes.payables_desk import Desk
from tests.fakes.world import TENANT, World

BATCH = 10


class TableWorld(World):
    """A world whose connections and companies stand in the table too."""

    def __init__(self, table: CountingTable) -> None:
        clock = FakeClock()
        tables: Any = RealTables(clock, table)
        super().__init__(clock=clock, tables=tables)
        connections: Any = TableConnections(table, PlainVault(), clock)
        connections.connect(
            Connection(TENANT, ACCOUNTING, ConnectionState.CONNECTED, "1", connected_at=clock.now()), {}
        )
        self.connections = connections
        companies: Any = TableCompanies(table, clock, self.company_id, self.fetch_company)
        self.companies = companies

    def payables(self, tenant: str) -> Any:
        """Open the entries, for which the connection is read."""
        self.connections.load(tenant, ACCOUNTING)
        return super().payables(tenant)


def owed(table: CountingTable, bills: int) -> tuple[Desk, list[MirrorBill]]:
    """Have bills of QuickBooks come in and be paid on the platform, none of which is written yet."""
    desk = Desk(world=TableWorld(table))
    payables = desk.world.our_payables
    vendor = payables.add_vendor("Acme").ref
    owed = [payables.add_bill(vendor.id, f"B-{place}", 100_00).ref for place in range(bills + 1)]
    desk.sync()
    desk.pay("bp_before", {str(owed[bills]): 60_00}, vendor=str(vendor))
    desk.world.settle()
    for place in range(bills):
        desk.pay(f"bp_{place}", {str(owed[place]): 60_00}, vendor=str(vendor))
    told: list[Any] = list(desk.world.queue.messages)
    desk.world.queue.messages.clear()
    return desk, told


@pytest.fixture
def table() -> CountingTable:
    return OneByOneCountingTable("memory", MemoryClient())


def calls_of(table: CountingTable, work: Callable[[], object]) -> Counter[str]:
    before = len(table.calls)
    work()
    return Counter(table.calls[before:])


def test_b4_a_batch_of_bill_payments_is_gathered_in_a_few_calls_and_two_queries_for_each(table: CountingTable) -> None:
    desk, told = owed(table, BATCH)
    for size in (1, BATCH):
        calls = calls_of(table, partial(desk.world.bills_step, told[:size]))
        # The newest effect on the payment, and who else pays its bill.
        assert calls.pop("Query") == 2 * size
        # What the partner chose, its profile, its connection, and the company with the connection that it is of; then
        # the payments, what they name, what that stands for, the payments beside, and what held the payments up.
        assert calls == {"GetItem": 5, "BatchGetItem": 5}


def test_b4_a_gathered_bill_payment_takes_eleven_calls_and_a_batch_of_ten_at_most_fifteen_each(
    table: CountingTable,
) -> None:
    desk, told = owed(table, BATCH)
    start, units = len(table.calls), table.write_units
    step = desk.world.bills_step(told)
    for place, message in enumerate(told):
        calls = calls_of(table, partial(step.mirror, message))
        # Opened once, for all of them.
        assert calls.pop("GetItem", 0) == (1 if place == 0 else 0)
        # Planned, sending, its marker, what it stands for by id and by marker, confirmed; then it waits no more. Between
        # the first two, all that bears on it: it and what it names, what that stands for, and the payments beside it.
        assert calls == {"PutItem": 6, "DeleteItem": 1, "BatchGetItem": 3, "Query": 1}
    assert len(table.calls) - start <= 15 * BATCH
    assert table.write_units - units <= 8 * BATCH
    assert desk.payments() == [(60_00, [60_00], [])] * (BATCH + 1)
