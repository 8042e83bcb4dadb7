"""The end of a sync: when everything that it sent off has been tried (B7, X3)."""

from collections.abc import Iterator

from crossfoot.core.payables.syncs import PayableSync
from crossfoot.errors import Conflict
from crossfoot.messages import CloseSync
from crossfoot.ports import Outgoing
from crossfoot.steps.sync_payables.needs import Closing
from crossfoot.steps.sync_payables.running import finish, is_on_its_way, to_message

PAGE = 100


def close_sync(message: CloseSync, ports: Closing) -> None:
    """End a sync, if all that it sent off was tried; what is on its way in another lane has its own message behind it.

    Raises: Conflict while something of this lane is on its way: a message that failed comes back after this one.
    """
    tenant = message.tenant
    sync = ports.payable_syncs.load(tenant, message.sync)
    if sync is None or sync.finished_at is not None:
        return
    left = list(_list_on_their_way(tenant, sync, ports))
    here = [each for each in left if to_message(tenant, each, sync.id).lane == message.of_lane]
    if any(_is_still(tenant, each, sync, ports) for each in here):
        raise Conflict(f"sync {sync.id} is not through in lane {message.of_lane} yet")
    elsewhere = [each for each in left if each not in here]
    if not any(_is_still(tenant, each, sync, ports) for each in elsewhere):
        finish(tenant, sync, ports.clock.now(), ports)


def _list_on_their_way(tenant: str, sync: PayableSync, ports: Closing) -> Iterator[Outgoing]:
    cursor = ""
    while True:
        page = ports.outbox.list_outgoing(tenant, cursor=cursor, limit=PAGE)
        yield from (each for each in page.items if is_on_its_way(each, sync))
        if not page.next_cursor:
            return
        cursor = page.next_cursor


def _is_still(tenant: str, seen: Outgoing, sync: PayableSync, ports: Closing) -> bool:
    """Look again: a list may be a moment old, and whoever believes it may wait for a message that has come already."""
    now = ports.outbox.load(tenant, seen.record)
    return now is not None and is_on_its_way(now, sync)
