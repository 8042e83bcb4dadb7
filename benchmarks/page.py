"""docs/performance.md, written from a run, or from a run of one part: what that did not measure stays, with its day."""

import os
import platform
import re
from collections.abc import Sequence
from datetime import date

from benchmarks.figures import Figure
from local.stack.paths import ROOT

PAGE = ROOT / "docs/performance.md"
GIB = 1024**3

_MEANS = {
    "ingest_modules": "modules that `qbo_webhook` holds after one call, Python's own among them",
    "ingest_cold_ratio": "a cold start with its first call, against a handler that only returns (medians)",
    "ingest_warm_p99_ratio": "the 99th percentile of a warm call, against the same",
    "burst_1000_webhooks_metered_calls": "metered QuickBooks calls after 1,000 webhooks in five seconds",
    "side_by_side_mirror_100_calls": "vendor calls for 100 payments, against doing them one by one",
    "side_by_side_mirror_100_seconds": "the time for the same",
    "mirror_1000_vendor_calls": "vendor calls for 1,000 payments, on 1,000 invoices, that were recorded at once",
    "mirror_1000_metered_calls": "those of them that Intuit meters",
    "mirror_write_units": "DynamoDB write units for one of these payments, all steps together",
    "side_by_side_push_100_calls": "vendor calls for 100 payments of the platform, against entering them one by one",
    "side_by_side_push_100_seconds": "the time for the same",
    "push_1000_payments_time_ratio": "the time until 1,000 payments of the platform are in both books, over the least that "
    "QuickBooks' limits allow",
    "push_1000_payments_429": "those of its calls that QuickBooks refused as too many",
    "push_1000_payments_metered_calls": "those of them that Intuit meters",
    "side_by_side_sync_50_calls": "vendor calls for 50 ConnectWise invoices of ten lines into QuickBooks, against entering "
    "them one by one",
    "side_by_side_sync_50_seconds": "the time for the same",
    "sync_1000_invoices_calls_grouped": "vendor calls for 1,000 of them, one line for each ledger account, without "
    "ConnectWise's batches",
    "sync_1000_invoices_batch_posts": "ConnectWise batches for them, one an invoice",
    "sync_1000_invoices_time_ratio": "the time until they are in QuickBooks and in their batches, over the least that the "
    "vendors' limits allow",
    "sync_write_units": "DynamoDB write units for one of them, entry, link, history and batch",
    "sync_1000_invoices_invocations": "invocations of `sync_batch` for them",
    "sync_1000_invoices_calls_line_item": "vendor calls for 1,000 of them, line by line, without ConnectWise's batches",
    "pay_1000_bills_metered_calls": "metered QuickBooks calls until 1,000 of its bills have come in and are paid on the "
    "platform, from the connection on",
    "pay_1000_bills_time_ratio": "the time until 1,000 payments of them are in QuickBooks, over the least that its limits "
    "allow",
    "pay_1000_bills_429": "those calls that QuickBooks refused as too many",
    "pay_bill_write_units": "DynamoDB write units of `mirror_bill` for one of these payments",
    "pay_1000_bills_invocations": "invocations of `mirror_bill` for them",
    "first_import_20000_call_ratio": "vendor calls of the first import of 20,000 invoices, over the pages that they fill; "
    "of both systems, the one that needs more",
    "first_import_20000_invocations": "invocations of `fetch_new_data` for it, of the system that needs more",
    "first_import_write_units_per_record": "DynamoDB write units for one of its records, both systems, joined",
    "first_import_worst_memory_mb": "MiB that the largest of its invocations held at its peak",
    "fetch_unpaid_calls_per_1000_connectwise": "ConnectWise calls that read 1,000 unpaid invoices again",
    "fetch_unpaid_calls_per_1000_quickbooks": "metered QuickBooks calls that read 1,000 unpaid invoices again",
    "idle_partner_metered_calls_month": "metered QuickBooks calls in 30 days of sweeps in which nothing changes",
    "nudge_that_finds_nothing_calls": "vendor calls of the dearest nudge of these 30 days",
    "nudge_that_finds_nothing_write_units": "DynamoDB write units of the dearest nudge of these 30 days",
}
_HEAD = """# Performance

Written by `make bench`; do not edit. Measured last on {day}: {cores} cores, {memory} GiB of memory, {system},
Python {python}. `make bench PART=sync` measures one part of it and leaves the others as they were.

| figure | value | limit | | measured | what it is |
|---|---|---|---|---|---|
{rows}

"""
_HOW = """## How it is measured

- Times are only compared within a run. A machine that does other work at the same time shows larger ratios for the
  function that works more.
- **Ingest** runs on the Lambda runtime emulator that ships inside aws-sam-cli, with Lambda's own runtime client, against a
  handler that only returns: cold starts in turn (the first pair is not counted: it fills the cache of compiled modules),
  then warm calls in turn. DynamoDB, SQS and Secrets Manager are a stub on loopback that answers at once. A warm call of
  `qbo_webhook` makes two calls to it. SnapStart, which the template turns on, is not in the cold ratio.
- **Vendor calls** are those of the real steps and adapters on the two sandboxes, each a process of its own that keeps the
  vendor's rate limits. Metered calls are the sandbox's count; all calls are our own count, which is never less. Afterwards
  every row in ConnectWise is compared with its payment, to the cent.
- The 1,000 payments are recorded while nobody looks, each on an invoice of its own, every other one partial; then there is
  one nudge. The customers and invoices that they change are read with them.
- **The queues** are played in process: batches of ten of one lane, as SQS FIFO gives them to `mirror_payment`; the lanes
  take turns, which on AWS run side by side. What would be redelivered waits for the vendor's next minute.
- **The table** is a local DynamoDB; write units are weighed from what is sent, as AWS bills it.
- **Side by side**, the other one reads each payment and its invoice with python-quickbooks, finds the invoice in
  ConnectWise by number, looks at its rows and adds one, with plain requests. It keeps to the ten calls a second that
  QuickBooks allows.
- **Payments of the platform** are taken by four workers of `mirror_payment`, as many as there are lanes: each is a process
  that runs the deployed handler, and is polled for as Lambda does it, from SQS FIFO with the visibility timeout of
  production. Table and queues are in memory, as below. 1,000 payments, each on an invoice of its own, every other one
  partial, have been told when the time begins; it ends with the last message, and the rows in ConnectWise are entered in
  it. Ten other payments have gone before: they wake the workers, and the first of them has the company's settings read,
  which costs one metered call a day. Whatever else the machine does at the same time makes this figure larger.
- **The least time** is what ten calls in any second and 500 in any minute allow, which the sandbox enforces: one write for
  each payment, so 109 s from the first to the last of 1,000. **Side by side**, the other one reads each invoice with
  python-quickbooks, enters the payment, and goes on in ConnectWise as above.
- **The Sync Invoices tool** enters 1,000 invoices of ten lines (time of three kinds, products, expenses) that were closed
  in ConnectWise and are in the book. Five workers of `sync_batch`, as many as its queues have groups, run the deployed
  handler as above: one is given the run, the others the bills that wait for their batches, up to ten at a time. The time
  begins with the run and ends when it is finished. Afterwards each entry is compared with ConnectWise's own ledger by
  account, to the cent, and every invoice with its batch. What ConnectWise then shows as changed is read later, with
  everything else, and is not counted here.
- **Its least time** is that of ConnectWise: 1,000 calls in any minute, of which each invoice takes one, and three more say
  how all of them would be posted, so the last batch comes a minute after the first call. We keep to 900 a minute.
  QuickBooks' 35 batches would be through in four seconds.
- **Side by side**, the other one reads each invoice, its three kinds of lines and its ledger entries from ConnectWise with
  plain requests, looks for customer and number with python-quickbooks, enters the invoice, and makes the batch.
- **Bills**: 1,010 of 40 vendors stand in QuickBooks, none of them paid. The partner connects, chooses its accounts (which
  reads the company), and syncs: `sync_payables` brings them in. Then 1,000 payments have been told when the time begins,
  each of one bill, every other one in part; four workers of `mirror_bill`, as many as there are lanes, run the deployed
  handler as above. The other ten were paid before, to wake them. Metered calls count all of it; the least time is that of
  payments, one write for each. Afterwards every payment and what is open of every bill in QuickBooks is compared to the
  cent, and nothing waits to go out.
- **The first import** reads 20,000 invoices of 700 days with two lines each from both systems, one after the other, and the
  10,000 payments of QuickBooks. Every invoice is in both, so each is joined with its copy. The handler of `fetch_new_data`
  runs as it is deployed, each invocation in a fresh process with the 120 seconds that it has in production; what it queues
  starts the next one. Its memory is the most that this process held (VmHWM), Python and everything imported among it.
- **Pages needed** are 1,000 records each, of every type that is asked for, at least one for each type; and for ConnectWise,
  whose lines are read apart, one call for 150 invoices and each of the two kinds of lines that they have (time, products).
  Nothing here names an agreement; one call for 150 of those would be added. QuickBooks takes several pages in one batch, so
  its ratio is below 1. How many invocations there are depends on the machine, as time in Lambda does on its memory.
- **The table of the first import** is a DynamoDB in memory, a process of its own that answers within a millisecond: the
  local one would take most of the time. It holds conditions and transactions as AWS does, and the write units of every call
  are weighed as above. Afterwards the counts, every link, and the lines of some invoices are compared with what was put in.
- **Unpaid invoices** are read by the handler of `fetch_unpaid_invoices`, 1,000 in each system.
- **The quiet month** is played hour by hour on clocks that are moved ahead, the vendors' too: the sweep, the nudges that it
  sends, the daily care of both connections. What a nudge costs holds the refresh of tokens, the leased block of calls, and
  the note of the read on its connection.
"""


_ROW = re.compile(r"^\| `(\w+)` \|.*$", re.MULTILINE)


def write_page(figures: Sequence[Figure], day: date, *, keep: bool = False) -> None:
    """Write the page. Takes: with `keep` what was not measured now stays as the page says it."""
    PAGE.write_text(render(figures, day, PAGE.read_text() if keep else ""))


def render(figures: Sequence[Figure], day: date, before: str = "") -> str:
    """Write the page's text.

    Takes: the day of the run; the machine is described as this one, without its name; `before` is the page whose other rows
    stay.
    """
    rows = {found[1]: found[0] for found in _ROW.finditer(before)}
    rows |= {figure.name: _row(figure, day) for figure in figures}
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    return (
        _HEAD.format(
            day=day.isoformat(),
            cores=os.cpu_count(),
            memory=round(memory),
            system=f"{platform.system()} on {platform.machine()}",
            python=platform.python_version(),
            rows="\n".join(rows[name] for name in _MEANS if name in rows),
        )
        + _HOW
    )


def _row(figure: Figure, day: date) -> str:
    verdict = "kept" if figure.ok else "**missed**"
    value, limit = f"{figure.value:,g}", f"{figure.limit:,g}"
    return f"| `{figure.name}` | {value} | {limit} | {verdict} | {day.isoformat()} | {_MEANS[figure.name]} |"
