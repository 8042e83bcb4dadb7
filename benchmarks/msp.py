"""An MSP with open invoices that both vendors hold, its accountant, and its customers who pay."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from benchmarks.figures import BenchError
from local.demo.people import Accountant
from local.demo.records import connectwise_ids, connectwise_records, quickbooks_ids, quickbooks_records
from local.demo.sandboxes import ConnectWiseSandbox, QuickBooksSandbox
from local.demo.seed import Books, Invoice, Line, make_books
from local.demo.web import Web
from local.stack.paths import ROOT

SEED, FIRST_NUMBER = 1, 50_001
# Long before now, so that the first changes read holds what was paid and nothing else.
ISSUED_DAYS_AGO = 20


@dataclass(frozen=True, slots=True)
class Vendors:
    """Both sandboxes, running, and what they said of themselves."""

    quickbooks: QuickBooksSandbox
    connectwise: ConnectWiseSandbox
    ready: Mapping[str, Mapping[str, str]]


@contextmanager
def running_vendors() -> Iterator[Vendors]:
    """Run both sandboxes, each a process of its own, with the vendors' own rate limits."""
    with ExitStack() as stack:
        ready = {vendor: stack.enter_context(_sandbox(vendor)) for vendor in ("quickbooks", "connectwise")}
        yield Vendors(
            QuickBooksSandbox(ready["quickbooks"]["base_url"]),
            ConnectWiseSandbox(ready["connectwise"]["site_url"]),
            ready,
        )


@contextmanager
def _sandbox(vendor: str) -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", f"local.sandbox.{vendor}", "--port", "0", "--die-with-parent"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT)
    assert process.stdout
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()


class Msp:
    """One company in each sandbox, with the same open invoices in both."""

    def __init__(self, vendors: Vendors, invoices: int) -> None:
        self._vendors = vendors
        self.quickbooks = vendors.quickbooks.add_company("Harborlight IT")
        self.connectwise = vendors.connectwise.add_company("Harborlight IT")
        self.realm, self.company_id = self.quickbooks["realm_id"], self.connectwise["company_id"]
        self.books = open_books(invoices, datetime.now(UTC).date() - timedelta(days=ISSUED_DAYS_AGO))
        self.paid: dict[str, Decimal] = {}
        vendors.quickbooks.load(self.realm, quickbooks_records(self.books))
        vendors.connectwise.load(self.company_id, connectwise_records(self.books))

    def pay_all(self, day: date) -> list[str]:
        """Record one payment for each invoice, about half of them partial. Returns: the payments' ids."""
        ids, accountant = quickbooks_ids(self.books), Accountant(self.quickbooks)
        # Whoever records them, an import or many people, is not what is measured: they do not wait for the limit.
        self._limit_rates(False)
        payments = []
        for place, (invoice, amount) in enumerate(self.amounts()):
            parts = [(ids[invoice.number], amount)]
            payment = accountant.record_payment(str(invoice.customer.number), parts, day, f"check {place}")
            payments.append(str(payment["Id"]))
        self._limit_rates(True)
        return payments

    def amounts(self) -> Iterator[tuple[Invoice, Decimal]]:
        """Say what is to be paid of each invoice, of about half of them a part; from then on both books shall show it."""
        for place, invoice in enumerate(self.books.invoices):
            amount = invoice.total if place % 2 else (invoice.total / 2).quantize(Decimal("0.01"))
            self.paid[invoice.number] = amount
            yield invoice, amount

    def check(self) -> None:
        """Make sure that each invoice has its one row, to the cent. Raises: BenchError."""
        rows = self._vendors.connectwise.get("/payments", company=self.company_id)
        found = sorted((str(row["invoice"]["id"]), Decimal(row["amount"])) for row in rows)
        ids = connectwise_ids(self.books)
        wanted = sorted((ids[number], amount) for number, amount in self.paid.items())
        if found != wanted:
            raise BenchError(f"ConnectWise holds {len(found)} rows that are not the {len(wanted)} payments")

    def metered(self) -> int:
        """Count the calls that Intuit would bill."""
        return self._vendors.quickbooks.calls(self.realm).reads

    def vendor_calls(self) -> int:
        """Count the calls that both vendors answered, but for what the accountant recorded."""
        return self.metered() + self.connectwise_calls()

    def connectwise_calls(self) -> int:
        """Count the calls that ConnectWise answered."""
        calls = self._vendors.connectwise.calls(self.company_id)
        return calls.reads + calls.writes

    def _limit_rates(self, on: bool) -> None:
        Web("The QuickBooks sandbox", self._vendors.quickbooks.url).call(
            "POST", "/_sandbox/switches", {"rate_limits": on}
        )


def open_books(invoices: int, issued_on: date) -> Books:
    """Make books of open invoices, all of them in both systems."""
    customers = make_books(SEED, issued_on).customers
    made = tuple(
        Invoice(
            str(FIRST_NUMBER + place),
            customers[place % len(customers)],
            issued_on,
            "Standard",
            (Line("Services", "On-site support", Decimal(1), Decimal(10_000 + 37 * place) / 100),),
        )
        for place in range(invoices)
    )
    return Books(SEED, customers, made)
