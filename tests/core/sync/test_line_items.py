"""Line-item mode: each line that is posted, as the bill says it."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from crossfoot.core.sync.line_items import exact_figures
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.sales import SaleLine
from crossfoot.core.sync.settings import MappingKind, Setup, Target

from tests.core.sync.bills import (
    CATALOGUE,
    LAPTOP,
    MANAGED,
    PROJECT,
    PROJECTS,
    SETUP,
    TECHNICIAN,
    TRAVEL,
    Part,
    adjustment,
    agreement,
    billing,
    expense,
    labour,
    mapping,
    mixed,
    prefer,
    product,
)


def lines(given: Billing, setup: Setup = SETUP) -> tuple[SaleLine, ...]:
    plan = plan_sale(given, setup, CATALOGUE)
    assert plan.sale is not None, plan.decision
    return plan.sale.lines


def test_s4_each_time_entry_is_a_line_on_its_item() -> None:
    first, second = lines(billing(labour(300_00, "2.5", "120"), labour(80_00)))
    assert first == SaleLine(
        300_00, TECHNICIAN, "Fixed the printer", Decimal("2.5"), Decimal(120), "NON",
        served_on=date(2026, 10, 28), account_id="79", ledger_account="4010",
    )  # fmt: skip
    assert (second.quantity, second.unit_price, second.description) == (None, None, "Fixed the printer")


def test_s6_service_dates_can_be_left_out() -> None:
    assert lines(billing(labour(300_00)), prefer(service_dates=False))[0].served_on is None


def test_s4_a_line_that_the_ledger_names_no_source_of_goes_by_its_account() -> None:
    made = lines(billing(expense(31_17), agreement(500_00), adjustment(-1)))
    assert [(line.item_id, line.description) for line in made] == [
        (TRAVEL, "Mileage to Tucson"), (MANAGED, "Gold Support"), (TECHNICIAN, "Adjustment"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("named", "item"), [("Laptop", LAPTOP), ("laptop", None), ("Old labour", None), ("Everything", None), ("", None)]
)
def test_s4_the_item_that_connectwise_names_stands_for_an_account_that_is_not_mapped(
    named: str, item: str | None
) -> None:
    unmapped = mapping(MappingKind.ACCOUNT, "4040", None)
    plan = plan_sale(billing(expense(31_17, item=named)), unmapped, CATALOGUE)
    assert (plan.sale.lines[0].item_id if plan.sale else None) == item
    assert lines(billing(expense(31_17, item=named)))[0].item_id == TRAVEL, "what the partner mapped comes first"


def test_s4_an_item_name_that_two_bear_says_nothing() -> None:
    twice = {**CATALOGUE.items, "99": replace(CATALOGUE.items[LAPTOP], id="99")}
    unmapped = mapping(MappingKind.ACCOUNT, "4040", None)
    plan = plan_sale(billing(expense(31_17, item="Laptop")), unmapped, replace(CATALOGUE, items=twice))
    assert plan.decision is not None
    assert plan.decision.code == "account_unmapped"


EXACT = [
    ("to the cent", labour(300_00, "2.5", "120"), ("2.5", "120")),
    ("a price finer than a cent", labour(33_33, "3", "11.1111"), ("3", "11.1111")),
    ("half a cent is rounded up", labour(1_01, "0.5", "2.01"), ("0.5", "2.01")),
    ("taken off", product(-50_00, "1", "50"), ("1", "-50")),
    ("given back, counted below zero", product(-50_00, "-1", "50"), ("-1", "50")),
    ("for nothing", labour(0, "2", "0"), ("2", "0")),
    ("not charged", labour(0, "2", "150"), None),
    ("ConnectWise rounded otherwise", labour(133_00, "1.33", "99.99"), None),
    ("a flat amount", labour(80_00), None),
    ("no hours", labour(80_00, "0", "80"), None),
]


@pytest.mark.parametrize(("part", "figures"), [case[1:] for case in EXACT], ids=[case[0] for case in EXACT])
def test_s7_quantity_and_price_are_said_where_they_come_to_the_amount(
    part: Part, figures: tuple[str, str] | None
) -> None:
    found = exact_figures(part.posted, part.line, "USD")
    assert (found and tuple(map(str, found))) == figures


def test_s7_what_the_bill_says_is_taken_where_the_ledger_says_it_otherwise() -> None:
    part = labour(300_00, "1", "299.99")
    assert part.line is not None
    line = replace(part.line, quantity=Decimal("2.5"), unit_price=Decimal(120))
    assert exact_figures(part.posted, line, "USD") == (Decimal("2.5"), Decimal(120))
    assert exact_figures(part.posted, None, "USD") is None


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (labour(133_00, "1.330", "99.990"), "Fixed the printer (1.33 at 99.99)"),
        (labour(0, "2", "150"), "Fixed the printer (2 at 150, not charged)"),
        (labour(100_00, "10", "20"), "Fixed the printer (10 at 20)"),
        (labour(80_00), "Fixed the printer"),
        (labour(80_00, "0", "80"), "Fixed the printer"),
    ],
)
def test_s4_figures_that_do_not_come_to_the_amount_are_said_in_words(part: Part, words: str) -> None:
    assert lines(billing(part, labour(1_00)))[0].description == words


def test_s6_long_words_are_cut_and_foreign_letters_said_in_ours() -> None:
    part = labour(133_00, "1.33", "99.99")
    assert part.line is not None
    long = lines(billing(replace(part, line=replace(part.line, description="ő" * 5_000))))[0].description
    assert long == "o" * (4_000 - len(" (1.33 at 99.99)")) + " (1.33 at 99.99)"


def test_s4_a_line_is_warned_of_where_its_item_posts_elsewhere_than_connectwise_would() -> None:
    moved = Target(PROJECT, "Technician-Project")
    setup = mapping(MappingKind.ITEM, "time:Technician / Regular / ServiceTicket", moved)
    (first, second) = plan_sale(mixed(), setup, CATALOGUE).warnings
    assert [(each.code, each.line) for each in (first, second)] == [("account_differs", 0), ("account_differs", 1)]
    assert first.sentence == (
        "Technician-Project posts to Projects; ConnectWise would have used 4010, which is Services."
    )
    assert plan_sale(mixed(), SETUP, CATALOGUE).warnings == ()


def test_s4_an_account_that_is_not_mapped_is_known_by_its_number() -> None:
    part = labour(100, account="4050")
    (warning,) = plan_sale(billing(part), SETUP, CATALOGUE).warnings
    assert (warning.code, warning.line) == ("account_differs", 0)
    assert "4050, which is Projects" in warning.sentence
    assert CATALOGUE.account_numbers[PROJECTS] == "4050"


def test_s4_what_cannot_be_compared_is_told_once() -> None:
    given = billing(labour(100, account="9001"), labour(100, account="9002"), labour(100, account="9001"))
    (warning,) = plan_sale(given, SETUP, CATALOGUE).warnings
    assert (warning.code, warning.line) == ("account_not_compared", None)
    assert "9001, 9002:" in warning.sentence
