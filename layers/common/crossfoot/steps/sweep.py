"""sweep: nudge every partner that was not read for a while, so that nothing depends on a webhook (I8, C7)."""

from dataclasses import dataclass
from datetime import timedelta

from crossfoot.core.model import System
from crossfoot.messages import Nudge
from crossfoot.ports import Clock, Connections, Queue

# ConnectWise hourly; QuickBooks daily, because its reads are metered. A daily read also refreshes the tokens, whose end of
# life rolls on with it (C7). A little less than the period, so that an hourly
# schedule does not skip every second turn.
DUE_AFTER = {
    System.CONNECTWISE: timedelta(minutes=55),
    System.QUICKBOOKS: timedelta(hours=23),
}
MAX_PARTNERS = 5_000


@dataclass(frozen=True, slots=True)
class Ports:
    """What the step needs."""

    connections: Connections
    queue: Queue
    clock: Clock


def sweep(ports: Ports) -> int:
    """Nudge the partners that are due, longest waiting first. Returns: how many nudges were queued. Source: I8."""
    now = ports.clock.now()
    nudges = [
        Nudge(tenant=tenant, system=system, because=f"sweep {now.isoformat()}")
        for system, period in DUE_AFTER.items()
        for tenant in ports.connections.list_due(system, now - period, MAX_PARTNERS)
    ]
    ports.queue.send(nudges)
    return len(nudges)
