"""Runs: one at a time over a system, joined by whoever wants the same, listed newest first (I7, X3).

The tests of what a run is are those of its twin in memory too.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import islice

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.cursors import TableCursors
from crossfoot.adapters.dynamodb.fetch_runs import TableFetchRuns
from crossfoot.adapters.dynamodb.runs import KEPT_FOR
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.fetching import FetchKind, FetchRun, FetchState, Progress
from crossfoot.core.model import CONNECTED, System
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import Cursors, FetchRuns, Position

from tests.adapters.dynamodb.doubles import InterruptedTable
from tests.adapters.dynamodb.memory import Interleaving, Items, MemoryTable, orders
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, QBO, TENANT
from tests.fakes.clock import START, FakeClock
from tests.fakes.fetching import FakeCursors, FakeFetchRuns

SOME = Progress({"invoice": 3, "payment": 1}, unreadable=2)


def make_run(
    id_: str, kind: FetchKind = FetchKind.NEW_DATA, system: System = QBO, minutes: int = 0, **fields: object
) -> FetchRun:
    at = START + timedelta(minutes=minutes)
    return replace(FetchRun(id_, system, kind, at, at), **fields)  # type: ignore[arg-type]


@pytest.fixture(params=["table", "memory"])
def ports(request: pytest.FixtureRequest, clock: FakeClock) -> tuple[FetchRuns, Cursors]:
    if request.param == "memory":
        fake = FakeFetchRuns(clock)
        return fake, FakeCursors(fake)
    table = Table(request.getfixturevalue("table_name"))
    return TableFetchRuns(table, clock), TableCursors(table, clock)


@pytest.fixture
def runs(ports: tuple[FetchRuns, Cursors]) -> FetchRuns:
    return ports[0]


@pytest.fixture
def cursors(ports: tuple[FetchRuns, Cursors]) -> Cursors:
    return ports[1]


def test_a_run_is_read_as_it_was_begun_by_its_own_partner(runs: FetchRuns, cursors: Cursors) -> None:
    run = make_run("r-1", FetchKind.CATCH_UP)
    assert runs.begin(TENANT, run) == run
    assert runs.load(TENANT, "r-1") == run
    assert cursors.load(TENANT, QBO) == Position("", "r-1")
    assert cursors.load(TENANT, CW) == cursors.load(OTHER_TENANT, QBO) == Position()
    assert runs.load(OTHER_TENANT, "r-1") is runs.load(TENANT, "none") is runs.load(TENANT, "") is None


def test_a_run_that_is_on_its_way_is_joined_and_one_of_another_system_is_not(runs: FetchRuns) -> None:
    first = runs.begin(TENANT, make_run("r-1"))
    assert runs.begin(TENANT, make_run("r-2", minutes=5)) == first
    assert runs.load(TENANT, "r-2") is None
    assert runs.begin(TENANT, make_run("r-3", system=CW)).id == "r-3"
    assert runs.begin(OTHER_TENANT, make_run("r-1")).id == "r-1"


def test_c4_a_run_from_the_start_sets_the_cursor_back_once_and_ends_the_one_on_its_way(
    runs: FetchRuns, cursors: Cursors, clock: FakeClock
) -> None:
    cursors.move(TENANT, QBO, Position(), "far", Progress(), done=True)
    runs.begin(TENANT, make_run("r-1"))
    seen = cursors.load(TENANT, QBO)
    assert seen == Position("far", "r-1")
    clock.advance(60)
    resync = make_run("r-2", FetchKind.RESYNC)
    assert runs.begin(TENANT, resync, from_start=True) == resync
    assert cursors.load(TENANT, QBO) == Position("", "r-2")
    ended = runs.load(TENANT, "r-1")
    assert ended is not None
    assert ended.finished_at == clock.now()
    assert ended.state(clock.now()) is FetchState.REPLACED
    with pytest.raises(Conflict):
        cursors.move(TENANT, QBO, seen, "further", SOME, done=False)
    cursors.move(TENANT, QBO, Position("", "r-2"), "again", SOME, done=False)
    assert runs.begin(TENANT, resync, from_start=True).progress == SOME
    assert cursors.load(TENANT, QBO) == Position("again", "r-2")


def test_a_run_that_ended_is_not_begun_again(runs: FetchRuns, cursors: Cursors) -> None:
    runs.begin(TENANT, make_run("r-1"))
    cursors.move(TENANT, QBO, Position("", "r-1"), "a", SOME, done=True)
    assert runs.begin(TENANT, make_run("r-1")).progress == SOME
    assert cursors.load(TENANT, QBO) == Position("a")


def test_a_walk_moves_from_where_it_was_seen_until_it_ends(runs: FetchRuns, clock: FakeClock) -> None:
    run = make_run("w-1", FetchKind.UNPAID_INVOICES)
    assert runs.begin_walk(TENANT, run) == run
    assert runs.begin_walk(TENANT, make_run("w-2", FetchKind.UNPAID_INVOICES)) == run
    assert runs.load_walk(TENANT, "w-1") == (run, "")
    assert runs.load_walk(OTHER_TENANT, "w-1") is runs.load_walk(TENANT, "w-2") is None
    clock.advance(60)
    runs.move_walk(TENANT, (run, ""), "c-1", SOME, done=False)
    with pytest.raises(Conflict):
        runs.move_walk(TENANT, (run, ""), "c-1", SOME, done=False)
    stands = runs.load_walk(TENANT, "w-1")
    assert stands == (replace(run, moved_at=clock.now(), progress=SOME), "c-1")
    runs.move_walk(TENANT, stands, "c-1", SOME, done=True)
    ended = runs.load(TENANT, "w-1")
    assert ended == replace(run, moved_at=clock.now(), finished_at=clock.now(), progress=SOME + SOME)
    with pytest.raises(Conflict):
        runs.move_walk(TENANT, (run, "c-1"), "c-2", SOME, done=False)
    assert runs.begin_walk(TENANT, make_run("w-2", FetchKind.UNPAID_INVOICES)).id == "w-2"
    assert runs.begin_walk(TENANT, run) == ended


def test_c5_a_walk_that_gives_way_to_its_contrary_is_replaced_and_one_that_ended_is_not(
    runs: FetchRuns, clock: FakeClock
) -> None:
    archiving = make_run("w-1", FetchKind.ARCHIVE_OUTSIDE)
    runs.begin_walk(TENANT, archiving)
    runs.begin_walk(TENANT, make_run("w-2", FetchKind.RESTORE_OUTSIDE))
    walk = runs.load_walk(TENANT, "w-2")
    assert walk is not None
    runs.move_walk(TENANT, walk, "", SOME, done=True)
    ended = [runs.load(TENANT, id_) for id_ in ("w-1", "w-2")]
    assert [run and run.state(clock.now()) for run in ended] == [FetchState.REPLACED, FetchState.DONE]


def test_a_walk_and_a_run_over_a_system_do_not_know_each_other(runs: FetchRuns, cursors: Cursors) -> None:
    runs.begin(TENANT, make_run("r-1"))
    assert runs.begin_walk(TENANT, make_run("w-1", FetchKind.UNPAID_INVOICES)).id == "w-1"
    assert runs.load_walk(TENANT, "r-1") is None
    assert cursors.load(TENANT, QBO).run == "r-1"
    with pytest.raises(Conflict):
        runs.move_walk(TENANT, (make_run("r-1"), ""), "c", SOME, done=False)


def test_runs_are_listed_newest_first_page_by_page(runs: FetchRuns) -> None:
    for number in range(9):
        walk = make_run(f"w-{number}", FetchKind.UNPAID_INVOICES, minutes=number % 7)
        begun = runs.begin_walk(TENANT, walk)
        runs.move_walk(TENANT, (begun, ""), "", Progress(), done=True)
    runs.begin(OTHER_TENANT, make_run("theirs"))
    for limit in (1, 4, 9, 10, 50):
        assert _list_all(runs, limit) == ["w-6", "w-5", "w-4", "w-3", "w-2", "w-8", "w-1", "w-7", "w-0"], limit


def _list_all(runs: FetchRuns, limit: int) -> list[str]:
    found: list[str] = []
    cursor = ""
    while True:
        page = runs.list_runs(TENANT, cursor=cursor, limit=limit)
        assert len(page.runs) <= limit
        found += [run.id for run in page.runs]
        cursor = page.next_cursor
        if not cursor:
            return found


def test_x6_a_cursor_of_another_partner_is_refused(runs: FetchRuns) -> None:
    for tenant, prefix in ((TENANT, "mine"), (OTHER_TENANT, "theirs")):
        for system in CONNECTED:
            runs.begin(tenant, make_run(f"{prefix}-{system}", system=system))
    cursor = runs.list_runs(TENANT, cursor="", limit=1).next_cursor
    with pytest.raises(Rejected, match="cursor_invalid"):
        runs.list_runs(OTHER_TENANT, cursor=cursor, limit=1)
    with pytest.raises(Rejected, match="cursor_invalid"):
        runs.list_runs(TENANT, cursor="x", limit=1)


def test_a_run_expires_after_it_ended_and_never_on_its_way(table: Table, clock: FakeClock) -> None:
    runs, cursors = TableFetchRuns(table, clock), TableCursors(table, clock)
    runs.begin(TENANT, make_run("r-1"))
    item = table.get(keys.run(TENANT, "r-1"))
    assert item is not None
    assert "expires_at" not in item
    clock.advance(3_600)
    cursors.move(TENANT, QBO, Position("", "r-1"), "a", SOME, done=True)
    item = table.get(keys.run(TENANT, "r-1"))
    assert item is not None
    assert item["expires_at"] == int((clock.now() + KEPT_FOR).timestamp())


def test_a_cursor_whose_run_is_gone_takes_a_new_one(table: Table, clock: FakeClock) -> None:
    """Nothing of ours removes a run on its way; somebody who cleans up a table by hand might."""
    runs = TableFetchRuns(table, clock)
    runs.begin(TENANT, make_run("r-1"))
    table.delete_many([keys.run(TENANT, "r-1")])
    for from_start, id_ in ((False, "r-2"), (True, "r-3")):
        assert runs.begin(TENANT, make_run(id_), from_start=from_start).id == id_
    assert [run.id for run in runs.list_runs(TENANT, cursor="", limit=9).runs] == ["r-3", "r-2"]


def test_a_run_that_somebody_else_began_meanwhile_is_joined(table_name: str, clock: FakeClock) -> None:
    mine, theirs = InterruptedTable(table_name), TableFetchRuns(Table(table_name), clock)
    mine.interruptions = [lambda: theirs.begin(TENANT, make_run("theirs"))]
    assert TableFetchRuns(mine, clock).begin(TENANT, make_run("mine")).id == "theirs"
    mine.interruptions = [lambda: theirs.begin_walk(TENANT, make_run("their-walk"))]
    assert TableFetchRuns(mine, clock).begin_walk(TENANT, make_run("my-walk")).id == "their-walk"


def test_a_walk_that_ends_while_another_is_begun_is_done_and_not_replaced(table_name: str, clock: FakeClock) -> None:
    mine, theirs = InterruptedTable(table_name), TableFetchRuns(Table(table_name), clock)
    archiving = make_run("w-1", FetchKind.ARCHIVE_OUTSIDE)
    theirs.begin_walk(TENANT, archiving)
    mine.interruptions = [lambda: theirs.move_walk(TENANT, (archiving, ""), "", SOME, done=True)]
    restoring = make_run("w-2", FetchKind.RESTORE_OUTSIDE)
    assert TableFetchRuns(mine, clock).begin_walk(TENANT, restoring) == restoring
    ended = theirs.load(TENANT, "w-1")
    assert ended is not None
    assert (ended.state(clock.now()), ended.progress) == (FetchState.DONE, SOME)


def test_in_every_order_of_calls_two_resyncs_and_a_read_leave_one_run_on_its_way(clock: FakeClock) -> None:
    def resync(id_: str) -> Callable[[MemoryTable], object]:
        return lambda table: TableFetchRuns(table, clock).begin(
            TENANT, make_run(id_, FetchKind.RESYNC), from_start=True
        )

    def read(table: MemoryTable) -> object:
        cursors = TableCursors(table, clock)
        return cursors.move(TENANT, QBO, cursors.load(TENANT, QBO), "further", SOME, done=False)

    # A begin reads the cursor, its run and that on its way, and writes; a read that moves the cursor loads and writes.
    for order in islice(orders(4, 4, 2), 0, None, 13):
        items: Items = {}
        first = TableFetchRuns(MemoryTable(items), clock)
        first.begin(TENANT, make_run("r-0"))
        raised = Interleaving(order).run(items, [resync("r-1"), resync("r-2"), read])
        assert all(isinstance(error, Conflict) for error in raised)
        position = TableCursors(MemoryTable(items), clock).load(TENANT, QBO)
        everyone = {run.id: run for run in first.list_runs(TENANT, cursor="", limit=9).runs}
        assert set(everyone) == {"r-0", "r-1", "r-2"}
        assert [id_ for id_, run in everyone.items() if run.finished_at is None] == [position.run]
        counted = sum(run.progress.total for run in everyone.values())
        assert counted == (0 if raised else SOME.total)
        assert position.cursor == ("further" if everyone[position.run].progress.total else "")
