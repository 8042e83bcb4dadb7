"""Bills and vendor credits on QuickBooks' wire: lines are sent where they differ, and keep what else stands on them."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.payable_wire import read_entry, write_entry
from crossfoot.core.model import Kind
from crossfoot.core.payables.entries import TAX_LINE_ID, BillEntry, EntryLine, Part, PaymentEntry, VendorEntry
from crossfoot.core.payables.records import PayMethod

DAY = date(2026, 11, 3)
ON_ACCOUNT, ON_ITEM = "AccountBasedExpenseLineDetail", "ItemBasedExpenseLineDetail"
ACCOUNT_LINE = {
    "Id": "1", "LineNum": 1, "Amount": Decimal("100.00"), "Description": "Paper", "DetailType": ON_ACCOUNT,
    "LinkedTxn": [{"TxnId": "9", "TxnType": "ReimburseCharge"}],
    ON_ACCOUNT: {
        "AccountRef": {"value": "63", "name": "Costs"}, "CustomerRef": {"value": "5"}, "ClassRef": {"value": "2"},
        "BillableStatus": "HasBeenBilled", "TaxCodeRef": {"value": "NON"},
    },
}  # fmt: skip
ITEM_LINE = {
    "Id": "2", "LineNum": 2, "Amount": Decimal("50.00"), "DetailType": ON_ITEM,
    ON_ITEM: {"ItemRef": {"value": "4"}, "Qty": 5, "UnitPrice": 10, "CustomerRef": {"value": "5"}},
}  # fmt: skip
WORDS = {"Id": "3", "LineNum": 3, "Description": "By truck", "DetailType": "DescriptionOnly"}
STANDING: dict[str, Any] = {
    "Id": "129", "SyncToken": "4", "VendorRef": {"value": "56"}, "TxnDate": "2026-11-03", "DueDate": "2026-12-03",
    "DocNumber": "INV-1", "TotalAmt": Decimal("162.00"), "Balance": Decimal("162.00"), "PrivateNote": "",
    "Line": [ACCOUNT_LINE, ITEM_LINE, WORDS], "TxnTaxDetail": {"TotalTax": Decimal("12.00")},
    "MetaData": {"LastUpdatedTime": "2026-11-03T09:00:00-08:00"},
}  # fmt: skip


@pytest.fixture
def bill() -> BillEntry:
    entry = read_entry(Kind.BILL, STANDING, "USD")
    assert isinstance(entry, BillEntry)
    return entry


def sent(entry: BillEntry) -> list[Any]:
    """Give the lines as they are sent over those that stand."""
    lines = write_entry(entry, "USD", STANDING)["Line"]
    assert isinstance(lines, list)
    return lines


def test_an_entry_has_every_line_that_makes_up_its_total(bill: BillEntry) -> None:
    assert bill.total_minor == 162_00
    assert [(line.line_id, line.account_id, line.item_id) for line in bill.lines] == [
        ("1", "63", ""), ("2", "", "4"), ("3", "", ""), (TAX_LINE_ID, "", ""),
    ]  # fmt: skip


def test_all_that_stands_is_sent_again_for_what_is_not_sent_is_cleared(bill: BillEntry) -> None:
    standing = {**STANDING, "SalesTermRef": {"value": "3"}, "APAccountRef": {"value": "33"}}
    body = write_entry(replace(bill, number="INV-2"), "USD", standing)
    assert body == {
        "Id": "129", "SyncToken": "4", "sparse": False,
        "VendorRef": {"value": "56"}, "TxnDate": "2026-11-03", "DueDate": "2026-12-03", "DocNumber": "INV-2",
        "CurrencyRef": {"value": "USD"}, "PrivateNote": "", "SalesTermRef": {"value": "3"},
        "APAccountRef": {"value": "33"}, "Line": STANDING["Line"], "TxnTaxDetail": STANDING["TxnTaxDetail"],
    }  # fmt: skip


def test_a_line_that_changes_keeps_what_is_not_said(bill: BillEntry) -> None:
    changed = replace(bill.lines[0], amount_minor=90_00, account_id="64", description="Less paper")
    lines = sent(replace(bill, lines=(changed, *bill.lines[1:])))
    detail = {**ACCOUNT_LINE[ON_ACCOUNT], "AccountRef": {"value": "64"}}  # type: ignore[dict-item]
    assert lines[0] == {
        "Id": "1", "Amount": Decimal("90.00"), "Description": "Less paper", "DetailType": ON_ACCOUNT,
        "LinkedTxn": ACCOUNT_LINE["LinkedTxn"], ON_ACCOUNT: detail,
    }  # fmt: skip
    others = [{name: value for name, value in line.items() if name != "LineNum"} for line in (ITEM_LINE, WORDS)]
    assert lines[1:] == others, "the others are sent as they stand, and the tax is QuickBooks' own"


@pytest.mark.parametrize(
    ("amount_minor", "quantity", "price"),
    [(45_00, 5, {"UnitPrice": 9}), (10_00, 8, {"UnitPrice": Decimal("1.25")}), (10_00, 3, {}), (10_00, 0, {})],
)
def test_an_item_of_another_amount_has_the_price_that_comes_to_it_or_leaves_it_to_quickbooks(
    bill: BillEntry, amount_minor: int, quantity: int, price: dict[str, Any]
) -> None:
    counted = {**ITEM_LINE, ON_ITEM: {**ITEM_LINE[ON_ITEM], "Qty": quantity}}  # type: ignore[dict-item]
    standing = {**STANDING, "Line": [ACCOUNT_LINE, counted, WORDS]}
    changed = replace(bill, lines=(replace(bill.lines[1], amount_minor=amount_minor),))
    lines: Any = write_entry(changed, "USD", standing)["Line"]
    assert lines[0][ON_ITEM] == {"ItemRef": {"value": "4"}, "Qty": quantity, "CustomerRef": {"value": "5"}, **price}


def test_an_item_of_the_same_amount_keeps_its_price(bill: BillEntry) -> None:
    assert sent(replace(bill, lines=bill.lines[1:2]))[0][ON_ITEM] == ITEM_LINE[ON_ITEM]


def test_an_item_that_becomes_an_account_keeps_whom_it_is_for(bill: BillEntry) -> None:
    (line,) = sent(replace(bill, lines=(EntryLine(50_00, "63", "Ink", line_id="2"),)))
    assert line == {
        "Id": "2", "Amount": Decimal("50.00"), "Description": "Ink", "DetailType": ON_ACCOUNT,
        ON_ACCOUNT: {"AccountRef": {"value": "63"}, "CustomerRef": {"value": "5"}},
    }  # fmt: skip


def test_new_lines_and_lines_that_are_gone_by_now_are_made(bill: BillEntry) -> None:
    new, gone = EntryLine(1_00, "63", "Stamps"), EntryLine(2_00, "", "", "4", line_id="77")
    lines = sent(replace(bill, lines=(new, gone)))
    assert lines == [
        {"Amount": Decimal("1.00"), "Description": "Stamps", "DetailType": ON_ACCOUNT,
         ON_ACCOUNT: {"AccountRef": {"value": "63"}}},
        {"Amount": Decimal("2.00"), "DetailType": ON_ITEM, ON_ITEM: {"ItemRef": {"value": "4"}}},
    ]  # fmt: skip


def test_b4_every_line_of_a_payment_is_positive_and_its_total_is_the_money() -> None:
    paid = PaymentEntry("", "56", DAY, PayMethod.CREDIT_CARD, "41", (Part("129", 95_76),), (Part("130", 95_76),))
    assert write_entry(paid, "USD") == {
        "VendorRef": {"value": "56"}, "TxnDate": "2026-11-03", "CurrencyRef": {"value": "USD"},
        "TotalAmt": Decimal("0.00"), "PayType": "CreditCard", "CreditCardPayment": {"CCAccountRef": {"value": "41"}},
        "Line": [
            {"Amount": Decimal("95.76"), "LinkedTxn": [{"TxnId": "129", "TxnType": "Bill"}]},
            {"Amount": Decimal("95.76"), "LinkedTxn": [{"TxnId": "130", "TxnType": "VendorCredit"}]},
        ],
    }  # fmt: skip


def test_another_way_to_pay_takes_the_place_of_the_one_that_stands() -> None:
    check = {"BankAccountRef": {"value": "35"}, "PrintStatus": "NotSet"}
    standing = {
        "Id": "20", "SyncToken": "1", "VendorRef": {"value": "56"}, "TxnDate": "2026-11-03", "TotalAmt": Decimal("1.00"),
        "PayType": "Check", "CheckPayment": check, "PrivateNote": "kept",
        "Line": [{"Amount": Decimal("1.00"), "LinkedTxn": [{"TxnId": "129", "TxnType": "Bill"}]}],
        "MetaData": {"LastUpdatedTime": "2026-11-03T09:00:00-08:00"},
    }  # fmt: skip
    entry = read_entry(Kind.BILL_PAYMENT, standing, "USD")
    assert isinstance(entry, PaymentEntry)
    body = write_entry(replace(entry, method=PayMethod.CREDIT_CARD, account_id="41"), "USD", standing)
    assert "CheckPayment" not in body
    assert (body["PayType"], body["CreditCardPayment"]) == ("CreditCard", {"CCAccountRef": {"value": "41"}})
    assert (body["PrivateNote"], body["TotalAmt"]) == ("kept", Decimal("1.00"))


def test_a_vendor_says_only_what_it_has_and_keeps_the_rest() -> None:
    assert write_entry(VendorEntry("", "Norton"), "USD") == {"DisplayName": "Norton"}
    standing = {"Id": "7", "DisplayName": "Nortn", "Active": True, "Balance": 5, "AcctNum": "C-7", "Vendor1099": True}
    assert write_entry(VendorEntry("7", "Norton", "a@b.example", revision="2"), "USD", standing) == {
        "Id": "7", "SyncToken": "2", "sparse": False, "DisplayName": "Norton", "Active": True, "AcctNum": "C-7",
        "PrimaryEmailAddr": {"Address": "a@b.example"}, "Vendor1099": True,
    }  # fmt: skip
