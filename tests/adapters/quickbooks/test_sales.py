"""The invoices and credit memos that we write into QuickBooks: digit for digit, and what is read of them."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.client import QuickBooksClient, Reply
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.model import CreditMemo, Invoice
from crossfoot.core.sync.sales import SaleKind, SaleLine
from crossfoot.errors import AnswerTooLarge, Conflict, OutcomeUnknown, Rejected

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.sales import (
    DAY,
    DUE,
    HOURS,
    KEY,
    MARKER,
    NOTE,
    OTHER_KEY,
    REBATE,
    SWITCH,
    Answering,
    details,
    only,
    sale_of,
)


@pytest.fixture
def sales(company: Company) -> QuickBooksSales:
    return QuickBooksSales(company.client())


@pytest.fixture
def customer(company: Company) -> str:
    return str(company.customer()["Id"])


def test_s8_an_invoice_is_written_as_it_was_previewed(company: Company, sales: QuickBooksSales, customer: str) -> None:
    wanted = sale_of(
        customer, HOURS, SWITCH, REBATE, memo="Thank you\nvery much", terms_id="2", purchase_order="PO 77",
        purchase_order_field="1",
    )  # fmt: skip
    made = sales.create_sale(wanted, NOTE, KEY)
    invoice = only(company)
    assert (invoice["Id"], invoice["DocNumber"], invoice["TxnDate"]) == (made.standing.id, "4711", "2026-11-03")
    assert (invoice["DueDate"], invoice["SalesTermRef"]["value"], invoice["PrivateNote"]) == ("2026-11-18", "2", NOTE)
    assert (str(invoice["TotalAmt"]), invoice["CustomerMemo"]) == ("1400.00", {"value": "Thank you very much"})
    assert invoice["CustomField"][0]["StringValue"] == "PO 77"
    hours, switch, rebate, _ = invoice["Line"]
    assert [str(line["Amount"]) for line in (hours, switch, rebate)] == ["1187.50", "249.99", "-37.49"]
    assert [line["Description"] for line in (hours, switch, rebate)] == ["Project work", "Switch", "Goodwill"]
    first, second, third = details(invoice)
    assert (str(first["Qty"]), first["UnitPrice"], first["ServiceDate"]) == ("9.5", 125, "2026-10-30")
    assert (second["ItemRef"]["value"], str(second["UnitPrice"])) == ("4", "249.99")
    assert not {"Qty", "UnitPrice", "ServiceDate"} & third.keys()


def test_s8_the_answer_is_what_stands_and_what_the_book_keeps(
    company: Company, sales: QuickBooksSales, customer: str
) -> None:
    wanted = sale_of(customer, HOURS, SWITCH)
    made = sales.create_sale(wanted, NOTE, KEY)
    standing = made.standing
    assert standing.says(wanted)
    assert (standing.revision, standing.tax_minor, standing.open_minor, standing.linked) == ("0", 0, 1_437_49, False)
    assert isinstance(made.record, Invoice)
    assert (made.record.number, made.record.due_on, made.record.balance_minor) == ("4711", DUE, 1_437_49)
    assert [line.item for line in made.record.lines or ()] == ["Services", "Hardware"]
    records, _ = company.read_all()
    (read,) = (each for each in records if isinstance(each, Invoice))
    assert replace(read, version=made.record.version) == made.record
    assert read.version.updated_at == made.record.version.updated_at
    assert company.budget.calls[0][2] is False, "writing is free"


def test_s8_a_credit_memo_is_written_with_a_positive_total(
    company: Company, sales: QuickBooksSales, customer: str
) -> None:
    wanted = sale_of(customer, HOURS, REBATE, kind=SaleKind.CREDIT_MEMO, number="CM-9")
    made = sales.create_sale(wanted, NOTE, KEY)
    memo = only(company, "CreditMemo")
    assert (str(memo["TotalAmt"]), memo["DocNumber"], memo.get("DueDate")) == ("1150.01", "CM-9", None)
    assert made.standing.says(wanted)
    assert isinstance(made.record, CreditMemo)
    assert made.record.remaining_minor == made.standing.open_minor == 1_150_01


def test_s6_class_department_and_terms_are_references(company: Company, sales: QuickBooksSales, customer: str) -> None:
    west = company.post("Class", {"Name": "West"})["Id"]
    denver = company.post("Department", {"Name": "Denver"})["Id"]
    line = replace(SWITCH, class_id=west)
    sales.create_sale(sale_of(customer, line, HOURS, department_id=denver), NOTE, KEY)
    invoice = only(company)
    assert invoice["DepartmentRef"]["value"] == denver
    assert [detail.get("ClassRef", {}).get("value") for detail in details(invoice)] == [west, None]
    assert "SalesTermRef" not in invoice


def test_s8_a_number_that_is_quickbooks_own_is_read_from_the_answer(sales: QuickBooksSales, customer: str) -> None:
    wanted = sale_of(customer, SWITCH, number="")
    made = sales.create_sale(wanted, NOTE, KEY)
    assert made.standing.number
    assert made.standing.says(wanted)


def test_words_in_any_letters_and_of_any_length_are_written(
    company: Company, sales: QuickBooksSales, customer: str
) -> None:
    line = replace(SWITCH, description="手数料 Gebühr " * 500)
    sales.create_sale(sale_of(customer, line, memo="支払 " * 900), "支払 " + NOTE, KEY)
    invoice = only(company)
    assert invoice["Line"][0]["Description"].startswith("??? Gebühr ??? Gebühr")
    assert invoice["CustomerMemo"]["value"].startswith("?? ??")
    assert MARKER in invoice["PrivateNote"]


def test_p4_an_entry_whose_answer_was_lost_a_moment_ago_is_found_by_its_marker(
    company: Company, sales: QuickBooksSales, customer: str
) -> None:
    wanted, since = sale_of(customer, SWITCH), company.clock.now()
    company.sandbox.fault("lost_answer", path_contains="/invoice")
    with pytest.raises(OutcomeUnknown):
        sales.create_sale(wanted, NOTE, KEY)
    found = sales.find_sale(SaleKind.INVOICE, MARKER, since, "USD")
    assert found is not None
    assert found.standing.says(wanted)
    assert sales.create_sale(wanted, NOTE, KEY).standing == found.standing, "the same request is carried out once"
    assert sales.find_sale(SaleKind.CREDIT_MEMO, MARKER, since, "USD") is None
    assert sales.find_sale(SaleKind.INVOICE, "xf:0000000000000000", since, "USD") is None
    # By the sandbox's own clock: other tests move it.
    now = datetime.fromisoformat(company.sandbox.control("clock", {"advance_s": 0})["now"])
    assert sales.find_sale(SaleKind.INVOICE, MARKER, now + timedelta(hours=1), "USD") is None


def test_p4_an_entry_is_found_among_others_of_very_many_lines(company: Company, customer: str) -> None:
    class Narrow(QuickBooksClient):
        """A client that takes in no large answer."""

        def query(self, statement: str) -> Reply:
            if int(statement.split()[-1]) > 10:
                raise AnswerTooLarge("too large")
            return super().query(statement)

    narrow = Narrow.__new__(Narrow)
    narrow.__dict__ |= company.client().__dict__
    sales, since = QuickBooksSales(narrow), company.clock.now()
    made = sales.create_sale(sale_of(customer, SWITCH), NOTE, KEY)
    found = sales.find_sale(SaleKind.INVOICE, MARKER, since, "USD")
    assert found is not None
    assert found.standing == made.standing


def test_s9_several_entries_are_read_in_one_call_unless_that_is_too_large(company: Company, customer: str) -> None:
    class Narrow(QuickBooksClient):
        """A client that takes in one entry at a time."""

        def query(self, statement: str) -> Reply:
            if int(statement.split()[-1]) > 1:
                raise AnswerTooLarge("too large")
            return super().query(statement)

    sales, calls = QuickBooksSales(company.client()), company.budget.calls
    made = [sales.create_sale(sale_of(customer, SWITCH, number=each), NOTE, each).standing for each in ("1", "2", "3")]
    wanted = {each.id: each for each in made[:2]}
    sales.delete_sale(made[2].kind, made[2].id, made[2].revision, OTHER_KEY)
    before = len(calls)
    read = sales.fetch_sales(SaleKind.INVOICE, [each.id for each in made], "USD")
    assert ({id_: each.standing for id_, each in read.items()}, len(calls) - before) == (wanted, 1)
    narrow = Narrow.__new__(Narrow)
    narrow.__dict__ |= company.client().__dict__
    assert QuickBooksSales(narrow).fetch_sales(SaleKind.INVOICE, [each.id for each in made], "USD") == read
    assert sales.fetch_sales(SaleKind.INVOICE, [], "USD") == {}


def test_s9_an_entry_is_deleted_as_of_its_revision_and_gone_already_is_no_error(
    company: Company, sales: QuickBooksSales, customer: str
) -> None:
    made = sales.create_sale(sale_of(customer, SWITCH), NOTE, KEY).standing
    head = {"Id": made.id, "SyncToken": "0", "sparse": True}
    company.post("Invoice", {**head, "CustomerRef": {"value": customer}, "PrivateNote": "edited"})
    with pytest.raises(Conflict):
        sales.delete_sale(made.kind, made.id, made.revision, OTHER_KEY)
    standing = sales.fetch_sale(made.kind, made.id, "USD")
    assert standing is not None
    assert standing.standing == replace(made, revision="1")
    sales.delete_sale(made.kind, made.id, "1", OTHER_KEY)
    sales.delete_sale(made.kind, made.id, "1", "another request")
    assert (sales.fetch_sale(made.kind, made.id, "USD"), company.query("Invoice")) == (None, [])


def test_s9_what_is_paid_or_applied_shows(company: Company, sales: QuickBooksSales, customer: str) -> None:
    made = sales.create_sale(sale_of(customer, SWITCH), NOTE, KEY).standing
    company.pay({"Id": made.id, "CustomerRef": {"value": customer}}, 49.99)
    paid = sales.fetch_sale(made.kind, made.id, "USD")
    assert paid is not None
    assert (paid.standing.linked, paid.standing.open_minor, paid.standing.total_minor) == (True, 200_00, 249_99)


def _double(company: Company, sales: QuickBooksSales, customer: str) -> None:
    company.sandbox.switch(doc_numbers="refuse")
    sales.create_sale(sale_of(customer, HOURS), NOTE, OTHER_KEY)


def _close(company: Company, _sales: QuickBooksSales, _customer: str) -> None:
    (settings,) = company.query("Preferences")
    head = {name: settings[name] for name in ("Id", "SyncToken")}
    company.post("Preferences", {**head, "sparse": True, "AccountingInfoPrefs": {"BookCloseDate": DAY.isoformat()}})


def _end_item(company: Company, _sales: QuickBooksSales, _customer: str) -> None:
    (item,) = (each for each in company.query("Item") if each["Id"] == SWITCH.item_id)
    head = {name: item[name] for name in ("Id", "SyncToken", "Name", "Type", "IncomeAccountRef")}
    company.post("Item", {**head, "Active": False})


def _nothing(_company: Company, _sales: QuickBooksSales, _customer: str) -> None:
    """Leave the company as it is."""


@pytest.mark.parametrize(
    ("deed", "line", "code"),
    [
        (_double, SWITCH, "6140"),
        (_close, SWITCH, "6210"),
        (_end_item, SWITCH, "2500"),
        (_nothing, replace(SWITCH, amount_minor=-1, quantity=None, unit_price=None), "6000"),
        (_nothing, replace(SWITCH, quantity=Decimal(2)), "6070"),
    ],
    ids=["a number twice", "closed books", "an inactive item", "less than nothing", "a product that is not the amount"],
)
def test_s7_what_quickbooks_refuses_has_its_code_and_a_fix(
    company: Company, sales: QuickBooksSales, customer: str, deed: Any, line: SaleLine, code: str
) -> None:
    deed(company, sales, customer)
    before = len(company.query("Invoice"))
    try:
        with pytest.raises(Rejected) as refused:
            sales.create_sale(sale_of(customer, line), NOTE, KEY)
    finally:
        company.sandbox.switch(doc_numbers="allow")
    assert refused.value.code == code
    assert refused.value.fix
    assert len(company.query("Invoice")) == before


@pytest.mark.parametrize("answer", [{}, {"Invoice": None}, {"Invoice": {"Id": "7"}}, {"Invoice": []}])
def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(company: Company, answer: dict[str, Any]) -> None:
    deaf = QuickBooksSales(Answering(company.client(), answer))
    with pytest.raises(OutcomeUnknown):
        deaf.create_sale(sale_of("1", SWITCH), NOTE, KEY)
    (outcome,) = deaf.create_sales([(sale_of("1", SWITCH), NOTE)], KEY)
    assert isinstance(outcome, OutcomeUnknown)


def test_a_record_that_was_voided_by_hand_is_read_as_void(
    company: Company, sales: QuickBooksSales, customer: str
) -> None:
    made = sales.create_sale(sale_of(customer, SWITCH), NOTE, KEY).standing
    company.post("Invoice", {"Id": made.id, "SyncToken": "0"}, operation="void")
    found = sales.find_sale(made.kind, MARKER, company.clock.now() - timedelta(hours=1), "USD")
    assert found is not None
    assert (found.record.standing, found.standing.total_minor) == ("void", 0)


def test_the_total_and_the_balance_are_quickbooks_to_add_up(company: Company) -> None:
    listening = Answering(company.client(), {})
    with pytest.raises(OutcomeUnknown):
        QuickBooksSales(listening).create_sale(sale_of("1", HOURS, due_on=None, number=""), NOTE, KEY)
    (body,) = listening.sent
    assert body.keys() == {"CustomerRef", "TxnDate", "CurrencyRef", "Line", "PrivateNote"}
    assert body["TxnDate"] == date(2026, 11, 3).isoformat()
