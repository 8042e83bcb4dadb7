"""Entries in QuickBooks' letters, and what an entry leaves unsaid."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, EntryLine, Part, PaymentEntry, VendorEntry
from crossfoot.core.payables.records import PayMethod
from crossfoot.core.payables.wording import in_latin, with_unsaid

DAY, DUE = date(2026, 11, 3), date(2026, 12, 3)
VENDOR = VendorEntry("7", "Norton", "ap@norton.example", "C-7", revision="2")
BILL = BillEntry("9", "7", "INV-1", DAY, DUE, (EntryLine(100, "63", "Paper", line_id="1"),), "3")
CREDIT = CreditEntry("8", "7", "CR-1", DAY, BILL.lines, "1")
PAYMENT = PaymentEntry("5", "7", DAY, PayMethod.CHECK, "35", (Part("9", 100),), number="501", revision="4")


def test_an_entry_that_stands_is_in_quickbooks_letters_already() -> None:
    for entry in (VENDOR, BILL, CREDIT, PAYMENT):
        assert in_latin(entry) == entry


def test_what_quickbooks_lacks_is_said_with_other_letters() -> None:
    odd = VendorEntry("", "Ő \u2013 Co: West\n", "ő@x.example", "№ 7")
    assert in_latin(odd) == VendorEntry("", "O - Co- West", "o@x.example", "No 7")
    line = EntryLine(100, "63", "Ink\t\u201cblack\u201d")
    said = in_latin(replace(BILL, number=" INV\u20111 ", lines=(line,)))
    assert said == replace(BILL, lines=(EntryLine(100, "63", 'Ink "black"'),))


def test_b2_a_number_is_never_cut_and_a_name_is() -> None:
    long = "7" * 40
    for entry in (BILL, CREDIT, PAYMENT):
        numbered: Entry = replace(entry, number=long)
        assert in_latin(numbered) == numbered
    assert in_latin(replace(VENDOR, name="x" * 501)) == replace(VENDOR, name="x" * 500)


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
