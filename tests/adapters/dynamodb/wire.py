"""AWS's client on a table in memory: the real table's own requests, where what counts is which ones it makes."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any

from botocore.exceptions import ClientError
from crossfoot.adapters.dynamodb.failures import ConditionFailed, TransactionFailed
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Delete, Put, Update, When, Write
from crossfoot.adapters.dynamodb.values import Item, from_attributes, to_attributes

from tests.adapters.dynamodb.memory import Items, MemoryTable

type Wire = dict[str, Any]

# What DynamoDB takes at once.
MOST_READS, MOST_WRITES, MOST_TRANSACTED = 100, 25, 100


class MemoryClient:
    """Takes requests as DynamoDB does, and answers from a table in memory. One table only, whatever it is called."""

    def __init__(self, items: Items | None = None) -> None:
        self._table = MemoryTable(items)

    def get_item(self, Key: Wire, **_: Any) -> Wire:  # noqa: N803
        found = self._table.get(_key(Key))
        return {} if found is None else {"Item": _wire_item(_key(Key), found)}

    def batch_get_item(self, RequestItems: Wire) -> Wire:  # noqa: N803
        ((table, request),) = RequestItems.items()
        assert 0 < len(request["Keys"]) <= MOST_READS
        found = self._table.get_many([_key(key) for key in request["Keys"]])
        return {"Responses": {table: [_wire_item(*each) for each in found.items()]}}

    def query(self, **request: Any) -> Wire:
        assert request["KeyConditionExpression"] == "pk = :pk AND sk BETWEEN :first AND :last"
        values: Any = from_attributes(request["ExpressionAttributeValues"])
        start, limit = request.get("ExclusiveStartKey"), request.get("Limit", 0)
        stretch = self._table.query(
            values[":pk"],
            values[":first"],
            values[":last"],
            newest_first=not request["ScanIndexForward"],
            after=_key(start).sk if start else "",
        )
        return _page(stretch, limit)

    def put_item(self, **request: Any) -> Wire:
        self._write(_put(request))
        return {}

    def update_item(self, **request: Any) -> Wire:
        update = _update(request)
        return {"Attributes": _wire_item(update.key, self._write(update))}

    def delete_item(self, **request: Any) -> Wire:
        delete = _delete(request)
        gone = self._write(delete)
        return {"Attributes": _wire_item(delete.key, gone)} if gone else {}

    def batch_write_item(self, RequestItems: Wire) -> Wire:  # noqa: N803
        (requests,) = RequestItems.values()
        assert 0 < len(requests) <= MOST_WRITES
        for request in requests:
            match request:
                case {"PutRequest": put}:
                    self._table.write(_put(put))
                case {"DeleteRequest": delete}:
                    self._table.write(_delete(delete))
        return {}

    def transact_write_items(self, TransactItems: list[Wire]) -> Wire:  # noqa: N803
        assert 0 < len(TransactItems) <= MOST_TRANSACTED
        writes = [_WRITES[kind](request) for each in TransactItems for kind, request in each.items()]
        try:
            self._table.transact(*writes)
        except TransactionFailed as failure:
            codes = [{"Code": "ConditionalCheckFailed" if failed else "None"} for failed in failure.failed]
            raise _refusal("TransactionCanceledException", CancellationReasons=codes) from None
        return {}

    def _write(self, write: Write) -> Item:
        try:
            return self._table.write(write)
        except ConditionFailed:
            raise _refusal("ConditionalCheckFailedException") from None


def _key(wire: Wire) -> Key:
    return Key(wire["pk"]["S"], wire["sk"]["S"])


def _item(wire: Wire) -> Item:
    return {name: value for name, value in from_attributes(wire).items() if name not in ("pk", "sk")}


def _wire_item(key: Key, item: Item) -> Wire:
    return to_attributes(item | key._asdict())


def _page(stretch: Iterable[tuple[Key, Item]], limit: int) -> Wire:
    """As DynamoDB does, say that there may be more as soon as the limit is reached."""
    found = list(islice(stretch, limit or None))
    last = {"LastEvaluatedKey": to_attributes(found[-1][0]._asdict())} if limit and len(found) == limit else {}
    return {"Items": [_wire_item(*each) for each in found], **last}


def _values(request: Wire) -> Item:
    values = from_attributes(request.get("ExpressionAttributeValues", {}))
    return {name.removeprefix(":"): value for name, value in values.items()}


def _when(request: Wire) -> When | None:
    condition = request.get("ConditionExpression")
    return When(condition, _values(request)) if condition else None


def _put(request: Wire) -> Put:
    return Put(_key(request["Item"]), _item(request["Item"]), _when(request))


def _update(request: Wire) -> Update:
    return Update(_key(request["Key"]), request["UpdateExpression"], _values(request), _when(request))


def _delete(request: Wire) -> Delete:
    return Delete(_key(request["Key"]), _when(request))


_WRITES: dict[str, Callable[[Wire], Write]] = {"Put": _put, "Update": _update, "Delete": _delete}


def _refusal(code: str, **more: Any) -> ClientError:
    response: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": 400}, **more}
    return ClientError(response, "Write")
