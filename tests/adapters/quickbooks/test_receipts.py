"""The payments that we keep in QuickBooks: digit for digit, found again after a lost answer, and nobody's work undone."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.found_again import NOTE_LENGTH, to_note
from crossfoot.adapters.quickbooks.receipts import QuickBooksReceipts
from crossfoot.core.effects import marker_of
from crossfoot.core.model import Allocation, Kind, Ref, System
from crossfoot.core.receipts import Receipt, says_the_same
from crossfoot.errors import Conflict, OutcomeUnknown, Rejected, RemoteUnavailable

from tests.adapters.quickbooks.company import Company

KEY, OTHER_KEY = "0123456789abcdef" * 2, "fedcba9876543210" * 2
MARKER = marker_of(KEY)
NOTE = f"Paid through the platform. {MARKER}"
DAY, LATER = date(2026, 11, 3), date(2026, 11, 9)


@pytest.fixture
def receipts(company: Company) -> QuickBooksReceipts:
    return QuickBooksReceipts(company.client())


def funds(company: Company, sub_type: str = "UndepositedFunds") -> str:
    return str(next(each["Id"] for each in company.query("Account") if each["AccountSubType"] == sub_type))


def on(invoice: Mapping[str, Any], minor: int) -> Allocation:
    return Allocation(Ref(System.QUICKBOOKS, Kind.INVOICE, invoice["Id"]), minor)


def a_receipt(company: Company, customer: Mapping[str, Any], *parts: Allocation, more_minor: int = 0) -> Receipt:
    total = sum(part.amount_minor for part in parts) + more_minor
    payer = Ref(System.QUICKBOOKS, Kind.CUSTOMER, customer["Id"])
    return Receipt("", payer, total, DAY, parts, funds(company), "pay_01HV7")


def only(company: Company) -> dict[str, Any]:
    (payment,) = company.query("Payment")
    return payment


def lines(payment: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    return [(str(line["Amount"]), *line["LinkedTxn"][0].values()) for line in payment["Line"]]


def test_p1_a_payment_is_entered_as_it_was_made(company: Company, receipts: QuickBooksReceipts) -> None:
    customer = company.customer()
    first, second = company.invoice(customer, 100), company.invoice(customer, 50.05)
    wanted = a_receipt(company, customer, on(first, 100_00), on(second, 20_01), more_minor=7)
    made = receipts.create_receipt(wanted, "USD", NOTE, KEY)
    assert made == replace(wanted, id=made.id, revision="0")
    payment = only(company)
    assert lines(payment) == [("100.00", first["Id"], "Invoice"), ("20.01", second["Id"], "Invoice")]
    assert (str(payment["TotalAmt"]), str(payment["UnappliedAmt"])) == ("120.08", "0.07")
    assert (payment["TxnDate"], payment["PaymentRefNum"], payment["PrivateNote"]) == ("2026-11-03", "pay_01HV7", NOTE)
    assert payment["DepositToAccountRef"]["value"] == funds(company)


def test_p1_a_payment_goes_to_the_account_that_the_partner_chose(
    company: Company, receipts: QuickBooksReceipts
) -> None:
    wanted = replace(a_receipt(company, company.customer(), more_minor=5), account_id=funds(company, "Checking"))
    assert receipts.create_receipt(wanted, "USD", NOTE, KEY).account_id == funds(company, "Checking")


def test_p1_entering_a_payment_is_one_free_call(company: Company, receipts: QuickBooksReceipts) -> None:
    wanted = a_receipt(company, company.customer(), more_minor=500)
    before = len(company.budget.calls)
    receipts.create_receipt(wanted, "USD", NOTE, KEY)
    assert [metered for _, _, metered in company.budget.calls[before:]] == [False]


def test_x5_amounts_that_no_float_holds_arrive_to_the_cent(company: Company, receipts: QuickBooksReceipts) -> None:
    wanted = a_receipt(company, company.customer(), more_minor=9_007_199_254_740_993)
    assert receipts.create_receipt(wanted, "USD", NOTE, KEY).amount_minor == 9_007_199_254_740_993


def test_x5_a_currency_without_decimals(company: Company) -> None:
    japanese = Company(company.sandbox, currency="JPY")
    customer = japanese.customer()
    invoice = japanese.invoice(customer, 182714)
    wanted = a_receipt(japanese, customer, on(invoice, 182_714), more_minor=6)
    made = QuickBooksReceipts(japanese.client()).create_receipt(wanted, "JPY", NOTE, KEY)
    assert says_the_same(made, wanted)
    assert (str(only(japanese)["TotalAmt"]), lines(only(japanese))[0][0]) == ("182720", "182714")


def test_p1_a_payment_over_five_hundred_invoices(company: Company, receipts: QuickBooksReceipts) -> None:
    customer = company.customer()
    invoices = [company.invoice(customer, 10) for _ in range(2)]
    (head,) = plain(invoices[:1])
    loaded = [{**head, "Id": str(9000 + place), "DocNumber": str(place)} for place in range(498)]
    company.load(*(("Invoice", each) for each in loaded))
    wanted = a_receipt(company, customer, *(on(each, 7_77) for each in (*invoices, *loaded)))
    made = receipts.create_receipt(wanted, "USD", NOTE, KEY)
    assert says_the_same(made, wanted)
    assert len(only(company)["Line"]) == 500


@pytest.mark.parametrize(
    ("reference", "written"),
    [("支払-7", "??-7"), ("Ő" * 30, "O" * 21), ("pay 🚗\nnow", "pay ? now"), ("", None)],
)
def test_a_reference_in_any_letters_is_written_and_stands_as_it_was_asked_for(
    company: Company, receipts: QuickBooksReceipts, reference: str, written: str | None
) -> None:
    wanted = replace(a_receipt(company, company.customer(), more_minor=5), reference=reference)
    made = receipts.create_receipt(wanted, "USD", "支払 " + NOTE, KEY)
    assert only(company).get("PaymentRefNum") == written
    assert says_the_same(made, wanted)
    changed = receipts.update_receipt(replace(made, amount_minor=6), "USD", OTHER_KEY)
    assert changed.reference == reference


def test_the_marker_is_in_every_note_however_long_it_is() -> None:
    note = to_note(f"{'🚗' * 5000} {MARKER}")
    assert (len(note), note.endswith(f"? {MARKER}")) == (NOTE_LENGTH, True)
    assert to_note("x" * 5000) == "x" * NOTE_LENGTH


def edit(company: Company, receipt: Receipt, **fields: Any) -> None:
    """Change a payment as a person does."""
    head = {"Id": receipt.id, "SyncToken": receipt.revision, "sparse": True}
    company.post("Payment", {**head, "CustomerRef": {"value": receipt.customer.id}, **fields})


def change(receipts: QuickBooksReceipts, deed: str, receipt: Receipt) -> None:
    if deed == "update":
        receipts.update_receipt(receipt, "USD", OTHER_KEY)
    else:
        receipts.delete_receipt(receipt, OTHER_KEY)


# --- changed and taken back ------------------------------------------------------------------------------------------


def test_p2_a_change_replaces_all_lines_and_keeps_what_it_does_not_speak_of(
    company: Company, receipts: QuickBooksReceipts
) -> None:
    customer = company.customer()
    first, second = company.invoice(customer, 100), company.invoice(customer, 50)
    made = receipts.create_receipt(a_receipt(company, customer, on(first, 100_00)), "USD", NOTE, KEY)
    method = next(each["Id"] for each in company.query("PaymentMethod") if each["Name"] == "Visa")
    edit(company, made, TotalAmt=100.0, PaymentMethodRef={"value": method})
    wanted = replace(made, applied=(on(second, 30_00),), amount_minor=30_10, received_on=LATER, revision="1")
    assert receipts.update_receipt(wanted, "USD", OTHER_KEY) == replace(wanted, revision="2")
    payment = only(company)
    assert lines(payment) == [("30.00", second["Id"], "Invoice")]
    assert (payment["PrivateNote"], payment["PaymentMethodRef"]["value"]) == (NOTE, method)
    assert [str(each["Balance"]) for each in sorted(company.query("Invoice"), key=lambda i: int(i["Id"]))] == [
        "100.00",
        "20.00",
    ]


def test_p2_what_is_left_can_pay_no_invoice(company: Company, receipts: QuickBooksReceipts) -> None:
    customer = company.customer()
    made = receipts.create_receipt(
        a_receipt(company, customer, on(company.invoice(customer, 9), 900)), "USD", NOTE, KEY
    )
    unapplied = replace(made, applied=(), amount_minor=400)
    assert receipts.update_receipt(unapplied, "USD", OTHER_KEY) == replace(unapplied, revision="1")


def test_i3_a_credit_that_people_applied_on_our_payment_stays_when_it_is_changed(
    company: Company, receipts: QuickBooksReceipts
) -> None:
    customer = company.customer()
    first, second = company.invoice(customer, 100), company.invoice(customer, 50)
    detail = {"DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
    memo = company.post("CreditMemo", {"CustomerRef": {"value": customer["Id"]}, "Line": [{"Amount": 40.0, **detail}]})
    made = receipts.create_receipt(a_receipt(company, customer, on(first, 60_00), on(second, 50_00)), "USD", NOTE, KEY)
    with_credit = [(100.0, first["Id"], "Invoice"), (50.0, second["Id"], "Invoice"), (40.0, memo["Id"], "CreditMemo")]
    applied = [{"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for amount, id_, kind in with_credit]
    edit(company, made, TotalAmt=110.0, Line=applied)
    wanted = replace(made, applied=(on(first, 60_00), on(second, 10_00)), amount_minor=70_00, revision="1")
    assert says_the_same(receipts.update_receipt(wanted, "USD", OTHER_KEY), wanted)
    assert [line[0] for line in lines(only(company))] == ["100.00", "10.00", "40.00"]
    without_cash = replace(wanted, applied=(on(second, 10_00),), amount_minor=10_00, revision="2")
    assert says_the_same(receipts.update_receipt(without_cash, "USD", "third"), without_cash)
    assert lines(only(company)) == [
        ("40.00", first["Id"], "Invoice"), ("10.00", second["Id"], "Invoice"), ("40.00", memo["Id"], "CreditMemo"),
    ]  # fmt: skip


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_what_somebody_changed_meanwhile_is_left_alone(
    company: Company, receipts: QuickBooksReceipts, deed: str
) -> None:
    made = receipts.create_receipt(a_receipt(company, company.customer(), more_minor=500), "USD", NOTE, KEY)
    edit(company, made, TotalAmt=6.0)
    with pytest.raises(Conflict):
        change(receipts, deed, made)
    assert only(company)["TotalAmt"] == 6


def test_p2_a_payment_is_taken_back_once(company: Company, receipts: QuickBooksReceipts) -> None:
    made = receipts.create_receipt(a_receipt(company, company.customer(), more_minor=500), "USD", NOTE, KEY)
    receipts.delete_receipt(made, OTHER_KEY)
    assert company.query("Payment") == []
    receipts.delete_receipt(made, "another")
    assert receipts.fetch_receipt(made.id, "USD") is None
    with pytest.raises(Rejected, match="610"):
        receipts.update_receipt(made, "USD", "third")


@pytest.mark.parametrize("deed", ["update", "delete"])
def test_p2_a_payment_that_was_deposited_is_locked(company: Company, receipts: QuickBooksReceipts, deed: str) -> None:
    made = receipts.create_receipt(a_receipt(company, company.customer(), more_minor=500), "USD", NOTE, KEY)
    held = {"Amount": 5.0, "LinkedTxn": [{"TxnId": made.id, "TxnType": "Payment", "TxnLineId": "0"}]}
    company.post("Deposit", {"DepositToAccountRef": {"value": funds(company, "Checking")}, "Line": [held]})
    stands = receipts.fetch_receipt(made.id, "USD")
    assert stands is not None
    with pytest.raises(Rejected, match="6540") as refused:
        change(receipts, deed, replace(stands, amount_minor=4))
    assert refused.value.fix


def test_p1_closed_books_refuse(company: Company, receipts: QuickBooksReceipts) -> None:
    close_books(company, "2026-11-03")
    wanted = a_receipt(company, company.customer(), more_minor=500)
    with pytest.raises(Rejected, match="6210"):
        receipts.create_receipt(wanted, "USD", NOTE, KEY)
    on_the_first_open_day = replace(wanted, received_on=date(2026, 11, 4))
    assert receipts.create_receipt(on_the_first_open_day, "USD", NOTE, KEY).received_on == date(2026, 11, 4)


def test_p1_an_inactive_account_is_refused_and_named(company: Company, receipts: QuickBooksReceipts) -> None:
    savings = next(each for each in company.query("Account") if each["Name"] == "Savings")
    company.post("Account", {**savings, "Active": False})
    wanted = replace(a_receipt(company, company.customer(), more_minor=500), account_id=savings["Id"])
    with pytest.raises(Rejected, match="2500"):
        receipts.create_receipt(wanted, "USD", NOTE, KEY)


def test_more_than_is_open_is_refused_and_nothing_is_written(company: Company, receipts: QuickBooksReceipts) -> None:
    customer = company.customer()
    wanted = a_receipt(company, customer, on(company.invoice(customer, 10), 10_01))
    with pytest.raises(Rejected, match="6000"):
        receipts.create_receipt(wanted, "USD", NOTE, KEY)
    assert company.query("Payment") == []


def test_more_than_is_open_may_be_reduced_and_what_stands_is_told(
    company: Company, receipts: QuickBooksReceipts
) -> None:
    company.sandbox.switch(over_application="reduce")
    try:
        customer = company.customer()
        invoice = company.invoice(customer, 10)
        made = receipts.create_receipt(a_receipt(company, customer, on(invoice, 10_01)), "USD", NOTE, KEY)
    finally:
        company.sandbox.switch(over_application="refuse")
    assert (made.applied, made.amount_minor, made.unapplied_minor) == ((on(invoice, 10_00),), 10_01, 1)


# --- found again -----------------------------------------------------------------------------------------------------


def test_p4_a_payment_whose_answer_was_lost_a_moment_ago_is_found_by_its_marker(
    company: Company, receipts: QuickBooksReceipts
) -> None:
    customer = company.customer()
    wanted = a_receipt(company, customer, on(company.invoice(customer, 10), 10_00))
    company.pay(company.invoice(customer, 5), 5.0, PrivateNote=f"by hand {marker_of(OTHER_KEY)}")
    since = company.clock.now()
    company.sandbox.fault("lost_answer", path_contains="/payment")
    with pytest.raises(OutcomeUnknown):
        receipts.create_receipt(wanted, "USD", NOTE, KEY)
    found = receipts.find_receipt(MARKER, since, "USD")
    assert found is not None
    assert says_the_same(found, wanted)
    assert receipts.find_receipt("xf:0000000000000000", since, "USD") is None


def test_p4_a_payment_made_long_before_is_not_looked_for(company: Company, receipts: QuickBooksReceipts) -> None:
    receipts.create_receipt(a_receipt(company, company.customer(), more_minor=5), "USD", NOTE, KEY)
    # By the sandbox's clock, which other tests have moved.
    made_at = datetime.fromisoformat(only(company)["MetaData"]["CreateTime"])
    assert receipts.find_receipt(MARKER, made_at + timedelta(minutes=4), "USD") is not None
    assert receipts.find_receipt(MARKER, made_at + timedelta(minutes=6), "USD") is None


def test_p4_a_payment_is_found_on_whatever_page_it_is(company: Company) -> None:
    receipts = QuickBooksReceipts(company.client(), page_rows=3)
    made = receipts.create_receipt(a_receipt(company, company.customer(), more_minor=5), "USD", NOTE, KEY)
    (ours,) = plain([only(company)])
    since = company.clock.now() - timedelta(hours=1)
    for place in range(7):
        time = (since + timedelta(seconds=place)).isoformat(timespec="seconds")
        other = {**ours, "Id": str(9000 + place), "PrivateNote": "", "MetaData": dict.fromkeys(ours["MetaData"], time)}
        company.load(("Payment", other))
    assert receipts.find_receipt(MARKER, since, "USD") == made
    assert receipts.find_receipt("xf:0000000000000000", since, "USD") is None


def test_p4_a_search_that_cannot_go_on_finds_nothing_out(company: Company) -> None:
    receipts = QuickBooksReceipts(company.client(), page_rows=2)
    made = receipts.create_receipt(a_receipt(company, company.customer(), more_minor=5), "USD", NOTE, KEY)
    (ours,) = plain([only(company)])
    company.load(*(("Payment", {**ours, "Id": str(9000 + n), "PrivateNote": ""}) for n in range(3)))
    company.post("Payment", {"Id": made.id, "SyncToken": "0"}, operation="delete")
    with pytest.raises(RemoteUnavailable):
        receipts.find_receipt(MARKER, company.clock.now(), "USD")


def test_p4_a_payment_that_was_voided_meanwhile_is_found_as_nothing(
    company: Company, receipts: QuickBooksReceipts
) -> None:
    customer = company.customer()
    wanted = a_receipt(company, customer, on(company.invoice(customer, 10), 10_00))
    made = receipts.create_receipt(wanted, "USD", NOTE, KEY)
    head = {"Id": made.id, "SyncToken": "0", "sparse": True}
    company.post("Payment", head, operation="update", include="void")
    found = receipts.find_receipt(MARKER, company.clock.now(), "USD")
    assert found is not None
    assert (found.id, found.amount_minor, found.applied, found.revision) == (made.id, 0, (), "1")
    assert receipts.fetch_receipt(made.id, "USD") is None


def test_p4_the_same_request_is_carried_out_once(company: Company, receipts: QuickBooksReceipts) -> None:
    wanted = a_receipt(company, company.customer(), more_minor=500)
    assert receipts.create_receipt(wanted, "USD", NOTE, KEY) == receipts.create_receipt(wanted, "USD", NOTE, KEY)
    assert len(company.query("Payment")) == 1


def test_p4_a_request_id_that_was_seen_before_is_looked_into(company: Company, receipts: QuickBooksReceipts) -> None:
    wanted = a_receipt(company, company.customer(), more_minor=500)
    receipts.create_receipt(wanted, "USD", NOTE, KEY)
    company.sandbox.switch(requestid="fault")
    try:
        with pytest.raises(OutcomeUnknown):
            receipts.create_receipt(wanted, "USD", NOTE, KEY)
    finally:
        company.sandbox.switch(requestid="replay")


def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(company: Company) -> None:
    client = company.client()
    answers: list[Mapping[str, Any]] = [{}, {"Payment": None}, {"Payment": {"Id": "7"}}]
    for answer in answers:
        receipts = QuickBooksReceipts(_Answering(client, answer))
        with pytest.raises(OutcomeUnknown):
            receipts.create_receipt(a_receipt(company, {"Id": "1"}, more_minor=5), "USD", NOTE, KEY)


# --- the company -----------------------------------------------------------------------------------------------------


def test_the_company_is_read_in_one_metered_call(company: Company, receipts: QuickBooksReceipts) -> None:
    before = len(company.budget.calls)
    found = receipts.fetch_company()
    assert [metered for _, _, metered in company.budget.calls[before:]] == [True]
    assert found.undeposited_funds is not None
    assert found.undeposited_funds.id == funds(company)
    assert (found.closed_until, found.home_currency) == (None, "USD")
    uses = {account.name: account.use.value for account in found.accounts}
    assert (uses["Checking"], uses["Bank Charges"], uses["Services"]) == ("bank", "expense", "income")
    assert (uses["Undeposited Funds"], uses["Business Visa"]) == ("undeposited_funds", "credit_card")


def test_a_renamed_or_inactive_account_and_closed_books_are_seen(
    company: Company, receipts: QuickBooksReceipts
) -> None:
    accounts = {each["Name"]: each for each in company.query("Account")}
    company.post("Account", {**accounts["Undeposited Funds"], "Name": "Payments to deposit"})
    company.post("Account", {**accounts["Savings"], "Active": False})
    close_books(company, "2026-10-31")
    found = receipts.fetch_company()
    assert found.undeposited_funds is not None
    assert found.undeposited_funds.name == "Payments to deposit"
    savings = found.account(accounts["Savings"]["Id"])
    assert savings is not None
    assert not savings.active
    assert found.closed_until == date(2026, 10, 31)


def test_a_chart_of_accounts_that_goes_over_several_pages_is_read_whole(company: Company) -> None:
    found = QuickBooksReceipts(company.client(), page_rows=4).fetch_company()
    assert [account.id for account in found.accounts] == sorted(
        {each["Id"] for each in company.query("Account")}, key=int
    )


def close_books(company: Company, day: str) -> None:
    (settings,) = company.query("Preferences")
    head = {"Id": settings["Id"], "SyncToken": settings["SyncToken"], "sparse": True}
    company.post("Preferences", {**head, "AccountingInfoPrefs": {"BookCloseDate": day}})


def plain(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give records that httpx's JSON can write; no amount in them matters."""
    return json.loads(json.dumps(records, default=float))  # type: ignore[no-any-return]


class _Answering(QuickBooksClient):
    """A client whose writes are answered with something."""

    def __init__(self, client: QuickBooksClient, answer: Mapping[str, Any]) -> None:
        self.__dict__ |= client.__dict__
        self._answer = answer

    def write(self, path: str, body: Any, request_id: str, **how: Any) -> Mapping[str, Any]:
        return self._answer
