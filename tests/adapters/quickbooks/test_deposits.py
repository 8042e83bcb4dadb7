"""The deposits that we write into QuickBooks: digit for digit, and what is read of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.deposits import QuickBooksDeposits
from crossfoot.core.effects import marker_of
from crossfoot.core.slips import Slip, SlipLine, says_the_same
from crossfoot.errors import OutcomeUnknown

from tests.adapters.quickbooks.company import Company

KEY, OTHER_KEY = "0123456789abcdef" * 2, "fedcba9876543210" * 2
MARKER = marker_of(KEY)
NOTE = f"Payout po_1 of the platform. {MARKER}"
DAY = date(2026, 11, 5)


@pytest.fixture
def deposits(company: Company) -> QuickBooksDeposits:
    return QuickBooksDeposits(company.client())


def account(company: Company, name: str = "Checking") -> str:
    return str(next(each["Id"] for each in company.query("Account") if each["Name"] == name))


def slip(company: Company, *lines: SlipLine) -> Slip:
    return Slip("", account(company), DAY, lines, sum(line.amount_minor for line in lines))


def fee(company: Company, minor: int, memo: str = "Fee") -> SlipLine:
    return SlipLine(-minor, "", account(company, "Bank Charges"), memo)


def held(company: Company, amount: float) -> SlipLine:
    payment = company.pay(company.invoice(company.customer(f"Customer {amount}"), amount), amount)
    return SlipLine(int(Decimal(str(amount)) * 100), payment["Id"])


def only(company: Company) -> dict[str, Any]:
    (deposit,) = company.query("Deposit")
    return deposit


def test_d2_a_deposit_is_written_as_it_was_planned(company: Company, deposits: QuickBooksDeposits) -> None:
    one, two = held(company, 100), held(company, 50.05)
    wanted = slip(company, one, two, fee(company, 4_51))
    made = deposits.create_deposit(wanted, "USD", NOTE, KEY)
    assert made == replace(wanted, id=made.id, revision="0")
    deposit = only(company)
    assert (str(deposit["TotalAmt"]), deposit["TxnDate"], deposit["PrivateNote"]) == ("145.54", "2026-11-05", NOTE)
    assert deposit["DepositToAccountRef"]["value"] == account(company)
    first, second, own = deposit["Line"]
    assert (str(first["Amount"]), first["LinkedTxn"]) == (
        "100.00", [{"TxnId": one.receipt_id, "TxnType": "Payment", "TxnLineId": "0"}],
    )  # fmt: skip
    assert (str(second["Amount"]), second["LinkedTxn"][0]["TxnId"]) == ("50.05", two.receipt_id)
    assert (str(own["Amount"]), own["Description"]) == ("-4.51", "Fee")
    assert own["DepositLineDetail"]["AccountRef"]["value"] == account(company, "Bank Charges")


def test_d2_writing_is_free_and_says_nothing_of_the_total(company: Company) -> None:
    client = _Listening(company.client(), {})
    deposits = QuickBooksDeposits(client)
    with pytest.raises(OutcomeUnknown):
        deposits.create_deposit(slip(company, fee(company, -5)), "USD", NOTE, KEY)
    (body,) = client.sent
    assert "TotalAmt" not in body
    before = len(company.budget.calls)
    QuickBooksDeposits(company.client()).create_deposit(slip(company, held(company, 5)), "USD", NOTE, KEY)
    assert company.budget.calls[before:][-1][2] is False


def test_p2_a_change_keeps_the_note_and_replaces_every_line(company: Company, deposits: QuickBooksDeposits) -> None:
    one, two = held(company, 100), held(company, 50)
    made = deposits.create_deposit(slip(company, one, two), "USD", NOTE, KEY)
    wanted = replace(made, lines=(two, fee(company, -100_00, "Payment pay_1: returned")))
    changed = deposits.update_deposit(wanted, "USD", OTHER_KEY)
    assert changed == replace(wanted, revision="1")
    assert only(company)["PrivateNote"] == NOTE
    assert says_the_same(deposits.fetch_deposit(made.id, "USD") or made, wanted)
    assert {each["Id"]: "LinkedTxn" in each and bool(each["LinkedTxn"]) for each in company.query("Payment")} == {
        one.receipt_id: False,
        two.receipt_id: True,
    }


def test_d2_what_quickbooks_makes_of_the_lines_is_told(company: Company) -> None:
    wanted = slip(company, SlipLine(100_00, "181"), fee(company, 4_50))
    client = _Listening(company.client(), {})
    own = {"Amount": Decimal("-4.50"), "DepositLineDetail": {"AccountRef": {"value": wanted.lines[1].account_id}}}
    linked = {"Amount": Decimal(100), "LinkedTxn": [{"TxnId": "181", "TxnType": "Payment", "TxnLineId": "0"}]}
    client.answer = {"Deposit": {
        "Id": "9", "SyncToken": "0", "TxnDate": "2026-11-05", "TotalAmt": Decimal("95.49"),
        "DepositToAccountRef": {"value": wanted.account_id}, "Line": [own, linked],
    }}  # fmt: skip
    made = QuickBooksDeposits(client).create_deposit(wanted, "USD", NOTE, KEY)
    assert (made.total_minor, made.lines, made.is_added_up) == (95_49, wanted.lines, False)
    cut = {**linked, "Amount": Decimal(100)} | {"Amount": Decimal(99)}
    client.answer = {"Deposit": {**client.answer["Deposit"], "TotalAmt": Decimal("95.50"), "Line": [cut, own]}}
    assert QuickBooksDeposits(client).create_deposit(wanted, "USD", NOTE, KEY).is_added_up, (
        "recordings cut such amounts"
    )


def test_x5_a_currency_without_decimals(company: Company) -> None:
    japanese = Company(company.sandbox, currency="JPY")
    invoice = japanese.invoice(japanese.customer(), 182714)
    payment = japanese.pay(invoice, 182714)
    wanted = slip(japanese, SlipLine(182_714, payment["Id"]), fee(japanese, 14))
    made = QuickBooksDeposits(japanese.client()).create_deposit(wanted, "JPY", NOTE, KEY)
    assert (made.total_minor, str(only(japanese)["TotalAmt"])) == (182_700, "182700")


def test_a_memo_in_any_letters_is_written_and_stands_as_it_was_asked_for(
    company: Company, deposits: QuickBooksDeposits
) -> None:
    wanted = slip(company, held(company, 5), fee(company, 1, "手数料 Gebühr"))
    made = deposits.create_deposit(wanted, "USD", "支払 " + NOTE, KEY)
    assert made.lines == wanted.lines
    assert [line.get("Description") for line in only(company)["Line"]] == [None, "??? Gebühr"]


def test_p4_a_deposit_whose_answer_was_lost_a_moment_ago_is_found_by_its_marker(
    company: Company, deposits: QuickBooksDeposits
) -> None:
    wanted = slip(company, held(company, 10), fee(company, 1))
    since = company.clock.now()
    company.sandbox.fault("lost_answer", path_contains="/deposit")
    with pytest.raises(OutcomeUnknown):
        deposits.create_deposit(wanted, "USD", NOTE, KEY)
    found = deposits.find_deposit(MARKER, since, "USD")
    assert found is not None
    assert says_the_same(found, wanted)
    assert found.total_minor == wanted.total_minor
    assert deposits.find_deposit("xf:0000000000000000", since, "USD") is None
    assert deposits.find_deposit(MARKER, company.clock.now() + timedelta(hours=1), "USD") is None
    deposits.delete_deposit(found, OTHER_KEY)
    assert deposits.fetch_deposit(found.id, "USD") is None


def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(company: Company) -> None:
    for answer in ({}, {"Deposit": None}, {"Deposit": {"Id": "7"}}):
        deposits = QuickBooksDeposits(_Listening(company.client(), answer))
        with pytest.raises(OutcomeUnknown):
            deposits.create_deposit(slip(company, fee(company, -5)), "USD", NOTE, KEY)


class _Listening(QuickBooksClient):
    """A client whose writes are kept, and answered with something."""

    def __init__(self, client: QuickBooksClient, answer: Mapping[str, Any]) -> None:
        self.__dict__ |= client.__dict__
        self.answer = answer
        self.sent: list[Mapping[str, Any]] = []

    def write(self, path: str, body: Any, request_id: str, **how: Any) -> Mapping[str, Any]:
        self.sent.append(body)
        return self.answer
