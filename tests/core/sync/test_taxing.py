"""Tax as one line, on the lines, and inside their prices."""

from dataclasses import replace
from decimal import Decimal

import pytest
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.inclusive import split_tax
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.sales import Sale, TaxCalculation
from crossfoot.core.sync.settings import MappingKind, Setup, Target, TaxDisplay

from tests.core.sync.bills import (
    ABROAD,
    CATALOGUE,
    ROUNDING,
    SALES_TAX_ITEM,
    SETUP,
    amounts,
    billing,
    change_posting,
    labour,
    mapping,
    mixed,
    posting_of,
    prefer,
    product,
)

PER_LINE, INCLUSIVE = prefer(tax_display=TaxDisplay.PER_LINE), prefer(tax_display=TaxDisplay.INCLUSIVE)


def written(given: Billing, setup: Setup = SETUP, catalogue: Catalogue = CATALOGUE) -> Sale:
    plan = plan_sale(given, setup, catalogue)
    assert plan.sale is not None, plan.decision
    return plan.sale


def codes(sale: Sale) -> list[str]:
    return [line.tax_code_id for line in sale.lines]


def refusal(given: Billing, setup: Setup, catalogue: Catalogue = CATALOGUE) -> tuple[str, str]:
    decision = plan_sale(given, setup, catalogue).decision
    assert decision is not None
    return decision.code, decision.sentence


# --- a line of its own -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("catalogue", "calculation", "code"),
    [(CATALOGUE, TaxCalculation.DOMESTIC, "NON"), (ABROAD, TaxCalculation.NOT_APPLICABLE, "")],
)
def test_s6_one_tax_line_and_no_line_is_taxed(catalogue: Catalogue, calculation: TaxCalculation, code: str) -> None:
    sale = written(mixed(), SETUP, catalogue)
    assert (sale.tax.calculation, sale.tax.code_id, sale.tax.tax_minor) == (calculation, "", 0)
    assert set(codes(sale)) == {code}
    last = sale.lines[-1]
    assert (last.amount_minor, last.item_id, last.ledger_account) == (68_00, SALES_TAX_ITEM, "2200")
    assert last.description == "Sales tax CA"


def test_s6_without_tax_there_is_no_line_for_it() -> None:
    assert amounts(written(billing(labour(100)), prefer(tax_item_id=""))) == [100]


# --- in the United States ----------------------------------------------------------------------------------------------


def test_s6_each_line_is_taxed_or_not_and_the_tax_is_connectwises() -> None:
    sale = written(billing(product(100_00), labour(50_00), tax=8_01), PER_LINE)
    assert codes(sale) == ["TAX", "NON"]
    assert (sale.tax.calculation, sale.tax.code_id, sale.tax.tax_minor) == (TaxCalculation.DOMESTIC, "2", 8_01)
    assert sale.total_minor == 158_01 == sale.lines_minor + sale.added_tax_minor


def test_s6_where_connectwise_charges_no_tax_no_line_is_taxed() -> None:
    sale = written(billing(product(100_00)), PER_LINE, replace(CATALOGUE, automated_tax=True))
    assert (codes(sale), sale.tax.code_id, sale.tax.tax_minor) == (["NON"], "", 0)
    assert plan_sale(billing(product(100_00)), PER_LINE, replace(CATALOGUE, automated_tax=True)).warnings == ()


REFUSED = [
    ("nothing is taxed", billing(labour(100_00), tax=8_00), PER_LINE, CATALOGUE, "tax_not_tied"),
    ("no code", billing(product(100_00), tax=8_00, code=""), PER_LINE, CATALOGUE, "tax_code_unknown"),
    ("no code abroad", billing(product(100_00), tax=20_00, code=""), PER_LINE, ABROAD, "tax_code_unknown"),
    ("inside in the US", billing(product(100_00), tax=8_00), INCLUSIVE, CATALOGUE, "no_inclusive_prices"),
    ("other rates", billing(product(100_00), tax=8_00, code="VAT"), PER_LINE, ABROAD, "tax_not_tied"),
    ("a cent", billing(product(100_00), tax=20_01, code="VAT"), PER_LINE, ABROAD, "tax_not_tied"),
    ("other rates inside", billing(product(100_00), tax=8_00, code="VAT"), INCLUSIVE, ABROAD, "tax_not_tied"),
    ("untaxed is not mapped", billing(labour(100_00)), mapping(MappingKind.TAX_CODE, "", None, PER_LINE),
        ABROAD, "tax_code_unmapped"),
    ("an inactive code", billing(product(100_00), tax=17_50, code="VAT"),
        mapping(MappingKind.TAX_CODE, "VAT", Target("6", "17.5% S"), PER_LINE), ABROAD, "tax_code_inactive"),
    ("a code that is gone", billing(product(100_00), tax=17_50, code="VAT"),
        mapping(MappingKind.TAX_CODE, "VAT", Target("404", "17.5% S"), PER_LINE), ABROAD, "tax_code_gone"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("given", "setup", "catalogue", "code"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_s7_tax_that_cannot_be_tied_is_refused(given: Billing, setup: Setup, catalogue: Catalogue, code: str) -> None:
    assert refusal(given, setup, catalogue)[0] == code


def test_s7_both_taxes_are_named() -> None:
    _, sentence = refusal(billing(product(100_00), tax=8_00, code="VAT"), PER_LINE, ABROAD)
    assert sentence == "ConnectWise charges 8.00 USD of tax, and QuickBooks would work out 20.00 USD (20.0% S)."


# --- elsewhere ---------------------------------------------------------------------------------------------------------


def test_s6_each_line_has_its_code_elsewhere() -> None:
    sale = written(billing(product(100_00), labour(50_00), tax=20_00, code="VAT"), PER_LINE, ABROAD)
    assert codes(sale) == ["3", "4"]
    assert (sale.tax.calculation, sale.tax.code_id, sale.tax.tax_minor) == (TaxCalculation.EXCLUDED, "", 20_00)


def test_s7_each_rate_is_rounded_by_itself() -> None:
    # 5 % and 7 % of 1.50 are 0.075 and 0.105: 8 and 11 cents, where 12 % together are 18.
    given = billing(product(1_50), tax=19, code="GST")
    assert written(given, PER_LINE, ABROAD).tax.tax_minor == 19
    assert refusal(billing(product(1_50), tax=18, code="GST"), PER_LINE, ABROAD)[0] == "tax_not_tied"


def test_s7_tax_that_is_off_by_what_is_tolerated_is_rounded_and_told() -> None:
    given = billing(product(100_00), tax=20_01, code="VAT")
    setup = prefer(tax_display=TaxDisplay.PER_LINE, rounding_tolerance_minor=1)
    plan = plan_sale(given, setup, ABROAD)
    assert plan.sale is not None
    assert [(each.amount_minor, each.item_id, each.tax_code_id) for each in plan.sale.lines[1:]] == [(1, ROUNDING, "4")]
    assert (plan.sale.total_minor, plan.sale.tax.tax_minor) == (120_01, 20_00)
    assert [each.code for each in plan.warnings] == ["rounded"]


def test_s6_a_code_of_nothing_is_a_code_too() -> None:
    zero = mapping(MappingKind.TAX_CODE, "ZERO", Target("4", "No VAT"), PER_LINE)
    given = change_posting(billing(product(100_00)), tax_code="ZERO")
    sale = written(given, zero, ABROAD)
    assert (codes(sale), sale.tax.tax_minor) == (["4"], 0)


# --- inside the prices -------------------------------------------------------------------------------------------------


def test_s6_prices_hold_their_tax() -> None:
    given = billing(product(100_00, "2", "50"), labour(50_00, "1", "50"), tax=20_00, code="VAT")
    sale = written(given, INCLUSIVE, ABROAD)
    assert amounts(sale) == [120_00, 50_00]
    assert (sale.tax.calculation, sale.tax.tax_minor, sale.added_tax_minor) == (TaxCalculation.INCLUSIVE, 20_00, 0)
    assert sale.total_minor == sale.lines_minor == 170_00
    first, second = sale.lines
    assert (first.quantity, first.unit_price, first.description) == (None, None, "Latitude 5550 (2 at 50 before tax)")
    assert (second.quantity, second.unit_price) == (Decimal(1), Decimal(50))


def test_s7_a_cent_of_tax_is_found_room_for_where_the_price_still_leads_back() -> None:
    # 20 % of 333 is 66.6: at 400 and at 399 QuickBooks takes 333 out again.
    given = billing(product(10_00), product(3_33), tax=2_66, code="VAT")
    assert posting_of(given).total_minor == 15_99
    assert amounts(written(given, INCLUSIVE, ABROAD)) == [12_00, 3_99]
    far = billing(product(10_00), product(3_33), tax=2_64, code="VAT")
    assert refusal(far, INCLUSIVE, ABROAD)[0] == "tax_not_tied"


@pytest.mark.parametrize(
    ("tax_minor", "lines", "shares"),
    [
        (20, [(100, "20")], [20]),
        (-20, [(-100, "20")], [-20]),
        (67, [(333, "20")], [67]),
        (66, [(333, "20")], [66]),
        (65, [(333, "20")], [66]),
        (99, [(333, "20")], [67]),
        (99, [(1, "100")], [1]),
        (-99, [(1, "100")], [0]),
        (-99, [(-333, "20")], [-67]),
        (0, [(-333, "20")], [-66]),
        (0, [(0, "20"), (100, "0")], [0, 0]),
        (9, [(0, "20")], [0]),
        (47, [(333, "20"), (-100, "20")], [67, -20]),
        (134, [(333, "20"), (333, "20")], [67, 67]),
        (133, [(333, "20"), (333, "20")], [66, 67]),
        (132, [(333, "20"), (333, "20")], [66, 66]),
    ],
)  # fmt: skip
def test_s7_tax_is_shared_between_lines(tax_minor: int, lines: list[tuple[int, str]], shares: list[int]) -> None:
    assert split_tax(tax_minor, [(net_minor, Decimal(percent)) for net_minor, percent in lines]) == shares
