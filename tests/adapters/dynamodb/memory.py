"""The table in memory: quick enough to try every order of calls, and with no more conditions than ours are written in."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, partial
from types import CodeType
from typing import Any

from crossfoot.adapters.dynamodb.failures import ConditionFailed, TransactionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Delete, Put, Table, Update, Write
from crossfoot.adapters.dynamodb.values import Item, Plain
from greenlet import getcurrent, greenlet

type Items = dict[Key, Item]

# Far more than any work here takes: what goes on and on is told, and does not hang.
MAX_CALLS = 1_000

_PATTERNS = (
    (r"attribute_not_exists\(#(\w+)\)", r'("\1" not in item)'),
    (r"attribute_exists\(#(\w+)\)", r'("\1" in item)'),
    (r"#(\w+) = :(\w+)", r'(item.get("\1") == values["\2"])'),
    (r"#(\w+) (<=|>|<) :(\w+)", r'("\1" in item and item["\1"] \2 values["\3"])'),
    (r"\bAND\b", "and"),
    (r"\bOR\b", "or"),
)


class MemoryTable(Table):
    """The operations of the table on a dictionary. Several tables may share one."""

    def __init__(self, items: Items | None = None, before_call: Callable[[], None] = lambda: None) -> None:
        super().__init__("memory")
        self.items: Items = {} if items is None else items
        self._before_call = before_call

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        return self.get_many([key]).get(key)

    def get_many(self, keys: Iterable[Key], *, consistent: bool = True) -> Items:
        wanted = list(keys)
        if wanted:
            self._before_call()
        return {key: dict(self.items[key]) for key in wanted if key in self.items}

    def query(
        self,
        pk: str,
        first: str,
        last: str,
        *,
        newest_first: bool = False,
        after: str = "",
        page: int = 0,
        consistent: bool = True,
    ) -> Iterator[tuple[Key, Item]]:
        while True:
            self._before_call()
            keys = sorted(
                (key for key in list(self.items) if key.pk == pk and first <= key.sk <= last), reverse=newest_first
            )
            keys = [key for key in keys if not after or (key.sk < after if newest_first else key.sk > after)]
            some = keys[: page or None]
            yield from ((key, dict(self.items[key])) for key in some)
            if len(some) == len(keys):
                return
            after = some[-1].sk

    def write(self, write: Write) -> Item:
        self._before_call()
        if not self._holds(write):
            raise ConditionFailed("the item has changed")
        return self._apply(write)

    def put_many(self, items: Mapping[Key, Item]) -> None:
        if items:
            self._before_call()
        self.items.update({key: dict(item) for key, item in items.items()})

    def delete_many(self, keys: Iterable[Key]) -> None:
        wanted = list(keys)
        if wanted:
            self._before_call()
        for key in wanted:
            self.items.pop(key, None)

    def transact(self, *writes: Write) -> None:
        self._before_call()
        failed = tuple(not self._holds(write) for write in writes)
        if any(failed):
            raise TransactionFailed("a transaction was cancelled", failed)
        for write in writes:
            self._apply(write)

    def each[T, R](self, call: Callable[[T], R], things: Iterable[T]) -> list[R]:
        return [call(thing) for thing in things]

    def _holds(self, write: Write) -> bool:
        if write.when is None:
            return True
        stored = self.items.get(write.key)
        item = {} if stored is None else stored | write.key._asdict()
        return bool(eval(_condition(write.when.expression), {"item": item, "values": write.when.values}))

    def _apply(self, write: Write) -> Item:
        match write:
            case Put(key, item):
                self.items[key] = dict(item)
                return {}
            case Delete(key):
                return self.items.pop(key, {})
            case Update(key, change, values):
                self.items[key] = changed = _changed(self.items.get(key, {}), change, values)
                return dict(changed)


@cache
def _condition(expression: str) -> CodeType:
    for pattern, python in _PATTERNS:
        expression = re.sub(pattern, python, expression)
    return compile(expression, expression, "eval")


def _changed(item: Item, change: str, values: Mapping[str, Plain]) -> Item:
    changed: dict[str, Any] = dict(item)
    for clause, name, value in _assignments(change):
        match clause:
            case "SET":
                changed[name] = values[value]
            case "ADD":
                changed[name] = changed.get(name, 0) + values[value]
            case "REMOVE":
                changed.pop(name, None)
    return changed


@cache
def _assignments(change: str) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (clause, name, value)
        for clause, assignments in re.findall(r"(SET|ADD|REMOVE) (.*?)(?= SET | ADD | REMOVE |$)", change)
        for name, value in re.findall(r"#(\w+)(?: =)?(?: :(\w+))?", assignments)
    )


class Interleaving:
    """Runs several pieces of work against one table, one call at a time in a given order.

    Takes: `order` names, call by call, whose turn it is; when it is used up, or names work that is over, the next one in
    line goes on.
    """

    def __init__(self, order: Iterable[int]) -> None:
        self._order = iter(order)
        self._running: dict[int, greenlet] = {}

    def run(self, items: Items, work: list[Callable[[MemoryTable], object]]) -> list[BaseException]:
        """Do all of it. Returns: what was raised."""
        raised: list[BaseException] = []
        self._running = {number: greenlet(partial(_do, each, items, raised)) for number, each in enumerate(work)}
        for number in range(len(work)):
            self._go_on(number)
        for _ in range(MAX_CALLS):
            if not self._running:
                return raised
            self._go_on(self._next())
        raise AssertionError("the work does not come to an end")

    def _go_on(self, number: int) -> None:
        """Let one piece of work make the call that it stands before, and run until its next one."""
        self._running[number].switch()
        if self._running[number].dead:
            del self._running[number]

    def _next(self) -> int:
        return next((number for number in self._order if number in self._running), min(self._running))


def _do(work: Callable[[MemoryTable], object], items: Items, raised: list[BaseException]) -> None:
    scheduler = getcurrent().parent
    assert scheduler is not None
    try:
        work(MemoryTable(items, scheduler.switch))
    except BaseException as error:
        raised.append(error)


def orders(*calls: int) -> Iterator[tuple[int, ...]]:
    """Give every order of so many calls of each piece of work."""
    if not any(calls):
        yield ()
    for number, left in enumerate(calls):
        if left:
            for rest in orders(*(each - (place == number) for place, each in enumerate(calls))):
                yield (number, *rest)
