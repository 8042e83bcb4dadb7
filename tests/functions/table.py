"""The functions' DynamoDB, in memory: moto takes longer for a call to it than a handler takes for all of its own work.

That these answers are DynamoDB's is shown in tests/adapters/dynamodb/test_wire.py and test_book_twins.py.
"""

import json
from collections.abc import Callable
from threading import Lock
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.values import to_attributes
from moto.core.botocore_stubber import MockRawResponse

from tests.adapters.dynamodb.doubles import WatchedClient
from tests.adapters.dynamodb.memory import Items
from tests.adapters.dynamodb.wire import MemoryClient

POINT_READ = "DynamoDB_20120810.GetItem"


class MemoryDynamo:
    """One table, by both of the ways on which the layer asks DynamoDB."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rows: Items = {}
        self._lock = Lock()
        self.client = WatchedClient(MemoryClient(self._rows), self._one_at_a_time)

    def items(self) -> list[dict[str, Any]]:
        """Read the whole table."""
        return [to_attributes(item | key._asdict()) for key, item in sorted(self._rows.items(), key=_by_key)]

    def answer(self, request: AWSPreparedRequest) -> AWSResponse | None:
        """Answer a point read that was posted without boto3; None for what is asked of another service."""
        if request.headers.get("X-Amz-Target") not in (POINT_READ, POINT_READ.encode()):
            return None
        assert isinstance(request.body, bytes)
        found = self.client.get_item(**json.loads(request.body))
        return AWSResponse(request.url, 200, HTTPHeaders(), MockRawResponse(json.dumps(found)))

    def _one_at_a_time(self, operation: str, call: Callable[[], Any], params: dict[str, Any]) -> Any:
        assert _tables(params) == {self.name}
        with self._lock:
            return call()


def _by_key(row: tuple[Key, Any]) -> Key:
    return row[0]


def _tables(params: dict[str, Any]) -> set[str]:
    together = [request for each in params.get("TransactItems", ()) for request in each.values()]
    return {each["TableName"] for each in (params, *together) if "TableName" in each} | {
        *params.get("RequestItems", ())
    }
