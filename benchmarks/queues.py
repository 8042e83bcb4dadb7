"""The queues between the steps, in memory: SQS FIFO's groups, batches and deduplication, without its latency."""

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Any

from crossfoot.messages import Message

type Event = dict[str, list[dict[str, Any]]]


class FifoQueues:
    """One queue a kind of message. Implements the port Queue.

    A group's messages come in order, and a message whose deduplication id its group has seen is dropped: no benchmark
    lasts for the five minutes after which SQS forgets one.
    """

    def __init__(self) -> None:
        self._groups: dict[str, dict[str, deque[Message]]] = {}
        self._seen: set[tuple[str, str]] = set()

    def send(self, messages: Sequence[Message]) -> None:
        """Queue messages."""
        for message in messages:
            group = f"{message.tenant}:{message.lane}"
            if (group, message.deduplication_id) not in self._seen:
                self._seen.add((group, message.deduplication_id))
                self._groups.setdefault(message.kind, {}).setdefault(group, deque()).append(message)

    def take(self, kind: str, most: int) -> Iterator[list[Message]]:
        """Give batches of one group each, the groups in turn, until all are empty; `put_back` makes them longer again."""
        while waiting := [group for group in self._groups.get(kind, {}).values() if group]:
            for group in waiting:
                yield [group.popleft() for _ in range(min(most, len(group)))]

    def put_back(self, messages: Sequence[Message]) -> None:
        """Put messages that failed back to the front, as SQS does when their visibility timeout ends."""
        for message in reversed(messages):
            self._groups[message.kind][f"{message.tenant}:{message.lane}"].appendleft(message)


def to_event(messages: Sequence[Message]) -> Event:
    """Write a batch as Lambda hands it to a function."""
    return {"Records": [{"messageId": str(place), "body": each.to_json()} for place, each in enumerate(messages)]}


def failed(messages: Sequence[Message], response: dict[str, list[dict[str, str]]]) -> list[Message]:
    """Find the messages that a partial batch response names."""
    return [messages[int(item["itemIdentifier"])] for item in response["batchItemFailures"]]
