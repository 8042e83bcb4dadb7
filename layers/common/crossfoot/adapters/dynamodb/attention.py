"""What holds records up, kept under each record; and a small item for each cause that it stands under, sorted by cause."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.decisions import to_decision, to_item
from crossfoot.adapters.dynamodb.keys import FIRST, LAST, Key
from crossfoot.adapters.dynamodb.paging import from_cursor, name_list, require_limit, to_cursor
from crossfoot.adapters.dynamodb.table import MISSING, Delete, Put, Table, When, Write
from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text, without_blanks
from crossfoot.core.attention import COUNTED, Cause, Parked, Reason
from crossfoot.core.model import Ref
from crossfoot.ports import Page

_REASONS, _DIGEST, _SINCE, _IGNORED_AT = "reasons", "digest", "since", "ignored_at"


class TableAttention:
    """The port Attention in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def load(self, tenant: str, records: Iterable[Ref]) -> dict[Ref, Parked]:
        """Read what holds some records up."""
        by_key = {keys.attention(tenant, ref): ref for ref in records}
        items = self._table.get_many(by_key)
        return {ref: _to_parked(ref, items.get(key, {})) for key, ref in by_key.items()}

    def replace(self, tenant: str, seen: Parked, new: Parked) -> Parked:
        """Store what holds a record up. Raises: Conflict.

        What is the same costs no write; words that change within the same causes cost one.
        """
        if new == seen:
            return seen
        own = _own(tenant, seen, new)
        moved = _moved(_places(tenant, seen), _places(tenant, new))
        if moved:
            self._table.transact(own, *moved)
        else:
            self._table.write(own)
        return new

    def load_causes(self, tenant: str) -> tuple[Cause, ...]:
        """Count the parked records of each cause."""
        ignored = {cause.code: cause for cause in self._count(keys.parked_pk(tenant, ignored=True))}
        found = {cause.code: cause for cause in self._count(keys.parked_pk(tenant, ignored=False))}
        return tuple(
            replace(
                found.get(code, Cause(code)),
                ignored=ignored[code].count if code in ignored else 0,
                is_more_ignored=code in ignored and ignored[code].is_more,
            )
            for code in sorted({*found, *ignored})
        )

    def list_parked(self, tenant: str, code: str, *, ignored: bool, cursor: str, limit: int) -> Page[Parked]:
        """Read a page of the records that a cause holds. Raises: Rejected("cursor_invalid")."""
        require_limit(limit)
        prefix = keys.parked_under(code) if code else ""
        digest = name_list(tenant, "parked", code, ignored)
        after = from_cursor(digest, cursor, lambda place: place.startswith(prefix) and place.count("#") == 2)
        places = self._table.starting(keys.parked_pk(tenant, ignored=ignored), prefix, after=after, page=limit + 1)
        found = [key for key, _ in islice(places, limit + 1)]
        refs = [keys.parked_record(key)[1] for key in found[:limit]]
        parked = self.load(tenant, refs)
        # One that went on between the two reads is passed over.
        held = tuple(parked[ref] for ref in dict.fromkeys(refs) if parked[ref].reasons)
        return Page(held, to_cursor(digest, found[limit - 1].sk) if len(found) > limit else "")

    def _count(self, pk: str) -> Iterator[Cause]:
        """Leap from one cause to the next, however many records each holds."""
        start = FIRST
        while (place := next(self._table.query(pk, start, LAST, page=1), None)) is not None:
            code, _ = keys.parked_record(place[0])
            prefix = keys.parked_under(code)
            found = list(islice(self._table.starting(pk, prefix, page=COUNTED + 1), COUNTED + 1))
            since = min((text(item, _SINCE) for _, item in found[:COUNTED]), default="")
            yield Cause(code, min(len(found), COUNTED), len(found) > COUNTED, oldest_since=keys.read_maybe_time(since))
            start = f"{prefix}{LAST}"


def _own(tenant: str, seen: Parked, new: Parked) -> Write:
    """Replace a record's own item, if it is what was seen."""
    key = keys.attention(tenant, seen.record)
    unchanged = When("#digest = :seen", {"seen": _digest(seen)}) if seen.reasons else MISSING
    if not new.reasons:
        return Delete(key, unchanged)
    return Put(key, {_REASONS: _to_rows(new), _DIGEST: _digest(new)}, unchanged)


def _places(tenant: str, parked: Parked) -> dict[Key, Item]:
    return {
        keys.parked(tenant, reason.code, parked.record, ignored=reason.ignored_at is not None): {
            _SINCE: keys.time_text(reason.since)
        }
        for reason in parked.reasons
    }


def _moved(before: dict[Key, Item], now: dict[Key, Item]) -> list[Write]:
    gone: list[Write] = [Delete(key) for key in before if key not in now]
    return gone + [Put(key, item) for key, item in now.items() if before.get(key) != item]


def _digest(parked: Parked) -> str:
    return hashlib.sha256(json.dumps(_to_rows(parked), sort_keys=True).encode()).hexdigest()[:16]


def _to_rows(parked: Parked) -> list[Plain]:
    return [_to_item(reason) for reason in parked.reasons]


def _to_item(reason: Reason) -> Item:
    times = {_SINCE: keys.time_text(reason.since), _IGNORED_AT: keys.maybe_time_text(reason.ignored_at)}
    return to_item(reason.decision) | without_blanks(times)


def _to_parked(record: Ref, item: Item) -> Parked:
    found = (row for row in rows(item, _REASONS) if isinstance(row, dict))
    return Parked(record, tuple(_to_reason(record, row) for row in found))


def _to_reason(record: Ref, item: Item) -> Reason:
    since, ignored_at = keys.read_time(text(item, _SINCE)), keys.read_maybe_time(text(item, _IGNORED_AT))
    return Reason(to_decision(record, item), since, ignored_at)
