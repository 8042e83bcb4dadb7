"""Everybody on the deployed stack, connected at once: what makes it long are waits, which many share as well as one."""

from dataclasses import dataclass
from decimal import Decimal

from local.sandbox.store import Record
from tests.e2e.partner import PREFERENCES, Deployed, Partner
from tests.fakes.platform import payment_data

# What two of them have in ConnectWise alone: a closed invoice, for the Sync Invoices tool.
BILL = "2001"


@dataclass(frozen=True)
class Cast:
    """The partners: all have the same ids everywhere, and each has amounts of its own.

    `north` and `south` are those of all files, as one test follows another. What `watched` pays nobody else counts
    with. `losing` has everything too, and may lose it. `payments` holds the last one of each of these two.
    """

    north: Partner
    south: Partner
    watched: Partner
    losing: Partner
    payments: dict[str, Record]


def connect_everybody(deployed: Deployed) -> Cast:
    """Make the partners, connect them, turn external payments on, and have those pay that shall have everything."""
    amounts = {"North IT": "770.00", "South IT": "110.00", "Upper IT": "660.00", "West IT": "44.00"}
    bills = {"Upper IT": BILL, "West IT": BILL}
    everybody = [Partner(deployed, name, Decimal(amount), bill=bills.get(name, "")) for name, amount in amounts.items()]
    for partner in everybody:
        partner.enter_invoices()
        partner.connect()
    deployed.wait_for_rest("the imports")
    for partner in everybody:
        partner.api.put("/v1/preferences", PREFERENCES)
    deployed.wait_for_rest("the comparisons after the toggle")
    north, south, watched, losing = everybody
    payments = {watched.name: _pay(watched, "1002", 3), losing.name: _pay(losing, "1001", 1)}
    deployed.wait_for_rest("the payments of those that have everything")
    return Cast(north, south, watched, losing, payments)


def _pay(partner: Partner, number: str, times: int) -> Record:
    """Have a partner paid, and have something parked: a payment of the platform on an invoice that nobody has.

    Returns: the last payment as QuickBooks holds it.
    """
    payments = [partner.pay(number, partner.amount / 11) for _ in range(times)]
    partner.api.post("/v1/payments", payment_data(id="pay_canary"))
    return payments[-1]
