"""X5: money is whole minor units; nothing is rounded, and no float is taken."""

from decimal import Decimal

import pytest
from crossfoot.core.money import InexactAmount, format_minor, from_minor, to_minor
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        (Decimal("100.00"), "USD", 10_000),
        (Decimal("0"), "USD", 0),
        (Decimal("-62.50"), "EUR", -6_250),
        (Decimal("1E+2"), "USD", 10_000),
        (Decimal("182714"), "ISK", 182_714),
        (Decimal("1.234"), "KWD", 1_234),
        ("19.99", "USD", 1_999),
        (7, "JPY", 7),
    ],
)
def test_x5_an_amount_becomes_minor_units_of_its_currency(
    amount: Decimal | int | str, currency: str, minor: int
) -> None:
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize(("amount", "currency"), [("0.001", "USD"), ("1.5", "JPY"), ("1.2345", "KWD")])
def test_x5_what_does_not_fit_is_refused_and_not_rounded(amount: str, currency: str) -> None:
    with pytest.raises(InexactAmount):
        to_minor(amount, currency)


@given(minor=st.integers(-(10**15), 10**15), currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_x5_minor_units_survive_the_way_out_and_back(minor: int, currency: str) -> None:
    assert to_minor(from_minor(minor, currency), currency) == minor


def test_amounts_are_written_as_a_bookkeeper_does() -> None:
    assert format_minor(125_000, "USD") == "1,250.00 USD"
    assert format_minor(1_250, "JPY") == "1,250 JPY"
