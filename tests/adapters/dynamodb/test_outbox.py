"""What waits to go out: the table and the fake say the same (B7, X3)."""

import pytest
from crossfoot.adapters.dynamodb.outbox import TableOutbox
from crossfoot.core.model import PLATFORM, Kind, Ref
from crossfoot.core.payables.records import PAYABLE_KINDS
from crossfoot.errors import Rejected
from crossfoot.ports import Outbox, Outgoing

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.payables import VENDOR, on_platform
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT
from tests.fakes.outbox import FakeOutbox

BILL = on_platform(Kind.BILL, "bill#1")
MANY = [Outgoing(on_platform(kind, f"{number}"), VENDOR) for kind in PAYABLE_KINDS for number in range(7)]


@pytest.fixture(params=["table", "fake"])
def outbox(request: pytest.FixtureRequest) -> Outbox:
    return TableOutbox(MemoryTable()) if request.param == "table" else FakeOutbox()


def load_all(outbox: Outbox, limit: int, tenant: str = TENANT) -> list[Outgoing]:
    found: list[Outgoing] = []
    cursor = ""
    while True:
        page = outbox.list_outgoing(tenant, cursor=cursor, limit=limit)
        found += page.items
        cursor = page.next_cursor
        if not cursor:
            return found


@pytest.mark.parametrize("vendor", [VENDOR, Ref(PLATFORM, Kind.VENDOR, "ven_1"), None])
def test_x3_what_is_noted_of_a_record_gives_way_to_the_next_word_on_it(outbox: Outbox, vendor: Ref | None) -> None:
    assert outbox.load(TENANT, BILL) is None
    for waits in (Outgoing(BILL, vendor), Outgoing(BILL, vendor, "s-1", "preferences_missing")):
        outbox.put(TENANT, [waits])
        assert outbox.load(TENANT, BILL) == waits
        assert load_all(outbox, 5) == [waits]
    for _ in range(2):
        outbox.remove(TENANT, BILL)
    assert outbox.load(TENANT, BILL) is None
    assert load_all(outbox, 5) == []


@pytest.mark.parametrize("limit", [1, 7, 28, 200])
def test_b7_a_walk_meets_everything_that_waits_all_the_while_once(outbox: Outbox, limit: int) -> None:
    outbox.put(TENANT, MANY)
    assert sorted(load_all(outbox, limit), key=lambda each: each.record) == sorted(MANY, key=lambda each: each.record)
    found: list[Outgoing] = []
    cursor = ""
    while True:
        page = outbox.list_outgoing(TENANT, cursor=cursor, limit=limit)
        found += page.items
        for each in page.items:
            outbox.remove(TENANT, each.record)
        cursor = page.next_cursor
        if not cursor:
            break
    assert len(found) == len(MANY)
    assert load_all(outbox, limit) == []


def test_x6_nobody_else_sees_it(outbox: Outbox) -> None:
    outbox.put(TENANT, MANY)
    assert load_all(outbox, 5, OTHER_TENANT) == []
    assert outbox.load(OTHER_TENANT, MANY[0].record) is None
    outbox.remove(OTHER_TENANT, MANY[0].record)
    assert len(load_all(outbox, 5)) == len(MANY)


def test_x6_a_cursor_is_refused_by_every_other_partner() -> None:
    outbox = TableOutbox(MemoryTable())
    outbox.put(TENANT, MANY)
    cursor = outbox.list_outgoing(TENANT, cursor="", limit=1).next_cursor
    with pytest.raises(Rejected, match="cursor_invalid"):
        outbox.list_outgoing(OTHER_TENANT, cursor=cursor, limit=1)


def test_it_costs_a_write_unit_a_record_and_a_read_a_page(counting_table: CountingTable) -> None:
    outbox = TableOutbox(counting_table)
    outbox.put(TENANT, MANY)
    assert counting_table.write_units == len(MANY)
    counting_table.calls.clear()
    assert len(outbox.list_outgoing(TENANT, cursor="", limit=5).items) == 5
    assert counting_table.calls == ["Query"]
