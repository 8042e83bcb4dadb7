"""start_sync: every bill that is offered, because the partner's schedule says so (S1)."""

import secrets
from collections.abc import Iterator
from itertools import islice

from crossfoot.core.model import ACCOUNTING, PSA, CreditMemo, Invoice, Kind
from crossfoot.core.shelves import Shelf
from crossfoot.core.sync.offering import decide_offer
from crossfoot.core.sync.runs import RunItem, RunKind, new_sync_run
from crossfoot.core.sync.settings import Setup
from crossfoot.messages import StartSync, SyncBatch
from crossfoot.ports import Bill, is_connected
from crossfoot.steps.sync_batch.needs import Ports
from crossfoot.steps.sync_batch.syncing import SCHEDULE

PAGE = 200
# A run has so many bills at most; the next one takes up the others.
MOST_BILLS = 5_000


def start_sync(message: StartSync, ports: Ports) -> None:
    """Begin a run over all that is offered, unless the tool is off, a system is away, or a run is under way.

    Again begins no other: whatever is under way goes on.
    """
    tenant = message.tenant
    setup = ports.sync_settings.load(tenant)
    if setup is None or not ports.preferences.load(tenant).sync_tool_enabled:
        return
    if not all(is_connected(ports.connections, tenant, system) for system in (ACCOUNTING, PSA)):
        return
    under_way = ports.sync_runs.load_under_way(tenant)
    if under_way is None or under_way.is_abandoned(ports.clock.now()):
        offered = islice(_walk_offered(tenant, setup, ports), MOST_BILLS)
        items = [RunItem(bill.ref, bill.number) for bill in offered]
        if not items:
            return
        run = new_sync_run(RunKind.SYNC, SCHEDULE, len(items), ports.clock.now(), secrets.token_hex(4))
        under_way = ports.sync_runs.begin(tenant, run, items)
    because = f"schedule {message.because}"[:500]
    ports.queue.send([SyncBatch(tenant=tenant, run=under_way.id, because=because)])


def _walk_offered(tenant: str, setup: Setup, ports: Ports) -> Iterator[Bill]:
    """Walk what is closed and in no batch, oldest first, and keep what is offered. Source: S1, S3."""
    for kind in (Kind.INVOICE, Kind.CREDIT_MEMO):
        cursor = ""
        while True:
            page = ports.book.list_records(
                tenant, kind, first=setup.preferences.cut_over, last=None, system=PSA, cursor=cursor, limit=PAGE,
                oldest_first=True, shelf=Shelf.UNSYNCED,
            )  # fmt: skip
            bills = [record for record in page.records if isinstance(record, Invoice | CreditMemo)]
            links = ports.book.load_links(tenant, [bill.ref for bill in bills]) if bills else {}
            yield from (bill for bill in bills if decide_offer(bill, links.get(bill.ref), setup) is None)
            cursor = page.next_cursor
            if not cursor:
                break
