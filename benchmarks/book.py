"""What the book costs: a first import of 20,000 invoices from both systems, unpaid ones read again, a month of nothing."""

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crossfoot.core.fetching import FetchKind, new_run
from crossfoot.core.model import CONNECTED, Invoice, Kind, Ref, System
from crossfoot.messages import FetchUnpaid, Nudge
from crossfoot.wiring.workers import Parts

from benchmarks.figures import BenchError, Figure, ratio
from benchmarks.idle import IdleMonth
from benchmarks.lambdas import Lambdas, connect, running_lambdas
from benchmarks.mirror import say
from benchmarks.msp import Vendors, running_vendors
from benchmarks.trade import in_connectwise, in_quickbooks, trade_books
from local.demo.records import FIRST_PAYMENT_ID, connectwise_ids
from local.demo.seed import Books

INVOICES, UNPAID = 20_000, 1_000
ROWS_PER_PAGE, IDS_PER_CALL = 1_000, 150
# Of which ConnectWise invoices here have lines: time entries and products.
LINE_SOURCES = 2
IMPORTED, QUIET = "t_00000001", "t_00000002"


def measure_book(folder: Path) -> Iterator[Figure]:
    """Measure all of it on the same sandboxes. Takes: a folder for logs."""
    with running_vendors() as vendors, running_lambdas(vendors.ready, folder) as lambdas:
        yield from measure_first_import(vendors, lambdas)
        yield from measure_quiet_partner(vendors, lambdas)


def measure_first_import(vendors: Vendors, lambdas: Lambdas) -> Iterator[Figure]:
    """Measure the first import of a partner with years of trade, one system after the other."""
    trader = Trader(vendors, INVOICES, paid_every=2)
    trader.connect(lambdas.parts, IMPORTED)
    ratios, used = [], []
    for system in CONNECTED:
        say(f"{INVOICES} invoices: first import from {system}")
        calls = trader.calls(system)
        used.append(lambdas.run("fetch_new_data", Nudge(tenant=IMPORTED, system=system)))
        ratios.append(ratio(trader.calls(system) - calls, pages_needed(system, trader.books)))
    trader.check(lambdas.parts, IMPORTED)
    records = sum(sum(counts_of(system, trader.books).values()) for system in CONNECTED)
    yield Figure("first_import_20000_call_ratio", max(ratios), "calls over pages needed", 1.1)
    yield Figure("first_import_20000_invocations", max(each.invocations for each in used), "invocations", 12)
    units = round(sum(each.write_units for each in used) / records, 3)
    yield Figure("first_import_write_units_per_record", units, "write units a record", 7)
    yield Figure("first_import_worst_memory_mb", max(each.peak_memory_mb for each in used), "MiB", 256)


def measure_quiet_partner(vendors: Vendors, lambdas: Lambdas) -> Iterator[Figure]:
    """Measure what a partner costs who has open invoices, and for whom nothing happens."""
    quiet = Trader(vendors, UNPAID, paid_every=0)
    quiet.connect(lambdas.parts, QUIET)
    for system in CONNECTED:
        lambdas.run("fetch_new_data", Nudge(tenant=QUIET, system=system))
    quiet.check(lambdas.parts, QUIET)
    for system, limit in ((System.CONNECTWISE, 7), (System.QUICKBOOKS, 2)):
        say(f"{UNPAID} unpaid invoices: read again in {system}")
        calls = quiet.calls(system)
        _fetch_unpaid(lambdas, QUIET, system)
        yield Figure(f"fetch_unpaid_calls_per_1000_{system}", quiet.calls(system) - calls, "calls", limit)
    yield from _measure_idle(vendors, lambdas, quiet)


def _measure_idle(vendors: Vendors, lambdas: Lambdas, quiet: "Trader") -> Iterator[Figure]:
    """Last, because it moves the vendors' clocks."""
    say("30 days of sweeps")
    urls = {"QuickBooks": vendors.quickbooks.url, "ConnectWise": vendors.connectwise.url}
    month = IdleMonth(lambdas.parts.config, urls)
    quiet.connect(month.parts, QUIET)
    month.import_all(QUIET)
    quiet.check(month.parts, QUIET)
    metered = quiet.calls(System.QUICKBOOKS)
    dearest = month.play(QUIET)
    yield Figure("idle_partner_metered_calls_month", quiet.calls(System.QUICKBOOKS) - metered, "calls", 33)
    yield Figure("nudge_that_finds_nothing_calls", dearest.calls, "calls", 3)
    yield Figure("nudge_that_finds_nothing_write_units", dearest.write_units, "write units", 16)


def pages_needed(system: System, books: Books) -> int:
    """Count the calls that reading everything takes at the least: an empty page too says that there is nothing."""
    pages = sum(max(1, -(-count // ROWS_PER_PAGE)) for count in counts_of(system, books).values())
    if system is System.QUICKBOOKS:
        return pages
    return pages + LINE_SOURCES * -(-len(books.invoices) // IDS_PER_CALL)


def counts_of(system: System, books: Books) -> Mapping[Kind, int]:
    """Count the records of a system, by what it is asked for."""
    both = {Kind.CUSTOMER: len(books.customers), Kind.INVOICE: len(books.invoices)}
    if system is System.CONNECTWISE:
        return both
    return both | {Kind.PAYMENT: len(books.paid), Kind.CREDIT_MEMO: 0, Kind.DEPOSIT: 0}


@dataclass
class Trader:
    """A partner with the same invoices in both systems."""

    vendors: Vendors
    invoices: int
    paid_every: int

    def __post_init__(self) -> None:
        say(f"{self.invoices} invoices: put into both sandboxes")
        self.books = trade_books(self.invoices, datetime.now(UTC).date(), paid_every=self.paid_every)
        self._quickbooks = self.vendors.quickbooks.add_company("Harborlight IT")
        self._connectwise = self.vendors.connectwise.add_company("Harborlight IT")
        self.vendors.quickbooks.load(self._quickbooks["realm_id"], in_quickbooks(self.books))
        self.vendors.connectwise.load(self._connectwise["company_id"], in_connectwise(self.books))

    def connect(self, parts: Parts, tenant: str) -> None:
        """Connect both."""
        connect(parts, tenant, self._quickbooks, self._connectwise)

    def calls(self, system: System) -> int:
        """Count the reads that a vendor answered; of QuickBooks, those that Intuit meters."""
        if system is System.QUICKBOOKS:
            return self.vendors.quickbooks.calls(self._quickbooks["realm_id"]).reads
        return self.vendors.connectwise.calls(self._connectwise["company_id"]).reads

    def check(self, parts: Parts, tenant: str) -> None:
        """Make sure that everything was read, with its lines, and joined. Raises: BenchError."""
        runs = {run.system: run for run in parts.runs.list_runs(tenant, cursor="", limit=2).runs}
        for system in CONNECTED:
            wanted = {str(kind): count for kind, count in counts_of(system, self.books).items() if count}
            read = runs[system].progress.read
            if runs[system].finished_at is None or read != wanted:
                raise BenchError(f"{system}: read {read} and not {wanted}")
        refs = [Ref(System.CONNECTWISE, Kind.INVOICE, id_) for id_ in connectwise_ids(self.books).values()]
        paid = [Ref(System.QUICKBOOKS, Kind.PAYMENT, str(FIRST_PAYMENT_ID + n)) for n in range(len(self.books.paid))]
        if len(parts.book.load_many(tenant, paid)) != len(paid):
            raise BenchError("not every payment was read")
        joined = len(parts.book.load_links(tenant, refs))
        if joined != len(refs):
            raise BenchError(f"{joined} of {len(refs)} invoices were joined")
        for ref, invoice in zip(refs[:: len(refs) // 10], self.books.invoices[:: len(refs) // 10], strict=True):
            stored = parts.book.load(tenant, ref)
            lines = parts.book.load_lines(tenant, stored) if isinstance(stored, Invoice) else ()
            if [line.amount_minor for line in lines] != [int(line.amount * 100) for line in invoice.lines]:
                raise BenchError(f"{ref} does not have its lines")


def _fetch_unpaid(lambdas: Lambdas, tenant: str, system: System) -> None:
    """Begin a run as the API does, and let it walk. Raises: BenchError unless every invoice was read."""
    now = datetime.now(UTC)
    run = lambdas.parts.runs.begin_walk(tenant, new_run(system, FetchKind.UNPAID_INVOICES, now, secrets.token_hex(4)))
    lambdas.run("fetch_unpaid_invoices", FetchUnpaid(tenant=tenant, system=system, run=run.id))
    ended = lambdas.parts.runs.load(tenant, run.id)
    if ended is None or ended.finished_at is None or ended.progress.read != {"invoice": UNPAID}:
        raise BenchError(f"of {UNPAID} unpaid invoices in {system}: {ended and ended.progress.read}")
