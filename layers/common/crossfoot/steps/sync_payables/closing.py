"""The end of a sync: when everything that it sent off has been tried (B7, X3)."""

from crossfoot.core.payables.syncs import PayableSync
from crossfoot.errors import Conflict
from crossfoot.messages import CloseSync
from crossfoot.ports import Outgoing
from crossfoot.steps.sync_payables.needs import Closing
from crossfoot.steps.sync_payables.outgoing import is_on_its_way, list_on_their_way, to_message
from crossfoot.steps.sync_payables.running import finish


def close_sync(message: CloseSync, ports: Closing) -> None:
    """End a sync, if all that it sent off was tried; what is on its way in another lane has its own message behind it.

    Raises: Conflict while something of this lane is on its way: a message that failed comes back after this one.
    """
    tenant = message.tenant
    sync = ports.payable_syncs.load(tenant, message.sync)
    if sync is None or sync.finished_at is not None:
        return
    left = list(list_on_their_way(tenant, sync, ports.outbox))
    here = [each for each in left if to_message(tenant, each, sync.id).lane == message.of_lane]
    if any(_is_still(tenant, each, sync, ports) for each in here):
        raise Conflict(f"sync {sync.id} is not through in lane {message.of_lane} yet")
    elsewhere = [each for each in left if each not in here]
    if not any(_is_still(tenant, each, sync, ports) for each in elsewhere):
        finish(tenant, sync, ports.clock.now(), ports)


def _is_still(tenant: str, seen: Outgoing, sync: PayableSync, ports: Closing) -> bool:
    """Look again: a list may be a moment old, and whoever believes it may wait for a message that has come already."""
    now = ports.outbox.load(tenant, seen.record)
    return now is not None and is_on_its_way(now, sync)
