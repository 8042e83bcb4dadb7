"""Customers that are renamed or let in at last: their invoices follow, however many, and no vendor is asked (I9, C4)."""

import pickle
from dataclasses import replace
from math import ceil

from crossfoot.core.fetching import FetchKind, new_run
from crossfoot.core.filters import ImportFilters
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Billed,
    CreditMemo,
    Customer,
    Invoice,
    Kind,
    Ref,
    Standing,
    System,
    Trait,
    TraitName,
    Version,
)
from crossfoot.letting_in import CUSTOMERS_PER_MESSAGE, PAGE
from crossfoot.messages import FollowCustomers, Message, Nudge

from tests.fakes.equality import unequal
from tests.fakes.trip import Mode, Trip
from tests.fakes.vendors import FakeConnectWise, FakeQuickBooks
from tests.fakes.world import TENANT, World

CLIENTS, VENDORS = Trait(TraitName.COMPANY_TYPE, "client"), Trait(TraitName.COMPANY_TYPE, "vendor")
ONLY_CLIENTS = ImportFilters({TraitName.COMPANY_TYPE: frozenset({"client"})})
DAY = "2026-11-03"


def _bill(world: World, ref: Ref) -> Billed:
    record = world.book.load(TENANT, ref)
    assert isinstance(record, Invoice | CreditMemo)
    return record


def _invoice(id_: str, system: System = ACCOUNTING) -> Ref:
    return Ref(system, Kind.INVOICE, id_)


def _read(world: World) -> None:
    """Let the book know everything, and so long ago that no read repeats any of it."""
    for _ in range(2):
        world.fetch_and_settle()
        world.clock.advance(86_400)


def _work_off(world: World) -> list[Message]:
    """Work the queue empty, an invocation each. Returns: what was worked off."""
    done: list[Message] = []
    while world.queue.messages:
        world.clock.advance(1)
        done.append(world.queue.messages.pop(0))
        world.work(done[-1])
    return done


# --- renamed -----------------------------------------------------------------------------------------------------------


def _many_customers(number: int) -> World:
    """Give customers with an invoice each, which has no number: matching has nothing to do."""
    world = World()
    for each in range(number):
        world.quickbooks.add_customer(str(each), f"Customer {each}")
        world.quickbooks.add_invoice(str(each), "", 1_000, customer=f"Customer {each}", customer_id=str(each))
    _read(world)
    return world


def _import_new_names(books: FakeQuickBooks) -> None:
    """Rename every customer, as an import into QuickBooks does."""
    for ref, record in [*books.records.items()]:
        if isinstance(record, Customer):
            books.put(replace(record, name=f"{record.name} Ltd"))
        elif isinstance(record, Invoice):
            books.records[ref] = replace(record, customer_name=f"{record.customer_name} Ltd")


def test_i9_hundreds_of_renamed_customers_cost_no_call_beyond_the_one_that_shows_them() -> None:
    world = _many_customers(300)
    _import_new_names(world.quickbooks)
    reads = world.quickbooks.reads
    world.queue.send([Nudge(tenant=TENANT, system=ACCOUNTING)])
    done = _work_off(world)
    assert world.quickbooks.reads - reads == 1
    assert len(done) == 1 + ceil(300 / CUSTOMERS_PER_MESSAGE)
    assert {_bill(world, _invoice(str(each))).customer_name for each in range(300)} == {
        f"Customer {each} Ltd" for each in range(300)
    }


def _large_customer(invoices: int) -> World:
    """Give a customer with many invoices that wait, because it has two names; the one in QuickBooks is corrected."""
    world = World()
    world.quickbooks.add_customer("1", "Contosso")
    for each in range(invoices):
        world.quickbooks.add_invoice(f"q{each}", "", 1_000, customer="Contosso")
    world.quickbooks.add_credit_memo("m1", "CM-1", 500, customer="Contosso")
    # The last to be come by: lists show the newest first, and those of one day from their last id down.
    world.quickbooks.add_invoice("a", "1001", 25_000, customer="Contosso")
    world.connectwise.add_invoice("c1001", "1001", 25_000)
    world.quickbooks.pay("p1", {"a": 25_000})
    _read(world)
    assert world.rows("1001") == []
    world.quickbooks.rename_customer("1", "Contoso")
    world.queue.send([Nudge(tenant=TENANT, system=ACCOUNTING)])
    return world


def _check_joined_and_equal(world: World) -> None:
    assert world.rows("1001") == [(25_000, DAY)]
    # What we wrote ourselves is read back.
    world.clock.advance(3_600)
    world.fetch_and_settle()
    assert unequal(world) == []


def test_i9_a_customer_with_more_invoices_than_a_worker_has_time_for_goes_on_from_where_it_was() -> None:
    world = _large_customer(3 * PAGE)
    world.remaining_ms = lambda: 0
    done = _work_off(world)
    follows = [message for message in done if isinstance(message, FollowCustomers)]
    assert len({(each.kind_at, each.place) for each in follows}) == len(follows) == 4, "nothing is gone over twice"
    assert done.index(follows[0]) == 1, "the cursor is not held up"
    assert world.cursors.load(TENANT, ACCOUNTING).cursor
    names = {_bill(world, ref).customer_name for _, ref in world.book.records if ref.kind is Kind.INVOICE}
    assert names == {"Contoso"}
    assert _bill(world, Ref(ACCOUNTING, Kind.CREDIT_MEMO, "m1")).customer_name == "Contoso"
    _check_joined_and_equal(world)


def test_i9_a_worker_that_dies_on_its_way_through_a_customer_loses_none_of_its_invoices() -> None:
    played = pickle.dumps(_large_customer(PAGE))
    undisturbed = Trip()
    world = _behind_the_read(played)
    world.work(world.queue.messages[0], undisturbed)
    assert undisturbed.calls[-1] == "send", "the rest"
    for called in ("revise", "send"):
        point = len(undisturbed.calls) - 1 - undisturbed.calls[::-1].index(called)
        for mode in Mode:
            world = _behind_the_read(played)
            world.settle(Trip(point, mode), only=FollowCustomers)
            _check_joined_and_equal(world)


def _behind_the_read(played: bytes) -> World:
    """Give the world with the customer read, and its invoices still to follow."""
    world = pickle.loads(played)
    assert isinstance(world, World)
    world.remaining_ms = lambda: 0
    world.work(world.queue.messages.pop(0))
    return world


def test_i9_a_customer_below_another_one_is_followed_by_the_name_that_its_invoices_show() -> None:
    world = World()
    below = Customer(
        Ref(ACCOUNTING, Kind.CUSTOMER, "1"), Version("", ""), Standing.LIVE, "Group:Contosso", billed_as="Contosso"
    )
    world.quickbooks.put(below)
    world.quickbooks.add_invoice("q1", "1", 1_000, customer="Contosso")
    _read(world)
    world.quickbooks.put(replace(below, name="Holding:Contosso"))
    world.queue.send([Nudge(tenant=TENANT, system=ACCOUNTING)])
    assert [type(message) for message in _work_off(world)] == [Nudge], "its invoices show nothing of that"
    world.quickbooks.put(replace(below, name="Holding:Contoso", billed_as="Contoso"))
    world.clock.advance(3_600)
    world.fetch_and_settle()
    assert _bill(world, _invoice("q1")).customer_name == "Contoso"


def test_i9_a_name_that_was_read_after_the_customer_stands() -> None:
    """The customer is renamed once more, and its invoice changed, between the two pages of one read."""
    world = World()
    world.quickbooks.add_customer("1", "Contosso")
    world.quickbooks.add_invoice("q1", "1", 1_000, customer="Contosso")
    _read(world)
    world.quickbooks.rename_customer("1", "Contoso")
    world.queue.send([Nudge(tenant=TENANT, system=ACCOUNTING)])
    world.work(world.queue.messages.pop(0))
    world.clock.advance(5)
    newer = replace(world.quickbooks.invoice("q1"), customer_name="Contoso AG", balance_minor=0)
    world.book.save(TENANT, [replace(newer, version=Version(world.clock.stamp(), world.clock.stamp()))])
    _work_off(world)
    assert _bill(world, _invoice("q1")).customer_name == "Contoso AG"


def test_i9_a_read_from_before_a_rename_that_is_saved_after_it_brings_its_balance_and_not_the_former_name() -> None:
    world = World()
    world.quickbooks.add_customer("1", "Contosso")
    world.quickbooks.add_invoice("q1", "1", 1_000, customer="Contosso")
    _read(world)
    stored = _bill(world, _invoice("q1"))
    assert isinstance(stored, Invoice)
    # Somebody reads every unpaid invoice meanwhile, and is slow.
    on_its_way = replace(stored, balance_minor=400, version=Version(stored.version.updated_at, world.clock.stamp()))
    world.clock.advance(5)
    world.quickbooks.rename_customer("1", "Contoso")
    world.clock.advance(5)
    world.fetch_and_settle()
    world.book.save(TENANT, [on_its_way])
    kept = _bill(world, _invoice("q1"))
    assert isinstance(kept, Invoice)
    assert (kept.customer_name, kept.balance_minor) == ("Contoso", 400)


# --- let in at last ----------------------------------------------------------------------------------------------------


def _left_out_companies(number: int) -> World:
    world = World()
    world.filters.save(TENANT, ONLY_CLIENTS)
    for each in range(number):
        world.connectwise.add_customer(str(each), f"Company {each}", (VENDORS,))
        world.connectwise.add_invoice(f"c{each}", "", 1_000, customer=f"Company {each}", customer_id=str(each))
        world.connectwise.add_credit_memo(f"m{each}", "", 500, customer=f"Company {each}", customer_id=str(each))
    _read(world)
    assert _left_out(world) == 2 * number
    return world


def _left_out(world: World) -> int:
    return sum(_bill(world, ref).keeping.left_out for _, ref in world.book.records if ref.kind is not Kind.CUSTOMER)


def _make_clients(desk: FakeConnectWise) -> None:
    for record in [*desk.records.values()]:
        if isinstance(record, Customer):
            desk.put(replace(record, traits=(CLIENTS,)))


def test_c4_companies_that_become_clients_bring_what_was_left_out_with_them_though_time_runs_out() -> None:
    world = _left_out_companies(PAGE)
    _make_clients(world.connectwise)
    world.remaining_ms = lambda: 0
    reads = world.connectwise.reads
    world.queue.send([Nudge(tenant=TENANT, system=PSA)])
    done = _work_off(world)
    assert len(done) == 3, "a read, and two pages of records of however many companies"
    assert world.connectwise.reads - reads == 1
    assert _left_out(world) == 0


def test_c4_c5_widened_filters_read_every_invoice_once() -> None:
    world = _left_out_companies(3)
    world.filters.save(TENANT, ImportFilters())
    run = new_run(PSA, FetchKind.RESYNC, world.clock.now(), "widened")
    world.runs.begin(TENANT, run, from_start=True)
    world.queue.send([Nudge(tenant=TENANT, system=PSA)])
    calls = Trip()
    world.settle(calls)
    assert [call for call in calls.calls if call.startswith("fetch")] == ["fetch_changes"]
    assert _left_out(world) == 0


def test_c4_c5_a_company_that_came_in_before_the_filters_did_brings_its_invoices_when_it_changes() -> None:
    world = World()
    world.connectwise.add_customer("1", "Contoso", (VENDORS,))
    _read(world)
    world.filters.save(TENANT, ONLY_CLIENTS)
    world.connectwise.add_invoice("c1", "", 1_000, customer="Contoso", customer_id="1")
    _read(world)
    assert _left_out(world) == 1
    _make_clients(world.connectwise)
    world.fetch_and_settle()
    assert _left_out(world) == 0


def test_c4_a_company_that_is_let_in_brings_no_invoice_that_is_still_kept_out() -> None:
    world = _left_out_companies(1)
    types = {TraitName.COMPANY_TYPE: frozenset({"client"}), TraitName.INVOICE_TYPE: frozenset({"Agreement"})}
    world.filters.save(TENANT, ImportFilters(types))
    _make_clients(world.connectwise)
    world.fetch_and_settle()
    assert _left_out(world) == 2


def test_i9_a_customer_that_is_gone_by_the_time_it_is_followed_changes_nothing() -> None:
    world = World()
    world.quickbooks.add_customer("1", "Contosso")
    world.quickbooks.add_invoice("q1", "1", 1_000, customer="Contosso")
    _read(world)
    world.quickbooks.rename_customer("1", "Contoso")
    world.queue.send([Nudge(tenant=TENANT, system=ACCOUNTING)])
    world.work(world.queue.messages.pop(0))
    gone = Customer(Ref(ACCOUNTING, Kind.CUSTOMER, "1"), Version("9", "9"), Standing.DELETED, "")
    world.book.save(TENANT, [gone])
    _work_off(world)
    assert _bill(world, _invoice("q1")).customer_name == "Contosso"
