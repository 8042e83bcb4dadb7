"""The second part of a sync: every record of the platform that waits is sent off (B4, B7)."""

from crossfoot.messages import BILL_LANES, CloseSync
from crossfoot.steps.sync_payables.needs import Ports
from crossfoot.steps.sync_payables.running import Running, finish, is_on_its_way

# So many are noted and queued in one go.
PAGE = 100


def send_waiting(running: Running, ports: Ports) -> bool:
    """Walk over what waits to go out, page by page.

    What was tried for this sync already is passed over, so a walk that begins anew repeats only what was lost.
    Returns: whether it came to the end before the time was over.
    """
    while True:
        page = ports.outbox.list_outgoing(running.tenant, cursor=running.sync.place, limit=PAGE)
        sync = running.sync
        untried = [each for each in page.items if each.sync != sync.id or is_on_its_way(each, sync)]
        queued = running.send_off(untried)
        running.move(place=page.next_cursor, queued=sync.queued + queued)
        if not page.next_cursor:
            return True
        if not running.has_time():
            return False


def close(running: Running, ports: Ports) -> None:
    """End a sync that sent nothing off; else have it ended behind what it sent, whichever lane comes last."""
    sync = running.sync
    if not sync.queued:
        finish(running.tenant, sync, ports.clock.now(), ports)
        return
    because = running.where()
    lanes = [str(lane) for lane in range(BILL_LANES)]
    closing = [CloseSync(tenant=running.tenant, sync=sync.id, of_lane=lane, because=because) for lane in lanes]
    ports.queue.send(closing)
