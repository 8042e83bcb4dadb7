"""What a payment does to invoices and customers, and what is refused."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company, payment_body


def test_a_payment_lowers_the_balance_of_its_invoice_and_of_the_customer(company: Company) -> None:
    customer = company.customer("Amy's Bird Sanctuary")
    invoice = company.invoice(customer, "100.00")
    company.sandbox.clock.advance(5)
    payment = company.pay(customer, "60.10", (invoice, "60.10"))
    paid = company.get("Invoice", invoice["Id"])
    assert (paid["Balance"], paid["TotalAmt"]) == (Decimal("39.90"), Decimal("100.00"))
    assert paid["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    assert paid["SyncToken"] == "0"
    assert paid["MetaData"]["LastUpdatedTime"] == "2026-11-20T12:00:05-08:00"
    owing = company.get("Customer", customer["Id"])
    assert (owing["Balance"], owing["SyncToken"]) == (Decimal("39.90"), "0")


def test_a_payment_may_move_the_sync_token_of_its_invoice(company: Company) -> None:
    company.control("POST", "switches", {"invoice_token_moves": True})
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "10")
    company.pay(customer, "10", (invoice, "10"))
    assert company.get("Invoice", invoice["Id"])["SyncToken"] == "1"


def test_what_is_not_applied_stays_unapplied(company: Company) -> None:
    customer = company.customer("Amy")
    first, second = company.invoice(customer, "70"), company.invoice(customer, "50")
    payment = company.pay(customer, "150", (first, "70"), (second, "30.5"))
    assert payment["UnappliedAmt"] == Decimal("49.50")
    assert company.get("Invoice", first["Id"])["Balance"] == 0
    assert company.get("Invoice", second["Id"])["Balance"] == Decimal("19.50")
    assert company.get("Customer", customer["Id"])["Balance"] == Decimal("-30.00")


def test_a_payment_line_tells_what_was_open_before(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    payment = company.pay(customer, "40", (invoice, "40"))
    noise = {each["value"]["Name"]: each["value"]["Value"] for each in payment["Line"][0]["LineEx"]["any"]}
    assert noise == {
        "txnId": invoice["Id"],
        "txnOpenBalance": "100.00",
        "txnReferenceNumber": invoice["DocNumber"],
    }
    assert "Id" not in payment["Line"][0]


def test_a_payment_goes_to_undeposited_funds_unless_told_otherwise(company: Company) -> None:
    customer = company.customer("Amy")
    undeposited = company.query("select * from Account where AccountSubType = 'UndepositedFunds'")["Account"][0]
    payment = company.pay(customer, "12.34")
    assert payment["DepositToAccountRef"] == {"value": undeposited["Id"]}
    assert company.get("Account", undeposited["Id"])["CurrentBalance"] == Decimal("12.34")


@pytest.mark.parametrize(
    ("amount", "total", "code"), [("100.01", "100.01", "6000"), ("50", "49.99", "6000"), ("-1", "5", "6000")]
)
def test_more_than_is_open_or_was_received_is_refused(company: Company, amount: str, total: str, code: str) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    assert company.refusal("POST", "payment", payment_body(customer, total, (invoice, amount)))[0] == code
    assert company.get("Invoice", invoice["Id"])["Balance"] == Decimal("100.00")
    assert company.query("select count(*) from Payment") == {"totalCount": 0}


def test_more_than_is_open_may_stay_unapplied(company: Company) -> None:
    company.control("POST", "switches", {"over_application": "reduce"})
    customer = company.customer("Amy")
    first, second = company.invoice(customer, "100"), company.invoice(customer, "50")
    paid = company.pay(customer, "240", (first, "60"), (first, "60"), (second, "60"), (second, "10"))
    assert [line["Amount"] for line in paid["Line"]] == [60, 40, 50]
    assert paid["UnappliedAmt"] == 90
    assert company.get("Invoice", first["Id"])["Balance"] == 0


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"PaymentRefNum": "9" * 22}, "2050"), ({"PaymentRefNum": "支払"}, "2040"), ({"PrivateNote": "paid 🚗"}, "2040")],
)
def test_what_a_company_in_the_united_states_cannot_write_is_refused(
    company: Company, fields: dict[str, str], code: str
) -> None:
    customer = company.customer("Amy")
    assert company.refusal("POST", "payment", payment_body(customer, "5") | fields)[0] == code


def test_two_lines_for_one_invoice_may_not_exceed_it_together(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    assert (
        company.refusal("POST", "payment", payment_body(customer, "120", (invoice, "60"), (invoice, "60")))[0] == "6000"
    )


def test_a_payment_for_what_is_not_there_or_voided_or_anothers_is_refused(company: Company) -> None:
    amy, bill = company.customer("Amy"), company.customer("Bill")
    voided, anothers = company.invoice(amy, "10"), company.invoice(bill, "10")
    company.post("Invoice", {"Id": voided["Id"], "SyncToken": "0"}, operation="void")
    assert company.refusal("POST", "payment", payment_body(amy, "10", ({"Id": "999"}, "10")))[0] == "610"
    assert company.refusal("POST", "payment", payment_body(amy, "10", (voided, "10")))[0] == "620"
    assert company.refusal("POST", "payment", payment_body(amy, "10", (anothers, "10")))[0] == "620"
    assert company.refusal("POST", "payment", payment_body({"Id": "77"}, "10"))[0] == "2500"


@pytest.mark.parametrize("left_out", ["CustomerRef", "TotalAmt"])
def test_a_payment_needs_a_customer_and_an_amount(company: Company, left_out: str) -> None:
    body = payment_body(company.customer("Amy"), "10")
    del body[left_out]
    code, detail = company.refusal("POST", "payment", body)
    assert (code, detail) == ("2020", f"Required parameter {left_out} is missing in the request")


def test_an_edited_payment_gives_back_what_it_paid_before(company: Company) -> None:
    customer = company.customer("Amy")
    first, second = company.invoice(customer, "100"), company.invoice(customer, "100")
    payment = company.pay(customer, "80", (first, "80"))
    moved = payment_body(customer, "90", (second, "90")) | {"Id": payment["Id"], "SyncToken": "0"}
    edited = company.post("Payment", moved)
    assert edited["SyncToken"] == "1"
    restored = company.get("Invoice", first["Id"])
    assert (restored["Balance"], restored["LinkedTxn"]) == (Decimal("100.00"), [])
    assert company.get("Invoice", second["Id"])["Balance"] == Decimal("10.00")
    assert company.get("Customer", customer["Id"])["Balance"] == Decimal("110.00")


def test_a_sparse_edit_keeps_the_lines_and_any_line_replaces_them_all(company: Company) -> None:
    customer = company.customer("Amy")
    first, second = company.invoice(customer, "100"), company.invoice(customer, "100")
    payment = company.pay(customer, "80", (first, "50"), (second, "30"))
    head = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
    noted = company.post("Payment", {**head, "PrivateNote": "check 12"})
    assert [line["Amount"] for line in noted["Line"]] == [Decimal("50.00"), Decimal("30.00")]
    assert company.get("Invoice", first["Id"])["Balance"] == Decimal("50.00")
    only = payment_body(customer, "80", (second, "80"))["Line"]
    replaced = company.post("Payment", {**head, "SyncToken": "1", "Line": only})
    assert (len(replaced["Line"]), replaced["PrivateNote"]) == (1, "check 12")
    assert company.get("Invoice", first["Id"])["Balance"] == Decimal("100.00")


def test_a_voided_payment_has_no_amount_and_frees_its_invoice(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    payment = company.pay(customer, "100", (invoice, "100"))
    head = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
    voided = company.post("Payment", head, operation="update", include="void")
    assert (voided["TotalAmt"], voided["UnappliedAmt"], voided["Line"]) == (0, 0, [])
    assert (voided["PrivateNote"], voided["SyncToken"]) == ("Voided", "1")
    assert company.get("Invoice", invoice["Id"])["Balance"] == Decimal("100.00")
    assert company.get("Customer", customer["Id"])["Balance"] == Decimal("100.00")
    assert company.refusal("POST", "payment", head, operation="void")[0] == "500"


def test_a_deleted_payment_is_gone_and_frees_its_invoice(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    payment = company.pay(customer, "100", (invoice, "100"))
    gone = company.post("Payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    assert gone == {"domain": "QBO", "status": "Deleted", "Id": payment["Id"]}
    assert company.refusal("GET", f"payment/{payment['Id']}")[0] == "610"
    assert company.get("Invoice", invoice["Id"])["Balance"] == Decimal("100.00")


@pytest.mark.parametrize("how", [{}, {"operation": "delete"}, {"operation": "update", "include": "void"}])
def test_a_deposited_payment_cannot_be_changed(company: Company, how: dict[str, str]) -> None:
    customer = company.customer("Amy")
    payment = company.pay(customer, "10")
    deposited = payment | {"LinkedTxn": [{"TxnId": "121", "TxnType": "Deposit"}]}
    company.sandbox.companies.book(company.realm).put_as_is("Payment", deposited, "transaction")
    body = {"Id": payment["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}
    assert company.refusal("POST", "payment", body, **how)[0] == "6540"


def test_nothing_moves_in_a_closed_period(company: Company) -> None:
    customer = company.customer("Amy")
    payment = company.post("Payment", payment_body(customer, "10") | {"TxnDate": "2026-09-30"})
    preferences = company.call("GET", "preferences").json()["Preferences"]
    closing = {"AccountingInfoPrefs": {"BookCloseDate": "2026-10-31"}, "sparse": True}
    company.post("Preferences", closing | {name: preferences[name] for name in ("Id", "SyncToken")})
    head = {"Id": payment["Id"], "SyncToken": "0", "sparse": True}
    assert company.refusal("POST", "payment", payment_body(customer, "10") | {"TxnDate": "2026-10-31"})[0] == "6210"
    assert company.refusal("POST", "payment", head | {"TxnDate": "2026-11-01"})[0] == "6210"
    assert company.refusal("POST", "payment", head, operation="delete")[0] == "6210"
    assert company.refusal("POST", "payment", head, operation="update", include="void")[0] == "6210"
    assert company.post("Payment", payment_body(customer, "10") | {"TxnDate": "2026-11-01"})["TotalAmt"] == 10


def _prefer(company: Company, **preferences: bool) -> None:
    company.post("Preferences", {"Id": "1", "SyncToken": "0", "sparse": True, "SalesFormsPrefs": preferences})


def _load_memo(company: Company, customer: dict[str, Any], amount: int) -> None:
    memo = {"Id": "500", "SyncToken": "0", "TotalAmt": amount, "Balance": amount, "RemainingCredit": amount}
    memo |= {"CustomerRef": {"value": customer["Id"]}, "MetaData": {"LastUpdatedTime": "2026-11-01T00:00:00-08:00"}}
    company.sandbox.companies.book(company.realm).put_as_is("CreditMemo", memo, "transaction")


def test_a_company_that_applies_payments_by_itself_pays_a_new_invoice_from_what_is_left_over(company: Company) -> None:
    _prefer(company, AutoApplyPayments=True)
    customer = company.customer("Amy")
    payment = company.pay(customer, "30")
    invoice = company.invoice(customer, "100")
    assert (invoice["Balance"], invoice["LinkedTxn"][0]["TxnId"]) == (Decimal("70.00"), payment["Id"])
    changed = company.get("Payment", payment["Id"])
    assert (changed["UnappliedAmt"], changed["SyncToken"]) == (0, "1")
    assert company.get("Customer", customer["Id"])["Balance"] == Decimal("70.00")


def test_a_company_that_applies_credits_by_itself_makes_a_payment_of_nothing(company: Company) -> None:
    _prefer(company, AutoApplyCredit=True)
    customer = company.customer("Amy")
    _load_memo(company, customer, 30)
    invoice = company.invoice(customer, "20")
    (payment,) = company.query("select * from Payment")["Payment"]
    assert (payment["TotalAmt"], len(payment["Line"]), invoice["Balance"]) == (0, 2, 0)
    assert company.get("CreditMemo", "500")["RemainingCredit"] == Decimal("10.00")


def test_credits_are_left_alone_by_default(company: Company) -> None:
    customer = company.customer("Amy")
    company.pay(customer, "30")
    assert company.invoice(customer, "100")["Balance"] == Decimal("100.00")


def test_a_credit_memo_is_applied_by_a_payment_of_nothing(company: Company) -> None:
    customer = company.customer("Amy")
    invoice = company.invoice(customer, "100")
    _load_memo(company, customer, 30)
    body = payment_body(customer, "0", (invoice, "30"))
    body["Line"].append({"Amount": 30, "LinkedTxn": [{"TxnId": "500", "TxnType": "CreditMemo"}]})
    assert company.post("Payment", body)["UnappliedAmt"] == 0
    assert company.get("Invoice", invoice["Id"])["Balance"] == Decimal("70.00")
    assert company.get("CreditMemo", "500")["RemainingCredit"] == 0
