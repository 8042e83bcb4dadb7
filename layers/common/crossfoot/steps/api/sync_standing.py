"""Say how a ConnectWise bill stands to the Sync Invoices tool, whether it was ever tried or not (S1, X1)."""

from collections.abc import Iterator
from datetime import datetime

from crossfoot.core.decisions import Decision, refused, skipped, waits
from crossfoot.core.model import PSA, Billed, Link
from crossfoot.core.sync.offering import NOTHING_BILLED, decide_offer
from crossfoot.core.sync.runs import ItemState
from crossfoot.steps.api.attention import ignored_now
from crossfoot.steps.api.needs import Ports

# The rule of what becomes of a bill after its sync.
_SINCE = "S3"


def sync_now(ports: Ports, tenant: str, bill: Billed, link: Link | None) -> Iterator[Decision]:
    """Say whether the tool offers a bill, or why not; nothing where the tool is off, or the bill is QuickBooks' own.

    What changed since it was synced is told instead: that there is nothing to do is not true then.
    Source: S1, S3, X1.
    """
    if bill.ref.system is not PSA:
        return
    reasons = ports.attention.load(tenant, [bill.ref])[bill.ref].reasons
    changed = [each.decision for each in reasons if each.ignored_at is None and each.decision.rule == _SINCE]
    yield from changed
    if not changed and ports.preferences.load(tenant).sync_tool_enabled:
        held = decide_offer(bill, link, ports.sync_settings.load(tenant))
        yield from (held,) if held is not None else _tried(ports, tenant, bill)
    yield from ignored_now(ports, tenant, bill.ref)


def _tried(ports: Ports, tenant: str, bill: Billed) -> Iterator[Decision]:
    """Say why the newest run refused a bill: it is offered still, and will be refused again until that is mended.

    One that the run found to bill nothing is not offered, unless it changed since.
    """
    item = ports.sync_runs.load_newest_of(tenant, [bill.ref]).get(bill.ref, (None, None))[1]
    if item is None or item.settled_at is None:
        yield _offered(bill)
        return
    has_changed = datetime.fromisoformat(bill.version.seen_at) > item.settled_at
    if item.state is ItemState.SKIPPED and item.code == NOTHING_BILLED and not has_changed:
        yield skipped(bill.ref, item.rule, item.code, item.sentence, item.fix)
        return
    if item.state is ItemState.REFUSED:
        sentence = f"When it was tried last, on {item.settled_at:%Y-%m-%d %H:%M} UTC, it was refused: {item.sentence}"
        yield refused(bill.ref, item.rule, item.code, sentence, item.fix)
    yield _offered(bill)


def _offered(bill: Billed) -> Decision:
    sentence = "It is closed in ConnectWise and not in QuickBooks yet: the Sync Invoices tool offers it."
    return waits(bill.ref, "S1", "offered", sentence, "Preview it and sync it, or leave it to the schedule.")
