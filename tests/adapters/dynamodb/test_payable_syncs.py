"""Syncs of payables: one at a time, whoever begins them; the table and the fake tell the same of them (B7, X3)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from random import Random

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.payable_syncs import TablePayableSyncs
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.payables.syncs import PayableSync, SyncStage, SyncStarter, new_sync
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import PayableSyncs

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import Interleaving, Items, MemoryTable, orders
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT
from tests.fakes.clock import START
from tests.fakes.payable_syncs import FakePayableSyncs

STEPS = 120
FIRST, SECOND = new_sync(SyncStarter.PERSON, START, "a"), new_sync(SyncStarter.AUTO_SYNC, START, "b")

type Act = Callable[[PayableSyncs], object]


class Story:
    """Draws what is done next: to the syncs of two partners that were begun so far, while time goes on."""

    def __init__(self, seed: int) -> None:
        self._chance = Random(seed)
        self._now = START
        self._known: list[PayableSync] = []

    def next_act(self) -> Act:
        """Draw an act, to be done to either twin alike."""
        draw = self._chance.choices([self._begin, self._move, self._look], [3, 4, 4])[0]
        self._now += self._chance.choice([timedelta(seconds=1), timedelta(minutes=40)])
        return draw(self._chance.choice([TENANT, TENANT, OTHER_TENANT]))

    def _begin(self, tenant: str) -> Act:
        new = new_sync(self._chance.choice(list(SyncStarter)), self._now, f"{len(self._known):03}")
        sync = self._chance.choice([new, new, self._one()])
        self._known.append(sync)
        return lambda syncs: syncs.begin(tenant, sync)

    def _move(self, tenant: str) -> Act:
        sync, now, ends, late = self._one(), self._now, self._chance.random() < 0.5, self._chance.random() < 0.2
        cursor, stage = self._chance.choice(["", "c1", "c2"]), self._chance.choice(list(SyncStage))
        read = self._chance.choice([{}, {"bill": 3, "vendor": 1}])

        def move(syncs: PayableSyncs) -> None:
            stands = syncs.load(tenant, sync.id) or sync
            counted = replace(stands, queued=stands.queued + 1, held_up=stands.held_up + 2)
            moved = replace(counted, moved_at=now, cursor=cursor, stage=stage, read=read)
            seen = replace(stands, moved_at=START - timedelta(1)) if late else stands
            syncs.replace(tenant, seen, replace(moved, finished_at=now, problem=cursor) if ends else moved)

        return move

    def _look(self, tenant: str) -> Act:
        sync, limit = self._one(), self._chance.choice([1, 2, 50])
        return lambda syncs: (
            syncs.load(tenant, sync.id),
            syncs.load_newest(tenant),
            sorted(syncs.list_under_way(9), key=lambda each: each[0]),
            listed(syncs, tenant, limit),
        )

    def _one(self) -> PayableSync:
        return self._chance.choice([*self._known[-4:], new_sync(SyncStarter.PERSON, START, "none")])


def listed(syncs: PayableSyncs, tenant: str, limit: int) -> list[tuple[PayableSync, ...]]:
    pages = [syncs.list_syncs(tenant, cursor="", limit=limit)]
    while pages[-1].next_cursor:
        pages.append(syncs.list_syncs(tenant, cursor=pages[-1].next_cursor, limit=limit))
    return [page.items for page in pages]


def outcome_of(act: Act, syncs: PayableSyncs) -> object:
    try:
        return act(syncs)
    except Conflict:
        return Conflict


@pytest.mark.parametrize("seed", range(4))
def test_b7_the_table_and_the_fake_tell_the_same_story(seed: int) -> None:
    story, twins = Story(seed), (TablePayableSyncs(MemoryTable()), FakePayableSyncs())
    told: list[object] = []
    for step in range(STEPS):
        act = story.next_act()
        table, fake = (outcome_of(act, syncs) for syncs in twins)
        assert table == fake, f"step {step} of story {seed}"
        told.append(table)
    assert Conflict in told
    assert sum(isinstance(outcome, PayableSync) for outcome in told) > STEPS // 10


def test_b7_of_two_that_begin_at_once_one_begins_and_the_other_joins_in_every_order() -> None:
    for order in orders(4, 4):
        items: Items = {}
        begun: dict[str, PayableSync] = {}

        def begin(sync: PayableSync, into: dict[str, PayableSync]) -> Callable[[MemoryTable], object]:
            return lambda table: into.update({sync.id: TablePayableSyncs(table).begin(TENANT, sync)})

        assert Interleaving(order).run(items, [begin(FIRST, begun), begin(SECOND, begun)]) == []
        assert begun[FIRST.id] == begun[SECOND.id], order
        syncs = TablePayableSyncs(MemoryTable(items))
        assert listed(syncs, TENANT, 9) == [(begun[FIRST.id],)]
        assert syncs.list_under_way(9) == ((TENANT, begun[FIRST.id]),)


def test_b7_the_next_sync_goes_on_reading_where_the_last_one_came_to() -> None:
    syncs = TablePayableSyncs(MemoryTable())
    first = syncs.begin(TENANT, FIRST)
    syncs.replace(TENANT, first, replace(first, cursor="as of Monday", finished_at=START, problem="not connected"))
    assert syncs.begin(TENANT, SECOND) == replace(SECOND, cursor="as of Monday")
    assert syncs.begin(OTHER_TENANT, SECOND) == SECOND


def test_b7_a_begin_that_is_delivered_twice_gives_the_sync_as_it_stands() -> None:
    syncs = TablePayableSyncs(MemoryTable())
    first = syncs.begin(TENANT, FIRST)
    ended = replace(first, finished_at=START)
    syncs.replace(TENANT, first, ended)
    assert syncs.begin(TENANT, FIRST) == ended


def test_x3_what_a_worker_saw_before_another_moved_it_takes_nothing_back() -> None:
    syncs = TablePayableSyncs(MemoryTable())
    first = syncs.begin(TENANT, FIRST)
    syncs.replace(TENANT, first, replace(first, finished_at=START))
    with pytest.raises(Conflict):
        syncs.replace(TENANT, first, replace(first, cursor="late"))
    with pytest.raises(ValueError, match="cannot take the place"):
        syncs.replace(TENANT, first, SECOND)
    assert syncs.list_under_way(9) == ()


def test_x3_a_place_that_is_behind_its_sync_shows_nothing_that_is_over() -> None:
    table = MemoryTable()
    syncs = TablePayableSyncs(table)
    first = syncs.begin(TENANT, FIRST)
    place = dict(table.items[keys.payables(TENANT)])
    syncs.replace(TENANT, first, replace(first, finished_at=START))
    table.items[keys.payables(TENANT)] = place
    assert syncs.list_under_way(9) == ()


def test_x6_a_page_cursor_leads_nowhere_else() -> None:
    syncs = TablePayableSyncs(MemoryTable())
    for number in range(3):
        sync = syncs.begin(TENANT, new_sync(SyncStarter.PERSON, START + timedelta(days=number), "a"))
        syncs.replace(TENANT, sync, replace(sync, finished_at=START))
    cursor = syncs.list_syncs(TENANT, cursor="", limit=2).next_cursor
    for tenant, asked in ((OTHER_TENANT, cursor), (TENANT, "bogus")):
        with pytest.raises(Rejected, match="cursor_invalid"):
            syncs.list_syncs(tenant, cursor=asked, limit=2)
    assert [len(page) for page in listed(syncs, TENANT, 2)] == [2, 1]


def test_what_a_sync_costs_in_dynamodb(counting_table: CountingTable) -> None:
    syncs = TablePayableSyncs(counting_table)
    sync, spent = syncs.begin(TENANT, FIRST), [0, counting_table.write_units]
    moved = replace(sync, read={"bill": 12}, cursor="c", moved_at=START + timedelta(seconds=1))
    for seen, to in ((sync, moved), (moved, replace(moved, finished_at=START))):
        syncs.replace(TENANT, seen, to)
        spent.append(counting_table.write_units)
    assert [after - before for before, after in pairwise(spent)] == [6, 1, 4]
    assert syncs.load(TENANT, sync.id) == replace(moved, finished_at=START)


def test_dynamodb_takes_them(table: Table) -> None:
    syncs = TablePayableSyncs(table)
    first = syncs.begin(TENANT, FIRST)
    assert syncs.begin(TENANT, SECOND) == first
    assert syncs.list_under_way(9) == ((TENANT, first),)
    syncs.replace(TENANT, first, replace(first, finished_at=START))
    with pytest.raises(Conflict):
        syncs.replace(TENANT, first, first)
    assert syncs.list_under_way(9) == ()
    assert syncs.begin(TENANT, SECOND) == SECOND
