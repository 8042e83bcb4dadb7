"""What the Sync Invoices tool costs: a thousand closed ConnectWise invoices of ten lines into QuickBooks, by both modes."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from crossfoot.core.model import CONNECTED, PSA, Ref
from crossfoot.core.preferences import Preferences
from crossfoot.core.sync.runs import ItemState, RunItem, RunKind, SyncRun, new_sync_run
from crossfoot.core.sync.settings import TimeEntries
from crossfoot.messages import Nudge, SyncBatch
from crossfoot.ports import POSTINGS_PER_CALL

from benchmarks.bills import ITEMS, LABOUR, ClosedBooks, mappings, preferences
from benchmarks.booked import booked, to_be_booked
from benchmarks.clients import client_python, run_one_by_one
from benchmarks.drafts import mixed
from benchmarks.figures import BenchError, Figure, ratio
from benchmarks.lambdas import Lambdas, connect, running_lambdas
from benchmarks.mirror import say
from benchmarks.msp import Vendors, running_vendors
from benchmarks.push import least_s as least_quickbooks_s
from benchmarks.workers import SYNC_POSTS_QUEUE, SYNCS_QUEUE, Workers, running_workers
from local.demo.people import Accountant, Bookkeeper
from local.sandbox.connectwise.switches import Switches

INVOICES, SIDE_BY_SIDE = 1_000, 50
# So many entries QuickBooks takes in one batch.
ENTRIES_PER_BATCH = 30
# What the company offers, in one call.
CATALOGUE_CALLS = 1
ASK_S = 0.25
# What was called so long ago no longer counts for ConnectWise's limit: `least_s` begins with nothing of it used up.
WINDOW_S = 60.0
GROUPED, LINE_ITEM, SIDE = "t_00000001", "t_00000002", "t_00000003"


def measure_sync(folder: Path) -> Iterator[Figure]:
    """Measure all of it on the same sandboxes. Takes: a folder for logs."""
    with (
        running_vendors() as vendors,
        running_lambdas(vendors.ready, folder) as lambdas,
        running_workers("sync_batch", [SYNCS_QUEUE, SYNC_POSTS_QUEUE], lambdas.environment, folder) as workers,
    ):
        yield from measure_side_by_side(vendors, lambdas, workers)
        yield from measure_grouped(vendors, lambdas, workers)
        yield from measure_line_item(vendors, lambdas, workers)


def least_s(invoices: int) -> float:
    """Give the least time that a run of so many invoices takes by the vendors' limits.

    QuickBooks' are the same as for payments, for some thirty batches. ConnectWise takes so many calls in any minute: a
    batch for each invoice, and the exports before them.
    """
    batches = -(-invoices // ENTRIES_PER_BATCH)
    connectwise_s = 60 * ((invoices + least_exports(invoices) - 1) // Switches().requests_per_minute)
    return max(float(connectwise_s), least_quickbooks_s(CATALOGUE_CALLS + batches))


def least_exports(invoices: int) -> int:
    """Count the calls that say how so many invoices would be posted."""
    return -(-invoices // POSTINGS_PER_CALL)


def measure_grouped(vendors: Vendors, lambdas: Lambdas, workers: Workers) -> Iterator[Figure]:
    """Measure a thousand in grouped mode, and the time that they take."""
    partner = Partner(vendors, lambdas, GROUPED, INVOICES, TimeEntries.GROUPED)
    say("waiting until the first import is out of ConnectWise's minute, as it is when a partner syncs")
    time.sleep(WINDOW_S)
    say(f"{INVOICES} invoices: syncing, grouped")
    took = partner.sync(workers)
    yield Figure(f"sync_{INVOICES}_invoices_calls_grouped", took.calls, "calls", 40)
    yield Figure(f"sync_{INVOICES}_invoices_batch_posts", took.posts, "calls", INVOICES)
    yield Figure(
        f"sync_{INVOICES}_invoices_time_ratio", ratio(took.seconds, least_s(INVOICES)), "seconds over the least", 1.15
    )
    yield Figure("sync_write_units", round(took.write_units / INVOICES, 3), "write units an invoice", 20)
    yield Figure(f"sync_{INVOICES}_invoices_invocations", took.invocations, "invocations", INVOICES // 4)


def measure_line_item(vendors: Vendors, lambdas: Lambdas, workers: Workers) -> Iterator[Figure]:
    """Measure a thousand in line-item mode."""
    partner = Partner(vendors, lambdas, LINE_ITEM, INVOICES, TimeEntries.LINE_ITEM)
    say(f"{INVOICES} invoices: syncing, line by line")
    yield Figure(f"sync_{INVOICES}_invoices_calls_line_item", partner.sync(workers).calls, "calls", 55)


def measure_side_by_side(vendors: Vendors, lambdas: Lambdas, workers: Workers) -> Iterator[Figure]:
    """Measure the same job done by us and one by one, each on a company of its own, one after the other."""
    client_python()
    ours = Partner(vendors, lambdas, SIDE, SIDE_BY_SIDE, TimeEntries.LINE_ITEM)
    theirs = Company(vendors, SIDE_BY_SIDE)
    say(f"{SIDE_BY_SIDE} invoices: side by side")
    took = ours.sync(workers)
    bills = [str(bill.id) for bill in theirs.books.bills]
    one_by_one = run_one_by_one(
        {"quickbooks": theirs.quickbooks, "connectwise": theirs.connectwise, "bills": bills, "item": ITEMS[LABOUR][0]}
    )
    theirs.check(by_account=False)
    name = f"side_by_side_sync_{SIDE_BY_SIDE}"
    yield Figure(f"{name}_calls", ratio(took.calls + took.posts, one_by_one["calls"]), "ours over theirs", 1)
    yield Figure(f"{name}_seconds", ratio(took.seconds, one_by_one["seconds"]), "ours over theirs", 1)


class Company:
    """A company with invoices of ten lines that are closed in ConnectWise, and are in no other book."""

    def __init__(self, vendors: Vendors, invoices: int) -> None:
        self._vendors = vendors
        self.quickbooks = vendors.quickbooks.add_company("Harborlight IT")
        self.connectwise = vendors.connectwise.add_company("Harborlight IT")
        self.books = ClosedBooks(invoices, datetime.now(UTC).date(), kinds=(mixed,), faulty=False)
        vendors.quickbooks.load(self.quickbooks["realm_id"], self.books.in_quickbooks())
        vendors.connectwise.load(self.connectwise["company_id"], self.books.in_connectwise())
        self._wanted = {each["documentNumber"]: to_be_booked(each) for each in self._bookkeeper().read_unposted()}

    def net_30(self) -> str:
        """Find the terms in QuickBooks."""
        terms = Accountant(self.quickbooks).read_all("Term")
        return next(str(each["Id"]) for each in terms if each["Name"] == "Net 30")

    def check(self, *, by_account: bool = True) -> None:
        """Make sure that each invoice is in QuickBooks, to the cent, and in a batch of its own. Raises: BenchError."""
        entries = {each["DocNumber"]: booked(each) for each in Accountant(self.quickbooks).read_all("Invoice")}
        found, wanted = (
            {number: entry if by_account else entry[0] for number, entry in each.items()}
            for each in (entries, self._wanted)
        )
        if found != wanted:
            raise BenchError(f"QuickBooks holds {len(found)} entries that are not the {len(wanted)} invoices")
        batches = {(each.get("glBatch") or {}).get("id") for each in self._bookkeeper().read_invoices()} - {None}
        if len(batches) != len(wanted):
            raise BenchError(f"{len(batches)} batches were made for {len(wanted)} invoices")

    def calls(self) -> int:
        """Count the calls that the vendors answered: those that they refused as too many are made again."""
        quickbooks = self._vendors.quickbooks.get("/counts")[self.quickbooks["realm_id"]]
        connectwise = self._vendors.connectwise.get("/counts").get(self.connectwise["company_id"], {})
        made = int(quickbooks["requests"]) + int(connectwise.get("total", 0))
        return made - int(quickbooks["throttled"]) - int(connectwise.get("throttled", 0))

    def _bookkeeper(self) -> Bookkeeper:
        return Bookkeeper(self.connectwise)


@dataclass(frozen=True, slots=True)
class Took:
    """What a run took. Takes: `posts` are the ConnectWise batches, one an invoice; `calls` are all the others."""

    calls: int
    posts: int
    seconds: float
    write_units: int
    invocations: int


class _NowAndThen:
    """Asks no more often than every so many seconds, for asking costs a read; what is over stays so."""

    def __init__(self, is_over: Callable[[], bool]) -> None:
        self._is_over, self._next, self._was_over = is_over, 0.0, False

    def __call__(self) -> bool:
        now = time.monotonic()
        if not self._was_over and now >= self._next:
            self._next = now + ASK_S
            self._was_over = self._is_over()
        return self._was_over


class Partner(Company):
    """A partner with such a company, who has the tool on. All of it is in the book."""

    def __init__(self, vendors: Vendors, lambdas: Lambdas, tenant: str, invoices: int, mode: TimeEntries) -> None:
        super().__init__(vendors, invoices)
        self._parts, self._tenant = lambdas.parts, tenant
        say(f"{invoices} invoices: first import")
        connect(self._parts, tenant, self.quickbooks, self.connectwise)
        for system in CONNECTED:
            lambdas.run("fetch_new_data", Nudge(tenant=tenant, system=system))
        self._parts.preferences.save(tenant, Preferences(sync_tool_enabled=True))
        self._parts.sync_settings.save_preferences(tenant, preferences(mode))
        self._parts.sync_settings.save_mappings(tenant, mappings(self.net_30()))

    def sync(self, workers: Workers) -> Took:
        """Choose all of them, and let the workers enter them. Raises: BenchError unless each is entered, exactly."""
        items = [RunItem(Ref(PSA, bill.kind, str(bill.id)), bill.number) for bill in self.books.bills]
        run = new_sync_run(RunKind.SYNC, "partner", len(items), datetime.now(UTC), "00000000")
        before, used = self.calls(), (workers.write_units, workers.invocations)
        began = time.perf_counter()
        self._parts.sync_runs.begin(self._tenant, run, items)
        self._parts.queue.send([SyncBatch(tenant=self._tenant, run=run.id)])
        workers.work_until(_NowAndThen(lambda: self._load(run).finished_at is not None))
        seconds, calls = time.perf_counter() - began, self.calls() - before
        if self._load(run).counts != {ItemState.DONE: len(items)}:
            raise BenchError(f"the run ended with {dict(self._load(run).counts)}")
        self.check()
        posts = len(self._bookkeeper().read_batches())
        return Took(calls - posts, posts, seconds, workers.write_units - used[0], workers.invocations - used[1])

    def _load(self, run: SyncRun) -> SyncRun:
        found = self._parts.sync_runs.load(self._tenant, run.id)
        assert found is not None
        return found
