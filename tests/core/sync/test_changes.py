"""What differs between two entries is told in plain words: never nothing when they differ, and never too much."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.core.sync.changes import MOST_SENTENCES, tell_changes
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.sales import Sale, SaleKind, SaleLine, SaleTax, TaxCalculation
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.sync.bills import CATALOGUE, HARDWARE, LAPTOP, SERVICES, SETUP, TECHNICIAN, mixed


def planned() -> Sale:
    sale = plan_sale(mixed(), SETUP, CATALOGUE).sale
    assert sale is not None
    return sale


SALE = planned()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"kind": SaleKind.CREDIT_MEMO}, "The kind of entry was invoice, and is credit memo."),
        ({"total_minor": 1_00}, "The total was 1,682.17 USD, and is 1.00 USD."),
        ({"number": "7"}, "The number was 1042, and is 7."),
        ({"number": ""}, "The number was 1042, and is (none)."),
        ({"issued_on": date(2026, 11, 4)}, "The date was 2026-11-03, and is 2026-11-04."),
        ({"due_on": None}, "The due date was 2026-12-03, and is (none)."),
        ({"customer_id": "61"}, "The customer in QuickBooks was 58, and is 61."),
        ({"terms_id": "32"}, "The terms was Net 30, and is Net 90."),
        ({"department_id": "71"}, "The location was (none), and is Tucson."),
        ({"memo": "Hello"}, "The memo was (none), and is Hello."),
        ({"purchase_order": "PO-1"}, "The purchase order number was (none), and is PO-1."),
        ({"purchase_order_field": "1"}, "The field for the purchase order number was (none), and is 1."),
        ({"tax": SaleTax(tax_minor=5)}, "The tax was 0.00 USD, and is 0.05 USD."),
        ({"tax": SaleTax(code_id="2")}, "The tax code was (none), and is California."),
        ({"tax": SaleTax(TaxCalculation.EXCLUDED)}, "The way of tax was domestic, and is excluded."),
        ({"lines": SALE.lines[::-1]}, "The lines are in another order."),
    ],
)
def test_s8_what_changed_of_an_entry_is_told(changes: dict[str, Any], told: str) -> None:
    assert tell_changes(SALE, replace(SALE, **changes), CATALOGUE) == (told,)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount_minor": 310_00}, "the amount was 300.00 USD, and is 310.00 USD"),
        ({"item_id": LAPTOP, "account_id": HARDWARE},
         "the item was Technician, and is Laptop; the account was Services, and is Hardware"),
        ({"quantity": Decimal(3)}, "the quantity was 2.5, and is 3"),
        ({"unit_price": None}, "the price was 120, and is (none)"),
        ({"tax_code_id": "TAX"}, "the tax code was NON, and is TAX"),
        ({"class_id": "61"}, "the class was (none), and is West"),
        ({"served_on": None}, "the service date was 2026-10-28, and is (none)"),
        ({"ledger_account": "4050"}, "the account in ConnectWise was 4010, and is 4050"),
        ({"description": "Fixed the scanner"}, "the description was Fixed the printer, and is Fixed the scanner"),
    ],
)  # fmt: skip
def test_s8_what_changed_of_a_line_is_told(changes: dict[str, Any], told: str) -> None:
    now = replace(SALE, lines=(replace(SALE.lines[0], **changes), *SALE.lines[1:]))
    (sentence,) = tell_changes(SALE, now, CATALOGUE)
    assert sentence == f"In the line “{now.lines[0].description}” {told}."


def test_s8_lines_that_are_gone_or_new_are_told_each() -> None:
    new = SaleLine(5_00, LAPTOP, "", account_id=HARDWARE)
    now = replace(SALE, lines=(*SALE.lines[1:], new))
    assert tell_changes(SALE, now, CATALOGUE) == (
        "A line is gone: “Fixed the printer” over 300.00 USD.",
        "A line is new: of item Laptop over 5.00 USD.",
    )


def test_s8_of_lines_that_are_alike_as_many_are_told_as_there_are_more() -> None:
    line = SALE.lines[0]
    once, thrice = replace(SALE, lines=(line,)), replace(SALE, lines=(line,) * 3)
    assert len(tell_changes(once, thrice)) == 2
    assert len(tell_changes(thrice, once)) == 2


def test_s8_what_differs_far_into_a_text_is_told_as_that() -> None:
    one, other = (replace(SALE, memo="Thank you for all your business this year" + end) for end in (" A", " B"))
    (sentence,) = tell_changes(one, other)
    assert sentence.startswith("The memo is another one after its beginning")


def test_s8_two_things_of_one_name_are_still_told_apart() -> None:
    twins = {id_: replace(CATALOGUE.items[TECHNICIAN], id=id_) for id_ in ("1", "2")}
    one, other = (replace(SALE, lines=(SaleLine(1, id_, "Work", account_id=SERVICES),)) for id_ in twins)
    assert tell_changes(one, other, replace(CATALOGUE, items=twins)) == (
        "In the line “Work” something of the same name is another one.",
    )
    terms = {id_: replace(CATALOGUE.terms["31"], id=id_) for id_ in ("1", "2")}
    one, other = (replace(SALE, terms_id=id_) for id_ in terms)
    assert tell_changes(one, other, replace(CATALOGUE, terms=terms)) == ("Something in it is written in another way.",)


def test_s8_thousands_of_lines_that_all_changed_are_told_in_ten_sentences() -> None:
    one = tuple(SaleLine(number, "11", f"Line {number}") for number in range(1, 3_001))
    other = tuple(replace(line, amount_minor=line.amount_minor + 1) for line in one)
    told = tell_changes(replace(SALE, lines=one), replace(SALE, lines=other))
    assert len(told) == MOST_SENTENCES
    assert told[-1] == "2991 more things differ."


LINES = st.builds(
    SaleLine,
    st.integers(-3, 3),
    st.sampled_from(["1", "2"]),
    st.sampled_from(["", "Work"]),
    st.sampled_from([None, Decimal(2)]),
    class_id=st.sampled_from(["", "61"]),
)
SALES = st.builds(
    lambda lines, number, memo, tax: replace(SALE, lines=tuple(lines), number=number, memo=memo, tax=tax),
    st.lists(LINES, max_size=4),
    st.sampled_from(["", "7"]),
    st.sampled_from(["", "x" * 50, "x" * 51]),
    st.builds(SaleTax, st.sampled_from(TaxCalculation), st.sampled_from(["", "2"]), st.integers(0, 1)),
)


@settings(max_examples=30, deadline=None)
@given(SALES, SALES)
def test_s8_something_is_told_just_when_the_entries_differ(one: Sale, other: Sale) -> None:
    told = tell_changes(one, other)
    assert bool(told) is (one.digest != other.digest)
    assert len(told) <= MOST_SENTENCES
    assert all(sentence.endswith(".") for sentence in told)
