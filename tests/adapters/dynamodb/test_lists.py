"""Lists: newest first, page by page, and cursors that hold for one list only."""

import base64
import json
from datetime import date, timedelta
from typing import Any

import pytest
from crossfoot.adapters.dynamodb import paging
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Kind, Record, Ref
from crossfoot.errors import Rejected

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import (
    CW,
    OTHER_TENANT,
    QBO,
    TENANT,
    make_credit_memo,
    make_deposit,
    make_invoice,
    make_payment,
    version,
)

NEW_YEAR = date(2026, 1, 1)


@pytest.fixture(scope="module")
def book() -> TableBook:
    return TableBook(MemoryTable())


@pytest.fixture(scope="module")
def real(shared_table: Table) -> TableBook:
    """A book in DynamoDB with a dozen invoices: what is no key there is an error."""
    book = TableBook(shared_table)
    book.save(TENANT, [make_invoice(str(place), issued_on=NEW_YEAR + timedelta(days=9 * place)) for place in range(12)])
    return book


@pytest.fixture
def fresh(table: Table) -> TableBook:
    return TableBook(table)


@pytest.fixture(scope="module")
def invoices(book: TableBook) -> list[Record]:
    """A hundred invoices of a year, of both systems, newest first."""
    made: list[Record] = [
        make_invoice(str(100 + place), CW if place % 3 else QBO, issued_on=NEW_YEAR + timedelta(days=4 * (place // 2)))
        for place in range(100)
    ]
    book.save(TENANT, made)
    return sorted(made, key=lambda invoice: (invoice.issued_on, str(invoice.ref)), reverse=True)  # type: ignore[union-attr]


def load_page(book: TableBook, tenant: str = TENANT, **how: Any) -> Any:
    asked: dict[str, Any] = {
        "kind": Kind.INVOICE,
        "first": None,
        "last": None,
        "system": None,
        "cursor": "",
        "limit": 200,
    }
    asked |= how
    return book.list_records(tenant, asked.pop("kind"), **asked)


def load_all(book: TableBook, **how: Any) -> list[Record]:
    found: list[Record] = []
    cursor = ""
    while True:
        page = load_page(book, cursor=cursor, **how)
        found += page.records
        cursor = page.next_cursor
        if not cursor:
            return found


@pytest.mark.parametrize("limit", [4, 50, 99, 100, 101])
def test_pages_of_any_size_give_every_record_once_newest_first(
    book: TableBook, invoices: list[Record], limit: int
) -> None:
    assert load_all(book, limit=limit) == invoices


@pytest.mark.parametrize("limit", [1, 5, 12, 13])
def test_pages_of_any_size_are_the_same_in_dynamodb(real: TableBook, limit: int) -> None:
    newest_first = [str(place) for place in reversed(range(12))]
    for oldest_first in (False, True):
        found = load_all(real, limit=limit, oldest_first=oldest_first)
        assert [each.ref.id for each in found] == newest_first[:: -1 if oldest_first else 1]


@pytest.mark.parametrize("limit", [3, 200])
def test_dates_are_inclusive_and_systems_are_told_apart(book: TableBook, invoices: list[Any], limit: int) -> None:
    first, last = date(2026, 3, 2), date(2026, 5, 13)
    wanted = [each for each in invoices if first <= each.issued_on <= last and each.ref.system is QBO]
    assert wanted
    assert {each.issued_on for each in invoices} >= {first, last}
    assert load_all(book, first=first, last=last, system=QBO, limit=limit) == wanted


def test_a_list_holds_one_kind_only(book: TableBook, invoices: list[Record]) -> None:
    payment = make_payment()
    book.save(TENANT, [payment])
    assert load_all(book, kind=Kind.PAYMENT) == [payment]
    assert load_all(book) == invoices


def test_a_record_that_was_dated_anew_is_listed_once_under_its_new_date(fresh: TableBook) -> None:
    fresh.save(TENANT, [make_invoice(issued_on=date(2026, 11, 3))])
    moved = make_invoice(issued_on=date(2026, 10, 30), at=version(2))
    fresh.save(TENANT, [moved])
    assert load_all(fresh) == [moved]
    back = make_invoice(issued_on=date(2026, 11, 3), at=version(3))
    fresh.save(TENANT, [back])
    assert load_all(fresh) == [back]


@pytest.mark.parametrize("limit", [7, 200])
def test_a_list_is_read_from_its_oldest_end_too(book: TableBook, invoices: list[Any], limit: int) -> None:
    assert load_all(book, limit=limit, oldest_first=True) == invoices[::-1]
    first, last = date(2026, 3, 2), date(2026, 5, 13)
    wanted = [each for each in invoices[::-1] if first <= each.issued_on <= last]
    assert load_all(book, first=first, last=last, oldest_first=True, limit=limit) == wanted


def test_dates_that_are_the_wrong_way_round_hold_nothing(book: TableBook, invoices: list[Any]) -> None:
    for customer in (None, Ref(QBO, Kind.CUSTOMER, "58")):
        assert load_all(book, first=date(2026, 5, 13), last=date(2026, 3, 2), customer=customer) == []


@pytest.mark.parametrize("oldest_first", [True, False])
def test_a_customer_has_lists_of_its_own(fresh: TableBook, oldest_first: bool) -> None:
    ours, theirs = Ref(QBO, Kind.CUSTOMER, "58"), Ref(QBO, Kind.CUSTOMER, "5")
    mine = [make_invoice(str(day), issued_on=date(2026, 9 + day % 3, day)) for day in range(1, 20)]
    others = [make_invoice("77", customer=theirs), make_invoice("78", CW), make_invoice("79", customer=None)]
    payment, memo = make_payment(customer=ours), make_credit_memo(customer=ours)
    fresh.save(TENANT, [*mine, *others, payment, memo, make_deposit()])
    expected = sorted(mine, key=lambda invoice: invoice.issued_on, reverse=not oldest_first)
    how: dict[str, Any] = {"customer": ours, "oldest_first": oldest_first}
    assert load_all(fresh, limit=4, **how) == expected
    assert load_all(fresh, kind=Kind.PAYMENT, **how) == [payment]
    assert load_all(fresh, kind=Kind.CREDIT_MEMO, **how) == [memo]
    assert load_all(fresh, customer=theirs) == [others[0]]
    assert load_all(fresh, system=CW, **how) == []
    assert load_page(fresh, OTHER_TENANT, **how).records == ()
    moved = make_invoice("1", at=version(2), customer=theirs, issued_on=mine[0].issued_on)
    fresh.save(TENANT, [moved])
    assert mine[0] not in load_all(fresh, **how)
    assert set(load_all(fresh, customer=theirs)) == {others[0], moved}


def test_a_page_looks_at_a_bounded_number_of_places_and_says_where_to_go_on(
    book: TableBook, invoices: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MAX_LOOKED_AT", 10)
    page = load_page(book, system=QBO, limit=10)
    assert len(page.records) < 10
    assert page.next_cursor
    assert load_all(book, system=QBO, limit=10) == [each for each in invoices if each.ref.system is QBO]


def test_a_month_is_entered_once_per_partner_whatever_other_partners_did(counting_table: CountingTable) -> None:
    book = TableBook(counting_table)
    for tenant in (TENANT, OTHER_TENANT):
        book.save(tenant, [make_invoice("1")])
        assert load_page(book, tenant).records == (make_invoice("1"),)
    before = counting_table.write_units
    book.save(TENANT, [make_invoice("2")])
    TableBook(counting_table).save(TENANT, [make_invoice("3")])
    assert counting_table.write_units - before == 2 * 5


def test_a_page_has_a_limit(book: TableBook) -> None:
    for limit in (0, paging.MAX_LIMIT + 1):
        with pytest.raises(ValueError, match="a page has"):
            load_page(book, limit=limit)


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"tenant": OTHER_TENANT},
        {"kind": Kind.PAYMENT},
        {"system": CW},
        {"first": date(2026, 1, 2)},
        {"last": date(2026, 12, 30)},
        {"customer": Ref(QBO, Kind.CUSTOMER, "58")},
        {"oldest_first": True},
    ],
    ids=str,
)
def test_x6_a_cursor_is_refused_by_every_other_list(
    book: TableBook, invoices: list[Record], elsewhere: dict[str, Any]
) -> None:
    cursor = load_page(book, limit=5).next_cursor
    with pytest.raises(Rejected) as refusal:
        load_page(book, cursor=cursor, limit=5, **elsewhere)
    assert refusal.value.code == "cursor_invalid"
    assert refusal.value.fix


def _forged(book: TableBook, sort_key: object) -> str:
    digest, _ = json.loads(base64.urlsafe_b64decode(load_page(book, limit=5).next_cursor))
    return base64.urlsafe_b64encode(json.dumps([digest, sort_key]).encode()).decode()


@pytest.mark.parametrize(
    "sort_key", ["", "zzz", 7, None, ["2026"], "~", "0000", "2026-11-03#\ud800", "2026-11-03#" + "x" * 2_000]
)
def test_a_cursor_that_was_tampered_with_is_refused(real: TableBook, sort_key: object) -> None:
    with pytest.raises(Rejected):
        load_page(real, cursor=_forged(real, sort_key))


@pytest.mark.parametrize("cursor", ["x", "é", "W10=", "e30=", "bnVsbA==", "[" * 5000, "W1td", "//8="])
def test_a_cursor_that_is_none_of_ours_is_refused(real: TableBook, cursor: str) -> None:
    with pytest.raises(Rejected):
        load_page(real, cursor=cursor)
