"""What paying bills costs: a thousand bills of QuickBooks come in, and are paid on the platform all at once (B1, B4)."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.records import BillPayment
from crossfoot.core.payables.syncs import PayableSync, SyncStarter, new_sync
from crossfoot.messages import SyncPayables
from crossfoot.messages.bill_payments import PlatformBillPayment
from crossfoot.told import keep_told

from benchmarks.figures import BenchError, Figure, ratio
from benchmarks.lambdas import Lambdas, connect_accounting, running_lambdas
from benchmarks.mirror import say
from benchmarks.msp import ISSUED_DAYS_AGO, running_vendors
from benchmarks.push import least_s
from benchmarks.workers import BILLS_QUEUE, Workers, running_workers
from local.demo.people import Accountant
from local.demo.sandboxes import QuickBooksSandbox
from local.sandbox.store import Record

BILLS, VENDORS = 1_000, 40
# Paid before the others: they wake the workers.
BEFORE = 10
TENANT = "t_00000001"


def measure_payables(folder: Path) -> Iterator[Figure]:
    """Measure all of it on one company. Takes: a folder for logs.

    Metered calls are counted from the connection on: whatever it takes to read the bills, and to know the company, is paid
    for because of these payments.
    """
    with (
        running_vendors() as vendors,
        running_lambdas(vendors.ready, folder) as lambdas,
        running_workers("mirror_bill", [BILLS_QUEUE], lambdas.environment, folder) as workers,
    ):
        debtor = Debtor(vendors.quickbooks, lambdas)
        before = debtor.tally()
        debtor.take_in()
        debtor.pay(workers, 0, BEFORE)
        say(f"{BILLS} bills: paying")
        units, invocations = workers.write_units, workers.invocations
        took_s = debtor.pay(workers, BEFORE, BEFORE + BILLS)
        used = {name: count - before[name] for name, count in debtor.tally().items()}
        units, invocations = workers.write_units - units, workers.invocations - invocations
        debtor.check()
    yield Figure(f"pay_{BILLS}_bills_metered_calls", used["core_plus"], "calls", 4)
    yield Figure(f"pay_{BILLS}_bills_time_ratio", ratio(took_s, least_s(BILLS)), "seconds over the least", 1.1)
    yield Figure(f"pay_{BILLS}_bills_429", used["throttled"], "calls", 0)
    yield Figure("pay_bill_write_units", round(units / BILLS, 3), "write units a payment", 10)
    yield Figure(f"pay_{BILLS}_bills_invocations", invocations, "invocations", BILLS // 4)


@dataclass(frozen=True, slots=True)
class Owed:
    """A bill in QuickBooks, and what is paid of it on the platform."""

    id: str
    vendor: str
    total: Decimal
    paid: Decimal

    def as_paid(self, day: date) -> dict[str, Any]:
        """Write the payment as the platform tells of it."""
        parts = [{"bill": f"quickbooks-{self.id}", "amount": str(self.paid)}]
        return {
            "id": f"bp_{self.id}", "status": "paid", "vendor": f"quickbooks-{self.vendor}", "currency": "USD",
            "amount": str(self.paid), "paid_on": day.isoformat(), "bills": parts,
            "updated_at": datetime.now(UTC).isoformat(),
        }  # fmt: skip


def owed_bills(count: int) -> Iterator[Owed]:
    """Have each bill paid, every other one in part."""
    for place in range(count):
        total = Decimal(10_000 + 37 * place) / 100
        paid = total if place % 2 else (total / 2).quantize(Decimal("0.01"))
        yield Owed(str(5_001 + place), str(501 + place % VENDORS), total, paid)


def in_quickbooks(owed: list[Owed], issued_on: date, account: str) -> Iterator[tuple[str, Record]]:
    """Write the bills and whom they are of as QuickBooks Online holds them. Takes: the account that they are spent on."""
    stamp = f"{issued_on.isoformat()}T09:30:00-08:00"
    head = {"SyncToken": "0", "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp}}
    for vendor in sorted({each.vendor for each in owed}):
        yield "Vendor", head | {"Id": vendor, "DisplayName": f"Vendor {vendor}", "Active": True}
    for each in owed:
        yield "Bill", head | {
            "Id": each.id, "DocNumber": f"B-{each.id}", "TxnDate": issued_on.isoformat(), "LinkedTxn": [],
            "DueDate": issued_on.isoformat(), "VendorRef": {"value": each.vendor, "name": f"Vendor {each.vendor}"},
            "CurrencyRef": {"value": "USD"}, "TotalAmt": each.total, "Balance": each.total,
            "Line": [{
                "Id": "1", "LineNum": 1, "Amount": each.total, "DetailType": "AccountBasedExpenseLineDetail",
                "AccountBasedExpenseLineDetail": {"AccountRef": {"value": account}},
            }],
        }  # fmt: skip


class Debtor:
    """A partner with open bills in QuickBooks, which it pays on the platform."""

    def __init__(self, quickbooks: QuickBooksSandbox, lambdas: Lambdas) -> None:
        self._quickbooks, self._lambdas = quickbooks, lambdas
        self._credentials = quickbooks.add_company("Harborlight IT")
        self._accountant, self._parts = Accountant(self._credentials), lambdas.parts
        self._today = datetime.now(UTC).date()
        self._owed = list(owed_bills(BEFORE + BILLS))
        self._accounts = {each["AccountType"]: str(each["Id"]) for each in self._accountant.read_all("Account")}
        issued_on = self._today - timedelta(days=ISSUED_DAYS_AGO)
        records = in_quickbooks(self._owed, issued_on, self._accounts["Expense"])
        quickbooks.load(self._credentials["realm_id"], records)

    def take_in(self) -> None:
        """Connect, choose accounts, and sync, as a partner that begins. Raises: BenchError unless every bill came in."""
        say(f"{len(self._owed)} bills: first sync")
        connect_accounting(self._parts, TENANT, self._credentials)
        self._choose_accounts()
        begun = new_sync(SyncStarter.PERSON, datetime.now(UTC), "00000000")
        begun = self._parts.payable_syncs.begin(TENANT, begun)
        self._lambdas.run("sync_payables", SyncPayables(tenant=TENANT, sync=begun.id))
        ended = self._load(begun)
        vendors = len({each.vendor for each in self._owed})
        wanted = ({"bill": len(self._owed), "vendor": vendors}, 0, 0, "")
        found = (dict(ended.read), ended.left_out, ended.unreadable, ended.problem)
        if ended.finished_at is None or found != wanted:
            raise BenchError(f"the sync ended with {found}, and not with {wanted}")

    def pay(self, workers: Workers, first: int, last: int) -> float:
        """Tell of payments, then let the workers enter them. Returns: the seconds that these took."""
        records = [self._told(each) for each in self._owed[first:last]]
        for each in records:
            keep_told(TENANT, each, self._parts)
        began = time.perf_counter()
        workers.empty(len(records))
        return time.perf_counter() - began

    def tally(self) -> Mapping[str, int]:
        """Count the calls that QuickBooks meters, and those that it refused as too many."""
        counted = self._quickbooks.get("/counts").get(self._credentials["realm_id"], {})
        return {name: int(counted.get(name, 0)) for name in ("core_plus", "throttled")}

    def check(self) -> None:
        """Make sure that each bill is paid once, to the cent, in QuickBooks, and nothing waits. Raises: BenchError."""
        entered = self._accountant.read_all("BillPayment")
        found = sorted(
            (str(line["LinkedTxn"][0]["TxnId"]), Decimal(line["Amount"]), Decimal(payment["TotalAmt"]))
            for payment in entered
            for line in payment["Line"]
        )
        if found != sorted((each.id, each.paid, each.paid) for each in self._owed):
            raise BenchError(f"QuickBooks holds {len(entered)} payments that are not the {len(self._owed)}")
        open_ = {str(bill["Id"]): Decimal(bill["Balance"]) for bill in self._accountant.read_all("Bill")}
        if open_ != {each.id: each.total - each.paid for each in self._owed}:
            raise BenchError("the bills are not open by what was not paid of them")
        if waiting := self._parts.outbox.list_outgoing(TENANT, cursor="", limit=1).items:
            raise BenchError(f"not everything went out: {waiting[0]}")

    def _choose_accounts(self) -> None:
        """Choose accounts among those that the company has, which are read live for it, as the API does."""
        there = {each.id for each in self._parts.companies.load(TENANT).accounts}
        expense, income, bank = (self._accounts[kind] for kind in ("Expense", "Income", "Bank"))
        if not there.issuperset((expense, income, bank)):
            raise BenchError(f"of the accounts {expense}, {income} and {bank} QuickBooks shows {sorted(there)}")
        self._parts.payables_settings.save(TENANT, PayablesPreferences(expense, income, bank))

    def _told(self, owed: Owed) -> BillPayment:
        return PlatformBillPayment.model_validate_json(json.dumps(owed.as_paid(self._today))).to_record()

    def _load(self, begun: PayableSync) -> PayableSync:
        found = self._parts.payable_syncs.load(TENANT, begun.id)
        assert found is not None
        return found
