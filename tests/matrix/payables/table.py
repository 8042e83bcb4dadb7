"""The matrix of payables as a bookkeeper would check it: what QuickBooks shows, what the platform shows, and why.

Every cell has a vendor of its own (V), a bill A over 100.00, where several are paid a bill B over 50.00, and where a credit
is applied a vendor credit K over 30.00; P is the payment. A bill or a credit that is made in one book is settled in the
other one; a payment settles what was made in its own. A bill is shown by what is open of it, a credit by what is left, a
payment by its money and what that settles, a vendor by whether it is in use. What is not named is not there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

PLATFORM, QUICKBOOKS = "platform", "quickbooks"
VENDOR, BILL, CREDIT, PAYMENT = "vendor", "bill", "vendor credit", "bill payment"
RECORDS = (BILL, CREDIT, PAYMENT, VENDOR)
BORN = (PLATFORM, QUICKBOOKS)
SETTLED = ("full", "partial", "several", "with credit")
DIRECTIONS = ("two-way", "one-way")
PROFILES = ("payments back", "classic")
MADE, UNPAID = "made", "unpaid"
# A credit that was made in the other book than the bill; what was settled before anybody synced; and that in QuickBooks
# before it was connected.
THEIR_CREDIT = "with their credit"
AT_ONCE = ("full at once", "with credit at once")
BEFORE = ("in full before", "in part before")
# At home is where the record was made. A vendor is renamed, and made inactive.
THEN = (
    *("changed at home", "voided at home", "deleted at home"),
    *("changed in the other", "voided in the other", "deleted in the other"),
)

TOTALS = {"A": Decimal("100.00"), "B": Decimal("50.00"), "K": Decimal("30.00")}
# A bill or a credit that is changed comes to this; a payment that is changed settles so much of A.
CHANGED, SETTLED_THEN = {"A": Decimal("120.00"), "K": Decimal("45.00")}, Decimal("80.00")
# What of each is settled. A credit is used up in full, or in part, without any money.
PARTS = {
    (BILL, "full"): {"A": "100.00"},
    (BILL, "partial"): {"A": "60.00"},
    (BILL, "several"): {"A": "100.00", "B": "50.00"},
    (BILL, "with credit"): {"A": "100.00", "K": "30.00"},
    (BILL, THEIR_CREDIT): {"A": "100.00", "K": "30.00"},
    (BILL, "full at once"): {"A": "100.00"},
    (BILL, "with credit at once"): {"A": "100.00", "K": "30.00"},
    (BILL, "in full before"): {"A": "100.00"},
    (BILL, "in part before"): {"A": "60.00"},
    (CREDIT, "in full before"): {"A": "30.00", "K": "30.00"},
    (CREDIT, "in part before"): {"A": "20.00", "K": "20.00"},
    (CREDIT, "full"): {"A": "30.00", "K": "30.00"},
    (CREDIT, "partial"): {"A": "20.00", "K": "20.00"},
    (CREDIT, "several"): {"A": "10.00", "B": "20.00", "K": "30.00"},
}

# Columns: which partners; QuickBooks; the platform; of what does not take part or is held up, why.
_TABLE = """
bill made on the platform, then paid in QuickBooks
full; made
two-way, payments back| A 0.00, P 100.00 = A 100.00| A 0.00, P 100.00 = A 100.00| -
two-way, classic      | A 0.00, P 100.00 = A 100.00| A 100.00                   | P classic_profile
one-way               | A 0.00, P 100.00 = A 100.00| A 100.00                   | P one_way
partial; made
two-way, payments back| A 40.00, P 60.00 = A 60.00| A 40.00, P 60.00 = A 60.00| -
two-way, classic      | A 40.00, P 60.00 = A 60.00| A 100.00                  | P classic_profile
one-way               | A 40.00, P 60.00 = A 60.00| A 100.00                  | P one_way
several; made
two-way, payments back| A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| -
two-way, classic      | A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| A 100.00, B 50.00| P classic_profile
one-way               | A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| A 100.00, B 50.00| P one_way
with credit; made
two-way, payments back| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -
two-way, classic      | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 100.00, K 30.00| P classic_profile
one-way               | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 100.00, K 30.00| P one_way
unpaid; changed at home
all                   | A 120.00                 | A 120.00                  | -
unpaid; changed in the other
two-way               | A 120.00                 | A 120.00                  | -
one-way               | A 120.00                 | A 100.00                  | A not_brought_back
unpaid; voided at home
all                   | -                         | -                         | -
unpaid; deleted at home
all                   | -                         | -                         | -
unpaid; deleted in the other
two-way               | -                         | -                         | -
one-way               | -                         | A 100.00                  | A not_brought_back
full; deleted at home
two-way, payments back| A 0.00, P 100.00 = A 100.00| P 100.00 = A 100.00       | A bill_paid
two-way, classic      | A 0.00, P 100.00 = A 100.00| -                         | A bill_paid, P classic_profile
one-way               | A 0.00, P 100.00 = A 100.00| -                         | A bill_paid, P one_way
full; deleted in the other
two-way, payments back| P 100.00                  | P 100.00                  | -
two-way, classic      | P 100.00                  | -                         | P classic_profile
one-way               | P 100.00                  | A 100.00                  | A not_brought_back, P one_way

bill made in QuickBooks, then paid on the platform
full; made
two-way               | A 0.00, P 100.00 = A 100.00| A 0.00, P 100.00 = A 100.00| -
one-way               | A 100.00                  | P 100.00 = A 100.00       | A one_way, P paid_thing_left_out
partial; made
two-way               | A 40.00, P 60.00 = A 60.00| A 40.00, P 60.00 = A 60.00| -
one-way               | A 100.00                  | P 60.00 = A 60.00         | A one_way, P paid_thing_left_out
several; made
two-way               | A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| -
one-way               | A 100.00, B 50.00| P 150.00 = A 100.00 + B 50.00| A one_way, B one_way, P paid_thing_left_out
with credit; made
two-way               | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -
one-way               | A 100.00, K 30.00| P 70.00 = A 100.00 - K 30.00| A one_way, K one_way, P paid_thing_left_out
in full before; made
two-way, payments back| A 0.00, P 100.00 = A 100.00| -| A paid_before_connection, P bills_did_not_come
two-way, classic      | A 0.00, P 100.00 = A 100.00| -| A paid_before_connection, P classic_profile
one-way               | A 0.00, P 100.00 = A 100.00| -| A one_way, P one_way
in part before; made
two-way, payments back| A 40.00, P 60.00 = A 60.00| -| A partly_paid_before_connection, P bills_did_not_come
two-way, classic      | A 40.00, P 60.00 = A 60.00| -| A partly_paid_before_connection, P classic_profile
one-way               | A 40.00, P 60.00 = A 60.00| -| A one_way, P one_way
unpaid; changed at home
two-way               | A 120.00                 | A 120.00                  | -
one-way               | A 120.00                 | -                         | A one_way
unpaid; changed in the other
two-way               | A 120.00                 | A 120.00                  | -
unpaid; deleted at home
two-way               | -                         | -                         | -
one-way               | -                         | -                         | A gone_in_accounting
unpaid; voided in the other
two-way               | -                         | -                         | -
unpaid; deleted in the other
two-way               | -                         | -                         | -
full; deleted at home
two-way, payments back| P 100.00                  | P 100.00                  | -
two-way, classic      | P 100.00                  | P 100.00 = A 100.00       | P not_brought_back
one-way               | -                         | P 100.00 = A 100.00       | A gone_in_accounting, P paid_thing_gone
full; deleted in the other
two-way               | A 0.00, P 100.00 = A 100.00| P 100.00 = A 100.00       | A payments_first

vendor credit made on the platform, then applied in QuickBooks
full; made
two-way, payments back| A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| -
two-way, classic      | A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| A 100.00, K 30.00| P classic_profile
one-way               | A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| A 100.00, K 30.00| P one_way
partial; made
two-way, payments back| A 80.00, K 10.00, P 0.00 = A 20.00 - K 20.00| A 80.00, K 10.00, P 0.00 = A 20.00 - K 20.00| -
two-way, classic      | A 80.00, K 10.00, P 0.00 = A 20.00 - K 20.00| A 100.00, K 30.00| P classic_profile
one-way               | A 80.00, K 10.00, P 0.00 = A 20.00 - K 20.00| A 100.00, K 30.00| P one_way
several; made
two-way, payments back| A 90.00, B 30.00, K 0.00, P 0.00 = A 10.00 + B 20.00 - K 30.00|\
 A 90.00, B 30.00, K 0.00, P 0.00 = A 10.00 + B 20.00 - K 30.00| -
two-way, classic      | A 90.00, B 30.00, K 0.00, P 0.00 = A 10.00 + B 20.00 - K 30.00|\
 A 100.00, B 50.00, K 30.00| P classic_profile
one-way               | A 90.00, B 30.00, K 0.00, P 0.00 = A 10.00 + B 20.00 - K 30.00|\
 A 100.00, B 50.00, K 30.00| P one_way
unpaid; changed at home
all                   | K 45.00                  | K 45.00                   | -
unpaid; changed in the other
two-way               | K 45.00                  | K 45.00                   | -
one-way               | K 45.00                  | K 30.00                   | K not_brought_back
unpaid; voided at home
all                   | -                         | -                         | -
unpaid; deleted at home
all                   | -                         | -                         | -
unpaid; deleted in the other
two-way               | -                         | -                         | -
one-way               | -                         | K 30.00                   | K not_brought_back
full; deleted at home
two-way, payments back| A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| A 70.00, P 0.00 = A 30.00 - K 30.00| K bill_paid
two-way, classic      | A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| A 100.00| K bill_paid, P classic_profile
one-way               | A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| A 100.00| K bill_paid, P one_way
full; deleted in the other
two-way, payments back| A 100.00                  | A 100.00                  | -
two-way, classic      | A 100.00                  | A 100.00                  | P gone_in_accounting
one-way               | A 100.00                  | A 100.00, K 30.00         | K not_brought_back, P gone_in_accounting

vendor credit made in QuickBooks, then applied on the platform
full; made
two-way               | A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| -
one-way               | A 100.00, K 30.00| P 0.00 = A 30.00 - K 30.00| A one_way, K one_way, P paid_thing_left_out
partial; made
two-way               | A 80.00, K 10.00, P 0.00 = A 20.00 - K 20.00| A 80.00, K 10.00, P 0.00 = A 20.00 - K 20.00| -
one-way               | A 100.00, K 30.00| P 0.00 = A 20.00 - K 20.00| A one_way, K one_way, P paid_thing_left_out
several; made
two-way               | A 90.00, B 30.00, K 0.00, P 0.00 = A 10.00 + B 20.00 - K 30.00|\
 A 90.00, B 30.00, K 0.00, P 0.00 = A 10.00 + B 20.00 - K 30.00| -
one-way               | A 100.00, B 50.00, K 30.00| P 0.00 = A 10.00 + B 20.00 - K 30.00|\
 A one_way, B one_way, K one_way, P paid_thing_left_out
in full before; made
two-way, payments back| A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| -|\
 A partly_paid_before_connection, K used_before_connection, P bills_did_not_come
two-way, classic      | A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| -|\
 A partly_paid_before_connection, K used_before_connection, P classic_profile
one-way               | A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| -| A one_way, K one_way, P one_way
in part before; made
two-way, payments back| A 80.00, K 10.00, P 0.00 = A 20.00 - K 20.00| -|\
 A partly_paid_before_connection, K used_before_connection, P bills_did_not_come
two-way, classic      | A 80.00, K 10.00, P 0.00 = A 20.00 - K 20.00| -|\
 A partly_paid_before_connection, K used_before_connection, P classic_profile
one-way               | A 80.00, K 10.00, P 0.00 = A 20.00 - K 20.00| -| A one_way, K one_way, P one_way
unpaid; changed at home
two-way               | K 45.00                  | K 45.00                   | -
one-way               | K 45.00                  | -                         | K one_way
unpaid; changed in the other
two-way               | K 45.00                  | K 45.00                   | -
unpaid; deleted at home
two-way               | -                         | -                         | -
one-way               | -                         | -                         | K gone_in_accounting
unpaid; voided in the other
two-way               | -                         | -                         | -
unpaid; deleted in the other
two-way               | -                         | -                         | -
full; deleted at home
two-way, payments back| A 100.00                  | A 100.00                  | -
two-way, classic      | A 100.00                  | A 70.00, P 0.00 = A 30.00 - K 30.00| P not_brought_back
one-way               | A 100.00| P 0.00 = A 30.00 - K 30.00| A one_way, K gone_in_accounting, P paid_thing_left_out
full; deleted in the other
two-way               | A 70.00, K 0.00, P 0.00 = A 30.00 - K 30.00| A 70.00, P 0.00 = A 30.00 - K 30.00|\
 K payments_first

bill payment made on the platform, for what was made there
full; made
all                   | A 0.00, P 100.00 = A 100.00| A 0.00, P 100.00 = A 100.00| -
partial; made
all                   | A 40.00, P 60.00 = A 60.00| A 40.00, P 60.00 = A 60.00| -
several; made
all                   | A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| -
with credit; made
all                   | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -
with their credit; made
two-way               | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -
one-way               | A 100.00, K 30.00| A 0.00, P 70.00 = A 100.00 - K 30.00| K one_way, P paid_thing_left_out
full at once; made
all                   | A 0.00, P 100.00 = A 100.00| A 0.00, P 100.00 = A 100.00| -
with credit at once; made
all                   | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -
full; changed at home
all                   | A 20.00, P 80.00 = A 80.00| A 20.00, P 80.00 = A 80.00| -
full; changed in the other
two-way, payments back| A 20.00, P 80.00 = A 80.00| A 20.00, P 80.00 = A 80.00| -
two-way, classic      | A 20.00, P 80.00 = A 80.00| A 0.00, P 100.00 = A 100.00| P not_brought_back
one-way               | A 20.00, P 80.00 = A 80.00| A 0.00, P 100.00 = A 100.00| P not_brought_back
full; voided at home
all                   | A 100.00, P void          | A 100.00                  | -
full; deleted at home
all                   | A 100.00                  | A 100.00                  | -
full; voided in the other
two-way, payments back| A 100.00, P void          | A 100.00                  | -
two-way, classic      | A 100.00, P void          | A 0.00, P 100.00 = A 100.00| P not_brought_back
one-way               | A 100.00, P void          | A 0.00, P 100.00 = A 100.00| P not_brought_back
full; deleted in the other
two-way, payments back| A 100.00                  | A 100.00                  | -
two-way, classic      | A 100.00                  | A 0.00, P 100.00 = A 100.00| P not_brought_back
one-way               | A 100.00                  | A 0.00, P 100.00 = A 100.00| P not_brought_back
with credit; changed at home
all                   | A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| -
with credit; changed in the other
two-way, payments back| A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| -
two-way, classic      | A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00|\
 A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| P not_brought_back
one-way               | A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00|\
 A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| P not_brought_back
with credit; voided at home
all                   | A 100.00, K 30.00, P void | A 100.00, K 30.00         | -
with credit; deleted at home
all                   | A 100.00, K 30.00         | A 100.00, K 30.00         | -
with credit; voided in the other
two-way, payments back| A 100.00, K 30.00, P void | A 100.00, K 30.00         | -
two-way, classic      | A 100.00, K 30.00, P void | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| P not_brought_back
one-way               | A 100.00, K 30.00, P void | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| P not_brought_back
with credit; deleted in the other
two-way, payments back| A 100.00, K 30.00         | A 100.00, K 30.00         | -
two-way, classic      | A 100.00, K 30.00         | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| P not_brought_back
one-way               | A 100.00, K 30.00         | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| P not_brought_back

bill payment made in QuickBooks, for what was made there
full; made
two-way, payments back| A 0.00, P 100.00 = A 100.00| A 0.00, P 100.00 = A 100.00| -
two-way, classic      | A 0.00, P 100.00 = A 100.00| A 100.00                  | P classic_profile
one-way               | A 0.00, P 100.00 = A 100.00| -                         | A one_way, P one_way
partial; made
two-way, payments back| A 40.00, P 60.00 = A 60.00| A 40.00, P 60.00 = A 60.00| -
two-way, classic      | A 40.00, P 60.00 = A 60.00| A 100.00                  | P classic_profile
one-way               | A 40.00, P 60.00 = A 60.00| -                         | A one_way, P one_way
several; made
two-way, payments back| A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| -
two-way, classic      | A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| A 100.00, B 50.00| P classic_profile
one-way               | A 0.00, B 0.00, P 150.00 = A 100.00 + B 50.00| -         | A one_way, B one_way, P one_way
with credit; made
two-way, payments back| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -
two-way, classic      | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 100.00, K 30.00| P classic_profile
one-way               | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -          | A one_way, K one_way, P one_way
with their credit; made
two-way, payments back| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -
two-way, classic      | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 100.00, K 30.00| P classic_profile
one-way               | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| K 30.00| A one_way, P one_way
full at once; made
two-way, payments back| A 0.00, P 100.00 = A 100.00| A 0.00, P 100.00 = A 100.00| -
two-way, classic      | A 0.00, P 100.00 = A 100.00| A 100.00                   | P classic_profile
one-way               | A 0.00, P 100.00 = A 100.00| -                          | A one_way, P one_way
with credit at once; made
two-way, payments back| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -
two-way, classic      | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| A 100.00, K 30.00| P classic_profile
one-way               | A 0.00, K 0.00, P 70.00 = A 100.00 - K 30.00| -| A one_way, K one_way, P one_way
full; changed at home
two-way, payments back| A 20.00, P 80.00 = A 80.00| A 20.00, P 80.00 = A 80.00| -
two-way, classic      | A 20.00, P 80.00 = A 80.00| A 100.00| P classic_profile
one-way               | A 20.00, P 80.00 = A 80.00| -| A one_way, P one_way
full; changed in the other
two-way, payments back| A 20.00, P 80.00 = A 80.00| A 20.00, P 80.00 = A 80.00| -
full; voided at home
two-way, payments back| A 100.00, P void          | A 100.00                  | -
two-way, classic      | A 100.00, P void          | A 100.00                  | P gone_in_accounting
one-way               | A 100.00, P void          | -                         | A one_way, P gone_in_accounting
full; deleted at home
two-way, payments back| A 100.00                  | A 100.00                  | -
two-way, classic      | A 100.00                  | A 100.00                  | P gone_in_accounting
one-way               | A 100.00                  | -                         | A one_way, P gone_in_accounting
full; voided in the other
two-way, payments back| A 100.00, P void          | A 100.00                  | -
full; deleted in the other
two-way, payments back| A 100.00                  | A 100.00                  | -
with credit; changed at home
two-way, payments back| A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| -
two-way, classic      | A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| A 100.00, K 30.00| P classic_profile
one-way               | A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| -| A one_way, K one_way, P one_way
with credit; changed in the other
two-way, payments back| A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| A 20.00, K 0.00, P 50.00 = A 80.00 - K 30.00| -
with credit; voided at home
two-way, payments back| A 100.00, K 30.00, P void | A 100.00, K 30.00         | -
two-way, classic      | A 100.00, K 30.00, P void | A 100.00, K 30.00         | P gone_in_accounting
one-way               | A 100.00, K 30.00, P void | -                         |\
 A one_way, K one_way, P gone_in_accounting
with credit; deleted at home
two-way, payments back| A 100.00, K 30.00         | A 100.00, K 30.00         | -
two-way, classic      | A 100.00, K 30.00         | A 100.00, K 30.00         | P gone_in_accounting
one-way               | A 100.00, K 30.00         | -                         |\
 A one_way, K one_way, P gone_in_accounting
with credit; voided in the other
two-way, payments back| A 100.00, K 30.00, P void | A 100.00, K 30.00         | -
with credit; deleted in the other
two-way, payments back| A 100.00, K 30.00         | A 100.00, K 30.00         | -

vendor made on the platform
full; made
all                   | V active                  | V active                  | -
full; changed at home
all                   | V renamed                 | V renamed                 | -
full; changed in the other
two-way               | V renamed                 | V renamed                 | -
one-way               | V renamed                 | V active                  | V not_brought_back
full; deleted at home
all                   | V inactive                | V inactive                | -
full; deleted in the other
two-way               | V inactive                | V inactive                | -
one-way               | V inactive                | V active                  | V not_brought_back

vendor made in QuickBooks
full; made
two-way               | V active                  | V active                  | -
one-way               | V active                  | -                         | V one_way
full; changed at home
two-way               | V renamed                 | V renamed                 | -
one-way               | V renamed                 | -                         | V one_way
full; changed in the other
two-way               | V renamed                 | V renamed                 | -
full; deleted at home
two-way               | V inactive                | V inactive                | -
one-way               | V inactive                | -                         | V one_way
full; deleted in the other
two-way               | V inactive                | V inactive                | -
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table. Takes: `partners` is how the names of those begin whom it is of, "all" for every one."""

    record: str
    born: str
    settled: str
    then: str
    partners: str
    in_quickbooks: dict[str, str]
    on_platform: dict[str, str]
    said: dict[str, str]

    def __str__(self) -> str:
        return f"{self.record} of {self.born}, {self.settled}, {self.then}; {self.partners}"


def _read_table(text: str) -> Iterator[Line]:
    record, born, settled, then = "", "", "", ""
    for line in filter(None, text.splitlines()):
        if "|" in line:
            partners, *columns = (part.strip() for part in line.split("|"))
            yield Line(record, born, settled, then, partners, *map(_read_column, columns))
        elif ";" in line:
            settled, then = line.split("; ")
        else:
            record = next(each for each in sorted(RECORDS, key=len, reverse=True) if line.startswith(each))
            born = PLATFORM if line.removeprefix(record).startswith(" made on the platform") else QUICKBOOKS


def _read_column(column: str) -> dict[str, str]:
    """Read what is said of each thing that is named: `A 0.00, K 30.00`."""
    named = [part.split(" ", 1) for part in column.split(", ") if part != "-"]
    return dict(named)


LINES = tuple(_read_table(_TABLE))
