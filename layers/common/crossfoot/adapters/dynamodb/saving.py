"""Saving: read, merge, write on condition that nobody wrote since; what leads to a record is written before it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from crossfoot.adapters.dynamodb import keys, shapes
from crossfoot.adapters.dynamodb.failures import ConditionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.lines import DIGEST, are_awaited, part_keys, plan_lines
from crossfoot.adapters.dynamodb.lists import Directories
from crossfoot.adapters.dynamodb.merging import archive, is_newer, merge
from crossfoot.adapters.dynamodb.pointers import pointers_of, shelved
from crossfoot.adapters.dynamodb.table import MISSING, Put, Table, When
from crossfoot.adapters.dynamodb.values import Item, text
from crossfoot.core.model import CreditMemo, Customer, Invoice, Payout, Record, Ref
from crossfoot.errors import Conflict

SAVE_ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class _Change:
    """A save that is due: what comes to stand, what leads to it, and the item that it takes the place of ({} for none)."""

    ref: Ref
    merged: Record
    item: Item
    first: dict[Key, Item]
    seen: Item


type _Plan = Callable[[Ref, Item], _Change | None]


class Saves:
    """The saves of a partner's records."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._directories = Directories(table)

    def save(self, tenant: str, records: Iterable[Record]) -> frozenset[Ref]:
        """Save records that are all different, where they are not older than what is stored.

        Returns: those that were new or different. Raises: Conflict.
        """
        offered = {record.ref: record for record in records}
        # The first read may be behind: what it gets wrong, the condition finds, or only an equal or older version hides.
        return self._carry_out(
            tenant, list(offered), lambda ref, seen: _plan_save(tenant, offered[ref], seen), behind=True
        )

    def archive(self, tenant: str, refs: Iterable[Ref], *, archived: bool, run: str) -> None:
        """Archive records, or bring them back; those that are not there are passed over. Raises: Conflict."""

        def change(record: Record) -> Record:
            if not isinstance(record, Customer | Invoice | CreditMemo):
                raise ValueError(f"a {record.ref.kind} cannot be archived")
            return replace(record, keeping=archive(record.keeping, archived=archived, run=run))

        self.revise(tenant, refs, change)

    def revise(self, tenant: str, refs: Iterable[Ref], change: Callable[[Record], Record]) -> None:
        """Change what is kept of records, where nothing leads to them by it; those that are not there are passed over.

        Raises: Conflict.
        """
        self._carry_out(tenant, list(dict.fromkeys(refs)), lambda ref, seen: _plan_revision(tenant, ref, seen, change))

    def _carry_out(self, tenant: str, todo: list[Ref], plan: _Plan, *, behind: bool = False) -> frozenset[Ref]:
        """Read, plan and write, and again what was changed meanwhile: nothing that somebody else added must get lost.

        Takes: `behind` when the first read need not be consistent, which costs half.
        Returns: what was written.
        """
        written: set[Ref] = set()
        for attempt in range(SAVE_ATTEMPTS):
            by_key = {keys.record(tenant, ref): ref for ref in todo}
            items = self._table.get_many(by_key, consistent=attempt > 0 or not behind)
            changes = [change for key, ref in by_key.items() if (change := plan(ref, items.get(key, {})))]
            todo = self._write(tenant, changes)
            written |= {change.ref for change in changes} - set(todo)
            if not todo:
                return frozenset(written)
        raise Conflict(f"{todo[0]} is being written by somebody else")

    def _write(self, tenant: str, changes: list[_Change]) -> list[Ref]:
        """Write what leads to the records, the records, and last remove lines that were replaced. Returns: what failed."""
        self._directories.enter(tenant, (change.merged for change in changes if change.first))
        self._table.put_many({key: item for change in changes for key, item in change.first.items()})
        done = self._table.each(lambda change: self._write_record(tenant, change), changes)
        saved = [change for change, is_done in zip(changes, done, strict=True) if is_done]
        self._table.delete_many(key for change in saved for key in _replaced_lines(tenant, change))
        return [change.ref for change, is_done in zip(changes, done, strict=True) if not is_done]

    def _write_record(self, tenant: str, change: _Change) -> bool:
        try:
            self._table.write(Put(keys.record(tenant, change.ref), change.item, _unchanged(change.seen)))
        except ConditionFailed:
            return False
        return True


def _unchanged(seen: Item) -> When:
    """Hold while the record is as it was read: the digest leaves out when it was read, which orders versions too."""
    if not seen:
        return MISSING
    return When("#d = :d AND #s = :s", {"d": text(seen, shapes.DIGEST), "s": text(seen, "s")})


def _plan_save(tenant: str, offered: Record, seen: Item) -> _Change | None:
    """Say what saving a record comes to; None when the stored one is newer or the same."""
    stored = shapes.to_record(offered.ref, seen) if seen else None
    if stored and not is_newer(offered, stored):
        if not are_awaited(offered, seen):
            return None
        merged = stored
    else:
        merged = merge(offered, stored)
    lines = plan_lines(tenant, offered, seen)
    item = shapes.to_item(merged, lines.attributes)
    # What leads to a payout stands in its items: the same ones lead to it already.
    has_same = lines.attributes.get(DIGEST) == seen.get(DIGEST)
    leading = replace(merged, items=None) if isinstance(merged, Payout) and has_same else merged
    if item[shapes.DIGEST] == seen.get(shapes.DIGEST):
        return None
    return _Change(offered.ref, merged, item, {**_leading_to(tenant, leading, stored), **lines.parts}, seen)


def _leading_to(tenant: str, merged: Record, stored: Record | None) -> dict[Key, Item]:
    """Name the pointers that are not there yet."""
    new = pointers_of(tenant, merged) - (pointers_of(tenant, stored) if stored else frozenset())
    return {key: {} for key in new} | _shelving(tenant, merged, stored)


def _shelving(tenant: str, merged: Record, stored: Record | None) -> dict[Key, Item]:
    """Name the pointers from the shelves that a record was not on before."""
    new = shelved(merged) - shelved(stored)
    return {keys.shelved(tenant, shelf, merged.ref, day, merged.version): {} for shelf, day in new}


def _plan_revision(tenant: str, ref: Ref, seen: Item, change: Callable[[Record], Record]) -> _Change | None:
    if not seen:
        return None
    stored = shapes.to_record(ref, seen)
    changed = change(stored)
    if changed == stored:
        return None
    lines = plan_lines(tenant, changed, seen)
    return _Change(ref, changed, shapes.to_item(changed, lines.attributes), _shelving(tenant, changed, stored), seen)


def _replaced_lines(tenant: str, change: _Change) -> set[Key]:
    return set(part_keys(tenant, change.ref, change.seen)) - set(part_keys(tenant, change.ref, change.item))
