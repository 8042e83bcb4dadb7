"""More changes than one answer holds: few metered calls, and nothing lost, whatever happens between the calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.cursor import Cursor, Stage, parse_mark, read_cursor
from crossfoot.adapters.quickbooks.deletions import plan_looks
from crossfoot.adapters.quickbooks.pages import Limits, plan_pages, take_pages
from crossfoot.core.model import Kind
from crossfoot.core.windows import OVERLAP
from crossfoot.errors import AnswerTooLarge, RateLimited, RemoteUnavailable

from tests.adapters.quickbooks.wire import ENTITIES, PAYABLES, THROTTLED, Reader, WireCompany

MORNING, NOON = "2026-11-03T08:00:00Z", "2026-11-03T12:00:00Z"
# A page of 8 repeats 2 rows; a CDC answer holds 10 objects.
SMALL = Limits(page_rows=8, cdc_objects=10, pages_ahead=3, window_rows=40)


def a_company(**how: Any) -> tuple[WireCompany, Reader]:
    """Open a company that is read up to now, long after anything happened."""
    company = WireCompany(cdc_cap=SMALL.cdc_objects, **how)
    reader = Reader(company, SMALL)
    company.create("Customer")
    reader.read_all()
    company.advance(3600)
    reader.read_all()
    company.calls.clear()
    return company, reader


def burst(company: WireCompany, entity: str, count: int, seconds_each: float = 1) -> list[str]:
    ids = []
    for _ in range(count):
        ids.append(company.create(entity))
        company.advance(seconds_each)
    return ids


def some_calls_later(company: WireCompany, calls: int, work: Callable[[str, str], None], ids: Sequence[str]) -> None:
    """Let somebody work on some invoices before the question after so many others."""
    countdown = iter([False] * calls + [True])

    def between() -> None:
        for each in ids if next(countdown, False) else ():
            work("Invoice", each)

    company.between = between


@pytest.mark.parametrize(
    "cursor",
    [
        Cursor(Stage.PAGES),
        Cursor(Stage.CHANGES, NOON),
        Cursor(
            Stage.PAGES, NOON, "Invoice", MORNING, 751, "42", 250, {NOON: 9}, MORNING, {"Deposit": "", "Payment": NOON}
        ),
        Cursor(Stage.DELETIONS, NOON, deletions_since=MORNING, deletions={"Invoice": "", "Payment": NOON}),
    ],
)
def test_a_cursor_is_read_back_as_it_was_written(cursor: Cursor) -> None:
    assert read_cursor(cursor.to_text()) == cursor
    assert len(cursor.to_text()) < 400


def test_a_burst_costs_four_metered_calls(company_of_a_thousand: tuple[WireCompany, Reader]) -> None:
    company, reader = company_of_a_thousand
    reader.read_all()
    assert company.calls[:2] == ["cdc", "batch"]
    assert len(company.calls) <= 4, "deletions are one batch, or two calls"
    assert reader.differences() == set()


def test_calls_of_one_batch_are_counted_as_the_one_that_is_billed(
    company_of_a_thousand: tuple[WireCompany, Reader],
) -> None:
    company, reader = company_of_a_thousand
    reader.budget.calls.clear()
    reader.read_all()
    assert [metered for _, _, metered in reader.budget.calls] == [True] * len(company.calls)


@pytest.fixture
def company_of_a_thousand() -> tuple[WireCompany, Reader]:
    """A thousand invoices and payments, entered at a hundred a second since the last read."""
    company = WireCompany()
    reader = Reader(company, Limits())
    reader.read_all()
    company.advance(3600)
    reader.read_all()
    company.calls.clear()
    for _ in range(1000):
        company.create("Invoice")
        company.create("Payment")
        company.advance(0.01)
    company.advance(600)
    return company, reader


def test_a_first_import_takes_less_than_half_a_call_a_page() -> None:
    company = WireCompany()
    for _ in range(5_000):
        company.create("Invoice")
        company.advance(0.1)
    company.advance(3600)
    reader = Reader(company, Limits())
    windows = reader.read_all()
    assert reader.differences() == set()
    assert windows[-1].cursor == reader.cursor
    assert company.calls == ["batch"] * 4 + ["cdc"], "invoices in three, all that is behind them in one"
    assert max(len(window.records) for window in windows) <= Limits().window_rows


@pytest.mark.parametrize("feed", [ENTITIES, PAYABLES], ids=["receivables", "payables"])
def test_a_first_import_of_a_company_that_is_no_longer_than_two_pages_of_a_type_takes_one_call(
    feed: Mapping[str, Kind],
) -> None:
    company = WireCompany()
    for entity in feed:
        burst(company, entity, 1_100 if entity in {"Invoice", "Bill"} else 40, 0.01)
    company.advance(3600)
    reader = Reader(company, Limits(), feed)
    assert len([record for window in reader.read_all() for record in window.records]) == 1_100 + 40 * (len(feed) - 1)
    assert (reader.differences(), company.calls) == (set(), ["batch", "cdc"])


@pytest.mark.parametrize("ties", ["id", "reverse"])
@pytest.mark.parametrize("in_a_second", [1, 2, 5, 8, 9, 60])
def test_x3_a_first_import_gives_every_record_once(in_a_second: int, ties: str) -> None:
    company = WireCompany(cdc_cap=SMALL.cdc_objects, ties=ties)
    for _ in range(180 // in_a_second):
        burst(company, "Invoice", in_a_second, 0)
        burst(company, "Payment", 1, 0)
        company.advance(1)
    company.advance(3600)
    reader = Reader(company, SMALL)
    given = [record.ref for window in reader.read_all() for record in window.records]
    assert reader.differences() == set()
    assert len(given) == len(set(given)) == len(company.living["Invoice"]) + len(company.living["Payment"])


@pytest.mark.parametrize("count", [3, 8, 60])
@pytest.mark.parametrize("old", [0, 40])
def test_x3_what_is_new_when_a_first_import_begins_is_given_once_too(count: int, old: int) -> None:
    company = WireCompany(cdc_cap=SMALL.cdc_objects)
    burst(company, "Invoice", old)
    company.advance(3600)
    burst(company, "Invoice", count)
    burst(company, "Payment", 1)
    reader = Reader(company, SMALL)
    given = [record.ref for window in reader.read_all() for record in window.records]
    assert reader.differences() == set()
    assert len(given) == len(set(given)) == old + count + 1


def test_x3_a_second_of_which_rows_are_gone_begins_anew() -> None:
    company = WireCompany(cdc_cap=SMALL.cdc_objects)
    ids = burst(company, "Invoice", 60, 0)
    company.advance(3600)
    reader = Reader(company, SMALL)
    while not read_cursor(reader.cursor or Cursor(Stage.PAGES).to_text()).last:
        reader.read()
    for each in ids[:40]:
        company.delete("Invoice", each)
    reader.read_all()
    assert {each for each in reader.differences() if not (each[0] == "not gone" and each[1] in reader.unseen)} == set()


@pytest.mark.parametrize("later", range(10))
@pytest.mark.parametrize("ties", ["id", "reverse", "random"])
def test_an_edit_between_two_pages_shifts_nothing_past_us(later: int, ties: str) -> None:
    company, reader = a_company(ties=ties)
    ids = burst(company, "Invoice", 30, 0.6)
    company.advance(3600)
    some_calls_later(company, later, company.edit, ids[:5])
    reader.settle()
    assert reader.differences() == set()


@pytest.mark.parametrize("later", range(10))
def test_a_deletion_between_two_pages_shifts_nothing_past_us_and_is_seen(later: int) -> None:
    company, reader = a_company()
    ids = burst(company, "Invoice", 30)
    company.advance(3600)
    some_calls_later(company, later, company.delete, ids[:5])
    reader.settle()
    assert reader.differences() == set()


@pytest.mark.parametrize("ties", ["id", "reverse"])
@pytest.mark.parametrize("count", [8, 9, 14, 15, 40])
def test_rows_of_one_second_are_read_across_the_border_of_pages(count: int, ties: str) -> None:
    company, reader = a_company(ties=ties)
    burst(company, "Invoice", 3)
    burst(company, "Invoice", count, 0)
    company.advance(1)
    burst(company, "Invoice", 3)
    company.advance(3600)
    reader.settle()
    assert reader.differences() == set()


@pytest.mark.parametrize("later", range(1, 12))
@pytest.mark.parametrize("act", ["edit", "delete"])
def test_a_row_that_leaves_a_second_longer_than_a_page_shifts_nothing_past_us(later: int, act: str) -> None:
    company, reader = a_company()
    ids = burst(company, "Invoice", 40, 0)
    company.advance(3600)
    some_calls_later(company, later, company.edit if act == "edit" else company.delete, ids[:3])
    reader.settle()
    assert reader.differences() == set()


def test_a_type_that_changed_much_is_gone_on_with_where_it_stood() -> None:
    company, reader = a_company()
    burst(company, "Invoice", 100)
    burst(company, "Payment", 12)
    company.advance(3600)
    windows = reader.read_all()
    assert reader.differences() == set()
    assert max(len(window.records) for window in windows) <= SMALL.window_rows
    assert company.calls.count("batch") <= 8


def test_a_window_holds_no_more_than_its_limit_though_the_answer_did() -> None:
    company, _ = a_company()
    reader = Reader(company, replace(SMALL, window_rows=25))
    reader.settle()
    for entity in ("Customer", "Invoice", "Payment"):
        burst(company, entity, 12)
    company.advance(3600)
    sizes = [len(window.records) for window in reader.read_all()]
    assert reader.differences() == set()
    assert sizes[:3] == [0, 24, 12]


@pytest.mark.parametrize("act", ["import", "burst"])
def test_a_crash_after_any_call_loses_nothing_and_begins_nothing_anew(act: str) -> None:
    company, reader = a_company()
    if act == "import":
        reader = Reader(company, SMALL)
    burst(company, "Invoice", 50)
    payments = burst(company, "Payment", 15)
    company.advance(60)
    company.delete("Payment", payments[-1])
    company.advance(3600)
    seen = set()
    while True:
        before = reader.cursor
        reader.read(and_crash=True)
        assert reader.cursor == before
        window = reader.read()
        assert window.cursor not in seen, "it came by here before"
        seen.add(window.cursor)
        if not window.more:
            break
    assert reader.differences() == set()


@pytest.mark.parametrize("refused", range(6))
def test_a_question_that_is_throttled_holds_the_cursor_before_it(refused: int) -> None:
    company, reader = a_company()
    burst(company, "Invoice", 20)
    burst(company, "Payment", 20)
    company.advance(3600)
    reader.read()
    before, strikes = read_cursor(reader.cursor), iter([True])
    company.refuse = lambda item: THROTTLED if item["bId"] == str(refused) and next(strikes, False) else None
    if refused == 0:
        with pytest.raises(RateLimited):
            reader.read()
        assert read_cursor(reader.cursor) == before
    reader.read_all()
    assert reader.differences() == set()


def test_a_question_without_an_answer_is_not_taken_for_an_empty_page() -> None:
    company, reader = a_company()
    burst(company, "Invoice", 20)
    company.advance(3600)
    reader.read()
    batch = company._batch
    company._batch = lambda items: [each for each in batch(items) if each["bId"] != "0"]  # type: ignore[method-assign]
    reader.read_all()
    assert reader.differences() == set()


def test_a_batch_that_is_too_much_is_read_page_by_page() -> None:
    company, reader = a_company()
    burst(company, "Invoice", 30)
    company.advance(3600)
    company._batch = _never  # type: ignore[method-assign]
    reader.read_all()
    assert reader.differences() == set()
    assert "query" in company.calls


def _never(items: object) -> list[dict[str, Any]]:
    raise RemoteUnavailable("the batch takes too long")


def test_deletions_behind_many_changes_are_found_from_where_there_is_room() -> None:
    company, reader = a_company()
    early, *others = burst(company, "Invoice", 20)
    reader.read_all()
    company.advance(3600)
    reader.read_all()
    company.delete("Invoice", early)
    company.advance(60)
    for each in others[:15]:
        company.edit("Invoice", each)
        if each == others[8]:
            company.delete("Invoice", others[18])
        company.advance(1)
    company.advance(3600)
    reader.settle()
    assert reader.differences() == {("not gone", Kind.INVOICE, early)}, "CDC cannot show it any more"
    assert reader.unseen == {Kind.INVOICE}, "and it is said"


def test_more_deletions_than_an_answer_holds_are_read_one_answer_after_the_other() -> None:
    company, reader = a_company()
    payments = burst(company, "Payment", 40)
    reader.settle()
    reader.unseen.clear()
    for each in payments[:35]:
        company.delete("Payment", each)
        company.advance(1)
    company.advance(3600)
    reader.settle()
    assert reader.differences() == set()
    assert reader.unseen == set()


def test_more_deletions_in_one_second_than_an_answer_holds_are_said_to_be_unseen() -> None:
    company, reader = a_company()
    payments = burst(company, "Payment", 40)
    reader.settle()
    reader.unseen.clear()
    for each in payments[:35]:
        company.delete("Payment", each)
    company.advance(3600)
    reader.settle()
    assert {kind for _, kind, _ in reader.differences()} == reader.unseen == {Kind.PAYMENT}


def test_deletions_of_types_in_which_nothing_living_changed_are_asked_for_together() -> None:
    company, reader = a_company()
    gone = {entity: company.create(entity) for entity in ("Invoice", "Payment")}
    reader.settle()
    for entity, record_id in gone.items():
        company.delete(entity, record_id)
    burst(company, "Customer", 12)
    company.advance(3600)
    company.calls.clear()
    reader.read_all()
    assert company.calls == ["cdc", "batch", "cdc", "cdc"], "one for the customers, one for all the others"
    assert reader.differences() == set()


def test_where_together_they_are_more_than_an_answer_holds_each_is_asked_for_alone() -> None:
    company, reader = a_company()
    gone = {entity: burst(company, entity, 8) for entity in ("Invoice", "Payment")}
    reader.settle()
    for entity, ids in gone.items():
        for record_id in ids:
            company.delete(entity, record_id)
            company.advance(1)
    company.advance(3600)
    reader.settle()
    assert reader.differences() == set()
    assert reader.unseen == set()


@pytest.fixture
def two_looks() -> tuple[WireCompany, Reader]:
    """A company at the point where deletions are asked for, and a reader that asks none of it one by one."""
    company, _ = a_company()
    reader = Reader(company, replace(SMALL, single_looks=1))
    gone = [company.create("Payment"), company.create("Invoice")]
    reader.settle()
    company.delete("Payment", gone[0])
    company.delete("Invoice", gone[1])
    burst(company, "Invoice", 12)
    burst(company, "Payment", 3)
    company.advance(3600)
    while read_cursor(reader.cursor).stage is not Stage.DELETIONS:
        reader.read()
    company.calls.clear()
    return company, reader


@pytest.mark.parametrize("batched_cdc", [True, False])
def test_many_looks_are_one_batch_and_single_calls_where_that_is_refused(
    two_looks: tuple[WireCompany, Reader], batched_cdc: bool
) -> None:
    company, reader = two_looks
    company.batched_cdc = batched_cdc
    looks = plan_looks(read_cursor(reader.cursor), MORNING)
    reader.read()
    assert company.calls == ["batch"] + ["cdc"] * (0 if batched_cdc else len(looks))
    reader.settle()
    assert {each for each in reader.differences() if each[1] not in reader.unseen} == set()


def test_a_look_that_is_throttled_waits_instead_of_being_tried_at_once(
    two_looks: tuple[WireCompany, Reader],
) -> None:
    company, reader = two_looks
    company.refuse = lambda item: THROTTLED
    with pytest.raises(RateLimited):
        reader.read()
    assert company.calls == ["batch"]


def test_what_changes_in_a_type_that_was_read_while_a_long_import_goes_on_is_read_after_it() -> None:
    company = WireCompany(cdc_cap=SMALL.cdc_objects)
    customer = company.create("Customer")
    burst(company, "Invoice", 60)
    company.advance(3600)
    reader = Reader(company, SMALL)
    reader.read()
    company.edit("Customer", customer)
    while True:
        company.advance(3600)
        if not reader.read().more:
            break
    assert reader.differences() == set()


def test_a_page_that_is_more_than_we_take_in_is_asked_for_in_smaller_ones() -> None:
    company, reader = a_company()
    burst(company, "Invoice", 30)
    company.advance(3600)
    answer = company._query

    def bounded(statement: str) -> dict[str, Any]:
        if not statement.endswith("MAXRESULTS 4"):
            raise AnswerTooLarge("more than we take in")
        return answer(statement)

    company._query = bounded  # type: ignore[method-assign]
    windows = reader.read_all()
    assert reader.differences() == set()
    assert max(len(window.records) for window in windows) == 3, "all but the second that the next page begins with"


def test_what_cannot_be_taken_in_at_all_is_unavailable_and_holds_the_cursor() -> None:
    company, reader = a_company()
    burst(company, "Invoice", 30)
    company.advance(3600)
    reader.read()
    company._query = too_large  # type: ignore[method-assign]
    with pytest.raises(AnswerTooLarge):
        reader.read_all()
    assert company.calls[-3:] == ["batch", "query", "query"], "a full page, then the smallest"


def too_large(statement: str) -> dict[str, Any]:
    raise AnswerTooLarge("more than we take in")


def test_of_two_versions_in_one_answer_only_the_newer_is_given() -> None:
    def row(record_id: str, second: int, token: int) -> dict[str, Any]:
        time = f"2026-11-03T12:00:{second:02}Z"
        return {"Id": record_id, "SyncToken": str(token), "MetaData": {"LastUpdatedTime": time}}

    position = Cursor(Stage.PAGES, entity="Invoice")
    first, second, *_ = plan_pages(position, SMALL)
    rows = [row("1", 1, 0), row("2", 1, 10), *(row(str(n), n, 0) for n in range(3, 9))]
    later = [*rows[6:], row("1", 30, 1), row("2", 1, 9)]
    taken = take_pages(position, [(first, rows), (second, later)], SMALL)
    given = {each["Id"]: each["SyncToken"] for _, each in taken.found}
    assert len(taken.found) == 8
    assert (given["1"], given["2"]) == ("1", "10")


@pytest.mark.parametrize("time", [None, "", "yesterday", 7])
def test_a_row_whose_time_cannot_be_read_does_not_sink_its_page(time: Any) -> None:
    position = Cursor(Stage.PAGES, entity="Invoice")
    page, *_ = plan_pages(position, SMALL)
    odd = {"Id": "1", "SyncToken": None, "MetaData": {"LastUpdatedTime": time}}
    taken = take_pages(position, [(page, [odd] * 3)], SMALL)
    assert taken.found == [("Invoice", odd)]
    assert taken.following.entity == "Payment"


def test_what_goes_while_a_first_import_is_broken_off_behind_its_first_page_is_seen_to_go() -> None:
    company, reader = a_company()
    ids = [company.create("Customer") for _ in range(8)]
    while not reader.book:
        reader.read(and_crash=bool(reader.cursor))
    company.advance(OVERLAP.total_seconds() * 3)
    company.delete("Customer", ids[0])
    company.advance(3600)
    reader.read_all()
    assert reader.differences() == set()


def test_a_first_import_whose_vendor_has_a_slow_clock_marks_the_vendors_time() -> None:
    company, _ = a_company()
    reader = Reader(company, SMALL)
    ahead = timedelta(hours=1)
    reader.now = lambda: company.now + ahead  # type: ignore[method-assign]
    reader.read()
    reader.read()
    assert parse_mark(read_cursor(reader.cursor).mark) <= company.now
