"""Which kept records a condition can be true of at all, found through ids and indexes: the rest need not be looked at."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from local.sandbox.connectwise.conditions import Both, Comparison, Node, parse
from local.sandbox.connectwise.matching import resolve
from local.sandbox.connectwise.records import Record, Records
from local.sandbox.connectwise.schema import Model

type Path = tuple[str, ...]


def candidates(records: Records, shelf: str, model: Model, conditions: str, after: int) -> list[Record]:
    """Take what may fit. Takes: `after`, below which no id is asked for. Returns: records by ascending id.

    Raises: RefusedError for a bad condition.
    """
    for comparison in _demanded(parse(conditions)) if conditions else ():
        path, _ = resolve(model, comparison.name)
        values = _whole_numbers(comparison)
        if values is None or path[-1] != "id":
            continue
        if comparison.operator in ("=", "in"):
            found = _by_id(records, shelf, values) if path == ("id",) else records.where(shelf, path, values)
            return [record for record in found if record["id"] > after]
        if path == ("id",) and comparison.operator in (">", ">="):
            after = max(after, values[0] - (comparison.operator == ">="))
    return records.all(shelf, after)


def _demanded(node: Node) -> Iterator[Comparison]:
    """Give the comparisons that every match fulfils."""
    if isinstance(node, Comparison):
        yield node
    elif isinstance(node, Both):
        yield from _demanded(node.left)
        yield from _demanded(node.right)


def _whole_numbers(comparison: Comparison) -> list[int] | None:
    values: list[Any] = [literal.value for literal in comparison.literals]
    if all(isinstance(value, Decimal) and value == int(value) for value in values):
        return [int(value) for value in values]
    return None


def _by_id(records: Records, shelf: str, ids: Iterable[int]) -> list[Record]:
    found = (records.get(shelf, record_id) for record_id in sorted(set(ids)))
    return [record for record in found if record is not None]
