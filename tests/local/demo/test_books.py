"""The made-up books: the same for the same seed, believable, and whole in both systems."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from local.demo.audit import Held, audit
from local.demo.records import connectwise_records, payable_records, quickbooks_records, to_lines
from local.demo.seed import TERM_DAYS, Books, make_books
from local.demo.stories import THREE, make_stories
from local.sandbox.store import load_json
from tests.local.demo.conftest import TODAY

SEEDS = (1, 7, 2026)
DAYS = (date(2026, 11, 20), date(2026, 12, 1), date(2027, 1, 1), date(2028, 2, 29), date(2026, 8, 31))


def test_a_seed_always_makes_the_same_books() -> None:
    one, again, other = make_books(7, TODAY), make_books(7, TODAY), make_books(8, TODAY)
    assert to_lines(quickbooks_records(one)) == to_lines(quickbooks_records(again))
    assert to_lines(connectwise_records(one)) == to_lines(connectwise_records(again))
    assert to_lines(quickbooks_records(one)) != to_lines(quickbooks_records(other))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("day", DAYS)
def test_the_books_are_believable_on_any_day(seed: int, day: date) -> None:
    books = make_books(seed, day)
    assert (len(books.customers), len(books.invoices)) == (40, 200)
    assert len({invoice.number for invoice in books.invoices}) == 200
    assert sum(1 for invoice in books.invoices if not invoice.in_connectwise) == 1
    assert 20 < len(books.paid) < 100
    assert {customer.term_days for customer in books.customers} == set(TERM_DAYS)
    for invoice in books.invoices:
        assert invoice.issued_on < day
        assert invoice.due_on == invoice.issued_on + timedelta(days=invoice.customer.term_days)
        assert invoice.total == sum(line.amount for line in invoice.lines) + invoice.tax > 0
        assert invoice.paid_on is None or invoice.issued_on < invoice.paid_on < day


@pytest.mark.parametrize("seed", range(40))
def test_every_story_has_a_customer_and_open_invoices_of_its_own(seed: int) -> None:
    stories = make_stories(make_books(seed, TODAY), TODAY)
    assert len({story.customer for story in stories}) == len(list(stories)) == 7
    assert all(not invoice.paid_on for story in stories for invoice in story.invoices)
    assert len(stories.over_three.first) == THREE
    assert Decimal(0) < stories.partial.first[0][1] < stories.partial.invoices[0].total
    assert stories.edited.first[0][1] < stories.edited.last[0][1] < stories.edited.invoices[0].total
    assert stories.voided.last == ()
    assert [story for story in stories if not story.invoices[0].in_connectwise] == [stories.not_in_connectwise]


def test_the_tax_is_that_of_the_customers_town_on_goods_only() -> None:
    taxed = [invoice for invoice in make_books(7, TODAY).invoices if invoice.tax]
    assert taxed
    for invoice in taxed:
        goods = sum(line.amount for line in invoice.lines if line.item == "Hardware")
        assert abs(invoice.tax - goods * invoice.customer.tax_percent / 100) <= Decimal("0.005")


def test_records_name_only_what_is_there() -> None:
    """A reference that leads nowhere would be found by nobody: the sandboxes load records as they are."""
    lines = to_lines(quickbooks_records(make_books(7, TODAY))).splitlines()
    records = [(entry["entity"], entry["record"]) for entry in map(load_json, lines)]
    ids = {entity: {record["Id"] for each, record in records if each == entity} for entity, _ in records}
    for entity, record in records:
        if entity in ("Invoice", "Payment"):
            assert record["CustomerRef"]["value"] in ids["Customer"]
        if entity == "Invoice":
            assert {link["TxnId"] for link in record["LinkedTxn"]} <= ids["Payment"]
            sold = [line["SalesItemLineDetail"] for line in record["Line"] if "SalesItemLineDetail" in line]
            assert {detail["ItemRef"]["value"] for detail in sold if detail} <= ids["Item"]
        if entity == "Payment":
            assert record["DepositToAccountRef"]["value"] in ids["Account"]
            assert {line["LinkedTxn"][0]["TxnId"] for line in record["Line"]} <= ids["Invoice"]


def test_b1_the_bill_is_open_and_names_only_what_is_there() -> None:
    accounts = {each["Id"]: each for entity, each in quickbooks_records(make_books(7, TODAY)) if entity == "Account"}
    (vendor, bill) = (each for _, each in payable_records(TODAY))
    assert bill["VendorRef"]["value"] == vendor["Id"]
    assert bill["TotalAmt"] == bill["Balance"] == sum(line["Amount"] for line in bill["Line"])
    spent_on = bill["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"]["value"]
    assert accounts[spent_on]["AccountType"] == "Cost of Goods Sold"
    assert accounts[bill["APAccountRef"]["value"]]["AccountType"] == "Accounts Payable"
    assert bill["TxnDate"] < TODAY.isoformat() < bill["DueDate"]


def test_both_sandboxes_hold_the_books_as_they_were_made(untouched: tuple[Books, Held]) -> None:
    books, held = untouched
    assert audit(books, (), TODAY, held) == []
