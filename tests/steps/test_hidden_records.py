"""tend_connection: what ConnectWise hid for a while comes back as it is then: no list of changes shows it (I5, I8)."""

from dataclasses import replace

import pytest
from crossfoot.core.model import PSA, Customer, Invoice, Kind, Line, LineKind, Record, Ref, Standing, Version
from crossfoot.messages import TendConnection

from tests.fakes.copies import copied
from tests.fakes.equality import unequal
from tests.fakes.faults import Faults
from tests.fakes.world import TENANT, World

COMPANY = Ref(PSA, Kind.CUSTOMER, "1")


@pytest.fixture
def hidden() -> tuple[World, list[Record]]:
    return _hidden()


def _hidden() -> tuple[World, list[Record]]:
    """A company and an invoice that were hidden, taken for deleted, and changed before they are shown again."""
    world = World()
    world.connectwise.put(Customer(COMPANY, Version("", ""), Standing.LIVE, "Contoso"))
    world.invoice_in_both("1001", 10_000)
    invoice = world.connectwise.invoice("c1001")
    world.fetch_and_settle()
    _tend(world)
    away = [world.connectwise.records.pop(COMPANY), world.connectwise.records.pop(invoice.ref)]
    world.clock.advance(3_600)
    _tend(world)
    assert {record.standing for record in world.book.load_many(TENANT, [COMPANY, invoice.ref]).values()} == {
        Standing.DELETED
    }
    changed = [_changed(world, record) for record in away]
    world.clock.advance(86_400)
    world.fetch_and_settle()
    return world, changed


def _changed(world: World, record: Record) -> Record:
    now = replace(record.version, updated_at=world.clock.stamp(), seen_at=world.clock.stamp())
    if isinstance(record, Customer):
        return replace(record, version=now, name="Contoso Renamed")
    assert isinstance(record, Invoice)
    line = Line("1", LineKind.TIME, "Cabling", 12_000)
    billed = replace(record, total_minor=12_000, balance_minor=12_000, lines=(line,))
    return replace(billed, version=now, customer_name="Contoso Renamed")


def _tend(world: World) -> None:
    world.work(TendConnection(tenant=TENANT, system=PSA))


def _show(world: World, records: list[Record]) -> None:
    world.connectwise.records |= {record.ref: record for record in records}


def test_i5_what_changed_while_it_was_hidden_is_read_when_it_is_shown_again(
    hidden: tuple[World, list[Record]],
) -> None:
    world, changed = hidden
    _show(world, changed)
    world.clock.advance(3_600)
    world.fetch_and_settle()
    _tend(world)
    world.settle()
    assert unequal(world) == []


def test_i5_what_cannot_be_read_is_shown_again_as_it_was(hidden: tuple[World, list[Record]]) -> None:
    world, changed = hidden
    _show(world, changed)
    world.connectwise.unreadable |= {record.ref for record in changed}
    _tend(world)
    stored = world.book.load_many(TENANT, [record.ref for record in changed])
    assert {record.standing for record in stored.values()} == {Standing.LIVE}
    invoice = stored[changed[1].ref]
    assert isinstance(invoice, Invoice)
    assert invoice.total_minor == 10_000


def test_i5_what_was_hidden_is_shown_as_it_is_though_a_worker_dies_anywhere() -> None:
    hidden, changed = _hidden()
    _show(hidden, changed)
    hidden.queue.send([TendConnection(tenant=TENANT, system=PSA)])
    undisturbed = copied(hidden)
    undisturbed.settle()
    assert unequal(undisturbed) == []
    for at, world in Faults(TendConnection).strike(hidden):
        world.settle()
        assert unequal(world) == [], at


def test_i5_everything_is_read_again_when_a_role_no_longer_hides_more_than_anybody_deletes() -> None:
    world = World()
    for number in range(1001, 1007):
        world.invoice_in_both(str(number), 10_000)
    world.fetch_and_settle()
    away = [world.connectwise.records.pop(Ref(PSA, Kind.INVOICE, f"c{number}")) for number in range(1001, 1006)]
    _tend(world)
    assert "5 of 6 invoices" in world.connections.warnings[PSA][0]
    changed = [_changed(world, record) for record in away]
    world.clock.advance(86_400)
    world.fetch_and_settle()
    _show(world, [replace(record, customer_name="Contoso") for record in changed if isinstance(record, Invoice)])
    _tend(world)
    world.settle()
    assert unequal(world) == []
    assert world.connections.warnings[PSA] == ("", "")
    runs = len(world.runs.runs)
    _tend(world)
    assert len(world.runs.runs) == runs, "once"
