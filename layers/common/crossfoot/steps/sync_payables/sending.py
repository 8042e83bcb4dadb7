"""The second part of a sync: every record of the platform that waits is sent off (B4, B7)."""

from collections.abc import Sequence
from dataclasses import replace

from crossfoot.messages import BILL_LANES, CloseSync
from crossfoot.ports import Outgoing
from crossfoot.steps.sync_payables.needs import Ports
from crossfoot.steps.sync_payables.running import Running, finish, is_untried

# So many are noted and queued in one go.
PAGE = 100


# Before a place whose records were counted, and before every place of a walk that is not the first.
COUNTED, AGAIN = "counted ", "again "


def send_waiting(running: Running, ports: Ports) -> bool:
    """Walk over what waits to go out, page by page; each record is noted as on its way before it is sent off.

    What was tried for this sync is passed over, so whoever walks again, because the sync was stuck, sends what was lost.
    Returns: whether it came to the end before the time was over.
    """
    while True:
        is_again = running.sync.place.startswith(AGAIN)
        cursor = running.sync.place.removeprefix(AGAIN).removeprefix(COUNTED)
        page = ports.outbox.list_outgoing(running.tenant, cursor=cursor, limit=PAGE)
        untried = [each for each in page.items if is_untried(each, running.sync)]
        if untried:
            _send_off(running, cursor, untried, ports)
        is_first = not is_again and page.next_cursor
        running.move(place=page.next_cursor if is_first else f"{AGAIN}{page.next_cursor}")
        if not page.next_cursor:
            return True
        if not running.has_time():
            return False


def _send_off(running: Running, cursor: str, untried: Sequence[Outgoing], ports: Ports) -> None:
    """Count records, once and before they can be gone; then note them as on their way, and send them off."""
    if not running.sync.place.startswith((COUNTED, AGAIN)):
        running.move(place=f"{COUNTED}{cursor}", queued=running.sync.queued + len(untried))
    ports.outbox.put(running.tenant, [replace(each, sync=running.sync.id, code="") for each in untried])
    running.send_off(untried)


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
