"""How fast payments of the platform reach both books: a thousand at once, within the limits that QuickBooks sets."""

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from crossfoot.core.model import CONNECTED
from crossfoot.messages import Nudge
from crossfoot.messages.platform import PlatformPayment, to_follow_up

from benchmarks.clients import client_python, run_one_by_one
from benchmarks.figures import BenchError, Figure, ratio
from benchmarks.lambdas import Lambdas, connect, running_lambdas
from benchmarks.mirror import say
from benchmarks.msp import Msp, Vendors, running_vendors
from benchmarks.workers import PAYMENTS_QUEUE, Workers, running_workers
from local.demo.people import Accountant
from local.demo.records import quickbooks_ids
from local.sandbox.quickbooks.limits import PER_MINUTE, PER_SECOND

PAYMENTS, SIDE_BY_SIDE = 1_000, 100
# Entered before: they wake the workers, and the first of them has the company's settings read, which is done once a day.
BEFORE = 10
MANY, SIDE = "t_00000001", "t_00000002"


def measure_push(folder: Path) -> Iterator[Figure]:
    """Measure all of it on the same sandboxes. Takes: a folder for logs."""
    with (
        running_vendors() as vendors,
        running_lambdas(vendors.ready, folder) as lambdas,
        running_workers("mirror_payment", [PAYMENTS_QUEUE], lambdas.environment, folder) as workers,
    ):
        yield from measure_side_by_side(vendors, lambdas, workers)
        yield from measure_many(vendors, lambdas, workers)


def least_s(calls: int) -> float:
    """Give the least time from the first to the last of some calls that QuickBooks can be made.

    It allows ten in any second and 500 in any minute. So no call may come within a second of the tenth before it, nor
    within a minute of the 500th before it: the first 500 take 49 s (ten at once, then ten each second), the 501st has to
    wait for the 60th, and of 1,000 the last ten are made at 60 + 49 = 109 s. Every call is one payment: what one write
    says is never asked for again, and a write for more than one payment would be a batch, which is metered.
    """
    times: list[float] = []
    for number in range(calls):
        of_second = times[number - PER_SECOND] + 1 if number >= PER_SECOND else 0
        of_minute = times[number - PER_MINUTE] + 60 if number >= PER_MINUTE else 0
        times.append(max(of_second, of_minute))
    return times[-1]


def measure_many(vendors: Vendors, lambdas: Lambdas, workers: Workers) -> Iterator[Figure]:
    """Measure a thousand payments that were told at once."""
    partner = Partner(vendors, lambdas, MANY, PAYMENTS + BEFORE)
    partner.push(workers, 0, BEFORE)
    before = partner.quickbooks_tally()
    say(f"{PAYMENTS} payments of the platform: pushing")
    took_s = partner.push(workers, BEFORE, BEFORE + PAYMENTS)
    used = {name: count - before[name] for name, count in partner.quickbooks_tally().items()}
    check(partner.msp)
    yield Figure(
        f"push_{PAYMENTS}_payments_time_ratio", ratio(took_s, least_s(PAYMENTS)), "seconds over the least", 1.1
    )
    yield Figure(f"push_{PAYMENTS}_payments_429", used["throttled"], "calls", 0)
    yield Figure(f"push_{PAYMENTS}_payments_metered_calls", used["core_plus"], "calls", 0)


def measure_side_by_side(vendors: Vendors, lambdas: Lambdas, workers: Workers) -> Iterator[Figure]:
    """Measure the same job done by us and one by one, each on a company of its own, one after the other."""
    client_python()
    ours, theirs = Partner(vendors, lambdas, SIDE, SIDE_BY_SIDE + BEFORE), Msp(vendors, SIDE_BY_SIDE)
    ours.push(workers, 0, BEFORE)
    before = ours.calls()
    say(f"{SIDE_BY_SIDE} payments of the platform: side by side")
    took_s = ours.push(workers, BEFORE, BEFORE + SIDE_BY_SIDE)
    calls = ours.calls() - before
    check(ours.msp)
    received = [asdict(payment) for payment in payments_of(theirs)]
    one_by_one = run_one_by_one(
        {"quickbooks": theirs.quickbooks, "connectwise": theirs.connectwise, "received": received}
    )
    check(theirs)
    name = f"side_by_side_push_{SIDE_BY_SIDE}"
    yield Figure(f"{name}_calls", ratio(calls, one_by_one["calls"]), "ours over theirs", 1)
    yield Figure(f"{name}_seconds", ratio(took_s, one_by_one["seconds"]), "ours over theirs", 1)


@dataclass(frozen=True, slots=True)
class Received:
    """A payment that a customer made on the platform. Takes: `invoice` is QuickBooks' id of what it pays."""

    invoice: str
    customer: str
    amount: str
    day: str
    reference: str

    def as_told(self) -> dict[str, Any]:
        """Write it as the platform tells of it."""
        parts = [{"invoice": f"quickbooks-{self.invoice}", "amount": self.amount}]
        return {
            "id": self.reference, "status": "succeeded", "currency": "USD", "amount": self.amount, "paid_on": self.day,
            "updated_at": datetime.now(UTC).isoformat(), "allocations": parts, "reference": self.reference,
        }  # fmt: skip


def payments_of(msp: Msp) -> Iterator[Received]:
    """Have each invoice paid on the platform, every other one in part."""
    ids, day = quickbooks_ids(msp.books), datetime.now(UTC).date().isoformat()
    for place, (invoice, amount) in enumerate(msp.amounts()):
        yield Received(ids[invoice.number], str(invoice.customer.number), str(amount), day, f"pay_{place}")


def check(msp: Msp) -> None:
    """Make sure that both books have each payment once, to the cent. Raises: BenchError."""
    msp.check()
    ids = quickbooks_ids(msp.books)
    wanted = sorted((ids[number], amount, amount) for number, amount in msp.paid.items())
    entered = Accountant(msp.quickbooks).read_all("Payment")
    found = sorted(
        (str(line["LinkedTxn"][0]["TxnId"]), Decimal(line["Amount"]), Decimal(payment["TotalAmt"]))
        for payment in entered
        for line in payment["Line"]
    )
    if found != wanted:
        raise BenchError(f"QuickBooks holds {len(entered)} payments that are not the {len(wanted)}")


class Partner:
    """A partner of the platform, with the same open invoices in both systems and in the book."""

    def __init__(self, vendors: Vendors, lambdas: Lambdas, tenant: str, invoices: int) -> None:
        self._vendors, self._lambdas, self._tenant = vendors, lambdas, tenant
        self.msp = Msp(vendors, invoices)
        self._payments = list(payments_of(self.msp))
        say(f"{invoices} invoices: first import")
        connect(lambdas.parts, tenant, self.msp.quickbooks, self.msp.connectwise)
        for system in CONNECTED:
            lambdas.run("fetch_new_data", Nudge(tenant=tenant, system=system))

    def push(self, workers: Workers, first: int, last: int) -> float:
        """Tell of payments, then let the workers enter them. Returns: the seconds that these took."""
        told = [PlatformPayment.model_validate_json(json.dumps(each.as_told())) for each in self._payments[first:last]]
        records = [each.to_payment() for each in told]
        self._lambdas.parts.book.save(self._tenant, records)
        self._lambdas.parts.queue.send([message for each in records for message in to_follow_up(self._tenant, each)])
        began = time.perf_counter()
        workers.empty(len(records))
        return time.perf_counter() - began

    def quickbooks_tally(self) -> Mapping[str, int]:
        """Count what QuickBooks was asked, what of it it meters, and what it refused as too much."""
        tally: Mapping[str, int] = self._vendors.quickbooks.get("/counts")[self.msp.realm]
        return tally

    def calls(self) -> int:
        """Count the calls to both vendors."""
        return self.quickbooks_tally()["requests"] + self.msp.connectwise_calls()
