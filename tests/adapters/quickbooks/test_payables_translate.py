"""What a QuickBooks bill, vendor credit and bill payment say, exactly; what of it is void, deleted, or ours."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.payables_translate import (
    to_bill,
    to_bill_payment,
    to_payable,
    to_vendor,
    to_vendor_credit,
)
from crossfoot.core.model import Standing
from crossfoot.core.money import InexactAmount
from crossfoot.core.payables.records import Bill, CostLine, CostLineKind, PayMethod
from hypothesis import given
from hypothesis import strategies as st

SEEN = "2026-11-03T09:04:05.017-08:00"
HEAD: dict[str, Any] = {
    "Id": "7", "SyncToken": "3", "MetaData": {"LastUpdatedTime": "2026-11-03T09:00:00-08:00"}, "TxnDate": "2026-11-02",
    "VendorRef": {"value": "56", "name": "Bob's Burger Joint"}, "CurrencyRef": {"value": "USD"},
}  # fmt: skip


def owed(total: str, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A bill, or a vendor credit."""
    return {**HEAD, "TotalAmt": Decimal(total), "Balance": Decimal(total), "Line": list(lines), **fields}


def line(detail: str, amount: str | None, **fields: Any) -> dict[str, Any]:
    stated = {} if amount is None else {"Amount": Decimal(amount)}
    return {"Id": "1", "DetailType": detail, "Description": "Lumber", detail: fields, **stated}


def spent(amount: str, **fields: Any) -> dict[str, Any]:
    return line("AccountBasedExpenseLineDetail", amount, AccountRef={"value": "60"}, **fields)


def paid(total: str, *parts: tuple[str, str, str], **fields: Any) -> dict[str, Any]:
    lines = [{"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for amount, kind, id_ in parts]
    check = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": "35"}, "PrintStatus": "NeedToPrint"}}
    return {**HEAD, "TotalAmt": Decimal(total), "Line": lines, **check, **fields}


def read_line(wire: dict[str, Any]) -> CostLine:
    (read,) = to_bill(owed("10", wire), SEEN).lines or ()
    return read


def test_a_bill_says_whose_it_is_when_it_is_due_and_what_is_open() -> None:
    wire = owed("10.50", DocNumber="A-1", DueDate="2026-12-02", Balance=Decimal(4), PrivateNote="for June")
    bill = to_bill(wire, SEEN)
    assert (bill.number, bill.issued_on, bill.due_on) == ("A-1", date(2026, 11, 2), date(2026, 12, 2))
    assert (bill.total_minor, bill.balance_minor, bill.currency) == (1050, 400, "USD")
    assert (bill.vendor and bill.vendor.id, bill.vendor_name) == ("56", "Bob's Burger Joint")
    assert (bill.note, bill.marker, bill.revision) == ("for June", "", "3")
    assert bill.version.updated_at == "2026-11-03T17:00:00Z"


def test_b2_a_bill_that_names_no_currency_is_in_the_companys_own() -> None:
    wire = owed("10")
    del wire["CurrencyRef"]
    assert to_bill(wire, SEEN).currency == "USD"
    yen = to_payable("Bill", wire, SEEN, "JPY")
    assert isinstance(yen, Bill)
    assert (yen.currency, yen.total_minor) == ("JPY", 10)


@pytest.mark.parametrize(
    ("wire", "expected"),
    [
        (spent("10"), CostLine("1", CostLineKind.ACCOUNT, "Lumber", 1000, account_id="60")),
        (
            spent("10", CustomerRef={"value": "5"}, ClassRef={"value": "8"}, BillableStatus="Billable"),
            CostLine(
                "1", CostLineKind.ACCOUNT, "Lumber", 1000, "60", customer_id="5", class_id="8", billable="Billable"
            ),
        ),
        (
            line(
                "ItemBasedExpenseLineDetail",
                "10",
                ItemRef={"value": "473"},
                Qty=Decimal("2.5"),
                UnitPrice=4,
                TaxCodeRef={"value": "NON"},
            ),
            CostLine("1", CostLineKind.ITEM, "Lumber", 1000, "", "473", Decimal("2.5"), Decimal(4), "NON"),
        ),
        (
            line("TaxLineDetail", "10", TaxRateRef={"value": "6"}, NetAmountTaxable=0),
            CostLine("1", CostLineKind.TAX, "Lumber", 1000, tax_code="6"),
        ),
        (line("DescriptionOnly", None), CostLine("1", CostLineKind.NOTE, "Lumber", 0)),
        # what is taken back on a bill stays negative
        (spent("-2.50"), CostLine("1", CostLineKind.ACCOUNT, "Lumber", -250, account_id="60")),
        # kinds that the schema knows and no document shows on a bill
        (
            line("ItemReceiptLineDetail", "10", ItemRef={"value": "9"}),
            CostLine("1", CostLineKind.ITEM, "Lumber", 1000, item_id="9"),
        ),
        (line("TDSLineDetail", "-1"), CostLine("1", CostLineKind.ACCOUNT, "Lumber", -100)),
        ({"Amount": 10}, CostLine("", CostLineKind.ACCOUNT, "", 1000)),
    ],
)
def test_a_line_keeps_its_amount_and_what_it_is_for(wire: dict[str, Any], expected: CostLine) -> None:
    assert read_line(wire) == expected


def test_a_bundles_lines_are_those_of_the_bill_and_a_subtotal_is_none() -> None:
    bundle = {**line("GroupLineDetail", "30", Line=[spent("10"), spent("20")])}
    read = to_bill(owed("30", bundle, line("SubTotalLineDetail", "30")), SEEN).lines or ()
    assert [each.amount_minor for each in read] == [1000, 2000]


@pytest.mark.parametrize("read", [to_bill, to_vendor_credit])
def test_the_tax_of_a_bill_is_its_last_line_so_that_the_lines_come_to_the_total(read: Any) -> None:
    # prices that include the tax: the amount is what is left of them
    line_ = spent("100", TaxInclusiveAmt=Decimal(113), TaxCodeRef={"value": "4"})
    tax = {"TotalTax": Decimal(13), "TaxLine": [{"Amount": 13, "DetailType": "TaxLineDetail", "TaxLineDetail": {}}]}
    record = read(owed("113", line_, TxnTaxDetail=tax, GlobalTaxCalculation="TaxInclusive"), SEEN)
    assert [(each.kind, each.amount_minor) for each in record.lines] == [("account", 10_000), ("tax", 1_300)]
    assert sum(each.amount_minor for each in record.lines) == record.total_minor


@pytest.mark.parametrize(
    ("stated", "remaining"), [({"Balance": Decimal("2.50")}, 250), ({"Balance": 0}, 0), ({}, None)]
)
def test_b4_what_remains_of_a_credit_is_known_only_where_quickbooks_says_it(
    stated: dict[str, Any], remaining: int | None
) -> None:
    wire = owed("10", spent("10"), DocNumber="C-1")
    del wire["Balance"]
    credit = to_vendor_credit({**wire, **stated}, SEEN)
    assert (credit.total_minor, credit.remaining_minor, credit.number) == (1000, remaining, "C-1")
    assert credit.issued_on == date(2026, 11, 2)


@pytest.mark.parametrize(
    ("wire", "bills", "credits_used", "other"),
    [
        (paid("200", ("200", "Bill", "234")), {"234": 20_000}, {}, 0),
        (paid("30", ("10", "Bill", "1"), ("20", "Bill", "2")), {"1": 1_000, "2": 2_000}, {}, 0),
        # one bill in two lines is one part
        (paid("30", ("10", "Bill", "1"), ("20", "Bill", "1")), {"1": 3_000}, {}, 0),
        (paid("70", ("100", "Bill", "1"), ("30", "VendorCredit", "9")), {"1": 10_000}, {"9": 3_000}, 0),
        (paid("0", ("95.76", "Bill", "1"), ("95.76", "VendorCredit", "9")), {"1": 9_576}, {"9": 9_576}, 0),
        # whichever sign the credit has on the wire
        (paid("70", ("100", "Bill", "1"), ("-30", "VendorCredit", "9")), {"1": 10_000}, {"9": 3_000}, 0),
        # a part that came to nothing is none
        (paid("10", ("10", "Bill", "1"), ("0", "Bill", "2")), {"1": 1_000}, {}, 0),
        # paid beyond the bills; on a journal entry that owes, and on one that is owed
        (paid("150", ("100", "Bill", "1")), {"1": 10_000}, {}, 5_000),
        (paid("120", ("100", "Bill", "1"), ("20", "JournalEntry", "3")), {"1": 10_000}, {}, 2_000),
        (paid("80", ("100", "Bill", "1"), ("20", "JournalEntry", "3")), {"1": 10_000}, {}, -2_000),
        (paid("50"), {}, {}, 5_000),
    ],
)
def test_b4_a_payment_is_bills_less_credits_and_what_else_is_on_it(
    wire: dict[str, Any], bills: dict[str, int], credits_used: dict[str, int], other: int
) -> None:
    payment = to_bill_payment(wire, SEEN)
    assert {part.bill.id: part.amount_minor for part in payment.bills} == bills
    assert {part.credit.id: part.amount_minor for part in payment.credits} == credits_used
    assert payment.other_minor == other
    assert payment.total_minor == sum(bills.values()) - sum(credits_used.values()) + other


def test_b4_a_line_that_links_a_bill_and_the_credit_that_covers_it_is_a_part_of_each() -> None:
    links = [{"TxnId": "1", "TxnType": "Bill"}, {"TxnId": "9", "TxnType": "VendorCredit"}]
    payment = to_bill_payment(paid("0") | {"Line": [{"Amount": Decimal("95.76"), "LinkedTxn": links}]}, SEEN)
    assert [part.amount_minor for part in payment.bills] == [part.amount_minor for part in payment.credits] == [9_576]
    assert payment.other_minor == 0


def test_x5_a_line_over_two_bills_that_does_not_say_how_much_goes_to_each_cannot_be_kept() -> None:
    links = [{"TxnId": "1", "TxnType": "Bill"}, {"TxnId": "2", "TxnType": "Bill"}]
    with pytest.raises(ValueError, match="over several of a kind"):
        to_bill_payment(paid("30") | {"Line": [{"Amount": 30, "LinkedTxn": links}]}, SEEN)


CARD = {"PayType": "CreditCard", "CreditCardPayment": {"CCAccountRef": {"value": "42"}}}


@pytest.mark.parametrize(
    ("fields", "method", "account"),
    [
        ({}, PayMethod.CHECK, "35"),
        (CARD, PayMethod.CREDIT_CARD, "42"),
        ({"CheckPayment": {}}, PayMethod.CHECK, ""),
        ({"CheckPayment": None}, PayMethod.CHECK, ""),
    ],
)
def test_a_payment_says_how_it_was_paid_and_from_where(fields: dict[str, Any], method: PayMethod, account: str) -> None:
    payment = to_bill_payment(paid("1", **fields, DocNumber="1001"), SEEN)
    assert (payment.method, payment.account_id, payment.number) == (method, account, "1001")
    assert (payment.paid_on, payment.vendor and payment.vendor.id) == (date(2026, 11, 2), "56")


def test_a_way_to_pay_that_quickbooks_does_not_have_cannot_be_kept() -> None:
    with pytest.raises(KeyError):
        to_bill_payment(paid("1", PayType="Cash"), SEEN)


@pytest.mark.parametrize("nothing", ["0", "0.00", 0, Decimal("0.00")])
def test_a_void_payment_is_void_and_keeps_our_marker(nothing: object) -> None:
    void = to_bill_payment(paid("0", PrivateNote="Voided - xf:0123456789abcdef") | {"TotalAmt": nothing}, SEEN)
    assert (void.standing, void.marker) == (Standing.VOID, "xf:0123456789abcdef")
    assert (void.total_minor, void.bills, void.credits, void.other_minor) == (0, (), (), 0)


def test_b4_a_payment_of_nothing_is_live_where_a_credit_covers_the_bill_whatever_its_note_says() -> None:
    wire = paid("0", ("30", "Bill", "1"), ("30", "VendorCredit", "9"), PrivateNote="Voided check was replaced")
    assert to_bill_payment(wire, SEEN).standing is Standing.LIVE


@pytest.mark.parametrize("entity", ["Bill", "VendorCredit", "BillPayment"])
def test_our_marker_is_found_in_the_private_note(entity: str) -> None:
    wire = {**owed("1"), **paid("1"), "PrivateNote": "Paid through the platform xf:0123456789abcdef"}
    record: Any = to_payable(entity, wire, SEEN)
    assert (record.marker, record.note) == ("xf:0123456789abcdef", wire["PrivateNote"])


@pytest.mark.parametrize("entity", ["BillPayment", "VendorCredit", "Bill", "Vendor"])
def test_a_deletions_marker_keeps_what_it_says(entity: str) -> None:
    meta = {"LastUpdatedTime": "2026-11-03T20:00:00-08:00"}
    gone: Any = to_payable(entity, {"status": "Deleted", "domain": "QBO", "Id": "979", "MetaData": meta}, SEEN)
    assert (gone.ref.id, gone.standing, gone.version.updated_at) == ("979", Standing.DELETED, "2026-11-04T04:00:00Z")
    assert getattr(gone, "vendor", None) is None
    assert getattr(gone, "issued_on", date(2026, 11, 4)) == date(2026, 11, 4)
    stray: Any = to_payable(entity, {**owed("5"), **paid("5"), "DisplayName": "Bob", "status": "Deleted"}, SEEN)
    assert stray.standing is Standing.LIVE, "a live record with a stray status is not deleted"


def test_a_vendor_that_is_inactive_is_there_by_the_name_that_quickbooks_gave_it() -> None:
    wire = {
        "Id": "56", "SyncToken": "1", "DisplayName": "Bob (deleted)", "Active": False, "AcctNum": "1345",
        "PrimaryEmailAddr": {"Address": "bob@example.com"},
    }  # fmt: skip
    vendor = to_vendor(wire, SEEN)
    assert (vendor.name, vendor.active, vendor.standing) == ("Bob (deleted)", False, Standing.LIVE)
    assert (vendor.account_number, vendor.email, vendor.revision) == ("1345", "bob@example.com", "1")
    assert vendor.version.updated_at == "2026-11-03T17:04:05Z", "without a time of its own it has that of the read"


@pytest.mark.parametrize("entity", ["BillPayment", "VendorCredit", "Bill"])
def test_x5_an_amount_finer_than_its_currency_is_refused_rather_than_rounded(entity: str) -> None:
    wire = {**owed("1"), **paid("1")}
    with pytest.raises(InexactAmount):
        to_payable(entity, {**wire, "TotalAmt": Decimal("10.005")}, SEEN)
    inexact = {**spent("10.005"), "LinkedTxn": [{"TxnId": "1", "TxnType": "Bill"}]}
    with pytest.raises(InexactAmount):
        to_payable(entity, {**wire, "Line": [inexact]}, SEEN)


@pytest.mark.parametrize("odd", [None, 5])
@pytest.mark.parametrize("entity", ["BillPayment", "VendorCredit", "Bill", "Vendor"])
def test_x5_what_stands_in_place_of_a_text_keeps_no_record_out(entity: str, odd: int | None) -> None:
    texts = dict.fromkeys(("DocNumber", "PrivateNote", "AcctNum", "PrimaryEmailAddr"))
    wire = {**owed("1", spent("1")), **paid("1"), "DisplayName": "Bob", **texts, "DocNumber": odd, "AcctNum": odd}
    record: Any = to_payable(entity, wire, SEEN)
    read = [getattr(record, name, "") for name in ("number", "note", "marker", "account_number", "email", "name")]
    assert all(isinstance(text, str) for text in read)


amounts = st.lists(st.integers(1, 10**9), min_size=1, max_size=6)


@given(bills=amounts, share=st.fractions(0, 1), more=st.integers(0, 10**6))
def test_b4_money_and_credits_come_to_what_is_settled_to_the_cent(bills: list[int], share: Any, more: int) -> None:
    credit = int(sum(bills) * share)
    parts = [(str(Decimal(minor).scaleb(-2)), "Bill", str(place)) for place, minor in enumerate(bills)]
    used = [(str(Decimal(credit).scaleb(-2)), "VendorCredit", "9")] if credit else []
    payment = to_bill_payment(paid(str(Decimal(sum(bills) - credit + more).scaleb(-2)), *parts, *used), SEEN)
    assert [part.amount_minor for part in payment.bills] == bills
    assert sum(part.amount_minor for part in payment.credits) == credit
    assert (payment.total_minor, payment.other_minor) == (sum(bills) - credit + more, more)
