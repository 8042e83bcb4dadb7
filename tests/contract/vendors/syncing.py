"""A company of many closed bills on both sandboxes, whose partner syncs them: the real steps, and the real adapters."""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from crossfoot.adapters.connectwise.rows import ConnectWisePsa
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.core.model import PSA, Ref
from crossfoot.core.preferences import Preferences
from crossfoot.core.sync.runs import RunItem, RunKind, SyncRun
from crossfoot.core.sync.sales import Sale
from crossfoot.core.sync.settings import TimeEntries
from crossfoot.ports import Entered

from benchmarks.bills import ClosedBill, ClosedBooks, mappings, preferences
from benchmarks.booked import Booked, booked
from local.demo.records import to_lines
from tests.adapters.sandbox import Sandbox
from tests.fakes.sync_office import SyncOffice
from tests.fakes.world import TENANT
from tests.matrix.office import Office

QUICKBOOKS_KINDS = ("Invoice", "CreditMemo", "Payment", "JournalEntry", "Customer", "Item", "Account")
SALES = ("Invoice", "CreditMemo")
EVERYTHING = {"exportInvoicesFlag": True, "summarizeInvoices": "Detailed"}
# What each vendor stamps itself.
STAMPS = frozenset({"SyncToken", "MetaData", "_info"})

type Wire = dict[str, Any]
# What stands in both systems: records by id, those of each kind.
type Standing = dict[str, dict[str, Wire]]


class SyncedCompany(Office):
    """A partner who has the tool on, in grouped mode, and has closed many bills. Nothing of them is in QuickBooks."""

    def __init__(self, quickbooks: Sandbox, connectwise: Sandbox, bills: int) -> None:
        super().__init__(quickbooks, connectwise)
        connectwise.switch(requests_per_minute=0)
        self.closed = ClosedBooks(bills, self.clock.now().date())
        for records in (self.closed.in_connectwise(), self.closed.posted_otherwise()):
            _load(connectwise, self.site.company_id, to_lines(records))
        _load(quickbooks, self.books.realm, to_lines(self.closed.in_quickbooks()))
        (settings,) = self.books.query("Preferences")
        head = {name: settings[name] for name in ("Id", "SyncToken")} | {"sparse": True}
        closing = {"BookCloseDate": self.closed.closed_until().isoformat()}
        self.post(
            "Preferences", {**head, "AccountingInfoPrefs": closing, "SalesFormsPrefs": {"CustomTxnNumbers": True}}
        )
        net_30 = next(term["Id"] for term in self.books.query("Term") if term["Name"] == "Net 30")
        self.preferences.save(TENANT, Preferences(external_payments_enabled=True, sync_tool_enabled=True))
        self.sync_settings.save_preferences(TENANT, preferences(TimeEntries.GROUPED))
        self.sync_settings.save_mappings(TENANT, mappings(net_30))
        self.desk = SyncOffice(self)
        # What happens before the calls that write single entries, one for each; then nothing does.
        self.meanwhile: list[Callable[[], None]] = []
        self._there = {(kind, each["Id"]) for kind in SALES for each in self.all_in_quickbooks(kind)}
        self.nudge()
        self.desk.settle()

    # --- the product ----------------------------------------------------------------------------------------------

    @cached_property
    def _sales(self) -> "Watched":
        return Watched(self)

    def sales(self, tenant: str) -> "Watched":
        return self._sales

    @property
    def bills(self) -> list[Ref]:
        return [Ref(PSA, bill.kind, str(bill.id)) for bill in self.closed.bills]

    def play(self, bills: Iterable[Ref], kind: RunKind = RunKind.SYNC) -> SyncRun:
        """Have a run worked through, with all that follows from it."""
        self._pass_time()
        run = self.desk.begin(bills, kind)
        self.desk.settle()
        return self.desk.run(run)

    def items(self, run: SyncRun) -> dict[str, RunItem]:
        return {item.number: item for item in self.sync_runs.load_items(TENANT, run.id)}

    # --- what stands ----------------------------------------------------------------------------------------------

    def standing(self) -> Standing:
        """Show both systems, record by record, with all that the vendors stamp."""
        found: Standing = {
            kind: {each["Id"]: each for each in self.all_in_quickbooks(kind)} for kind in QUICKBOOKS_KINDS
        }
        found["bills"] = {str(each["id"]): each for each in self.all_in_connectwise()}
        found["batches"] = {str(each["id"]): each for each in self.batches()}
        found["waiting"] = {each["documentNumber"]: each for each in self.transactions()}
        return found

    def transactions(self) -> list[Wire]:
        """List what ConnectWise would post now, as its own wire says it."""
        found: list[Wire] = self.site.call("POST", "/finance/accounting/export", EVERYTHING)["transactions"]
        return found

    def batches(self) -> list[Wire]:
        """List ConnectWise's accounting batches."""
        pages = self.site.client().pages("/finance/accounting/batches")
        return [dict(record) for page in pages for record in page.records]

    def entered(self) -> dict[str, Booked]:
        """Show what is in QuickBooks by number, but for what was there before."""
        return {
            each["DocNumber"]: booked(each)
            for kind in SALES
            for each in self.all_in_quickbooks(kind)
            if (kind, each["Id"]) not in self._there
        }

    # --- what others do -------------------------------------------------------------------------------------------

    def batch_elsewhere(self, transactions: Iterable[Mapping[str, Any]]) -> None:
        """Let another tool put bills into a batch of its own."""
        psa: ConnectWisePsa = self.site.open(self.site.account)
        for each in transactions:
            ids = [int(id_) for id_ in each["glEntryIds"].split(",")] + [int(line["id"]) for line in each["detail"]]
            psa.create_batch(f"other {each['documentNumber']}", ids)


class Watched(QuickBooksSales):
    """Our adapter, with somebody else at work before each call that makes one entry."""

    def __init__(self, company: SyncedCompany) -> None:
        super().__init__(company.books.client())
        self._company = company

    def create_sale(self, sale: Sale, note: str, request_id: str) -> Entered:
        if self._company.meanwhile:
            self._company.meanwhile.pop(0)()
        return super().create_sale(sale, note, request_id)


def without_stamps(standing: Standing) -> Standing:
    """Leave out what vendors stamp themselves."""
    return {
        kind: {
            id_: {name: value for name, value in each.items() if name not in STAMPS} for id_, each in records.items()
        }
        for kind, records in standing.items()
    }


def faulty(bills: Iterable[ClosedBill]) -> dict[str, str]:
    """Say of each faulty bill why it is refused."""
    return {bill.number: bill.refused_for(TimeEntries.GROUPED) for bill in bills if bill.fault}


def _load(sandbox: Sandbox, company: str, lines: str) -> None:
    answer = sandbox.http.post("/_sandbox/load", params={"company": company}, content=lines)
    assert answer.is_success, answer.text
