"""Customers, items and accounts: one name once, never deleted, only made inactive and renamed."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company


def _load(company: Company, entity: str, record: dict[str, Any]) -> None:
    company.sandbox.companies.book(company.realm).put_as_is(entity, record, entity)


@pytest.mark.parametrize("kind", ["Vendor", "Employee", "Customer"])
def test_customers_vendors_and_employees_share_one_name_space(company: Company, kind: str) -> None:
    _load(company, kind, {"Id": "40", "SyncToken": "0", "DisplayName": "Weiskopf Consulting", "Active": True})
    assert company.refusal("POST", "customer", {"DisplayName": "weiskopf consulting"})[0] == "6240"


def test_a_customer_keeps_its_own_name_when_it_is_changed(company: Company) -> None:
    customer = company.customer("Amy")
    renamed = company.post("Customer", {"Id": customer["Id"], "SyncToken": "0", "DisplayName": "AMY", "sparse": True})
    assert renamed["FullyQualifiedName"] == "AMY"


def test_the_transactions_of_a_renamed_customer_show_its_new_name_and_have_not_changed(company: Company) -> None:
    customer, other = company.customer("Amy"), company.customer("Bill")
    invoice, apart = company.invoice(customer, "10"), company.invoice(other, "10")
    company.post("Customer", {"Id": customer["Id"], "SyncToken": "0", "DisplayName": "Amelia", "sparse": True})
    shown = company.get("Invoice", invoice["Id"])
    assert shown["CustomerRef"] == {"value": customer["Id"], "name": "Amelia"}
    assert (shown["SyncToken"], shown["MetaData"]) == (invoice["SyncToken"], invoice["MetaData"])
    assert company.get("Invoice", apart["Id"])["CustomerRef"]["name"] == "Bill"


def test_a_sub_customer_has_its_parents_name_in_front_and_adds_to_the_parents_balance(company: Company) -> None:
    parent = company.customer("Freeman Sporting Goods")
    job = company.customer("55 Twin Lane", Job=True, ParentRef={"value": parent["Id"]})
    assert (job["FullyQualifiedName"], job["Level"]) == ("Freeman Sporting Goods:55 Twin Lane", 1)
    company.invoice(job, "85")
    family = company.get("Customer", parent["Id"])
    assert (family["Balance"], family["BalanceWithJobs"]) == (0, Decimal("85.00"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "6080"),
        ({"DisplayName": "a:b"}, "2040"),
        ({"DisplayName": "x" * 501}, "2050"),
        ({"DisplayName": "a", "ParentRef": {"value": "88"}}, "2500"),
    ],
)
def test_a_customer_that_does_not_fit_is_refused(company: Company, body: dict[str, Any], code: str) -> None:
    assert company.refusal("POST", "customer", body)[0] == code


def test_a_customer_is_named_by_the_parts_of_a_name(company: Company) -> None:
    assert company.post("Customer", {"GivenName": "Amy", "FamilyName": "Lauterbach"})["DisplayName"] == "Amy Lauterbach"


def test_an_inactive_record_is_renamed_hidden_and_not_to_be_used(company: Company) -> None:
    customer = company.customer("Amy")
    head = {"Id": customer["Id"], "sparse": True}
    gone = company.post("Customer", {**head, "SyncToken": "0", "Active": False})
    assert (gone["DisplayName"], gone["FullyQualifiedName"]) == ("Amy (deleted)", "Amy (deleted)")
    assert gone["PrintOnCheckName"] == "Amy"
    assert company.query("select * from Customer") == {}
    assert company.query("select * from Customer where Active in (true, false)")["maxResults"] == 1
    assert company.get("Customer", customer["Id"])["Active"] is False
    code, detail = company.refusal("POST", "payment", {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": 1})
    assert (code, detail[:20]) == ("2500", "Invalid Reference Id")
    again = company.post("Customer", {**head, "SyncToken": "1", "Active": True})
    assert (again["DisplayName"], again["Active"]) == ("Amy", True)


def test_making_an_inactive_record_inactive_changes_nothing(company: Company) -> None:
    customer = company.customer("Amy")
    body = {"Id": customer["Id"], "sparse": True, "Active": False}
    gone = company.post("Customer", body | {"SyncToken": "0"})
    company.sandbox.clock.advance(60)
    assert company.post("Customer", body | {"SyncToken": "1"}) == gone


def test_a_customer_that_owes_cannot_be_made_inactive(company: Company) -> None:
    customer = company.customer("Amy")
    company.invoice(customer, "1")
    body = {"Id": customer["Id"], "SyncToken": "0", "sparse": True, "Active": False}
    assert company.refusal("POST", "customer", body)[0] == "6220"


@pytest.mark.parametrize("kind", ["Customer", "Item", "Account"])
def test_name_lists_cannot_be_deleted(company: Company, kind: str) -> None:
    company.customer("Amy")
    body = {"Id": "1", "SyncToken": "0"}
    assert company.refusal("POST", kind.lower(), body, operation="delete")[0] == "500"


def test_an_item_of_service_needs_an_income_account(company: Company) -> None:
    assert company.refusal("POST", "item", {"Name": "Backup", "Type": "Service"})[0] == "2020"
    assert company.refusal("POST", "item", {"Type": "Service"})[1].startswith("Required parameter Name is missing")
    assert company.refusal("POST", "item", {"Name": "B", "Type": "Thing"})[0] == "2170"
    item = company.post("Item", {"Name": "Backup", "Type": "Service", "IncomeAccountRef": {"value": "1"}, "Sku": "B1"})
    assert item["IncomeAccountRef"] == {"value": "1", "name": "Services"}
    assert company.refusal("POST", "item", {"Name": "backup", "IncomeAccountRef": {"value": "1"}})[0] == "6240"


def test_an_account_is_classified_by_its_type(company: Company) -> None:
    account = company.post("Account", {"Name": "PayPal", "AccountType": "Bank"})
    assert (account["Classification"], account["AccountSubType"]) == ("Asset", "Checking")
    sub = company.post("Account", {"Name": "EU", "AccountType": "Bank", "ParentRef": {"value": account["Id"]}})
    assert (sub["FullyQualifiedName"], sub["SubAccount"]) == ("PayPal:EU", True)
    assert company.refusal("POST", "account", {"Name": "X"})[0] == "6010"
    assert company.refusal("POST", "account", {"Name": "X", "AccountType": "Pocket"})[0] == "2170"


def test_an_invoice_and_its_payment_post_to_the_accounts(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    company.pay(customer, "30", (invoice, "30"))
    balances = {
        each["AccountSubType"]: each["CurrentBalance"] for each in company.query("select * from Account")["Account"]
    }
    assert balances["AccountsReceivable"] == Decimal("70.00")
    assert balances["UndepositedFunds"] == Decimal("30.00")
    assert company.get("Account", "1")["CurrentBalance"] == Decimal("100.00")


def test_a_full_update_of_a_customer_clears_its_phone_and_keeps_its_balance(company: Company) -> None:
    customer = company.customer("Doe2, Jane", PrimaryPhone={"FreeFormNumber": "(415) 444-1234"})
    company.invoice(customer, "20")
    updated = company.post("Customer", {"Id": customer["Id"], "SyncToken": "0", "DisplayName": "Jack Moe"})
    assert "PrimaryPhone" not in updated
    assert (updated["PrintOnCheckName"], updated["Balance"], updated["SyncToken"]) == ("Jack Moe", 20, "1")


def test_company_info_and_preferences_are_read_queried_and_updated(company: Company) -> None:
    info = company.get("CompanyInfo", company.realm)
    assert info == company.get("CompanyInfo", "1")
    renamed = company.post("CompanyInfo", {"Id": "1", "SyncToken": "0", "sparse": True, "LegalName": "Larkspur LLC"})
    assert (renamed["LegalName"], renamed["CompanyName"]) == ("Larkspur LLC", info["CompanyName"])
    assert company.query("select * from CompanyInfo")["CompanyInfo"] == [renamed]
    group = {"AccountingInfoPrefs": {"TrackDepartments": True}}
    changed = company.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, **group})
    assert changed["AccountingInfoPrefs"]["TrackDepartments"] is True
    assert changed["AccountingInfoPrefs"]["CustomerTerminology"] == "Customers"
    assert company.refusal("POST", "preferences", {"Id": "1", "SyncToken": "0", **group})[0] == "5010"


def test_an_entity_that_is_only_held_can_be_read_but_not_written(company: Company) -> None:
    _load(company, "Transfer", {"Id": "40", "SyncToken": "0", "Amount": 5, "Novelty": 1})
    assert company.get("Transfer", "40")["Novelty"] == 1
    assert company.refusal("POST", "transfer", {"Amount": 5})[0] == "500"
    assert company.refusal("POST", "transfer", {"Id": "40", "SyncToken": "0"}, operation="delete")[0] == "500"
    assert company.refusal("POST", "unicorn", {"DisplayName": "Another"})[0] == "500"
