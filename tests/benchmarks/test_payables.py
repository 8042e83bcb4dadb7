"""What is paid in the benchmark of payables, and what it is held against."""

import json
from datetime import date
from decimal import Decimal

from crossfoot.messages.bill_payments import PlatformBillPayment

from benchmarks.payables import BEFORE, BILLS, VENDORS, Owed, in_quickbooks, owed_bills

TODAY = date(2026, 11, 22)


def test_b4_a_bill_is_paid_as_the_platform_tells_it() -> None:
    told = json.dumps(Owed("5001", "501", Decimal("100.37"), Decimal("50.19")).as_paid(TODAY))
    payment = PlatformBillPayment.model_validate_json(told).to_record()
    (part,) = payment.bills
    assert (str(part.bill), part.amount_minor, payment.total_minor) == ("quickbooks-5001", 5019, 5019)
    assert (str(payment.vendor), payment.paid_on) == ("quickbooks-501", TODAY)


def test_every_other_bill_is_paid_in_part_and_all_of_them_at_first_are_open_as_a_whole() -> None:
    owed = list(owed_bills(BEFORE + BILLS))
    in_part = [each for each in owed if each.paid < each.total]
    assert (len(owed), len(in_part), len({each.vendor for each in owed})) == (1_010, 505, VENDORS)
    bills = [record for entity, record in in_quickbooks(owed, TODAY, "7") if entity == "Bill"]
    assert [(each["Id"], each["Balance"], each["Line"][0]["Amount"]) for each in bills] == [
        (each.id, each.total, each.total) for each in owed
    ]
