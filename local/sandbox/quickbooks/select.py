"""Answer a query: which properties may be asked for, how values compare, in which order rows come."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.book import Book
from local.sandbox.quickbooks.kinds import KINDS, PROPERTIES, Kind, property_of
from local.sandbox.quickbooks.query import Condition, Query, parse_query
from local.sandbox.quickbooks.times import parse_instant, stamp
from local.sandbox.store import Record, Scan

_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": lambda left, right: left == right,
    "in": lambda left, right: left == right,
    "<": lambda left, right: left < right,
    ">": lambda left, right: left > right,
    "<=": lambda left, right: left <= right,
    ">=": lambda left, right: left >= right,
}

_ID_WIDTH = 20
_LAST_UPDATED = "metadata.lastupdatedtime"
# What may be asked for, and the store's own name for it; a record's stamp is the second of its last change.
_STORED_ORDERS: Mapping[tuple[tuple[str, bool], ...], str] = {
    (): "stamp desc, id desc",
    ((_LAST_UPDATED, False),): "stamp, id",
    ((_LAST_UPDATED, True),): "stamp desc, id",
    ((_LAST_UPDATED, False), ("id", False)): "stamp, id",
    ((_LAST_UPDATED, True), ("id", False)): "stamp desc, id",
    ((_LAST_UPDATED, True), ("id", True)): "stamp desc, id desc",
    (("id", False),): "id",
    (("id", True),): "id desc",
}

_LOOSE: Mapping[str, str] = {"=": "=", "<": "<=", "<=": "<=", ">": ">=", ">=": ">="}

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
    readers = [_reader(kind, path) for path, _ in query.order]
    scan, decided = _scan(kind, query)
    if decided and query.count:
        return {"totalCount": book.store.count_scan(book.realm, kind.name, scan)}
    if decided and scan.order != "place":
        return _page(kind, query, book.store.scan(book.realm, kind.name, scan, query.size, query.start - 1))
    rows = (row for row in _candidates(book, kind, query, scan) if all(test(row) for test in tests))
    if query.count:
        return {"totalCount": sum(1 for _ in rows)}
    end = query.start - 1 + query.size
    ordered = list(islice(rows, end)) if scan.order != "place" else _ordered(kind, query, readers, list(rows))
    return _page(kind, query, ordered[query.start - 1 : end])


def _page(kind: Kind, query: Query, page: list[Record]) -> Record:
    return {kind.name: page, "startPosition": query.start, "maxResults": len(page)} if page else {}


def _scan(kind: Kind, query: Query) -> tuple[Scan, bool]:
    """Leave to the store what it can decide and order itself, so that a page of a long list is quick.

    Returns: the scan, and whether it decides every condition.
    """
    stamps = [_stamp_bound(condition) for condition in query.conditions]
    numbers = [_number_bound(kind, condition) for condition in query.conditions]
    active = kind.list_name is not None and not any(each.property.lower() == "active" for each in query.conditions)
    order = tuple((path.lower(), descending) for path, descending in query.order)
    by_store = None if kind.list_name and not order else _STORED_ORDERS.get(order)
    by_key = any(each.property == "Id" or _text_property(kind, each) for each in query.conditions)
    scan = Scan(
        tuple(each for each in stamps if each is not None),
        active,
        tuple(each for each in numbers if each is not None),
        order="place" if by_key or by_store is None else by_store,
    )
    return scan, None not in stamps


def _number_bound(kind: Kind, condition: Condition) -> tuple[str, str, float] | None:
    """Return a comparison that lets through at least what the condition does: a float may make two amounts one."""
    found = property_of(kind.name, condition.property)
    if found is None or found[1] != "number" or condition.operator not in _LOOSE:
        return None
    try:
        return found[0], _LOOSE[condition.operator], float(condition.values[0])
    except ValueError:
        return None


def _stamp_bound(condition: Condition) -> tuple[str, str] | None:
    if condition.property.lower() != _LAST_UPDATED or condition.operator not in ("<", "<=", "=", ">=", ">"):
        return None
    try:
        moment = parse_instant(condition.values[0])
    except ValueError:
        return None
    return None if moment.microsecond else (condition.operator, stamp(moment))


def _candidates(book: Book, kind: Kind, query: Query, scan: Scan) -> Iterable[Record]:
    """Read no more rows than an Id, the text of a top-level property or the scan lets through; the tests decide."""
    found = _by_key(book, kind, query)
    if found is None:
        return book.store.stream(book.realm, kind.name, scan)
    return [each for each in found if not scan.active or each.get("Active", True) is not False]


def _by_key(book: Book, kind: Kind, query: Query) -> list[Record] | None:
    for condition in query.conditions:
        if condition.property == "Id" and condition.operator in ("=", "in"):
            found = [book.get(kind.name, each) for each in dict.fromkeys(condition.values)]
            return [each for each in found if each is not None]
        name = _text_property(kind, condition)
        if name:
            return book.store.find(book.realm, kind.name, name, condition.values[0])
    return None


def _text_property(kind: Kind, condition: Condition) -> str | None:
    found = property_of(kind.name, condition.property)
    if condition.operator != "=" or found is None:
        return None
    return {"text": found[0], "ReferenceType": f"{found[0]}.value"}.get(found[1])


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
    if kind == "id":
        return str(value).zfill(_ID_WIDTH)
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


def _ordered(kind: Kind, query: Query, readers: list[tuple[Reader, str]], rows: list[Record]) -> list[Record]:
    """Without ORDERBY name lists come by name, capitals first, and transactions newest change first (recorded)."""
    rows = sorted(rows, key=lambda row: str(row["Id"]).zfill(_ID_WIDTH))
    if not query.order and kind.list_name:
        key = kind.list_name
        return sorted(rows, key=lambda row: str(row.get("FullyQualifiedName") or row.get(key, "")))
    if not query.order:
        return sorted(rows, key=lambda row: (_last_updated(row), str(row["Id"]).zfill(_ID_WIDTH)), reverse=True)
    for (read, value_kind), (_, descending) in zip(reversed(readers), reversed(query.order), strict=True):
        rows = sorted(rows, key=lambda row: _sort_key(value_kind, read(row)), reverse=descending)
    return rows


def _sort_key(kind: str, value: Any) -> tuple[bool, Any]:
    return (False, "") if value is None else (True, _typed(kind, value))


def _last_updated(row: Record) -> datetime:
    return parse_instant(row.get("MetaData", {}).get("LastUpdatedTime", "1970-01-01"))
