"""The queues in memory behave as SQS FIFO does, where the figures of what is pushed depend on it."""

import json
from typing import Any

import pytest

from benchmarks.stub_queues import VISIBILITY_S, Queues
from benchmarks.stub_table import answer_call, calls_of

URL = "http://127.0.0.1/123456789012/payments.fifo"


class Clock:
    """A clock that is moved by hand. Units: seconds."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queues(clock: Clock) -> Queues:
    return Queues(clock)


def send(queues: Queues, *bodies: str, group: str = "g") -> None:
    entries = [
        {"Id": str(place), "MessageBody": body, "MessageGroupId": group, "MessageDeduplicationId": body}
        for place, body in enumerate(bodies)
    ]
    queues.send_message_batch({"QueueUrl": URL, "Entries": entries})


def receive(queues: Queues, most: int = 10) -> list[Any]:
    return list(queues.receive_message({"QueueUrl": URL, "MaxNumberOfMessages": most})["Messages"])


def bodies(messages: list[Any]) -> list[str]:
    return [each["Body"] for each in messages]


def entries(messages: list[Any], **more: int) -> dict[str, Any]:
    handles = [
        {"Id": str(place), "ReceiptHandle": each["ReceiptHandle"], **more} for place, each in enumerate(messages)
    ]
    return {"QueueUrl": URL, "Entries": handles}


def test_a_batch_is_of_one_group_in_its_order_and_holds_the_group(queues: Queues) -> None:
    send(queues, "1", "2", "3")
    send(queues, "9", group="h")
    assert bodies(receive(queues, 2)) == ["1", "2"]
    assert bodies(receive(queues)) == ["9"]
    assert receive(queues) == []


def test_what_was_sent_before_is_dropped_though_it_is_gone(queues: Queues) -> None:
    send(queues, "1")
    queues.delete_message_batch(entries(receive(queues)))
    send(queues, "1", "2")
    assert bodies(receive(queues)) == ["2"]


def test_what_was_not_deleted_comes_back_before_what_follows_it(queues: Queues, clock: Clock) -> None:
    send(queues, "1", "2", "3")
    first = receive(queues, 2)
    queues.delete_message_batch(entries(first[:1]))
    clock.at = VISIBILITY_S - 1
    assert receive(queues) == []
    clock.at = VISIBILITY_S
    again = receive(queues)
    assert bodies(again) == ["2", "3"]
    assert [each["Attributes"]["ApproximateReceiveCount"] for each in again] == ["2", "1"]


def test_what_was_put_off_comes_back_in_its_time(queues: Queues, clock: Clock) -> None:
    send(queues, "1", "2", "3")
    queues.change_message_visibility_batch(entries(receive(queues, 2), VisibilityTimeout=7))
    clock.at = 6.9
    assert receive(queues) == []
    clock.at = 7
    assert bodies(receive(queues)) == ["1", "2", "3"]


def test_every_call_is_answered_under_its_name() -> None:
    calls = calls_of("{}")

    def ask(operation: str, body: dict[str, Any]) -> Any:
        return json.loads(
            answer_call(calls, f"AmazonSQS.{operation}", json.dumps(body).encode()).partition(b"\r\n\r\n")[2]
        )

    entry = {"Id": "0", "MessageBody": "look", "MessageGroupId": "g", "MessageDeduplicationId": "d"}
    for _ in range(2):
        ask("SendMessageBatch", {"QueueUrl": URL, "Entries": [entry]})
    received = ask("ReceiveMessage", {"QueueUrl": URL, "MaxNumberOfMessages": 10})["Messages"]
    assert bodies(received) == ["look"]
    assert ask("ChangeMessageVisibilityBatch", entries(received, VisibilityTimeout=0))["Failed"] == []
    assert ask("DeleteMessageBatch", entries(received))["Failed"] == []
    assert ask("ReceiveMessage", {"QueueUrl": URL, "MaxNumberOfMessages": 10})["Messages"] == []
