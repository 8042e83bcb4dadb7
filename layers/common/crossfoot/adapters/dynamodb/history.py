"""The decisions on every record, kept under the record."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.decisions import to_decision, to_item
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.dynamodb.values import Item
from crossfoot.core.decisions import Decision
from crossfoot.core.model import Ref
from crossfoot.ports import Clock, Dated

_DIGEST_LENGTH = 16


class TableHistory:
    """The port History in our table."""

    def __init__(self, table: Table, clock: Clock) -> None:
        self._table = table
        self._clock = clock

    def save(self, tenant: str, decisions: Sequence[Decision]) -> None:
        """Add decisions.

        As many of a record's newest decisions are looked at as there are new ones on it, so that a run which says
        several things of one record repeats none of them.
        """
        by_record: dict[Ref, list[Decision]] = {}
        for decision in dict.fromkeys(decisions):
            by_record.setdefault(decision.record, []).append(decision)
        added = self._table.each(lambda pair: self._added(tenant, *pair), by_record.items())
        self._table.put_many({key: item for items in added for key, item in items.items()})

    def load(self, tenant: str, record: Ref) -> tuple[Dated[Decision], ...]:
        """Read a record's decisions, oldest first."""
        found = self._table.starting(keys.record_pk(tenant, record), keys.DECISION)
        return tuple(Dated(keys.read_time(_time(key)), to_decision(record, item)) for key, item in found)

    def load_many(self, tenant: str, records: Iterable[Ref]) -> dict[Ref, tuple[Dated[Decision], ...]]:
        """Read the decisions of many records, a query for each, side by side."""
        wanted = list(dict.fromkeys(records))
        return dict(zip(wanted, self._table.each(lambda record: self.load(tenant, record), wanted), strict=True))

    def _added(self, tenant: str, record: Ref, decisions: list[Decision]) -> dict[Key, Item]:
        newest = self._table.starting(
            keys.record_pk(tenant, record), keys.DECISION, newest_first=True, page=len(decisions)
        )
        known = {key.sk.rpartition("#")[2] for key, _ in islice(newest, len(decisions))}
        items = {_digest(item): item for item in map(to_item, decisions)}
        now = self._clock.now()
        return {
            keys.decision(tenant, record, now + timedelta(microseconds=place), digest): item
            for place, (digest, item) in enumerate(items.items())
            if digest not in known
        }


def _digest(item: Item) -> str:
    return hashlib.sha256(json.dumps(item, sort_keys=True).encode()).hexdigest()[:_DIGEST_LENGTH]


def _time(key: Key) -> str:
    return key.sk.removeprefix(keys.DECISION).partition("#")[0]
