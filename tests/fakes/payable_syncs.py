"""Syncs of payables in memory, with the same conditions as the real table."""

from dataclasses import replace
from datetime import datetime

from crossfoot.core.payables.syncs import PayableSync
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import Page


class FakePayableSyncs:
    """Syncs by partner. Takes: `ended_at` is when each partner's last one ended."""

    def __init__(self) -> None:
        self.syncs: dict[tuple[str, str], PayableSync] = {}
        self.ended_at: dict[str, datetime] = {}
        self._begun: dict[str, str] = {}

    def begin(self, tenant: str, sync: PayableSync) -> PayableSync:
        known, last = self.load(tenant, sync.id), self.load_newest(tenant)
        if known:
            return known
        if last and last.finished_at is None:
            return last
        new = replace(sync, cursor=last.cursor if last else "")
        self.syncs[tenant, new.id] = new
        self._begun[tenant] = new.id
        return new

    def load(self, tenant: str, sync: str) -> PayableSync | None:
        return self.syncs.get((tenant, sync))

    def load_newest(self, tenant: str) -> PayableSync | None:
        return self.load(tenant, self._begun.get(tenant, ""))

    def replace(self, tenant: str, seen: PayableSync, new: PayableSync) -> None:
        if seen.id != new.id:
            raise ValueError(f"sync {new.id} cannot take the place of {seen.id}")
        if self.load(tenant, seen.id) != seen:
            raise Conflict(f"sync {seen.id} moved")
        self.syncs[tenant, new.id] = new
        if new.finished_at and seen.finished_at is None:
            self.ended_at[tenant] = new.finished_at

    def list_under_way(self, limit: int) -> tuple[tuple[str, PayableSync], ...]:
        newest = [(tenant, self.syncs[tenant, sync]) for tenant, sync in self._begun.items()]
        return tuple((tenant, sync) for tenant, sync in newest if sync.finished_at is None)[:limit]

    def list_syncs(self, tenant: str, *, cursor: str, limit: int) -> Page[PayableSync]:
        mine = sorted((sync for owner, sync in self.syncs if owner == tenant), reverse=True)
        if cursor and cursor not in mine:
            raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start again without it.")
        start = mine.index(cursor) + 1 if cursor else 0
        end = start + limit
        page = tuple(self.syncs[tenant, sync] for sync in mine[start:end])
        return Page(page, mine[end - 1] if end < len(mine) else "")
