"""A company of many closed bills is synced, synced again, undone, and synced while another tool batches them (S).

`CROSSFOOT_BILLS=1000` plays it with as many.
"""

import os
from dataclasses import dataclass, field

import pytest
from crossfoot.core.sync.runs import ItemState, RunItem, RunKind, RunState, SyncRun
from crossfoot.steps.sync_batch.syncing import FRESH_FOR

from benchmarks.booked import Booked, to_be_booked
from tests.adapters.sandbox import Sandbox
from tests.contract.vendors.syncing import (
    Standing,
    SyncedCompany,
    Wire,
    faulty,
    without_stamps,
)

BILLS = int(os.environ.get("CROSSFOOT_BILLS", "150"))  # noqa: TID251 - how many a person asks for
# Few enough to be written singly; another tool batches some of them when so many have been written.
OVERLAPPED, WRITTEN_BEFORE = 26, 8
DONE, REFUSED, CONFLICT = ItemState.DONE, ItemState.REFUSED, ItemState.CONFLICT


@dataclass
class Story:
    """What a run left behind. Takes: `entered` is what is in QuickBooks by number."""

    run: SyncRun
    items: dict[str, RunItem]
    entered: dict[str, Booked]
    standing: Standing


@dataclass
class Played:
    """A company, and what happened to it, in this order."""

    company: SyncedCompany
    before: Standing
    # What ConnectWise would have posted, by number, before anybody did anything.
    posted: dict[str, Wire]
    first: Story
    second: Story
    undone: Story
    elsewhere: list[str] = field(default_factory=list)
    midway: list[str] = field(default_factory=list)
    overlapped: Story | None = None

    @property
    def exact(self) -> set[str]:
        return {bill.number for bill in self.company.closed.bills if not bill.fault}


@pytest.fixture(scope="module")
def played(quickbooks_process: Sandbox, connectwise_process: Sandbox) -> Played:
    company = SyncedCompany(quickbooks_process, connectwise_process, BILLS)
    before, posted = company.standing(), {each["documentNumber"]: each for each in company.transactions()}
    first, second = _story(company), _story(company)
    undone = _story(company, RunKind.UNDO)
    story = Played(company, before, posted, first, second, undone)
    _overlap(story)
    return story


def _story(company: SyncedCompany, kind: RunKind = RunKind.SYNC, *, first: int | None = None) -> Story:
    run = company.play(company.bills[:first], kind)
    return Story(run, company.items(run), company.entered(), company.standing())


def _overlap(played: Played) -> None:
    """Sync a few again, of which another tool batches every fourth before, and every other fourth midway."""
    company = played.company
    few = [bill.number for bill in company.closed.bills[:OVERLAPPED] if bill.number in played.exact]
    now = {each["documentNumber"]: each for each in company.transactions()}
    played.elsewhere, played.midway = few[::4], few[2::4]
    company.batch_elsewhere(now[number] for number in played.elsewhere)

    def batch_midway() -> None:
        company.batch_elsewhere(now[number] for number in played.midway)
        company.clock.advance(FRESH_FOR.total_seconds() + 1)

    company.meanwhile = [*[_nothing] * WRITTEN_BEFORE, batch_midway]
    played.overlapped = _story(company, first=OVERLAPPED)


def _nothing() -> None:
    """Nobody does anything."""


def test_s5_what_can_be_entered_is_in_quickbooks_equal_to_connectwises_ledger_by_account(played: Played) -> None:
    assert played.first.entered == {number: to_be_booked(played.posted[number]) for number in played.exact}


def test_s7_each_bill_that_cannot_be_entered_exactly_is_refused_before_any_write_for_its_own_reason(
    played: Played,
) -> None:
    refused = {number: item.code for number, item in played.first.items.items() if item.state is REFUSED}
    assert refused == faulty(played.company.closed.bills)
    assert all(played.first.items[number].fix for number in refused)


def test_s3_each_bill_that_was_entered_is_in_a_batch_of_its_own(played: Played) -> None:
    done = {number: item.batch for number, item in played.first.items.items() if item.state is DONE}
    shown = {each["invoiceNumber"]: each["glBatch"]["name"] for each in _batched(played.first.standing)}
    assert done == shown
    assert done.keys() == played.exact
    assert len(set(done.values())) == len(played.first.standing["batches"]) == len(played.exact)


def test_x3_the_run_says_how_many_ended_how(played: Played) -> None:
    now, faults = played.company.clock.now(), len(played.company.closed.bills) - len(played.exact)
    assert played.first.run.state(now) is RunState.DONE
    assert played.first.run.counts == {DONE: len(played.exact), REFUSED: faults}


def test_x2_a_second_run_changes_nothing_anywhere(played: Played) -> None:
    assert played.second.standing == played.first.standing
    assert _ended(played.second) == _ended(played.first)


def test_s9_undoing_all_of_it_leaves_both_systems_as_they_were(played: Played) -> None:
    was, now = without_stamps(played.before), without_stamps(played.undone.standing)
    assert {kind: _differences(was[kind], now[kind]) for kind in was} == {kind: [] for kind in was}


def test_s3_what_another_tool_batched_before_is_not_entered(played: Played) -> None:
    assert played.overlapped is not None
    codes = {number: played.overlapped.items[number].code for number in played.elsewhere}
    assert set(codes.values()) == {"not_posted"}
    assert not codes.keys() & played.overlapped.entered.keys()


def test_s3_what_another_tool_batches_midway_is_not_entered_or_is_shown_as_a_conflict(played: Played) -> None:
    assert played.overlapped is not None
    ended = {number: played.overlapped.items[number] for number in played.midway}
    entered = {number for number, item in ended.items() if item.state is CONFLICT}
    assert {item.state for item in ended.values()} == {CONFLICT, REFUSED}
    assert ended.keys() & played.overlapped.entered.keys() == entered
    assert {ended[number].code for number in entered} == {"batched_elsewhere"}
    assert {ended[number].code for number in ended.keys() - entered} == {"not_posted"}


def test_s3_the_others_are_entered_as_ever(played: Played) -> None:
    assert played.overlapped is not None
    others = (played.exact & played.overlapped.items.keys()) - {*played.elsewhere, *played.midway}
    assert {number for number, item in played.overlapped.items.items() if item.state is DONE} == others
    expected = {number: to_be_booked(played.posted[number]) for number in others}
    assert {number: played.overlapped.entered[number] for number in others} == expected


def _batched(standing: Standing) -> list[Wire]:
    return [bill for bill in standing["bills"].values() if bill.get("glBatch")]


def _ended(story: Story) -> dict[str, tuple[ItemState, str, str]]:
    return {number: (item.state, item.code, item.batch) for number, item in story.items.items()}


def _differences(was: dict[str, Wire], now: dict[str, Wire]) -> list[tuple[Wire | None, Wire | None]]:
    changed = [id_ for id_ in was.keys() | now.keys() if was.get(id_) != now.get(id_)]
    return [(was.get(id_), now.get(id_)) for id_ in sorted(changed)]
