"""tend_connection: what no list of changes tells is found once a day (I5, I8, C7)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from crossfoot.core.fetching import FetchKind
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    CreditMemo,
    Customer,
    Invoice,
    Kind,
    Line,
    LineKind,
    Ref,
    Standing,
    System,
    Trait,
    TraitName,
    Version,
)
from crossfoot.messages import MirrorPayment, TendConnection
from crossfoot.ports import ConnectionState, Position
from crossfoot.steps import tend_connection

from tests.fakes.copies import copied
from tests.fakes.faults import Faults
from tests.fakes.world import TENANT, World

OF_OLD = Version("2026-01-02T03:04:05Z", "2026-01-02T03:04:05Z")
ONLY_CLIENTS = ImportFilters({TraitName.COMPANY_TYPE: frozenset({"client"})})

type Counted = Customer | Invoice | CreditMemo


@pytest.fixture
def world() -> World:
    return _world()


def _world() -> World:
    """ConnectWise holds two companies, ten invoices and a credit memo; QuickBooks a payment for one of the invoices."""
    world = World()
    for id_, name in (("1", "Contoso"), ("2", "Fabrikam")):
        ref = Ref(PSA, Kind.CUSTOMER, id_)
        world.connectwise.put(Customer(ref, Version("", ""), Standing.LIVE, name, traits=(_type_of("vendor"),)))
    for number in range(1001, 1011):
        world.invoice_in_both(str(number), 10_000)
    world.connectwise.add_credit_memo("c2001", "2001", 2_000)
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    world.clock.advance(86_400)
    return world


def _type_of(value: str) -> Trait:
    return Trait(TraitName.COMPANY_TYPE, value)


def _tend(world: World, system: System = PSA) -> None:
    world.work(TendConnection(tenant=TENANT, system=system))


def _standing(world: World, ref: Ref) -> Standing:
    record = world.book.load(TENANT, ref)
    assert record is not None
    return record.standing


def _history(world: World, system: System = PSA) -> list[str]:
    return [event.what for event in world.connections.load_history(TENANT, system)]


# --- the census --------------------------------------------------------------------------------------------------------


def test_i5_companies_invoices_and_credit_memos_that_are_gone_are_deleted(world: World) -> None:
    gone = [Ref(PSA, Kind.CUSTOMER, "2"), Ref(PSA, Kind.INVOICE, "c1002"), Ref(PSA, Kind.CREDIT_MEMO, "c2001")]
    for ref in gone:
        del world.connectwise.records[ref]
    _tend(world)
    assert {ref: _standing(world, ref) for ref in gone} == dict.fromkeys(gone, Standing.DELETED)
    assert _standing(world, Ref(PSA, Kind.INVOICE, "c1001")) is Standing.LIVE
    assert "Found 2 deleted in ConnectWise: 1002, 2001" in _history(world)


def test_i5_a_payment_on_an_invoice_that_is_gone_says_so(world: World) -> None:
    del world.connectwise.records[Ref(PSA, Kind.INVOICE, "c1001")]
    world.connectwise.rows.clear()
    _tend(world)
    assert [m.payment_id for m in world.queue.messages if isinstance(m, MirrorPayment)] == ["p1"]


def test_i9_an_invoice_that_was_entered_again_takes_the_place_of_the_one_that_is_gone(world: World) -> None:
    accounting = Ref(ACCOUNTING, Kind.INVOICE, "q1002")
    again = world.connectwise.add_invoice("c3002", "1002", 10_000)
    world.fetch_and_settle()
    assert world.book.load_link(TENANT, again) is None
    del world.connectwise.records[Ref(PSA, Kind.INVOICE, "c1002")]
    _tend(world)
    link = world.book.load_link(TENANT, accounting)
    assert link is not None
    assert link.psa == again


def test_i5_more_than_anybody_deletes_is_not_believed_and_the_partner_is_warned(world: World) -> None:
    held_back = [world.connectwise.records.pop(Ref(PSA, Kind.INVOICE, f"c{n}")) for n in range(1001, 1006)]
    _tend(world)
    assert _standing(world, held_back[0].ref) is Standing.LIVE
    reason, fix = world.connections.warnings[PSA]
    assert "5 of 11 invoices" in reason
    assert "security role" in fix
    _tend(world)
    assert len([line for line in _history(world) if "5 of 11" in line]) == 1
    world.connectwise.records.update({record.ref: record for record in held_back})
    _tend(world)
    assert world.connections.warnings[PSA] == ("", "")


def test_i5_what_the_partner_archived_is_missed_no_longer(world: World) -> None:
    gone = [Ref(PSA, Kind.INVOICE, f"c{n}") for n in range(1001, 1006)]
    for ref in gone:
        del world.connectwise.records[ref]
    world.book.archive(TENANT, gone, archived=True)
    _tend(world)
    assert world.connections.warnings.get(PSA, ("", "")) == ("", "")


def test_i5_a_record_that_is_made_while_the_census_runs_is_not_missed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch_ids = world.connectwise.fetch_ids

    def made_meanwhile(kind: Kind) -> frozenset[str]:
        found = fetch_ids(kind)
        if kind is Kind.INVOICE:
            world.connectwise.add_invoice("c4001", "4001", 500)
            world.fetch_and_settle()
        return found

    monkeypatch.setattr(world.connectwise, "fetch_ids", made_meanwhile)
    _tend(world)
    assert _standing(world, Ref(PSA, Kind.INVOICE, "c4001")) is Standing.LIVE


def test_i5_a_census_that_finds_nothing_writes_nothing(world: World) -> None:
    _tend(world)
    before = dict(world.book.records)
    lines = _history(world)
    _tend(world)
    assert (world.book.records, _history(world)) == (before, lines)
    assert world.queue.messages == []


def test_i5_a_census_that_dies_anywhere_still_lets_the_payments_follow() -> None:
    def told(world: World) -> list[str]:
        return [dated.item.code for dated in world.history.load(TENANT, Ref(ACCOUNTING, Kind.PAYMENT, "p1"))]

    deleted = _world()
    del deleted.connectwise.records[Ref(PSA, Kind.INVOICE, "c1001")]
    deleted.connectwise.rows.clear()
    deleted.queue.send([TendConnection(tenant=TENANT, system=PSA)])
    undisturbed = copied(deleted)
    assert told(undisturbed) == []
    undisturbed.settle()
    assert told(undisturbed) != []
    for at, world in Faults(TendConnection).strike(deleted):
        world.settle()
        assert told(world) == told(undisturbed), at
        assert _standing(world, Ref(PSA, Kind.INVOICE, "c1001")) is Standing.DELETED, at


# --- what the book never had -------------------------------------------------------------------------------------------


def _restore(world: World, record: Counted) -> Ref:
    """Let a record be there as it was long ago: nothing that changes shows it."""
    world.connectwise.records[record.ref] = replace(record, version=OF_OLD)
    return record.ref


def _an_invoice(world: World, id_: str, number: str = "") -> Counted:
    like = world.connectwise.invoice("c1003")
    return replace(like, ref=Ref(PSA, Kind.INVOICE, id_), number=number or id_)


@pytest.fixture
def unheard_of(world: World) -> list[Ref]:
    """A company, an invoice and a credit memo that no list of changes ever showed."""
    company = world.connectwise.customer("1")
    memo = world.connectwise.records[Ref(PSA, Kind.CREDIT_MEMO, "c2001")]
    assert isinstance(memo, CreditMemo)
    again = [
        replace(company, ref=Ref(PSA, Kind.CUSTOMER, "9"), name="Tailspin"),
        _an_invoice(world, "c5001"),
        replace(memo, ref=Ref(PSA, Kind.CREDIT_MEMO, "c5002"), number="c5002"),
    ]
    return [_restore(world, record) for record in again]


def test_i1_what_is_there_and_never_came_in_is_let_in(world: World, unheard_of: list[Ref]) -> None:
    world.fetch_and_settle()
    assert world.book.load_many(TENANT, unheard_of) == {}, "no list of changes shows it"
    _tend(world)
    assert {ref: _standing(world, ref) for ref in unheard_of} == dict.fromkeys(unheard_of, Standing.LIVE)
    invoice = world.book.load(TENANT, unheard_of[1])
    assert isinstance(invoice, Invoice)
    assert "Found 2 in ConnectWise that had never come in: c5001, c5002" in _history(world)
    before = _history(world)
    _tend(world)
    assert _history(world) == before


def test_i1_what_is_let_in_late_joins_its_copy_and_takes_its_payment(world: World) -> None:
    world.quickbooks.add_invoice("q6001", "6001", 10_000)
    world.quickbooks.pay("p6", {"q6001": 10_000})
    world.fetch_and_settle()
    _restore(world, _an_invoice(world, "c6001", "6001"))
    _tend(world)
    world.settle()
    assert world.rows("6001") == [(10_000, "2026-11-03")]


def test_i1_what_is_let_in_late_is_joined_though_a_worker_dies_anywhere() -> None:
    unheard_of = World()
    unheard_of.quickbooks.add_invoice("q6001", "6001", 10_000)
    unheard_of.quickbooks.pay("p6", {"q6001": 10_000})
    like = unheard_of.connectwise.add_invoice("c6001", "6001", 10_000)
    late = unheard_of.connectwise.records.pop(like)
    unheard_of.fetch_and_settle()
    unheard_of.clock.advance(3_600)
    assert isinstance(late, Invoice)
    _restore(unheard_of, late)
    unheard_of.queue.send([TendConnection(tenant=TENANT, system=PSA)])
    undisturbed = copied(unheard_of)
    undisturbed.settle()
    assert undisturbed.rows("6001") == [(10_000, "2026-11-03")], "without a comparison"
    for at, world in Faults(TendConnection).strike(unheard_of):
        world.settle()
        world.crossfoot()
        world.settle()
        assert world.rows("6001") == [(10_000, "2026-11-03")], at
        assert len([line for line in _history(world) if "never come in" in line]) == 1, at


def test_i1_lines_come_with_what_is_let_in_late(world: World) -> None:
    line = Line("1", LineKind.TIME, "Cabling", 10_000)
    hidden = _an_invoice(world, "c5001")
    assert isinstance(hidden, Invoice)
    ref = _restore(world, replace(hidden, lines=(line,)))
    _tend(world)
    stored = world.book.load(TENANT, ref)
    assert isinstance(stored, Invoice)
    assert world.book.load_lines(TENANT, stored) == (line,)


def test_c4_what_is_let_in_late_passes_the_filters_too(world: World, unheard_of: list[Ref]) -> None:
    world.filters.save(TENANT, ONLY_CLIENTS)
    _tend(world)
    stored = world.book.load(TENANT, unheard_of[0])
    assert isinstance(stored, Customer)
    assert stored.keeping.left_out


def test_i8_what_changed_just_now_is_left_to_the_list_of_changes(world: World) -> None:
    ref = world.connectwise.add_invoice("c4001", "4001", 500)
    _tend(world)
    assert world.book.load(TENANT, ref) is None
    assert not any("never come in" in line for line in _history(world))


def test_x5_what_cannot_be_kept_exactly_is_said_of_what_is_let_in_late_too(world: World) -> None:
    ref = _restore(world, _an_invoice(world, "c5001"))
    world.connectwise.unreadable.add(ref)
    _tend(world)
    _tend(world)
    assert world.book.load(TENANT, ref) is None
    assert [dated.item.code for dated in world.history.load(TENANT, ref)] == ["unreadable"]
    assert not any("never come in" in line for line in _history(world))


@pytest.mark.parametrize("position", [Position(), Position("2026-11-03T17:00:00Z", "r-1")], ids=["none", "a run"])
def test_i8_while_everything_is_read_nothing_is_unheard_of(
    world: World, unheard_of: list[Ref], position: Position, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.cursors, "load", lambda *_: position)
    _tend(world)
    assert world.book.load_many(TENANT, unheard_of) == {}


def test_i8_more_than_a_few_calls_read_come_with_everything_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tend_connection, "READ_BY_ID", 3)
    world.clock.advance(tend_connection.EVERYTHING_AGAIN_EVERY.total_seconds())
    refs = [_restore(world, _an_invoice(world, f"c500{n}")) for n in range(5)]
    _tend(world)
    assert "Found 5 in ConnectWise that had never come in: everything is read again" in _history(world)
    world.settle()
    assert len(world.book.load_many(TENANT, refs)) == 5
    [run, _] = [run for run in world.runs.list_runs(TENANT, cursor="", limit=10).runs if run.system is PSA]
    assert (run.kind, run.finished_at is not None) == (FetchKind.RESYNC, True)
    assert any(line.startswith("Everything was read again") for line in _history(world))


def test_i8_everything_is_not_read_again_every_day_for_what_that_did_not_bring(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tend_connection, "READ_BY_ID", 3)
    refs = [_restore(world, _an_invoice(world, f"c500{n}")) for n in range(5)]
    _tend(world)
    assert world.queue.messages == [], "everything was read a day ago"
    assert len(world.book.load_many(TENANT, refs)) == 3
    _tend(world)
    assert len(world.book.load_many(TENANT, refs)) == 5


# --- credits -----------------------------------------------------------------------------------------------------------


def test_i3_what_is_left_of_a_credit_memo_is_read_though_it_does_not_show_as_changed() -> None:
    world = World(rows_move_invoice=False)
    _, psa = world.invoice_in_both("1001", 10_000)
    memo = world.connectwise.add_credit_memo("c2001", "2001", 2_000)
    world.connectwise.add_credit_memo("c2002", "2002", 2_000)
    world.fetch_and_settle()
    world.clock.advance(3_600)
    world.fetch_and_settle()
    world.connectwise.apply_credit(psa, 1_500, memo)
    world.fetch_and_settle()
    stored = world.book.load(TENANT, memo)
    assert isinstance(stored, CreditMemo)
    assert stored.remaining_minor == 2_000
    reads = world.connectwise.reads
    _tend(world)
    stored = world.book.load(TENANT, memo)
    assert isinstance(stored, CreditMemo)
    assert stored.remaining_minor == 500
    assert world.connectwise.reads - reads == 3, "the ids of companies and invoices, and the memos"


# --- callbacks and the end of life -------------------------------------------------------------------------------------


def test_i8_callbacks_that_connectwise_dropped_are_registered_again_and_the_history_says_so(world: World) -> None:
    _tend(world)
    world.keys.registered.clear()
    before = len(_history(world))
    _tend(world)
    assert world.keys.registered == {f"https://crossfoot.example/webhooks/connectwise/{TENANT}-token"}
    assert _history(world)[before:] == ["Registered 1 callbacks again that ConnectWise had dropped"]
    _tend(world)
    assert len(_history(world)) == before + 1


def test_c7_the_end_of_a_consent_is_told_ahead_once_and_the_connection_goes_on(world: World) -> None:
    world.connections.expire_at[ACCOUNTING] = world.clock.now() + timedelta(days=20)
    reads = world.quickbooks.reads
    _tend(world, ACCOUNTING)
    _tend(world, ACCOUNTING)
    connection = world.connections.load(TENANT, ACCOUNTING)
    assert connection is not None
    assert connection.state is ConnectionState.CONNECTED
    assert "2026-11-24" in connection.reason
    assert len([line for line in _history(world, ACCOUNTING) if "2026-11-24" in line]) == 1
    assert world.quickbooks.reads == reads, "nothing is metered for it"
    world.connections.expire_at[ACCOUNTING] = world.clock.now() + timedelta(days=100)
    _tend(world, ACCOUNTING)
    assert world.connections.warnings[ACCOUNTING] == ("", "")


@pytest.mark.parametrize("state", [ConnectionState.DISCONNECTED, ConnectionState.NEEDS_ATTENTION])
def test_c7_a_connection_that_does_not_work_is_left_alone(world: World, state: ConnectionState) -> None:
    world.connections.states[PSA] = state
    reads = world.connectwise.reads
    _tend(world)
    assert world.connectwise.reads == reads
