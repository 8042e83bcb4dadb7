"""Secrets: one worker refreshes at a time, and what was stored last stays."""

from datetime import timedelta

import pytest
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.adapters.dynamodb.secrets import TableSecrets
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.errors import Conflict, NeedsPartner

from tests.adapters.dynamodb.doubles import InterruptedTable, PlainVault
from tests.adapters.dynamodb.records import OTHER_TENANT, QBO, TENANT
from tests.adapters.dynamodb.test_connections import TOKENS, make_connection
from tests.fakes.clock import START, FakeClock

NEW = {"access_token": "a-2", "refresh_token": "r-2"}


@pytest.fixture
def connections(table: Table, clock: FakeClock) -> TableConnections:
    connections = TableConnections(table, PlainVault(), clock)
    connections.connect(make_connection(), TOKENS)
    return connections


@pytest.fixture
def workers(table: Table, clock: FakeClock, connections: TableConnections) -> tuple[TableSecrets, TableSecrets]:
    return TableSecrets(table, PlainVault(), clock), TableSecrets(table, PlainVault(), clock)


def test_what_is_not_connected_has_no_secrets_and_no_lease(workers: tuple[TableSecrets, TableSecrets]) -> None:
    mine, _ = workers
    with pytest.raises(NeedsPartner) as refusal:
        mine.load(OTHER_TENANT, QBO)
    assert refusal.value.fix
    assert not mine.lease(OTHER_TENANT, QBO, 30)


def test_one_worker_holds_the_lease_until_it_stores_new_secrets(workers: tuple[TableSecrets, TableSecrets]) -> None:
    mine, theirs = workers
    assert mine.lease(TENANT, QBO, 30)
    assert not theirs.lease(TENANT, QBO, 30)
    mine.save(TENANT, QBO, NEW, mine.load(TENANT, QBO).version, None)
    assert theirs.lease(TENANT, QBO, 30)
    assert theirs.load(TENANT, QBO).values == NEW


def test_a_lease_is_given_back_or_runs_out_by_the_clock(
    workers: tuple[TableSecrets, TableSecrets], clock: FakeClock
) -> None:
    mine, theirs = workers
    assert mine.lease(TENANT, QBO, 30)
    mine.release(TENANT, QBO)
    assert theirs.lease(TENANT, QBO, 30)
    clock.advance(29.9)
    assert not mine.lease(TENANT, QBO, 30)
    clock.advance(0.1)
    assert mine.lease(TENANT, QBO, 30)


def test_a_lease_that_ran_out_cannot_be_given_back_for_another(
    workers: tuple[TableSecrets, TableSecrets], clock: FakeClock
) -> None:
    mine, theirs = workers
    assert mine.lease(TENANT, QBO, 30)
    clock.advance(31)
    assert theirs.lease(TENANT, QBO, 30)
    mine.release(TENANT, QBO)
    mine.release(TENANT, QBO)
    assert not mine.lease(TENANT, QBO, 30)


def test_secrets_that_were_replaced_meanwhile_are_a_conflict(workers: tuple[TableSecrets, TableSecrets]) -> None:
    mine, theirs = workers
    seen = mine.load(TENANT, QBO).version
    theirs.save(TENANT, QBO, NEW, seen, None)
    with pytest.raises(Conflict):
        mine.save(TENANT, QBO, {"access_token": "stale"}, seen, START)
    assert mine.load(TENANT, QBO).values == NEW
    assert mine.load(TENANT, QBO).version > seen


@pytest.mark.parametrize("reconnects", [False, True])
def test_c6_a_refresh_that_began_before_a_disconnect_stores_nothing_after_it(
    table_name: str, clock: FakeClock, connections: TableConnections, reconnects: bool
) -> None:
    table = InterruptedTable(table_name)
    mine = TableSecrets(table, PlainVault(), clock)
    seen = mine.load(TENANT, QBO).version

    def disconnect() -> None:
        connections.disconnect(TENANT, QBO)
        clock.advance(1)
        if reconnects:
            connections.connect(make_connection(), {"access_token": "again"})

    table.interruptions = [disconnect]
    with pytest.raises(Conflict):
        mine.save(TENANT, QBO, NEW, seen, START)
    if reconnects:
        assert mine.load(TENANT, QBO).values == {"access_token": "again"}
    else:
        with pytest.raises(NeedsPartner, match="QuickBooks is not connected"):
            mine.load(TENANT, QBO)


def test_c7_a_new_end_of_life_is_shown_and_none_leaves_the_known_one(
    workers: tuple[TableSecrets, TableSecrets], connections: TableConnections
) -> None:
    mine, _ = workers
    later = START + timedelta(days=200)
    for expires in (later, None):
        mine.save(TENANT, QBO, NEW, mine.load(TENANT, QBO).version, expires)
        connection = connections.load(TENANT, QBO)
        assert connection is not None
        assert connection.credentials_expire_at == later
