"""Kill the deployed workers that write a payment, and leave what they held to their queue."""

import os
import signal
from collections.abc import Callable
from decimal import Decimal

from local.demo.rest import Patience
from local.sandbox.store import Record
from local.stack.workers import worker_pids
from tests.e2e.partner import PATIENCE_S, Deployed, Partner
from tests.e2e.platform import Platform, on_one

# Paid where the first worker is dead by then and nobody has its payment yet.
MEANWHILE = "5.00"


def kill_writers(deployed: Deployed, platform: Platform, north: Partner, south: Partner) -> Record:
    """Kill who writes a payment to ConnectWise for one partner, then who writes one to QuickBooks for the other.

    Between the two the other partner's payments go on.
    Returns: the first partner's payment, as QuickBooks holds it.
    """
    slow = deployed.connectwise.arm("slow", seconds=10, method="POST", path_contains="/finance/invoices/1003/payments")
    payment = north.pay("1003", Decimal("77.00"))
    _kill_the_writer(deployed, lambda: deployed.connectwise.used(slow))
    platform.tell(south, "payment.succeeded", **on_one("pay_meanwhile", "1002", MEANWHILE))
    Patience(PATIENCE_S).wait_for("the other partner's payment", lambda: bool(south.rows("1002")))
    slow = deployed.quickbooks.arm("slow", seconds=10, method="POST", path_contains="/payment")
    platform.tell(south, "payment.succeeded", **on_one("pay_killed", "1003", "11.00"))
    _kill_the_writer(deployed, lambda: deployed.quickbooks.used(slow))
    return payment


def _kill_the_writer(deployed: Deployed, writes: Callable[[], int]) -> None:
    Patience(PATIENCE_S).wait_for("a worker to write", lambda: writes() > 0)
    killed = worker_pids(deployed.home, "mirror_payment")
    assert killed
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
