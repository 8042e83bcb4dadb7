"""Deposits: what they hold, what they lock, what they come to."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.quickbooks.driver import Company
from tests.local.sandbox.quickbooks.samples import account, deposit_body, direct_line, linked_line, trial_balance

VOID = {"operation": "update", "include": "void"}


def _paid(company: Company, total: str = "108", **fields: object) -> dict[str, Any]:
    customer = company.customer(
        f"Customer {total} {len(fields)} {company.sandbox.store.count(company.realm, 'Customer')}"
    )
    return company.post("Payment", {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": Decimal(total), **fields})


def test_a_deposit_holds_payments_less_a_fee_and_comes_to_the_payout(company: Company) -> None:
    first, second = _paid(company, "108"), _paid(company, "50.50")
    lines = [linked_line(first), linked_line(second), direct_line(company, "-4.62")]
    deposit = company.post("Deposit", deposit_body(company, *lines))
    assert deposit["TotalAmt"] == Decimal("153.88")
    assert deposit["Line"][0] == {
        "Amount": Decimal("108.00"),
        "LinkedTxn": [{"TxnId": first["Id"], "TxnType": "Payment", "TxnLineId": "0"}],
    }
    fee = deposit["Line"][2]
    assert (fee["Id"], fee["LineNum"], fee["DetailType"]) == ("1", 1, "DepositLineDetail")
    assert fee["DepositLineDetail"]["AccountRef"]["name"] == "Bank Charges"
    held = company.get("Payment", first["Id"])
    assert held["LinkedTxn"] == [{"TxnId": deposit["Id"], "TxnType": "Deposit"}]
    balances = trial_balance(company)
    assert [balances[each] for each in ("Checking", "Undeposited Funds", "Bank Charges")] == [
        Decimal("153.88"),
        0,
        Decimal("4.62"),
    ]


def test_cash_back_is_taken_off(company: Company) -> None:
    cash = {"AccountRef": {"value": account(company, "Savings")}, "Amount": 200, "Memo": "drawer"}
    deposit = company.post("Deposit", deposit_body(company, linked_line(_paid(company, "1068.15")), CashBack=cash))
    assert deposit["TotalAmt"] == Decimal("868.15")
    assert trial_balance(company)["Savings"] == Decimal("200.00")


@pytest.mark.parametrize("how", [{}, {"operation": "delete"}, VOID])
def test_a_deposited_payment_is_locked_until_its_deposit_is_deleted(company: Company, how: dict[str, str]) -> None:
    payment = _paid(company)
    deposit = company.post("Deposit", deposit_body(company, linked_line(payment)))
    body = {"Id": payment["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "x"}
    assert company.refusal("POST", "payment", body, **how)[0] == "6540"
    company.post("Deposit", {"Id": deposit["Id"], "SyncToken": "0"}, operation="delete")
    assert company.get("Payment", payment["Id"])["LinkedTxn"] == []
    assert company.post("Payment", body, **how)["Id"] == payment["Id"]


def test_a_line_that_is_taken_out_of_a_deposit_sets_its_payment_free(company: Company) -> None:
    first, second = _paid(company, "10"), _paid(company, "20")
    deposit = company.post("Deposit", deposit_body(company, linked_line(first), linked_line(second)))
    edited = company.post(
        "Deposit", {"Id": deposit["Id"], "SyncToken": "0", "sparse": True, "Line": [linked_line(second)]}
    )
    assert (edited["TotalAmt"], edited["SyncToken"]) == (20, "1")
    assert company.get("Payment", first["Id"])["LinkedTxn"] == []
    assert company.get("Payment", second["Id"])["LinkedTxn"] == [{"TxnId": deposit["Id"], "TxnType": "Deposit"}]
    assert trial_balance(company)["Undeposited Funds"] == Decimal("10.00")


def test_what_cannot_be_deposited_is_refused(company: Company) -> None:
    banked = _paid(company, "5", DepositToAccountRef={"value": account(company, "Checking")})
    voided = _paid(company, "6")
    company.post("Payment", {"Id": voided["Id"], "SyncToken": "0", "sparse": True}, **VOID)
    held, good = _paid(company, "7"), _paid(company, "8")
    company.post("Deposit", deposit_body(company, linked_line(held)))
    line = linked_line(good)
    unlinked = line | {"LinkedTxn": [{"TxnId": good["Id"], "TxnType": "Payment"}]}
    missing = linked_line({"Id": "999", "TotalAmt": 1})
    refused = {
        "in the bank already": ([linked_line(banked)], "620"),
        "voided": ([linked_line(voided)], "620"),
        "on another deposit": ([linked_line(held)], "620"),
        "twice": ([line, line], "620"),
        "a part of it": ([line | {"Amount": Decimal("7.99")}], "6000"),
        "no TxnLineId": ([unlinked], "2020"),
        "not there": ([missing], "610"),
        "an invoice": ([line | {"LinkedTxn": [line["LinkedTxn"][0] | {"TxnType": "Invoice"}]}], "2170"),
        "less than nothing": ([direct_line(company, "-1")], "6000"),
        "no lines": ([], "2020"),
        "no account": ([{"Amount": 1, "DetailType": "DepositLineDetail", "DepositLineDetail": {}}], "2020"),
    }
    for what, (lines, code) in refused.items():
        assert company.refusal("POST", "deposit", deposit_body(company, *lines))[0] == code, what
    assert company.get("Payment", good["Id"]).get("LinkedTxn", []) == []


@pytest.mark.parametrize(("subtype", "taken"), [("Savings", True), ("UndepositedFunds", True), ("BankCharges", False)])
def test_money_is_deposited_to_a_bank_or_another_current_asset(company: Company, subtype: str, taken: bool) -> None:
    into = {"DepositToAccountRef": {"value": account(company, subtype)}}
    body = deposit_body(company, direct_line(company, "5", "ServiceFeeIncome")) | into
    if taken:
        assert company.post("Deposit", body)["TotalAmt"] == 5
    else:
        assert company.refusal("POST", "deposit", body)[0] == "6000"


def test_a_direct_line_names_whom_the_money_is_from(company: Company) -> None:
    customer = company.customer("Amy")
    entity = {"value": customer["Id"], "type": "CUSTOMER"}
    line = direct_line(company, "5", "ServiceFeeIncome", Entity=entity, PaymentMethodRef={"value": "1"})
    (built,) = company.post("Deposit", deposit_body(company, line))["Line"]
    assert built["DepositLineDetail"]["Entity"] == {"value": customer["Id"], "name": "Amy", "type": "CUSTOMER"}
    assert built["DepositLineDetail"]["PaymentMethodRef"]["name"] == "Cash"
