"""How the records that wait to go out stand to a sync (B7)."""

from collections.abc import Iterator

from crossfoot.core.payables.syncs import PayableSync
from crossfoot.messages import MirrorBill
from crossfoot.ports import Outbox, Outgoing

PAGE = 100


def to_message(tenant: str, outgoing: Outgoing, sync: str, because: str = "") -> MirrorBill:
    """Make the message that has a record mirrored for a sync."""
    return MirrorBill.of(tenant, outgoing.record, outgoing.vendor, because=because, sync=sync)


def is_on_its_way(outgoing: Outgoing, sync: PayableSync) -> bool:
    """Tell whether a record was sent off for a sync, and nobody has said yet how that ended."""
    return outgoing.sync == sync.id and not outgoing.code


def is_untried(outgoing: Outgoing, sync: PayableSync) -> bool:
    """Tell whether a record is still to be tried for a sync."""
    return outgoing.sync != sync.id or is_on_its_way(outgoing, sync)


def list_on_their_way(tenant: str, sync: PayableSync, outbox: Outbox) -> Iterator[Outgoing]:
    """List what was sent off for a sync and not tried yet."""
    return (each for each in _list_all(tenant, outbox) if is_on_its_way(each, sync))


def count_held_up(tenant: str, sync: PayableSync, outbox: Outbox) -> int:
    """Count what was tried for a sync in vain: it waits, or was refused. Source: X3."""
    return sum(1 for each in _list_all(tenant, outbox) if each.sync == sync.id and each.code)


def _list_all(tenant: str, outbox: Outbox) -> Iterator[Outgoing]:
    cursor = ""
    while True:
        page = outbox.list_outgoing(tenant, cursor=cursor, limit=PAGE)
        yield from page.items
        if not page.next_cursor:
            return
        cursor = page.next_cursor
