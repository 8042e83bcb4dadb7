"""A day without any webhook or callback, then one sweep: the book equals both systems, field by field (I8)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    CreditMemo,
    Customer,
    Deposit,
    DepositLine,
    Invoice,
    Kind,
    Line,
    LineKind,
    Payment,
    Record,
    Ref,
    Standing,
    Version,
)
from crossfoot.core.preferences import Preferences
from crossfoot.messages import Nudge, TendConnection

from tests.fakes.vendors import FakeConnectWise, FakeQuickBooks
from tests.fakes.world import TENANT, World

HOUR_S = 3_600
NEW = Version("", "")


def _a_world(*, mirrors: bool) -> World:
    """Give two systems that the book knows: customers, invoices with lines, payments, credit memos, a deposit."""
    world = World()
    world.preferences.save(TENANT, Preferences(external_payments_enabled=mirrors))
    for vendor in (world.quickbooks, world.connectwise):
        for id_, name in (("1", "Contoso"), ("2", "Fabrikam"), ("3", "Northwind")):
            vendor.put(Customer(Ref(vendor.system, Kind.CUSTOMER, id_), NEW, Standing.LIVE, name))
    for number in range(1001, 1021):
        world.invoice_in_both(str(number), 10_000 + number)
    world.quickbooks.pay("p1", {"q1001": 11_001})
    world.quickbooks.pay("p2", {"q1002": 5_000, "q1003": 5_000})
    world.quickbooks.put(_deposit(11_001, 0))
    world.quickbooks.put(_memo(2_000))
    world.connectwise.add_credit_memo("c2001", "2001", 3_000)
    world.fetch_and_settle()
    world.clock.advance(HOUR_S)
    world.fetch_and_settle()
    return world


def _deposit(total_minor: int, fee_minor: int) -> Deposit:
    payment = Ref(ACCOUNTING, Kind.PAYMENT, "p1")
    lines = [DepositLine(payment, 0)] + ([DepositLine(None, -fee_minor, "90", "Fee")] if fee_minor else [])
    ref = Ref(ACCOUNTING, Kind.DEPOSIT, "d1")
    return Deposit(ref, NEW, Standing.LIVE, date(2026, 11, 3), "35", "Checking", "USD", total_minor, tuple(lines))


def _memo(remaining_minor: int) -> CreditMemo:
    ref, customer = Ref(ACCOUNTING, Kind.CREDIT_MEMO, "m1"), Ref(ACCOUNTING, Kind.CUSTOMER, "1")
    lines = (_line("1", 2_000),)
    on = date(2026, 11, 3)
    return CreditMemo(ref, NEW, Standing.LIVE, "3001", customer, "Contoso", on, "USD", 2_000, remaining_minor, lines)


def _line(id_: str, amount_minor: int) -> Line:
    return Line(id_, LineKind.TIME, "Late work ☾", amount_minor, Decimal("1.25"), Decimal(amount_minor) / 125)


def _a_day_in_quickbooks(world: World, hour: int) -> None:
    """Let an accountant do one thing of each sort."""
    books = world.quickbooks
    match hour:
        case 1:
            books.pay("p3", {"q1004": 11_004})
        case 3:
            books.void("p2")
        case 4:
            books.delete_invoice("q1005")
        case 5:
            books.void_invoice("q1006")
        case 6:
            books.put(replace(books.invoice("q1007"), total_minor=9_999, balance_minor=9_999, due_on=date(2027, 1, 1)))
        case 7:
            books.put(Customer(Ref(ACCOUNTING, Kind.CUSTOMER, "2"), NEW, Standing.LIVE, "Fabrikam Ltd", active=False))
        case 8:
            books.put(Customer(Ref(ACCOUNTING, Kind.CUSTOMER, "3"), NEW, Standing.DELETED, "Northwind"))
        case 9:
            books.put(_memo(500))
        case 10:
            books.put(_deposit(10_701, 300))
        case 11:
            books.add_invoice("q1100", "1100", 4_200)
        case 12:
            books.pay("p4", {"q1100": 4_200})
        case 14:
            books.delete("p1")
        case 23:
            _rename(books, "Contoso", "Contoso AG")
        case _:
            pass


def _a_day_in_connectwise(world: World, hour: int) -> None:
    """Let people in ConnectWise do one thing of each sort; deletions leave no trace there."""
    desk = world.connectwise
    match hour:
        case 2:
            desk.delete_invoice("c1008")
        case 4:
            del desk.records[Ref(PSA, Kind.CUSTOMER, "3")]
        case 5:
            desk.add_invoice("c1100", "1100", 4_200)
        case 6:
            desk.bill("c1009", _line("7", 12_345))
        case 7:
            memo = Ref(PSA, Kind.CREDIT_MEMO, "c2001")
            desk.apply_credit(Ref(PSA, Kind.INVOICE, "c1010"), 1_000, memo)
        case 8:
            desk.enter(Ref(PSA, Kind.INVOICE, "c1011"), 3_000)
        case 9:
            desk.put(replace(desk.invoice("c1012"), closed=True))
        case 22:
            _rename(desk, "Contoso", "Contoso AG")
        case _:
            pass


def _rename(vendor: FakeQuickBooks | FakeConnectWise, old: str, new: str) -> None:
    """Rename a customer: whatever names it shows the new name, and counts as unchanged."""
    for ref, record in vendor.records.items():
        if isinstance(record, Invoice | CreditMemo) and record.customer_name == old:
            vendor.records[ref] = replace(record, customer_name=new)
    vendor.put(Customer(Ref(vendor.system, Kind.CUSTOMER, "1"), NEW, Standing.LIVE, new))


def _black_out(world: World) -> None:
    for hour in range(24):
        _a_day_in_quickbooks(world, hour)
        _a_day_in_connectwise(world, hour)
        world.clock.advance(HOUR_S)


def _as_shown(record: Record) -> Record:
    """Give what a system says of a record, without when it was read, and without what belongs to the book."""
    version = replace(record.version, seen_at="")
    match record:
        case Payment():
            return replace(record, version=version, former_invoices=())
        case _:
            return replace(record, version=version)


def _in_book(world: World, record: Record) -> Record:
    """Give a record of the book with its lines."""
    match record:
        case Invoice() | CreditMemo():
            return replace(record, lines=world.book.load_lines(TENANT, record))
        case Deposit():
            return replace(record, lines=world.book.load_deposit_lines(TENANT, record))
        case _:
            return record


def _check_equal(world: World) -> int:
    """Assert that the book and both systems hold the same. Returns: how many records were compared."""
    shown = {**world.quickbooks.records, **world.connectwise.records}
    stored = {ref: record for (tenant, ref), record in world.book.records.items() if tenant == TENANT}
    for ref, record in stored.items():
        if ref not in shown or shown[ref].standing is Standing.DELETED:
            assert record.standing is Standing.DELETED, f"{ref} is gone, and the book does not know"
    compared = 0
    for ref, record in shown.items():
        if record.standing is not Standing.DELETED:
            compared += 1
            assert _as_shown(_in_book(world, stored[ref])) == _as_shown(_with_lines(record)), ref
    return compared


def _with_lines(record: Record) -> Record:
    """A system that shows no lines has none."""
    match record:
        case Invoice() | CreditMemo():
            return replace(record, lines=record.lines or ())
        case Deposit():
            return replace(record, lines=record.lines or ())
        case _:
            return record


def test_i8_after_a_day_of_blackout_one_sweep_makes_the_book_equal_to_both_systems() -> None:
    world = _a_world(mirrors=False)
    assert _check_equal(world) > 40
    _black_out(world)
    with pytest.raises((AssertionError, KeyError)):
        _check_equal(world)
    swept = world.sweep()
    assert (swept.nudged, swept.tended) == (2, 2)
    assert {type(message) for message in world.queue.messages} == {Nudge, TendConnection}
    world.settle()
    assert _check_equal(world) > 40


def test_i8_the_payments_of_a_day_of_blackout_are_carried_over_by_the_same_sweep() -> None:
    world = _a_world(mirrors=True)
    assert world.rows("1001") == [(11_001, "2026-11-03")]
    _black_out(world)
    world.sweep()
    world.settle()
    assert all(effect.settled for effect in world.effects.effects.values())
    assert world.rows("1001") == [], "p1 was deleted"
    assert world.rows("1002") == world.rows("1003") == [], "p2 was voided"
    assert world.rows("1004") == [(11_004, "2026-11-03")]
    assert world.rows("1100") == [(4_200, "2026-11-03")]
    # What we wrote ourselves is read back with the next sweep.
    world.clock.advance(HOUR_S)
    world.sweep()
    world.settle()
    _check_equal(world)


def test_i8_one_sweep_is_enough_at_whatever_hour_it_comes() -> None:
    for late_s in range(0, 24 * HOUR_S, 5 * HOUR_S):
        world = _a_world(mirrors=False)
        world.clock.advance(late_s)
        _black_out(world)
        world.sweep()
        world.settle()
        _check_equal(world)
