"""What partners were told, whose connections turned, and who wants mail (C7, X1)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.adapters.dynamodb.notices import TableNotices
from crossfoot.adapters.dynamodb.notifications import TableNotifications
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.notices import Notice
from crossfoot.core.notifications import Notifications
from crossfoot.errors import Conflict
from crossfoot.ports import Connection, ConnectionState

from tests.adapters.dynamodb.doubles import PlainVault
from tests.adapters.dynamodb.records import OTHER_TENANT, QBO, TENANT
from tests.fakes.clock import START, FakeClock

CHOSEN = Notifications(
    ("a@example.com", "b@example.com"), ("c@example.com",), digest_hour=0, time_zone="America/New_York"
)


@pytest.fixture
def notices(table: Table) -> TableNotices:
    return TableNotices(table)


@pytest.fixture
def notifications(table: Table, clock: FakeClock) -> TableNotifications:
    return TableNotifications(table, clock)


@pytest.fixture
def connections(table: Table, clock: FakeClock) -> TableConnections:
    made = TableConnections(table, PlainVault(), clock)
    made.connect(
        Connection(TENANT, QBO, ConnectionState.CONNECTED, "9341", "Northwind IT", connected_at=START), {"token": "a"}
    )
    return made


# --- what was told -----------------------------------------------------------------------------------------------------


def test_c7_a_notice_is_read_as_it_was_stored_by_its_own_partner_and_matter(notices: TableNotices) -> None:
    assert notices.load(TENANT, QBO) == Notice()
    begun = notices.save(TENANT, QBO, Notice().begun("stopped 2026", START))
    assert notices.load(TENANT, QBO) == begun
    assert (begun.revision, begun.tries) == (1, 1)
    told = notices.save(TENANT, QBO, begun.ended("stopped 2026"))
    assert notices.load(TENANT, QBO) == told == Notice("stopped 2026", revision=2)
    assert notices.load(TENANT, "digest") == notices.load(OTHER_TENANT, QBO) == Notice()


def test_c7_of_two_workers_that_saw_the_same_one_takes_it(notices: TableNotices) -> None:
    for seen in (Notice(), notices.save(TENANT, "digest", Notice("2026-11-02"))):
        notices.save(TENANT, QBO, seen.begun("a", START)) if seen.revision == 0 else None
        with pytest.raises(Conflict):
            notices.save(TENANT, QBO, Notice(revision=0))
    seen = notices.load(TENANT, "digest")
    notices.save(TENANT, "digest", seen.ended("2026-11-03"))
    with pytest.raises(Conflict):
        notices.save(TENANT, "digest", seen.ended("2026-11-04"))


# --- turns -------------------------------------------------------------------------------------------------------------


def test_c7_every_turn_of_a_connection_is_noted_in_the_write_that_makes_it(
    notices: TableNotices, connections: TableConnections, clock: FakeClock
) -> None:
    def silence() -> None:
        connections.note_silence(TENANT, QBO)
        clock.advance(3_600)
        connections.note_silence(TENANT, QBO)

    turns: list[Callable[[], None]] = [
        lambda: connections.warn(TENANT, QBO, "Soon.", "Connect."),
        lambda: connections.warn(TENANT, QBO, "", ""),
        silence,
        lambda: connections.note_answer(TENANT, QBO),
        lambda: connections.need_attention(TENANT, QBO, "Refused.", "Connect."),
        lambda: connections.connect(
            Connection(TENANT, QBO, ConnectionState.CONNECTED, "9341", connected_at=clock.now()), {"token": "b"}
        ),
    ]
    for number, turn in enumerate(turns):
        notices.end_turn(TENANT, notices.load_turn(TENANT))
        assert notices.list_turns(9) == ()
        clock.advance(1)
        turn()
        assert notices.list_turns(9) == (TENANT,), number


def test_c7_what_is_no_turn_is_not_noted(
    notices: TableNotices, connections: TableConnections, clock: FakeClock
) -> None:
    connections.need_attention(TENANT, QBO, "Refused.", "Connect.")
    notices.end_turn(TENANT, notices.load_turn(TENANT))
    clock.advance(1)
    connections.need_attention(TENANT, QBO, "Refused.", "Connect.")
    connections.touch(TENANT, QBO)
    connections.note_answer(TENANT, QBO)
    connections.note(TENANT, QBO, "Found 1 deleted")
    assert notices.load_turn(TENANT) == ""


def test_c7_a_turn_that_came_since_the_look_stays(
    notices: TableNotices, connections: TableConnections, clock: FakeClock
) -> None:
    seen = notices.load_turn(TENANT)
    clock.advance(1)
    connections.need_attention(TENANT, QBO, "Refused.", "Connect.")
    notices.end_turn(TENANT, seen)
    notices.end_turn(TENANT, "")
    assert notices.list_turns(9) == (TENANT,)
    later = notices.load_turn(TENANT)
    assert later > seen
    notices.end_turn(TENANT, later)
    notices.end_turn(TENANT, later)
    assert notices.list_turns(9) == ()


# --- who wants mail ----------------------------------------------------------------------------------------------------


def test_what_was_never_chosen_tells_nobody(notifications: TableNotifications) -> None:
    assert notifications.load(TENANT) == Notifications()
    assert notifications.list_digests(9) == ()


def test_x6_what_was_chosen_is_read_by_its_own_partner_and_listed_without_addresses(
    notifications: TableNotifications, notices: TableNotices
) -> None:
    notifications.save(TENANT, CHOSEN)
    assert notifications.load(TENANT) == CHOSEN
    assert notifications.load(OTHER_TENANT) == Notifications()
    assert notifications.list_digests(9) == ((TENANT, Notifications(digest_hour=0, time_zone="America/New_York")),)
    assert notices.list_turns(9) == (TENANT,), "who is new is told how things stand"


def test_who_wants_no_digest_any_more_is_not_listed(notifications: TableNotifications, clock: FakeClock) -> None:
    notifications.save(TENANT, CHOSEN)
    clock.advance(timedelta(days=1).total_seconds())
    notifications.save(TENANT, Notifications(connection_trouble=("a@example.com",)))
    assert notifications.list_digests(9) == ()
    assert notifications.load(TENANT).connection_trouble == ("a@example.com",)


def test_everybody_is_listed_over_all_buckets(notifications: TableNotifications, notices: TableNotices) -> None:
    partners = {f"t_{number:08x}" for number in range(12)}
    for tenant in partners:
        notifications.save(tenant, CHOSEN)
    assert {tenant for tenant, _ in notifications.list_digests(99)} == set(notices.list_turns(99)) == partners
    assert len(notifications.list_digests(5)) == len(notices.list_turns(5)) == 5
