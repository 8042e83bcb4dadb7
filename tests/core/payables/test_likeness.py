"""What an entry leaves unsaid, and what it says."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.payables.entries import BillEntry, CreditEntry, EntryLine, Part, PaymentEntry, VendorEntry
from crossfoot.core.payables.likeness import with_unsaid
from crossfoot.core.payables.records import PayMethod

DAY, DUE = date(2026, 11, 3), date(2026, 12, 3)
VENDOR = VendorEntry("7", "Norton", "ap@norton.example", "C-7", revision="2")
BILL = BillEntry("9", "7", "INV-1", DAY, DUE, (EntryLine(100, "63", "Paper", line_id="1"),), "3")
CREDIT = CreditEntry("8", "7", "CR-1", DAY, BILL.lines, "1")
PAYMENT = PaymentEntry("5", "7", DAY, PayMethod.CHECK, "35", (Part("9", 100),), number="501", revision="4")


def test_what_an_entry_leaves_unsaid_is_as_it_stands() -> None:
    silent = VendorEntry("7", "Norton & Sons")
    assert with_unsaid(silent, VENDOR) == replace(silent, email=VENDOR.email, account_number=VENDOR.account_number)
    assert with_unsaid(replace(BILL, number="", due_on=None), BILL) == BILL
    assert with_unsaid(replace(CREDIT, number=""), CREDIT) == CREDIT
    assert with_unsaid(replace(PAYMENT, number=""), PAYMENT) == PAYMENT


def test_what_an_entry_says_is_not_taken_from_what_stands() -> None:
    for said, standing in (
        (VENDOR, VendorEntry("1", "Other", "other@x.example", "X")),
        (BILL, replace(BILL, number="X", due_on=DAY)),
        (CREDIT, replace(CREDIT, number="X")),
        (PAYMENT, replace(PAYMENT, number="X")),
    ):
        assert with_unsaid(said, standing) == said


def test_two_kinds_of_entries_leave_each_other_nothing() -> None:
    with pytest.raises(ValueError, match="BillEntry is no CreditEntry"):
        with_unsaid(BILL, CREDIT)
