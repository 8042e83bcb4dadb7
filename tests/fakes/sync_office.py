"""A partner who syncs ConnectWise invoices into QuickBooks, and whoever else is at the same books."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from crossfoot.core.model import ACCOUNTING, PSA, CreditMemo, Invoice, Kind, Line, LineKind, Ref, Standing
from crossfoot.core.preferences import Preferences
from crossfoot.core.sync.runs import ItemState, RunItem, RunKind, SyncRun, new_sync_run
from crossfoot.core.sync.settings import MappingKey, MappingKind, SyncPreferences, Target, TimeEntries
from crossfoot.messages import SyncBatch

from tests.fakes.sales import HARDWARE, ROUNDING, SALES_TAX, SERVICES
from tests.fakes.world import TENANT, World

CUSTOMER = "58"
MOST_DELIVERIES = 5_000
LABOUR = "Technician / Regular / ServiceTicket"
_MAPPED = (
    (MappingKind.CUSTOMER, "1", CUSTOMER, "Contoso"),
    (MappingKind.ITEM, f"time:{LABOUR}", SERVICES, "Services"),
    (MappingKind.ITEM, "product:LAPTOP", HARDWARE, "Hardware"),
    (MappingKind.ACCOUNT, "4000", SERVICES, "Services"),
    (MappingKind.ACCOUNT, "4200", HARDWARE, "Hardware"),
    (MappingKind.ACCOUNT, "4300", SERVICES, "Services"),
    (MappingKind.TAX_CODE, "T1", "2", "California"),
)
MAPPINGS = {MappingKey(kind, key): Target(id_, name) for kind, key, id_, name in _MAPPED}
PREFERENCES = SyncPreferences(tax_item_id=SALES_TAX, rounding_item_id=ROUNDING, time_entries=TimeEntries.GROUPED)
# What a QuickBooks entry of ours shows: its number and total.
type Shown = list[tuple[str, int]]


class SyncOffice:
    """A world with the tool turned on, and its bills. Takes: a world that is given has it on already."""

    def __init__(self, world: World | None = None, preferences: SyncPreferences = PREFERENCES) -> None:
        self.world = world or World(many_rows=True)
        if world is not None:
            return
        self.world.quickbooks.add_customer(CUSTOMER, "Contoso")
        self.world.preferences.save(TENANT, Preferences(external_payments_enabled=True, sync_tool_enabled=True))
        self.prefer(preferences)
        self.world.sync_settings.save_mappings(TENANT, MAPPINGS)

    def prefer(self, preferences: SyncPreferences) -> None:
        self.world.sync_settings.save_preferences(TENANT, preferences)

    # --- what people do -------------------------------------------------------------------------------------------

    def bill(self, number: str, *amounts: int, tax: int = 0, on_file: bool = True) -> Ref:
        """Bill time and a product, and close the invoice."""
        psa = self.world.connectwise
        ref = psa.add_invoice(f"c{number}", number, 0)
        for place, minor in enumerate(amounts or (150_00, 40_00), start=1):
            kind, what = (LineKind.TIME, "Labour") if place == 1 else (LineKind.PRODUCT, "Laptop")
            id_, item = f"{number}{place}", "" if place == 1 else "LAPTOP"
            labour = LABOUR if place == 1 else ""
            price = Decimal(minor) / 100
            psa.bill(ref.id, Line(id_, kind, what, minor, Decimal(1), price, item, labour=labour))
        if tax:
            psa.tax(ref, tax)
        psa.close(ref)
        return ref

    def credit(self, number: str, minor: int = 25_00) -> Ref:
        """Give a credit, and close it."""
        ref = self.world.connectwise.add_credit_memo(f"c{number}", number, minor)
        self.world.connectwise.close(ref)
        return ref

    def see(self) -> None:
        """Let the product read what people did."""
        self.world.fetch_and_settle()

    def begin(self, bills: Iterable[Ref], kind: RunKind = RunKind.SYNC, **previewed: str) -> SyncRun:
        """Choose bills, and press the button. Takes: `previewed` are digests by number."""
        numbers = {ref: self.number_of(ref) for ref in bills}
        items = [RunItem(ref, number, previewed=previewed.get(f"n{number}", "")) for ref, number in numbers.items()]
        now = self.world.clock.now()
        run = new_sync_run(kind, "partner", len(items), now, f"{len(self.world.sync_runs.runs):08x}")
        begun = self.world.sync_runs.begin(TENANT, run, items)
        assert begun == run, "another run is under way"
        self.world.queue.send([SyncBatch(tenant=TENANT, run=run.id)])
        return run

    def enter(self, bill: Ref) -> SyncRun:
        """Run until a bill stands in QuickBooks; its ConnectWise batch is still to come."""
        self.see()
        run = self.begin([bill])
        self.world.deliver()
        return run

    def sync(self, *bills: Ref) -> SyncRun:
        return self._played(bills, RunKind.SYNC)

    def undo(self, *bills: Ref) -> SyncRun:
        return self._played(bills, RunKind.UNDO)

    def _played(self, bills: Iterable[Ref], kind: RunKind) -> SyncRun:
        self.world.clock.advance(1)
        run = self.begin(bills, kind)
        self.world.settle()
        return self.run(run)

    def number_of(self, ref: Ref) -> str:
        record = self.world.book.load(TENANT, ref)
        return record.number if isinstance(record, Invoice | CreditMemo) else ref.id

    def settle(self) -> None:
        """Work until the queues are empty, however many messages that takes."""
        for _ in range(MOST_DELIVERIES):
            if not self.world.queue.messages:
                return
            self.world.deliver()
        raise AssertionError("the queues do not come to rest")

    # --- what stands ----------------------------------------------------------------------------------------------

    def run(self, run: SyncRun) -> SyncRun:
        found = self.world.sync_runs.load(TENANT, run.id)
        assert found is not None
        return found

    def states(self, run: SyncRun) -> dict[str, ItemState]:
        return {item.number: item.state for item in self.world.sync_runs.load_items(TENANT, run.id)}

    def item(self, run: SyncRun, number: str) -> RunItem:
        return next(item for item in self.world.sync_runs.load_items(TENANT, run.id) if item.number == number)

    def codes(self, run: SyncRun) -> dict[str, str]:
        return {item.number: item.code for item in self.world.sync_runs.load_items(TENANT, run.id)}

    def entries(self) -> Shown:
        """Show what stands in QuickBooks: numbers and totals."""
        records = self.world.quickbooks.records.values()
        bills = [r for r in records if isinstance(r, Invoice | CreditMemo) and r.standing is Standing.LIVE]
        return sorted((bill.number, bill.total_minor) for bill in bills)

    def batches(self) -> list[list[str]]:
        """Show ConnectWise's batches: the numbers in each."""
        psa = self.world.connectwise
        return sorted(sorted(psa.bill_of(ref).number for ref in batch.bills) for batch in psa.batches.values())

    def entry_of(self, bill: Ref) -> Ref:
        """Name the entry of a bill in QuickBooks."""
        link = self.world.book.load_link(TENANT, bill)
        assert link is not None
        return link.accounting

    def pay(self, bill: Ref, minor: int, id_: str = "p1") -> None:
        """Record a payment on the entry of a bill in QuickBooks."""
        self.world.quickbooks.pay(id_, {self.entry_of(bill).id: minor})

    def edit(self, entry: Ref, **changes: object) -> None:
        """Change an entry in QuickBooks by hand."""
        record = self.world.quickbooks.records[entry]
        self.world.quickbooks.put(replace(record, **changes))  # type: ignore[arg-type]


def invoice_ref(number: str) -> Ref:
    """Name the ConnectWise invoice of a number."""
    return Ref(PSA, Kind.INVOICE, f"c{number}")


__all__ = ["ACCOUNTING", "SyncOffice", "invoice_ref"]
