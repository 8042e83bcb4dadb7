"""sync_payables as a whole: what it sends, when it ends, and what keeps it from syncing (B3, B7, X3)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from crossfoot.core.model import ACCOUNTING, Ref
from crossfoot.core.payables.syncs import STUCK_AFTER, PayableSync, SyncStage, SyncStarter, SyncState
from crossfoot.errors import BadMessage, Conflict, RateLimited, Rejected, RemoteUnavailable
from crossfoot.messages import BILL_LANES, CloseSync, MirrorBill, SyncPayables
from crossfoot.ports import ConnectionState, Outgoing
from crossfoot.steps.sync_payables.sending import PAGE

from tests.fakes.syncing_payables import READY, REFUSED, SyncWorld
from tests.fakes.world import TENANT

AUTO = SyncPayables(tenant=TENANT, because="sweep")


def _failures(world: SyncWorld, sync: PayableSync) -> list[tuple[Ref, str]]:
    page = world.outbox.list_outgoing(TENANT, cursor="", limit=1_000)
    return [(each.record, each.code) for each in page.items if each.sync == sync.id and each.code]


def test_b7_what_waits_is_sent_off_and_what_fails_is_counted_with_its_reason() -> None:
    world = SyncWorld()
    told = [world.tell(str(number)) for number in range(5)]
    world.refused.add(told[3])

    sync = world.sync()

    assert sorted(world.mirrored) == sorted((ref, sync.id) for ref in told)
    assert (sync.stage, sync.queued, sync.held_up) == (SyncStage.DONE, 5, 1)
    assert sync.state(world.clock.now()) is SyncState.DONE
    assert _failures(world, sync) == [(told[3], REFUSED)]


def test_b7_what_failed_in_one_sync_is_tried_again_in_the_next() -> None:
    world = SyncWorld()
    told = world.tell("1")
    world.refused.add(told)
    first = world.sync()

    world.refused.clear()
    second = world.sync()

    assert world.mirrored == [(told, first.id), (told, second.id)]
    assert (world.sync_of(first.id).held_up, second.held_up) == (1, 0), "of the first is kept how it ended"
    assert _failures(world, second) == []


def test_b7_a_sync_with_nothing_to_send_ends_at_once() -> None:
    world = SyncWorld()

    sync = world.begin()
    world.deliver()

    assert world.sync_of(sync.id).finished_at == world.clock.now()
    assert world.queue.messages == []


def test_b7_the_company_is_read_once_before_anything_is_sent_off_and_only_then() -> None:
    world = SyncWorld()
    world.sync()
    assert TENANT not in world.companies.kept, "with nothing to send, nobody needs it"
    world.tell("1")
    world.begin()
    while not any(isinstance(each, MirrorBill) for each in world.queue.messages):
        assert TENANT not in world.companies.kept
        world.deliver()
    assert TENANT in world.companies.kept, "else each lane would read it live"


def test_b7_a_long_sync_goes_on_by_message_page_by_page() -> None:
    world = SyncWorld()
    world.our_payables.page_size = 2
    vendor = world.our_payables.add_vendor("Brosnahan")
    bills = [world.our_payables.add_bill(vendor.ref.id, str(number), 100_00) for number in range(5)]
    told = [world.tell(f"{number:03}") for number in range(PAGE + 1)]
    world.remaining_ms = lambda: 5_000
    world.clock.advance(60)
    sync = world.begin()

    invocations = 0
    while sync.finished_at is None:
        invocations += isinstance(world.queue.messages[0], SyncPayables)
        world.deliver()
        sync = world.sync_of(sync.id)

    assert {bill.ref for bill in bills} <= world.came_in()
    assert sorted(world.mirrored) == [(ref, sync.id) for ref in told]
    assert sync.queued == len(told)
    assert invocations > 4


def test_b7_a_second_press_joins_the_sync_that_is_under_way() -> None:
    world = SyncWorld()
    world.tell("1")

    first, second = world.begin(), world.begin()
    world.settle()

    assert first.id == second.id
    assert len(world.payable_syncs.syncs) == 1
    assert world.sync_of(first.id).finished_at is not None


def test_b7_auto_sync_begins_one_a_day_after_the_last_and_not_before() -> None:
    world = SyncWorld()
    world.work(AUTO)
    world.work(AUTO)
    assert [sync.starter for sync in world.payable_syncs.syncs.values()] == [SyncStarter.AUTO_SYNC]

    world.clock.advance(timedelta(hours=23).total_seconds())
    world.work(AUTO)
    assert len(world.payable_syncs.syncs) == 1
    world.clock.advance(timedelta(hours=1).total_seconds())
    world.work(AUTO)
    assert len(world.payable_syncs.syncs) == 2


def test_b3_no_auto_sync_begins_while_accounts_are_to_be_chosen() -> None:
    world = SyncWorld()
    chosen = world.payables_settings.load(TENANT)
    assert chosen is not None
    world.payables_settings.save(TENANT, replace(chosen, bank_account_id=""))
    world.work(AUTO)
    assert world.payable_syncs.syncs == {}, "nobody asked for one that fails"
    world.payables_settings.save(TENANT, chosen)
    world.work(AUTO)
    assert len(world.payable_syncs.syncs) == 1


def test_c6_b7_a_sync_that_could_not_be_made_is_made_up_for_as_soon_as_it_is_asked_for_again() -> None:
    world = SyncWorld()
    world.connections.states[ACCOUNTING] = ConnectionState.DISCONNECTED
    world.work(AUTO)
    (failed,) = world.payable_syncs.syncs.values()
    assert failed.problem

    world.connections.states[ACCOUNTING] = ConnectionState.CONNECTED
    world.clock.advance(60)
    world.work(AUTO)
    world.work(AUTO)

    newest = world.payable_syncs.load_newest(TENANT)
    assert newest is not None
    assert (len(world.payable_syncs.syncs), newest.state(world.clock.now())) == (2, SyncState.DONE)


def test_b7_a_partner_without_auto_sync_is_not_synced_by_itself() -> None:
    world = SyncWorld(replace(READY, auto_sync=False))

    world.work(AUTO)

    assert world.payable_syncs.syncs == {}
    assert world.sync().state(world.clock.now()) is SyncState.DONE


def test_b3_nothing_is_read_until_the_three_accounts_are_chosen() -> None:
    world = SyncWorld(replace(READY, bank_account_id=""))
    world.our_payables.add_vendor("Brosnahan")
    told = world.tell("1")

    sync = world.sync()

    assert sync.state(world.clock.now()) is SyncState.FAILED
    assert sync.problem == "Nothing syncs until the bank account is chosen."
    assert sync.fix
    assert (world.our_payables.reads, world.mirrored) == (0, [])
    assert world.outbox.load(TENANT, told) is not None


def test_c7_a_sync_ends_with_the_reason_where_quickbooks_is_not_connected() -> None:
    world = SyncWorld()
    world.connections.states[ACCOUNTING] = ConnectionState.DISCONNECTED

    sync = world.sync()

    assert (sync.state(world.clock.now()), world.our_payables.reads) == (SyncState.FAILED, 0)
    assert sync.problem == "QuickBooks cannot be read: It is not connected."


def test_x1_a_sync_ends_with_what_quickbooks_refuses_and_the_next_goes_on_from_there() -> None:
    world = SyncWorld()
    world.refusal = Rejected("3200", "the company is closed", "Open it.")
    vendor = world.our_payables.add_vendor("Brosnahan")

    sync = world.sync()
    assert (sync.problem, sync.fix) == ("3200: the company is closed", "Open it.")

    world.refusal = None
    assert world.sync().problem == ""
    assert world.came_in() == {vendor.ref}


def test_a_quickbooks_that_does_not_answer_is_asked_again_soon() -> None:
    world = SyncWorld()
    world.refusal = RemoteUnavailable("no answer")
    sync = world.begin()

    with pytest.raises(RateLimited) as raised:
        world.work(SyncPayables(tenant=TENANT, sync=sync.id))

    assert raised.value.retry_after_s == 60
    assert world.sync_of(sync.id).finished_at is None


def test_x3_a_sync_that_stopped_moving_is_stuck_and_goes_on() -> None:
    world = SyncWorld()
    told = [world.tell("1"), world.tell("2")]
    sync = world.begin()
    world.deliver()
    lost = [message for message in world.queue.messages if isinstance(message, MirrorBill)]
    world.queue.messages.clear()

    world.clock.advance(STUCK_AFTER.total_seconds() + 1)
    assert len(lost) == 2
    assert world.sync_of(sync.id).state(world.clock.now()) is SyncState.STUCK
    world.queue.send([SyncPayables(tenant=TENANT, sync=sync.id, because="sweep")])
    world.settle()

    ended = world.sync_of(sync.id)
    assert ended.state(world.clock.now()) is SyncState.DONE
    assert ended.queued == 2
    assert sorted(world.mirrored) == [(ref, sync.id) for ref in told]


def test_x3_a_long_sync_is_not_sent_off_twice_while_it_gets_on() -> None:
    world = SyncWorld()
    told = [world.tell(str(number)) for number in range(3)]
    sync = world.begin()
    world.deliver()
    on_their_way = [message for message in world.queue.messages if isinstance(message, MirrorBill)]
    world.queue.messages.clear()
    world.work(on_their_way.pop(0))

    world.clock.advance(STUCK_AFTER.total_seconds() + 1)
    world.work(SyncPayables(tenant=TENANT, sync=sync.id, because="sweep"))
    assert world.sync_of(sync.id).state(world.clock.now()) is SyncState.RUNNING
    assert not any(isinstance(message, MirrorBill) for message in world.queue.messages)

    world.clock.advance(STUCK_AFTER.total_seconds() + 1)
    world.work(SyncPayables(tenant=TENANT, sync=sync.id, because="sweep"))
    world.settle()
    assert world.sync_of(sync.id).state(world.clock.now()) is SyncState.DONE
    assert sorted(world.mirrored) == [(ref, sync.id) for ref in told]


def test_x3_a_sync_does_not_end_while_something_that_it_sent_is_still_to_be_tried() -> None:
    world = SyncWorld()
    told = world.tell("1")
    sync = world.begin()
    world.deliver()
    lane = next(message.lane for message in world.queue.messages if isinstance(message, MirrorBill))
    lanes = [str(each) for each in range(BILL_LANES)]
    others = [each for each in lanes if each != lane]

    for each in others:
        world.work(CloseSync(tenant=TENANT, sync=sync.id, of_lane=each))
    with pytest.raises(Conflict):
        world.work(CloseSync(tenant=TENANT, sync=sync.id, of_lane=lane))
    assert world.sync_of(sync.id).finished_at is None

    world.settle()
    assert world.sync_of(sync.id).finished_at is not None
    assert world.outbox.load(TENANT, told) is None


def test_x3_a_sync_does_not_end_while_what_people_changed_in_quickbooks_is_still_to_be_followed() -> None:
    world = SyncWorld()
    vendor = world.our_payables.add_vendor("Brosnahan")
    told, made = world.enter("1", vendor.ref.id)
    world.sync()
    world.clock.advance(3_600)
    world.our_payables.change_costs(made.ref.id, 120_00)
    sync = world.begin()
    world.deliver()
    lane = next(message.lane for message in world.queue.messages if isinstance(message, MirrorBill))

    for each in range(BILL_LANES):
        if str(each) != lane:
            world.work(CloseSync(tenant=TENANT, sync=sync.id, of_lane=str(each)))
    assert world.sync_of(sync.id).finished_at is None

    world.settle()
    assert (world.mirrored, world.sync_of(sync.id).queued) == ([(told, sync.id)], 1)
    assert world.sync_of(sync.id).finished_at is not None


def test_b7_what_is_told_while_a_sync_sends_does_not_hold_it_up() -> None:
    world = SyncWorld()
    world.tell("1")
    sync = world.begin()
    world.deliver()

    new = world.tell("2")
    world.outbox.put(TENANT, [Outgoing(new, None, code="not_approved")])
    world.settle()

    assert world.sync_of(sync.id).finished_at is not None
    assert _failures(world, sync) == []


def test_a_sync_that_is_over_or_unknown_is_not_worked_on() -> None:
    world = SyncWorld()
    sync, reads = world.sync(), world.our_payables.reads

    world.work(SyncPayables(tenant=TENANT, sync=sync.id))
    world.work(CloseSync(tenant=TENANT, sync=sync.id, of_lane="0"))
    world.work(CloseSync(tenant=TENANT, sync="gone", of_lane="0"))

    assert (world.our_payables.reads, world.sync_of(sync.id)) == (reads, sync)
    with pytest.raises(BadMessage):
        world.work(SyncPayables(tenant=TENANT, sync="gone"))
