"""Comparisons and their reports: one on its way at a time, each page counted once, and the newest report is found (X4)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.reports import TableReports
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.comparing import ABANDONED_AFTER, Comparison, Stage, Tally, report_on
from crossfoot.core.crossfoot import MAX_DIFFERENCES, Difference, Pair, compare
from crossfoot.core.model import ACCOUNTING
from crossfoot.errors import Conflict
from crossfoot.ports import Reports

from tests.adapters.dynamodb.doubles import DyingTable, InterruptedTable, Killed
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT, invoice_ref, make_invoice
from tests.fakes.clock import START
from tests.fakes.table import FakeReports

DIFFERENCE = Difference(invoice_ref("1"), invoice_ref("1", CW), "credit", "Invoice 1: open 5.00 USD.", "Look at it.")
ALONE = Difference(invoice_ref("2"), None, "gone", "Invoice 2 is gone.", "Enter it.")
PAGE = Tally(190, 41, 2, {"no_counterpart": 10}, (DIFFERENCE, ALONE))


@pytest.fixture(params=["table", "fake"])
def store(request: pytest.FixtureRequest) -> Reports:
    return TableReports(request.getfixturevalue("table")) if request.param == "table" else FakeReports()


def make_comparison(id_: str = "one", minutes: int = 0, *, live: bool = True) -> Comparison:
    at = START + timedelta(minutes=minutes)
    return Comparison(id_, live=live, every_payment=False, started_at=at, moved_at=at)


def finish(store: Reports, comparison: Comparison, found: Tally = PAGE) -> Comparison:
    """Let a comparison find something in one page, and come to its end."""
    while comparison.finished_at is None:
        seen = comparison
        part = found if seen.stage is Stage.COMPARE else Tally()
        comparison = seen.moved("", part, seen.moved_at + timedelta(minutes=1))
        store.move(TENANT, seen, comparison)
    return comparison


def test_x4_the_newest_report_is_read_as_it_was_found(store: Reports) -> None:
    assert store.load_newest(TENANT) is None
    for id_, minutes in (("one", 0), ("two", 20)):
        ended = finish(store, store.begin(TENANT, make_comparison(id_, minutes)))
    assert ended.finished_at is not None
    report = store.load_newest(TENANT)
    assert report == report_on(ended, ended.finished_at)
    assert (report.started_at, report.at) == (START + timedelta(minutes=20), START + timedelta(minutes=24))
    assert (report.invoices, report.pairs, report.differences) == (200, 190, (DIFFERENCE, ALONE))
    assert store.load_newest(OTHER_TENANT) is None


def test_a_report_without_a_difference_is_read_back(store: Reports) -> None:
    finish(store, store.begin(TENANT, make_comparison()), Tally())
    report = store.load_newest(TENANT)
    assert report is not None
    assert (report.differences, report.difference_count, report.one_sided) == ((), 0, {})


def test_x4_what_was_not_read_afresh_is_stored_with_its_reason(store: Reports) -> None:
    silent = Tally(unread={ACCOUNTING: "QuickBooks refused the sign-in."})
    begun = store.begin(TENANT, make_comparison())
    moved = begun.moved("", silent, START)
    store.move(TENANT, begun, moved)
    assert store.load_under_way(TENANT) == moved
    finish(store, moved)
    report = store.load_newest(TENANT)
    assert report is not None
    assert (report.live, report.unread) == (False, silent.unread)


def test_x4_a_comparison_goes_on_from_where_it_was_stored(store: Reports) -> None:
    begun = store.begin(TENANT, make_comparison())
    moved = begun.moved("page 2", PAGE, START + timedelta(minutes=3))
    store.move(TENANT, begun, moved)
    assert store.load_under_way(TENANT) == store.begin(TENANT, make_comparison()) == moved
    assert store.load_under_way(OTHER_TENANT) is None
    assert store.load_newest(TENANT) is None, "a report is there only when it is complete"


def test_x4_of_two_who_did_the_same_page_one_counts_it(store: Reports) -> None:
    begun = store.begin(TENANT, make_comparison())
    moved = begun.moved("page 2", PAGE, START)
    store.move(TENANT, begun, moved)
    with pytest.raises(Conflict):
        store.move(TENANT, begun, moved)
    assert store.load_under_way(TENANT) == moved


def test_x4_the_last_page_is_counted_once_too(store: Reports) -> None:
    at_its_end = replace(make_comparison(), stage=Stage.COUNT_PAYMENTS)
    begun = store.begin(TENANT, at_its_end)
    ended = finish(store, begun)
    with pytest.raises(Conflict):
        store.move(TENANT, begun, replace(ended, tally=PAGE + PAGE))
    report = store.load_newest(TENANT)
    assert report is not None
    assert report.pairs == 0


def test_x4_one_comparison_is_under_way_at_a_time(store: Reports) -> None:
    first = store.begin(TENANT, make_comparison("one"))
    assert store.begin(TENANT, make_comparison("two", 5)) == first
    finish(store, first)
    assert store.load_under_way(TENANT) is None
    assert store.begin(TENANT, make_comparison("two", 9)).id == "two"


def test_x4_a_finished_comparison_is_not_begun_again_by_its_own_message(store: Reports) -> None:
    finish(store, store.begin(TENANT, make_comparison("one")))
    second = store.begin(TENANT, make_comparison("two", 9))
    assert store.begin(TENANT, make_comparison("one", 10)).finished_at is not None
    assert store.load_under_way(TENANT) == second


def test_x3_a_comparison_that_nobody_goes_on_with_gives_way(store: Reports) -> None:
    store.begin(TENANT, make_comparison("one"))
    late = int(ABANDONED_AFTER / timedelta(minutes=1))
    assert store.begin(TENANT, make_comparison("two", late)).id == "one"
    assert store.begin(TENANT, make_comparison("one", late + 1)).finished_at is None, "its own message goes on with it"
    assert store.begin(TENANT, make_comparison("two", late + 1)).id == "two"
    assert store.load_newest(TENANT) is None, "it left no report"


def test_x4_a_comparison_that_gave_way_is_begun_anew_by_its_own_message(store: Reports) -> None:
    given_up = store.begin(TENANT, make_comparison("one"))
    late = int(ABANDONED_AFTER / timedelta(minutes=1)) + 1
    second = store.begin(TENANT, make_comparison("two", late))
    assert store.begin(TENANT, make_comparison("one", late)) == second
    with pytest.raises(Conflict):
        store.move(TENANT, given_up, given_up.moved("page 2", PAGE, START))
    finish(store, second)
    assert store.begin(TENANT, make_comparison("one", late + 9)) == make_comparison("one", late + 9)


def test_x4_of_two_that_begin_at_once_one_does(table_name: str) -> None:
    table, others = InterruptedTable(table_name), TableReports(Table(table_name))
    table.interruptions = [lambda: others.begin(TENANT, make_comparison("two"))]
    assert TableReports(table).begin(TENANT, make_comparison("one")).id == "two"
    assert others.begin(TENANT, make_comparison("one")).id == "two"


def test_a_worker_that_dies_at_the_end_leaves_a_comparison_to_go_on_with(table_name: str) -> None:
    dying = TableReports(DyingTable(table_name, dies_before=5))
    with pytest.raises(Killed):
        finish(dying, dying.begin(TENANT, make_comparison()))
    store = TableReports(Table(table_name))
    under_way = store.load_under_way(TENANT)
    assert under_way is not None
    assert (under_way.stage, under_way.tally.pairs, store.load_newest(TENANT)) == (Stage.COUNT_PAYMENTS, 190, None)
    finish(store, under_way)
    report = store.load_newest(TENANT)
    assert report is not None
    assert report.pairs == 190


def test_of_a_finished_comparison_little_is_kept_and_not_for_ever(table: Table) -> None:
    finish(TableReports(table), TableReports(table).begin(TENANT, make_comparison()))
    item = table.get(keys.comparison(TENANT, "one"))
    assert item is not None
    assert "expires_at" in item
    assert not {"differences", "pairs", "one_sided"} & item.keys()


def test_the_largest_report_fits_into_an_item(table: Table) -> None:
    found = tuple(_worst(number) for number in range(MAX_DIFFERENCES + 50))
    tally = Tally(pairs=len(found), difference_count=len(found), differences=found[:100])
    tally += Tally(differences=found[100:])
    store = TableReports(table)
    # Its comparison says all that the report will say, and where it is besides.
    store.begin(TENANT, replace(make_comparison(), place="p" * 1_000, tally=tally))
    under_way = store.load_under_way(TENANT)
    assert under_way is not None
    assert (under_way.tally.difference_count, under_way.tally.differences) == (250, found[:MAX_DIFFERENCES])


def _worst(number: int) -> Difference:
    """Two copies whose ids and numbers are as long as they can be, in the widest characters, and whose amounts are huge."""
    wide = f"{number:04}" + "\N{MUSICAL SYMBOL G CLEF}" * (keys.MAX_ID_LENGTH - 4)
    huge = 10**20
    one = make_invoice(wide, number=wide * 10, total_minor=huge, balance_minor=huge)
    other = make_invoice(wide, CW, number=wide * 10, total_minor=huge, balance_minor=1, paid_minor=huge)
    found = compare(Pair(one, other, huge, 1, huge, 0))
    assert found is not None
    return found
