"""Credit memos: what they leave of an invoice, by hand and by the company's own preference."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company, payment_body
from tests.local.sandbox.quickbooks.samples import memo, trial_balance


def _apply(customer: dict[str, Any], invoice: dict[str, Any], credit: dict[str, Any], amount: str) -> dict[str, Any]:
    body = payment_body(customer, "0", (invoice, amount))
    link = {"TxnId": credit["Id"], "TxnType": "CreditMemo"}
    body["Line"].append({"Amount": Decimal(amount), "LinkedTxn": [link]})
    return body


def _prefer(company: Company, **preferences: bool) -> None:
    company.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "SalesFormsPrefs": preferences})


def test_a_credit_memo_is_owed_to_the_customer_until_it_is_used(company: Company) -> None:
    customer = company.customer("Amy")
    credit = memo(company, customer, "30")
    assert (credit["TotalAmt"], credit["Balance"], credit["RemainingCredit"]) == (30, 30, 30)
    assert "DueDate" not in credit
    assert company.get("Customer", customer["Id"])["Balance"] == Decimal("-30.00")
    assert trial_balance(company)["Accounts Receivable (A/R)"] == Decimal("-30.00")


def test_a_payment_of_nothing_applies_a_credit_memo_to_an_invoice(company: Company) -> None:
    customer = company.customer("Amy")
    invoice, credit = company.invoice(customer, "100"), memo(company, customer, "30")
    payment = company.post("Payment", _apply(customer, invoice, credit, "20"))
    assert (payment["TotalAmt"], payment["UnappliedAmt"]) == (0, 0)
    link = [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    paid, used = company.get("Invoice", invoice["Id"]), company.get("CreditMemo", credit["Id"])
    assert (paid["Balance"], paid["LinkedTxn"]) == (Decimal("80.00"), link)
    assert (used["Balance"], used["RemainingCredit"], used["LinkedTxn"]) == (10, 10, link)
    assert company.get("Customer", customer["Id"])["Balance"] == Decimal("70.00")


def test_a_credit_and_cash_pay_one_invoice_together(company: Company) -> None:
    customer = company.customer("Amy")
    invoice, credit = company.invoice(customer, "100"), memo(company, customer, "30")
    body = _apply(customer, invoice, credit, "30") | {"TotalAmt": 70}
    body["Line"][0]["Amount"] = 100
    assert company.post("Payment", body)["UnappliedAmt"] == 0
    assert company.get("Invoice", invoice["Id"])["Balance"] == 0


@pytest.mark.parametrize(("invoice_amount", "credit_amount"), [("31", "31"), ("20", "30"), ("30", "20")])
def test_no_more_credit_is_used_than_there_is_or_is_paid(
    company: Company, invoice_amount: str, credit_amount: str
) -> None:
    customer = company.customer("Amy")
    invoice, credit = company.invoice(customer, "100"), memo(company, customer, "30")
    body = _apply(customer, invoice, credit, credit_amount)
    body["Line"][0]["Amount"] = Decimal(invoice_amount)
    assert company.refusal("POST", "payment", body)[0] == "6000"
    assert company.get("CreditMemo", credit["Id"])["RemainingCredit"] == Decimal("30.00")


def test_a_company_that_applies_credits_by_itself_uses_a_new_memo_on_the_oldest_invoices(company: Company) -> None:
    _prefer(company, AutoApplyCredit=True)
    customer = company.customer("Amy")
    first, second = company.invoice(customer, "20"), company.invoice(customer, "50")
    credit = memo(company, customer, "30")
    assert credit["RemainingCredit"] == 0
    assert company.get("Invoice", first["Id"])["Balance"] == 0
    assert company.get("Invoice", second["Id"])["Balance"] == Decimal("40.00")
    payments = company.query("select * from Payment orderby Id")["Payment"]
    assert [(each["TotalAmt"], len(each["Line"])) for each in payments] == [(0, 2), (0, 2)]


def test_a_deleted_memo_opens_its_invoice_again_and_the_payment_of_nothing_goes_too(company: Company) -> None:
    customer = company.customer("Amy")
    invoice, credit = company.invoice(customer, "100"), memo(company, customer, "30")
    payment = company.post("Payment", _apply(customer, invoice, credit, "30"))
    company.post("CreditMemo", {"Id": credit["Id"], "SyncToken": "0"}, operation="delete")
    assert company.refusal("GET", f"payment/{payment['Id']}")[0] == "610"
    again = company.get("Invoice", invoice["Id"])
    assert (again["Balance"], again["LinkedTxn"]) == (Decimal("100.00"), [])
    assert company.get("Customer", customer["Id"])["Balance"] == Decimal("100.00")


def test_a_deleted_memo_takes_only_its_share_out_of_a_payment_with_cash(company: Company) -> None:
    customer = company.customer("Amy")
    invoice, credit = company.invoice(customer, "100"), memo(company, customer, "30")
    body = _apply(customer, invoice, credit, "30") | {"TotalAmt": 70}
    body["Line"][0]["Amount"] = 100
    payment = company.post("Payment", body)
    company.post("CreditMemo", {"Id": credit["Id"], "SyncToken": "0"}, operation="delete")
    left = company.get("Payment", payment["Id"])
    assert [line["Amount"] for line in left["Line"]] == [Decimal("70.00")]
    assert company.get("Invoice", invoice["Id"])["Balance"] == Decimal("30.00")


def test_a_used_memo_is_neither_voided_nor_lowered_below_what_was_used(company: Company) -> None:
    customer = company.customer("Amy")
    invoice, credit = company.invoice(customer, "100"), memo(company, customer, "30")
    company.post("Payment", _apply(customer, invoice, credit, "20"))
    used = company.get("CreditMemo", credit["Id"])
    lines = [used["Line"][0] | {"Amount": 19}]
    body = {"Id": used["Id"], "SyncToken": "0", "sparse": True, "Line": lines}
    assert company.refusal("POST", "creditmemo", body)[0] == "6000"
    answer = company.http.request("POST", "/_sandbox/void", json={"entity": "CreditMemo", "id": used["Id"]})
    assert (answer.status_code, "payments applied" in answer.json()["error"]) == (400, True)
