"""What QuickBooks does seldom, and what no document rules out: a customer that disappears, things that are no records."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.core.model import Kind

from tests.adapters.quickbooks.wire import ENTITIES, Reader, WireCompany


@pytest.fixture
def company() -> WireCompany:
    return WireCompany(cdc_cap=10)


@pytest.fixture
def reader(company: WireCompany) -> Reader:
    return Reader(company, Limits(page_rows=4, cdc_objects=10))


def test_i5_a_customer_that_was_merged_in_the_midst_of_a_burst_is_seen_to_go(
    company: WireCompany, reader: Reader
) -> None:
    merged, *others = [company.create("Customer") for _ in range(14)]
    reader.settle()
    for each in others:
        company.edit("Customer", each)
        company.advance(1)
        if each == others[8]:
            company.delete("Customer", merged)
    company.advance(3600)
    reader.settle()
    assert reader.differences() == set()


def test_x4_customers_whose_deletion_cannot_be_seen_ask_for_no_comparison_of_the_books(
    company: WireCompany, reader: Reader
) -> None:
    merged, *others = [company.create("Customer") for _ in range(14)]
    reader.settle()
    company.delete("Customer", merged)
    for each in others:
        company.advance(1)
        company.edit("Customer", each)
    company.advance(3600)
    reader.settle()
    assert reader.differences() == {("not gone", Kind.CUSTOMER, merged)}
    assert reader.unseen == set(), "a comparison reads no customers"


def test_i5_a_customer_that_was_merged_while_nobody_was_connected_is_seen_to_go(
    company: WireCompany, reader: Reader
) -> None:
    merged = company.create("Customer")
    reader.settle()
    company.advance(timedelta(days=20).total_seconds())
    company.delete("Customer", merged)
    company.advance(timedelta(days=20).total_seconds())
    reader.settle()
    assert reader.differences() == set()


@pytest.mark.parametrize("odd", [None, "a text", 7])
def test_x5_what_is_no_record_at_all_does_not_sink_the_rest(
    company: WireCompany, reader: Reader, odd: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = company._since

    def with_something_odd(rows: Mapping[str, Any], earliest: str) -> list[Any]:
        found = since(rows, earliest)
        return [odd, *found] if rows is company.living["Invoice"] and found else found

    for entity in ENTITIES:
        company.create(entity)
    monkeypatch.setattr(company, "_since", with_something_odd)
    reader.read_all()
    company.advance(3600)
    company.create("Invoice")
    reader.read_all()
    assert reader.differences() == set()
