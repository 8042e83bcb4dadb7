"""For any bill: its entry comes to the cent to what ConnectWise says, or there is none."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.keys import keys_of
from crossfoot.core.sync.planning import plan_again, plan_sale
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.sales import Sale, TaxCalculation, from_json, to_json
from crossfoot.core.sync.settings import Setup, TaxDisplay, TimeEntries
from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from tests.core.sync.bills import (
    ABROAD,
    CATALOGUE,
    Part,
    adjustment,
    agreement,
    billing,
    change_posting,
    down_payment,
    expense,
    labour,
    per_account,
    posting_of,
    prefer,
    product,
    standing,
)

MINOR = st.integers(-300_00, 900_00)
HUNDRED = Decimal(100)


def cents(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_HALF_UP))


@st.composite
def figured(draw: st.DrawFn, make: Callable[..., Part]) -> Part:
    """A line whose quantity and price come to its amount, or to a cent more or less."""
    quantity = Decimal(draw(st.integers(1, 5_000))).scaleb(-2)
    price = Decimal(draw(st.integers(-9_999_999, 49_999_999))).scaleb(-4)
    amount = cents(quantity * price * 100) + draw(st.sampled_from([0, 0, 0, 1, -1]))
    return make(amount, str(quantity), str(price), taxed=draw(st.booleans()))


PARTS = st.one_of(
    figured(labour),
    figured(product),
    st.builds(labour, MINOR, taxed=st.booleans()),
    st.builds(product, MINOR, taxed=st.booleans()),
    st.builds(expense, MINOR, taxed=st.booleans()),
    st.builds(agreement, MINOR),
    st.builds(down_payment, MINOR),
    st.builds(adjustment, st.integers(-2, 2)),
)
SETUPS = st.builds(
    prefer,
    time_entries=st.sampled_from(TimeEntries),
    tax_display=st.sampled_from(TaxDisplay),
    rounding_tolerance_minor=st.sampled_from([0, 2]),
)
CATALOGUES = st.sampled_from([CATALOGUE, replace(CATALOGUE, automated_tax=True), ABROAD, ABROAD])
RATES = {"CA": (Decimal(8),), "VAT": (Decimal(20),), "GST": (Decimal(5), Decimal(7))}


@st.composite
def bills(draw: st.DrawFn) -> Billing:
    """A bill whose tax is right, rounded elsewhere, or wrong; what its ledger says seldom does not add up."""
    parts = draw(st.lists(PARTS, min_size=1, max_size=6))
    code = draw(st.sampled_from(sorted(RATES)))
    taxable = sum(part.posted.amount_minor for part in parts if part.posted.taxed)
    tax = sum(cents(taxable * rate / HUNDRED) for rate in RATES[code])
    off = draw(st.sampled_from([0, 0, 0, 1, -2, 40]))
    tax = tax + off if tax else 0
    total = tax + sum(part.posted.amount_minor for part in parts)
    lift = agreement(-total) if total < 0 and draw(st.integers(0, 9)) else adjustment(0)
    made = billing(*parts, lift, tax=tax, code=code, memo=draw(st.booleans()))
    missing = draw(st.sampled_from([0, 0, 0, 1]))
    lines = (*posting_of(made).lines, *([adjustment(1, id=900).posted] * missing))
    return change_posting(made, lines=lines)


def worked_out(sale: Sale, catalogue: Catalogue) -> int:
    """Work out the tax of an entry as QuickBooks does outside the United States."""
    if sale.tax.calculation is TaxCalculation.EXCLUDED:
        on: defaultdict[str, int] = defaultdict(int)
        for line in sale.lines:
            on[line.tax_code_id] += line.amount_minor
        return sum(cents(net * rate / HUNDRED) for code, net in on.items() for rate in catalogue.tax_codes[code].rates)
    percents = [sum(catalogue.tax_codes[line.tax_code_id].rates, Decimal(0)) for line in sale.lines]
    nets = (cents(line.amount_minor / (1 + percent / 100)) for line, percent in zip(sale.lines, percents, strict=True))
    return sale.lines_minor - sum(nets)


@settings(max_examples=100)
@given(bill=bills(), setup=SETUPS, catalogue=CATALOGUES)
def test_s7_every_entry_comes_to_the_cent_to_what_connectwise_says(
    bill: Billing, setup: Setup, catalogue: Catalogue
) -> None:
    plan = plan_sale(bill, setup, catalogue)
    assert (plan.sale is None) is not (plan.decision is None)
    event(plan.decision.code if plan.decision else "written")
    sale, posting = plan.sale, posting_of(bill)
    if sale is None:
        return
    assert sale.lines_minor + sale.added_tax_minor == sale.total_minor == posting.total_minor == bill.bill.total_minor
    if sale.tax.calculation in (TaxCalculation.EXCLUDED, TaxCalculation.INCLUSIVE):
        assert worked_out(sale, catalogue) == sale.tax.tax_minor
        assert abs(sale.tax.tax_minor - posting.tax_minor) <= setup.preferences.rounding_tolerance_minor
    for line in sale.lines:
        assert (line.quantity is None) is (line.unit_price is None)
        if line.quantity is not None and line.unit_price is not None:
            assert cents(line.quantity * line.unit_price * 100) == line.amount_minor
    assert plan_sale(bill, setup, catalogue) == plan


@settings(max_examples=30)
@given(bill=bills(), setup=SETUPS, catalogue=CATALOGUES)
def test_s6_what_is_missing_is_what_the_bill_is_said_to_need(bill: Billing, setup: Setup, catalogue: Catalogue) -> None:
    plan = plan_sale(bill, replace(setup, mappings={}), catalogue)
    needed = keys_of(bill, setup.preferences, domestic=catalogue.domestic)
    assert plan.missing <= needed
    whole = plan_sale(bill, setup, catalogue)
    # Which code a rounding line has, if there is one, a bill does not say.
    if whole.sale is None or all(line.description != "Rounding" for line in whole.sale.lines):
        enough = plan_sale(bill, replace(setup, mappings={key: setup.mappings[key] for key in needed}), catalogue)
        assert (enough.sale, enough.decision) == (whole.sale, whole.decision)


@settings(max_examples=30)
@given(bill=bills(), setup=SETUPS, catalogue=CATALOGUES)
def test_s8_an_entry_is_the_same_after_it_was_kept(bill: Billing, setup: Setup, catalogue: Catalogue) -> None:
    sale = plan_sale(bill, setup, catalogue).sale
    assume(sale is not None)
    assert sale is not None
    kept = from_json(json.loads(json.dumps(to_json(sale))))
    assert kept == sale
    assert kept.digest == sale.digest


@settings(max_examples=30)
@given(bill=bills())
def test_s5_grouped_lines_are_the_ledgers_accounts_to_the_cent(bill: Billing) -> None:
    plan = plan_sale(bill, prefer(time_entries=TimeEntries.GROUPED, rounding_tolerance_minor=1), CATALOGUE)
    assume(plan.sale is not None)
    assert plan.sale is not None
    made: defaultdict[str, int] = defaultdict(int)
    for line in plan.sale.lines:
        made[line.ledger_account] += line.amount_minor
    tax, rounded = made.pop("2200", 0), made.pop("", 0)
    assert {account: amount for account, amount in made.items() if amount} == per_account(posting_of(bill).lines)
    assert tax == posting_of(bill).tax_minor
    assert abs(rounded) <= 1
    assert len({line.ledger_account for line in plan.sale.lines}) == len(plan.sale.lines)


@settings(max_examples=30)
@given(bill=bills(), off=st.integers(-5, 5), tolerance=st.integers(0, 3))
def test_s7_tax_that_quickbooks_makes_otherwise_ends_exact_or_refused(bill: Billing, off: int, tolerance: int) -> None:
    setup = prefer(tax_display=TaxDisplay.PER_LINE, rounding_tolerance_minor=tolerance)
    plan = plan_sale(bill, setup, CATALOGUE)
    assume(plan.sale is not None and plan.sale.tax.tax_minor)
    assert plan.sale is not None
    tax_minor = plan.sale.tax.tax_minor + off
    made = standing(plan.sale, total_minor=plan.sale.total_minor + off, tax_minor=tax_minor)
    again = plan_again(plan, made, setup, CATALOGUE)
    if again.sale is None:
        assert again.decision is not None
        assert off
        return
    assert again.sale.total_minor == plan.sale.total_minor == again.sale.lines_minor + again.sale.tax.tax_minor
    assert sum(line.amount_minor for line in again.sale.lines if line.description == "Rounding") in range(
        -tolerance, tolerance + 1
    )
