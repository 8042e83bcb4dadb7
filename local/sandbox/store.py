"""The sandboxes' memory: JSON records in one SQLite file, with money kept to the digit.

Numbers with a fraction are Decimal on the way in and on the way out: no amount passes through a float.
"""

import json
import re
import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

type Record = dict[str, Any]

# A Decimal is encoded as a string that starts with this word, and its quotes are taken off afterwards. The word is
# drawn anew in every process, so no record can hold it.
_NUMBER_MARK = f"decimal-{secrets.token_hex(8)}:"
_MARKED_NUMBER = re.compile(f'"{_NUMBER_MARK}([^"]*)"')

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    place INTEGER PRIMARY KEY, book TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
    stamp TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (book, kind, id));
CREATE INDEX IF NOT EXISTS record_by_stamp ON record (book, kind, stamp);
CREATE TABLE IF NOT EXISTS counter (
    book TEXT NOT NULL, kind TEXT NOT NULL, last INTEGER NOT NULL, PRIMARY KEY (book, kind));
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, body TEXT NOT NULL);
"""
_PUT = (
    "INSERT INTO record (book, kind, id, stamp, body) VALUES (?, ?, ?, ?, ?) "
    "ON CONFLICT (book, kind, id) DO UPDATE SET stamp = excluded.stamp, body = excluded.body"
)
_ORDERS = {
    "place": "place",
    "stamp, id": "stamp, length(id), id",
    "stamp desc, id": "stamp DESC, length(id), id",
    "stamp desc, id desc": "stamp DESC, length(id) DESC, id DESC",
    "id": "length(id), id",
    "id desc": "length(id) DESC, id DESC",
}
_COMPARISONS = ("<", "<=", "=", ">=", ">")


@dataclass(frozen=True)
class Scan:
    """Which records of a kind, and in which order; ids are ordered as the numbers that they are.

    Takes: `stamps`, comparisons with the stamp, all of which hold; `active`, to leave out what is not `Active`;
    `numbers`, comparisons with properties, as exact as a float is; `holding`, text that the JSON of a record holds.
    """

    stamps: tuple[tuple[str, str], ...] = ()
    active: bool = False
    numbers: tuple[tuple[str, str, float], ...] = ()
    holding: str = ""
    order: str = "place"

    def where(self, book: str, kind: str) -> tuple[str, list[object]]:
        """Return the condition and its parameters."""
        parts, parameters = ["book = ?", "kind = ?"], list[object]([book, kind])
        for comparison, stamp in self.stamps:
            parts.append(f"stamp {_COMPARISONS[_COMPARISONS.index(comparison)]} ?")
            parameters.append(stamp)
        for name, comparison, number in self.numbers:
            parts.append(f"json_extract(body, '$.' || ?) {_COMPARISONS[_COMPARISONS.index(comparison)]} ?")
            parameters += [name, number]
        if self.holding:
            parts.append("instr(body, ?)")
            parameters.append(self.holding)
        if self.active:
            parts.append("json_extract(body, '$.Active') IS NOT 0")
        return " AND ".join(parts), parameters


def dump_json(value: object) -> str:
    """Encode as JSON; a Decimal becomes a plain JSON number with all its digits."""
    return _MARKED_NUMBER.sub(r"\1", _ENCODER.encode(value))


def load_json(text: str | bytes) -> Any:
    """Decode JSON; a number with a fraction becomes a Decimal.

    Raises: ValueError for anything that is not JSON, NaN and Infinity included.
    """
    return _DECODER.decode(text.decode() if isinstance(text, bytes) else text)


def _marked(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{_NUMBER_MARK}{value:f}"
    raise TypeError(f"{type(value).__name__} has no JSON form")


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


# Made once: `json.loads` would make a decoder for every text, which takes longer than most texts do.
_ENCODER = json.JSONEncoder(default=_marked, ensure_ascii=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(parse_float=Decimal, parse_constant=_refuse_constant)


class Store:
    """Records by book (a company), kind and id, kept in the order in which they were first put.

    A `stamp` is any sortable text; `all(..., since=...)` reads only records that carry that stamp or a later one.
    """

    def __init__(self, path: Path | None) -> None:
        """Takes: the SQLite file, made when missing; None keeps everything in memory."""
        self._lock = threading.RLock()
        self._depth = 0
        self._connection = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.executescript(_SCHEMA)

    def become(self, other: "Store") -> None:
        """Hold what another store holds, and nothing else."""
        with self._lock, other._lock:
            other._connection.backup(self._connection)

    def close(self) -> None:
        """Write what is outstanding and let the file go."""
        with self._lock:
            self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Hold every change back until the end; an exception undoes them all. May be nested: the outermost decides."""
        with self._lock:
            self._depth += 1
            try:
                if self._depth == 1:
                    self._connection.execute("BEGIN IMMEDIATE")
                yield
            except BaseException:
                self._end("ROLLBACK")
                raise
            else:
                self._end("COMMIT")

    def _end(self, how: str) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._connection.execute(how)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo only what happens inside when it raises; the transaction around it goes on."""
        with self.transaction():
            self._connection.execute("SAVEPOINT part")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK TO part")
                raise
            finally:
                self._connection.execute("RELEASE part")

    def put(self, book: str, kind: str, id: str | int, record: Record, stamp: str = "") -> None:  # noqa: A002
        """Save a record under its id, over what was there."""
        self._run(_PUT, (book, kind, str(id), stamp, dump_json(record)))

    def put_many(self, book: str, kind: str, records: Iterable[tuple[str, Record, str]]) -> None:
        """Save many records, given as id, record and stamp, over what was there."""
        rows = [(book, kind, id, stamp, dump_json(record)) for id, record, stamp in records]  # noqa: A001
        with self._lock:
            self._connection.executemany(_PUT, rows)

    def get(self, book: str, kind: str, id: str | int) -> Record | None:  # noqa: A002
        """Read one record, or None."""
        rows = self._run("SELECT body FROM record WHERE book = ? AND kind = ? AND id = ?", (book, kind, str(id)))
        return load_json(rows[0][0]) if rows else None

    def all(self, book: str, kind: str, since: str = "") -> list[Record]:
        """Read the records of a kind in the order in which they were first put, from the stamp `since` on."""
        rows = self._run(
            "SELECT body FROM record WHERE book = ? AND kind = ? AND stamp >= ? ORDER BY place", (book, kind, since)
        )
        return [load_json(body) for (body,) in rows]

    def scan(self, book: str, kind: str, scan: Scan, limit: int = -1, offset: int = 0) -> list[Record]:
        """Read a page of the records that a scan means; -1 is no limit."""
        with self._lock:
            return list(self.stream(book, kind, scan, limit, offset))

    def stream(self, book: str, kind: str, scan: Scan, limit: int = -1, offset: int = 0) -> Iterator[Record]:
        """Read the records one by one, for a reader inside a transaction that may have enough before the last."""
        where, parameters = scan.where(book, kind)
        sql = f"SELECT body FROM record WHERE {where} ORDER BY {_ORDERS[scan.order]} LIMIT ? OFFSET ?"  # noqa: S608
        for (body,) in self._connection.execute(sql, (*parameters, limit, offset)):
            yield load_json(body)

    def count_scan(self, book: str, kind: str, scan: Scan) -> int:
        """Count the records that a scan means."""
        where, parameters = scan.where(book, kind)
        return int(self._run(f"SELECT count(*) FROM record WHERE {where}", tuple(parameters))[0][0])  # noqa: S608

    def find(self, book: str, kind: str, name: str, text: str) -> list[Record]:
        """Read the records whose top-level property `name` is this text, whatever the case of its ASCII letters."""
        rows = self._run(
            "SELECT body FROM record WHERE book = ? AND kind = ? AND json_extract(body, '$.' || ?) = ? COLLATE NOCASE "
            "ORDER BY place",
            (book, kind, name, text),
        )
        return [load_json(body) for (body,) in rows]

    def kinds(self, book: str) -> list[str]:
        """Name the kinds that a book holds, sorted."""
        return [kind for (kind,) in self._run("SELECT DISTINCT kind FROM record WHERE book = ? ORDER BY kind", (book,))]

    def count(self, book: str, kind: str) -> int:
        """Count the records of a kind."""
        return int(self._run("SELECT count(*) FROM record WHERE book = ? AND kind = ?", (book, kind))[0][0])

    def delete(self, book: str, kind: str, id: str | int) -> bool:  # noqa: A002
        """Remove a record; False when there was none."""
        gone = self._run(
            "DELETE FROM record WHERE book = ? AND kind = ? AND id = ? RETURNING id", (book, kind, str(id))
        )
        return bool(gone)

    def clear(self, book: str, kind: str) -> int:
        """Remove every record of a kind and say how many there were."""
        return len(self._run("DELETE FROM record WHERE book = ? AND kind = ? RETURNING id", (book, kind)))

    def next_id(self, book: str, kind: str) -> int:
        """Take the next number of a counter, from 1; no number is given out twice."""
        rows = self._run(
            "INSERT INTO counter VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET last = last + 1 RETURNING last",
            (book, kind),
        )
        return int(rows[0][0])

    def reserve_id(self, book: str, kind: str, used: int) -> None:
        """Move a counter past a number that came from outside."""
        self._run(
            "INSERT INTO counter VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
            (book, kind, used),
        )

    def setting(self, name: str, default: Any = None) -> Any:
        """Read a setting of the whole sandbox."""
        rows = self._run("SELECT body FROM setting WHERE name = ?", (name,))
        return load_json(rows[0][0]) if rows else default

    def set_setting(self, name: str, value: object) -> None:
        """Save a setting of the whole sandbox."""
        self._run("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, dump_json(value)))

    def _run(self, sql: str, parameters: tuple[object, ...]) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()
