"""What an export of ConnectWise's ledger may look like: read as recorded ones are, and never more than is understood."""

import json
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.connectwise.exported import to_posting
from crossfoot.core.sync.postings import Posting
from crossfoot.errors import Rejected, RemoteUnavailable
from crossfoot.http import Answer

from tests.adapters.connectwise.pages import Pages, invoice
from tests.adapters.connectwise.transactions import detail, transaction

EXPORT = "/finance/accounting/export"


def bills_of(pages: Pages) -> list[Any]:
    return list(pages.psa.fetch_changes("").records)


def read(*transactions: Any, numbers: tuple[str, ...] = ("10001",)) -> dict[str, Posting]:
    """Answer an export with these, for invoices of these numbers. Returns: postings by number."""
    invoices = [invoice(place, invoiceNumber=number) for place, number in enumerate(numbers, 1)]
    pages = Pages(invoices=invoices)
    pages.door.answers[EXPORT] = {"transactions": list(transactions)}
    return {each.number: each for each in pages.psa.fetch_postings(bills_of(pages)).values()}


def test_a_transaction_is_read_as_it_was_recorded() -> None:
    [posting] = read(transaction("10001")).values()
    assert (posting.total_minor, posting.tax_minor, posting.tax_rate) == (1070, 70, Decimal(7))
    assert (posting.customer_name, posting.terms, posting.tax_code) == ("Angry Fox, Co.", "Net 10", "T1")
    assert posting.record_ids == (1009, 1010, 1011, 1012, 1013)
    [line, tax] = posting.lines
    assert (line.ledger_class, line.item, line.description, line.taxed, line.source) == (
        "North", "LIC", "Taxable Products", True, None,
    )  # fmt: skip
    assert (tax.amount_minor, tax.is_tax, tax.quantity, tax.unit_price, tax.taxed) == (70, True, None, None, False)


@pytest.mark.parametrize(
    ("flags", "taxed"),
    [
        ({"taxableFlag": False, "taxable2Flag": True}, True),
        ({"taxableFlag": False, "itemTaxableFlag": True}, False),
        ({"taxableFlag": None, "itemTaxableFlag": True}, True),
        ({"taxableFlag": None}, False),
    ],
)
def test_a_line_is_taxed_where_one_of_its_levels_is_and_else_as_its_item_is(flags: dict[str, Any], taxed: bool) -> None:
    [posting] = read(transaction("10001", detail=[detail(1009, **flags)])).values()
    assert posting.lines[0].taxed is taxed


def test_the_rate_of_a_whole_code_is_a_fraction_on_the_wire() -> None:
    [posting] = read(transaction("10001", taxGroupRate=0.2)).values()
    assert posting.tax_rate == 20
    [posting] = read(transaction("10001", detail=[detail(1009)], salesTax=None)).values()
    assert (posting.tax_rate, posting.tax_minor) == (None, 0)


def test_the_currency_is_the_bills_where_the_export_names_none() -> None:
    bill = Pages(invoices=[invoice(1, currency={"currencyCode": "EUR"})])
    bill.door.answers[EXPORT] = {"transactions": [transaction("10001")]}
    [posting] = bill.psa.fetch_postings(bills_of(bill)).values()
    assert posting.currency == "EUR"
    bill.door.answers[EXPORT] = {"transactions": [transaction("10001", currency={"currencyCode": "CAD"})]}
    [posting] = bill.psa.fetch_postings(bills_of(bill)).values()
    assert posting.currency == "CAD"


BROKEN: list[dict[str, Any]] = [
    {"total": None}, {"total": 10.001}, {"detail": None}, {"detail": []}, {"detail": [{}]},
    {"detail": [detail(9, total="x")]},
    {"detail": [detail(9, id=None)]}, {"glEntryIds": ""}, {"glEntryIds": "1010,x"}, {"glEntryIds": None},
    {"documentDate": None}, {"salesTax": [1]}, {"company": 7}, {"detail": [detail(9, quantity={})]}, {"taxLevels": [1]},
]  # fmt: skip


@pytest.mark.parametrize("broken", BROKEN)
def test_a_transaction_that_cannot_be_understood_is_left_out_and_sinks_nobody_else(
    broken: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    found = read(transaction("10001", **broken), transaction("10002"), numbers=("10001", "10002"))
    assert set(found) == {"10002"}
    assert "'10001'" in caplog.text


def test_a_transaction_that_fits_no_bill_or_more_than_one_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    ours = transaction("10003")
    strangers = [transaction("77"), transaction(""), {}, None]
    assert set(read(*strangers, ours, numbers=("10003", ""))) == {"10003"}
    assert set(read(transaction("10001"), ours, numbers=("10001", "10001", "10003"))) == {"10003"}
    assert set(read(transaction("10001"), transaction("10001"), ours, numbers=("10001", "10003"))) == {"10003"}
    assert caplog.text.count("of no one bill") == 6
    assert "no transactions" in caplog.text


@pytest.mark.parametrize("answer", [[], "x", None, {"transactions": {}}, {"transactions": 3}])
def test_an_answer_that_is_no_export_is_no_answer(answer: Any) -> None:
    pages = Pages(invoices=[invoice(1)])
    pages.door.answers[EXPORT] = answer
    with pytest.raises(RemoteUnavailable):
        pages.psa.fetch_postings(bills_of(pages))


@pytest.mark.parametrize("answer", [{}, {"transactions": None}, {"transactions": []}])
def test_an_export_of_nothing_is_none(answer: Any) -> None:
    pages = Pages(invoices=[invoice(1)])
    pages.door.answers[EXPORT] = answer
    assert pages.psa.fetch_postings(bills_of(pages)) == {}


def test_as_many_bills_as_a_call_takes_are_asked_for_at_once_and_fewer_where_the_answer_is_too_large() -> None:
    pages = Pages(invoices=[invoice(n) for n in range(1, 501)])
    bills = bills_of(pages)
    pages.door.answers[EXPORT] = {"transactions": [transaction(bill.number) for bill in bills]}
    before = len(pages.door.asked)
    assert len(pages.psa.fetch_postings(bills)) == 500
    assert len(pages.door.asked) - before == 2
    pages.door.largest_bytes = 10
    with pytest.raises(RemoteUnavailable):
        pages.psa.fetch_postings(bills[:4])
    assert len(pages.door.asked) - before == 2 + 3, "of four, of two, of one"


class Slow(Pages):
    """A site that answers an export in time only where it is of a few bills; its `sizes` are what it was asked for."""

    def __init__(self, most: int, **tables: Any) -> None:
        super().__init__(**tables)
        self.sizes: list[int] = []
        answer = self.door.request

        def request(method: str, url: str, *, body: bytes | None = None, **asked: Any) -> Answer:
            ids = json.loads(body)["includedInvoiceIds"] if body else ()
            if ids:
                self.sizes.append(len(ids))
            if len(ids) > most:
                raise RemoteUnavailable("cw.example.com did not answer: ReadTimeout")
            return answer(method, url, body=body, **asked)

        self.door.request = request  # type: ignore[method-assign]


def test_a_site_that_takes_too_long_for_many_bills_is_asked_for_few_at_a_time() -> None:
    pages = Slow(100, invoices=[invoice(n) for n in range(1, 131)])
    bills = bills_of(pages)
    pages.door.answers[EXPORT] = {"transactions": [transaction(bill.number) for bill in bills]}
    assert len(pages.psa.fetch_postings(bills)) == 130
    assert pages.sizes == [130, 60, 60, 10]


def test_a_site_that_is_down_is_asked_once_more_and_no_oftener() -> None:
    pages = Slow(0, invoices=[invoice(n) for n in range(1, 131)])
    bills = bills_of(pages)
    for many in (130, 60, 1):
        with pytest.raises(RemoteUnavailable):
            pages.psa.fetch_postings(bills[:many])
    assert pages.sizes == [130, 60, 60, 1]


@pytest.mark.parametrize("sign", [1, -1])
def test_s5_a_credit_memo_that_connectwise_shows_above_zero_is_positive_too(sign: int) -> None:
    [memo] = bills_of(Pages(invoices=[invoice(1, type="CreditMemo", total=-10.7, balance=-10.7)]))
    wire = transaction(
        "10001", total=Decimal("10.7") * sign, salesTax=Decimal("0.7") * sign,
        detail=[detail(1009, total=-10 * sign, quantity=-sign), detail(1010, glTypeId="ST", total=Decimal("-0.7") * sign)],
    )  # fmt: skip
    posting = to_posting(wire, memo)
    assert (posting.total_minor, posting.tax_minor, [line.amount_minor for line in posting.lines]) == (
        1070, 70, [1000, 70],
    )  # fmt: skip
    assert posting.lines[0].quantity == 1


def test_s10_a_ledger_that_cannot_be_understood_is_refused_with_a_fix() -> None:
    pages = Pages(invoices=[invoice(1)])
    [bill] = bills_of(pages)
    pages.door.answers["/finance/invoices/1/glEntries/"] = [{"id": 1, "type": "R", "amount": "x"}]
    with pytest.raises(Rejected, match="ledger_unreadable") as refused:
        pages.psa.fetch_ledger(bill)
    assert refused.value.fix


def test_the_door_is_told_that_an_export_is_no_write() -> None:
    written: list[tuple[str, bool]] = []

    pages = Pages(invoices=[invoice(1)])
    request = pages.door.request

    def watched(method: str, url: str, *, write: bool, **asked: Any) -> Any:
        written.append((method, write))
        return request(method, url, write=write, **asked)

    pages.door.answers |= {EXPORT: {}, "/finance/accounting/batches": {}}
    bills = bills_of(pages)
    pages.door.request = watched  # type: ignore[method-assign]
    pages.psa.fetch_postings(bills)
    pages.psa.create_batch("CF-1", [1])
    assert written == [("POST", False), ("POST", True)]
