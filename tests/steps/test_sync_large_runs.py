"""sync_batch on fakes where runs are large, bills have many lines, and vendors are slow or refuse calls as a whole (S)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.model import Billed, Line, LineKind, Ref
from crossfoot.core.sync.postings import Posting
from crossfoot.core.sync.runs import ItemState, RunState
from crossfoot.core.sync.settings import TaxDisplay, TimeEntries
from crossfoot.errors import Conflict, OutcomeUnknown, Rejected
from crossfoot.ledger import LONGEST_COMMIT
from crossfoot.messages import PostBatch, SyncBatch
from crossfoot.ports import Entered
from crossfoot.steps.sync_batch import syncing

from tests.fakes.sync_office import LABOUR, PREFERENCES, SyncOffice
from tests.fakes.world import TENANT

DONE, REFUSED = ItemState.DONE, ItemState.REFUSED


@pytest.fixture
def office() -> SyncOffice:
    return SyncOffice()


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "SINGLE_WRITES", 20)


def _backlog(office: SyncOffice) -> list[Ref]:
    """Bill more than is written singly."""
    bills = [office.bill(str(number), 10_00) for number in range(1000, 1035)]
    office.see()
    return bills


def test_x2_a_run_goes_on_where_connectwise_takes_minutes_to_say_what_it_would_post(office: SyncOffice) -> None:
    bills = [office.bill("1001"), office.bill("1002")]
    office.see()
    psa = office.world.connectwise
    fetch = psa.fetch_postings

    def slowly(asked: Sequence[Billed]) -> Mapping[Ref, Posting]:
        found = fetch(asked)
        office.world.clock.advance(syncing.FRESH_FOR.total_seconds() + 60)
        return found

    psa.fetch_postings = slowly  # type: ignore[assignment, method-assign]
    assert office.states(office.sync(*bills)) == {"1001": DONE, "1002": DONE}


def test_x3_a_run_of_refused_bills_is_handed_on_before_its_time_is_over(
    office: SyncOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    bills = _backlog(office)
    left = [300_000]
    psa = office.world.connectwise
    fetch = psa.fetch_postings

    def slowly(asked: Sequence[Billed]) -> Mapping[Ref, Posting]:
        left[0] -= 90_000
        assert left[0] > 0, "the function was ended in the midst of it"
        fetch(asked)
        return {}

    psa.fetch_postings = slowly  # type: ignore[assignment, method-assign]
    office.world.remaining_ms = lambda: left[0]
    run = office.begin(bills)
    monkeypatch.setattr(syncing, "POSTINGS_PER_CALL", 10)
    office.world.deliver()
    assert sorted({*office.states(run).values()}) == [REFUSED, ItemState.WAITING]
    left[0] = 10**9
    office.settle()
    assert office.run(run).counts == {REFUSED: 35}


def test_p4_thirty_entries_whose_answer_was_lost_are_left_alone_for_as_long_as_they_may_come_in(
    office: SyncOffice,
) -> None:
    bills, sales = _backlog(office), office.world.our_sales
    create, late = sales.create_sales, []

    def lost(wanted: Sequence[Any], request_id: str) -> list[Entered | Exception]:
        late.append((wanted, request_id))
        sales.create_sales = create  # type: ignore[method-assign]
        raise OutcomeUnknown("the connection broke")

    sales.create_sales = lost  # type: ignore[assignment, method-assign]
    run = office.begin(bills)
    with pytest.raises(Conflict):
        office.world.work(SyncBatch(tenant=TENANT, run=run.id))
    # QuickBooks goes on with a call for two minutes, whoever still listens.
    office.world.clock.advance(LONGEST_COMMIT.total_seconds() + 30)
    reads = sales.reads
    with pytest.raises(Conflict):
        office.world.work(SyncBatch(tenant=TENANT, run=run.id))
    assert sales.reads - reads <= 4, "the lost ones are not looked for yet"
    create(*late[0])
    office.world.clock.advance(60)
    reads = sales.reads
    office.world.work(SyncBatch(tenant=TENANT, run=run.id))
    assert sales.reads - reads == 1, "all thirty are found in one walk"
    office.settle()
    assert office.run(run).counts == {DONE: 35}
    assert len(office.entries()) == len({number for number, _ in office.entries()}) == 35


def test_s7_what_makes_quickbooks_refuse_a_whole_call_sinks_nobody_else(office: SyncOffice) -> None:
    bills, sales = _backlog(office), office.world.our_sales
    create = sales.create_sales

    def refuse(wanted: Sequence[Any], request_id: str) -> list[Entered | Exception]:
        if any(sale.number == "1020" for sale, _ in wanted):
            raise Rejected("2010", "Request has invalid or unsupported property")
        return create(wanted, request_id)

    sales.create_sales = refuse  # type: ignore[assignment, method-assign]
    sales.answers["1020"] = Rejected("2010", "Request has invalid or unsupported property")
    run = office.begin(bills)
    office.settle()
    assert office.run(run).counts == {DONE: 34, REFUSED: 1}
    assert (office.item(run, "1020").code, len(office.entries())) == ("refused_by_accounting", 34)


def test_s7_bills_of_very_many_lines_share_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syncing, "LINES_AT_ONCE", 70)
    office = SyncOffice(preferences=replace(PREFERENCES, time_entries=TimeEntries.LINE_ITEM))
    large = [str(number) for number in range(1000, 1003)]
    bills = [office.bill(str(number), 10_00) for number in range(1003, 1035)]
    bills += [_bill_of_many_lines(office, number) for number in large]
    office.see()
    sales = office.world.our_sales
    create, calls = sales.create_sales, list[list[str]]()

    def counted(wanted: Sequence[Any], request_id: str) -> list[Entered | Exception]:
        assert sum(len(sale.lines) for sale, _ in wanted) <= syncing.LINES_AT_ONCE
        calls.append([sale.number for sale, _ in wanted])
        return create(wanted, request_id)

    sales.create_sales = counted  # type: ignore[assignment, method-assign]
    run = office.begin(bills)
    office.settle()
    assert office.run(run).counts == {DONE: 35}
    assert [len(call) for call in calls] == [30, 3]
    assert sum(number in call for call in calls for number in large) == 1, "two go by themselves, which is free"


def _bill_of_many_lines(office: SyncOffice, number: str) -> Ref:
    psa = office.world.connectwise
    ref = psa.add_invoice(f"c{number}", number, 0)
    lines = (
        Line(f"{number}{place:04}", LineKind.TIME, "Labour", 1_00, None, None, labour=LABOUR)
        for place in range(syncing.LINES_AT_ONCE - 10)
    )
    for line in lines:
        psa.bill(ref.id, line)
    psa.close(ref)
    return ref


def test_s7_the_story_says_why_an_entry_has_a_line_for_rounding_that_was_not_previewed() -> None:
    preferences = replace(PREFERENCES, tax_display=TaxDisplay.PER_LINE, rounding_tolerance_minor=5)
    office = SyncOffice(preferences=preferences)
    sales = office.world.our_sales
    sales.catalogue = replace(sales.catalogue, automated_tax=True)
    bill = office.bill("1001", 100_00, tax=8_03)
    office.see()
    office.sync(bill)
    told = [effect.sentence for effect in office.world.effects.load_all(TENANT, bill)]
    (last,) = (each for each in told if "rounding" in each)
    assert last == (
        "Wrote invoice 1001 of 108.03 USD to QuickBooks, with a line for rounding: without it, QuickBooks had made "
        "108.00 USD of it."
    )


def test_x3_a_run_whose_batches_take_long_is_not_shown_as_stuck(office: SyncOffice) -> None:
    bills = [office.bill("1001"), office.bill("1002")]
    office.see()
    run = office.begin(bills)
    office.world.deliver()
    posts = [each for each in office.world.queue.messages if isinstance(each, PostBatch) and not each.because]
    for post in posts:
        office.world.clock.advance(25 * 60)
        office.world.work(post)
    assert office.run(run).state(office.world.clock.now()) is RunState.RUNNING
    office.world.clock.advance(60 * 60)
    assert office.run(run).state(office.world.clock.now()) is RunState.STUCK
    office.settle()
    assert office.run(run).counts == {DONE: 2}
