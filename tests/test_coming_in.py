"""What comes in of a partner's payables: its rules as they are stored, and what the book holds beside (B1, B3, B5, B6)."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from crossfoot.coming_in import Judging, find_obstacle, judge, judge_invoices, load_beside, load_rules
from crossfoot.core.model import ACCOUNTING, Invoice
from crossfoot.core.payables.preferences import Direction
from crossfoot.core.payables.profile import NO_FACTS, PaymentSync
from crossfoot.core.payables.records import Payable
from crossfoot.ports import ConnectionState

from tests.core.payables.in_accounting import AFTER, BEFORE, LEFT_OUT, RULES, bill, credit, paid, vendor
from tests.fakes.records import invoice, payment
from tests.fakes.syncing_payables import READY, SyncWorld
from tests.fakes.world import TENANT


def _judging(world: SyncWorld) -> Judging:
    """The world's connections are only as much of the port as a world needs."""
    judging: Any = world
    return judging  # type: ignore[no-any-return]


def test_b5_b6_the_rules_are_those_that_the_partner_chose_and_the_platform_told() -> None:
    world = SyncWorld(replace(READY, direction=Direction.TO_ACCOUNTING, home_currency="CAD"), NO_FACTS)

    rules = load_rules(TENANT, _judging(world))

    assert (rules.direction, rules.home_currency) == (Direction.TO_ACCOUNTING, "CAD")
    assert rules.payment_sync is PaymentSync.CLASSIC


def test_b1_the_day_of_the_connection_is_the_first_one_even_if_it_was_made_anew_since() -> None:
    world = SyncWorld()
    first = world.clock.now().date()
    assert load_rules(TENANT, _judging(world)).connected_on == first

    world.connections.note(TENANT, ACCOUNTING, "Connected to Craig's Landscaping")
    world.clock.advance(timedelta(days=40).total_seconds())
    world.connections.connected_at[ACCOUNTING] = world.clock.now()
    world.connections.note(TENANT, ACCOUNTING, "Connected to Craig's Landscaping")

    assert load_rules(TENANT, _judging(world)).connected_on == first


@pytest.mark.parametrize(
    ("connected_at", "day"),
    [
        ("2026-11-03T17:00:00+00:00", date(2026, 11, 3)),
        # Nine in the evening in New York, and six in Los Angeles: on the third, whatever the day is in Greenwich.
        ("2026-11-04T02:00:00+00:00", date(2026, 11, 3)),
        # Nine in the morning in New York.
        ("2026-11-04T14:00:00+00:00", date(2026, 11, 4)),
    ],
)
def test_b1_the_day_of_the_connection_is_the_companys_and_not_that_of_greenwich(connected_at: str, day: date) -> None:
    world = SyncWorld()
    world.connections.connected_at[ACCOUNTING] = datetime.fromisoformat(connected_at)
    assert load_rules(TENANT, _judging(world)).connected_on == day


def test_b1_what_is_noted_of_a_partner_before_it_connects_is_no_connection() -> None:
    world = SyncWorld()
    world.connections.note(TENANT, ACCOUNTING, "Payment sync of payables set to two-way by an operator")
    world.clock.advance(timedelta(days=40).total_seconds())
    world.connections.note(TENANT, ACCOUNTING, "Connected to Craig's Landscaping")
    world.connections.connected_at[ACCOUNTING] = world.clock.now()
    assert load_rules(TENANT, _judging(world)).connected_on == world.clock.now().date()


def test_b3_the_accounts_are_missed_before_the_connection_is() -> None:
    world = SyncWorld(replace(READY, expense_account_id=""))
    world.connections.states[ACCOUNTING] = ConnectionState.PAUSED

    missing = find_obstacle(TENANT, _judging(world))
    world.payables_settings.save(TENANT, READY)
    unread = find_obstacle(TENANT, _judging(world))
    world.connections.states[ACCOUNTING] = ConnectionState.CONNECTED

    assert missing is not None
    assert "expense account" in missing.problem
    assert unread is not None
    assert "paused" in unread.problem
    assert find_obstacle(TENANT, _judging(world)) is None


def test_b1_records_are_judged_with_what_the_book_holds_beside_them() -> None:
    world = SyncWorld()
    early, late = paid({"129": 100_00}, on=BEFORE), paid({"130": 40_00}, {"33": 40_00}, id_="78")
    settled, open_ = bill("129", balance_minor=0, keeping=LEFT_OUT), bill("130", balance_minor=60_00)
    records: list[Payable] = [vendor(), settled, open_, credit(remaining_minor=0), early, late]
    world.book.save(TENANT, records)

    out = judge(records, RULES, load_beside(TENANT, records, world.book))

    assert {ref: why.code for ref, why in out.items()} == {
        settled.ref: "paid_before_connection",
        early.ref: "bills_did_not_come",
    }


def test_b1_invoices_are_judged_with_their_payments() -> None:
    world = SyncWorld()
    settled: list[Invoice] = [
        invoice("q1", "1001", 100_00, balance_minor=0),
        invoice("q2", "1002", 50_00, balance_minor=0),
    ]
    world.book.save(
        TENANT, [*settled, payment("q7", {"q1": 100_00}, on=date(2026, 10, 1)), payment("q8", {"q2": 50_00}, on=AFTER)]
    )

    out = judge_invoices(TENANT, settled, RULES, world.book)

    assert {ref: why.code for ref, why in out.items()} == {settled[0].ref: "paid_before_connection"}
