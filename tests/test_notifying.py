"""Telling partners: each turn of a connection once, a digest a day, and nothing when there is nothing (C7, X1, X6)."""

from collections.abc import Callable

import pytest
from crossfoot.core.decisions import refused
from crossfoot.core.model import ACCOUNTING, PSA, Kind, Ref
from crossfoot.core.notices import LEASE
from crossfoot.core.notifications import Notifications
from crossfoot.errors import AwsUnavailable, BadMessage, Conflict, OutcomeUnknown
from crossfoot.messages import SendNotice
from crossfoot.parking import note_parked
from crossfoot.ports import ConnectionState

from tests.fakes.notices import FakeMailbox
from tests.fakes.table import Tables
from tests.fakes.trip import Crash, Mode, Trip, Wired
from tests.fakes.world import TENANT, World

OTHER = "t_0000000f"
NEEDS_YOU = "Crossfoot: QuickBooks needs your attention"
AGAIN_WELL = "Crossfoot: QuickBooks is connected again"
PAYMENT = Ref(ACCOUNTING, Kind.PAYMENT, "77")
WANTED = Notifications(("trouble@example.com",), ("digest@example.com",), digest_hour=17)


def _world(chosen: Notifications = WANTED, **how: object) -> World:
    world = World(**how)  # type: ignore[arg-type]
    world.notifications.save(world.tenant, chosen)
    return world


@pytest.fixture
def world() -> World:
    """A partner that wants all mail; it is the hour of its digest."""
    return _world()


def box(world: World) -> FakeMailbox:
    assert world.mailbox is not None
    return world.mailbox


def stop(world: World) -> None:
    world.connections.states[ACCOUNTING] = ConnectionState.NEEDS_ATTENTION
    world.connections.warnings[ACCOUNTING] = ("Intuit no longer accepts our access.", "Connect again.")
    world.notices.turn(world.tenant)


def mend(world: World) -> None:
    world.connections.states[ACCOUNTING] = ConnectionState.CONNECTED
    world.connections.warnings.pop(ACCOUNTING, None)
    world.notices.turn(world.tenant)


def park(world: World) -> None:
    decision = refused(PAYMENT, "P3", "row_gone", "Somebody deleted it.", "Enter it again.")
    seen = world.attention.load(world.tenant, [PAYMENT])[PAYMENT]
    note_parked(world.tenant, seen, [decision], world)


def tell(world: World, trip: Trip | None = None, *, about: str = "connections") -> None:
    world.work(SendNotice(tenant=world.tenant, about=about), trip)  # type: ignore[arg-type]


def tell_day(world: World) -> None:
    tell(world, about="digest")


# --- turns -------------------------------------------------------------------------------------------------------------


def test_c7_nothing_is_sent_where_all_is_well(world: World) -> None:
    tell(world)
    assert box(world).sent == []


def test_c7_trouble_is_one_mail_however_often_it_is_looked_at_and_so_is_its_end(world: World) -> None:
    stop(world)
    for _ in range(3):
        tell(world)
        world.clock.advance(3_600)
    assert [to for to, _, _ in box(world).sent] == [("trouble@example.com",)]
    assert box(world).subjects == [NEEDS_YOU]
    mend(world)
    for _ in range(3):
        tell(world)
        world.clock.advance(3_600)
    assert box(world).subjects == [NEEDS_YOU, AGAIN_WELL]
    stop(world)
    tell(world)
    assert box(world).subjects == [NEEDS_YOU, AGAIN_WELL, NEEDS_YOU]


def test_c7_trouble_that_was_over_before_the_look_is_no_mail(world: World) -> None:
    stop(world)
    mend(world)
    tell(world)
    assert box(world).sent == []


def test_c7_a_warning_is_told_again_once_there_was_none(world: World) -> None:
    for reason in ("It ends soon.", "It ends sooner.", "", "It ends soon."):
        world.connections.warnings[ACCOUNTING] = (reason, "")
        tell(world)
    assert box(world).subjects == ["Crossfoot: A warning about QuickBooks"] * 2


def test_c7_what_the_partner_disconnected_itself_is_no_news_and_what_comes_after_is(world: World) -> None:
    stop(world)
    tell(world)
    world.connections.states[ACCOUNTING] = ConnectionState.DISCONNECTED
    world.notices.turn(TENANT)
    tell(world)
    mend(world)
    tell(world)
    assert box(world).subjects == [NEEDS_YOU, AGAIN_WELL]


def test_c7_who_names_an_address_later_hears_of_trouble_that_stands() -> None:
    world = _world(Notifications())
    stop(world)
    tell(world)
    assert box(world).sent == []
    world.notifications.save(TENANT, WANTED)
    assert world.notices.list_turns(9) == (TENANT,)
    tell(world)
    assert box(world).subjects == [NEEDS_YOU]


def test_c7_where_mail_is_off_nobody_is_told_and_nothing_piles_up(world: World) -> None:
    stop(world)
    world.mailbox = None
    tell(world)
    tell_day(world)
    assert world.notices.list_turns(9) == ()
    assert world.notices.notices == {}


def test_c7_a_turn_that_comes_while_the_partner_is_told_is_looked_at_again(world: World) -> None:
    stop(world)
    world.clock.advance(1)
    world.mailbox = _Meanwhile(lambda: mend(world))
    tell(world)
    assert world.notices.list_turns(9) == (TENANT,)
    tell(world)
    assert box(world).subjects == [NEEDS_YOU, AGAIN_WELL]


class _Meanwhile(FakeMailbox):
    """A mailbox in whose first call something happens."""

    def __init__(self, happens: Callable[[], None]) -> None:
        super().__init__()
        self._happens: Callable[[], None] | None = happens

    def send(self, *mail: object) -> None:
        super().send(*mail)  # type: ignore[arg-type]
        if self._happens:
            self._happens()
        self._happens = None


# --- exactly once, as far as a mailbox without memory allows -----------------------------------------------------------


def _calls() -> list[str]:
    world, trip = _world(), Trip()
    stop(world)
    tell(world, trip)
    return trip.calls


@pytest.mark.parametrize("mode", [Mode.CRASH_BEFORE, Mode.CRASH_AFTER])
@pytest.mark.parametrize("place", range(len(_calls())))
def test_c7_a_worker_that_dies_anywhere_leaves_one_mail_or_at_worst_two_of_the_same(place: int, mode: Mode) -> None:
    world = _world()
    stop(world)
    with pytest.raises(Crash):
        tell(world, Trip(place, mode))
    for _ in range(4):
        world.clock.advance(LEASE.total_seconds() + 1)
        tell(world)
    assert 1 <= len(box(world).sent) <= 2
    assert len({key for _, _, key in box(world).sent}) == 1
    if "send" not in _calls()[: place + 1]:
        assert len(box(world).sent) == 1
    mend(world)
    tell(world)
    assert box(world).subjects[-1] == AGAIN_WELL, "what may have been told is told to be over"


def test_c7_workers_that_die_one_after_the_other_send_no_more_than_two(world: World) -> None:
    stop(world)
    for _ in range(6):
        try:
            tell(world, Trip(strike_on="send", mode=Mode.CRASH_AFTER))
        except Crash:
            world.clock.advance(LEASE.total_seconds() + 1)
    assert box(world).subjects == [NEEDS_YOU] * 2


def test_c7_two_workers_at_once_send_one_mail(world: World) -> None:
    """The second one begins when the first has read what was told, or is about to hand its mail over."""
    for name in ("load", "send"):
        world = _world()
        stop(world)
        again = iter([lambda world=world: tell(world)])

        def call(called: str, method: Callable[..., object], *args: object, name: str = name) -> object:
            answer = method(*args) if called == "load" else None
            if called == name and (other := next(again, None)):  # noqa: B023
                try:
                    other()
                except Conflict:
                    assert called == "send"
            return answer if called == "load" else method(*args)

        notices, mailbox = world.notices, box(world)
        world.notices = Wired(notices, call)  # type: ignore[assignment]
        world.mailbox = Wired(mailbox, call)  # type: ignore[assignment]
        try:
            tell(world)
        except Conflict:
            assert name == "load"
        assert mailbox.subjects == [NEEDS_YOU], name


@pytest.mark.parametrize("error", [AwsUnavailable("SES is busy"), BadMessage("SES refused a mail")])
def test_c7_a_mail_that_was_refused_is_sent_as_often_as_it_is_tried_and_told_once(
    world: World, error: AwsUnavailable | BadMessage
) -> None:
    stop(world)
    box(world).error = error
    for _ in range(5):
        with pytest.raises(type(error)):
            tell(world)
    assert world.notices.list_turns(9) == (TENANT,)
    box(world).error = None
    tell(world)
    tell(world)
    assert box(world).subjects == [NEEDS_YOU]


def test_c7_a_mail_whose_answer_is_lost_is_sent_once_more_after_a_lease(world: World) -> None:
    stop(world)
    box(world).error, box(world).after = OutcomeUnknown("SES did not answer"), True
    with pytest.raises(OutcomeUnknown):
        tell(world)
    with pytest.raises(Conflict):
        tell(world)
    world.clock.advance(LEASE.total_seconds() + 1)
    box(world).error = None
    tell(world)
    tell(world)
    assert len(box(world).sent) == 2


# --- the digest --------------------------------------------------------------------------------------------------------


def test_x1_a_day_on_which_nothing_needs_attention_has_no_digest(world: World) -> None:
    tell_day(world)
    assert box(world).sent == []


def test_x1_what_needs_attention_is_told_once_a_day_until_it_is_over(world: World) -> None:
    park(world)
    for _ in range(3):
        for _ in range(3):
            tell_day(world)
        world.clock.advance(86_400)
    assert box(world).subjects == ["Crossfoot: 1 matter needs your attention"] * 3
    assert {to for to, _, _ in box(world).sent} == {("digest@example.com",)}
    assert len({key for _, _, key in box(world).sent}) == 3


def test_x1_what_comes_up_behind_the_hour_waits_for_the_next_day(world: World) -> None:
    tell_day(world)
    park(world)
    world.clock.advance(3_600)
    tell_day(world)
    assert box(world).sent == []
    world.clock.advance(86_400 - 3_600)
    tell_day(world)
    assert len(box(world).sent) == 1


def test_x1_outside_its_hours_there_is_no_digest(world: World) -> None:
    park(world)
    world.clock.advance(3 * 3_600)
    tell_day(world)
    assert box(world).sent == []


def test_c7_a_digest_names_a_connection_that_stopped_and_one_that_will(world: World) -> None:
    stop(world)
    world.connections.warnings[PSA] = ("ConnectWise shows 9 of 10 companies no longer.", "Look at the role.")
    tell_day(world)
    ((_, mail, _),) = box(world).sent
    assert "Intuit no longer accepts our access." in mail.text
    assert "ConnectWise shows 9 of 10 companies no longer." in mail.text


def test_i9_a_match_to_decide_on_is_in_the_digest_until_it_is_decided(world: World) -> None:
    world.quickbooks.add_invoice("q1", "1001", 500)
    world.connectwise.add_invoice("c1", "1001", 600)
    world.fetch_and_settle()
    tell_day(world)
    assert box(world).subjects == ["Crossfoot: 1 matter needs your attention"]
    world.connectwise.add_invoice("c1", "1001", 500)
    world.clock.advance(86_400 - 10)
    world.nudge()
    world.settle()
    tell_day(world)
    assert len(box(world).sent) == 1


def test_x6_a_partners_mail_is_of_its_own_matters_and_goes_to_its_own_addresses() -> None:
    tables_of = _world()
    tables = Tables(tables_of.clock)
    ours = _world(tenant=TENANT, clock=tables_of.clock, tables=tables)
    theirs = _world(
        Notifications(("them@example.org",), ("them@example.org",), digest_hour=17),
        tenant=OTHER, clock=tables_of.clock, tables=tables,
    )  # fmt: skip
    park(ours)
    stop(ours)
    for world in (theirs, ours):
        tell(world)
        tell_day(world)
    assert box(theirs).sent == []
    assert {to for to, _, _ in box(ours).sent} == {("trouble@example.com",), ("digest@example.com",)}
    assert len(box(ours).sent) == 2


def test_addresses_are_not_printed() -> None:
    assert "@" not in repr(WANTED)
