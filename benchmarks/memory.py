"""A table within this process, for what makes many thousand calls and is not timed."""

from collections.abc import Mapping
from threading import Lock
from typing import Any

from botocore.exceptions import ClientError

from benchmarks.product import Spent
from benchmarks.stub_table import Refused, Tables, to_operation
from tests.adapters.dynamodb.doubles import write_units_of


class MemoryClient:
    """Stands in for boto3's DynamoDB client, and weighs every write as AWS bills it."""

    def __init__(self, spent: Spent) -> None:
        self._tables, self._spent, self._lock = Tables(), spent, Lock()

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._tables, name)

        def answer(**request: Any) -> Mapping[str, Any]:
            with self._lock:
                self._spent.write_units += write_units_of(to_operation(name), request)
                try:
                    return dict(call(request))
                except Refused as refused:
                    error: Any = {
                        "Error": {"Code": refused.code, "Message": refused.code},
                        "ResponseMetadata": {"HTTPStatusCode": 400},
                        **refused.body,
                    }
                    raise ClientError(error, to_operation(name)) from None

        return answer
