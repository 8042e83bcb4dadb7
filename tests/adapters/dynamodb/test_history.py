"""The decisions on a record, oldest first, without repetition (X1)."""

import pytest
from crossfoot.adapters.dynamodb.history import TableHistory
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.decisions import Decision, did, refused, skipped, waits

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT, invoice_ref, payment_ref
from tests.fakes.clock import FakeClock

PAYMENT = payment_ref("9")
DID = did(PAYMENT, "E1", "entered", "Entered in ConnectWise.", invoice_ref("1"), invoice_ref("77", CW))
SKIPPED = skipped(PAYMENT, "E3", "toggle_off", "External payments are off.", "Turn them on.")
WAITS = waits(PAYMENT, "E8", "no_invoice", "The invoice is not there yet.")
REFUSED = refused(PAYMENT, "E2", "different", "The totals differ.", "Make them agree.")


@pytest.fixture
def history(table: Table, clock: FakeClock) -> TableHistory:
    return TableHistory(table, clock)


def read(history: TableHistory, tenant: str = TENANT) -> list[Decision]:
    return [entry.item for entry in history.load(tenant, PAYMENT)]


def test_x1_decisions_are_read_oldest_first_with_their_times(history: TableHistory, clock: FakeClock) -> None:
    times = []
    for decision in (SKIPPED, WAITS, REFUSED, DID):
        history.save(TENANT, [decision])
        times.append(clock.now())
        clock.advance(60)
    assert read(history) == [SKIPPED, WAITS, REFUSED, DID]
    assert [entry.at for entry in history.load(TENANT, PAYMENT)] == times
    assert read(history, OTHER_TENANT) == []


def test_the_newest_decision_is_not_repeated_but_an_older_one_may_come_back(
    history: TableHistory, clock: FakeClock
) -> None:
    for decision in (WAITS, WAITS, SKIPPED, SKIPPED, WAITS):
        history.save(TENANT, [decision])
        clock.advance(1)
    assert read(history) == [WAITS, SKIPPED, WAITS]


def test_a_run_that_says_several_things_of_a_record_keeps_their_order_and_repeats_none(
    table: Table, clock: FakeClock
) -> None:
    counting = CountingTable(table.name)
    for _ in range(3):
        TableHistory(counting, clock).save(TENANT, [WAITS, DID, WAITS])
        clock.advance(1)
    assert read(TableHistory(table, clock)) == [WAITS, DID]
    assert counting.write_units == 2


def test_decisions_on_many_records_are_saved_at_once(history: TableHistory) -> None:
    decisions = [waits(payment_ref(str(number)), "E8", "no_invoice", "Not there yet.") for number in range(60)]
    history.save(TENANT, decisions)
    for decision in decisions:
        assert [entry.item for entry in history.load(TENANT, decision.record)] == [decision]


def test_a_clock_that_stands_still_loses_no_decision(history: TableHistory) -> None:
    history.save(TENANT, [WAITS])
    history.save(TENANT, [SKIPPED])
    assert set(read(history)) == {WAITS, SKIPPED}
