"""start_sync: every bill that is offered, because the partner's schedule says so (S1)."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

from crossfoot.core.model import ACCOUNTING, PSA, Billed
from crossfoot.core.sync.resting import rests
from crossfoot.core.sync.runs import RunItem, RunKind, new_sync_run
from crossfoot.core.sync.settings import Setup
from crossfoot.messages import StartSync, SyncBatch
from crossfoot.offered import MOST_BILLS, walk_offered
from crossfoot.ports import is_connected
from crossfoot.steps.sync_batch.needs import Ports
from crossfoot.steps.sync_batch.syncing import SCHEDULE


def start_sync(message: StartSync, ports: Ports) -> None:
    """Begin a run over all that is offered, unless the tool is off, a system is away, or a run is under way.

    What was refused lately, and for which nothing is known to have changed since, rests: nothing but such begins no run.
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
        offered = islice(_choose(tenant, setup, ports), MOST_BILLS)
        items = [RunItem(bill.ref, bill.number) for bill in offered]
        if not items:
            return
        run = new_sync_run(RunKind.SYNC, SCHEDULE, len(items), ports.clock.now(), secrets.token_hex(4))
        under_way = ports.sync_runs.begin(tenant, replace(run, setup=setup.digest), items)
    because = f"schedule {message.because}"[:500]
    ports.queue.send([SyncBatch(tenant=tenant, run=under_way.id, because=because)])


def _choose(tenant: str, setup: Setup, ports: Ports) -> Iterator[Billed]:
    """Give what is offered and does not rest, oldest first. Source: S1."""
    resting = _Resting(tenant, setup, ports)
    for bills in walk_offered(tenant, setup, ports.book):
        yield from resting.leave_out(bills)


class _Resting:
    """Which bills rest, since a schedule had them refused. Source: S1, S7."""

    def __init__(self, tenant: str, setup: Setup, ports: Ports) -> None:
        self._tenant, self._setup, self._ports = tenant, setup.digest, ports
        connections = (ports.connections.load(tenant, system) for system in (ACCOUNTING, PSA))
        self._connected_at = [each.connected_at for each in connections if each is not None]

    def leave_out(self, bills: Sequence[Billed]) -> list[Billed]:
        """Give those that do not rest."""
        newest = self._ports.sync_runs.load_newest_of(self._tenant, [bill.ref for bill in bills]) if bills else {}
        now = self._ports.clock.now()
        resting = {
            bill.ref
            for bill in bills
            if bill.ref in newest
            # It was begun by a schedule, and with the choices of now.
            and newest[bill.ref][0].setup == self._setup
            and rests(newest[bill.ref][1], bill, now, self._connected_at)
        }
        return [bill for bill in bills if bill.ref not in resting]
