"""The runs in the table and the runs of the fakes say the same, whatever is asked of them in whatever order."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from crossfoot.adapters.dynamodb.sync_runs import TableSyncRuns
from crossfoot.core.sync.runs import ABANDONED_AFTER, ItemState, RunItem, RunKind, SyncRun, count_states, new_sync_run
from crossfoot.errors import Conflict
from crossfoot.ports import SyncRuns

from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT, invoice_ref
from tests.fakes.clock import START
from tests.fakes.sync_table import FakeSyncRuns

STEPS = 120
BILLS = [invoice_ref(id_, CW) for id_ in ("1", "2", "#3", "10", "501")]

type Act = Callable[[SyncRuns], object]


class Story:
    """Draws what is done next: on the runs of two partners that were begun so far, while time goes on."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._now = START
        self._runs: list[SyncRun] = []

    def next_act(self) -> Act:
        """Draw an act, to be done to either twin alike."""
        draw = self._chance.choices([self._begin, self._save, self._move, self._look], [3, 6, 3, 4])[0]
        self._now += self._chance.choice([timedelta(seconds=1), timedelta(minutes=9), ABANDONED_AFTER])
        tenant = self._chance.choice([TENANT, TENANT, OTHER_TENANT])
        return draw(tenant)

    def _begin(self, tenant: str) -> Act:
        bills = self._chance.sample(BILLS, self._chance.randrange(len(BILLS) + 1))
        new = new_sync_run(RunKind.SYNC, "partner", len(bills), self._now, f"{len(self._runs):03}")
        run = self._chance.choice([new, new, self._one()])
        self._runs.append(run)
        return lambda runs: runs.begin(tenant, run, [RunItem(bill, bill.id) for bill in bills])

    def _save(self, tenant: str) -> Act:
        run, bill, state = self._one(), self._chance.choice(BILLS), self._chance.choice(list(ItemState))
        item = RunItem(bill, bill.id, state, accounting_id=self._chance.choice(["", "77"]), settled_at=self._now)
        return lambda runs: runs.save_items(tenant, run.id, [item])

    def _move(self, tenant: str) -> Act:
        run, now, ends, late = self._one(), self._now, self._chance.random() < 0.5, self._chance.random() < 0.2

        def move(runs: SyncRuns) -> None:
            stands = runs.load(tenant, run.id) or run
            seen = replace(stands, moved_at=START - timedelta(1)) if late else stands
            counts = count_states(runs.load_items(tenant, run.id))
            runs.replace(tenant, seen, replace(stands, moved_at=now, finished_at=now if ends else None, counts=counts))

        return move

    def _look(self, tenant: str) -> Act:
        run, bills, limit = self._one(), self._chance.sample(BILLS, 3), self._chance.choice([1, 2, 50])
        return lambda runs: (
            runs.load(tenant, run.id),
            runs.load_under_way(tenant),
            runs.load_items(tenant, run.id),
            runs.load_item(tenant, run.id, bills[0]),
            runs.load_newest_of(tenant, bills),
            listed(runs, tenant, limit),
        )

    def _one(self) -> SyncRun:
        return self._chance.choice([*self._runs[-4:], new_sync_run(RunKind.UNDO, "partner", 0, START, "none")])


def listed(runs: SyncRuns, tenant: str, limit: int) -> list[tuple[SyncRun, ...]]:
    pages = [runs.list_runs(tenant, cursor="", limit=limit)]
    while pages[-1].next_cursor:
        pages.append(runs.list_runs(tenant, cursor=pages[-1].next_cursor, limit=limit))
    return [page.items for page in pages]


def outcome_of(act: Act, runs: SyncRuns) -> object:
    try:
        return act(runs)
    except (Conflict, LookupError) as error:
        return LookupError if isinstance(error, LookupError) else Conflict


@pytest.mark.parametrize("seed", range(6))
def test_the_table_and_the_fake_tell_the_same_story(seed: int) -> None:
    story, twins = Story(seed), (TableSyncRuns(MemoryTable()), FakeSyncRuns())
    told: list[object] = []
    for step in range(STEPS):
        act = story.next_act()
        table, fake = (outcome_of(act, runs) for runs in twins)
        assert table == fake, f"step {step} of story {seed}"
        told.append(table)
    assert Conflict in told
    assert LookupError in told
    assert sum(isinstance(outcome, SyncRun) for outcome in told) > STEPS // 10
