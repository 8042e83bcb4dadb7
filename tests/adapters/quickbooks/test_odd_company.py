"""What QuickBooks does seldom, and what no document rules out: a customer that disappears, things that are no records."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.adapters.quickbooks.translate import to_record
from crossfoot.core.model import CreditMemo, Deposit, DepositLine, Invoice, Kind, Line, Standing

from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import TENANT
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


WIRE: dict[str, Any] = {
    "Id": "7", "SyncToken": "0", "MetaData": {"LastUpdatedTime": "2026-11-03T09:00:00-08:00"}, "TxnDate": "2026-11-03",
    "CustomerRef": {"value": "1", "name": "Contoso"}, "TotalAmt": 10, "Balance": 10, "Line": [],
    "DepositToAccountRef": {"value": "35", "name": "Checking"}, "DisplayName": "Contoso",
}  # fmt: skip
SEEN_AT = "2026-11-03T10:00:00-08:00"


@pytest.mark.parametrize("odd", [None, 5])
@pytest.mark.parametrize(
    ("entity", "fields"),
    [
        ("Customer", ("DisplayName", "FullyQualifiedName", "AcctNum")),
        ("Invoice", ("DocNumber", "PrivateNote")),
        ("CreditMemo", ("DocNumber", "PrivateNote")),
        ("Payment", ("PaymentRefNum", "PrivateNote")),
    ],
)
def test_x5_what_stands_in_place_of_a_text_keeps_no_record_out_of_the_book(
    entity: str, fields: tuple[str, ...], odd: int | None
) -> None:
    book = TableBook(MemoryTable())
    record = to_record(entity, {**WIRE, **dict.fromkeys(fields, odd)}, SEEN_AT)
    book.save(TENANT, [record])
    stored = book.load(TENANT, record.ref)
    assert stored is not None
    assert stored.version == record.version


@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo", "Deposit"])
def test_x5_what_stands_in_place_of_a_name_or_a_description_keeps_no_record_out_of_the_book(entity: str) -> None:
    book = TableBook(MemoryTable())
    named = {"value": 5, "name": 6}
    line = {"Id": 1, "Amount": 10, "Description": 5, "SalesItemLineDetail": {"ItemRef": named}}
    wire = {**WIRE, "CustomerRef": named, "DepositToAccountRef": named, "Line": [line]}
    record = to_record(entity, wire, SEEN_AT)
    book.save(TENANT, [record])
    stored = book.load(TENANT, record.ref)
    assert isinstance(record, Invoice | CreditMemo | Deposit)
    assert stored == replace(record, lines=None)
    assert all(isinstance(text, str) for each in record.lines or () for text in texts_of(each))


def texts_of(line: Line | DepositLine) -> tuple[object, ...]:
    if isinstance(line, Line):
        return line.id, line.description, line.item, line.tax_code
    return line.account_id, line.memo


@pytest.mark.parametrize("nothing", ["0", "0.00", 0, Decimal("0.00")])
@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo", "Payment"])
def test_i6_a_void_record_is_void_also_where_its_amounts_are_texts(entity: str, nothing: object) -> None:
    line = {"Id": "1", "Amount": nothing}
    void = {**WIRE, "TotalAmt": nothing, "Balance": nothing, "Line": [line], "PrivateNote": "Voided - wrong"}
    assert to_record(entity, void, SEEN_AT).standing is Standing.VOID
