"""Runs, settings and entries of the Sync Invoices tool in memory, with the same conditions as the real table."""

from collections.abc import Iterable, Mapping, Sequence

from crossfoot.core.model import Ref
from crossfoot.core.sync.runs import RunItem, SyncRun, abandon, gives_way_to
from crossfoot.core.sync.sales import Sale, from_json, to_json
from crossfoot.core.sync.settings import MappingKey, Setup, SyncPreferences, Target
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import Page


class FakeSyncRuns:
    """Runs, and their items in the order in which they were begun."""

    def __init__(self) -> None:
        self.runs: dict[tuple[str, str], SyncRun] = {}
        self.items: dict[tuple[str, str], dict[Ref, RunItem]] = {}
        self._begun: dict[str, str] = {}

    def begin(self, tenant: str, run: SyncRun, items: Sequence[RunItem]) -> SyncRun:
        known, under_way = self.load(tenant, run.id), self.load_under_way(tenant)
        if known:
            return known
        if under_way and not under_way.is_abandoned(run.started_at):
            return under_way
        if under_way:
            ended, cancelled = abandon(under_way, self.load_items(tenant, under_way.id), run.started_at)
            self.save_items(tenant, under_way.id, cancelled)
            self.runs[tenant, under_way.id] = ended
        self.items[tenant, run.id] = {item.bill: item for item in items}
        self.runs[tenant, run.id] = run
        self._begun[tenant] = run.id
        return run

    def load(self, tenant: str, run: str) -> SyncRun | None:
        return self.runs.get((tenant, run))

    def load_under_way(self, tenant: str) -> SyncRun | None:
        begun = self.load(tenant, self._begun.get(tenant, ""))
        return begun if begun and begun.finished_at is None else None

    def replace(self, tenant: str, seen: SyncRun, new: SyncRun) -> None:
        if seen.id != new.id:
            raise ValueError(f"run {new.id} cannot take the place of {seen.id}")
        if self.load(tenant, seen.id) != seen:
            raise Conflict(f"run {seen.id} moved")
        self.runs[tenant, new.id] = new

    def list_runs(self, tenant: str, *, cursor: str, limit: int) -> Page[SyncRun]:
        mine = sorted((run for owner, run in self.runs if owner == tenant), reverse=True)
        if cursor and cursor not in mine:
            raise Rejected("cursor_invalid", "this page cursor does not belong to this list", "Start again without it.")
        start = mine.index(cursor) + 1 if cursor else 0
        end = start + limit
        page = tuple(self.runs[tenant, run] for run in mine[start:end])
        return Page(page, mine[end - 1] if end < len(mine) else "")

    def load_items(self, tenant: str, run: str) -> tuple[RunItem, ...]:
        return tuple(self.items.get((tenant, run), {}).values())

    def save_items(self, tenant: str, run: str, items: Iterable[RunItem]) -> None:
        for item in items:
            stored = self.items[tenant, run][item.bill]
            if stored.state in gives_way_to(item.state):
                self.items[tenant, run][item.bill] = item

    def load_item(self, tenant: str, run: str, bill: Ref) -> RunItem | None:
        return self.items.get((tenant, run), {}).get(bill)

    def load_newest_of(self, tenant: str, bills: Iterable[Ref]) -> dict[Ref, tuple[SyncRun, RunItem]]:
        wanted = frozenset(bills)
        mine = sorted(run for owner, run in self.items if owner == tenant)
        return {
            bill: (self.runs[tenant, run], item)
            for run in mine
            for bill, item in self.items[tenant, run].items()
            if bill in wanted
        }


class FakeSyncSettings:
    """Preferences and mappings by partner."""

    def __init__(self) -> None:
        self.preferences: dict[str, SyncPreferences] = {}
        self.mappings: dict[str, dict[MappingKey, Target]] = {}

    def load(self, tenant: str) -> Setup | None:
        preferences = self.preferences.get(tenant)
        return None if preferences is None else Setup(preferences, self.load_mappings(tenant))

    def load_mappings(self, tenant: str) -> Mapping[MappingKey, Target]:
        return dict(self.mappings.get(tenant, {}))

    def save_preferences(self, tenant: str, preferences: SyncPreferences) -> None:
        self.preferences[tenant] = preferences

    def save_mappings(self, tenant: str, changes: Mapping[MappingKey, Target | None]) -> None:
        kept = {**self.mappings.get(tenant, {}), **changes}
        self.mappings[tenant] = {mapped: target for mapped, target in kept.items() if target is not None}


class FakeEntries:
    """Entries by bill and digest, once through their stored form: what that loses is lost here too."""

    def __init__(self) -> None:
        self.entries: dict[tuple[str, Ref, str], Sale] = {}

    def save(self, tenant: str, bill: Ref, sale: Sale) -> None:
        self.save_many(tenant, {bill: sale})

    def save_many(self, tenant: str, sales: Mapping[Ref, Sale]) -> None:
        for bill, sale in sales.items():
            self.entries[tenant, bill, sale.digest] = from_json(to_json(sale))

    def load(self, tenant: str, bill: Ref, digest: str) -> Sale | None:
        return self.entries.get((tenant, bill, digest))
