"""Vendors, bills, vendor credits and the payments that settle them."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company
from tests.local.sandbox.quickbooks.samples import (
    account,
    bill_body,
    bill_payment_body,
    cost_line,
    ref,
    trial_balance,
    vendor,
)


def _bill(company: Company, owed: dict[str, Any], amount: str, **fields: object) -> dict[str, Any]:
    return company.post("Bill", bill_body(company, owed, amount, **fields))


def _credit(company: Company, owed: dict[str, Any], amount: str, **fields: object) -> dict[str, Any]:
    return company.post("VendorCredit", bill_body(company, owed, amount, **fields))


def test_a_bill_is_owed_to_its_vendor_until_it_is_paid(company: Company) -> None:
    owed = vendor(company, "Books by Bessie")
    bill = _bill(company, owed, "192")
    assert (bill["TotalAmt"], bill["Balance"], bill["VendorRef"]["name"]) == (192, 192, "Books by Bessie")
    assert (bill["DueDate"], bill["APAccountRef"]["name"]) == ("2026-11-20", "Accounts Payable (A/P)")
    assert bill["Line"][0]["AccountBasedExpenseLineDetail"]["BillableStatus"] == "NotBillable"
    assert company.get("Vendor", owed["Id"])["Balance"] == 192
    paid = company.post("BillPayment", bill_payment_body(company, owed, "92", ("Bill", bill, "92")))
    assert paid["Line"] == [{"Amount": 92, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}]
    left = company.get("Bill", bill["Id"])
    assert (left["Balance"], left["LinkedTxn"]) == (100, [{"TxnId": paid["Id"], "TxnType": "BillPaymentCheck"}])
    assert company.get("Vendor", owed["Id"])["Balance"] == 100
    balances = trial_balance(company)
    assert [balances["Checking"], balances["Accounts Payable (A/P)"]] == [-92, -100]


def test_a_bill_is_paid_by_credit_card_and_knows_it(company: Company) -> None:
    owed = vendor(company)
    bill = _bill(company, owed, "80")
    card = {"PayType": "CreditCard", "CreditCardPayment": {"CCAccountRef": {"value": account(company, "CreditCard")}}}
    payment = company.post("BillPayment", bill_payment_body(company, owed, "80", ("Bill", bill, "80")) | card)
    assert "CheckPayment" not in payment
    assert company.get("Bill", bill["Id"])["LinkedTxn"][0]["TxnType"] == "BillPaymentCreditCard"
    assert trial_balance(company)["Business Visa"] == -80


def test_a_vendor_credit_covers_a_bill_with_two_positive_lines_and_no_money(company: Company) -> None:
    owed = vendor(company)
    bill, credit = _bill(company, owed, "95.76"), _credit(company, owed, "95.76")
    body = bill_payment_body(company, owed, "0", ("Bill", bill, "95.76"), ("VendorCredit", credit, "95.76"))
    payment = company.post("BillPayment", body)
    for kind, record in (("Bill", bill), ("VendorCredit", credit)):
        now = company.get(kind, record["Id"])
        assert (now["Balance"], now["LinkedTxn"]) == (0, [{"TxnId": payment["Id"], "TxnType": "BillPaymentCheck"}])
    assert company.get("Vendor", owed["Id"])["Balance"] == 0


def test_a_voided_bill_payment_frees_bill_and_credit(company: Company) -> None:
    owed = vendor(company)
    bill, credit = _bill(company, owed, "100"), _credit(company, owed, "30")
    body = bill_payment_body(company, owed, "70", ("Bill", bill, "100"), ("VendorCredit", credit, "30"))
    payment = company.post("BillPayment", body)
    head = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
    voided = company.post("BillPayment", head, operation="update", include="void")
    assert (voided["TotalAmt"], voided["Line"], voided["PrivateNote"]) == (0, [], "Voided")
    assert (company.get("Bill", bill["Id"])["Balance"], company.get("VendorCredit", credit["Id"])["Balance"]) == (
        100,
        30,
    )
    assert company.get("Vendor", owed["Id"])["Balance"] == 70


def test_what_is_paid_beyond_the_bills_stays_with_the_vendor(company: Company) -> None:
    owed = vendor(company)
    company.post("BillPayment", bill_payment_body(company, owed, "150", ("Bill", _bill(company, owed, "100"), "100")))
    assert company.get("Vendor", owed["Id"])["Balance"] == -50


def test_a_deleted_bill_leaves_its_payment_with_the_vendor(company: Company) -> None:
    owed = vendor(company)
    bill = _bill(company, owed, "100")
    payment = company.post("BillPayment", bill_payment_body(company, owed, "100", ("Bill", bill, "100")))
    company.post("Bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="delete")
    assert company.get("BillPayment", payment["Id"])["Line"] == []
    assert company.get("Vendor", owed["Id"])["Balance"] == -100


def test_a_bill_payment_that_does_not_fit_is_refused(company: Company) -> None:
    owed, other = vendor(company), vendor(company)
    bill, credit, anothers = _bill(company, owed, "100"), _credit(company, owed, "30"), _bill(company, other, "5")
    good = bill_payment_body(company, owed, "100", ("Bill", bill, "100"))
    savings = {"BankAccountRef": {"value": account(company, "BankCharges")}}
    refused = {
        "more than is open": (bill_payment_body(company, owed, "101", ("Bill", bill, "101")), "6000"),
        "more than is paid": (good | {"TotalAmt": 99}, "6000"),
        "less than nothing": (good | {"TotalAmt": -1}, "6000"),
        "more credit than bills": (bill_payment_body(company, owed, "0", ("VendorCredit", credit, "30")), "6000"),
        "another's": (bill_payment_body(company, owed, "5", ("Bill", anothers, "5")), "620"),
        "not there": (bill_payment_body(company, owed, "5", ("Bill", {"Id": "999"}, "5")), "610"),
        "an invoice": (bill_payment_body(company, owed, "5", ("Invoice", bill, "5")), "2170"),
        "no way to pay": ({name: good[name] for name in good if name != "PayType"}, "2020"),
        "a strange way": (good | {"PayType": "Cash"}, "2170"),
        "no account": (good | {"CheckPayment": {}}, "2020"),
        "no bank": (good | {"CheckPayment": savings}, "6000"),
        "no vendor": ({name: good[name] for name in good if name != "VendorRef"}, "2020"),
    }
    for what, (body, code) in refused.items():
        assert company.refusal("POST", "billpayment", body)[0] == code, what
    assert company.get("Bill", bill["Id"])["Balance"] == 100


@pytest.mark.parametrize("kind", ["Bill", "VendorCredit"])
def test_a_number_is_used_once_a_vendor_unless_it_is_allowed(company: Company, kind: str) -> None:
    first, second = vendor(company), vendor(company)
    made = company.post(kind, bill_body(company, first, "10", DocNumber="A-1"))
    body = bill_body(company, first, "20", DocNumber="A-1")
    code, detail = company.refusal("POST", kind.lower(), body)
    assert code == "6140"
    assert detail.endswith(f"DocNumber=A-1 is assigned to TxnType={kind} with TxnId={made['Id']}")
    assert company.post(kind, body, include="allowduplicatedocnum")["DocNumber"] == "A-1"
    assert company.post(kind, bill_body(company, second, "10", DocNumber="A-1"))["DocNumber"] == "A-1"
    assert "DocNumber" not in company.post(kind, bill_body(company, first, "10"))


def test_lines_name_accounts_items_customers_and_classes(company: Company) -> None:
    owed, customer = vendor(company), company.customer("Amy")
    room = company.post("Class", {"Name": "Events"})
    line = cost_line(company, "5", BillableStatus="Billable", CustomerRef=ref(customer), ClassRef=ref(room))
    item = {"ItemRef": {"value": "1"}, "Qty": 24, "UnitPrice": 8}
    bought = {"Amount": 192, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": item}
    bill = company.post("Bill", {"VendorRef": ref(owed), "Line": [line, bought]})
    details = [each[each["DetailType"]] for each in bill["Line"]]
    assert (details[0]["CustomerRef"]["name"], details[1]["ItemRef"]["name"]) == ("Amy", "Services")
    assert bill["TotalAmt"] == 197
    refused = {
        "2500": cost_line(company, "5", ClassRef={"value": "99"}),
        "2170": cost_line(company, "5", BillableStatus="Perhaps"),
        "6000": cost_line(company, "5", BillableStatus="Billable"),
        "6070": bought | {"Amount": Decimal("192.01")},
        "2020": {"Amount": 5, "DetailType": "AccountBasedExpenseLineDetail"},
    }
    for code, each in refused.items():
        assert company.refusal("POST", "bill", {"VendorRef": ref(owed), "Line": [each]})[0] == code


def test_a_vendors_term_says_when_its_bills_are_due(company: Company) -> None:
    owed = company.post("Vendor", {"DisplayName": "Termed", "TermRef": {"value": "2"}})
    bill = _bill(company, owed, "10")
    assert (bill["SalesTermRef"], bill["DueDate"]) == ({"value": "2"}, "2026-12-05")
    assert company.refusal("POST", "vendor", {"DisplayName": "X", "TermRef": {"value": "99"}})[0] == "2500"
