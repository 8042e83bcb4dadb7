"""The state of payables in one word (B1, B4, B6, B8)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.model import PLATFORM, Kind, OutsidePayment, Ref, Standing
from crossfoot.core.payables.open_amounts import OnPlatform
from crossfoot.core.payables.outside import outside_of, with_outside
from crossfoot.core.payables.records import Bill, BillPayment, PayState, Vendor
from crossfoot.core.payables.statuses import bill_payment_status, bill_status, vendor_credit_status, vendor_status

from tests.core.payables.in_accounting import LEFT_OUT, bill, credit, paid, vendor

GONE, VOID = Standing.DELETED, Standing.VOID
CASH = OutsidePayment(date(2026, 11, 2), "cash")


@pytest.mark.parametrize(
    ("record", "on_platform", "expected"),
    [
        (bill(), OnPlatform(100_00), "open"),
        (bill(), OnPlatform(100_00, scheduled_minor=100_00), "open"),
        (bill(), OnPlatform(100_00, paid_minor=1), "partial"),
        (bill(), OnPlatform(100_00, paid_minor=100_00), "paid"),
        (bill(), OnPlatform(100_00, paid_minor=40_00, outside_minor=60_00), "paid_outside"),
        (bill(standing=GONE), OnPlatform(0), "deleted"),
        (bill(standing=GONE, keeping=LEFT_OUT), OnPlatform(0), "left_out"),
    ],
)
def test_b1_b8_how_a_bill_stands(record: Bill, on_platform: OnPlatform, expected: str) -> None:
    assert bill_status(record, on_platform) == expected


@pytest.mark.parametrize(
    ("on_platform", "expected"),
    [(OnPlatform(10), "open"), (OnPlatform(10, paid_minor=4), "partial"), (OnPlatform(10, paid_minor=10), "applied")],
)
def test_b4_how_a_vendor_credit_stands(on_platform: OnPlatform, expected: str) -> None:
    assert vendor_credit_status(credit(), on_platform) == expected
    assert vendor_credit_status(credit(keeping=LEFT_OUT), on_platform) == "left_out"


@pytest.mark.parametrize(
    ("payment", "expected"),
    [
        (paid({"1": 5}), "paid"),
        (paid({"1": 5}, state=PayState.SCHEDULED), "scheduled"),
        (paid({"1": 5}, {"2": 5}, state=PayState.SCHEDULED), "paid"),
        (paid({"1": 5}, standing=VOID), "void"),
        (paid({"1": 5}, keeping=LEFT_OUT), "left_out"),
    ],
)
def test_b4_how_a_payment_stands_one_that_credits_cover_needs_no_money(payment: BillPayment, expected: str) -> None:
    assert bill_payment_status(payment) == expected


@pytest.mark.parametrize(
    ("record", "expected"),
    [(vendor(), "active"), (vendor(active=False), "inactive"), (vendor(standing=GONE), "deleted")],
)
def test_how_a_vendor_stands(record: Vendor, expected: str) -> None:
    assert vendor_status(record) == expected


def test_b8_a_mark_counts_whichever_copy_has_it() -> None:
    told = replace(bill(), ref=Ref(PLATFORM, Kind.BILL, "bill_1"))
    assert outside_of((told, None, with_outside(bill(), CASH))) == CASH
    assert outside_of((told, bill(), vendor())) is None
    assert outside_of((with_outside(with_outside(told, CASH), None),)) is None
