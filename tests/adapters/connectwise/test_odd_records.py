"""Records that are not as the vendor's documents promise: kept exactly, or parked; the rest goes on."""

from datetime import date
from typing import Any

import pytest
from crossfoot.core.model import CreditMemo, Customer, Invoice, Kind, Ref, Standing, System, Trait, TraitName
from crossfoot.errors import RemoteUnavailable

from tests.adapters.connectwise.pages import Pages, company, invoice


def read_invoice(**fields: Any) -> Invoice:
    [record] = Pages(invoices=[invoice(1, **fields)]).psa.fetch_changes("").records
    assert isinstance(record, Invoice)
    return record


def read_memo(**fields: Any) -> CreditMemo:
    [record] = Pages(invoices=[invoice(1, type="CreditMemo", **fields)]).psa.fetch_changes("").records
    assert isinstance(record, CreditMemo)
    return record


def read_company(**fields: Any) -> Customer:
    [record] = Pages(companies=[company(1, **fields)]).psa.fetch_changes("").records
    assert isinstance(record, Customer)
    return record


USD, JPY, BHD = ({"currencyCode": code} for code in ("USD", "JPY", "BHD"))


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"total": "100.50", "balance": "100.5"}, {"total_minor": 10050, "balance_minor": 10050}),
        ({"total": -20.01, "balance": -20.01}, {"total_minor": -2001, "balance_minor": -2001}),
        ({"total": 1980, "balance": 1980, "currency": JPY}, {"total_minor": 1980, "currency": "JPY"}),
        ({"total": 1.234, "balance": 0, "currency": BHD}, {"total_minor": 1234, "currency": "BHD"}),
        ({"currency": None}, {"currency": "USD", "total_minor": 10050}),
        ({"payments": None, "credits": None}, {"paid_minor": 0, "credited_minor": 0}),
        ({"payments": "50.25", "credits": 10, "balance": 40.25}, {"paid_minor": 5025, "credited_minor": 1000}),
        ({"invoiceNumber": None}, {"number": ""}),
        ({"invoiceNumber": 4711}, {"number": "4711"}),
        ({"invoiceNumber": "№ 7 🧾"}, {"number": "№ 7 🧾"}),
        ({"id": "1"}, {"ref": Ref(System.CONNECTWISE, Kind.INVOICE, "1")}),
        (
            {"billToCompany": None},
            {"customer": Ref(System.CONNECTWISE, Kind.CUSTOMER, "19"), "customer_name": "Contoso"},
        ),
        ({"billToCompany": None, "company": None}, {"customer": None, "customer_name": ""}),
        ({"billToCompany": {"id": 20, "name": None}}, {"customer_name": ""}),
        ({"dueDate": None}, {"due_on": None, "issued_on": date(2026, 11, 1)}),
        ({"status": None}, {"closed": False}),
        ({"serviceTotal": None, "agreementAmount": None, "agreement": None}, {"lines": ()}),
        ({"agreementAmount": 50, "agreement": None}, {"customer_name": "Contoso Holding"}),
        ({"type": None}, {"traits": ()}),
        ({"type": "Subscription"}, {"traits": (Trait(TraitName.INVOICE_TYPE, "Subscription"),)}),
        ({"_info": {"lastUpdated": "2026-11-03T09:00:00.417Z"}}, {"standing": Standing.LIVE}),
        ({"nobodyKnowsThis": {"a": [1]}}, {"total_minor": 10050}),
    ],
)
def test_an_odd_invoice_is_kept_exactly(fields: dict[str, Any], kept: dict[str, Any]) -> None:
    record = read_invoice(**fields)
    assert {name: getattr(record, name) for name in kept} == kept


@pytest.mark.parametrize(
    "fields",
    [
        {"total": None},
        {"balance": None},
        {"total": "1,000.00"},
        {"total": "NaN"},
        {"total": "Infinity"},
        {"total": 100.505},
        {"total": 1980.5, "currency": JPY},
        {"date": None},
        {"date": "soon"},
        {"id": None},
        {"id": "seven"},
        {"_info": None},
        {"_info": {"lastUpdated": "3 November"}},
        {"status": "Closed"},
        {"company": "Contoso", "billToCompany": None},
        {"type": "CreditMemo", "total": -10, "balance": 3},
        {"type": "CreditMemo", "total": None},
    ],
)
def test_x5_what_cannot_be_kept_exactly_is_parked_and_the_rest_goes_on(fields: dict[str, Any]) -> None:
    window = Pages(invoices=[invoice(1), invoice(2, **fields), invoice(3)]).psa.fetch_changes("")
    assert [record.ref.id for record in window.records] == ["1", "3"]
    kind = Kind.CREDIT_MEMO if fields.get("type") == "CreditMemo" else Kind.INVOICE
    assert window.unreadable == (Ref(System.CONNECTWISE, kind, str(fields.get("id", 2))),)


@pytest.mark.parametrize("stranger", [None, "an invoice", 7, [], {}])
def test_what_is_no_record_sinks_no_page(stranger: Any) -> None:
    pages = Pages()
    pages.door.always["/finance/invoices"] = [stranger, invoice(1)]
    window = pages.psa.fetch_changes("")
    assert [record.ref.id for record in window.records] == ["1"]
    assert len(window.unreadable) == 1


def test_an_answer_that_is_no_list_is_no_empty_page() -> None:
    pages = Pages()
    pages.door.answers["/finance/invoices"] = {"code": "Busy"}
    with pytest.raises(RemoteUnavailable):
        pages.psa.fetch_changes("")


def test_of_two_invoices_with_one_number_both_are_kept() -> None:
    same = [invoice(1, invoiceNumber="7"), invoice(2, invoiceNumber="7")]
    records = Pages(invoices=same).psa.fetch_changes("").records
    assert [(each.ref.id, each.number) for each in records if isinstance(each, Invoice)] == [("1", "7"), ("2", "7")]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"name": "Zoë & Søn 🦷"}, {"name": "Zoë & Søn 🦷"}),
        ({"name": None}, {"name": ""}),
        ({"accountNumber": 4711}, {"account_number": "4711"}),
        ({"status": None, "types": None}, {"traits": (), "active": True}),
        ({"types": [None, {"id": None}, {"id": 5}]}, {"traits": (Trait(TraitName.COMPANY_TYPE, "5"),)}),
        ({"status": {"id": 2, "inactiveFlag": True}}, {"active": False}),
        ({"deletedFlag": True}, {"standing": Standing.DELETED}),
    ],
)
def test_an_odd_company_is_kept(fields: dict[str, Any], kept: dict[str, Any]) -> None:
    record = read_company(**fields)
    assert {name: getattr(record, name) for name in kept} == kept


def test_c4_a_company_has_a_status_and_several_types_in_one_order() -> None:
    types = [{"id": 11, "name": "Partner"}, {"id": 5, "name": "Customer"}]
    both = (read_company(types=order, status={"id": 1}).traits for order in (types, types[::-1]))
    expected = {
        Trait(TraitName.COMPANY_TYPE, "11"),
        Trait(TraitName.COMPANY_TYPE, "5"),
        Trait(TraitName.COMPANY_STATUS, "1"),
    }
    first, second = both
    assert (set(first), first) == (expected, second)


def test_c4_an_invoice_has_its_type_agreement_type_location_and_department() -> None:
    filed = invoice(1, type="Agreement", agreement={"id": 9, "name": "Gold"}, locationId=2, departmentId=10)
    agreements = [{"id": 8, "type": {"id": 1}}, {"id": 9, "type": {"id": 4, "name": "Managed"}}]
    pages = Pages(invoices=[filed], agreements=agreements)
    expected = (
        Trait(TraitName.AGREEMENT_TYPE, "4"),
        Trait(TraitName.DEPARTMENT, "10"),
        Trait(TraitName.INVOICE_TYPE, "Agreement"),
        Trait(TraitName.LOCATION, "2"),
    )
    [record] = pages.psa.fetch_changes("").records
    [by_id] = pages.psa.fetch_invoices(["1"]).records
    assert isinstance(record, Invoice)
    assert record.traits == by_id.traits == expected


@pytest.mark.parametrize("agreement", [{"id": 9, "type": None}, {"id": 9}, {"id": 9, "type": {"id": None}}])
def test_an_agreement_without_a_type_gives_none(agreement: dict[str, Any]) -> None:
    pages = Pages(invoices=[invoice(1, agreement={"id": 9})], agreements=[agreement])
    [record] = pages.psa.fetch_changes("").records
    assert isinstance(record, Invoice)
    assert {trait.name for trait in record.traits} == {TraitName.INVOICE_TYPE}


@pytest.mark.parametrize(
    ("fields", "total_minor", "remaining_minor"),
    [
        ({"total": -100, "balance": -100}, 10000, 10000),
        ({"total": "-100.00", "balance": "-39.99"}, 10000, 3999),
        ({"total": -100, "balance": 0}, 10000, 0),
        ({"total": 0, "balance": 0}, 0, 0),
        ({"total": 100, "balance": 40}, 10000, 4000),
        ({"total": -1980, "balance": -980, "currency": JPY}, 1980, 980),
    ],
)
def test_i3_a_credit_memo_is_positive_and_says_what_is_left_of_it(
    fields: dict[str, Any], total_minor: int, remaining_minor: int
) -> None:
    memo = read_memo(**fields)
    assert (memo.total_minor, memo.remaining_minor) == (total_minor, remaining_minor)
    assert memo.ref == Ref(System.CONNECTWISE, Kind.CREDIT_MEMO, "1")
    assert (memo.number, memo.customer_name, memo.issued_on) == ("10001", "Contoso Holding", date(2026, 11, 1))
    assert memo.traits == (Trait(TraitName.INVOICE_TYPE, "CreditMemo"),)


@pytest.mark.parametrize(
    "type_", ["Agreement", "Consolidated", "DownPayment", "Miscellaneous", "Progress", "Standard", "New in 2031"]
)
def test_every_other_type_is_an_invoice(type_: str) -> None:
    assert read_invoice(type=type_).ref.kind is Kind.INVOICE


def test_a_credit_memo_is_none_of_the_invoices_that_are_read_by_id() -> None:
    pages = Pages(invoices=[invoice(1), invoice(2, type="CreditMemo", total=-5, balance=-5)])
    assert [each.ref.id for each in pages.psa.fetch_invoices(["1", "2"]).records] == ["1"]
