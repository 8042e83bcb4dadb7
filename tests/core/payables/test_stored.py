"""Entries in the ledger: what is stored is read back as it was (X2), and when two of them say the same."""

from dataclasses import replace

import pytest
from crossfoot.core.payables.entries import Entry, EntryLine, EntryOperation, EntryWrite
from crossfoot.core.payables.likeness import as_asked, is_same, says_the_same
from crossfoot.core.payables.records import PayMethod
from crossfoot.core.payables.stored import from_body, standing_after, standing_of, to_body, to_result

from tests.core.payables.entering import ACME, VENDOR_ENTRY, bill_entry, credit_entry, effect, payment_entry

ENTRIES: list[Entry] = [
    VENDOR_ENTRY,
    replace(VENDOR_ENTRY, email="ap@acme.example", account_number="7", active=False),
    bill_entry(),
    bill_entry(due_on=None, lines=(EntryLine(-5_00, "", "Box", "12", "3"), EntryLine(7_00, "63", "Ťea"))),
    credit_entry(),
    payment_entry({"129": 100_00, "130": 1}, {"140": 30_00}, number="1017", method=PayMethod.CREDIT_CARD),
]


@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("operation", EntryOperation)
def test_x2_a_write_is_read_back_as_it_was_stored(entry: Entry, operation: EntryOperation) -> None:
    write = EntryWrite(operation, entry, "USD")
    assert from_body(to_body(write)) == write
    assert standing_of(replace(effect(ACME, entry), result=to_result(entry))) == entry


def test_x2_nothing_stands_where_nothing_was_written() -> None:
    assert standing_of(None) is None
    assert standing_of(replace(effect(ACME, VENDOR_ENTRY), result={})) is None
    assert standing_of(effect(ACME, None, VENDOR_ENTRY)) is None


def test_b4_a_vendor_is_never_gone_only_inactive() -> None:
    gone = EntryWrite(EntryOperation.DELETE, VENDOR_ENTRY, "USD")
    assert standing_after(gone, None) == replace(VENDOR_ENTRY, active=False)
    assert standing_after(EntryWrite(EntryOperation.DELETE, bill_entry(), "USD"), None) is None


@pytest.mark.parametrize("entry", ENTRIES)
def test_b4_an_entry_says_what_was_asked_for_whatever_it_is_called_there(entry: Entry) -> None:
    made = replace(entry, id="999", revision="7")
    assert is_same(made, entry)
    assert says_the_same(made, entry)
    assert as_asked(made, entry) == made


def test_b4_what_was_left_unsaid_may_be_anything_there() -> None:
    asked = bill_entry("", due_on=None, revision="")
    found = bill_entry(lines=(EntryLine(100_00, "63", "worded otherwise", line_id="9"),))
    assert says_the_same(found, asked)
    assert as_asked(found, asked) == bill_entry(lines=(EntryLine(100_00, "63", "", line_id="9"),))
    paid = payment_entry({"129": 1, "130": 2}, number="1017")
    assert says_the_same(paid, payment_entry({"130": 2, "129": 1}, id_=""))


@pytest.mark.parametrize(
    ("found", "asked"),
    [
        (bill_entry(), bill_entry(minor=99_00)),
        (bill_entry(), bill_entry(vendor_id="57")),
        (bill_entry(), bill_entry(number="X")),
        (bill_entry(), credit_entry()),
        (payment_entry({"129": 1}), payment_entry({"130": 1})),
        (payment_entry({"129": 2}, {"140": 1}), payment_entry({"129": 1})),
        (payment_entry({"129": 1}), payment_entry({"129": 1}, account_id="41")),
        (VENDOR_ENTRY, replace(VENDOR_ENTRY, name="ACME")),
        (VENDOR_ENTRY, replace(VENDOR_ENTRY, active=False)),
    ],
)
def test_b4_a_difference_in_what_matters_is_one(found: Entry, asked: Entry) -> None:
    assert not says_the_same(found, asked)
    assert as_asked(found, asked) == found
