"""Entries in QuickBooks' letters."""

from dataclasses import replace
from datetime import date

from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, EntryLine, Part, PaymentEntry, VendorEntry
from crossfoot.core.payables.latin import in_latin
from crossfoot.core.payables.records import PayMethod

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
