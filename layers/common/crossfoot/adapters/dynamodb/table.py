"""The one place that calls DynamoDB: typed operations with timeouts, bounded retries and our own errors."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import batched
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config

from crossfoot.adapters.dynamodb.failures import own_errors
from crossfoot.adapters.dynamodb.keys import FIRST, LAST, Key
from crossfoot.adapters.dynamodb.values import Item, Plain, from_attributes, to_attributes
from crossfoot.errors import AwsUnavailable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READ_BATCH = 100
WRITE_BATCH = 25
PARALLEL_CALLS = 8
LEFT_OVER_ATTEMPTS = 8
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    max_pool_connections=PARALLEL_CALLS,
    retries={"mode": "standard", "total_max_attempts": 5},
    # botocore puts its own together twice for every call, which is a sixth of what a call costs in CPU.
    user_agent="crossfoot",
)
_NAME = re.compile(r"#(\w+)")


@dataclass(frozen=True, slots=True)
class When:
    """A condition. Takes: an expression that writes each attribute name as `#name` and each value as `:value`."""

    expression: str
    values: Mapping[str, Plain] = field(default_factory=dict)


MISSING = When("attribute_not_exists(#pk)")


@dataclass(frozen=True, slots=True)
class Put:
    """Store an item whole."""

    key: Key
    item: Item
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Update:
    """Change some attributes of an item; it comes to be when it is not there."""

    key: Key
    change: str
    values: Mapping[str, Plain] = field(default_factory=dict)
    when: When | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """Remove an item; one that is gone is no error, unless `when` says so."""

    key: Key
    when: When | None = None


type Write = Put | Update | Delete


class Table:
    """The table. The client is made at the first call, once per worker."""

    def __init__(self, name: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.name = name
        self._pause = pause

    @cached_property
    def client(self) -> DynamoDBClient:
        """The AWS client."""
        client: DynamoDBClient = boto3.client("dynamodb", config=_CONFIG)
        return client

    def get(self, key: Key, *, consistent: bool = True) -> Item | None:
        """Read an item."""
        with own_errors():
            answer = self.client.get_item(TableName=self.name, Key=_wire_key(key), ConsistentRead=consistent)
        return _plain(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[Key], *, consistent: bool = True) -> dict[Key, Item]:
        """Read many items; missing ones are left out."""
        found = self.each(
            lambda some: self._get_batch(some, consistent), batched(dict.fromkeys(keys), READ_BATCH, strict=False)
        )
        return {key: item for part in found for key, item in part.items()}

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
        """Read a stretch of a partition in order, a page at a time as it is asked for.

        Takes: `first` and `last` bound the sort key, inclusive; `after` goes on behind a sort key; `page` items are read
        at once (0: as many as an answer holds).
        """
        request: dict[str, Any] = {
            "TableName": self.name,
            "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :last",
            "ExpressionAttributeValues": to_attributes({":pk": pk, ":first": first, ":last": last}),
            "ScanIndexForward": not newest_first,
            "ConsistentRead": consistent,
        }
        request |= {"Limit": page} if page else {}
        if after:
            request["ExclusiveStartKey"] = _wire_key(Key(pk, after))
        while True:
            with own_errors():
                answer = self.client.query(**request)
            yield from (_keyed(item) for item in answer["Items"])
            if "LastEvaluatedKey" not in answer:
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def starting(self, pk: str, prefix: str, **how: Any) -> Iterator[tuple[Key, Item]]:
        """Read the items of a partition whose sort key starts with a prefix; `how` as for query."""
        return self.query(pk, prefix or FIRST, prefix + LAST, **how)

    def newest(self, pk: str, prefix: str) -> tuple[Key, Item] | None:
        """Read the last item whose sort key starts with a prefix, consistently."""
        return next(self.starting(pk, prefix, newest_first=True, page=1), None)

    def write(self, write: Write) -> Item:
        """Carry out one write and give the item as it is afterwards (of a delete: as it was; of a put: nothing).

        Raises: ConditionFailed.
        """
        request = _wire_write(self.name, write)
        with own_errors():
            match write:
                case Put():
                    self.client.put_item(**request)
                    return {}
                case Update():
                    return _plain(self.client.update_item(**request, ReturnValues="ALL_NEW")["Attributes"])
                case Delete():
                    gone = self.client.delete_item(**request, ReturnValues="ALL_OLD")
                    return _plain(gone["Attributes"]) if "Attributes" in gone else {}

    def put_many(self, items: Mapping[Key, Item]) -> None:
        """Store many items without conditions, in any order."""
        self.each(self._put_batch, batched(items.items(), WRITE_BATCH, strict=False))

    def delete_many(self, keys: Iterable[Key]) -> None:
        """Remove many items without conditions, in any order; those that are gone are no error."""
        self.each(self._delete_batch, batched(keys, WRITE_BATCH, strict=False))

    def transact(self, *writes: Write) -> None:
        """Carry out all writes or none. Raises: TransactionFailed."""
        requests: list[Any] = [{type(write).__name__: _wire_write(self.name, write)} for write in writes]
        with own_errors():
            self.client.transact_write_items(TransactItems=requests)

    def each[T, R](self, call: Callable[[T], R], things: Iterable[T]) -> list[R]:
        """Make independent calls side by side; the first error is raised when all have ended."""
        todo = list(things)
        if len(todo) < 2:
            return [call(thing) for thing in todo]
        # The client is made before the threads want it: making one is not thread-safe.
        _ = self.client
        with ThreadPoolExecutor(min(PARALLEL_CALLS, len(todo))) as pool:
            return list(pool.map(call, todo))

    def _get_batch(self, keys: tuple[Key, ...], consistent: bool) -> dict[Key, Item]:
        found: dict[Key, Item] = {}
        todo: dict[str, Any] = {self.name: {"Keys": [_wire_key(key) for key in keys], "ConsistentRead": consistent}}
        for wait_s in _waits():
            with own_errors():
                answer = self.client.batch_get_item(RequestItems=todo)
            found.update(_keyed(item) for item in answer["Responses"].get(self.name, []))
            todo = dict(answer.get("UnprocessedKeys", {}))
            if not todo:
                return found
            self._pause(wait_s)
        raise AwsUnavailable("DynamoDB left reads undone")

    def _put_batch(self, items: tuple[tuple[Key, Item], ...]) -> None:
        self._write_batch([{"PutRequest": {"Item": to_attributes(item | key._asdict())}} for key, item in items])

    def _delete_batch(self, keys: tuple[Key, ...]) -> None:
        self._write_batch([{"DeleteRequest": {"Key": _wire_key(key)}} for key in keys])

    def _write_batch(self, requests: list[Any]) -> None:
        todo: dict[str, Any] = {self.name: requests}
        for wait_s in _waits():
            with own_errors():
                todo = dict(self.client.batch_write_item(RequestItems=todo).get("UnprocessedItems", {}))
            if not todo:
                return
            self._pause(wait_s)
        raise AwsUnavailable("DynamoDB left writes undone")


def _waits() -> Iterator[float]:
    return (0.05 * 2**attempt for attempt in range(LEFT_OVER_ATTEMPTS))


def _wire_key(key: Key) -> dict[str, Any]:
    return to_attributes(key._asdict())


def _plain(item: Mapping[str, Any]) -> Item:
    return _keyed(item)[1]


def _keyed(item: Mapping[str, Any]) -> tuple[Key, Item]:
    plain = from_attributes(item)
    return Key(str(plain.pop("pk")), str(plain.pop("sk"))), plain


def _wire_write(table: str, write: Write) -> dict[str, Any]:
    request: dict[str, Any] = {"TableName": table}
    values: dict[str, Plain] = dict(write.when.values) if write.when else {}
    match write:
        case Put(key, item):
            request["Item"] = to_attributes(item | key._asdict())
        case Update(key, change):
            request |= {"Key": _wire_key(key), "UpdateExpression": change}
            values |= write.values
        case Delete(key):
            request["Key"] = _wire_key(key)
    return request | _wire_expressions(write, values)


def _wire_expressions(write: Write, values: Mapping[str, Plain]) -> dict[str, Any]:
    condition = write.when.expression if write.when else ""
    change = write.change if isinstance(write, Update) else ""
    names = {f"#{name}": name for name in _NAME.findall(f"{condition} {change}")}
    parts = {
        "ConditionExpression": condition,
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": to_attributes({f":{name}": value for name, value in values.items()}),
    }
    return {name: part for name, part in parts.items() if part}
