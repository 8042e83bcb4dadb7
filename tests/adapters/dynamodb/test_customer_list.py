"""The customers by name: as people type it, page by page, and never one that goes by another name now."""

import base64
import json

import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Customer, Kind, Record, Ref, Standing, System
from crossfoot.errors import Rejected

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, QBO, TENANT, make_customer, version

NAMES = (
    "!!!", "3 Amigos", "Acme", "acme & Sons", "ACME, Inc.", "Ädler", "Becker", "Zoë", "北京网络", "🎉",
    "Weiskopf " + "x" * 300,
)  # fmt: skip


@pytest.fixture(scope="module")
def book() -> TableBook:
    return _filled(MemoryTable())


@pytest.fixture(scope="module")
def real(shared_table: Table) -> TableBook:
    """The same in DynamoDB: what is no key there is an error."""
    return _filled(shared_table)


def _filled(table: Table) -> TableBook:
    book = TableBook(table)
    book.save(TENANT, [make_customer(str(at), name=name) for at, name in enumerate(NAMES)])
    book.save(TENANT, [_in_connectwise("Acme")])
    return book


def _in_connectwise(name: str) -> Customer:
    return Customer(Ref(CW, Kind.CUSTOMER, "900"), version(1), Standing.LIVE, name)


def load_all(
    book: TableBook, prefix: str = "", system: System | None = None, limit: int = 200, tenant: str = TENANT
) -> list[Record]:
    found: list[Record] = []
    cursor = ""
    while True:
        page = book.list_named(tenant, Kind.CUSTOMER, prefix=prefix, system=system, cursor=cursor, limit=limit)
        found += page.records
        cursor = page.next_cursor
        if not cursor:
            return found


def names(records: list[Record]) -> list[str]:
    return [record.name[:20] for record in records if isinstance(record, Customer)]


@pytest.mark.parametrize("limit", [1, 3, 12, 200])
def test_all_customers_are_listed_by_name_once(book: TableBook, limit: int) -> None:
    assert names(load_all(book, limit=limit)) == [
        "!!!", "🎉", "3 Amigos", "Acme", "Acme", "ACME, Inc.", "acme & Sons", "Becker", "Weiskopf xxxxxxxxxxx", "Zoë",
        "Ädler", "北京网络",
    ]  # fmt: skip


@pytest.mark.parametrize("limit", [3, 200])
def test_customers_are_listed_alike_in_dynamodb(book: TableBook, real: TableBook, limit: int) -> None:
    for prefix in ("", "acme", "ÄD", "北", "weiskopf " + "x" * 80):
        found = load_all(real, prefix, limit=limit)
        assert found == load_all(book, prefix, limit=limit)
        assert found


@pytest.mark.parametrize(
    ("prefix", "found"),
    [
        ("acme", ["Acme", "Acme", "ACME, Inc.", "acme & Sons"]),
        (" A.c.M.e I", ["ACME, Inc."]),
        ("acmes", ["acme & Sons"]),
        ("ÄD", ["Ädler"]),
        ("北", ["北京网络"]),
        ("weiskopf " + "x" * 80, ["Weiskopf xxxxxxxxxxx"]),
        ("weiskopf " + "x" * 80 + "y", []),
        ("q", []),
    ],
)
@pytest.mark.parametrize("limit", [1, 200])
def test_customers_are_found_by_the_beginning_of_their_name(
    book: TableBook, prefix: str, found: list[str], limit: int
) -> None:
    assert names(load_all(book, prefix, limit=limit)) == found


def test_systems_are_told_apart(book: TableBook) -> None:
    assert load_all(book, "acme", CW) == [_in_connectwise("Acme")]
    assert names(load_all(book, "acme", QBO)) == ["Acme", "ACME, Inc.", "acme & Sons"]


def test_a_customer_that_was_renamed_is_listed_once_and_a_bare_one_not_at_all(table: Table) -> None:
    book = TableBook(table)
    book.save(TENANT, [make_customer(name="Acme"), make_customer("8", name="", standing=Standing.DELETED)])
    renamed = make_customer(name="Acme Holding", at=version(2))
    book.save(TENANT, [renamed])
    assert load_all(book) == load_all(book, "acme") == load_all(book, "acmeh") == [renamed]
    assert load_all(book, tenant=OTHER_TENANT) == []
    book.save(TENANT, [make_customer(name="", standing=Standing.DELETED, at=version(3))])
    (deleted,) = load_all(book)
    assert isinstance(deleted, Customer)
    assert (deleted.name, deleted.standing) == ("Acme Holding", Standing.DELETED)


def test_x6_a_cursor_is_refused_by_every_other_list(book: TableBook) -> None:
    cursor = book.list_named(TENANT, Kind.CUSTOMER, prefix="", system=None, cursor="", limit=3).next_cursor
    others = ((OTHER_TENANT, "", None), (TENANT, "a", None), (TENANT, "", QBO))
    for tenant, prefix, system in others:
        with pytest.raises(Rejected, match="cursor_invalid"):
            book.list_named(tenant, Kind.CUSTOMER, prefix=prefix, system=system, cursor=cursor, limit=3)


@pytest.mark.parametrize(
    "place", ["", "\ud800", "acme#" + "x" * 2_000, "ädler#" + "ä" * 600, "\U0010ffff", "b#quickbooks-1"]
)
def test_a_cursor_that_was_tampered_with_is_refused(real: TableBook, place: str) -> None:
    cursor = real.list_named(TENANT, Kind.CUSTOMER, prefix="a", system=None, cursor="", limit=1).next_cursor
    digest, _ = json.loads(base64.urlsafe_b64decode(cursor))
    forged = base64.urlsafe_b64encode(json.dumps([digest, place]).encode()).decode()
    with pytest.raises(Rejected, match="cursor_invalid"):
        real.list_named(TENANT, Kind.CUSTOMER, prefix="a", system=None, cursor=forged, limit=1)


def test_a_page_reads_no_more_than_its_part(table_name: str) -> None:
    table = CountingTable(table_name)
    book = TableBook(table)
    book.save(TENANT, [make_customer(str(number), name=f"Acme {number:03}") for number in range(60)])
    table.calls.clear()
    assert len(book.list_named(TENANT, Kind.CUSTOMER, prefix="acme", system=None, cursor="", limit=10).records) == 10
    assert table.calls == ["Query", "Query", "BatchGetItem"]
