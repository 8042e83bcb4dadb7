"""Crash enumeration over a sync of payables: die at every call to a port, or lose its answer; then all goes on alike."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from crossfoot.core.model import Ref
from crossfoot.core.payables.preferences import Direction
from crossfoot.core.payables.profile import NO_FACTS
from crossfoot.core.payables.syncs import SyncState
from crossfoot.messages import CloseSync, Message, SyncPayables

from tests.fakes.copies import copied
from tests.fakes.faults import Faults
from tests.fakes.syncing_payables import LONG_AGO, READY, REFUSED, TWO_WAY, SyncWorld
from tests.fakes.world import TENANT, World

type Story = Callable[[], SyncWorld]


def _first_import() -> SyncWorld:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan").ref.id
    paid, unpaid = (world.our_payables.add_bill(vendor, number, 100_00) for number in ("1", "2"))
    world.our_payables.pay(vendor, {paid.ref.id: 100_00}, on=LONG_AGO)
    world.our_payables.pay(vendor, {unpaid.ref.id: 40_00})
    world.tell("3")
    return world


def _let_in_late() -> SyncWorld:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan").ref.id
    bill = world.our_payables.add_bill(vendor, "1", 100_00)
    earlier = world.our_payables.pay(vendor, {bill.ref.id: 30_00}, on=LONG_AGO)
    world.our_payables.pay(vendor, {bill.ref.id: 20_00})
    world.sync()
    world.clock.advance(3_600)
    world.our_payables.void_payment(earlier.ref.id)
    return world


def _two_way_at_last() -> SyncWorld:
    world = SyncWorld(replace(READY, direction=Direction.TO_ACCOUNTING))
    vendor = world.our_payables.add_vendor("Brosnahan").ref.id
    world.our_payables.add_bill(vendor, "1", 100_00)
    gone = world.our_payables.add_bill(vendor, "2", 100_00)
    world.sync()
    world.clock.advance(3_600)
    world.our_payables.delete_bill(gone.ref.id)
    world.payables_settings.save(TENANT, READY)
    return world


def _payments_back_at_last() -> SyncWorld:
    world = SyncWorld(facts=NO_FACTS)
    vendor = world.our_payables.add_vendor("Brosnahan").ref.id
    bill = world.our_payables.add_bill(vendor, "1", 100_00)
    world.our_payables.pay(vendor, {bill.ref.id: 40_00})
    world.sync()
    world.clock.advance(3_600)
    world.payables_settings.save_facts(TENANT, TWO_WAY)
    return world


def _changed_by_hand() -> SyncWorld:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan").ref.id
    _, ours = world.enter("1", vendor)
    world.sync()
    world.clock.advance(3_600)
    world.our_payables.change_costs(ours.ref.id, 120_00)
    world.refused.add(world.tell("2"))
    return world


def _in_short_invocations() -> SyncWorld:
    world = _first_import()
    world.remaining_ms = _hardly_any_time
    return world


def _hardly_any_time() -> int:
    return 5_000


STRUCK: list[tuple[Story, type[Message]]] = [
    (_first_import, SyncPayables),
    (_first_import, CloseSync),
    (_let_in_late, SyncPayables),
    (_two_way_at_last, SyncPayables),
    (_payments_back_at_last, SyncPayables),
    (_changed_by_hand, SyncPayables),
    (_changed_by_hand, CloseSync),
    (_in_short_invocations, SyncPayables),
]


@pytest.mark.parametrize(
    ("story", "kind"), STRUCK, ids=[f"{story.__name__.strip('_')} {kind.__name__}" for story, kind in STRUCK]
)
def test_x2_a_sync_ends_alike_whatever_call_a_worker_dies_at(
    story: Story, kind: type[Message], record_property: Callable[[str, object], None]
) -> None:
    world = story()
    world.clock.advance(60)
    sync = world.begin()
    whole = copied(world)
    whole.settle()
    expected = _outcome(whole, sync.id)
    faults = Faults(kind)
    for at, struck in faults.strike(world):
        struck.settle()
        assert _outcome(struck, sync.id) == expected, at
    assert faults.calls
    faults.record(record_property)


def _outcome(world: World, sync_id: str) -> tuple[object, ...]:
    """Give what a sync leaves behind, and whether it ended well; how often it asked does not matter."""
    assert isinstance(world, SyncWorld)
    sync = world.sync_of(sync_id)
    assert sync.state(world.clock.now()) is SyncState.DONE
    said: dict[Ref, list[str]] = {ref: world.said_of(ref) for ref in sorted(world.came_in() | set(world.left_out()))}
    outbox = [(each.record, each.sync, each.code) for each in world.outbox.waiting.values()]
    assert all(code == REFUSED for _, _, code in outbox)
    return world.came_in(), world.left_out(), said, set(world.mirrored), outbox, sync.queued
