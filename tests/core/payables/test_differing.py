"""What people changed in the accounting is said with what differs: amount, number, dates, vendor, lines (B5)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.model import Standing
from crossfoot.core.payables.case import Shown
from crossfoot.core.payables.differing import say_changed_in_both, say_not_brought_back
from crossfoot.core.payables.entries import Entry, EntryLine, Part
from crossfoot.core.payables.records import Payable, PayMethod

from tests.core.payables.entering import (
    VENDOR_ENTRY,
    VISA,
    bill,
    bill_entry,
    case,
    payment,
    payment_entry,
    vendor,
)

OURS, PAID = bill_entry(), payment_entry({"129": 100_00})
(LINE,) = OURS.lines
TWO_LINES = replace(OURS, lines=(replace(LINE, amount_minor=60_00), EntryLine(40_00, "60")))


def differences(record: Payable, told: Entry, left: Entry, other_minor: int = 0) -> list[str]:
    decision = say_changed_in_both(case(record, shown=Shown(left, other_minor=other_minor)), told, left)
    _, _, said = decision.sentence.partition(" in QuickBooks: ")
    return said.removesuffix(".").split("; ")


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (
            replace(OURS, lines=(replace(LINE, amount_minor=80_00),)),
            ["the amount is 100.00 USD on the platform, and 80.00 USD in QuickBooks"],
        ),
        (replace(OURS, number="X-9"), [f"the number is {OURS.number} on the platform, and X-9 in QuickBooks"]),
        (
            replace(OURS, issued_on=date(2026, 1, 5)),
            [f"the date is {OURS.issued_on} on the platform, and 2026-01-05 in QuickBooks"],
        ),
        (
            replace(OURS, due_on=date(2026, 1, 5)),
            [f"the due date is {OURS.due_on} on the platform, and 2026-01-05 in QuickBooks"],
        ),
        (replace(OURS, vendor_id="57"), ["the vendor differs"]),
        (replace(OURS, lines=(replace(LINE, account_id="60"),)), ["the lines differ"]),
        (TWO_LINES, ["the lines differ"]),
    ],
    ids=["amount", "number", "date", "due date", "vendor", "account", "split"],
)
def test_b5_what_differs_of_a_bill_is_named(left: Entry, said: list[str]) -> None:
    assert differences(bill(), OURS, left) == said


def test_b5_all_that_differs_of_a_payment_is_named_one_by_one() -> None:
    left = replace(PAID, paid_on=date(2026, 1, 5), bills=(Part("130", 90_00),))
    assert differences(payment(), PAID, left) == [
        "the amount is 100.00 USD on the platform, and 90.00 USD in QuickBooks",
        f"the date is {PAID.paid_on} on the platform, and 2026-01-05 in QuickBooks",
        "what it pays differs",
    ]


def test_b6_the_money_of_a_payment_that_lost_its_bill_there_is_still_its_amount() -> None:
    assert differences(payment(), PAID, replace(PAID, bills=()), other_minor=100_00) == ["what it pays differs"]


def test_b5_the_account_that_a_payment_comes_from_differs() -> None:
    assert differences(payment(), PAID, replace(PAID, account_id="99")) == ["the account differs"]
    by_card = replace(PAID, method=PayMethod.CREDIT_CARD, account_id=VISA)
    assert differences(payment(), PAID, by_card) == [
        "the method is check on the platform, and credit card in QuickBooks"
    ]


def test_b5_a_vendor_differs_in_its_name_and_in_being_active() -> None:
    left = replace(VENDOR_ENTRY, name="Acme Limited", active=False)
    assert differences(vendor(), VENDOR_ENTRY, left) == [
        f"the name is {VENDOR_ENTRY.name} on the platform, and Acme Limited in QuickBooks",
        "the status is active on the platform, and inactive in QuickBooks",
    ]


@pytest.mark.parametrize(("standing", "deed"), [(Standing.VOID, "voided"), (Standing.DELETED, "deleted")])
def test_b6_a_void_is_not_called_a_deletion(standing: Standing, deed: str) -> None:
    gone = case(payment(), shown=Shown(None, standing))
    assert f"Somebody {deed} the payment" in say_not_brought_back(gone, PAID, None).sentence
    assert f", and {deed} in QuickBooks." in say_changed_in_both(gone, None, None).sentence
