"""What the figures of the book are measured with: the books that are read, what reading them takes, and one invocation."""

import re
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from crossfoot.adapters.quickbooks.changes import CDC_REACH
from crossfoot.core.model import Kind, System

from benchmarks.book import IDS_PER_CALL, counts_of, pages_needed
from benchmarks.invocation import TIMEOUT_S, Context, peak_memory_mb
from benchmarks.lambdas import QUEUES
from benchmarks.trade import in_connectwise, in_quickbooks, trade_books
from local.stack.paths import ROOT

TODAY = date(2026, 11, 22)


def test_the_measured_workers_know_every_queue_that_the_deployed_ones_know() -> None:
    globals_ = (ROOT / "template.yaml").read_text()
    deployed = set(re.findall(r"^ +([A-Z_]+_QUEUE_URL):", globals_, re.MULTILINE))
    assert deployed == set(QUEUES.values())


def test_both_systems_hold_the_same_invoices_and_their_lines_add_up() -> None:
    books = trade_books(100, TODAY)
    connectwise, quickbooks = list(in_connectwise(books)), list(in_quickbooks(books))
    invoices = {record["id"]: record for entity, record in connectwise if entity == "Invoice"}
    totals: dict[int, Decimal] = defaultdict(Decimal)
    for entity, record in connectwise:
        if entity in ("TimeEntry", "ProductItem"):
            amount = record["extendedInvoiceAmount"] if entity == "TimeEntry" else record["extPrice"]
            totals[record["invoice"]["id"]] += Decimal(amount)
    assert totals == {id_: record["total"] for id_, record in invoices.items()}
    there = {record["DocNumber"]: record["TotalAmt"] for entity, record in quickbooks if entity == "Invoice"}
    assert there == {record["invoiceNumber"]: record["total"] for record in invoices.values()}
    assert len(there) == 100


def test_as_many_invoices_are_paid_as_was_asked_for() -> None:
    assert len(trade_books(100, TODAY).paid) == 50
    assert not trade_books(100, TODAY, paid_every=0).paid


def test_the_newest_invoice_is_older_than_the_changes_that_quickbooks_still_tells_of() -> None:
    newest = max(invoice.issued_on for invoice in trade_books(100, TODAY).invoices)
    assert TODAY - newest > CDC_REACH + timedelta(days=1)


def test_the_pages_that_reading_everything_needs() -> None:
    books = trade_books(2_500, TODAY)
    assert counts_of(System.QUICKBOOKS, books)[Kind.PAYMENT] == 1_250
    # Customers 1, invoices 3, payments 2; credit memos and deposits 1 each, to see that there are none.
    assert pages_needed(System.QUICKBOOKS, books) == 8
    assert pages_needed(System.CONNECTWISE, books) == 4 + 2 * -(-2_500 // IDS_PER_CALL)


def test_an_invocation_has_the_time_that_the_template_gives_it_in_production() -> None:
    found = re.search(r"production: \{.*FetchTimeout: (\d+)", (ROOT / "template.yaml").read_text())
    assert found
    assert int(found[1]) == TIMEOUT_S
    left_ms = Context(TIMEOUT_S).get_remaining_time_in_millis()
    assert TIMEOUT_S * 1000 - 5_000 < left_ms <= TIMEOUT_S * 1000
    assert Context(-1).get_remaining_time_in_millis() == 0


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak is told by Linux only")
def test_the_peak_of_memory_stays_after_what_took_it_is_gone() -> None:
    before, taken = peak_memory_mb(), bytearray(64 * 2**20)
    taken[::4096] = b"x" * len(taken[::4096])
    with_it = peak_memory_mb()
    del taken
    # The kernel counts in batches of pages, so that a reading may be off by a little.
    assert peak_memory_mb() > with_it - 4
    assert with_it > max(before, 64) - 4
