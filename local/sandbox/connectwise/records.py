"""The records of one login company, kept in memory; every write goes through to the store."""

from bisect import bisect_right, insort
from collections.abc import Iterable, Mapping
from typing import Any

from local.sandbox.store import Store

type Record = dict[str, Any]
type Path = tuple[str, ...]


def value_at(record: Mapping[str, Any], path: Path) -> Any:
    value: Any = record
    for part in path:
        value = value.get(part) if isinstance(value, Mapping) else None
    return value


class _Shelf:
    """The records of one kind by ascending id, with an index for each path that was asked for."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.by_id = {record["id"]: record for record in records}
        self.ids = sorted(self.by_id)
        self._indexes: dict[Path, dict[Any, set[int]]] = {}

    def put(self, record: Record) -> None:
        record_id = record["id"]
        old = self.by_id.get(record_id)
        if old is None:
            insort(self.ids, record_id)  # at the end, nearly always
        self.by_id[record_id] = record
        for path, index in self._indexes.items():
            if old is not None:
                index.get(value_at(old, path), set()).discard(record_id)
            index.setdefault(value_at(record, path), set()).add(record_id)

    def pop(self, record_id: int) -> None:
        old = self.by_id.pop(record_id, None)
        if old is None:
            return
        del self.ids[bisect_right(self.ids, record_id) - 1]
        for path, index in self._indexes.items():
            index[value_at(old, path)].discard(record_id)

    def where(self, path: Path, values: Iterable[Any]) -> list[Record]:
        if path not in self._indexes:
            made: dict[Any, set[int]] = {}
            for record_id, record in self.by_id.items():
                made.setdefault(value_at(record, path), set()).add(record_id)
            self._indexes[path] = made
        index = self._indexes[path]
        return [self.by_id[found] for found in sorted({each for value in values for each in index.get(value, ())})]


class Records:
    """Takes: `book`, the login company's place in the store.

    A record that was handed out must not be changed: put a new one.
    """

    def __init__(self, store: Store, book: str) -> None:
        self.store, self.book = store, book
        self._kept: dict[str, _Shelf] = {}
        self._written = False

    def all(self, kind: str, after: int = 0) -> list[Record]:
        """The records of a kind by ascending id, those above `after`."""
        shelf = self._of(kind)
        first = bisect_right(shelf.ids, after) if after else 0
        return [shelf.by_id[record_id] for record_id in shelf.ids[first:]]

    def get(self, kind: str, record_id: int | None) -> Record | None:
        return None if record_id is None else self._of(kind).by_id.get(record_id)

    def where(self, kind: str, path: Path, values: Iterable[Any]) -> list[Record]:
        """The records of a kind with one of these values at a path, by ascending id, through an index."""
        return self._of(kind).where(path, values)

    def put(self, kind: str, record: Record) -> None:
        self._of(kind)
        self.store.put(self.book, kind, record["id"], record)
        self._of(kind).put(record)
        self._written = True

    def put_many(self, kind: str, records: Iterable[Record]) -> None:
        """Put many at once, which takes a fraction of the time."""
        given, shelf = list(records), self._of(kind)
        self.store.put_many(self.book, kind, ((str(record["id"]), record, "") for record in given))
        for record in given:
            shelf.put(record)
        self._written = True

    def delete(self, kind: str, record_id: int) -> None:
        self.store.delete(self.book, kind, record_id)
        self._of(kind).pop(record_id)
        self._written = True

    def next_id(self, kind: str, count: int = 1) -> int:
        """Take the next `count` numbers of a counter. Returns: the first of them."""
        first = self.store.next_id(self.book, kind)
        if count > 1:
            self.store.reserve_id(self.book, kind, first + count - 1)
        return first

    def reserve_id(self, kind: str, used: int) -> None:
        """Move a counter past a number that came from outside."""
        self.store.reserve_id(self.book, kind, used)

    def kinds(self, prefix: str) -> list[str]:
        return [kind for kind in self.store.kinds(self.book) if kind.startswith(prefix)]

    def committed(self) -> None:
        self._written = False

    def rolled_back(self) -> None:
        """Forget what was kept when a transaction that had written was undone."""
        if self._written:
            self._kept.clear()
            self._written = False

    def _of(self, kind: str) -> _Shelf:
        if kind not in self._kept:
            self._kept[kind] = _Shelf(self.store.all(self.book, kind))
        return self._kept[kind]
