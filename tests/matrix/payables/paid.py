"""The table of payables: what becomes of bill payments and of vendors. How it is read is told in `table.py`."""

PAID = """
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
