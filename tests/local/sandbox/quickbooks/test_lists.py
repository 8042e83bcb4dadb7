"""The name lists below and beside each other: categories, classes, departments, terms, accounts, people."""

from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company, sales_line
from tests.local.sandbox.quickbooks.samples import ref


def test_an_item_stands_below_a_category_which_is_not_for_sale(company: Company) -> None:
    category = company.post("Item", {"Name": "Licences", "Type": "Category"})
    below = company.post("Item", {"Name": "Cloud", "Type": "Category", "ParentRef": ref(category), "SubItem": True})
    assert (below["FullyQualifiedName"], below["Level"], "UnitPrice" in below) == ("Licences:Cloud", 1, False)
    body = {"Name": "Mail", "IncomeAccountRef": {"value": "1"}, "Sku": "M-1", "ParentRef": ref(below)}
    item = company.post("Item", body)
    assert (item["FullyQualifiedName"], item["SubItem"], item["Level"]) == ("Licences:Cloud:Mail", True, 2)
    assert company.query("select * from Item where Sku = 'M-1'")["Item"] == [item]
    assert company.query("select * from Item where Type = 'Category'")["Item"] == [category, below]
    line = sales_line("1") | {"SalesItemLineDetail": {"ItemRef": ref(category)}}
    sale = {"CustomerRef": ref(company.customer("Amy")), "Line": [line]}
    assert company.refusal("POST", "invoice", sale)[0] == "6000"
    assert company.refusal("POST", "item", body | {"Name": "X", "ParentRef": ref(item)})[0] == "6000"
    change = {
        "Id": category["Id"],
        "SyncToken": "0",
        "sparse": True,
        "Type": "Service",
        "IncomeAccountRef": {"value": "1"},
    }
    assert company.refusal("POST", "item", change)[0] == "6000"


def test_the_same_name_may_stand_in_two_categories(company: Company) -> None:
    for name in ("A", "B"):
        category = company.post("Item", {"Name": name, "Type": "Category"})
        body = {"Name": "Hours", "IncomeAccountRef": {"value": "1"}, "ParentRef": ref(category)}
        assert company.post("Item", body)["FullyQualifiedName"] == f"{name}:Hours"
        assert company.refusal("POST", "item", body)[0] == "6240"


@pytest.mark.parametrize(("kind", "flag"), [("Class", "SubClass"), ("Department", "SubDepartment")])
def test_classes_and_departments_stand_below_each_other(company: Company, kind: str, flag: str) -> None:
    parent = company.post(kind, {"Name": "North"})
    below = company.post(kind, {"Name": "Oslo", "ParentRef": ref(parent)})
    assert (parent[flag], parent["FullyQualifiedName"]) == (False, "North")
    assert (below[flag], below["FullyQualifiedName"]) == (True, "North:Oslo")


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ({"DueDays": 10}, "STANDARD"),
        ({"DayOfMonthDue": 15, "DueNextMonthDays": 5}, "DATE_DRIVEN"),
        ({"DueDays": 10, "DiscountPercent": 2, "DiscountDays": 5}, "STANDARD"),
    ],
)
def test_a_term_counts_days_or_names_a_day(company: Company, body: dict[str, Any], made: str) -> None:
    term = company.post("Term", {"Name": "Mine", **body})
    assert (term["Type"], term["Active"]) == (made, True)
    assert company.refusal("POST", "term", {"Name": "Nothing"})[0] == "2020"


def test_a_term_says_when_an_invoice_is_due(company: Company) -> None:
    term = company.post("Term", {"Name": "Week", "DueDays": 7})
    assert company.invoice(company.customer("Amy"), "5", SalesTermRef=ref(term))["DueDate"] == "2026-11-27"


@pytest.mark.parametrize("name", ["DepartmentRef", "ClassRef", "SalesTermRef"])
def test_a_transaction_names_only_what_is_there_and_active(company: Company, name: str) -> None:
    customer = company.customer("Amy")
    body = {"CustomerRef": ref(customer), "Line": [sales_line("5")], name: {"value": "99"}}
    code, detail = company.refusal("POST", "invoice", body)
    assert (code, "99 not found" in detail) == ("2500", True)


def test_an_account_has_the_type_of_the_one_above_it(company: Company) -> None:
    bank = company.post("Account", {"Name": "Till", "AccountType": "Bank", "AcctNum": "1010"})
    body = {"Name": "Drawer", "AccountType": "Expense", "ParentRef": ref(bank)}
    assert company.refusal("POST", "account", body)[0] == "6000"
    assert company.post("Account", body | {"AccountType": "Bank"})["FullyQualifiedName"] == "Till:Drawer"


@pytest.mark.parametrize("first", ["Customer", "Vendor", "Employee"])
@pytest.mark.parametrize("second", ["customer", "vendor", "employee"])
def test_one_name_is_one_person_in_all_three_lists(company: Company, first: str, second: str) -> None:
    company.post(first, {"DisplayName": "Weiskopf"})
    assert company.refusal("POST", second, {"DisplayName": "WEISKOPF"})[0] == "6240"


def test_a_vendor_that_is_owed_cannot_be_made_inactive(company: Company) -> None:
    owed = company.post("Vendor", {"DisplayName": "Owed", "AcctNum": "77", "Vendor1099": True})
    line = {"AccountBasedExpenseLineDetail": {"AccountRef": {"value": "8"}}}
    kind = {"Amount": 5, "DetailType": "AccountBasedExpenseLineDetail"}
    company.post("Bill", {"VendorRef": ref(owed), "Line": [kind | line]})
    body = {"Id": owed["Id"], "SyncToken": "0", "sparse": True, "Active": False}
    assert company.refusal("POST", "vendor", body)[0] == "6220"
