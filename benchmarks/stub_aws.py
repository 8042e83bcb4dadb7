"""An AWS that answers at once: the three calls of qbo_webhook, on loopback, so that only our own time is measured.

Run as a program. It prints its port, and stores nothing.
"""

import asyncio
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks.deliveries import APP_SECRET, TENANT

END_OF_HEAD = b"\r\n\r\n"

type Answer = Mapping[str, Any]
type AnswerCall = Callable[[str, bytes], bytes]


def _get_item(body: Mapping[str, Any]) -> Answer:
    return {"Item": body["Key"] | {"tenant": {"S": TENANT}}}


def _get_secret_value(_body: Mapping[str, Any]) -> Answer:
    return {"SecretString": json.dumps(APP_SECRET)}


def _send_message_batch(body: Mapping[str, Any]) -> Answer:
    return {"Successful": [_sent(entry) for entry in body["Entries"]]}


def _sent(entry: Mapping[str, str]) -> dict[str, str]:
    digest = hashlib.md5(entry["MessageBody"].encode(), usedforsecurity=False).hexdigest()
    return {"Id": entry["Id"], "MessageId": digest, "MD5OfMessageBody": digest, "SequenceNumber": "1"}


CALLS: Mapping[str, Callable[[Mapping[str, Any]], Answer]] = {
    "DynamoDB_20120810.GetItem": _get_item,
    "secretsmanager.GetSecretValue": _get_secret_value,
    "AmazonSQS.SendMessageBatch": _send_message_batch,
}


class Connection(asyncio.Protocol):
    """One connection, kept alive: reads requests as they are complete, and answers each.

    Takes: `answer` gets a call's target and body, and gives a whole HTTP response.
    """

    def __init__(self, answer: AnswerCall | None = None) -> None:
        self.held = b""
        self._answer = answer or answer_call
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self.held += data
        while (answer := self.next_answer()) is not None:
            assert self._transport
            self._transport.write(answer)

    def next_answer(self) -> bytes | None:
        head, found, rest = self.held.partition(END_OF_HEAD)
        if not found:
            return None
        headers = _headers(head)
        length = int(headers.get("content-length", "0"))
        if len(rest) < length:
            return None
        self.held = rest[length:]
        return self._answer(headers.get("x-amz-target", ""), rest[:length])


def answer_call(target: str, body: bytes) -> bytes:
    """Answer one call with a whole HTTP response; what qbo_webhook does not need is refused by name."""
    call = CALLS.get(target)
    content = call(json.loads(body)) if call else {"__type": "UnknownOperation", "message": f"{target} is not here"}
    return to_http("200 OK" if call else "400 Bad Request", content)


def to_http(status: str, content: Answer) -> bytes:
    """Write a whole HTTP response."""
    text = json.dumps(content).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/x-amz-json-1.0\r\nContent-Length: {len(text)}\r\n\r\n"
    return head.encode() + text


def _headers(head: bytes) -> dict[str, str]:
    lines = (line.partition(":") for line in head.decode("latin-1").split("\r\n")[1:])
    return {name.strip().lower(): value.strip() for name, _, value in lines}


async def serve(answer: AnswerCall) -> None:
    """Serve on a free port of loopback, print the port, and never end."""
    server = await asyncio.get_running_loop().create_server(lambda: Connection(answer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(answer_call))
