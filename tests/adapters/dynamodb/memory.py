"""The table in memory: quick enough to try every order of calls, and with no more conditions than ours are written in."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from threading import Condition, RLock, Thread
from typing import Any

from crossfoot.adapters.dynamodb.failures import ConditionFailed, TransactionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Delete, Put, Table, Update, Write
from crossfoot.adapters.dynamodb.values import Item, Plain

type Items = dict[Key, Item]

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
        self._lock = RLock()

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
        with self._lock:
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
        with self._lock:
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
        expression = write.when.expression
        for pattern, python in _PATTERNS:
            expression = re.sub(pattern, python, expression)
        stored = self.items.get(write.key)
        item = {} if stored is None else stored | write.key._asdict()
        return bool(eval(expression, {"item": item, "values": write.when.values}))

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


def _changed(item: Item, change: str, values: Mapping[str, Plain]) -> Item:
    changed: dict[str, Any] = dict(item)
    for clause, assignments in re.findall(r"(SET|ADD|REMOVE) (.*?)(?= SET | ADD | REMOVE |$)", change):
        for name, value in re.findall(r"#(\w+)(?: =)?(?: :(\w+))?", assignments):
            match clause:
                case "SET":
                    changed[name] = values[value]
                case "ADD":
                    changed[name] = changed.get(name, 0) + values[value]
                case "REMOVE":
                    changed.pop(name, None)
    return changed


class Interleaving:
    """Runs several pieces of work against one table, each in a thread, one call at a time in a given order.

    Takes: `order` names, call by call, whose turn it is; when it is used up, or names work that is over, the next one in
    line goes on.
    """

    def __init__(self, order: Iterable[int]) -> None:
        self._order = list(order)
        self._turn = Condition()
        self._waiting: set[int] = set()
        self._running: set[int] = set()

    def run(self, items: Items, work: list[Callable[[MemoryTable], object]]) -> list[BaseException]:
        """Do all of it. Returns: what was raised."""
        raised: list[BaseException] = []
        self._running = set(range(len(work)))
        threads = [Thread(target=self._do, args=(number, each, items, raised)) for number, each in enumerate(work)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive(), "the work does not come to an end"
        return raised

    def _do(
        self, number: int, work: Callable[[MemoryTable], object], items: Items, raised: list[BaseException]
    ) -> None:
        try:
            work(MemoryTable(items, lambda: self._wait(number)))
        except BaseException as error:
            raised.append(error)
        finally:
            with self._turn:
                self._running.discard(number)
                self._turn.notify_all()

    def _wait(self, number: int) -> None:
        """Wait until every other piece of work waits too, or is over, and it is our turn."""
        with self._turn:
            self._waiting.add(number)
            self._turn.notify_all()
            while not (self._waiting == self._running and self._next() == number):
                assert self._turn.wait(60), "nobody takes the turn"
            if self._order:
                self._order.pop(0)
            self._waiting.discard(number)

    def _next(self) -> int:
        while self._order and self._order[0] not in self._running:
            self._order.pop(0)
        return self._order[0] if self._order else min(self._running)


def orders(*calls: int) -> Iterator[tuple[int, ...]]:
    """Give every order of so many calls of each piece of work."""
    if not any(calls):
        yield ()
    for number, left in enumerate(calls):
        if left:
            for rest in orders(*(each - (place == number) for place, each in enumerate(calls))):
                yield (number, *rest)
