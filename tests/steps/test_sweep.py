"""sweep: partners that were not read for a while are nudged, and what was given up is revived (I8, C7, X3)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import pytest
from crossfoot.core.attention import Parked, Reason
from crossfoot.core.decisions import waits
from crossfoot.core.model import ACCOUNTING, CONNECTED, PLATFORM, PSA, Kind, Ref, System
from crossfoot.core.notifications import Notifications
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.syncs import STUCK_AFTER, PayableSync, SyncStarter, new_sync
from crossfoot.errors import Conflict
from crossfoot.messages import (
    ArchiveOutside,
    CloseSync,
    CrossfootRequest,
    FetchUnpaid,
    Message,
    MirrorBill,
    MirrorPayment,
    Nudge,
    RecordDeposit,
    SendNotice,
    SyncPayables,
    TendConnection,
)
from crossfoot.ports import MAX_REVIVALS, ConnectionState, DeadLetter, Outgoing
from crossfoot.steps import sweep

from tests.fakes.attention import FakeAttention
from tests.fakes.clock import FakeClock
from tests.fakes.notices import FakeNotices, FakeNotifications
from tests.fakes.outbox import FakeOutbox
from tests.fakes.payable_syncs import FakePayableSyncs
from tests.fakes.payables_settings import FakePayablesSettings
from tests.fakes.syncing_payables import SyncWorld
from tests.fakes.table import FakeHistory, FakeQueue
from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import TENANT, World, WorldDeadLetters

type _Payable = Literal[Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT]


class Due:
    """Connections that were last read at some time."""

    def __init__(self, last_read: dict[tuple[str, System], datetime]) -> None:
        self.last_read = last_read

    def list_due(self, system: System, read_before: datetime, limit: int) -> tuple[str, ...]:
        due = [(at, tenant) for (tenant, of), at in self.last_read.items() if of is system and at < read_before]
        return tuple(tenant for _, tenant in sorted(due))[:limit]

    def set_back(self, system: System, tenants: Iterable[str], to: datetime) -> None:
        for tenant in tenants:
            self.last_read[tenant, system] = max(to, self.last_read[tenant, system])


def _ports(clock: FakeClock, connections: Due, queue: FakeQueue) -> sweep.Ports:
    notices, syncs = FakeNotices(clock), FakePayableSyncs()
    return sweep.Ports(
        attention=FakeAttention(),
        clock=clock,
        connections=connections,  # type: ignore[arg-type]
        dead_letters=WorldDeadLetters(),
        history=FakeHistory(clock),
        notices=notices,
        notifications=FakeNotifications(notices),
        outbox=FakeOutbox(),
        payable_syncs=syncs,
        payables_settings=FakePayablesSettings(syncs),
        queue=queue,
    )


def _nudged(queue: FakeQueue) -> set[tuple[str, System]]:
    return {(m.tenant, m.system) for m in queue.messages if isinstance(m, Nudge)}


def _tended(queue: FakeQueue) -> list[tuple[str, System]]:
    return [(m.tenant, m.system) for m in queue.messages if isinstance(m, TendConnection)]


def test_i8_connectwise_is_read_hourly_and_quickbooks_daily_without_any_webhook() -> None:
    clock = FakeClock()
    now = clock.now()
    connections = Due(
        {
            ("t_00000001", PSA): now - timedelta(hours=1),
            ("t_00000001", ACCOUNTING): now - timedelta(hours=1),
            ("t_00000002", PSA): now - timedelta(minutes=10),
            ("t_00000002", ACCOUNTING): now - timedelta(hours=24),
        }
    )
    queue = FakeQueue(clock)
    assert sweep.sweep(_ports(clock, connections, queue)).nudged == 2
    assert _nudged(queue) == {("t_00000001", PSA), ("t_00000002", ACCOUNTING)}


def test_i8_the_periods_are_a_little_shorter_than_the_schedule_so_that_no_turn_is_skipped() -> None:
    assert timedelta(minutes=50) < sweep.DUE_AFTER[PSA] < timedelta(hours=1)
    assert timedelta(hours=22) < sweep.DUE_AFTER[ACCOUNTING] < timedelta(days=1)


def test_i8_one_sweep_has_a_turn_for_twice_ten_thousand_partners() -> None:
    assert sweep.MAX_PARTNERS >= 20_000


def test_i8_partners_whose_reads_fail_every_time_do_not_starve_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MAX_PARTNERS", 4)
    clock = FakeClock()
    long_ago = clock.now() - timedelta(days=9)
    failing = [f"t_0000000{n}" for n in range(5)]
    healthy = [f"t_0000001{n}" for n in range(5)]
    connections = Due({(tenant, PSA): long_ago for tenant in failing})
    connections.last_read |= {(tenant, PSA): clock.now() - timedelta(hours=2) for tenant in healthy}
    turns: list[str] = []
    for _ in range(6):
        queue = FakeQueue(clock)
        sweep.sweep(_ports(clock, connections, queue))
        due = [tenant for tenant, _ in _nudged(queue)]
        turns += due
        for tenant in set(due) & set(healthy):
            connections.last_read[tenant, PSA] = clock.now()
        clock.advance(3_600)
    assert {tenant: turns.count(tenant) >= 1 for tenant in healthy} == dict.fromkeys(healthy, True)
    assert {tenant: turns.count(tenant) >= 1 for tenant in failing} == dict.fromkeys(failing, True)


def test_i8_where_everybody_has_a_turn_nobody_is_moved() -> None:
    clock = FakeClock()
    connections = Due({("t_00000001", PSA): clock.now() - timedelta(days=9)})
    before = dict(connections.last_read)
    sweep.sweep(_ports(clock, connections, FakeQueue(clock)))
    assert connections.last_read == before


def test_c7_every_connection_is_tended_once_a_day_and_no_hour_has_them_all() -> None:
    clock = FakeClock()
    tenants = [f"t_{number:08x}" for number in range(480)]
    asked: list[tuple[str, System]] = []
    by_hour = []
    for _ in range(24):
        fresh = {(tenant, system): clock.now() for tenant in tenants for system in CONNECTED}
        queue = FakeQueue(clock)
        sweep.sweep(_ports(clock, Due(fresh), queue))
        by_hour.append(len(_tended(queue)))
        asked += _tended(queue)
        clock.advance(3_600)
    assert sorted(asked) == sorted((tenant, system) for tenant in tenants for system in CONNECTED)
    assert max(by_hour) < 3 * len(asked) / 24


def test_c7_a_connection_that_was_not_read_for_a_day_is_tended_at_once_and_not_twice() -> None:
    clock = FakeClock()
    for _ in range(24):
        queue = FakeQueue(clock)
        last_read = clock.now() - timedelta(days=1)
        sweep.sweep(_ports(clock, Due({("t_00000001", PSA): last_read}), queue))
        assert _tended(queue) == [("t_00000001", PSA)]
        clock.advance(3_600)


def test_c7_a_connection_that_needs_the_partner_is_neither_nudged_nor_tended() -> None:
    world = World()
    world.connections.states = dict.fromkeys(System, ConnectionState.NEEDS_ATTENTION)
    swept = world.sweep()
    assert (swept.nudged, swept.tended, world.queue.messages) == (0, 0, [])


# --- payables ----------------------------------------------------------------------------------------------------------


def _has_payables(*, auto_sync: bool = True) -> World:
    """A partner that chose how its payables go."""
    world = World()
    world.payables_settings.save(TENANT, PayablesPreferences("7", "8", "35", auto_sync=auto_sync))
    return world


def _asked_to_sync(world: World) -> list[str]:
    """Sweep, and give the syncs that are asked for: "" for a new one."""
    world.queue.messages.clear()
    synced = world.sweep().synced
    asked = [message.sync for message in world.queue.messages if isinstance(message, SyncPayables)]
    assert synced == len(asked)
    return asked


def _begin(world: World, starter: SyncStarter = SyncStarter.PERSON) -> PayableSync:
    return world.payable_syncs.begin(TENANT, new_sync(starter, world.clock.now(), "a"))


def _end(world: World, sync: PayableSync, problem: str = "") -> None:
    world.payable_syncs.replace(TENANT, sync, replace(sync, finished_at=world.clock.now(), problem=problem))


@pytest.mark.parametrize("starter", SyncStarter)
@pytest.mark.parametrize("problem", ["", "QuickBooks is not connected"])
def test_b7_payables_are_synced_a_day_after_the_last_sync_whoever_began_it_and_however_it_ended(
    starter: SyncStarter, problem: str
) -> None:
    world = _has_payables()
    assert _asked_to_sync(world) == [""], "one that never was is due"
    _end(world, _begin(world, starter), problem)
    hours = 0
    while not _asked_to_sync(world):
        world.clock.advance(3_600)
        hours += 1
    assert hours == 24


def test_b7_without_auto_sync_or_preferences_nothing_syncs_by_itself() -> None:
    assert _asked_to_sync(_has_payables(auto_sync=False)) == []
    assert _asked_to_sync(World()) == []


def test_b7_a_sync_that_is_due_is_asked_for_in_each_sweep_until_it_begins_and_then_no_more() -> None:
    world = _has_payables()
    keys = set()
    for _ in range(2):
        assert _asked_to_sync(world) == [""]
        keys |= {message.deduplication_id for message in world.queue.messages if isinstance(message, SyncPayables)}
        world.clock.advance(3_600)
    assert len(keys) == 2, "the next sweep's is no repetition that the queue drops"
    _begin(world)
    assert _asked_to_sync(world) == []


@pytest.mark.parametrize("auto_sync", [True, False])
def test_x3_a_sync_that_stopped_moving_is_gone_on_with_and_no_other_begun_beside_it(auto_sync: bool) -> None:
    world = _has_payables(auto_sync=auto_sync)
    sync = _begin(world)
    world.clock.advance(STUCK_AFTER.total_seconds())
    assert _asked_to_sync(world) == []
    world.clock.advance(1)
    assert _asked_to_sync(world) == [sync.id]
    _end(world, sync)
    assert _asked_to_sync(world) == []


# --- who is told -------------------------------------------------------------------------------------------------------


def _asked_to_tell(world: World) -> list[tuple[str, str]]:
    world.queue.messages.clear()
    noticed = world.sweep().noticed
    asked: list[tuple[str, str]] = [(m.tenant, m.about) for m in world.queue.messages if isinstance(m, SendNotice)]
    assert noticed == len(asked)
    return asked


def test_c7_whose_connection_turned_is_told_at_the_next_sweep_and_nobody_else_is() -> None:
    world = World()
    assert _asked_to_tell(world) == []
    world.notices.turn(TENANT)
    assert _asked_to_tell(world) == [(TENANT, "connections")]


def test_x1_a_digest_is_asked_for_in_the_partners_own_hour_and_in_the_two_behind_it_for_a_sweep_that_was_missed() -> (
    None
):
    world = World()
    chosen = Notifications(daily_digest=("a@example.com",), digest_hour=8, time_zone="America/New_York")
    world.notifications.save(TENANT, chosen)
    world.notices.turns.clear()
    hours = []
    for _ in range(48):
        if _asked_to_tell(world):
            hours.append(world.clock.now().astimezone(ZoneInfo("America/New_York")).hour)
        world.clock.advance(3_600)
    assert hours == [8, 9, 10] * 2


# --- what was given up -------------------------------------------------------------------------------------------------


def _given_up() -> World:
    """A payment whose message ended in the dead-letter queue, while ConnectWise took no writes."""
    world = World()
    _, psa = world.invoice_in_both("1001", 25_000)
    world.connectwise.lock(psa)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.connectwise.unlock(psa)
    assert world.rows("1001") == []
    message = MirrorPayment(tenant=TENANT, payment_id="p1", because="the first time")
    world.dead_letters.letters = [DeadLetter(message, world.clock.now(), "receipt")]
    world.clock.advance(3_600)
    return world


def test_x3_a_payment_that_was_given_up_says_since_when_and_is_tried_again() -> None:
    world = _given_up()
    assert world.sweep().revived == 1
    told = world.history.load(TENANT, Ref(ACCOUNTING, Kind.PAYMENT, "p1"))[-1].item
    assert (told.rule, told.code) == ("X3", "stuck")
    assert "since 2026-11-03 17:00 UTC" in told.sentence
    assert world.dead_letters.letters == []
    assert {cause.code: cause.count for cause in world.attention.load_causes(TENANT)}["stuck"] == 1
    world.settle()
    assert world.rows("1001") == [(25_000, "2026-11-03")]
    assert world.attention.load_causes(TENANT) == ()


def test_x3_a_payout_that_was_stuck_says_so_beside_what_held_it_before() -> None:
    world, payout = World(), Ref(PLATFORM, Kind.PAYOUT, "po_1")
    waiting = waits(payout, "D2", "payment_not_in_book", "It waits.", "Send it.")
    world.attention.replace(TENANT, Parked(payout), Parked(payout, (Reason(waiting, world.clock.now()),)))
    message = RecordDeposit(tenant=TENANT, payout_id="po_1")
    for _ in range(2):
        world.dead_letters.letters = [DeadLetter(message, world.clock.now(), "receipt")]
        world.sweep()
    reasons = world.attention.load(TENANT, [payout])[payout].reasons
    assert [reason.code for reason in reasons] == ["payment_not_in_book", "stuck"]
    assert reasons[1].decision.sentence.startswith("Depositing this payout failed again and again")
    assert [each.item.code for each in world.history.load(TENANT, payout)] == ["stuck"]


@pytest.mark.parametrize("mode", [Mode.CRASH_BEFORE, Mode.CRASH_AFTER])
def test_x3_reviving_loses_nothing_and_enters_nothing_twice_wherever_it_dies(mode: Mode) -> None:
    trip = Trip()
    _given_up().sweep(trip)
    for call in range(len(trip.calls)):
        world = _given_up()
        with pytest.raises(Crash):
            world.sweep(Trip(call, mode))
        world.sweep()
        world.settle()
        assert world.rows("1001") == [(25_000, "2026-11-03")], f"{mode} at {trip.calls[call]}"
        assert world.dead_letters.letters == []
        stuck = [d for d in world.history.load(TENANT, Ref(ACCOUNTING, Kind.PAYMENT, "p1")) if d.item.code == "stuck"]
        assert len(stuck) == 1


def test_x3_a_sweep_revives_only_so_many_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MAX_DEAD_LETTERS", 2)
    world = World()
    messages = [MirrorPayment(tenant=TENANT, payment_id=f"p{n}") for n in range(5)]
    world.dead_letters.letters = [DeadLetter(m, world.clock.now(), m.payment_id) for m in messages]
    assert [world.sweep().revived for _ in range(4)] == [2, 2, 1, 0]


def _revived(*given_up: Message) -> list[Message]:
    world = World()
    world.connections.states = dict.fromkeys(System, ConnectionState.NEEDS_ATTENTION)
    world.dead_letters.letters = [
        DeadLetter(message, world.clock.now(), f"receipt {number}") for number, message in enumerate(given_up)
    ]
    world.sweep()
    assert world.dead_letters.letters == []
    return world.queue.messages


@pytest.mark.parametrize(
    "message",
    [
        Nudge(tenant=TENANT, system=PSA),
        MirrorPayment(tenant=TENANT, payment_id="129"),
        CrossfootRequest(tenant=TENANT, live=True, every_payment=True),
        FetchUnpaid(tenant=TENANT, system=PSA, run="r-1"),
        TendConnection(tenant=TENANT, system=PSA),
        ArchiveOutside(tenant=TENANT, run="r-1"),
        SendNotice(tenant=TENANT, about="digest"),
        MirrorBill(tenant=TENANT, record_kind=Kind.BILL, record_id="bill_1", vendor="platform-ven_1", sync="p-1"),
        CloseSync(tenant=TENANT, sync="p-1", of_lane="2"),
        SyncPayables(tenant=TENANT, sync="p-1"),
    ],
    ids=lambda message: message.kind,
)
def test_x3_work_of_every_kind_that_was_given_up_is_queued_again_as_it_was(message: Message) -> None:
    (again,) = _revived(message)
    assert again == replace(message, revivals=1)
    assert again.deduplication_id != message.deduplication_id


def test_x3_letters_that_ask_for_the_same_work_are_one_which_counts_what_was_tried_most() -> None:
    nudges = [
        Nudge(tenant=TENANT, system=PSA, window=number, because=f"sweep {number}", revivals=number)
        for number in (0, 5, 2)
    ]
    other = Nudge(tenant=TENANT, system=ACCOUNTING, window=1)
    comparisons = [CrossfootRequest(tenant=TENANT, because=because) for because in ("toggled", "nightly")]
    again = _revived(*nudges, other, *comparisons)
    assert {(m.system, m.revivals) for m in again if isinstance(m, Nudge)} == {(PSA, 6), (ACCOUNTING, 1)}
    assert len(again) == 4, "a comparison is named by why it was asked for"


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Kind.VENDOR, "Entering this vendor in QuickBooks failed"),
        (Kind.VENDOR_CREDIT, "Entering this vendor credit in QuickBooks failed"),
        (Kind.BILL_PAYMENT, "Entering this bill payment in QuickBooks failed"),
    ],
)
def test_x3_a_payable_that_was_given_up_says_so_and_needs_attention(kind: _Payable, said: str) -> None:
    world = World()
    message = MirrorBill(tenant=TENANT, record_kind=kind, record_id="9")
    world.dead_letters.letters = [DeadLetter(message, world.clock.now(), "receipt")]
    assert world.sweep().revived == 1
    (told,) = world.history.load(TENANT, Ref(PLATFORM, kind, "9"))
    assert told.item.sentence.startswith(said)
    assert {cause.code: cause.count for cause in world.attention.load_causes(TENANT)} == {"stuck": 1}


def test_b7_x3_a_record_that_fails_every_time_does_not_keep_a_sync_from_ending() -> None:
    world = SyncWorld()
    poison, other = world.tell("1"), world.tell("2")
    sync = world.begin()
    world.deliver()
    sent = {message.record: message for message in world.queue.messages if isinstance(message, MirrorBill)}
    world.work(sent[other])
    lane = sent[poison].lane
    closing = CloseSync(tenant=TENANT, sync=sync.id, of_lane=lane)
    with pytest.raises(Conflict):
        world.work(closing)

    world.dead_letters.letters = [DeadLetter(sent[poison], world.clock.now(), "receipt")]
    world.sweep()
    world.work(closing)

    assert world.sync_of(sync.id).finished_at is not None
    noted = world.outbox.load(TENANT, poison)
    assert noted is not None
    assert (noted.sync, noted.code) == (sync.id, "stuck"), "and the next sync tries it again"


@pytest.mark.parametrize(("sync", "code"), [("", ""), ("earlier", ""), ("s-1", "no_number")])
def test_x3_what_is_given_up_says_nothing_of_a_sync_that_did_not_send_it_off(sync: str, code: str) -> None:
    world = World()
    record = Ref(PLATFORM, Kind.BILL, "bill_1")
    noted = Outgoing(record, None, sync, code)
    world.outbox.put(TENANT, [noted])
    given_up = MirrorBill(tenant=TENANT, record_kind=Kind.BILL, record_id="bill_1", sync="s-1")
    world.dead_letters.letters = [DeadLetter(given_up, world.clock.now(), "receipt")]
    world.sweep()
    assert world.outbox.load(TENANT, record) == noted


@pytest.mark.parametrize(("revivals", "said"), [(0, "again now"), (MAX_REVIVALS - 1, "one last time")])
def test_x3_a_payment_says_when_it_is_revived_for_the_last_time(revivals: int, said: str) -> None:
    world = World()
    message = MirrorPayment(tenant=TENANT, payment_id="p1", revivals=revivals)
    world.dead_letters.letters = [DeadLetter(message, world.clock.now(), "receipt")]
    world.sweep()
    assert said in world.history.load(TENANT, Ref(ACCOUNTING, Kind.PAYMENT, "p1"))[-1].item.sentence


def test_x3_what_was_revived_too_often_is_left_to_a_person() -> None:
    world = World()
    message = MirrorPayment(tenant=TENANT, payment_id="p1", revivals=MAX_REVIVALS)
    world.dead_letters.letters = [DeadLetter(message, world.clock.now(), "receipt")]
    assert world.sweep().revived == 0
    assert len(world.dead_letters.letters) == 1
