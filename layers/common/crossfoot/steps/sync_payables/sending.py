"""The second part of a sync: every record of the platform that waits is sent off (B4, B7)."""

import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

from crossfoot.messages import BILL_LANES, CloseSync
from crossfoot.ports import Outgoing
from crossfoot.steps.sync_payables.needs import Ports
from crossfoot.steps.sync_payables.outgoing import is_untried, list_on_their_way
from crossfoot.steps.sync_payables.running import Running, finish

# So many are noted and queued in one go.
PAGE = 100


@dataclass(frozen=True, slots=True)
class _Walk:
    """Where a walk over what waits is.

    Takes: `counted` says that what is sent off from here was counted; `left` is how much was on its way when somebody
    looked last, None during the first walk.
    """

    cursor: str = ""
    counted: bool = False
    left: int | None = None

    def to_text(self) -> str:
        return json.dumps(astuple(self))


def _read_walk(place: str) -> _Walk:
    return _Walk(*json.loads(place)) if place else _Walk()


def send_waiting(running: Running, ports: Ports) -> bool:
    """Walk over what waits to go out, page by page; each record is noted as on its way before it is sent off.

    Whoever comes here again, because the sync did not move, sends off once more what is still on its way, unless that has
    become less since: then it is long, and not stuck.
    Returns: whether it came to the end before the time was over.
    Source: B7, X3.
    """
    walk = _read_walk(running.sync.place)
    if walk.left is not None and not walk.cursor:
        left = sum(1 for _ in list_on_their_way(running.tenant, running.sync, ports.outbox))
        if left < walk.left:
            running.move(place=replace(walk, left=left).to_text())
            return True
    return _walk_on(running, ports)


def _walk_on(running: Running, ports: Ports) -> bool:
    while True:
        walk = _read_walk(running.sync.place)
        page = ports.outbox.list_outgoing(running.tenant, cursor=walk.cursor, limit=PAGE)
        untried = [each for each in page.items if is_untried(each, running.sync)]
        if untried:
            _send_off(running, walk, untried, ports)
        left = walk.left if page.next_cursor or walk.left is not None else running.sync.queued
        running.move(place=_Walk(page.next_cursor, left=left).to_text())
        if not page.next_cursor:
            return True
        if not running.has_time():
            return False


def _send_off(running: Running, walk: _Walk, untried: Sequence[Outgoing], ports: Ports) -> None:
    """Count records, once and before they can be gone; then note them as on their way, and send them off.

    The company is known by then: where it has to be read live, each lane would do that by itself, and it is metered.
    """
    ports.companies.load(running.tenant)
    if walk.left is None and not walk.counted:
        running.move(place=replace(walk, counted=True).to_text(), queued=running.sync.queued + len(untried))
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
