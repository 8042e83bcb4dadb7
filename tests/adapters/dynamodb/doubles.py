"""What the tests put around the table: others who write in between, and a count of what every call costs."""

from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Any

from crossfoot.adapters.dynamodb.table import Table, Write
from crossfoot.adapters.dynamodb.values import Item
from crossfoot.core.model import System

UNIT_BYTES = 1024


class OneCallAtATime(Table):
    """Makes no calls side by side: moto undoes a cancelled transaction by a copy of the whole table, and with it what
    others wrote meanwhile."""

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


class DyingTable(Table):
    """Dies before its nth writing call, counted from 1, like a worker that is killed."""

    def __init__(self, name: str, dies_before: int) -> None:
        super().__init__(name)
        self._left = dies_before
        events = self.client.meta.events
        for operation in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"):
            events.register(f"before-call.dynamodb.{operation}", self._count)

    def _count(self, **_: object) -> None:
        self._left -= 1
        if self._left <= 0:
            raise Killed


class Killed(BaseException):
    """The worker is gone."""


class CountingTable(Table):
    """Counts write units as AWS bills them, from what is sent: a kilobyte each, twice that in a transaction.

    moto does not bill by size, so the requests are weighed here.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.write_units = 0
        self.calls: list[str] = []
        self._lock = Lock()
        events = self.client.meta.events
        events.register("provide-client-params.dynamodb.*", self._weigh)

    def _weigh(self, params: dict[str, Any], model: Any, **_: object) -> None:
        with self._lock:
            self.calls.append(model.name)
            self.write_units += write_units_of(model.name, params)


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
