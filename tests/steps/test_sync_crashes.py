"""Crash enumeration over the sync tool: die at every call to a port, or lose its answer; each bill stands once, or not."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from crossfoot.core.model import LinkOrigin
from crossfoot.core.sync.runs import ItemState, RunKind
from crossfoot.core.sync.settings import TaxDisplay
from crossfoot.messages import CheckSynced, Message, PostBatch, StartSync, SyncBatch

from tests.fakes.faults import Faults
from tests.fakes.sync_office import PREFERENCES, SyncOffice, invoice_ref
from tests.fakes.world import TENANT, World

type Story = Callable[[], SyncOffice]
DONE = ItemState.DONE


def _two() -> SyncOffice:
    office = SyncOffice()
    bills = [office.bill("1001"), office.credit("2001")]
    office.see()
    office.begin(bills)
    return office


def _scheduled() -> SyncOffice:
    office = SyncOffice()
    office.bill("1001")
    office.see()
    office.world.queue.send([StartSync(tenant=TENANT, because="2026-11-03T18:00:00Z")])
    return office


def _thirty_at_a_time() -> SyncOffice:
    """Let a run of three count as a backlog."""
    office = SyncOffice()
    bills = [office.bill(number) for number in ("1001", "1002", "1003")]
    office.see()
    run = office.begin(bills)
    office.world.sync_runs.runs[TENANT, run.id] = replace(run, total=101)
    return office


def _rounded() -> SyncOffice:
    """Let QuickBooks work out tax otherwise, within the tolerance."""
    preferences = replace(PREFERENCES, tax_display=TaxDisplay.PER_LINE, rounding_tolerance_minor=5)
    office = SyncOffice(preferences=preferences)
    sales = office.world.our_sales
    sales.catalogue = replace(sales.catalogue, automated_tax=True)
    bill = office.bill("1001", 100_00, tax=8_03)
    office.see()
    office.begin([bill])
    return office


def _undone() -> SyncOffice:
    office = SyncOffice()
    bills = [office.bill("1001"), office.credit("2001")]
    office.see()
    office.sync(*bills)
    office.see()
    office.begin(bills, RunKind.UNDO)
    return office


def _synced_again() -> SyncOffice:
    office = SyncOffice()
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    office.undo(bill)
    office.see()
    office.begin([bill])
    return office


def _changed() -> SyncOffice:
    office = SyncOffice()
    bill = office.bill("1001")
    office.see()
    office.sync(bill)
    office.see()
    office.world.connectwise.unbatch(bill)
    office.world.connectwise.reopen(bill)
    office.world.clock.advance(10)
    office.world.nudge()
    return office


BOTH = [("1001", 190_00), ("2001", 25_00)]
THREE = [("1001", 190_00), ("1002", 190_00), ("1003", 190_00)]
# What stands in QuickBooks in the end, and the numbers that are in ConnectWise batches.
STORIES: dict[Story, tuple[list[tuple[str, int]], list[list[str]]]] = {
    _two: (BOTH, [["1001"], ["2001"]]),
    _scheduled: (BOTH[:1], [["1001"]]),
    _thirty_at_a_time: (THREE, [["1001"], ["1002"], ["1003"]]),
    _rounded: ([("1001", 108_03)], [["1001"]]),
    _undone: ([], []),
    _synced_again: (BOTH[:1], [["1001"]]),
    _changed: (BOTH[:1], [[]]),
}
# How many entries were ever made on the way there, where it is not as many as stand.
MADE: dict[Story, int] = {_undone: 2, _synced_again: 2}
STRUCK: list[tuple[Story, type[Message]]] = [
    (_two, SyncBatch),
    (_two, PostBatch),
    (_scheduled, StartSync),
    (_thirty_at_a_time, SyncBatch),
    (_rounded, SyncBatch),
    (_undone, SyncBatch),
    (_synced_again, SyncBatch),
    (_changed, CheckSynced),
]


@pytest.mark.parametrize(
    ("story", "kind"), STRUCK, ids=[f"{story.__name__.strip('_')} {kind.__name__}" for story, kind in STRUCK]
)
def test_x2_each_bill_stands_once_whatever_call_a_worker_dies_at(
    story: Story, kind: type[Message], record_property: Callable[[str, object], None]
) -> None:
    faults = Faults(kind)
    for at, world in faults.strike(story().world):
        world.settle()
        _check(SyncOffice(world), story, at)
    assert faults.calls
    faults.record(record_property)


def _check(office: SyncOffice, story: Story, at: str) -> None:
    world = office.world
    assert (office.entries(), office.batches()) == STORIES[story], at
    if story is not _rounded:
        assert len(world.our_sales.notes) == MADE.get(story, len(STORIES[story][0])), at
    assert all(effect.settled for effect in world.effects.effects.values()), at
    for run in world.sync_runs.list_runs(TENANT, cursor="", limit=10).items:
        assert run.finished_at is not None, at
        assert run.counts == {DONE: run.total} or run.total == 101, at
        assert {item.state for item in world.sync_runs.load_items(TENANT, run.id)} == {DONE}, at
    _check_links(world, story, at)


def _check_links(world: World, story: Story, at: str) -> None:
    link = world.book.load_link(TENANT, invoice_ref("1001"))
    if story is _undone:
        assert link is None, at
    else:
        assert link is not None, at
        assert link.origin is LinkOrigin.SYNCED, at
    parked = world.attention.load(TENANT, [invoice_ref("1001")])[invoice_ref("1001")]
    assert [reason.code for reason in parked.reasons] == (["changed_after_sync"] if story is _changed else []), at
