"""Answer a query: which properties may be asked for, how values compare, in which order rows come."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.kinds import KINDS, PROPERTIES, Kind, property_of
from local.sandbox.quickbooks.query import Condition, Query, parse_query
from local.sandbox.quickbooks.times import parse_instant
from local.sandbox.store import Record

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "in": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}

type Reader = Callable[[Record], Any]
type Test = Callable[[Record], bool]


def run_query(book: Book, text: str) -> Record:
    """Answer a query with the content of its `QueryResponse`; {} when no row fits.

    Raises: Refusal 4000 or 4001.
    """
    query = parse_query(text)
    if query.entity not in KINDS:
        raise refusals.invalid_query(f"invalid context declaration: {query.entity}")
    kind = KINDS[query.entity]
    tests = [_test(kind, condition) for condition in query.conditions]
    if kind.list_name and not any(each.property.lower() == "active" for each in query.conditions):
        tests.append(lambda row: row.get("Active", True) is not False)
    rows = [row for row in _candidates(book, kind, query) if all(test(row) for test in tests)]
    if query.count:
        return {"totalCount": len(rows)}
    page = _ordered(kind, query, rows)[query.start - 1 : query.start - 1 + query.size]
    return {kind.name: page, "startPosition": query.start, "maxResults": len(page)} if page else {}


def _candidates(book: Book, kind: Kind, query: Query) -> list[Record]:
    """Read no more rows than an Id or the text of a top-level property lets through; the tests decide."""
    by_id = next((each for each in query.conditions if each.property == "Id" and each.operator in ("=", "in")), None)
    if by_id is None:
        return _with_text(book, kind, query)
    found = (book.get(kind.name, each) for each in dict.fromkeys(by_id.values))
    return [record for record in found if record is not None]


def _with_text(book: Book, kind: Kind, query: Query) -> list[Record]:
    for condition in query.conditions:
        found = property_of(kind.name, condition.property)
        if condition.operator == "=" and found is not None and found[1] == "text":
            return book.store.find(book.realm, kind.name, found[0], condition.values[0])
    return book.all(kind.name)


def _test(kind: Kind, condition: Condition) -> Test:
    read, value_kind = _reader(kind, condition.property)
    if condition.operator == "like":
        pattern = condition.values[0].lower().split("%")
        return lambda row: (value := read(row)) is not None and _like(str(value).lower(), pattern)
    wanted = [_typed(value_kind, value) for value in condition.values]
    compare = _COMPARE[condition.operator]

    def fits(row: Record) -> bool:
        value = read(row)
        if value is None:
            return False
        typed = _typed(value_kind, value)
        return any(compare(typed, each) for each in wanted)

    return fits


def _reader(kind: Kind, path: str) -> tuple[Reader, str]:
    owner, names = kind.name, []
    for part in path.split("."):
        found = property_of(owner, part)
        if found is None:
            raise refusals.invalid_query(f"Property {path} not found for Entity {kind.name}")
        name, owner = found
        names.append(name)
    if owner == "ReferenceType":
        names.append("value")
        owner = "text"
    if owner in PROPERTIES or owner == "any":
        raise refusals.invalid_query(f"property '{path}' is not queryable")
    return lambda row: _dig(row, names), owner


def _dig(row: Any, names: list[str]) -> Any:
    for name in names:
        if not isinstance(row, dict):
            return None
        row = row.get(name)
    return row


def _typed(kind: str, value: Any) -> Any:
    try:
        if kind == "number":
            return Decimal(str(value))
        if kind == "time":
            return parse_instant(str(value))
    except (InvalidOperation, ValueError):
        raise refusals.invalid_query(f"Invalid value {value} for a property of type {kind}") from None
    if kind == "id" and str(value).isdigit():
        return int(value)
    return str(value).lower() if kind == "flag" else str(value)


def _like(value: str, pieces: list[str]) -> bool:
    if len(pieces) == 1:
        return value == pieces[0]
    first, *middle, last = pieces
    if not (value.startswith(first) and value.endswith(last) and len(value) >= len(first) + len(last)):
        return False
    place, end = len(first), len(value) - len(last)
    for piece in middle:
        place = value.find(piece, place, end)
        if place < 0:
            return False
        place += len(piece)
    return True


def _ordered(kind: Kind, query: Query, rows: list[Record]) -> list[Record]:
    """Without ORDERBY name lists come by name, capitals first, and transactions newest change first (recorded)."""
    rows = sorted(rows, key=lambda row: str(row["Id"]).zfill(20))
    if not query.order and kind.list_name:
        key = kind.list_name
        return sorted(rows, key=lambda row: str(row.get("FullyQualifiedName") or row.get(key, "")))
    if not query.order:
        return sorted(rows, key=lambda row: (_last_updated(row), str(row["Id"]).zfill(20)), reverse=True)
    for path, descending in reversed(query.order):
        read, value_kind = _reader(kind, path)
        rows = sorted(rows, key=lambda row: _sort_key(value_kind, read(row)), reverse=descending)
    return rows


def _sort_key(kind: str, value: Any) -> tuple[bool, Any]:
    return (False, "") if value is None else (True, _typed(kind, value))


def _last_updated(row: Record) -> datetime:
    return parse_instant(row.get("MetaData", {}).get("LastUpdatedTime", "1970-01-01"))
