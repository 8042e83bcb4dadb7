"""fetch_unpaid_invoices: every unpaid invoice is read again, and what happened elsewhere is healed (I7)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from crossfoot.core.fetching import FetchKind, FetchRun, FetchState, new_run
from crossfoot.core.model import ACCOUNTING, PSA, CreditMemo, Invoice, Keeping, Kind, Ref, Standing, System
from crossfoot.messages import FetchUnpaid, MirrorPayment
from crossfoot.ports import ConnectionState, Found, ListPage
from crossfoot.steps import fetch_unpaid_invoices

from tests.fakes.faults import Faults
from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import TENANT, World


@pytest.fixture
def world() -> World:
    """Both systems hold ten unpaid invoices, which the book knows."""
    world = World()
    for number in range(1001, 1011):
        world.invoice_in_both(str(number), 10_000)
    world.fetch_and_settle()
    world.clock.advance(3_600)
    return world


def _walk(world: World, system: System) -> FetchRun:
    run = new_run(system, FetchKind.UNPAID_INVOICES, world.clock.now(), world.clock.stamp())
    run = world.runs.begin_walk(TENANT, run)
    world.queue.send([FetchUnpaid(tenant=TENANT, system=system, run=run.id)])
    return run


def _silently(world: World, id_: str, **changes: object) -> None:
    """Change a ConnectWise invoice as something does that no list of changes shows."""
    invoice = world.connectwise.invoice(id_)
    world.connectwise.records[invoice.ref] = replace(invoice, **changes)  # type: ignore[arg-type]


def _stored(world: World, system: System, id_: str) -> Invoice:
    record = world.book.load(TENANT, Ref(system, Kind.INVOICE, id_))
    assert isinstance(record, Invoice)
    return record


def test_i7_an_invoice_that_was_paid_elsewhere_is_healed(world: World) -> None:
    _silently(world, "c1001", balance_minor=0, paid_minor=10_000)
    run = _walk(world, PSA)
    world.settle()
    assert _stored(world, PSA, "c1001").balance_minor == 0
    done = world.runs.load(TENANT, run.id)
    assert done is not None
    assert (done.state(world.clock.now()), done.progress.read) == (FetchState.DONE, {"invoice": 10})


def test_i7_deleted_voided_and_changed_invoices_are_healed_too(world: World) -> None:
    del world.connectwise.records[Ref(PSA, Kind.INVOICE, "c1001")]
    _silently(world, "c1002", standing=Standing.VOID, balance_minor=0)
    _silently(world, "c1003", total_minor=9_000, balance_minor=9_000)
    _walk(world, PSA)
    world.settle()
    assert _stored(world, PSA, "c1001").standing is Standing.DELETED
    assert _stored(world, PSA, "c1002").standing is Standing.VOID
    assert _stored(world, PSA, "c1003").total_minor == 9_000


def _credited() -> tuple[World, Ref]:
    """An invoice that a credit memo was applied to, of which no list of changes shows either; and that memo."""
    world = World(rows_move_invoice=False)
    for number in range(1001, 1004):
        world.invoice_in_both(str(number), 10_000)
    memo = world.connectwise.add_credit_memo("c2001", "2001", 3_000)
    world.connectwise.add_credit_memo("c2002", "2002", 3_000, customer="Fabrikam", customer_id="2")
    world.fetch_and_settle()
    world.clock.advance(3_600)
    world.connectwise.apply_credit(Ref(PSA, Kind.INVOICE, "c1001"), 3_000, memo)
    return world, memo


def _left(world: World, memo: Ref) -> int:
    record = world.book.load(TENANT, memo)
    assert isinstance(record, CreditMemo)
    return record.remaining_minor


def _memo_reads(world: World, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Note which credit memos are read."""
    asked: list[list[str]] = []
    fetch = world.connectwise.fetch_credit_memos

    def noted(ids: Sequence[str]) -> Found[CreditMemo]:
        asked.append(list(ids))
        return fetch(ids)

    monkeypatch.setattr(world.connectwise, "fetch_credit_memos", noted)
    return asked


def test_i3_a_credit_that_was_applied_without_a_word_is_taken_off_its_memo_too(monkeypatch: pytest.MonkeyPatch) -> None:
    world, memo = _credited()
    asked = _memo_reads(world, monkeypatch)
    _walk(world, PSA)
    world.settle()
    assert (_stored(world, PSA, "c1001").credited_minor, _left(world, memo)) == (3_000, 0)
    assert asked == [["c2001"]], "that customer's, and no other's"
    world.clock.advance(1)
    _walk(world, PSA)
    world.settle()
    assert len(asked) == 1, "where no credit moved none is read"


def test_i3_a_memo_follows_though_a_worker_dies_anywhere() -> None:
    (credited, memo), faults = _credited(), Faults(FetchUnpaid)
    _walk(credited, PSA)
    for at, world in faults.strike(credited):
        world.settle()
        assert _left(world, memo) == 0, at
    assert faults.calls


def test_i7_a_payment_that_waited_for_what_is_healed_goes_through(world: World) -> None:
    _silently(world, "c1001", total_minor=12_000, balance_minor=12_000)
    world.quickbooks.pay("p1", {"q1001": 10_000})
    _walk(world, PSA)
    world.settle()
    _silently(world, "c1001", total_minor=10_000, balance_minor=10_000)
    world.fetch_and_settle()
    world.clock.advance(3_600)
    _walk(world, PSA)
    world.settle()
    assert world.rows("1001") == [(10_000, "2026-11-03")]


def test_i5_so_many_deletions_at_once_are_not_believed(world: World) -> None:
    for number in range(1001, 1006):
        del world.connectwise.records[Ref(PSA, Kind.INVOICE, f"c{number}")]
    _walk(world, PSA)
    world.settle()
    assert _stored(world, PSA, "c1001").standing is Standing.LIVE


def test_c4_what_the_filters_left_out_is_neither_read_nor_brought_in(world: World) -> None:
    ref = Ref(PSA, Kind.INVOICE, "c2001")
    world.connectwise.add_invoice("c2001", "2001", 5_000)
    left_out = replace(world.connectwise.invoice("c2001"), keeping=Keeping(left_out=True))
    world.book.save(TENANT, [left_out])
    asked: list[str] = []
    fetch = world.connectwise.fetch_invoices

    def listen(ids: Sequence[str]) -> Found[Invoice]:
        asked.extend(ids)
        return fetch(ids)

    world.connectwise.fetch_invoices = listen  # type: ignore[method-assign]
    _walk(world, PSA)
    world.settle()
    assert len(asked) == 10
    assert "c2001" not in asked
    stored = world.book.load(TENANT, ref)
    assert isinstance(stored, Invoice)
    assert stored.keeping.left_out


def test_c5_an_archived_invoice_stays_archived(world: World) -> None:
    ref = Ref(PSA, Kind.INVOICE, "c1001")
    world.book.archive(TENANT, [ref], archived=True)
    _walk(world, PSA)
    world.settle()
    assert _stored(world, PSA, "c1001").keeping.archived


def _short_page(list_unpaid: Callable[..., ListPage], *args: Any, limit: int, **kwargs: Any) -> ListPage:
    return list_unpaid(*args, limit=min(limit, 2), **kwargs)


def test_i7_reads_are_filled_well_whatever_the_size_of_a_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_unpaid_invoices, "INVOICES_PER_READ", 6)
    monkeypatch.setattr(world.book, "list_unpaid", partial(_short_page, world.book.list_unpaid))
    before = world.connectwise.reads
    _walk(world, PSA)
    world.settle()
    assert world.connectwise.reads - before == 2, "ten invoices, six a call"


def test_i7_a_long_walk_goes_on_in_the_next_invocation_from_where_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_unpaid_invoices, "INVOICES_PER_READ", 3)
    world.remaining_ms = lambda: 0
    run = _walk(world, PSA)
    messages = 0
    while world.queue.messages:
        messages += 1
        world.work(world.queue.messages.pop(0))
    assert messages == 4, "three invoices each"
    done = world.runs.load(TENANT, run.id)
    assert done is not None
    assert (done.progress.read, done.finished_at is not None) == ({"invoice": 10}, True)


@pytest.mark.parametrize("mode", list(Mode))
def test_x3_a_walk_that_dies_anywhere_goes_on_and_counts_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch, mode: Mode
) -> None:
    monkeypatch.setattr(fetch_unpaid_invoices, "INVOICES_PER_READ", 4)
    trip = Trip()
    _walk(world, PSA)
    world.settle(trip, only=FetchUnpaid)
    for call in range(len(trip.calls)):
        world.clock.advance(3_600)
        run = _walk(world, PSA)
        world.settle(Trip(call, mode), only=FetchUnpaid)
        done = world.runs.load(TENANT, run.id)
        assert done is not None
        assert (done.progress.read, done.finished_at is not None) == ({"invoice": 10}, True), trip.calls[call]


def test_i7_what_follows_comes_from_what_was_read_and_not_from_what_was_saved(world: World) -> None:
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.queue.messages.clear()
    world.book.save(TENANT, [world.quickbooks.records[Ref(ACCOUNTING, Kind.PAYMENT, "p1")]])
    _walk(world, ACCOUNTING)
    message = world.queue.messages.pop(0)
    before = _stored(world, ACCOUNTING, "q1001").balance_minor
    calls = 0
    while _stored(world, ACCOUNTING, "q1001").balance_minor == before:
        with pytest.raises(Crash):
            world.work(message, Trip(calls, Mode.CRASH_AFTER))
        calls += 1
    assert world.queue.messages == [], "it died right after it had saved"
    world.work(message)
    assert [m.payment_id for m in world.queue.messages if isinstance(m, MirrorPayment)] == ["p1"]


def test_c6_while_a_system_is_not_connected_its_walk_stays_where_it_is(world: World) -> None:
    world.connections.states[PSA] = ConnectionState.DISCONNECTED
    run = _walk(world, PSA)
    reads = world.connectwise.reads
    world.settle()
    world.clock.advance(3_600)
    assert world.connectwise.reads == reads
    stands = world.runs.load(TENANT, run.id)
    assert stands is not None
    assert stands.state(world.clock.now()) is FetchState.STUCK
    world.connections.states[PSA] = ConnectionState.CONNECTED
    assert _walk(world, PSA).id == run.id, "pressing again goes on with it"
    world.settle()
    done = world.runs.load(TENANT, run.id)
    assert done is not None
    assert done.finished_at is not None


def test_a_run_that_is_unknown_or_over_is_done(world: World) -> None:
    message = FetchUnpaid(tenant=TENANT, system=PSA, run="20260101T000000.000000Z-00000000")
    reads = world.connectwise.reads
    world.work(message)
    assert world.connectwise.reads == reads


def test_x5_an_invoice_that_cannot_be_read_is_not_taken_for_deleted(world: World) -> None:
    ref = Ref(PSA, Kind.INVOICE, "c1001")
    world.connectwise.unreadable.add(ref)
    _walk(world, PSA)
    world.settle()
    stored = world.book.load(TENANT, ref)
    assert stored is not None
    assert stored.standing is Standing.LIVE
