"""A system that does not answer is told on its connection after a while, for few write units, until it answers (C7)."""

from datetime import timedelta

import pytest
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.core.silence import WORTH_TELLING
from crossfoot.ports import Connection, ConnectionState

from tests.adapters.dynamodb.doubles import CountingTable, InterruptedTable, PlainVault
from tests.adapters.dynamodb.records import CW, QBO, TENANT
from tests.fakes.clock import START, FakeClock

SAID = f"QuickBooks has not answered since {START:%Y-%m-%d %H:%M} UTC."


def connected() -> Connection:
    return Connection(TENANT, QBO, ConnectionState.CONNECTED, "9341", "Northwind IT", connected_at=START)


@pytest.fixture
def table(table_name: str) -> CountingTable:
    return CountingTable(table_name)


@pytest.fixture
def connections(table: CountingTable, clock: FakeClock) -> TableConnections:
    made = TableConnections(table, PlainVault(), clock)
    made.connect(connected(), {"access_token": "a"})
    return made


def now(connections: TableConnections) -> Connection:
    found = connections.load(TENANT, QBO)
    assert found is not None
    return found


def history(connections: TableConnections) -> list[str]:
    return [event.what for event in connections.load_history(TENANT, QBO)][1:]


def go_silent(connections: TableConnections, clock: FakeClock) -> None:
    """Let reads fail at the beginning of a silence, and again when it is worth telling."""
    connections.note_silence(TENANT, QBO)
    clock.advance(WORTH_TELLING.total_seconds())
    connections.note_silence(TENANT, QBO)


def test_c7_a_silence_is_told_when_it_has_lasted_and_the_connection_stays_connected(
    connections: TableConnections, clock: FakeClock
) -> None:
    connections.note_silence(TENANT, QBO)
    clock.advance(WORTH_TELLING.total_seconds() - 1)
    connections.note_silence(TENANT, QBO)
    assert (now(connections).unanswered_since, now(connections).silent) == (START, False)
    assert history(connections) == []
    clock.advance(1)
    connections.note_silence(TENANT, QBO)
    assert (now(connections).unanswered_since, now(connections).silent) == (START, True)
    assert (now(connections).state, now(connections).reason) == (ConnectionState.CONNECTED, "")
    assert history(connections) == [SAID]
    assert connections.list_due(QBO, START + timedelta(days=1), 10) == (TENANT,), "it is read as before"


def test_c7_the_first_good_read_takes_it_away_and_tells_the_history(
    connections: TableConnections, clock: FakeClock
) -> None:
    go_silent(connections, clock)
    clock.advance(60)
    connections.note_answer(TENANT, QBO)
    assert now(connections) == connected()
    assert history(connections) == [
        SAID,
        f"QuickBooks answers again. It had not since {START:%Y-%m-%d %H:%M} UTC.",
    ]


def test_c7_a_hiccup_leaves_no_line_in_the_history(connections: TableConnections) -> None:
    connections.note_silence(TENANT, QBO)
    connections.note_answer(TENANT, QBO)
    assert now(connections) == connected()
    assert history(connections) == []


def test_c7_a_day_of_failing_calls_costs_what_two_of_them_cost(
    table: CountingTable, connections: TableConnections, clock: FakeClock
) -> None:
    spent = []
    for _ in range(24):
        before = table.write_units
        connections.note_silence(TENANT, QBO)
        spent.append(table.write_units - before)
        clock.advance(3_600)
    assert spent == [1, 6, *[0] * 22]
    before = table.write_units
    connections.note_answer(TENANT, QBO)
    connections.note_answer(TENANT, QBO)
    assert table.write_units - before == 6


def test_c7_good_weather_costs_nothing(table: CountingTable, connections: TableConnections) -> None:
    before = table.write_units
    connections.note_answer(TENANT, QBO)
    assert table.write_units == before


def test_c7_warnings_and_reads_that_are_noted_leave_a_silence_alone(
    connections: TableConnections, clock: FakeClock
) -> None:
    go_silent(connections, clock)
    connections.warn(TENANT, QBO, "The consent ends on 2026-12-01.", "Connect again.")
    connections.warn(TENANT, QBO, "", "")
    assert (now(connections).unanswered_since, now(connections).silent) == (START, True)


@pytest.mark.parametrize("how", ["disconnect", "need_attention", "connect"])
def test_c7_whatever_changes_the_state_ends_a_silence(
    connections: TableConnections, clock: FakeClock, how: str
) -> None:
    go_silent(connections, clock)
    clock.advance(1)
    match how:
        case "disconnect":
            connections.disconnect(TENANT, QBO)
        case "need_attention":
            connections.need_attention(TENANT, QBO, "Access was taken back.", "Connect again.")
        case _:
            connections.connect(connected(), {"access_token": "b"})
    assert (now(connections).unanswered_since, now(connections).silent) == (None, False)


def test_c7_what_is_not_connected_is_not_silent(connections: TableConnections, clock: FakeClock) -> None:
    connections.note_silence(TENANT, CW)
    assert connections.load(TENANT, CW) is None
    connections.disconnect(TENANT, QBO)
    go_silent(connections, clock)
    assert now(connections).unanswered_since is None


def test_c7_of_two_workers_that_meet_the_silence_at_once_one_tells_it(table_name: str, clock: FakeClock) -> None:
    mine, theirs = InterruptedTable(table_name), TableConnections(CountingTable(table_name), PlainVault(), clock)
    ours = TableConnections(mine, PlainVault(), clock)
    theirs.connect(connected(), {"access_token": "a"})
    mine.interruptions = [lambda: theirs.note_silence(TENANT, QBO)]
    ours.note_silence(TENANT, QBO)
    clock.advance(WORTH_TELLING.total_seconds())
    mine.interruptions = [lambda: theirs.note_silence(TENANT, QBO)]
    ours.note_silence(TENANT, QBO)
    assert (now(ours).unanswered_since, now(ours).silent) == (START, True)
    assert history(ours) == [SAID]


def test_c7_a_note_never_comes_over_an_answer_that_was_first(table_name: str, clock: FakeClock) -> None:
    mine, theirs = InterruptedTable(table_name), TableConnections(CountingTable(table_name), PlainVault(), clock)
    ours = TableConnections(mine, PlainVault(), clock)
    theirs.connect(connected(), {"access_token": "a"})
    theirs.note_silence(TENANT, QBO)
    clock.advance(WORTH_TELLING.total_seconds())
    mine.interruptions = [lambda: theirs.note_answer(TENANT, QBO)]
    ours.note_silence(TENANT, QBO)
    assert now(ours) == connected()
    assert history(ours) == []
