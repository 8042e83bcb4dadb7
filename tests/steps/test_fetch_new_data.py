"""fetch_new_data: what flows in, and that nothing depends on a webhook."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace

import pytest
from crossfoot.core.fetching import FetchKind, FetchRun, FetchState, new_run
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Customer,
    Invoice,
    Kind,
    Payment,
    Ref,
    Standing,
    System,
    Trait,
    TraitName,
    Version,
)
from crossfoot.messages import CrossfootRequest, MirrorPayment, Nudge
from crossfoot.ports import ConnectionState, Position, Window

from tests.fakes.faults import Faults
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
    assert stored is not None
    assert stored == replace(world.quickbooks.invoice("q1001"), version=stored.version, lines=None)
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
    saved = trip.calls.index("save")
    sent = trip.calls.index("send", saved)
    assert "move" not in trip.calls[saved:sent]
    assert "move" in trip.calls[sent:]


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


# --- runs --------------------------------------------------------------------------------------------------------------


def _history(world: World, system: System) -> list[str]:
    return [event.what for event in world.connections.load_history(TENANT, system)]


def _begin(world: World, system: System, kind: FetchKind, *, from_start: bool = False) -> FetchRun:
    run = new_run(system, kind, world.clock.now(), world.clock.stamp())
    return world.runs.begin(TENANT, run, from_start=from_start)


def test_x3_a_first_import_is_a_run_whose_progress_is_what_was_read(world: World) -> None:
    world.quickbooks.put(Customer(Ref(ACCOUNTING, Kind.CUSTOMER, "1"), Version("", ""), Standing.LIVE, "Contoso"))
    world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 5_000})
    world.clock.advance(3_600)
    world.work(_nudge(ACCOUNTING))
    (run,) = world.runs.list_runs(TENANT, cursor="", limit=9).runs
    assert (run.kind, run.state(world.clock.now())) == (FetchKind.FIRST_IMPORT, FetchState.DONE)
    assert run.progress.read == {"customer": 1, "invoice": 1, "payment": 1}
    assert _history(world, ACCOUNTING) == [
        "The first import is complete (begun 2026-11-03 18:00:00 UTC): 1 customer, 1 invoice and 1 payment"
    ]


def test_x3_an_everyday_read_is_no_run(world: World) -> None:
    world.work(_nudge(ACCOUNTING))
    world.clock.advance(3_600)
    world.work(_nudge(ACCOUNTING))
    assert len(world.runs.list_runs(TENANT, cursor="", limit=9).runs) == 1


@pytest.mark.parametrize("mode", [Mode.CRASH_BEFORE, Mode.CRASH_AFTER])
def test_c6_the_history_says_once_what_was_caught_up_however_a_worker_dies(world: World, mode: Mode) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    before = len(_history(world, ACCOUNTING))
    world.connections.states[ACCOUNTING] = ConnectionState.DISCONNECTED
    world.clock.advance(86_400)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.clock.advance(86_400)
    world.connections.states[ACCOUNTING] = ConnectionState.CONNECTED
    _begin(world, ACCOUNTING, FetchKind.CATCH_UP)
    trip = Trip()
    saved = (deepcopy(world.runs.__dict__), deepcopy(world.connections.history), deepcopy(world.book.__dict__))
    world.work(_nudge(ACCOUNTING), trip)
    for call in range(trip.calls.index("fetch_changes"), len(trip.calls)):
        runs, history, book = deepcopy(saved)
        world.runs.__dict__.update(runs)
        world.connections.history = history
        world.book.__dict__.update(book)
        with pytest.raises(Crash):
            world.work(_nudge(ACCOUNTING), Trip(call, mode))
        world.work(_nudge(ACCOUNTING))
        lines = [line for line in _history(world, ACCOUNTING)[before:] if "disconnected" in line]
        assert lines == [
            "Caught up on what happened while it was disconnected (begun 2026-11-05 17:00:10 UTC): 1 invoice and 1 "
            "payment"
        ], f"{mode} at {trip.calls[call]}"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (FetchKind.CATCH_UP, {"invoice": 1, "payment": 1}),
        (FetchKind.NEW_DATA, {"invoice": 1, "payment": 1}),
        (FetchKind.RESYNC, {"invoice": 3, "payment": 1}),
    ],
)
def test_c6_x3_what_a_read_repeats_is_no_news_unless_everything_was_to_be_read(
    world: World, kind: FetchKind, told: dict[str, int]
) -> None:
    for number in ("1001", "1002", "1003"):
        world.invoice_in_both(number, 25_000)
    world.fetch_and_settle()
    world.clock.advance(60)
    world.quickbooks.pay("p1", {"q1002": 25_000})
    run = _begin(world, ACCOUNTING, kind)
    world.work(_nudge(ACCOUNTING))
    done = world.runs.load(TENANT, run.id)
    assert done is not None
    assert done.progress.read == told


def test_c6_a_system_in_which_nothing_happened_while_it_was_disconnected_has_nothing_new(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.clock.advance(60)
    _begin(world, ACCOUNTING, FetchKind.CATCH_UP)
    world.work(_nudge(ACCOUNTING))
    assert _history(world, ACCOUNTING)[-1].endswith(": nothing was new")


def test_i7_a_run_that_begins_while_a_window_is_read_neither_loses_the_window_nor_ends_with_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.clock.advance(3_600)
    fetch = world.quickbooks.fetch_changes

    def pressed_meanwhile(cursor: str) -> Window:
        window = fetch(cursor)
        monkeypatch.setattr(world.quickbooks, "fetch_changes", fetch)
        _begin(world, ACCOUNTING, FetchKind.NEW_DATA)
        return window

    monkeypatch.setattr(world.quickbooks, "fetch_changes", pressed_meanwhile)
    world.work(_nudge(ACCOUNTING))
    run = world.runs.list_runs(TENANT, cursor="", limit=1).runs[0]
    assert (run.kind, run.finished_at) == (FetchKind.NEW_DATA, None)
    world.work(_nudge(ACCOUNTING))
    done = world.runs.load(TENANT, run.id)
    assert done is not None
    assert done.finished_at is not None


def test_i8_a_nudge_that_finds_nothing_asks_for_little_and_writes_the_cursor_only(world: World) -> None:
    world.work(_nudge(ACCOUNTING))
    world.clock.advance(3_600)
    calls = Trip()
    world.work(_nudge(ACCOUNTING), calls)
    # Both say where the read stands; the connection keeps when it was.
    assert calls.calls == ["load", "load", "fetch_changes", "move", "touch"]


# --- filters -----------------------------------------------------------------------------------------------------------

CLIENTS, VENDORS = Trait(TraitName.COMPANY_TYPE, "client"), Trait(TraitName.COMPANY_TYPE, "vendor")
ONLY_CLIENTS = ImportFilters({TraitName.COMPANY_TYPE: frozenset({"client"})})


def _company(world: World, trait: Trait, *, name: str = "Contoso", id_: str = "1") -> Ref:
    ref = Ref(PSA, Kind.CUSTOMER, id_)
    world.connectwise.put(Customer(ref, Version("", ""), Standing.LIVE, name, traits=(trait,)))
    return ref


def _kept(world: World, ref: Ref) -> tuple[bool, bool]:
    record = world.book.load(TENANT, ref)
    assert isinstance(record, Customer | Invoice)
    return record.keeping.left_out, record.keeping.archived


def test_c4_what_the_filters_do_not_let_in_is_kept_left_out_and_nothing_follows_from_it(world: World) -> None:
    world.filters.save(TENANT, ONLY_CLIENTS)
    company = _company(world, VENDORS)
    accounting, psa = world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert _kept(world, company) == _kept(world, psa) == (True, False)
    assert _kept(world, accounting) == (False, False), "the filters are ConnectWise's"
    assert world.book.load_link(TENANT, psa) is None
    assert world.connectwise.writes == 0


def test_c4_the_company_of_an_invoice_decides_also_when_it_came_long_before(world: World) -> None:
    world.filters.save(TENANT, ONLY_CLIENTS)
    _company(world, VENDORS)
    world.fetch_and_settle()
    world.clock.advance(86_400)
    _, psa = world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    assert _kept(world, psa) == (True, False)


def test_c5_what_was_imported_stays_when_the_filters_are_narrowed_and_is_counted_once(world: World) -> None:
    _company(world, VENDORS)
    _, psa = world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.filters.save(TENANT, ONLY_CLIENTS)
    run = _begin(world, PSA, FetchKind.RESYNC, from_start=True)
    world.fetch_and_settle()
    assert _kept(world, psa) == (False, False)
    done = world.runs.load(TENANT, run.id)
    assert done is not None
    assert (done.progress.outside, done.finished_at is not None) == (2, True), "the company and its invoice"


def test_c5_what_was_archived_or_left_out_before_is_not_counted_as_outside(world: World) -> None:
    company = _company(world, VENDORS)
    world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.book.archive(TENANT, [company], archived=True)
    world.filters.save(TENANT, ONLY_CLIENTS)
    run = _begin(world, PSA, FetchKind.RESYNC, from_start=True)
    world.invoice_in_both("1002", 10_000)
    world.fetch_and_settle()
    done = world.runs.load(TENANT, run.id)
    assert done is not None
    assert done.progress.outside == 1, "1001 only: its company is archived, and 1002 was never imported"


def test_c4_filters_that_change_while_a_window_is_read_are_not_overtaken_by_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    _company(world, VENDORS)
    world.invoice_in_both("1001", 25_000)
    fetch = world.connectwise.fetch_changes

    def saved_meanwhile(cursor: str) -> Window:
        window = fetch(cursor)
        monkeypatch.setattr(world.connectwise, "fetch_changes", fetch)
        world.clock.advance(1)
        world.filters.save(TENANT, ONLY_CLIENTS)
        _begin(world, PSA, FetchKind.RESYNC, from_start=True)
        return window

    monkeypatch.setattr(world.connectwise, "fetch_changes", saved_meanwhile)
    world.work(_nudge(PSA))
    assert world.cursors.load(TENANT, PSA).cursor == "", "what was read with the old ones does not count"
    world.work(_nudge(PSA))
    assert world.runs.list_runs(TENANT, cursor="", limit=1).runs[0].progress.outside == 2


def test_c4_two_runs_that_were_begun_in_one_minute_are_both_told(world: World) -> None:
    world.invoice_in_both("1001", 25_000)
    for _ in range(2):
        _begin(world, PSA, FetchKind.RESYNC, from_start=True)
        world.work(_nudge(PSA))
        world.clock.advance(20)
    assert len([line for line in _history(world, PSA) if line.startswith("Everything was read again")]) == 2


def test_c4_a_company_that_is_let_in_at_last_brings_its_invoices(world: World) -> None:
    world.filters.save(TENANT, ONLY_CLIENTS)
    _company(world, VENDORS)
    accounting, psa = world.invoice_in_both("1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    world.clock.advance(86_400)
    _company(world, CLIENTS)
    world.fetch_and_settle()
    assert _kept(world, psa) == (False, False)
    link = world.book.load_link(TENANT, psa)
    assert link is not None
    assert link.accounting == accounting
    assert world.rows("1001") == [(25_000, "2026-11-03")]


def test_c4_a_company_that_is_renamed_and_still_left_out_brings_nothing_in(world: World) -> None:
    world.filters.save(TENANT, ONLY_CLIENTS)
    _company(world, VENDORS)
    _, psa = world.invoice_in_both("1001", 25_000)
    world.fetch_and_settle()
    world.clock.advance(86_400)
    company = _company(world, VENDORS, name="Contoso Ltd")
    world.fetch_and_settle()
    assert _kept(world, company) == _kept(world, psa) == (True, False)
    assert world.book.load_link(TENANT, psa) is None


# --- customers that change ---------------------------------------------------------------------------------------------


def _renamed_world() -> World:
    """An invoice that waits, because its customer has two names: the accountant corrects the one in QuickBooks."""
    world = World()
    customer = Ref(ACCOUNTING, Kind.CUSTOMER, "1")
    world.quickbooks.put(Customer(customer, Version("", ""), Standing.LIVE, "Contosso"))
    world.quickbooks.add_invoice("q1001", "1001", 25_000, customer="Contosso")
    world.connectwise.add_invoice("c1001", "1001", 25_000)
    world.quickbooks.pay("p1", {"q1001": 25_000})
    world.fetch_and_settle()
    assert world.rows("1001") == []
    world.clock.advance(86_400)
    world.quickbooks.put(Customer(customer, Version("", ""), Standing.LIVE, "Contoso"))
    invoice = world.quickbooks.invoice("q1001")
    # QuickBooks shows the new name on the invoice, and does not call that a change of it.
    world.quickbooks.records[invoice.ref] = replace(invoice, customer_name="Contoso")
    world.clock.advance(3_600)
    world.queue.send([_nudge(ACCOUNTING)])
    return world


def test_i9_a_renamed_customer_has_its_invoices_matched_again() -> None:
    world = _renamed_world()
    world.settle()
    stored = world.book.load(TENANT, Ref(ACCOUNTING, Kind.INVOICE, "q1001"))
    assert isinstance(stored, Invoice)
    assert stored.customer_name == "Contoso"
    assert world.rows("1001") == [(25_000, "2026-11-03")]


def test_i9_a_renamed_customer_is_not_forgotten_when_a_worker_dies() -> None:
    faults = Faults(Nudge)
    for at, world in faults.strike(_renamed_world()):
        world.settle()
        assert world.rows("1001") == [(25_000, "2026-11-03")], at
    assert faults.calls


def test_i5_deletions_that_can_no_longer_be_seen_have_the_books_compared_live(world: World) -> None:
    fetch = world.quickbooks.fetch_changes

    def blind(cursor: str) -> Window:
        return replace(fetch(cursor), unseen=(Kind.INVOICE,))

    world.fetch_and_settle()
    world.quickbooks.fetch_changes = blind  # type: ignore[method-assign]
    world.work(_nudge(ACCOUNTING))
    [asked] = [message for message in world.queue.messages if isinstance(message, CrossfootRequest)]
    assert asked.live
    assert "invoice" in asked.because
