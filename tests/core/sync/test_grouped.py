"""Grouped mode: a line for each ledger account."""

from dataclasses import replace

import pytest
from crossfoot.core.sync.grouped import describe_group
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.sales import SaleLine
from crossfoot.core.sync.settings import MappingKind, Setup, Source, Target, TaxDisplay, TimeEntries

from tests.core.sync.bills import (
    CATALOGUE,
    LAPTOP,
    Part,
    adjustment,
    agreement,
    billing,
    down_payment,
    expense,
    labour,
    mapping,
    mixed,
    prefer,
    product,
)

GROUPED = prefer(time_entries=TimeEntries.GROUPED)
PER_LINE = prefer(time_entries=TimeEntries.GROUPED, tax_display=TaxDisplay.PER_LINE)


def lines(given: Billing, setup: Setup = GROUPED) -> tuple[SaleLine, ...]:
    plan = plan_sale(given, setup, CATALOGUE)
    assert plan.sale is not None, plan.decision
    return plan.sale.lines


def test_s5_there_is_one_line_for_each_account() -> None:
    made = [(line.ledger_account, line.amount_minor, line.account_id, line.description) for line in lines(mixed())]
    assert made == [
        ("4010", 433_00, "79", "Service: 2 time entries"),
        ("4020", 850_00, "80", "Products: 2 products"),
        ("4040", 31_17, "79", "Expenses: Mileage to Tucson"),
        ("4030", 500_00, "81", "Agreement: Gold Support"),
        ("2400", -200_00, "82", "Down payment: Down payment"),
        ("2200", 68_00, "83", "Sales tax CA"),
    ]
    assert plan_sale(mixed(), GROUPED, CATALOGUE).warnings == ()


def test_s5_the_lines_of_the_bill_need_not_be_read() -> None:
    assert lines(replace(mixed(), lines=())) == lines(mixed())


def test_s5_what_is_taxed_and_what_is_not_stay_apart() -> None:
    given = billing(product(100_00), product(50_00, taxed=False), product(20_00), tax=9_60)
    assert [(line.amount_minor, line.tax_code_id) for line in lines(given, PER_LINE)] == [
        (120_00, "TAX"), (50_00, "NON"),
    ]  # fmt: skip
    assert [line.amount_minor for line in lines(given)] == [170_00, 9_60], "where no line is taxed they are one"


def test_s5_classes_stay_apart() -> None:
    preferences = replace(GROUPED.preferences, class_from=Source.LEDGER_CLASS)
    setup = mapping(MappingKind.CLASS, "West", Target("61", "West"), replace(GROUPED, preferences=preferences))
    given = billing(labour(100, ledger_class="West"), labour(200), labour(300, ledger_class="West"))
    assert [(line.amount_minor, line.class_id) for line in lines(given, setup)] == [(400, "61"), (200, "")]


def test_s5_items_that_connectwise_names_stay_apart_where_the_account_is_not_mapped() -> None:
    setup = mapping(MappingKind.ACCOUNT, "4010", None, GROUPED)
    given = billing(labour(100, item="Laptop"), labour(200, item="Travel"), labour(300, item="Laptop"))
    assert [(line.amount_minor, line.item_id) for line in lines(given, setup)] == [(400, LAPTOP), (200, "17")]
    assert len(lines(given)) == 1


def test_s5_what_comes_to_nothing_is_left_out() -> None:
    given = billing(labour(100), labour(-100), agreement(500), labour(0, account="none"))
    refused = plan_sale(given, GROUPED, CATALOGUE)
    assert refused.decision is not None, "its account is unmapped all the same"
    kept = billing(labour(100), labour(-100), agreement(500))
    assert [line.amount_minor for line in lines(kept)] == [500]
    nothing = plan_sale(billing(labour(100), labour(-100)), GROUPED, CATALOGUE)
    assert nothing.decision is not None
    assert nothing.decision.code == "nothing_billed"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ([labour(1)], "Service: 1 time entry"),
        ([labour(1)] * 12, "Service: 12 time entries"),
        ([labour(1), adjustment(2)], "Service: 1 time entry, 1 line"),
        ([labour(1), product(2), product(3)], "Service: 1 time entry; Products: 2 products"),
        ([expense(1), expense(2)], "Expenses: 2 lines"),
        ([agreement(1)], "Agreement: Gold Support"),
        ([agreement(1, description="Támogatás: őszi")], "Agreement: Támogatás: oszi"),
        ([down_payment(1, ledger_type="XY", description="")], "Billing: 1 line"),
    ],
)
def test_s5_a_line_says_what_is_in_it(parts: list[Part], words: str) -> None:
    assert describe_group([part.posted for part in parts]) == words
