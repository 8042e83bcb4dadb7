"""Cursors move only from where they were seen, and their run moves with them (X3)."""

import pytest
from crossfoot.adapters.dynamodb.cursors import TableCursors
from crossfoot.adapters.dynamodb.fetch_runs import TableFetchRuns
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.fetching import FetchKind, FetchRun, Progress
from crossfoot.errors import Conflict
from crossfoot.ports import Position

from tests.adapters.dynamodb.doubles import CountingTable, InterruptedTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, QBO, TENANT
from tests.fakes.clock import START, FakeClock

NOTHING = Progress()
RUN = FetchRun("r-1", QBO, FetchKind.FIRST_IMPORT, START, START)


def test_a_cursor_starts_empty_and_moves_for_one_partner_and_system(table: Table, clock: FakeClock) -> None:
    cursors = TableCursors(table, clock)
    assert cursors.load(TENANT, QBO) == Position()
    cursors.move(TENANT, QBO, Position(), '{"since":"a"}', NOTHING, done=True)
    cursors.move(TENANT, QBO, Position('{"since":"a"}'), '{"since":"b"}', NOTHING, done=True)
    assert cursors.load(TENANT, QBO) == Position('{"since":"b"}')
    assert cursors.load(TENANT, CW) == cursors.load(OTHER_TENANT, QBO) == Position()


def test_a_cursor_that_stays_and_has_no_run_costs_no_write(table_name: str, clock: FakeClock) -> None:
    table = CountingTable(table_name)
    cursors = TableCursors(table, clock)
    cursors.move(TENANT, QBO, Position(), "a", NOTHING, done=True)
    assert table.write_units == 1
    cursors.move(TENANT, QBO, Position("a"), "a", Progress({"invoice": 1}), done=True)
    assert table.write_units == 1


@pytest.mark.parametrize("seen", ["", "old"])
def test_a_cursor_that_was_moved_meanwhile_is_a_conflict(table_name: str, clock: FakeClock, seen: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableCursors(Table(table_name), clock)
    theirs.move(TENANT, QBO, Position(), seen, NOTHING, done=True)
    mine.interruptions = [lambda: theirs.move(TENANT, QBO, Position(seen), "theirs", NOTHING, done=True)]
    with pytest.raises(Conflict):
        TableCursors(mine, clock).move(TENANT, QBO, Position(seen), "mine", NOTHING, done=True)
    assert theirs.load(TENANT, QBO) == Position("theirs")


def test_x3_a_run_moves_with_its_cursor_and_what_it_read_is_counted_once(table: Table, clock: FakeClock) -> None:
    cursors, runs = TableCursors(table, clock), TableFetchRuns(table, clock)
    runs.begin(TENANT, RUN)
    seen = Position("", "r-1")
    clock.advance(60)
    assert cursors.move(TENANT, QBO, seen, "a", Progress({"invoice": 3, "credit_memo": 1}), done=False) is None
    with pytest.raises(Conflict):
        cursors.move(TENANT, QBO, seen, "a", Progress({"invoice": 3, "credit_memo": 1}), done=False)
    run = runs.load(TENANT, "r-1")
    assert run == FetchRun(
        "r-1", QBO, FetchKind.FIRST_IMPORT, START, clock.now(), Progress({"credit_memo": 1, "invoice": 3})
    )
    clock.advance(60)
    more = Progress({"invoice": 2}, unreadable=1, outside=4)
    ended = cursors.move(TENANT, QBO, Position("a", "r-1"), "a", more, done=True)
    assert ended is not None
    assert ended.progress == Progress({"credit_memo": 1, "invoice": 5}, unreadable=1, outside=4)
    assert ended.finished_at == clock.now()
    assert cursors.load(TENANT, QBO) == Position("a")


def test_a_run_that_was_begun_meanwhile_is_a_conflict_for_a_move_that_did_not_see_it(
    table_name: str, clock: FakeClock
) -> None:
    mine, theirs = InterruptedTable(table_name), TableFetchRuns(Table(table_name), clock)
    mine.interruptions = [lambda: theirs.begin(TENANT, RUN)]
    with pytest.raises(Conflict):
        TableCursors(mine, clock).move(TENANT, QBO, Position(), "mine", NOTHING, done=True)
    assert TableCursors(mine, clock).load(TENANT, QBO) == Position("", "r-1")
