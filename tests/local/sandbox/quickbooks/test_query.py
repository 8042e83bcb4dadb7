"""The query language and its limits."""

from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company


@pytest.fixture
def books(company: Company) -> Company:
    """Three customers, and four invoices a minute apart."""
    amy = company.customer("Amy's Bird Sanctuary", PrimaryEmailAddr={"Address": "birds@example.com"})
    bill, cool = company.customer("bill's Windsurf Shop"), company.customer("Cool Cars & Co")
    for customer, amount, number in (
        (amy, "90", "A-1"),
        (bill, "100", "A-2"),
        (cool, "9.5", "B-1"),
        (amy, "300", "B-2"),
    ):
        company.invoice(customer, amount, DocNumber=number)
        company.sandbox.clock.advance(60)
    return company


def _numbers(company: Company, tail: str) -> list[str]:
    return [each["DocNumber"] for each in company.query(f"select * from Invoice {tail}").get("Invoice", [])]


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("where DocNumber = 'A-1'", ["A-1"]),
        ("where TotalAmt > '99.99' orderby DocNumber", ["A-2", "B-2"]),
        ("where TotalAmt >= 100 and TotalAmt < 300", ["A-2"]),
        ("where DocNumber in ('A-1', 'B-1', 'nope') order by DocNumber desc", ["B-1", "A-1"]),
        ("WHERE DocNumber LIKE 'A%' ORDERBY TotalAmt DESC", ["A-2", "A-1"]),
        ("where DocNumber like '%-2' orderby TotalAmt", ["A-2", "B-2"]),
        ("where DocNumber like 'A-1'", ["A-1"]),
        ("where CustomerRef = '1' orderby TotalAmt", ["A-1", "B-2"]),
        ("where Id in ('1','4') orderby Id", ["A-1", "B-2"]),
        ("where Id > '2' orderby Id", ["B-1", "B-2"]),
        (
            "where MetaData.LastUpdatedTime >= '2026-11-20T12:02:00-08:00' orderby Metadata.LastUpdatedTime",
            ["B-1", "B-2"],
        ),
        ("where MetaData.LastUpdatedTime < '2026-11-20T20:01:00Z'", ["A-1"]),
        ("where TxnDate = '2026-11-20' orderby DocNumber maxresults 2", ["A-1", "A-2"]),
        ("orderby DocNumber startposition 2 maxresults 2", ["A-2", "B-1"]),
        ("orderby DocNumber MAXRESULTS 1 STARTPOSITION 4", ["B-2"]),
        ("orderby CustomerRef, TotalAmt desc maxresults 2", ["B-2", "A-1"]),
        ("", ["B-2", "B-1", "A-2", "A-1"]),
    ],
)
def test_conditions_orders_and_pages(books: Company, tail: str, expected: list[str]) -> None:
    assert _numbers(books, tail) == expected


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        (r"DisplayName = 'Amy\'s Bird Sanctuary'", 1),
        ("DisplayName = 'Cool Cars & Co'", 1),
        ("PrimaryEmailAddr.Address like 'birds%'", 1),
        ("Active = true", 3),
        ("Active = false", 0),
        ("Taxable in (true)", 3),
    ],
)
def test_texts_with_signs_and_flags(books: Company, condition: str, found: int) -> None:
    assert books.query(f"select count(*) from Customer where {condition}") == {"totalCount": found}


def test_name_lists_come_by_name_capitals_first(books: Company) -> None:
    names = [each["DisplayName"] for each in books.query("select * from Customer")["Customer"]]
    assert names == ["Amy's Bird Sanctuary", "Cool Cars & Co", "bill's Windsurf Shop"]


def test_a_page_says_where_it_starts_and_how_many_came_and_no_total(books: Company) -> None:
    page = books.query("select * from Invoice startposition 2 maxresults 50")
    assert (page["startPosition"], page["maxResults"], "totalCount" in page) == (2, 3, False)


def test_no_row_is_an_empty_answer_without_the_key(books: Company) -> None:
    assert books.query("select * from Invoice where DocNumber = 'zzz'") == {}
    assert books.query("select * from Invoice startposition 5") == {}
    assert books.query("select * from Deposit") == {}


def test_a_page_is_a_hundred_unless_asked_and_a_thousand_at_most(company: Company) -> None:
    record: dict[str, Any] = {"SyncToken": "0", "Active": True}
    book = company.sandbox.companies.book(company.realm)
    with book.store.transaction():
        for number in range(1, 1102):
            book.put_as_is("Customer", {**record, "Id": str(number), "DisplayName": f"c{number:05}"}, "Customer")
    assert company.query("select * from Customer")["maxResults"] == 100
    assert company.query("select * from Customer maxresults 1000")["maxResults"] == 1000
    assert company.query("select * from Customer startposition 1001 maxresults 1000")["maxResults"] == 101
    code, detail = company.refusal("GET", "query", query="select * from Customer maxresults 1001")
    assert (code, detail) == ("4001", "QueryValidationError: value 1001 is too large. Max allowed value is 1000")


def test_the_sku_may_be_asked_for_beside_everything(company: Company) -> None:
    assert company.query("SELECT *, Sku FROM Item MAXRESULTS 1")["maxResults"] == 1


@pytest.mark.parametrize(
    ("statement", "code", "words"),
    [
        ("select * from Custmoer", "4001", "invalid context declaration: Custmoer"),
        ("select * from customer", "4001", "invalid context declaration: customer"),
        (
            "select * from Customer where PrimayEmailAddr = 'x'",
            "4001",
            "Property PrimayEmailAddr not found for Entity Customer",
        ),
        ("select * from Customer where BillAddr = 'x'", "4001", "not queryable"),
        ("select * from Customer startposition 0", "4001", "value 0 is too small. Min allowed value is 1"),
        ("select * from Customer where Active = true or Active = false", "4001", "operator or is not supported"),
        ("select * from Customer where not Active = true", "4001", "operator not is not supported"),
        ("select * from Customer where Id != '1'", "4001", "operator != is not supported"),
        ("select Id from Customer", "4001", "projection"),
        ("select * from Invoice where TotalAmt > 'ten'", "4001", "Invalid value ten"),
        ("select * from Customer where MetaData.LastUpdatedTime > 'soon'", "4001", "Invalid value soon"),
        (
            "select * from Customer where MetaData.LastUpdatedTime > >",
            "4000",
            'Encountered " ">" "> "" at line 1, column 57',
        ),
        ("select * from Customer where DisplayName = 'Amy", "4000", "Lexical error at line 1, column 44"),
        ("select * from Customer where DisplayName = Amy", "4000", "Encountered"),
        ("select * from Customer where Id in ()", "4000", "Encountered"),
        ("select * from Customer group by Id", "4000", "Encountered"),
        ("delete from Customer", "4000", 'Was expecting:\n    "select"'),
        ("select * from", "4000", "<EOF>"),
        ("", "4000", "<EOF>"),
    ],
)
def test_what_the_language_does_not_know_is_refused(books: Company, statement: str, code: str, words: str) -> None:
    refused_with, detail = books.refusal("GET", "query", query=statement)
    assert refused_with == code
    assert words in detail


def test_a_query_can_be_posted(books: Company) -> None:
    response = books.call("POST", "query", "select count(*) from Invoice")
    assert response.json()["QueryResponse"] == {"totalCount": 4}


def test_the_literal_escape_covers_the_backslash_itself(company: Company) -> None:
    company.customer("back\\slash")
    assert company.query(r"select count(*) from Customer where DisplayName = 'back\\slash'") == {"totalCount": 1}
