"""What we write into QuickBooks is what others read there: python-quickbooks sees it as we made it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.deposits import QuickBooksDeposits
from crossfoot.adapters.quickbooks.payables import QuickBooksPayables
from crossfoot.adapters.quickbooks.receipts import QuickBooksReceipts
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.model import Allocation, Kind, Ref, System
from crossfoot.core.receipts import Receipt
from crossfoot.core.slips import Slip, SlipLine
from crossfoot.core.sync.sales import SaleKind, SaleTax

from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.sales import HOURS, SWITCH, sale_of
from tests.adapters.sandbox import running
from tests.contract.clients.owed import NOTE as BILL_NOTE
from tests.contract.clients.owed import Owed, enter_owed
from tests.contract.clients.test_quickbooks_clients import run_client

NOTE = "Paid through the platform. xf:0123456789abcdef"
DAY, LATER = date(2026, 11, 3), date(2026, 11, 9)


@pytest.fixture(scope="module")
def company() -> Iterator[Company]:
    with running("quickbooks") as sandbox:
        sandbox.switch(rate_limits=False)
        yield Company(sandbox)


@pytest.fixture(scope="module")
def made(company: Company) -> list[Receipt]:
    """A payment over two invoices with a rest, one that was changed, and one that pays nothing."""
    receipts, customer = QuickBooksReceipts(company.client()), company.customer()
    bills = [company.invoice(customer, amount)["Id"] for amount in (100, 1234567.89, 50)]
    first, second, third = (Ref(System.QUICKBOOKS, Kind.INVOICE, id_) for id_ in bills)
    payer = Ref(System.QUICKBOOKS, Kind.CUSTOMER, customer["Id"])
    account = receipts.fetch_company().undeposited_funds
    assert account is not None
    empty = Receipt("", payer, 0, DAY, (), account.id, "pay_01HV7")

    def create(key: str, amount_minor: int, *parts: Allocation) -> Receipt:
        return receipts.create_receipt(replace(empty, amount_minor=amount_minor, applied=parts), "USD", NOTE, key)

    both = create("a" * 32, 1_234_667_90, Allocation(first, 99_99), Allocation(second, 1_234_567_89))
    changed = create("b" * 32, 50_00, Allocation(third, 50_00))
    changed = replace(changed, amount_minor=10_10, applied=(Allocation(third, 10_00),), received_on=LATER)
    return [both, receipts.update_receipt(changed, "USD", "c" * 32), create("d" * 32, 7)]


@pytest.fixture(scope="module")
def deposited(company: Company, made: list[Receipt]) -> Slip:
    """The last of the payments, less a fee."""
    bank = next(each["Id"] for each in company.query("Account") if each["Name"] == "Checking")
    lines = (SlipLine(made[2].amount_minor, made[2].id), SlipLine(-1, "", company.expense_account(), "Card fee"))
    slip = Slip("", bank, LATER, lines, made[2].amount_minor - 1)
    return QuickBooksDeposits(company.client()).create_deposit(slip, "USD", NOTE, "e" * 32)


@pytest.fixture(scope="module")
def sold(company: Company) -> dict[SaleKind, str]:
    """An invoice with tax on one of its lines, and a credit memo: their ids."""
    sales, customer = QuickBooksSales(company.client()), company.customer("Sold to")["Id"]
    lines = (replace(HOURS, quantity=Decimal("9.50"), tax_code_id="NON"), replace(SWITCH, tax_code_id="TAX"))
    about = {"memo": "Thank you", "purchase_order": "PO 77", "purchase_order_field": "1"}
    sale = sale_of(customer, *lines, tax=SaleTax(code_id="2", tax_minor=20_01), **about)
    wanted = [replace(sale, kind=kind) for kind in SaleKind]
    return {each.kind: sales.create_sale(each, NOTE, f"{each.kind}").standing.id for each in wanted}


@pytest.fixture(scope="module")
def owed(company: Company) -> Owed:
    """Bills and a credit of one vendor, paid by check with the credit, by card, by the credit alone, and in vain."""
    return enter_owed(company)


@pytest.fixture(scope="module")
def seen(
    company: Company, made: list[Receipt], deposited: Slip, sold: dict[SaleKind, str], owed: Owed
) -> dict[str, Any]:
    ids = [receipt.id for receipt in made]
    asked = {"read": ids, "save": ids[:1], "deposits": [deposited.id]}
    asked |= {"invoices": [sold[SaleKind.INVOICE]], "memos": [sold[SaleKind.CREDIT_MEMO]]}
    asked |= owed.ids() | {"save_bills": [owed.bills[2].id]}
    return run_client("quickbooks_payments", json.dumps({**company.ready, "base_url": company.sandbox.url, **asked}))


def test_d2_another_client_reads_a_deposit_as_we_wrote_it(seen: dict[str, Any], deposited: Slip) -> None:
    held, fee = deposited.lines
    assert seen["deposits"] == {
        deposited.id: {
            "total": "0.06", "day": "2026-11-09", "account": deposited.account_id, "note": NOTE,
            "lines": [["0.07", "Payment", held.receipt_id, "0"], ["-0.01", "Card fee", fee.account_id]],
        }
    }  # fmt: skip


def test_s8_another_client_reads_an_invoice_and_a_credit_memo_as_we_wrote_them(
    seen: dict[str, Any], sold: dict[SaleKind, str]
) -> None:
    said = {
        "number": "4711", "total": "1457.50", "tax": "20.01", "tax_code": "2", "day": "2026-11-03", "due": "2026-11-18",
        "memo": "Thank you", "note": NOTE, "fields": [["1", "PO 77"]],
        "lines": [
            ["1187.50", "9.50", "125", "2026-10-30", "1", "NON"], ["249.99", "1", "249.99", "", "4", "TAX"],
        ],
    }  # fmt: skip
    assert seen["sales"] == {sold[SaleKind.INVOICE]: said, sold[SaleKind.CREDIT_MEMO]: said | {"due": None}}


def test_p1_another_client_reads_amounts_lines_and_links_as_we_wrote_them(
    seen: dict[str, Any], made: list[Receipt]
) -> None:
    both, changed, unapplied = (seen["read"][receipt.id] for receipt in made)
    (first, second), (third,) = ([part.invoice.id for part in receipt.applied] for receipt in made[:2])
    assert both == {
        "total": "1234667.90", "unapplied": "0.02", "day": "2026-11-03", "currency": "USD", "reference": "pay_01HV7",
        "customer": made[0].customer.id, "account": made[0].account_id, "note": NOTE, "token": "0",
        "lines": [["99.99", "Invoice", first], ["1234567.89", "Invoice", second]],
    }  # fmt: skip
    assert (changed["total"], changed["unapplied"], changed["day"]) == ("10.10", "0.10", "2026-11-09")
    assert (changed["lines"], changed["note"], changed["token"]) == ([["10.00", "Invoice", third]], NOTE, "1")
    assert (unapplied["total"], unapplied["unapplied"], unapplied["lines"]) == ("0.07", "0.07", [])


def test_p4_what_another_client_saves_as_it_read_it_is_still_ours(
    company: Company, seen: dict[str, Any], made: list[Receipt]
) -> None:
    assert seen["saved"][made[0].id] == "1"
    receipts = QuickBooksReceipts(company.client())
    assert receipts.fetch_receipt(made[0].id, "USD") == replace(made[0], revision="1")
    found = receipts.find_receipt("xf:0123456789abcdef", company.clock.now(), "USD")
    assert found is not None


def test_b4_another_client_reads_bills_and_their_balances_as_we_wrote_them(seen: dict[str, Any], owed: Owed) -> None:
    """Amounts, links and balances of bills and vendor credits."""
    first, second, third = (seen["bills"][bill.id] for bill in owed.bills)
    check, card, nothing, _ = (payment.id for payment in owed.payments)
    assert first == {
        "vendor": owed.vendor.id, "number": "INV-1", "day": "2026-11-03", "due": "2026-12-03", "total": "1234567.89",
        "balance": "0", "note": BILL_NOTE, "links": [["BillPaymentCheck", check]],
        "lines": [
            ["1", "1234567.00", "Servers", owed.costs, "NotBillable"], ["2", "0.89", "Screws", owed.costs, "NotBillable"],
        ],
    }  # fmt: skip
    assert (second["total"], second["balance"]) == ("300.00", "99.90")
    assert second["links"] == [["BillPaymentCheck", check], ["BillPaymentCreditCard", card]]
    assert (third["total"], third["balance"], third["number"]) == ("80.05", "50.05", "INV-3b")
    assert third["links"] == [["BillPaymentCheck", nothing]]
    (credit,) = (seen["credits"][each.id] for each in owed.credits)
    assert (credit["total"], credit["balance"], credit["number"]) == ("100.00", "20.00", "CR-1")
    assert credit["links"] == sorted([["BillPaymentCheck", check], ["BillPaymentCheck", nothing]])
    assert seen["vendors"][owed.vendor.id] == {
        "name": "O'Brien & Sons", "email": "ap@obrien.example", "number": "C-77", "balance": "129.95",
    }  # fmt: skip


def test_b4_another_client_reads_bill_payments_as_we_wrote_them(seen: dict[str, Any], owed: Owed) -> None:
    (first, second, third), (credit,) = owed.bills, owed.credits
    check, card, nothing, void = (seen["bill_payments"][payment.id] for payment in owed.payments)
    assert check == {
        "vendor": owed.vendor.id, "total": "1234617.89", "by": "Check", "from": owed.bank, "print": "NotSet",
        "number": "5001", "day": "2026-11-03", "note": BILL_NOTE,
        "lines": [
            ["1234567.89", "Bill", first.id], ["100.00", "Bill", second.id], ["50.00", "VendorCredit", credit.id],
        ],
    }  # fmt: skip
    assert (card["total"], card["by"], card["from"]) == ("100.10", "CreditCard", owed.card)
    assert card["lines"] == [["100.10", "Bill", second.id]]
    assert (nothing["total"], nothing["lines"]) == (
        "0", [["30.00", "Bill", third.id], ["30.00", "VendorCredit", credit.id]],
    )  # fmt: skip
    assert (void["total"], void["lines"], void["note"][:6]) == ("0", [], "Voided")


def test_b4_a_bill_that_another_client_saves_as_it_read_it_is_still_ours(
    company: Company, seen: dict[str, Any], owed: Owed
) -> None:
    ours, bill = QuickBooksPayables(company.client()), owed.bills[2]
    assert ours.fetch(Kind.BILL, bill.id, "USD") == replace(bill, revision=seen["saved"][bill.id])
