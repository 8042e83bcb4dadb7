"""Totals, numbers, terms, updates, voids and deletes of invoices."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company, sales_line


def _discount(**fields: object) -> dict[str, Any]:
    return {"DetailType": "DiscountLineDetail", **fields}


def test_the_server_adds_the_subtotal_line_and_works_out_the_totals(company: Company) -> None:
    customer = company.customer("Amy")
    lines = [
        sales_line("100.00"),
        sales_line("50.50"),
        {"DetailType": "DescriptionOnly", "Description": "thanks"},
        _discount(DiscountLineDetail={"PercentBased": True, "DiscountPercent": 10}),
    ]
    tax = {"TotalTax": Decimal("4.20")}
    invoice = company.invoice(customer, "1", Line=lines, TxnTaxDetail=tax)
    (subtotal,) = [line for line in invoice["Line"] if line["DetailType"] == "SubTotalLineDetail"]
    assert "Id" not in subtotal
    assert subtotal["Amount"] == Decimal("150.50")
    assert invoice["Line"][-1]["Amount"] == Decimal("15.05")
    assert invoice["TotalAmt"] == invoice["Balance"] == Decimal("139.65")


def test_money_is_two_decimals_or_a_bare_zero(company: Company) -> None:
    customer = company.customer("Amy")
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [sales_line("7.5")]}
    text = company.call("POST", "invoice", body).text
    assert '"TotalAmt":7.50' in text
    assert '"TotalTax":0}' in text


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ({"Amount": 1}, "2020"),
        ({"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {}}, "2020"),
        ({"Amount": 1, "DetailType": "Nonsense"}, "2170"),
        (sales_line("10", SalesItemLineDetail={"ItemRef": {"value": "1"}, "Qty": 3, "UnitPrice": 3}), "6070"),
        (sales_line("10", SalesItemLineDetail={"ItemRef": {"value": "99"}}), "2500"),
        (sales_line("10", SalesItemLineDetail={"TaxCodeRef": {"value": "7"}}), "6100"),
        (sales_line("10", SalesItemLineDetail={"Colour": "red"}), "2010"),
        (_discount(DiscountLineDetail={"PercentBased": True}), "6090"),
    ],
)
def test_a_line_that_does_not_fit_is_refused(company: Company, line: dict[str, Any], code: str) -> None:
    body = {"CustomerRef": {"value": company.customer("Amy")["Id"]}, "Line": [line]}
    assert company.refusal("POST", "invoice", body)[0] == code


def test_an_invoice_needs_a_line(company: Company) -> None:
    body = {"CustomerRef": {"value": company.customer("Amy")["Id"]}, "Line": []}
    assert company.refusal("POST", "invoice", body) == ("2020", "Required parameter Line is missing in the request")


def test_numbers_count_up_where_the_company_does_not_number_by_hand(company: Company) -> None:
    customer = company.customer("Amy")
    first, own, second = (
        company.invoice(customer, "1"),
        company.invoice(customer, "1", DocNumber="A-7"),
        company.invoice(customer, "1", DocNumber="AUTO_GENERATE"),
    )
    assert [each["DocNumber"] for each in (first, own, second)] == ["1001", "A-7", "1002"]


def test_a_company_that_numbers_by_hand_gets_no_number(company: Company) -> None:
    head = {"Id": "1", "SyncToken": "0", "sparse": True}
    company.post("Preferences", {**head, "SalesFormsPrefs": {"CustomTxnNumbers": True}})
    assert "DocNumber" not in company.invoice(company.customer("Amy"), "1")


def test_a_repeated_number_is_refused_where_the_company_wants_it(company: Company) -> None:
    customer = company.customer("Amy")
    first = company.invoice(customer, "1", DocNumber="1037")
    company.invoice(customer, "1", DocNumber="1037")
    company.control("POST", "switches", {"doc_numbers": "refuse"})
    body = {"CustomerRef": {"value": customer["Id"]}, "Line": [sales_line("1")], "DocNumber": "1037"}
    code, detail = company.refusal("POST", "invoice", body)
    assert code == "6140"
    assert detail.endswith(f"DocNumber=1037 is assigned to TxnType=Invoice with TxnId={first['Id']}")
    assert company.post("Invoice", body, include="allowduplicatedocnum")["DocNumber"] == "1037"
    assert company.refusal("POST", "invoice", body | {"DocNumber": "x" * 22})[0] == "2050"


def test_the_due_date_follows_from_the_terms(company: Company) -> None:
    net15 = company.query("select * from Term where Name = 'Net 15'")["Term"][0]["Id"]
    usual, quick = company.customer("Amy"), company.customer("Bill", SalesTermRef={"value": net15})
    assert company.invoice(usual, "1", TxnDate="2026-11-01")["DueDate"] == "2026-12-01"
    assert company.invoice(quick, "1", TxnDate="2026-11-01")["DueDate"] == "2026-11-16"
    assert company.invoice(quick, "1", TxnDate="2026-11-01", DueDate="2026-11-02")["DueDate"] == "2026-11-02"


def test_a_full_update_clears_what_was_not_sent_and_dates_it_today(company: Company) -> None:
    customer = company.customer("Amy")
    old = company.invoice(customer, "100", PrivateNote="keep me", TxnDate="2026-10-01")
    company.sandbox.clock.advance(60)
    body = {"Id": old["Id"], "SyncToken": "0", "CustomerRef": old["CustomerRef"], "Line": [sales_line("80")]}
    new = company.post("Invoice", body)
    assert "PrivateNote" not in new
    assert (new["TxnDate"], new["DocNumber"], new["SyncToken"]) == ("2026-11-20", old["DocNumber"], "1")
    assert new["Line"][0]["Id"] == "2"
    assert new["MetaData"] == {
        "CreateTime": "2026-11-20T12:00:00-08:00",
        "LastUpdatedTime": "2026-11-20T12:01:00-08:00",
    }
    assert company.get("Customer", customer["Id"])["Balance"] == Decimal("80.00")


def test_a_sparse_update_keeps_what_was_not_sent_and_empty_text_clears(company: Company) -> None:
    old = company.invoice(company.customer("Amy"), "100", PrivateNote="keep me", DocNumber="A-1")
    head = {"Id": old["Id"], "sparse": True}
    moved = company.post("Invoice", {**head, "SyncToken": "0", "DueDate": "2027-01-01"})
    assert (moved["PrivateNote"], moved["DocNumber"], moved["TotalAmt"]) == ("keep me", "A-1", 100)
    assert moved["sparse"] is False
    cleared = company.post("Invoice", {**head, "SyncToken": "1", "PrivateNote": ""})
    assert "PrivateNote" not in cleared


def test_lines_are_all_or_nothing_even_in_a_sparse_update(company: Company) -> None:
    customer = company.customer("Amy")
    old = company.invoice(customer, "1", Line=[sales_line("10"), sales_line("20")])
    kept = {**sales_line("25"), "Id": old["Line"][1]["Id"]}
    new = company.post("Invoice", {"Id": old["Id"], "SyncToken": "0", "sparse": True, "Line": [kept, sales_line("1")]})
    assert [line.get("Id") for line in new["Line"]] == ["2", "3", None]
    assert new["TotalAmt"] == Decimal("26.00")


def test_what_only_the_server_may_say_is_overwritten_silently(company: Company) -> None:
    invoice = company.invoice(company.customer("Amy"), "10", TotalAmt=99, Balance=99, domain="X")
    assert (invoice["TotalAmt"], invoice["Balance"], invoice["domain"]) == (10, 10, "QBO")


def test_a_stale_sync_token_is_refused(company: Company) -> None:
    invoice = company.invoice(company.customer("Amy"), "10")
    head = {"Id": invoice["Id"], "sparse": True, "PrivateNote": "x"}
    company.post("Invoice", {**head, "SyncToken": "0"})
    code, detail = company.refusal("POST", "invoice", {**head, "SyncToken": "0"})
    assert code == "5010"
    assert detail.startswith("Stale Object Error : You and ")
    assert company.refusal("POST", "invoice", head)[0] == "2020"
    assert company.refusal("POST", "invoice", {"Id": "404", "SyncToken": "0"})[0] == "610"
    assert company.refusal("POST", "invoice", {"Id": "x", "SyncToken": "0"})[0] == "2030"


def test_a_void_zeroes_the_amounts_and_keeps_the_number(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100", PrivateNote="from CW")
    voided = company.post("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")
    assert [line["Amount"] for line in voided["Line"]] == [0, 0]
    assert (voided["TotalAmt"], voided["Balance"], voided["SyncToken"]) == (0, 0, "1")
    assert (voided["PrivateNote"], voided["DocNumber"]) == ("Voided - from CW", invoice["DocNumber"])
    assert company.get("Customer", customer["Id"])["Balance"] == 0


def test_a_paid_invoice_cannot_be_voided(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    company.pay(customer, "1", (invoice, "1"))
    assert company.refusal("POST", "invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="void")[0] == "6000"


def test_an_invoice_cannot_shrink_below_what_was_paid(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    company.pay(customer, "60", (invoice, "60"))
    head = {"Id": invoice["Id"], "SyncToken": "0", "sparse": True}
    assert company.refusal("POST", "invoice", {**head, "Line": [sales_line("59.99")]})[0] == "6000"
    assert company.post("Invoice", {**head, "Line": [sales_line("75")]})["Balance"] == Decimal("15.00")


def test_deleting_a_paid_invoice_leaves_its_payment_unapplied(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    payment = company.pay(customer, "60", (invoice, "60"))
    company.post("Invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")
    freed = company.get("Payment", payment["Id"])
    assert (freed["UnappliedAmt"], freed["Line"], freed["SyncToken"]) == (60, [], "1")
    assert company.get("Customer", customer["Id"])["Balance"] == Decimal("-60.00")


def test_deleting_a_paid_invoice_may_be_refused(company: Company) -> None:
    company.control("POST", "switches", {"paid_invoice_delete": "refuse"})
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    company.pay(customer, "60", (invoice, "60"))
    assert company.refusal("POST", "invoice", {"Id": invoice["Id"], "SyncToken": "0"}, operation="delete")[0] == "6000"


def test_an_unknown_property_is_refused_at_any_depth(company: Company) -> None:
    code, detail = company.refusal("POST", "invoice", {"BadJson": True})
    assert code == "2010"
    assert detail.startswith('Property Name:Unrecognized field "BadJson" (class com.intuit.schema.finance.v3.Invoice)')
    assert company.refusal("POST", "customer", {"DisplayName": "A", "BillAddr": {"Street": "x"}})[0] == "2010"


@pytest.mark.parametrize(
    ("field", "value", "code"), [("DueDate", "2026-13-01", "2070"), ("Deposit", "ten", "2110"), ("Line", "x", "2010")]
)
def test_a_value_of_the_wrong_form_is_refused(company: Company, field: str, value: str, code: str) -> None:
    body = {"CustomerRef": {"value": company.customer("Amy")["Id"]}, "Line": [sales_line("1")], field: value}
    assert company.refusal("POST", "invoice", body)[0] == code


@pytest.mark.parametrize("body", ["{", "[1]", '{"TotalAmt": NaN}'])
def test_a_body_that_is_no_json_object_is_refused(company: Company, body: str) -> None:
    assert company.refusal("POST", "invoice", body)[0] == "2010"
