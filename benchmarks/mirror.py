"""What payments cost: a thousand of them at once, a burst of webhooks, and the same job done one by one."""

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from crossfoot.adapters.quickbooks.tokens import Tokens
from crossfoot.core.model import CONNECTED, System
from crossfoot.steps.qbo_webhook import qbo_webhook
from crossfoot.wiring.qbo_webhook import qbo_webhook_ports

from benchmarks.clients import client_python, run_one_by_one
from benchmarks.deliveries import make_delivery, sign
from benchmarks.figures import BenchError, Figure, ratio
from benchmarks.msp import Msp, Vendors, running_vendors
from benchmarks.product import Product, Spent, running_product

PAYMENTS, SIDE_BY_SIDE = 1_000, 100
# A burst that touches as many of the nudge's windows as one of this length can: it begins just before one ends.
WEBHOOKS, BURST_S, CHANGED = 1_000, 5.0, 20
BURST_BEGINS = datetime(2026, 11, 3, 17, 0, 2, 900_000, tzinfo=UTC)
MANY, BURST, SIDE = "t_00000001", "t_00000002", "t_00000003"


def measure_payments(folder: Path) -> Iterator[Figure]:
    """Measure all of it on the same sandboxes. Takes: a folder for what the local AWS keeps."""
    with (
        running_vendors() as vendors,
        running_product(vendors.ready["quickbooks"], vendors.ready["connectwise"], folder) as product,
    ):
        yield from measure_burst(vendors, product)
        yield from measure_side_by_side(vendors, product)
        yield from measure_mirror(vendors, product)


def say(text: str) -> None:
    """Tell a person how far we are."""
    print(text, file=sys.stderr, flush=True)


def connect(product: Product, msp: Msp, tenant: str) -> None:
    """Connect both systems and read them for the first time, as it stands before anybody pays."""
    tokens = Tokens(
        msp.quickbooks["access_token"], msp.quickbooks["refresh_token"], datetime.now(UTC) + timedelta(hours=1), None
    )
    product.connect(tenant, System.QUICKBOOKS, msp.realm, tokens.to_secrets(), None)
    keys = {name: msp.connectwise[name] for name in ("public_key", "private_key")}
    site = {"site_url": msp.connectwise["site_url"], "company_id": msp.company_id}
    product.connect(tenant, System.CONNECTWISE, msp.company_id, keys, site)
    product.turn_on(tenant)
    for system in CONNECTED:
        product.nudge(tenant, system, "first import")
    product.work()


def measure_mirror(vendors: Vendors, product: Product) -> Iterator[Figure]:
    """Measure a thousand payments that were recorded while nobody looked, and one nudge then."""
    msp = Msp(vendors, PAYMENTS)
    say(f"{PAYMENTS} payments: first import")
    connect(product, msp, MANY)
    msp.pay_all(_today())
    calls, metered, spent = msp.vendor_calls(), msp.metered(), product.spent.copy()
    say(f"{PAYMENTS} payments: mirroring")
    product.nudge(MANY, System.QUICKBOOKS, "webhook")
    product.work()
    msp.check()
    used = product.spent.since(spent)
    _compare_counts(used, msp.vendor_calls() - calls)
    yield Figure("mirror_1000_vendor_calls", used.calls, "calls", 1_112)
    yield Figure("mirror_1000_metered_calls", msp.metered() - metered, "calls", 4)
    yield Figure("mirror_write_units", round(used.write_units / PAYMENTS, 3), "write units a payment", 10)


def measure_burst(vendors: Vendors, product: Product) -> Iterator[Figure]:
    """Measure a thousand webhooks within five seconds, of a company in which some payments are new."""
    msp = Msp(vendors, CHANGED)
    connect(product, msp, BURST)
    msp.pay_all(_today())
    metered = msp.metered()
    say(f"{WEBHOOKS} webhooks in {BURST_S:.0f} s")
    clock = HandClock(BURST_BEGINS)
    config = replace(product.parts.config, nudges_queue_url="played here")
    ports = replace(qbo_webhook_ports(config), queue=product.queues, clock=clock)
    for number in range(WEBHOOKS):
        body = make_delivery(number, msp.realm)
        received = qbo_webhook(body, sign(body, msp.quickbooks["verifier_token"]), ports)
        if received is None or received.nudged != 1:
            raise BenchError(f"a webhook led to {received}")
        clock.at += timedelta(seconds=BURST_S / WEBHOOKS)
    product.work()
    msp.check()
    yield Figure("burst_1000_webhooks_metered_calls", msp.metered() - metered, "calls", 3)


def measure_side_by_side(vendors: Vendors, product: Product) -> Iterator[Figure]:
    """Measure the same job done by us and one by one, each on a company of its own, one after the other."""
    client_python()
    ours, theirs = Msp(vendors, SIDE_BY_SIDE), Msp(vendors, SIDE_BY_SIDE)
    connect(product, ours, SIDE)
    ours.pay_all(_today())
    payments = theirs.pay_all(_today())
    say(f"{SIDE_BY_SIDE} payments: side by side")
    spent, began = product.spent.copy(), time.perf_counter()
    product.nudge(SIDE, System.QUICKBOOKS, "webhook")
    product.work()
    took_s, used = time.perf_counter() - began, product.spent.since(spent)
    ours.check()
    one_by_one = run_one_by_one(
        {"quickbooks": theirs.quickbooks, "connectwise": theirs.connectwise, "payments": payments}
    )
    theirs.check()
    yield Figure(
        f"side_by_side_mirror_{SIDE_BY_SIDE}_calls", ratio(used.calls, one_by_one["calls"]), "ours over theirs", 1
    )
    yield Figure(
        f"side_by_side_mirror_{SIDE_BY_SIDE}_seconds", ratio(took_s, one_by_one["seconds"]), "ours over theirs", 1
    )


class HandClock:
    """A clock that is moved by hand."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """Give its time."""
        return self.at


def _today() -> date:
    return datetime.now(UTC).date()


def _compare_counts(used: Spent, answered: int) -> None:
    """Make sure that what we counted is no less than what the vendors saw. Raises: BenchError."""
    if used.calls < answered:
        raise BenchError(f"{used.calls} vendor calls were counted, and the vendors answered {answered}")
