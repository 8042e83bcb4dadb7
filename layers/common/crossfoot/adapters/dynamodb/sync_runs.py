"""Runs of the Sync Invoices tool: one at a time for a partner, each with an item for every bill (S2).

The items, and the pointers from the bills, stand before the run that they belong to: a crash leaves some that no run leads
to. The items lie under the name of the write that they came with, and the run names that write: when one run is begun twice
at once, the items of the begin that came too late are not those that somebody works on already.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.failures import ConditionFailed, TransactionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.paging import from_cursor, name_list, require_limit, to_cursor
from crossfoot.adapters.dynamodb.run_items import (
    PLACE,
    WRITTEN,
    moved,
    run_from,
    run_to_item,
    saved,
    to_item,
    to_run_item,
)
from crossfoot.adapters.dynamodb.table import MISSING, Put, Table, When, Write
from crossfoot.adapters.dynamodb.values import Item, text, whole
from crossfoot.core.model import Ref
from crossfoot.core.sync.runs import RunItem, SyncRun, abandon
from crossfoot.errors import Conflict
from crossfoot.ports import Page

BEGIN_ATTEMPTS = 5


class TableSyncRuns:
    """The port SyncRuns in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        # The write that the items of a run came with, of the last one that was asked for: a run never changes it.
        self._known: tuple[tuple[str, str], str] | None = None

    def begin(self, tenant: str, run: SyncRun, items: Sequence[RunItem]) -> SyncRun:
        """Begin a run, its items first, unless another one is under way; one that stood still for long gives way.

        Raises: Conflict when others keep beginning under our hands.
        """
        written = ""
        for _ in range(BEGIN_ATTEMPTS):
            newest = self._newest_id(tenant)
            in_the_way = self.load(tenant, run.id) or self._load_unfinished(tenant, newest)
            if in_the_way and (in_the_way.id == run.id or not in_the_way.is_abandoned(run.started_at)):
                # Its items were written for nothing, under a name that nobody knows.
                self._table.delete_many(keys.run_item(tenant, run.id, written, item.bill) for item in items if written)
                return in_the_way
            written = written or self._save_new(tenant, run, items)
            if self._insert(tenant, run, written, newest, in_the_way):
                return run
        raise Conflict("runs keep being begun")

    def load(self, tenant: str, run: str) -> SyncRun | None:
        """Read a run."""
        item = self._load_item(tenant, run)
        return run_from(run, item) if item else None

    def load_under_way(self, tenant: str) -> SyncRun | None:
        """Read the run that is under way."""
        return self._load_unfinished(tenant, self._newest_id(tenant))

    def replace(self, tenant: str, seen: SyncRun, new: SyncRun) -> None:
        """Store how a run stands. Raises: Conflict when it moved."""
        self._table.write(moved(tenant, seen, new))

    def list_runs(self, tenant: str, *, cursor: str, limit: int) -> Page[SyncRun]:
        """Read a page of runs, newest first. Raises: Rejected("cursor_invalid")."""
        require_limit(limit)
        digest = name_list(tenant, "sync_runs")
        after = from_cursor(digest, cursor, lambda place: place.startswith(keys.SYNC_RUN))
        places = self._table.starting(
            keys.sync_runs_pk(tenant), keys.SYNC_RUN, newest_first=True, after=after, page=limit + 1, consistent=False
        )
        found = list(islice(places, limit + 1))
        runs = tuple(run_from(keys.sync_run_id(key), item) for key, item in found[:limit])
        return Page(runs, to_cursor(digest, found[limit - 1][0].sk) if len(found) > limit else "")

    def load_items(self, tenant: str, run: str) -> tuple[RunItem, ...]:
        """Read every item of a run, consistently, in the order in which it was begun; none of a run that is not there."""
        written = self._load_written(tenant, run)
        if not written:
            return ()
        found = list(self._table.starting(keys.run_items_pk(tenant, run, written), ""))
        found.sort(key=lambda each: whole(each[1], PLACE))
        return tuple(to_run_item(keys.run_item_bill(key), item) for key, item in found)

    def save_items(self, tenant: str, run: str, items: Iterable[RunItem]) -> None:
        """Store how items stand, where that may follow what is stored. Raises: LookupError for one that is not there."""
        wanted = list(items)
        if wanted:
            written = self._load_written(tenant, run)
            if not written:
                raise LookupError(f"there is no run {run}")
            self._table.each(lambda item: self._save_item(keys.run_item(tenant, run, written, item.bill), item), wanted)

    def load_item(self, tenant: str, run: str, bill: Ref) -> RunItem | None:
        """Read one item, consistently."""
        written = self._load_written(tenant, run)
        item = self._table.get(keys.run_item(tenant, run, written, bill)) if written else None
        return to_run_item(bill, item) if item else None

    def load_newest_of(self, tenant: str, bills: Iterable[Ref]) -> dict[Ref, tuple[SyncRun, RunItem]]:
        """Read the newest run of bills, and how they stand in it: a query for each, side by side.

        A pointer to a run that was never begun is passed over, for the one before it.
        """
        wanted = list(dict.fromkeys(bills))
        pointers = {bill: self._runs_of(tenant, bill) for bill in wanted}
        found: dict[Ref, tuple[SyncRun, RunItem]] = {}
        while wanted:
            named = zip(wanted, self._table.each(lambda bill: next(pointers[bill], ""), wanted), strict=True)
            newest = {bill: run for bill, run in named if run}
            found |= self._load_each(tenant, newest)
            wanted = [bill for bill in newest if bill not in found]
        return found

    def _runs_of(self, tenant: str, bill: Ref) -> Iterator[str]:
        pointers = self._table.starting(keys.record_pk(tenant, bill), keys.IN_RUN, newest_first=True, page=1)
        return (keys.in_run_id(key) for key, _ in pointers)

    def _load_each(self, tenant: str, runs: dict[Ref, str]) -> dict[Ref, tuple[SyncRun, RunItem]]:
        """Read how each bill stands in a run of its own."""
        places = {run: keys.sync_run(tenant, run) for run in runs.values()}
        stored = self._table.get_many(places.values())
        begun = {
            run: (run_from(run, stored[key]), text(stored[key], WRITTEN))
            for run, key in places.items()
            if key in stored
        }
        wanted = {bill: keys.run_item(tenant, run, begun[run][1], bill) for bill, run in runs.items() if run in begun}
        items = self._table.get_many(wanted.values())
        return {
            bill: (begun[runs[bill]][0], to_run_item(bill, items[place]))
            for bill, place in wanted.items()
            if place in items
        }

    def _save_new(self, tenant: str, run: SyncRun, items: Sequence[RunItem]) -> str:
        """Store the items of a run that is to begin, and the pointers to it. Returns: the name of this write."""
        written = secrets.token_hex(8)
        stored: dict[Key, Item] = {keys.in_run(tenant, item.bill, run.id): {} for item in items}
        for place, item in enumerate(items):
            stored[keys.run_item(tenant, run.id, written, item.bill)] = to_item(item, place)
        self._table.put_many(stored)
        return written

    def _save_item(self, key: Key, item: RunItem) -> None:
        try:
            self._table.write(saved(key, item))
        except ConditionFailed:
            if self._table.get(key) is None:
                raise LookupError(f"{item.bill} is in no such run") from None

    def _give_up(self, tenant: str, left: SyncRun, newer: SyncRun) -> Write:
        """Cancel what an abandoned run had not started. Returns: the write that ends it."""
        ended, cancelled = abandon(left, self.load_items(tenant, left.id), newer.started_at)
        self.save_items(tenant, left.id, cancelled)
        return moved(tenant, left, ended)

    def _load_item(self, tenant: str, run: str) -> Item | None:
        return self._table.get(keys.sync_run(tenant, run)) if 0 < len(run) <= keys.MAX_ID_LENGTH else None

    def _load_written(self, tenant: str, run: str) -> str:
        """Read under which name the items of a run lie; "" for one that is not there. A worker reads it once."""
        known = self._known
        if known is not None and known[0] == (tenant, run):
            return known[1]
        written = text(self._load_item(tenant, run) or {}, WRITTEN)
        if written:
            self._known = ((tenant, run), written)
        return written

    def _load_unfinished(self, tenant: str, run: str) -> SyncRun | None:
        found = self.load(tenant, run)
        return found if found and found.finished_at is None else None

    def _newest_id(self, tenant: str) -> str:
        return text(self._table.get(keys.sync_under_way(tenant)) or {}, "run")

    def _insert(self, tenant: str, run: SyncRun, written: str, newest: str, abandoned: SyncRun | None) -> bool:
        """Begin a run, if none was begun since `newest`, and end the abandoned one with the same write."""
        unchanged = When("#run = :newest", {"newest": newest}) if newest else MISSING
        writes: list[Write] = [
            Put(keys.sync_under_way(tenant), {"run": run.id}, unchanged),
            Put(keys.sync_run(tenant, run.id), run_to_item(run) | {WRITTEN: written}, MISSING),
        ]
        if abandoned:
            writes.append(self._give_up(tenant, abandoned, run))
        try:
            self._table.transact(*writes)
        except TransactionFailed:
            return False
        return True
