"""What the tests put around the table: others who write in between, and a count of what every call costs."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from threading import Lock
from typing import Any

from crossfoot.adapters.dynamodb.table import Table, Write
from crossfoot.adapters.dynamodb.values import Item
from crossfoot.core.model import System

UNIT_BYTES = 1024
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})


class OneCallAtATime(Table):
    """Makes no calls side by side: moto loses an item when two are the first of their partition, and undoes a cancelled
    transaction by a copy of the whole table, with what others wrote meanwhile."""

    def each[T, R](self, call: Callable[[T], R], things: Iterable[T]) -> list[R]:
        return [call(thing) for thing in things]


class InterruptedTable(Table):
    """Lets somebody else in before its next writes: one call of `interruptions` before each."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.interruptions: list[Callable[[], object]] = []

    def write(self, write: Write) -> Item:
        self._interrupt()
        return super().write(write)

    def transact(self, *writes: Write) -> None:
        self._interrupt()
        super().transact(*writes)

    def _interrupt(self) -> None:
        if self.interruptions:
            self.interruptions.pop(0)()


class WatchedTable(Table):
    """Passes every call to AWS's client by `watch`. The client itself may be that of other tables too."""

    def __init__(self, name: str, client: Any = None) -> None:
        super().__init__(name)
        self.__dict__["client"] = WatchedClient(client or self.client, self.watch)

    def watch(self, operation: str, call: Callable[[], Any], params: dict[str, Any]) -> Any:
        """Make a call. Takes: `operation` as AWS names it."""
        raise NotImplementedError


class WatchedClient:
    """A client whose calls are made by somebody else."""

    def __init__(self, client: Any, watch: Callable[[str, Callable[[], Any], dict[str, Any]], Any]) -> None:
        self._client = client
        self._watch = watch

    def __getattr__(self, method: str) -> Callable[..., Any]:
        call = getattr(self._client, method)
        operation = "".join(word.capitalize() for word in method.split("_"))
        return lambda **params: self._watch(operation, partial(call, **params), params)


class DyingTable(WatchedTable):
    """Dies before its nth writing call, counted from 1, like a worker that is killed."""

    def __init__(self, name: str, dies_before: int, client: Any = None) -> None:
        super().__init__(name, client)
        self._left = dies_before

    def watch(self, operation: str, call: Callable[[], Any], params: dict[str, Any]) -> Any:
        if operation in WRITES:
            self._left -= 1
            if self._left <= 0:
                raise Killed
        return call()


class Killed(BaseException):
    """The worker is gone."""


class CountingTable(WatchedTable):
    """Counts write units as AWS bills them, from what is sent: a kilobyte each, twice that in a transaction.

    moto does not bill by size, so the requests are weighed here.
    """

    def __init__(self, name: str, client: Any = None) -> None:
        super().__init__(name, client)
        self.write_units = 0
        self.calls: list[str] = []
        self.queried_items = 0
        self._lock = Lock()

    def watch(self, operation: str, call: Callable[[], Any], params: dict[str, Any]) -> Any:
        with self._lock:
            self.calls.append(operation)
            self.write_units += write_units_of(operation, params)
        answer = call()
        with self._lock:
            self.queried_items += len(answer.get("Items", ()))
        return answer


class OneByOneCountingTable(OneCallAtATime, CountingTable):
    """Counts, and makes no calls side by side."""


def write_units_of(operation: str, params: dict[str, Any]) -> int:
    match operation:
        case "PutItem":
            return _units(params["Item"])
        case "UpdateItem" | "DeleteItem":
            return 1
        case "BatchWriteItem":
            writes = [request for requests in params["RequestItems"].values() for request in requests]
            return sum(_units(write.get("PutRequest", {"Item": {}})["Item"]) for write in writes)
        case "TransactWriteItems":
            bodies = [body for item in params["TransactItems"] for body in item.values()]
            return 2 * sum(_units(body.get("Item", {})) for body in bodies)
        case _:
            return 0


def _units(item: dict[str, Any]) -> int:
    return max(1, -(-_size_bytes(item) // UNIT_BYTES))


def _size_bytes(item: dict[str, Any]) -> int:
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(attribute: dict[str, Any]) -> int:
    ((tag, value),) = attribute.items()
    match tag:
        case "S":
            return len(value.encode())
        case "B":
            return len(value)
        case "N":
            return len(value) // 2 + 2
        case "L":
            return 3 + sum(1 + _value_bytes(each) for each in value)
        case "M":
            return 3 + len(value) + _size_bytes(value)
        case _:
            return 1


class PlainVault:
    """A vault that can be looked into, and that opens only for whom it sealed."""

    def seal(self, tenant: str, system: System, plain: bytes) -> tuple[bytes, ...]:
        return (f"{tenant} {system} ".encode() + plain,)

    def open(self, tenant: str, system: System, sealed: Sequence[bytes]) -> bytes:
        label = f"{tenant} {system} ".encode()
        assert all(part.startswith(label) for part in sealed)
        return b"".join(part.removeprefix(label) for part in sealed)
