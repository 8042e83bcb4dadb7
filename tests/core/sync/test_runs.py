"""Runs: how a bill may come to stand in one, and how a run that stands still ends (S2, X3)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from crossfoot.core.model import PSA, Kind, Ref
from crossfoot.core.sync.runs import (
    ABANDONED_AFTER,
    FAILED_STATES,
    MOST_FINDINGS,
    OPEN_STATES,
    STUCK_AFTER,
    ItemState,
    RunFinding,
    RunItem,
    RunKind,
    RunState,
    abandon,
    count_states,
    gives_way_to,
    keep_findings,
    new_sync_run,
)

AT = datetime(2026, 11, 3, 17, 4, 5, tzinfo=UTC)
RUN = new_sync_run(RunKind.SYNC, "partner", 3, AT, "9f2c")
SETTLED = frozenset(ItemState) - OPEN_STATES


def item(id_: str, state: ItemState) -> RunItem:
    return RunItem(Ref(PSA, Kind.INVOICE, id_), f"INV-{id_}", state)


def test_s2_by_their_ids_runs_are_in_order_of_time() -> None:
    times = [AT + timedelta(microseconds=1), AT, AT + timedelta(days=40), AT.replace(microsecond=999_999)]
    assert [new_sync_run(RunKind.UNDO, "partner", 0, at, "z").id for at in sorted(times)] == sorted(
        new_sync_run(RunKind.UNDO, "partner", 0, at, "z").id for at in times
    )


def test_x3_a_settled_item_never_waits_again() -> None:
    assert not gives_way_to(ItemState.WAITING) & SETTLED


def test_x3_every_state_may_be_said_again() -> None:
    assert all(state in gives_way_to(state) for state in ItemState)


@pytest.mark.parametrize(
    ("stands", "said", "comes_to_be"),
    [
        (ItemState.WAITING, ItemState.CANCELLED, True),
        (ItemState.WRITTEN, ItemState.CANCELLED, False),  # it stands in the accounting
        (ItemState.CANCELLED, ItemState.WRITTEN, True),  # so does this, after all
        (ItemState.WRITTEN, ItemState.SKIPPED, False),  # an overtaken worker saw the link
        (ItemState.WRITTEN, ItemState.REFUSED, True),  # it was taken back
        (ItemState.DONE, ItemState.REFUSED, False),  # an overtaken worker saw our own batch
        (ItemState.DONE, ItemState.WRITTEN, False),
        (ItemState.CONFLICT, ItemState.WRITTEN, False),
        (ItemState.CONFLICT, ItemState.DONE, True),
        (ItemState.DONE, ItemState.CONFLICT, False),
    ],
)
def test_x3_a_late_word_takes_nothing_back(stands: ItemState, said: ItemState, comes_to_be: bool) -> None:
    assert (stands in gives_way_to(said)) is comes_to_be


def test_x3_a_run_that_stands_still_is_stuck_and_then_abandoned() -> None:
    assert RUN.state(AT + STUCK_AFTER) is RunState.RUNNING
    assert RUN.state(AT + ABANDONED_AFTER) is RunState.STUCK
    assert not RUN.is_abandoned(AT + ABANDONED_AFTER)
    assert RUN.is_abandoned(AT + ABANDONED_AFTER + timedelta(seconds=1))
    assert not replace(RUN, finished_at=AT).is_abandoned(AT + timedelta(days=9))


def test_x3_what_an_abandoned_run_had_not_started_is_cancelled_and_can_be_retried() -> None:
    now = AT + timedelta(hours=3)
    items = [item("1", ItemState.WAITING), item("2", ItemState.WRITTEN), item("3", ItemState.DONE)]
    ended, cancelled = abandon(RUN, items, now)
    assert [each.bill.id for each in cancelled] == ["1"]
    assert {each.state for each in cancelled} <= FAILED_STATES
    assert all(each.settled_at == now and each.sentence and each.fix for each in cancelled)
    assert ended == replace(
        RUN,
        moved_at=now,
        finished_at=now,
        counts={ItemState.CANCELLED: 1, ItemState.WRITTEN: 1, ItemState.DONE: 1},
    )
    assert count_states(items)[ItemState.WAITING] == 1


def test_s6_what_is_found_again_changes_nothing_and_no_more_is_kept_than_may_be() -> None:
    found = [RunFinding("item_gone", f"Item {number} is gone.", "Choose another.") for number in range(25)]
    told = keep_findings(RUN, found[:2])
    assert told.findings == tuple(found[:2])
    assert keep_findings(told, found[:2]) == told
    assert keep_findings(told, reversed(found[:3])).findings == tuple(found[:3])
    full = keep_findings(told, found)
    assert full.findings == tuple(found[:MOST_FINDINGS])
    assert keep_findings(full, found) == full
