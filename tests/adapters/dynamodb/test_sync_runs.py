"""Runs of the Sync Invoices tool: on the real expressions, in process, and the fake says the same."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from random import Random

import pytest
from crossfoot.adapters.dynamodb.run_items import run_to_item
from crossfoot.adapters.dynamodb.sync_runs import TableSyncRuns
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Kind, Ref
from crossfoot.core.sync.runs import (
    ABANDONED_AFTER,
    ItemState,
    RunFinding,
    RunItem,
    RunKind,
    SyncRun,
    gives_way_to,
    new_sync_run,
)
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import SyncRuns

from tests.adapters.dynamodb.doubles import DyingTable, InterruptedTable, Killed, OneByOneCountingTable, OneCallAtATime
from tests.adapters.dynamodb.memory import Interleaving, Items, MemoryTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT, invoice_ref
from tests.adapters.dynamodb.wire import MemoryClient
from tests.fakes.clock import START
from tests.fakes.sync_table import FakeSyncRuns

WAITING, WRITTEN, DONE, CANCELLED = ItemState.WAITING, ItemState.WRITTEN, ItemState.DONE, ItemState.CANCELLED
BILL, OTHER_BILL = invoice_ref("501", CW), invoice_ref("9", CW)
ORDERS = 80
LONG = RunFinding("customer_gone", "Ü" * 400, "")
MEMO = Ref(CW, Kind.CREDIT_MEMO, "501")


@pytest.fixture(params=["table", "fake"])
def runs(request: pytest.FixtureRequest) -> SyncRuns:
    return FakeSyncRuns() if request.param == "fake" else TableSyncRuns(MemoryTable())


def make_run(minutes: int = 0, token: str = "a", total: int = 1, kind: RunKind = RunKind.SYNC) -> SyncRun:
    return new_sync_run(kind, "partner", total, START + timedelta(minutes=minutes), token)


def waiting(*bills: Ref) -> list[RunItem]:
    return [RunItem(bill, f"INV-{bill.id}") for bill in bills]


def ended(run: SyncRun) -> SyncRun:
    return replace(run, finished_at=START, counts={DONE: run.total})


def begin(runs: SyncRuns, run: SyncRun, *bills: Ref, tenant: str = TENANT, finish: bool = False) -> SyncRun:
    begun = runs.begin(tenant, run, waiting(*bills))
    if finish:
        runs.replace(tenant, begun, ended(begun))
    return begun


def states(runs: SyncRuns, run: SyncRun) -> list[ItemState]:
    return [item.state for item in runs.load_items(TENANT, run.id)]


def test_s2_a_run_is_read_as_it_was_begun_with_its_items_in_their_order(runs: SyncRuns) -> None:
    run = replace(make_run(total=3, kind=RunKind.UNDO), setup="9f2c")
    items = [*waiting(BILL, MEMO), RunItem(OTHER_BILL, "", previewed="9f2c")]
    assert runs.begin(TENANT, run, items) == run
    assert runs.load(TENANT, run.id) == runs.load_under_way(TENANT) == run
    assert runs.load_items(TENANT, run.id) == tuple(items)
    assert runs.load_item(TENANT, run.id, MEMO) == items[1]


def test_x6_runs_are_their_own_partners(runs: SyncRuns) -> None:
    run = begin(runs, make_run(), BILL)
    assert runs.load(OTHER_TENANT, run.id) is runs.load_under_way(OTHER_TENANT) is None
    assert runs.load_items(OTHER_TENANT, run.id) == ()
    assert runs.load_item(OTHER_TENANT, run.id, BILL) is None
    assert runs.load_newest_of(OTHER_TENANT, [BILL]) == {}
    assert begin(runs, run, OTHER_BILL, tenant=OTHER_TENANT) == run
    assert [item.bill for item in runs.load_items(TENANT, run.id)] == [BILL]


@pytest.mark.parametrize("name", ["", "none", "#", "n" * 500])
def test_a_run_that_is_not_there_is_none(runs: SyncRuns, name: str) -> None:
    assert runs.load(TENANT, name) is None
    assert runs.load_item(TENANT, name, BILL) is None
    assert runs.load_items(TENANT, name) == ()


def test_a_partner_has_one_run_at_a_time_and_the_next_one_when_it_is_finished(runs: SyncRuns) -> None:
    first, second = make_run(total=2), make_run(5, "b")
    begin(runs, first, BILL, OTHER_BILL)
    assert begin(runs, second, BILL) == first
    assert runs.load(TENANT, second.id) is None
    assert runs.load_items(TENANT, second.id) == ()
    runs.replace(TENANT, first, ended(first))
    assert runs.load_under_way(TENANT) is None
    assert begin(runs, second, BILL) == runs.load_under_way(TENANT) == second


def test_the_same_run_again_is_the_one_that_stands_and_nothing_is_begun_anew(runs: SyncRuns) -> None:
    run = begin(runs, make_run(), BILL)
    runs.save_items(TENANT, run.id, [RunItem(BILL, "INV-501", DONE)])
    assert begin(runs, run, BILL) == run
    runs.replace(TENANT, run, ended(run))
    assert begin(runs, run, BILL) == ended(run)
    assert states(runs, run) == [DONE]
    assert runs.load_under_way(TENANT) is None


def test_x3_a_run_that_stood_still_gives_way_and_what_it_had_not_started_is_cancelled(runs: SyncRuns) -> None:
    left = begin(runs, make_run(total=3), BILL, OTHER_BILL, MEMO)
    runs.save_items(TENANT, left.id, [RunItem(OTHER_BILL, "INV-9", WRITTEN)])
    late = START + ABANDONED_AFTER
    in_time = new_sync_run(RunKind.SYNC, "schedule", 1, late, "b")
    assert begin(runs, in_time, BILL) == left
    newer = replace(in_time, id="20270101T000000.000000Z-c", started_at=late + timedelta(seconds=1))
    assert begin(runs, newer, BILL) == runs.load_under_way(TENANT) == newer
    assert states(runs, left) == [CANCELLED, WRITTEN, CANCELLED]
    cancelled = runs.load_item(TENANT, left.id, BILL)
    assert cancelled is not None
    assert (cancelled.code, cancelled.settled_at) == ("run_abandoned", newer.started_at)
    assert runs.load(TENANT, left.id) == replace(
        left, moved_at=newer.started_at, finished_at=newer.started_at, counts={CANCELLED: 2, WRITTEN: 1}
    )
    with pytest.raises(Conflict):
        runs.replace(TENANT, left, replace(left, moved_at=newer.started_at))


def test_a_run_is_replaced_only_as_it_was_seen(runs: SyncRuns) -> None:
    run = begin(runs, make_run(), BILL)
    moved = replace(run, moved_at=START + timedelta(minutes=1))
    cancelled = replace(run, cancelled_at=START + timedelta(minutes=1))
    runs.replace(TENANT, run, moved)
    with pytest.raises(Conflict):
        runs.replace(TENANT, run, cancelled)
    assert runs.load(TENANT, run.id) == moved
    with pytest.raises(Conflict):
        runs.replace(TENANT, make_run(9, "x"), make_run(9, "x"))
    with pytest.raises(ValueError, match="cannot take the place"):
        runs.replace(TENANT, moved, make_run(9, "x"))
    assert states(runs, run) == [WAITING]


def test_s6_what_was_found_is_kept_with_a_run_and_a_run_without_it_is_stored_as_before(runs: SyncRuns) -> None:
    run = begin(runs, make_run(), BILL)
    told = replace(run, findings=(RunFinding("item_renamed", "It is Labour now.", "Confirm it."), LONG))
    runs.replace(TENANT, run, told)
    assert runs.load(TENANT, run.id) == told
    with pytest.raises(Conflict):
        runs.replace(TENANT, run, ended(run))
    runs.replace(TENANT, told, ended(told))
    assert runs.list_runs(TENANT, cursor="", limit=1).items == (ended(told),)
    assert "findings" not in run_to_item(run)


def test_an_item_is_stored_with_all_that_it_says_and_what_it_no_longer_says_is_gone(runs: SyncRuns) -> None:
    run = begin(runs, make_run(total=2), BILL, OTHER_BILL)
    full = RunItem(
        BILL, "INV-501", WRITTEN, "9f2c", "9f2d", "77", "CF-501", "S3", "written", "It is written.", "Wait.", START
    )
    plain = RunItem(BILL, "INV-501", DONE)
    for item in (full, plain):
        runs.save_items(TENANT, run.id, iter([item]))
        assert runs.load_item(TENANT, run.id, BILL) == item
        assert runs.load_items(TENANT, run.id) == (item, *waiting(OTHER_BILL))


def test_x3_a_late_word_takes_nothing_back_that_stands_in_the_books(runs: SyncRuns) -> None:
    pairs = list(product(ItemState, repeat=2))
    bills = {pair: invoice_ref(str(number), CW) for number, pair in enumerate(pairs)}
    run = begin(runs, make_run(total=len(pairs)), *bills.values())
    runs.save_items(TENANT, run.id, [RunItem(bill, "", first) for (first, _), bill in bills.items()])
    runs.save_items(TENANT, run.id, [RunItem(bill, "", then) for (_, then), bill in bills.items()])
    stand = {item.bill: item.state for item in runs.load_items(TENANT, run.id)}
    assert stand == {bill: then if first in gives_way_to(then) else first for (first, then), bill in bills.items()}


def test_an_item_that_is_in_no_run_is_a_bug(runs: SyncRuns) -> None:
    run = begin(runs, make_run(), BILL)
    for name, bill in ((run.id, OTHER_BILL), ("none", BILL)):
        with pytest.raises(LookupError):
            runs.save_items(TENANT, name, waiting(bill))
    assert runs.load_item(TENANT, run.id, OTHER_BILL) is None
    runs.save_items(TENANT, "none", [])


def test_s2_runs_are_listed_newest_first_page_by_page(runs: SyncRuns) -> None:
    made = [begin(runs, make_run(number, "a", total=0), finish=True) for number in range(7)]
    begin(runs, make_run(99), tenant=OTHER_TENANT)
    for limit in (1, 3, 7, 50):
        assert listed(runs, limit) == [ended(run) for run in reversed(made)], limit


def listed(runs: SyncRuns, limit: int) -> list[SyncRun]:
    found: list[SyncRun] = []
    cursor = ""
    while True:
        page = runs.list_runs(TENANT, cursor=cursor, limit=limit)
        assert len(page.items) <= limit
        found += page.items
        cursor = page.next_cursor
        if not cursor:
            return found


def test_x6_a_cursor_of_another_partner_is_refused(runs: SyncRuns) -> None:
    for tenant, token in ((TENANT, "a"), (OTHER_TENANT, "b")):
        for minutes in range(2):
            begin(runs, make_run(minutes, token), tenant=tenant, finish=True)
    cursor = runs.list_runs(TENANT, cursor="", limit=1).next_cursor
    for tenant, wrong in ((OTHER_TENANT, cursor), (TENANT, "x")):
        with pytest.raises(Rejected, match="cursor_invalid"):
            runs.list_runs(tenant, cursor=wrong, limit=1)


def test_s2_the_newest_run_of_a_bill_says_how_it_stands_in_it(runs: SyncRuns) -> None:
    first = begin(runs, make_run(0, total=2), BILL, OTHER_BILL, finish=True)
    second = begin(runs, make_run(1, total=2), BILL, MEMO)
    done = RunItem(BILL, "INV-501", DONE, settled_at=START)
    runs.save_items(TENANT, second.id, [done])
    never = invoice_ref("404", CW)
    assert runs.load_newest_of(TENANT, [BILL, OTHER_BILL, MEMO, never, BILL]) == {
        BILL: (second, done),
        OTHER_BILL: (runs.load(TENANT, first.id), *waiting(OTHER_BILL)),
        MEMO: (second, *waiting(MEMO)),
    }
    assert runs.load_newest_of(TENANT, []) == {}


# --- on the table alone ------------------------------------------------------------------------------------------------


class OneByOneDyingTable(OneCallAtATime, DyingTable):
    """Dies before its nth writing call, whichever part of a batch that is."""


def test_the_expressions_are_dynamodbs_own(table: Table) -> None:
    """The other tests evaluate them in memory."""
    runs = TableSyncRuns(table)
    left = begin(runs, make_run(total=2), BILL, OTHER_BILL)
    written = RunItem(BILL, "INV-501", WRITTEN, "9f2c", accounting_id="77", sentence="It is written.")
    runs.save_items(TENANT, left.id, [written])
    runs.save_items(TENANT, left.id, [RunItem(BILL, "INV-501", CANCELLED)])
    runs.save_items(TENANT, left.id, [done := RunItem(BILL, "INV-501", DONE)])
    late = new_sync_run(RunKind.SYNC, "partner", 1, START + 2 * ABANDONED_AFTER, "b")
    assert begin(runs, late, BILL) == runs.load_under_way(TENANT) == late
    assert runs.load_items(TENANT, left.id)[0] == done
    assert states(runs, left) == [DONE, CANCELLED]
    with pytest.raises(Conflict):
        runs.replace(TENANT, left, ended(left))
    runs.replace(TENANT, late, ended(late))
    page = runs.list_runs(TENANT, cursor="", limit=1)
    assert page.items == (ended(late),)
    assert [run.id for run in runs.list_runs(TENANT, cursor=page.next_cursor, limit=1).items] == [left.id]
    assert runs.load_newest_of(TENANT, [BILL])[BILL] == (ended(late), *waiting(BILL))


def test_a_crash_before_the_run_stands_leaves_nothing_that_anybody_sees() -> None:
    items: Items = {}
    stands = TableSyncRuns(MemoryTable(items))
    first = begin(stands, make_run(0), BILL, finish=True)
    crashed = make_run(1, "b", total=40)
    bills = [BILL, *(invoice_ref(f"7{number}", CW) for number in range(39))]
    # The items of 40 bills, and the pointers to them, are four batches; then comes the run.
    for call in range(1, 6):
        with pytest.raises(Killed):
            TableSyncRuns(OneByOneDyingTable("memory", call, MemoryClient(items))).begin(
                TENANT, crashed, waiting(*bills)
            )
        assert stands.load(TENANT, crashed.id) is stands.load_under_way(TENANT) is None
        assert stands.list_runs(TENANT, cursor="", limit=9).items == (ended(first),)
        assert stands.load_newest_of(TENANT, bills) == {BILL: (ended(first), *waiting(BILL))}
    assert begin(stands, crashed, *bills) == crashed
    assert stands.load_items(TENANT, crashed.id) == tuple(waiting(*bills))
    assert set(stands.load_newest_of(TENANT, bills)) == set(bills)


def test_a_run_that_somebody_else_began_meanwhile_is_joined_and_nothing_is_left_of_ours(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableSyncRuns(Table(table_name))
    their_run, my_run = make_run(1, "b"), make_run(1, "a")
    mine.interruptions = [lambda: begin(theirs, their_run, OTHER_BILL)]
    assert begin(TableSyncRuns(mine), my_run, BILL) == their_run
    assert theirs.load(TENANT, my_run.id) is None
    assert theirs.load_newest_of(TENANT, [BILL]) == {}


def test_a_begin_that_came_too_late_does_not_touch_what_somebody_works_on(table_name: str) -> None:
    """The message was delivered twice, and by the time that one worker has stored its items the other one is done."""
    mine, theirs = InterruptedTable(table_name), TableSyncRuns(Table(table_name))
    run = make_run()

    def work() -> None:
        begin(theirs, run, BILL)
        theirs.save_items(TENANT, run.id, [RunItem(BILL, "INV-501", DONE)])

    mine.interruptions = [work]
    assert begin(TableSyncRuns(mine), run, BILL) == run
    assert states(theirs, run) == [DONE]


def test_in_every_order_of_calls_one_run_is_under_way_and_an_abandoned_one_ended() -> None:
    late = START + ABANDONED_AFTER + timedelta(minutes=1)

    def start(token: str) -> Callable[[MemoryTable], object]:
        run = new_sync_run(RunKind.SYNC, "partner", 1, late, token)
        return lambda table: begin(TableSyncRuns(table), run, BILL)

    def revive(table: MemoryTable) -> None:
        left = make_run()
        TableSyncRuns(table).replace(TENANT, left, replace(left, moved_at=late))

    # A begin makes nine calls: it looks, stores its items, gives up the old run, and writes. There are too many orders.
    for seed in range(ORDERS):
        order = Random(seed).choices(range(3), k=24)
        items: Items = {}
        runs = TableSyncRuns(MemoryTable(items))
        left = begin(runs, make_run(), BILL)
        raised = Interleaving(order).run(items, [start("a"), start("b"), revive])
        assert all(isinstance(error, Conflict) for error in raised)
        stored = runs.list_runs(TENANT, cursor="", limit=9).items
        unfinished = [run for run in stored if run.finished_at is None]
        assert unfinished == [runs.load_under_way(TENANT)]
        assert all(len(runs.load_items(TENANT, run.id)) == 1 for run in stored)
        newest, _ = runs.load_newest_of(TENANT, [BILL])[BILL]
        assert newest == stored[0]
        assert runs.load(TENANT, left.id) in stored


def test_a_runs_items_are_read_as_one_partition_and_a_page_of_runs_is_one_query() -> None:
    counting_table = OneByOneCountingTable("memory", MemoryClient())
    runs = TableSyncRuns(counting_table)
    bills = [invoice_ref(str(number), CW) for number in range(60)]
    run = begin(runs, make_run(total=60), *bills)
    counting_table.calls.clear()
    assert [item.bill for item in runs.load_items(TENANT, run.id)] == bills
    runs.list_runs(TENANT, cursor="", limit=50)
    assert counting_table.calls == ["GetItem", "Query", "Query"]


def test_a_worker_reads_once_where_the_items_of_a_run_are() -> None:
    counting_table = OneByOneCountingTable("memory", MemoryClient())
    runs = TableSyncRuns(counting_table)
    first = begin(runs, make_run(), BILL, finish=True)
    second = begin(runs, make_run(1), OTHER_BILL)
    counting_table.calls.clear()
    assert [runs.load_item(TENANT, second.id, bill) is not None for bill in (OTHER_BILL, OTHER_BILL, BILL)] == [
        True,
        True,
        False,
    ]
    assert counting_table.calls == ["GetItem"] * 4
    assert [item.bill for item in runs.load_items(TENANT, first.id)] == [BILL]
    assert runs.load_items("t_00000002", first.id) == ()
