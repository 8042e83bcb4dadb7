"""Entries in the letters that the accounting can keep: one that stands is so already, and compares equal."""

from dataclasses import replace

from crossfoot.core.latin import to_latin
from crossfoot.core.payables.entries import BillEntry, CreditEntry, Entry, EntryLine, PaymentEntry, VendorEntry

DESCRIPTION_LENGTH = 4000
NAME_LENGTH = 500
TEXT_LENGTH = 100
# A number is never cut: two of them could become one. What is too long is refused.
_ANY_LENGTH = 10_000
# QuickBooks tells what is below what by a colon.
_COLON, _IN_ITS_PLACE = ":", "-"


def in_latin(entry: Entry) -> Entry:
    """Say an entry as QuickBooks can keep it: an entry that stands is so already."""
    match entry:
        case VendorEntry():
            name = to_latin(entry.name.replace(_COLON, _IN_ITS_PLACE), NAME_LENGTH)
            email, account_number = (to_latin(text, TEXT_LENGTH) for text in (entry.email, entry.account_number))
            return replace(entry, name=name, email=email, account_number=account_number)
        case BillEntry() | CreditEntry():
            return replace(entry, number=_number(entry.number), lines=tuple(map(_line_in_latin, entry.lines)))
        case PaymentEntry():
            return replace(entry, number=_number(entry.number))


def _line_in_latin(line: EntryLine) -> EntryLine:
    return replace(line, description=to_latin(line.description, DESCRIPTION_LENGTH))


def _number(number: str) -> str:
    return to_latin(number, _ANY_LENGTH)
