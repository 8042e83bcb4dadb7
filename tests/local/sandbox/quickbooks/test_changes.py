"""Change data capture."""

from decimal import Decimal

import pytest

from local.sandbox.store import load_json
from tests.local.sandbox.quickbooks.driver import Company

BEFORE = "2026-11-20T11:00:00-08:00"


def test_one_call_answers_for_several_entities_and_an_empty_one_stays_empty(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    invoices, payments, customers = company.changes("Invoice,Payment,Customer", BEFORE)
    assert [each["Id"] for each in invoices["Invoice"]] == [invoice["Id"]]
    assert (invoices["startPosition"], invoices["maxResults"]) == (1, 1)
    assert payments == {}
    assert customers["Customer"][0]["Balance"] == Decimal("100.00")


def test_only_what_changed_since_comes_by_its_last_change(company: Company) -> None:
    amy, bill = company.customer("Amy"), company.customer("Bill")
    company.advance(3600)
    company.post("Customer", {"Id": bill["Id"], "SyncToken": "0", "sparse": True, "Notes": "x"})
    company.sandbox.clock.advance(60)
    company.post("Customer", {"Id": amy["Id"], "SyncToken": "0", "sparse": True, "Notes": "y"})
    (answer,) = company.changes("customer", "2026-11-20T12:30:00-08:00")
    assert [each["DisplayName"] for each in answer["Customer"]] == ["Bill", "Amy"]
    (answer,) = company.changes("Customer", "2026-11-20T21:01:00Z")
    assert [each["DisplayName"] for each in answer["Customer"]] == ["Amy"]


def test_whole_seconds_make_a_change_in_the_same_second_visible(company: Company) -> None:
    company.customer("Amy")
    (answer,) = company.changes("Customer", "2026-11-20T12:00:00.900-08:00")
    assert answer["maxResults"] == 1


def test_the_deleted_come_last_as_markers(company: Company) -> None:
    customer = company.customer("Amy")
    first, second = company.invoice(customer, "1"), company.invoice(customer, "2")
    company.sandbox.clock.advance(10)
    company.post("Invoice", {"Id": first["Id"], "SyncToken": "0"}, operation="delete")
    company.sandbox.clock.advance(10)
    company.post("Invoice", {"Id": second["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"})
    (answer,) = company.changes("Invoice", BEFORE)
    assert answer["Invoice"][0]["Id"] == second["Id"]
    assert answer["Invoice"][1] == {
        "domain": "QBO",
        "status": "Deleted",
        "Id": first["Id"],
        "MetaData": {"LastUpdatedTime": "2026-11-20T12:00:10-08:00"},
    }
    assert answer["totalCount"] == 2


def test_a_void_is_an_ordinary_change_and_an_inactive_record_comes_too(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "1")
    company.post("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    company.post("Customer", {"Id": customer["Id"], "SyncToken": "0", "sparse": True, "Active": False})
    invoices, customers = company.changes("Invoice,Customer", BEFORE)
    assert "status" not in invoices["Invoice"][0]
    assert customers["Customer"][0]["Active"] is False


def test_the_cap_counts_over_all_entities_and_cuts_silently(company: Company) -> None:
    company.control("POST", "switches", {"cdc_cap": 3})
    customer = company.customer("Amy")
    for _ in range(2):
        company.invoice(customer, "1")
    customers, invoices, items = company.changes("Customer,Invoice,Item", BEFORE)
    assert (customers["maxResults"], invoices["maxResults"], items) == (1, 2, {})


def test_a_thousand_objects_are_the_most(company: Company) -> None:
    book = company.sandbox.companies.book(company.realm)
    meta = {"LastUpdatedTime": "2026-11-20T11:30:00-08:00"}
    with book.store.transaction():
        for number in range(1, 1002):
            book.put_as_is("Vendor", {"Id": str(number), "SyncToken": "0", "MetaData": meta}, "Vendor")
    vendors, accounts = company.changes("Vendor,Account", BEFORE)
    assert vendors["maxResults"] == 1000
    assert accounts == {}


@pytest.mark.parametrize("entity", ["TaxCode", "TaxRate", "TaxAgency", "TimeActivity", "JournalCode", "Unicorn"])
def test_some_entities_are_not_captured(company: Company, entity: str) -> None:
    assert company.refusal("GET", "cdc", entities=f"Invoice,{entity}", changedSince=BEFORE)[0] == "500"


def test_markers_are_gone_after_thirty_days_and_the_living_still_answer(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "1")
    company.post("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    company.advance(31 * 86_400)
    invoices, customers = company.changes("Invoice,Customer", BEFORE)
    assert (invoices, customers["maxResults"]) == ({}, 1)
    company.control("POST", "switches", {"cdc_window": "refuse"})
    assert company.refusal("GET", "cdc", entities="Invoice", changedSince=BEFORE)[0] == "6000"


def test_the_parameters_are_needed_and_checked(company: Company) -> None:
    assert company.refusal("GET", "cdc", entities="Invoice")[0] == "2020"
    assert company.refusal("GET", "cdc", changedSince=BEFORE)[0] == "2020"
    assert company.refusal("GET", "cdc", entities="Invoice", changedSince="yesterday")[0] == "2070"


def test_a_plus_that_was_not_escaped_is_understood(company: Company) -> None:
    company.customer("Amy")
    (answer,) = company.changes("Customer", "2026-11-20T19:00:00 00:00")
    assert answer["maxResults"] == 1


def test_a_batch_asks_for_changes_and_each_question_has_the_cap_to_itself(company: Company) -> None:
    invoice = company.invoice(company.customer("Amy"), "1")
    company.control("POST", "switches", {"cdc_cap": 1})
    asked = [{"bId": name, "CDCQuery": {"Entities": name, "ChangedSince": BEFORE}} for name in ("Customer", "Invoice")]
    answers = load_json(company.call("POST", "batch", {"BatchItemRequest": asked}).text)["BatchItemResponse"]
    by_id = {answer["bId"]: answer["CDCResponse"]["QueryResponse"] for answer in answers}
    assert [each["DisplayName"] for part in by_id["Customer"] for each in part["Customer"]] == ["Amy"]
    assert [each["Id"] for part in by_id["Invoice"] for each in part["Invoice"]] == [invoice["Id"]]
    refused = [{"bId": "1", "CDCQuery": {"Entities": "TaxCode", "ChangedSince": BEFORE}}]
    (answer,) = load_json(company.call("POST", "batch", {"BatchItemRequest": refused}).text)["BatchItemResponse"]
    assert answer["Fault"]["Error"]
