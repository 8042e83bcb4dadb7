"""The table of payables: what becomes of bills and of vendor credits. How it is read is told in `table.py`."""

OWED = """
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
"""
