"""Syncs of payables: one at a time for a partner, each of which goes on reading where the last one came to (B7)."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import chain, islice

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import TransactionFailed
from crossfoot.adapters.dynamodb.paging import from_cursor, name_list, require_limit, to_cursor
from crossfoot.adapters.dynamodb.table import MISSING, Put, Table, Update, When
from crossfoot.adapters.dynamodb.values import Item, Plain, digest_of, text, whole, without_blanks
from crossfoot.core.payables.syncs import PayableSync, SyncStage, SyncStarter
from crossfoot.errors import Conflict
from crossfoot.ports import Page

BEGIN_ATTEMPTS = 5
_DIGEST = "digest"


class TablePayableSyncs:
    """The port PayableSyncs in our table.

    That one is under way, and when the last one ended, is noted at the partner's place among all that have payables, in
    the same transaction: there the sweep looks.
    """

    def __init__(self, table: Table) -> None:
        self._table = table

    def begin(self, tenant: str, sync: PayableSync) -> PayableSync:
        """Begin a sync, unless another one is under way; one that was begun before is given as it stands.

        Raises: Conflict when others keep beginning at this moment.
        """
        for _ in range(BEGIN_ATTEMPTS):
            last = self.load_newest(tenant)
            in_the_way = self.load(tenant, sync.id) or (last if last and last.finished_at is None else None)
            if in_the_way:
                return in_the_way
            new = replace(sync, cursor=last.cursor if last else "")
            if self._insert(tenant, new, last):
                return new
        raise Conflict("syncs keep being begun")

    def load(self, tenant: str, sync: str) -> PayableSync | None:
        """Read a sync."""
        item = self._table.get(keys.payable_sync(tenant, sync)) if 0 < len(sync) <= keys.MAX_ID_LENGTH else None
        return _to_sync(sync, item) if item else None

    def load_newest(self, tenant: str) -> PayableSync | None:
        """Read the sync that was begun last, consistently."""
        return self.load(tenant, text(self._table.get(keys.newest_payable_sync(tenant)) or {}, "sync"))

    def replace(self, tenant: str, seen: PayableSync, new: PayableSync) -> None:
        """Store how a sync stands; its end is noted at the partner's place. Raises: Conflict when it moved."""
        moved = _moved(tenant, seen, new)
        if new.finished_at is None or seen.finished_at is not None:
            self._table.write(moved)
            return
        ended: Item = {"ended_at": keys.time_text(new.finished_at)}
        self._table.transact(moved, Update(keys.payables(tenant), "SET #ended_at = :ended_at REMOVE #under_way", ended))

    def list_under_way(self, limit: int) -> tuple[tuple[str, PayableSync], ...]:
        """List the syncs that are under way, of all partners, over all buckets at once."""
        buckets = self._table.each(self._under_way_in, range(keys.DUE_BUCKETS))
        places = dict(islice(chain.from_iterable(buckets), limit))
        by_key = {keys.payable_sync(tenant, sync): (tenant, sync) for tenant, sync in places.items()}
        items = self._table.get_many(by_key)
        found = [(tenant, _to_sync(sync, items[key])) for key, (tenant, sync) in by_key.items() if key in items]
        return tuple((tenant, sync) for tenant, sync in found if sync.finished_at is None)

    def list_syncs(self, tenant: str, *, cursor: str, limit: int) -> Page[PayableSync]:
        """Read a page of syncs, newest first. Raises: Rejected("cursor_invalid")."""
        require_limit(limit)
        digest = name_list(tenant, "payable_syncs")
        after = from_cursor(digest, cursor, lambda place: place.startswith(keys.PAYABLE_SYNC))
        places = self._table.starting(
            keys.payable_syncs_pk(tenant),
            keys.PAYABLE_SYNC,
            newest_first=True,
            after=after,
            page=limit + 1,
            consistent=False,
        )
        found = list(islice(places, limit + 1))
        syncs = tuple(_to_sync(keys.payable_sync_id(key), item) for key, item in found[:limit])
        return Page(syncs, to_cursor(digest, found[limit - 1][0].sk) if len(found) > limit else "")

    def _insert(self, tenant: str, new: PayableSync, last: PayableSync | None) -> bool:
        """Begin a sync, if none was begun since the last one."""
        unchanged = When("#sync = :last", {"last": last.id}) if last else MISSING
        try:
            self._table.transact(
                Put(keys.newest_payable_sync(tenant), {"sync": new.id}, unchanged),
                Put(keys.payable_sync(tenant, new.id), _to_item(new), MISSING),
                Update(keys.payables(tenant), "SET #under_way = :under_way", {"under_way": new.id}),
            )
        except TransactionFailed:
            return False
        return True

    def _under_way_in(self, bucket: int) -> list[tuple[str, str]]:
        places = self._table.starting(keys.payables_pk(bucket), "", consistent=False)
        found = [(keys.unescape(key.sk), text(item, "under_way")) for key, item in places]
        return [(tenant, sync) for tenant, sync in found if sync]


def _moved(tenant: str, seen: PayableSync, new: PayableSync) -> Put:
    """Store how a sync stands, if it stands as it was seen. Raises: ValueError when they are not the same sync."""
    if seen.id != new.id:
        raise ValueError(f"sync {new.id} cannot take the place of {seen.id}")
    unmoved = When(f"#{_DIGEST} = :seen", {"seen": text(_to_item(seen), _DIGEST)})
    return Put(keys.payable_sync(tenant, new.id), _to_item(new), unmoved)


def _to_item(sync: PayableSync) -> Item:
    said = without_blanks(
        {
            "starter": sync.starter.value,
            "started_at": keys.time_text(sync.started_at),
            "moved_at": keys.time_text(sync.moved_at),
            "stage": sync.stage.value,
            "cursor": sync.cursor,
            "read": dict(sync.read),
            "left_out": sync.left_out,
            "unreadable": sync.unreadable,
            "queued": sync.queued,
            "place": sync.place,
            "held_up": sync.held_up,
            "finished_at": keys.maybe_time_text(sync.finished_at),
            "problem": sync.problem,
            "fix": sync.fix,
        }
    )
    return said | {_DIGEST: digest_of(said)}


def _to_sync(sync: str, item: Mapping[str, Plain]) -> PayableSync:
    read = item.get("read", {})
    if not isinstance(read, dict):
        raise TypeError("a sync holds counts that cannot be read")
    return PayableSync(
        sync,
        SyncStarter(text(item, "starter")),
        keys.read_time(text(item, "started_at")),
        keys.read_time(text(item, "moved_at")),
        SyncStage(text(item, "stage")),
        text(item, "cursor"),
        {kind: whole(read, kind) for kind in read},
        whole(item, "left_out"),
        whole(item, "unreadable"),
        whole(item, "queued"),
        text(item, "place"),
        whole(item, "held_up"),
        keys.read_maybe_time(text(item, "finished_at")),
        text(item, "problem"),
        text(item, "fix"),
    )
