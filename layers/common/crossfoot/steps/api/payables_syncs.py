"""Begin a sync of payables, at any time, and show how far each has come (B7, X3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crossfoot.core.attention import COUNTED, Parked
from crossfoot.core.decisions import waits
from crossfoot.core.model import ACCOUNTING, Kind
from crossfoot.core.payables.obstacles import preferences_missing
from crossfoot.core.payables.syncs import PayableSync, SyncStarter, SyncState, new_sync
from crossfoot.core.remedies import remedy_of
from crossfoot.errors import MappingMissing
from crossfoot.messages import SyncPayables
from crossfoot.messages.api.payables_syncs import (
    HeldUpShape,
    OnePayableSync,
    PayableSyncDetail,
    PayableSyncList,
    PayableSyncShape,
)
from crossfoot.messages.api.words import MAX_LIMIT, PageQuery
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.ports import Outgoing
from crossfoot.steps.api.needs import Ports, not_found, require_connected, to_why

LISTED = "/v1/syncs"


def start_sync(ports: Ports, asked: Asked[Nothing, Nothing, Nothing]) -> PayableSyncShape:
    """Begin a sync, or join the one that is under way; one that does not move is gone on with.

    Raises: MappingMissing until the three accounts are chosen (B3), NeedsPartner when QuickBooks cannot be read;
    Conflict when others keep beginning.
    Source: B3, B7.
    """
    tenant, now = asked.tenant, ports.clock.now()
    missing = preferences_missing(ports.payables_settings.load(tenant))
    if missing is not None:
        raise MappingMissing(missing.problem, missing.fix)
    require_connected(ports, tenant, ACCOUNTING)
    sync = ports.payable_syncs.begin(tenant, new_sync(SyncStarter.PERSON, now, ports.new_token()[-8:]))
    if sync.moved_at == sync.started_at or sync.state(now) is SyncState.STUCK:
        # Also of one that was joined: whoever began it may have died before it was queued.
        because = f"asked since {sync.moved_at.isoformat()}"
        ports.queue.send([SyncPayables(tenant=tenant, sync=sync.id, because=because)])
    return PayableSyncShape(**_members(ports, sync))


def list_syncs(ports: Ports, asked: Asked[Nothing, PageQuery]) -> PayableSyncList:
    """List a page of syncs, newest first, whoever began them. Source: B7, X3."""
    page = ports.payable_syncs.list_syncs(asked.tenant, cursor=asked.query.cursor, limit=asked.query.limit)
    syncs = [PayableSyncShape(**_members(ports, sync)) for sync in page.items]
    return PayableSyncList(syncs=syncs, next_cursor=page.next_cursor)


def show_sync(ports: Ports, asked: Asked[OnePayableSync, PageQuery]) -> PayableSyncDetail:
    """Show how far a sync has come, with a page of what it could not enter and why. Source: B7, X1, X3."""
    tenant, query = asked.tenant, asked.query
    sync = ports.payable_syncs.load(tenant, asked.path.id)
    if sync is None:
        raise not_found("sync", f"GET {LISTED} lists them.")
    counts = _count(ports, tenant, sync)
    page = ports.outbox.list_outgoing(tenant, cursor=query.cursor, limit=query.limit)
    return PayableSyncDetail(
        **{**_members(ports, sync), "held_up": counts.held_up},
        on_their_way=counts.on_their_way,
        done=max(0, sync.queued - counts.held_up - counts.on_their_way),
        is_more=counts.is_more,
        failures=_to_failures(ports, tenant, [each for each in page.items if each.sync == sync.id and each.code]),
        next_cursor=page.next_cursor,
    )


@dataclass(frozen=True, slots=True)
class _Counts:
    """How what a sync sent off stands. Takes: `is_more` says that more waits than was looked at."""

    on_their_way: int
    held_up: int
    is_more: bool = False


def _count(ports: Ports, tenant: str, sync: PayableSync) -> _Counts:
    """Count, of a sync that runs, among the first COUNTED that wait; one that is over keeps how it ended. Source: X3."""
    if sync.finished_at is not None:
        return _Counts(0, sync.held_up)
    own: list[Outgoing] = []
    cursor = ""
    for _ in range(COUNTED // MAX_LIMIT):
        page = ports.outbox.list_outgoing(tenant, cursor=cursor, limit=MAX_LIMIT)
        own += [each for each in page.items if each.sync == sync.id]
        cursor = page.next_cursor
        if not cursor:
            break
    held_up = sum(1 for each in own if each.code)
    return _Counts(len(own) - held_up, held_up, bool(cursor))


def _members(ports: Ports, sync: PayableSync) -> dict[str, Any]:
    return {
        "id": sync.id,
        "begun_by": sync.starter,
        "state": sync.state(ports.clock.now()),
        "stage": sync.stage,
        "started_at": sync.started_at,
        "moved_at": sync.moved_at,
        "finished_at": sync.finished_at,
        "read": dict(sync.read),
        "left_out": sync.left_out,
        "unreadable": sync.unreadable,
        "sent": sync.queued,
        "held_up": sync.held_up if sync.finished_at is not None else None,
        "problem": sync.problem,
        "fix": sync.fix,
    }


def _to_failures(ports: Ports, tenant: str, held_up: Iterable[Outgoing]) -> list[HeldUpShape]:
    waiting = list(held_up)
    parked = ports.attention.load(tenant, [each.record for each in waiting])
    return [_to_failure(each, parked[each.record]) for each in waiting]


def _to_failure(outgoing: Outgoing, parked: Parked) -> HeldUpShape:
    """Say what holds a record up, as it is noted of it; what that means, where it has gone on meanwhile."""
    ref, reason, remedy = outgoing.record, parked.under(outgoing.code), remedy_of(outgoing.code)
    why = reason.decision if reason else waits(ref, "X1", outgoing.code, f"{remedy.title}.", remedy.fix)
    kind = ref.kind
    assert kind in (Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT)
    return HeldUpShape(kind=kind, id=str(ref), why=to_why(why))
