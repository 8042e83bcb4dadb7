"""An AWS in memory, on loopback: DynamoDB with conditions and transactions, SQS, KMS and a secret, as far as we use them.

The local DynamoDB takes milliseconds for each call, and a first import makes a hundred thousand. Here it is the product's
own work that takes the time. Run as a program: it prints its port, and forgets everything when it ends. What the product
does not use is refused by name.
"""

import asyncio
import bisect
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from benchmarks.expressions import Item, changed, holds
from benchmarks.stub_aws import serve, to_http
from benchmarks.stub_queues import Queues

type Answer = Mapping[str, Any]
type Request = Mapping[str, Any]
type Place = tuple[str, str]


class Refused(Exception):
    """What DynamoDB answers with 400. Takes: its code, and the rest of its body."""

    def __init__(self, code: str, body: Answer | None = None) -> None:
        super().__init__(code)
        self.code, self.body = code, body or {}


class Tables:
    """Items by partition, each partition's sort keys in order."""

    def __init__(self) -> None:
        self._items: dict[str, dict[str, Item]] = defaultdict(dict)
        self._order: dict[str, list[str]] = defaultdict(list)

    def get_item(self, request: Request) -> Answer:
        item = self._get(_place(request["Key"]))
        return {"Item": item} if item else {}

    def batch_get_item(self, request: Request) -> Answer:
        ((table, wanted),) = request["RequestItems"].items()
        found = (self._get(_place(key)) for key in wanted["Keys"])
        return {"Responses": {table: [item for item in found if item]}, "UnprocessedKeys": {}}

    def batch_write_item(self, request: Request) -> Answer:
        for writes in request["RequestItems"].values():
            for write in writes:
                ((kind, body),) = write.items()
                self._carry_out({"PutRequest": "Put", "DeleteRequest": "Delete"}[kind], body)
        return {"UnprocessedItems": {}}

    def put_item(self, request: Request) -> Answer:
        return self._write("Put", request, {})

    def update_item(self, request: Request) -> Answer:
        self._write("Update", request, {})
        return {"Attributes": self._get(_place(request["Key"]))}

    def delete_item(self, request: Request) -> Answer:
        before = self._get(_place(request["Key"]))
        return self._write("Delete", request, {"Attributes": before} if before else {})

    def transact_write_items(self, request: Request) -> Answer:
        writes = [next(iter(each.items())) for each in request["TransactItems"]]
        reasons = [{"Code": "None" if self._may(body) else "ConditionalCheckFailed"} for _, body in writes]
        if any(reason["Code"] != "None" for reason in reasons):
            raise Refused("TransactionCanceledException", {"CancellationReasons": reasons})
        for kind, body in writes:
            self._carry_out(kind, body)
        return {}

    def query(self, request: Request) -> Answer:
        values = {name: value["S"] for name, value in request["ExpressionAttributeValues"].items()}
        order = self._order[values[":pk"]]
        found = order[bisect.bisect_left(order, values[":first"]) : bisect.bisect_right(order, values[":last"])]
        forward, most = request.get("ScanIndexForward", True), request.get("Limit") or len(found)
        found = found if forward else found[::-1]
        if after := request.get("ExclusiveStartKey"):
            last = _place(after)[1]
            found = [sk for sk in found if (sk > last if forward else sk < last)]
        items = [self._items[values[":pk"]][sk] for sk in found[:most]]
        more = {"LastEvaluatedKey": {"pk": items[-1]["pk"], "sk": items[-1]["sk"]}} if len(found) > most else {}
        return {"Items": items, "Count": len(items), **more}

    def _write(self, kind: str, request: Request, answer: Answer) -> Answer:
        if not self._may(request):
            raise Refused("ConditionalCheckFailedException")
        self._carry_out(kind, request)
        return answer

    def _may(self, body: Request) -> bool:
        return holds(body, self._get(_place(body.get("Item") or body["Key"])))

    def _carry_out(self, kind: str, body: Request) -> None:
        place = _place(body.get("Item") or body["Key"])
        match kind:
            case "Put":
                self._put(place, dict(body["Item"]))
            case "Update":
                self._put(place, changed(body, self._get(place) or dict(body["Key"])))
            case "Delete" if self._get(place):
                del self._items[place[0]][place[1]]
                self._order[place[0]].remove(place[1])

    def _get(self, place: Place) -> Item:
        return self._items[place[0]].get(place[1], {})

    def _put(self, place: Place, item: Item) -> None:
        pk, sk = place
        if sk not in self._items[pk]:
            bisect.insort(self._order[pk], sk)
        self._items[pk][sk] = item


def _encrypt(request: Request) -> Answer:
    return {"CiphertextBlob": request["Plaintext"], "KeyId": request["KeyId"]}


def _decrypt(request: Request) -> Answer:
    return {"Plaintext": request["CiphertextBlob"], "KeyId": request["KeyId"]}


def calls_of(secret: str) -> dict[str, Callable[[Request], Answer]]:
    """Name every call that is answered, by its target. Takes: what the one secret holds."""
    tables, queues = Tables(), Queues()
    dynamodb = (
        tables.get_item, tables.batch_get_item, tables.batch_write_item, tables.put_item, tables.update_item,
        tables.delete_item, tables.transact_write_items, tables.query,
    )  # fmt: skip
    return {
        **{f"DynamoDB_20120810.{to_operation(call.__name__)}": call for call in dynamodb},
        **{f"AmazonSQS.{to_operation(call.__name__)}": call for call in queues.calls},
        "TrentService.Encrypt": _encrypt,
        "TrentService.Decrypt": _decrypt,
        "secretsmanager.GetSecretValue": lambda _: {"SecretString": secret},
    }


def answer_call(calls: Mapping[str, Callable[[Request], Answer]], target: str, body: bytes) -> bytes:
    """Answer one call with a whole HTTP response."""
    call = calls.get(target)
    if call is None:
        content = {"__type": "UnknownOperationException", "message": f"{target} is not here"}
        return to_http("400 Bad Request", content)
    try:
        return to_http("200 OK", call(json.loads(body)))
    except Refused as refused:
        kind = f"com.amazonaws.dynamodb.v20120810#{refused.code}"
        return to_http("400 Bad Request", {"__type": kind, "message": refused.code, **refused.body})


def to_operation(name: str) -> str:
    """Name an operation as AWS does. Takes: `get_item`, say."""
    return "".join(word.capitalize() for word in name.split("_"))


def _place(key: Request) -> Place:
    return key["pk"]["S"], key["sk"]["S"]


if __name__ == "__main__":
    asyncio.run(serve(partial(answer_call, calls_of(sys.argv[1]))))
