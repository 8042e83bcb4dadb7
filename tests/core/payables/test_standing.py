"""A record of the accounting as the entry that it is."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.model import ACCOUNTING, Kind, Ref, Standing, Version
from crossfoot.core.payables.entries import (
    TAX_LINE_ID,
    BillEntry,
    CreditEntry,
    EntryLine,
    Part,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    PayMethod,
    Vendor,
    VendorCredit,
)
from crossfoot.core.payables.standing import entry_of

SEEN = Version("2026-11-03T17:00:00Z", "2026-11-03T17:00:00Z")
DAY, LIVE = date(2026, 11, 3), Standing.LIVE
NORTON = Ref(ACCOUNTING, Kind.VENDOR, "7")
LINES = (
    CostLine("1", CostLineKind.ACCOUNT, "Paper", 100, "63", class_id="2"),
    CostLine("2", CostLineKind.ITEM, "Ink", 50, "64", "4"),
    CostLine("3", CostLineKind.NOTE, "By truck", 0),
    CostLine("", CostLineKind.TAX, "Tax", 12),
)
ENTRY_LINES = (
    EntryLine(100, "63", "Paper", "", "1"),
    EntryLine(50, "", "Ink", "4", "2"),
    EntryLine(0, "", "By truck", "", "3"),
    EntryLine(12, "", "Tax", "", TAX_LINE_ID),
)
BILL = Bill(
    Ref(ACCOUNTING, Kind.BILL, "9"), SEEN, LIVE, "INV-1", NORTON, "Norton", DAY, None, "USD", 162, 162, LINES, revision="3"
)  # fmt: skip
CREDIT = VendorCredit(
    Ref(ACCOUNTING, Kind.VENDOR_CREDIT, "8"), SEEN, LIVE, "CR-1", NORTON, "Norton", DAY, "USD", 162, lines=LINES,
    revision="1",
)  # fmt: skip
PAYMENT = BillPayment(
    Ref(ACCOUNTING, Kind.BILL_PAYMENT, "5"), SEEN, LIVE, NORTON, "Norton", DAY, "USD", 132, PayMethod.CREDIT_CARD, "41",
    "501",
    (BillPart(BILL.ref, 162),), (CreditPart(CREDIT.ref, 30),), revision="4",
)  # fmt: skip


def test_every_line_of_a_bill_or_credit_is_in_its_entry() -> None:
    assert entry_of(BILL) == BillEntry("9", "7", "INV-1", DAY, None, ENTRY_LINES, "3")
    credit = entry_of(CREDIT)
    assert credit == CreditEntry("8", "7", "CR-1", DAY, ENTRY_LINES, "1")
    assert isinstance(credit, CreditEntry)
    assert credit.total_minor == CREDIT.total_minor


def test_b4_a_payment_is_of_bills_less_credits() -> None:
    paid = entry_of(PAYMENT)
    parts = (Part("9", 162),), (Part("8", 30),)
    assert paid == PaymentEntry("5", "7", DAY, PayMethod.CREDIT_CARD, "41", *parts, "501", "4")
    assert isinstance(paid, PaymentEntry)
    assert paid.amount_minor == PAYMENT.total_minor


def test_a_vendor_that_is_inactive_has_the_name_that_it_had() -> None:
    vendor = Vendor(NORTON, SEEN, LIVE, "Norton (deleted)", active=False, account_number="C-7", email="a@b.example")
    assert entry_of(vendor) == VendorEntry("7", "Norton", "a@b.example", "C-7", active=False)
    assert entry_of(replace(vendor, active=True)) == VendorEntry("7", "Norton (deleted)", "a@b.example", "C-7")


def test_what_lacks_something_that_every_entry_has_is_none() -> None:
    for record in (replace(BILL, vendor=None), replace(BILL, lines=None), replace(PAYMENT, paid_on=None)):
        with pytest.raises(ValueError, match="quickbooks-"):
            entry_of(record)
