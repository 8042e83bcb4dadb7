"""Connections: state, claim, secrets, callback and the place among those to be read always agree (C6, C7)."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.connections import TOUCH_EVERY, TableConnections
from crossfoot.adapters.dynamodb.secrets import TableSecrets
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.errors import Conflict, NeedsPartner, Rejected
from crossfoot.ports import Connection, ConnectionState

from tests.adapters.dynamodb.doubles import CountingTable, InterruptedTable, PlainVault
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, QBO, TENANT
from tests.fakes.clock import START, FakeClock

TOKENS = {"access_token": "a-1", "refresh_token": "r-1"}
KEYS = {"public_key": "p", "private_key": "q", "callback_token": "opaque"}
TOKEN_HASH = hashlib.sha256(b"opaque").hexdigest()


def make_connection(tenant: str = TENANT, account_id: str = "9341", **fields: object) -> Connection:
    connection = Connection(
        tenant, QBO, ConnectionState.CONNECTED, account_id, "Northwind IT", connected_at=START,
        credentials_expire_at=START + timedelta(days=100), details={"deposit_account_id": "35"},
    )  # fmt: skip
    return replace(connection, **fields)  # type: ignore[arg-type]


@pytest.fixture
def connections(table: Table, clock: FakeClock) -> TableConnections:
    return TableConnections(table, PlainVault(), clock)


@pytest.fixture
def secrets(table: Table, clock: FakeClock) -> TableSecrets:
    return TableSecrets(table, PlainVault(), clock)


def events(connections: TableConnections) -> list[str]:
    return [event.what for event in connections.load_history(TENANT, QBO)]


def test_a_connection_is_read_as_it_was_stored_by_its_own_partner(
    connections: TableConnections, secrets: TableSecrets
) -> None:
    bare = Connection(TENANT, CW, ConnectionState.CONNECTED, "northwind")
    connections.connect(make_connection(), TOKENS)
    connections.connect(bare, KEYS)
    assert connections.load(TENANT, QBO) == make_connection()
    assert connections.load_all(TENANT) == (bare, make_connection())
    assert secrets.load(TENANT, QBO).values == TOKENS
    assert secrets.load(TENANT, CW).values == KEYS
    assert connections.load(OTHER_TENANT, QBO) is None
    assert connections.load_all(OTHER_TENANT) == ()


def test_no_secret_is_stored_in_the_clear_beside_the_connection(connections: TableConnections, table: Table) -> None:
    connections.connect(make_connection(system=CW), KEYS)
    for key, item in table.starting(keys.partner_pk(TENANT), ""):
        if not key.sk.startswith("SECRETS#"):
            assert not any(secret in repr(item) for secret in ("opaque", "private_key"))


def test_x6_a_vendor_account_belongs_to_one_partner(connections: TableConnections, secrets: TableSecrets) -> None:
    connections.connect(make_connection(), TOKENS)
    with pytest.raises(Rejected) as refusal:
        connections.connect(make_connection(OTHER_TENANT), {"access_token": "theirs"})
    assert refusal.value.code == "account_taken"
    assert connections.load(OTHER_TENANT, QBO) is None
    assert connections.find_tenant(QBO, "9341") == TENANT
    with pytest.raises(NeedsPartner):
        secrets.load(OTHER_TENANT, QBO)


def test_after_a_disconnect_another_partner_may_take_the_account_and_then_holds_it(
    connections: TableConnections,
) -> None:
    connections.connect(make_connection(), TOKENS)
    connections.disconnect(TENANT, QBO)
    assert connections.find_tenant(QBO, "9341") is None
    connections.connect(make_connection(OTHER_TENANT), TOKENS)
    assert connections.find_tenant(QBO, "9341") == OTHER_TENANT
    with pytest.raises(Rejected, match="account_taken"):
        connections.connect(make_connection(), TOKENS)


def test_a_partners_book_takes_no_second_company(connections: TableConnections) -> None:
    connections.connect(make_connection(), TOKENS)
    connections.disconnect(TENANT, QBO)
    with pytest.raises(Rejected) as refusal:
        connections.connect(make_connection(account_id="777"), TOKENS)
    assert refusal.value.code == "another_company"
    assert connections.find_tenant(QBO, "777") is None


def test_c6_a_disconnect_destroys_the_secrets_and_keeps_the_history(
    connections: TableConnections, secrets: TableSecrets, table: Table, clock: FakeClock
) -> None:
    connections.connect(make_connection(), TOKENS)
    clock.advance(60)
    connections.disconnect(TENANT, QBO)
    connections.disconnect(TENANT, QBO)
    connection = connections.load(TENANT, QBO)
    assert connection is not None
    assert connection.state is ConnectionState.DISCONNECTED
    assert connection.account_name == "Northwind IT"
    with pytest.raises(NeedsPartner):
        secrets.load(TENANT, QBO)
    assert "r-1" not in repr(table.get(keys.secrets(TENANT, QBO)))
    assert events(connections) == ["Connected to Northwind IT", "Disconnected"]
    assert connections.list_due(QBO, START + timedelta(days=9), 10) == ()


def test_c6_a_partner_connects_again_and_goes_on(
    connections: TableConnections, secrets: TableSecrets, clock: FakeClock
) -> None:
    connections.connect(make_connection(), TOKENS)
    connections.touch(TENANT, QBO)
    connections.disconnect(TENANT, QBO)
    clock.advance(60)
    connections.connect(make_connection(), {"access_token": "a-2"})
    connection = connections.load(TENANT, QBO)
    assert connection is not None
    assert connection.state is ConnectionState.CONNECTED
    assert connection.last_read_at == START
    assert secrets.load(TENANT, QBO).values == {"access_token": "a-2"}
    assert connections.find_tenant(QBO, "9341") == TENANT
    assert connections.list_due(QBO, clock.now(), 10) == (TENANT,)


def test_a_callback_is_known_by_its_tokens_hash_until_it_is_replaced_or_disconnected(
    connections: TableConnections,
) -> None:
    connection = make_connection(system=CW)
    connections.connect(connection, KEYS)
    assert connections.find_tenant_by_callback(TOKEN_HASH) == (TENANT, CW)
    connections.connect(connection, KEYS | {"callback_token": "newer"})
    assert connections.find_tenant_by_callback(TOKEN_HASH) is None
    newer = hashlib.sha256(b"newer").hexdigest()
    assert connections.find_tenant_by_callback(newer) == (TENANT, CW)
    connections.disconnect(TENANT, CW)
    assert connections.find_tenant_by_callback(newer) is None


@pytest.mark.parametrize("from_outside", ["", "x" * 500, "9341#", "%", "\ud800"])
def test_whatever_comes_from_outside_is_looked_up_and_not_found(
    connections: TableConnections, from_outside: str
) -> None:
    connections.connect(make_connection(), TOKENS)
    assert connections.find_tenant(QBO, from_outside) is None
    assert connections.find_tenant_by_callback(from_outside) is None


def test_c7_a_connection_that_needs_attention_says_why_once(connections: TableConnections, clock: FakeClock) -> None:
    connections.connect(make_connection(), TOKENS)
    for reason in ("Access was taken back.", "Access was taken back.", "The right is missing."):
        clock.advance(60)
        connections.need_attention(TENANT, QBO, reason, "Connect again.")
    connection = connections.load(TENANT, QBO)
    assert connection is not None
    assert (connection.state, connection.reason, connection.fix) == (
        ConnectionState.NEEDS_ATTENTION,
        "The right is missing.",
        "Connect again.",
    )
    assert events(connections) == ["Connected to Northwind IT", "Access was taken back.", "The right is missing."]
    assert connections.list_due(QBO, clock.now(), 10) == ()


def test_a_disconnected_connection_needs_no_attention_and_is_not_touched(connections: TableConnections) -> None:
    connections.need_attention(TENANT, QBO, "x", "y")
    connections.touch(TENANT, QBO)
    assert connections.load(TENANT, QBO) is None
    connections.connect(make_connection(), TOKENS)
    connections.disconnect(TENANT, QBO)
    connections.need_attention(TENANT, QBO, "x", "y")
    connections.touch(TENANT, QBO)
    connection = connections.load(TENANT, QBO)
    assert connection is not None
    assert connection.state is ConnectionState.DISCONNECTED
    assert connections.list_due(QBO, START + timedelta(days=1), 10) == ()


def test_connecting_again_takes_the_reason_away(connections: TableConnections) -> None:
    connections.connect(make_connection(), TOKENS)
    connections.need_attention(TENANT, QBO, "x", "y")
    connections.connect(make_connection(), TOKENS)
    assert connections.load(TENANT, QBO) == make_connection()
    assert connections.list_due(QBO, START, 10) == (TENANT,)


def test_reads_are_noted_at_most_about_once_an_hour(table_name: str, clock: FakeClock) -> None:
    counting = CountingTable(table_name)
    connections = TableConnections(counting, PlainVault(), clock)
    connections.connect(make_connection(), TOKENS)
    spent = []
    for _ in range(12):
        before = counting.write_units
        connections.touch(TENANT, QBO)
        spent.append(counting.write_units - before)
        clock.advance(10 * 60)
    assert [cost for cost in spent if cost] == [6, 6]


def test_i8_who_was_read_longest_ago_is_due_first(connections: TableConnections, clock: FakeClock) -> None:
    tenants = [f"t_{number:08x}" for number in range(12)]
    for tenant in tenants:
        connections.connect(make_connection(tenant, account_id=f"realm-{tenant}"), TOKENS)
    assert set(connections.list_due(QBO, clock.now(), 100)) == set(tenants)
    for tenant in tenants:
        clock.advance(60)
        connections.touch(tenant, QBO)
    assert connections.list_due(QBO, clock.now(), 100) == tuple(tenants[:-1])
    assert connections.list_due(QBO, clock.now(), 5) == tuple(tenants[:5])
    assert connections.list_due(QBO, START, 100) == ()
    assert connections.list_due(CW, clock.now(), 100) == ()


def test_i8_the_longest_waiting_are_found_wherever_they_are_and_little_more_is_read(
    counting_table: CountingTable, clock: FakeClock
) -> None:
    """Most of those that wait longest share a bucket, whose share is not enough for them."""
    table = counting_table
    tenants = [f"t_{number:08x}" for number in range(400)]
    crowded = [tenant for tenant in tenants if keys.due(QBO, tenant, "").pk.endswith("#00")]
    order = crowded + [tenant for tenant in tenants if tenant not in crowded]
    places = [keys.due(QBO, tenant, keys.time_text(START + timedelta(seconds=at))) for at, tenant in enumerate(order)]
    table.put_many({place: {} for place in places})
    found = TableConnections(table, PlainVault(), clock).list_due(QBO, START + timedelta(days=1), 32)
    assert len(crowded) > 10
    assert found == tuple(order[:32])
    assert table.queried_items <= 2 * 32
    assert len(TableConnections(table, PlainVault(), clock).list_due(QBO, START + timedelta(days=1), 1000)) == 400


def test_c6_lines_of_one_moment_all_stay_in_the_history(connections: TableConnections) -> None:
    connections.connect(make_connection(), TOKENS)
    for what in ("Caught up: 3 invoices", "A callback was registered again", "And a third"):
        connections.note(TENANT, QBO, what)
    assert events(connections) == [
        "Connected to Northwind IT",
        "Caught up: 3 invoices",
        "A callback was registered again",
        "And a third",
    ]
    assert connections.load_history(OTHER_TENANT, QBO) == connections.load_history(TENANT, CW) == ()


def test_a_partner_has_one_place_among_those_to_be_read(connections: TableConnections, clock: FakeClock) -> None:
    connections.connect(make_connection(), TOKENS)
    for _ in range(3):
        connections.touch(TENANT, QBO)
        clock.advance(TOUCH_EVERY.total_seconds())
    assert connections.list_due(QBO, clock.now() + timedelta(days=9), 10) == (TENANT,)


def test_a_connection_that_changed_in_between_is_a_conflict(table_name: str, clock: FakeClock) -> None:
    mine = InterruptedTable(table_name)
    theirs = TableConnections(Table(table_name), PlainVault(), clock)
    theirs.connect(make_connection(), TOKENS)
    clock.advance(1)
    mine.interruptions = [lambda: theirs.disconnect(TENANT, QBO)]
    with pytest.raises(Conflict):
        TableConnections(mine, PlainVault(), clock).need_attention(TENANT, QBO, "x", "y")
    connection = theirs.load(TENANT, QBO)
    assert connection is not None
    assert connection.state is ConnectionState.DISCONNECTED


def test_a_touch_never_raises_a_connection_that_was_just_disconnected(table_name: str, clock: FakeClock) -> None:
    mine = InterruptedTable(table_name)
    theirs = TableConnections(Table(table_name), PlainVault(), clock)
    theirs.connect(make_connection(), TOKENS)
    mine.interruptions = [lambda: theirs.disconnect(TENANT, QBO)]
    TableConnections(mine, PlainVault(), clock).touch(TENANT, QBO)
    assert theirs.list_due(QBO, START + timedelta(days=9), 10) == ()


def test_c7_a_warning_is_shown_and_told_once_and_the_connection_goes_on(
    connections: TableConnections, clock: FakeClock
) -> None:
    connections.connect(make_connection(), TOKENS)
    for _ in range(2):
        clock.advance(60)
        connections.warn(TENANT, QBO, "The consent ends on 2026-12-01.", "Connect again.")
    stored = connections.load(TENANT, QBO)
    assert stored is not None
    assert (stored.state, stored.reason, stored.fix) == (
        ConnectionState.CONNECTED,
        "The consent ends on 2026-12-01.",
        "Connect again.",
    )
    assert [event.what for event in connections.load_history(TENANT, QBO)][1:] == [stored.reason]
    connections.warn(TENANT, QBO, "", "")
    stored = connections.load(TENANT, QBO)
    assert stored is not None
    assert (stored.reason, stored.fix) == ("", "")


def test_c7_a_warning_never_covers_what_stopped_a_connection(connections: TableConnections) -> None:
    connections.connect(make_connection(), TOKENS)
    connections.need_attention(TENANT, QBO, "The keys are refused.", "Connect again.")
    connections.warn(TENANT, QBO, "", "")
    connections.warn(TENANT, QBO, "Something else.", "")
    stored = connections.load(TENANT, QBO)
    assert stored is not None
    assert (stored.state, stored.reason) == (ConnectionState.NEEDS_ATTENTION, "The keys are refused.")


def test_i8_who_had_a_turn_and_was_not_read_goes_behind_the_others(
    connections: TableConnections, clock: FakeClock
) -> None:
    tenants = [f"t_0000000{n}" for n in range(4)]
    for number, tenant in enumerate(tenants):
        connections.connect(make_connection(tenant, str(number)), TOKENS)
        connections.touch(tenant, QBO)
        clock.advance(60)
    due = clock.now() + timedelta(hours=1)
    connections.set_back(QBO, tenants[:2], clock.now())
    assert connections.list_due(QBO, due, 9) == (*tenants[2:], *tenants[:2])
    connections.set_back(QBO, tenants[2:3], clock.now() - timedelta(days=1))
    assert connections.list_due(QBO, due, 9) == (*tenants[2:], *tenants[:2]), "who was read since stays"
