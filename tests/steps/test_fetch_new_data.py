"""fetch_new_data: what flows in, and that nothing depends on a webhook."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from crossfoot.core.model import ACCOUNTING, PSA, Customer, Kind, Payment, Ref, Standing, System, Version
from crossfoot.messages import MirrorPayment, Nudge
from crossfoot.ports import ConnectionState, Position, Window

from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import TENANT, World


@pytest.fixture
def world() -> World:
    return World()


def _nudge(system: System) -> Nudge:
    return Nudge(tenant=TENANT, system=system)


def test_i1_customers_invoices_and_payments_flow_in(world: World) -> None:
    customer = Customer(Ref(ACCOUNTING, Kind.CUSTOMER, "1"), Version("", ""), Standing.LIVE, "Contoso")
    world.quickbooks.put(customer)
    accounting, psa = world.invoice_in_both("1001", 25_000)
    payment = world.quickbooks.pay("p1", {"q1001": 5_000})
    world.work(_nudge(ACCOUNTING))
    world.work(_nudge(PSA))
    assert {ref for _, ref in world.book.records} == {customer.ref, accounting, psa, payment}


def test_i2_a_changed_amount_flows_in_and_nothing_flows_out(world: World) -> None:
    accounting, _ = world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.clock.advance(3_600)
    world.quickbooks.add_invoice("q1001", "1001", 30_000)
    world.fetch_and_settle()
    stored = world.book.load(TENANT, accounting)
    assert stored == replace(world.quickbooks.invoice("q1001"), version=stored.version if stored else Version("", ""))
    assert world.connectwise.writes == 0
    assert world.connectwise.invoice("c1001").total_minor == 25_000


def test_i3_a_partial_payment_lowers_what_is_open(world: World) -> None:
    accounting, _ = world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    stored = world.book.load(TENANT, accounting)
    assert getattr(stored, "balance_minor", None) == 15_000


def test_i4_an_invoice_that_is_in_one_system_only_is_not_made_in_the_other(world: World) -> None:
    world.invoice_in_both("1001", 25_000, connectwise=False)
    world.fetch_and_settle()
    assert world.connectwise.records == {}
    assert world.connectwise.writes == 0


def test_i5_a_deleted_payment_keeps_what_was_known_of_it(world: World) -> None:
    accounting, _ = world.invoice_in_both("1001", 25_000)
    payment = world.quickbooks.pay("p1", {"q1001": 10_000})
    world.fetch_and_settle()
    world.quickbooks.delete("p1")
    world.fetch_and_settle()
    stored = world.book.load(TENANT, payment)
    assert isinstance(stored, Payment)
    assert (stored.standing, stored.former_invoices) == (Standing.DELETED, (accounting,))


def test_i8_a_read_reaches_the_same_end_without_any_webhook(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.clock.advance(86_400)
    world.fetch_and_settle()
    world.check_at_rest()
    assert world.rows("1001") == [(25_000, "2026-11-03")]


def test_i8_what_follows_comes_from_what_was_fetched_and_not_from_what_was_saved(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.work(_nudge(PSA))
    world.quickbooks.pay("p1", {"q1001": 25_000})
    calls = Trip()
    world.work(_nudge(ACCOUNTING), calls)
    world = World()
    world.invoice_in_both("1001", 25_000)
    world.work(_nudge(PSA))
    world.quickbooks.pay("p1", {"q1001": 25_000})
    with pytest.raises(Crash):
        world.work(_nudge(ACCOUNTING), Trip(calls.calls.index("save"), Mode.CRASH_AFTER))
    assert world.queue.messages == []
    world.work(_nudge(ACCOUNTING))
    assert [m for m in world.queue.messages if isinstance(m, MirrorPayment)]


def test_i8_the_cursor_moves_last(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    trip = Trip()
    world.work(_nudge(ACCOUNTING), trip)
    assert trip.calls.index("save") < trip.calls.index("send") < trip.calls.index("move")


def test_c6_a_disconnected_system_is_not_read_and_its_cursor_stays(world: World) -> None:
    world.work(_nudge(ACCOUNTING))
    cursor = world.cursors.load(TENANT, ACCOUNTING)
    world.connections.states[ACCOUNTING] = ConnectionState.DISCONNECTED
    world.clock.advance(3_600)
    reads = world.quickbooks.reads
    world.work(_nudge(ACCOUNTING))
    assert (world.quickbooks.reads, world.cursors.load(TENANT, ACCOUNTING)) == (reads, cursor)


def test_c6_what_happened_while_disconnected_is_caught_up_from_the_cursor(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.connections.states[ACCOUNTING] = ConnectionState.DISCONNECTED
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.clock.advance(86_400)
    world.fetch_and_settle()
    assert world.rows("1001") == []
    world.connections.states[ACCOUNTING] = ConnectionState.CONNECTED
    world.fetch_and_settle()
    assert world.rows("1001") == [(25_000, "2026-11-03")]


class Pages:
    """A source with more pages than one invocation reads."""

    def __init__(self, world: World, pages: int) -> None:
        self.world = world
        self.pages = pages
        self.read: list[str] = []

    system = ACCOUNTING

    def fetch_changes(self, cursor: str) -> Window:
        self.read.append(cursor)
        page = int(cursor or 0) + 1
        return Window((), str(page), more=page < self.pages)


def test_i8_a_long_import_goes_on_in_the_next_invocation_and_never_starts_over(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = Pages(world, pages=23)
    monkeypatch.setattr(world, "source", lambda tenant, system: source)
    world.queue.send([_nudge(ACCOUNTING)])
    invocations = _invoke_each(world, lambda: 4_000 * len(source.read))
    assert source.read == ["", *(str(page) for page in range(1, source.pages))]
    assert invocations == [5, 5, 5, 5, 3], "the windows that fit into thirty seconds, at four seconds each"
    assert world.cursors.load(TENANT, ACCOUNTING) == Position(str(source.pages))


def _invoke_each(world: World, clock_ms: Callable[[], int]) -> list[int]:
    """Work the queue empty, thirty seconds for each message. Returns: how many windows each read, at four seconds."""
    windows = []
    while world.queue.messages:
        began_ms = clock_ms()
        world.remaining_ms = lambda began_ms=began_ms: 30_000 - (clock_ms() - began_ms)  # type: ignore[misc]
        world.work(world.queue.messages.pop(0))
        windows.append((clock_ms() - began_ms) // 4_000)
    return windows


def test_x1_a_record_that_cannot_be_kept_exactly_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = Ref(ACCOUNTING, Kind.PAYMENT, "9")
    monkeypatch.setattr(world.quickbooks, "fetch_changes", lambda cursor: Window((), "1", unreadable=(ref,)))
    world.work(_nudge(ACCOUNTING))
    assert world.history.load(TENANT, ref)[0].item.rule == "X5"
