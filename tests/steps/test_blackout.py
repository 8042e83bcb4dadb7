"""A day without any webhook or callback, then one sweep: the book equals both systems, field by field (I8)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    CreditMemo,
    Customer,
    Deposit,
    DepositLine,
    Kind,
    Line,
    LineKind,
    Ref,
    Standing,
    Version,
)
from crossfoot.core.preferences import Preferences
from crossfoot.messages import Nudge, TendConnection

from tests.fakes.equality import shown_records, unequal
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
            books.merge_customers("3", "2")
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
            books.rename_customer("1", "Contoso AG")
        case _:
            pass


def _a_day_in_connectwise(world: World, hour: int) -> None:
    """Let people in ConnectWise do one thing of each sort; deletions leave no trace there."""
    desk = world.connectwise
    match hour:
        case 2:
            desk.delete_invoice("c1008")
        case 4:
            desk.merge_customers("3", "2")
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
            desk.rename_customer("1", "Contoso AG")
        case _:
            pass


def _black_out(world: World) -> None:
    for hour in range(24):
        _a_day_in_quickbooks(world, hour)
        _a_day_in_connectwise(world, hour)
        world.clock.advance(HOUR_S)


def test_i8_after_a_day_of_blackout_one_sweep_makes_the_book_equal_to_both_systems() -> None:
    world = _a_world(mirrors=False)
    assert unequal(world) == []
    _black_out(world)
    assert len(unequal(world)) > 20
    swept = world.sweep()
    assert (swept.nudged, swept.tended) == (2, 2)
    assert {type(message) for message in world.queue.messages} == {Nudge, TendConnection}
    world.settle()
    assert unequal(world) == []
    assert len(shown_records(world)) > 40


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
    assert unequal(world) == []


def test_i8_one_sweep_is_enough_at_whatever_hour_it_comes() -> None:
    for late_s in range(0, 24 * HOUR_S, 5 * HOUR_S):
        world = _a_world(mirrors=False)
        world.clock.advance(late_s)
        _black_out(world)
        world.sweep()
        world.settle()
        assert unequal(world) == []
