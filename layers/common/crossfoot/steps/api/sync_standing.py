"""Say how a ConnectWise bill stands to the Sync Invoices tool, whether it was ever tried or not (S1, X1)."""

from collections.abc import Iterator

from crossfoot.core.decisions import Decision, waits
from crossfoot.core.model import PSA, Link
from crossfoot.core.sync.offering import decide_offer
from crossfoot.ports import Bill
from crossfoot.steps.api.attention import ignored_now
from crossfoot.steps.api.needs import Ports


def sync_now(ports: Ports, tenant: str, bill: Bill, link: Link | None) -> Iterator[Decision]:
    """Say whether the tool offers a bill, or why not; nothing where the tool is off, or the bill is QuickBooks' own.

    Source: S1, X1.
    """
    if bill.ref.system is not PSA:
        return
    if ports.preferences.load(tenant).sync_tool_enabled:
        held = decide_offer(bill, link, ports.sync_settings.load(tenant))
        yield held if held is not None else _offered(bill)
    yield from ignored_now(ports, tenant, bill.ref)


def _offered(bill: Bill) -> Decision:
    sentence = "It is closed in ConnectWise and not in QuickBooks yet: the Sync Invoices tool offers it."
    return waits(bill.ref, "S1", "offered", sentence, "Preview it and sync it, or leave it to the schedule.")
