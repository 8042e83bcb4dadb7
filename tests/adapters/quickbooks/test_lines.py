"""What a QuickBooks invoice, credit memo and deposit hold, line by line (I1, I3)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.lines import deposit_lines, sales_lines
from crossfoot.adapters.quickbooks.translate import to_credit_memo, to_deposit, to_invoice, to_payment
from crossfoot.core.model import CreditUse, DepositLine, Kind, Line, LineKind, Ref, Standing, System
from crossfoot.core.money import InexactAmount

SEEN = "2026-11-03T09:04:05.017-08:00"
HEAD: dict[str, Any] = {
    "Id": "9",
    "SyncToken": "0",
    "MetaData": {"LastUpdatedTime": "2026-11-03T09:04:05-08:00"},
    "TxnDate": "2026-11-03",
    "DocNumber": "1042",
    "CurrencyRef": {"value": "USD"},
    "CustomerRef": {"value": "5", "name": "Contoso"},
    "TotalAmt": Decimal("100.00"),
    "Balance": Decimal(40),
}
DELETED = {"Id": "9", "status": "Deleted", "domain": "QBO", "MetaData": {"LastUpdatedTime": "2026-11-03T09:04:05Z"}}
SALE = {
    "Id": "1",
    "Description": "Firewall 🔥",
    "Amount": Decimal("30.50"),
    "DetailType": "SalesItemLineDetail",
    "SalesItemLineDetail": {
        "ItemRef": {"value": "3", "name": "Hardware:Firewall"},
        "UnitPrice": Decimal("15.25"),
        "Qty": 2,
        "TaxCodeRef": {"value": "TAX"},
        "ServiceDate": "2026-11-01",
    },
}
SALE_LINE = Line(
    "1", LineKind.ITEM, "Firewall 🔥", 3050, Decimal(2), Decimal("15.25"), "Hardware:Firewall", "TAX", date(2026, 11, 1)
)


def payment_ref(id_: str) -> Ref:
    return Ref(System.QUICKBOOKS, Kind.PAYMENT, id_)


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (SALE, (SALE_LINE,)),
        ({"Amount": 5, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}, ()),
        (
            {"Amount": Decimal("2.50"), "DetailType": "DiscountLineDetail"},
            (Line("", LineKind.DISCOUNT, "", -250),),
        ),
        ({"Id": "4", "Description": "Thanks", "DetailType": "DescriptionOnly"}, (Line("4", LineKind.NOTE, "Thanks", 0),)),
        (
            {"Id": "5", "DetailType": "GroupLineDetail", "GroupLineDetail": {"Line": [SALE, SALE]}},
            (SALE_LINE, SALE_LINE),
        ),
        # What the documents promise, and answers do not always hold.
        ({"Amount": None, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": None, "Description": None},
         (Line("", LineKind.ITEM, "", 0),)),
        ({"Amount": "7.00", "DetailType": "SomethingNew"}, (Line("", LineKind.ITEM, "", 700),)),
    ],
)  # fmt: skip
def test_i1_a_line_of_an_invoice(wire: dict[str, Any], expected: tuple[Line, ...]) -> None:
    assert sales_lines({"Line": [wire]}, "USD") == expected
    assert to_invoice({**HEAD, "Line": [wire]}, SEEN).lines == expected


def test_i1_an_invoice_without_lines_has_none_and_a_deleted_one_says_nothing_of_them() -> None:
    assert to_invoice(HEAD, SEEN).lines == ()
    assert to_invoice(DELETED, SEEN).lines is None


@pytest.mark.parametrize("calculation", [None, "TaxExcluded", "TaxInclusive"])
def test_i1_the_tax_is_the_last_line_and_the_lines_add_up_to_the_total(calculation: str | None) -> None:
    tax = {"TotalTax": Decimal("2.44"), "TaxLine": [{"Amount": Decimal("2.44"), "DetailType": "TaxLineDetail"}]}
    wire = {
        **HEAD,
        "TotalAmt": Decimal("32.94"),
        "GlobalTaxCalculation": calculation,
        "Line": [SALE],
        "TxnTaxDetail": tax,
    }
    for record in (to_invoice(wire, SEEN), to_credit_memo(wire, SEEN)):
        assert record.lines == (SALE_LINE, Line("", LineKind.TAX, "Sales tax", 244))
        assert sum(line.amount_minor for line in record.lines) == record.total_minor


@pytest.mark.parametrize("tax", [None, {}, {"TotalTax": None}, {"TotalTax": 0}, {"TotalTax": "0.00"}])
def test_i1_without_tax_there_is_no_tax_line(tax: dict[str, Any] | None) -> None:
    assert to_invoice({**HEAD, "Line": [SALE], "TxnTaxDetail": tax}, SEEN).lines == (SALE_LINE,)


def test_i1_ten_thousand_lines_keep_their_order() -> None:
    wires = [{**SALE, "Id": str(number)} for number in range(10_000)]
    lines = sales_lines({"Line": wires}, "USD")
    assert [line.id for line in lines] == [wire["Id"] for wire in wires]


def test_x5_a_line_finer_than_its_currency_is_refused() -> None:
    with pytest.raises(InexactAmount):
        sales_lines({"Line": [SALE]}, "JPY")


@pytest.mark.parametrize(
    ("fields", "remaining_minor"),
    [({"RemainingCredit": Decimal(25)}, 2500), ({}, 4000), ({"RemainingCredit": 0}, 0), ({"Balance": None}, 0)],
)
def test_i3_a_credit_memo_says_what_is_left_of_it(fields: dict[str, Any], remaining_minor: int) -> None:
    memo = to_credit_memo({**HEAD, "Line": [SALE], **fields}, SEEN)
    assert (memo.number, memo.total_minor, memo.remaining_minor) == ("1042", 10000, remaining_minor)
    assert memo.lines == (SALE_LINE,)


def test_i1_a_deleted_credit_memo_or_deposit_is_an_id_and_a_time() -> None:
    memo, deposit = to_credit_memo(DELETED, SEEN), to_deposit(DELETED, SEEN)
    assert memo.standing is deposit.standing is Standing.DELETED
    assert (memo.lines, deposit.lines) == (None, None)
    assert memo.version.updated_at == "2026-11-03T09:04:05Z"


def test_i3_a_payment_names_the_credit_memos_that_it_applies_and_its_deposit() -> None:
    lines = [
        {"Amount": Decimal(30), "LinkedTxn": [{"TxnId": "7", "TxnType": "Invoice"}]},
        {"Amount": Decimal(20), "LinkedTxn": [{"TxnId": "8", "TxnType": "CreditMemo"}]},
        {"Amount": Decimal(10), "LinkedTxn": [{"TxnId": "8", "TxnType": "CreditMemo"}]},
    ]
    wire = {**HEAD, "TotalAmt": 0, "Line": lines, "LinkedTxn": [{"TxnId": "121", "TxnType": "Deposit"}]}
    payment = to_payment(wire, SEEN)
    assert payment.credits == (CreditUse(Ref(System.QUICKBOOKS, Kind.CREDIT_MEMO, "8"), 3000),)
    assert payment.allocations == ()
    assert payment.credit_only == (Ref(System.QUICKBOOKS, Kind.INVOICE, "7"),)
    assert payment.deposit == Ref(System.QUICKBOOKS, Kind.DEPOSIT, "121")


def test_i3_an_invoice_that_also_got_cash_is_paid_and_not_only_credited() -> None:
    lines = [
        {"Amount": Decimal(20), "LinkedTxn": [{"TxnId": "6", "TxnType": "Invoice"}]},
        {"Amount": Decimal(80), "LinkedTxn": [{"TxnId": "7", "TxnType": "Invoice"}]},
        {"Amount": Decimal(30), "LinkedTxn": [{"TxnId": "8", "TxnType": "CreditMemo"}]},
    ]
    payment = to_payment({**HEAD, "TotalAmt": 70, "Line": lines}, SEEN)
    assert payment.credit_only == (Ref(System.QUICKBOOKS, Kind.INVOICE, "6"),)
    assert [part.invoice.id for part in payment.allocations] == ["7"]
    assert to_payment({**HEAD, "TotalAmt": 0, "PrivateNote": "Voided", "Line": []}, SEEN).credit_only == ()


LINKED = {
    "Amount": Decimal(262),
    "LinkedTxn": [{"TxnId": "31", "TxnType": "Payment", "TxnLineId": "0"}],
    "DepositLineDetail": {"CheckNum": "6552"},
}
FEE = {
    "Id": "2",
    "Description": "Fee",
    "Amount": Decimal("-62.50"),
    "DetailType": "DepositLineDetail",
    "DepositLineDetail": {"AccountRef": {"value": "84"}},
}


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        # A linked line's amount has been seen without its cents: the payment says it, not the line.
        ({"Line": [LINKED, FEE]}, (DepositLine(payment_ref("31"), 0), DepositLine(None, -6250, "84", "Fee"))),
        (
            {"Line": [], "CashBack": {"Amount": 200, "AccountRef": {"value": "35"}, "Memo": "Till"}},
            (DepositLine(None, -20000, "35", "Till"),),
        ),
        (
            {"Line": [{"Amount": 12, "LinkedTxn": [{"TxnId": "5", "TxnType": "SalesReceipt"}]}]},
            (DepositLine(None, 1200, "", "SalesReceipt 5"),),
        ),
        ({}, ()),
    ],
)
def test_i1_a_line_of_a_deposit(wire: dict[str, Any], expected: tuple[DepositLine, ...]) -> None:
    assert deposit_lines(wire, "USD") == expected


def test_i1_a_deposit_says_where_it_went() -> None:
    wire = {**HEAD, "DepositToAccountRef": {"value": "35", "name": "Checking"}, "Line": [FEE]}
    deposit = to_deposit(wire, SEEN)
    assert (deposit.account_id, deposit.account_name, deposit.total_minor) == ("35", "Checking", 10000)
    assert deposit.deposited_on == date(2026, 11, 3)
