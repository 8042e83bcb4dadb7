"""What the figures of the Sync Invoices tool are measured against, and with."""

import re
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from crossfoot.core.model import Kind
from crossfoot.core.sync.settings import MappingKind, TimeEntries
from crossfoot.steps.sync_batch.syncing import AT_ONCE

from benchmarks.bills import ClosedBooks, mappings
from benchmarks.booked import booked, to_be_booked
from benchmarks.drafts import FAULTS, mixed
from benchmarks.stub_queues import SYNC_VISIBILITY_S, VISIBILITY_S, Queues
from benchmarks.sync import ENTRIES_PER_BATCH, least_exports, least_s
from benchmarks.warm import TIMEOUTS_S
from benchmarks.workers import BILLS_QUEUE, PAYMENTS_QUEUE, SYNC_POSTS_QUEUE, SYNCS_QUEUE, Source
from local.stack.paths import ROOT

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("invoices", "seconds"), [(1, 0), (270, 0), (271, 1), (997, 3), (998, 60), (1_000, 60), (2_000, 120)]
)
def test_the_least_time_that_some_invoices_take(invoices: int, seconds: float) -> None:
    """ConnectWise takes a thousand calls a minute, and QuickBooks ten batches a second."""
    assert least_s(invoices) == seconds


@pytest.mark.parametrize(("invoices", "calls"), [(1, 1), (480, 1), (481, 2), (1_000, 3)])
def test_so_many_bills_are_asked_for_in_one_call(invoices: int, calls: int) -> None:
    assert least_exports(invoices) == calls


def test_a_batch_of_writes_is_as_large_as_the_steps_make_it() -> None:
    assert ENTRIES_PER_BATCH == AT_ONCE


def test_workers_are_given_what_the_template_gives_them_in_production() -> None:
    template = (ROOT / "template.yaml").read_text()
    (production,) = re.findall(r"    production: \{.*\}", template)
    assert f"SyncTimeout: {TIMEOUTS_S['sync_batch']}," in production
    assert f"SyncVisibility: {SYNC_VISIBILITY_S}," in production


@pytest.mark.parametrize(
    "source", [PAYMENTS_QUEUE, BILLS_QUEUE, SYNCS_QUEUE, SYNC_POSTS_QUEUE], ids=lambda source: str(source.variable)
)
def test_a_queue_is_polled_as_the_template_says(source: Source) -> None:
    template = (ROOT / "template.yaml").read_text()
    (queue,) = set(re.findall(rf"\b{source.variable}: !Ref (\w+)", template))
    assert re.findall(rf"Queue: !GetAtt {queue}\.Arn\n +BatchSize: (\d+)\n", template) == [str(source.batch)]


def test_a_company_has_every_fault_and_one_in_twenty_where_it_is_large() -> None:
    small, large = (Counter(bill.fault for bill in ClosedBooks(bills, TODAY).bills) for bills in (150, 1_000))
    assert small == {"": 139, **dict.fromkeys(FAULTS, 1)}
    assert (large[""], len(large)) == (950, 1 + len(FAULTS))


def test_the_invoices_that_are_measured_have_ten_lines_and_no_fault() -> None:
    books = ClosedBooks(20, TODAY, kinds=(mixed,), faulty=False)
    lines = Counter(record["invoice"]["id"] for entity, record in books.in_connectwise() if "invoice" in record)
    assert {bill.id: 10 for bill in books.bills} == lines
    assert {(bill.kind, bill.fault) for bill in books.bills} == {(Kind.INVOICE, "")}


def test_where_lines_have_items_it_is_the_item_that_is_missing() -> None:
    bills = ClosedBooks(150, TODAY).bills
    codes = {bill.refused_for(mode) for bill in bills for mode in TimeEntries if bill.fault.startswith("account_")}
    assert codes == {"account_unmapped", "account_inactive", "item_unmapped", "item_inactive"}


def test_nothing_stands_for_the_customer_that_nobody_confirmed() -> None:
    customers = {key.key for key in mappings("3") if key.kind is MappingKind.CUSTOMER}
    billed = {
        str(record["company"]["id"]) for _, record in ClosedBooks(150, TODAY).in_connectwise() if "company" in record
    }
    assert len(billed - customers) == 1


def test_what_is_off_by_a_rounding_goes_to_the_account_for_it() -> None:
    line = {"accountNumber": "4000", "total": Decimal("-99.98")}
    transaction = {"billingType": "Standard", "total": Decimal("100.00"), "detail": [line]}
    assert to_be_booked(transaction) == (Decimal(100), {"4000": Decimal("99.98"), "rounding": Decimal("0.02")})


def test_a_credit_memo_is_as_positive_as_quickbooks_shows_it() -> None:
    line = {"accountNumber": "4200", "total": Decimal("40.00")}
    transaction = {"billingType": "CreditMemo", "total": Decimal("-40.00"), "detail": [line]}
    sold = {
        "DetailType": "SalesItemLineDetail",
        "Amount": Decimal(40),
        "SalesItemLineDetail": {"ItemRef": {"value": "205"}},
    }
    entry = {"TotalAmt": Decimal(40), "Line": [sold, {"DetailType": "SubTotalLineDetail", "Amount": Decimal(40)}]}
    assert to_be_booked(transaction) == booked(entry) == (Decimal(40), {"4200": Decimal(40)})


@pytest.mark.parametrize(
    ("queue", "hidden_s"),
    [
        ("sync_batch", SYNC_VISIBILITY_S),
        ("post_batch", SYNC_VISIBILITY_S),
        ("sync_payables", SYNC_VISIBILITY_S),
        ("mirror_payment", VISIBILITY_S),
        ("mirror_bill", VISIBILITY_S),
    ],
)
def test_a_message_that_is_worked_on_is_hidden_for_as_long_as_in_production(queue: str, hidden_s: int) -> None:
    now = [0.0]
    queues, url = Queues(lambda: now[0]), f"http://127.0.0.1/123456789012/{queue}.fifo"
    entry = {"Id": "0", "MessageGroupId": "a", "MessageDeduplicationId": "a", "MessageBody": "a"}
    queues.send_message_batch({"QueueUrl": url, "Entries": [entry]})
    asked = {"QueueUrl": url, "MaxNumberOfMessages": 1}
    assert len(queues.receive_message(asked)["Messages"]) == 1
    now[0] = hidden_s - 1
    assert not queues.receive_message(asked)["Messages"]
    now[0] = hidden_s
    assert len(queues.receive_message(asked)["Messages"]) == 1
