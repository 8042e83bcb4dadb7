"""Waiting: on conditions, with an end, and never past a message that nobody could read."""

import json
from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from local.demo.errors import DemoError
from local.demo.rest import QUEUES, Patience, Work
from local.demo.sandboxes import ConnectWiseSandbox, QuickBooksSandbox
from local.stack.aws import Stack


@pytest.fixture
def stack() -> Iterator[Stack]:
    """The queues and their dead-letter queues."""
    with mock_aws():
        session = boto3.Session("test", "test", region_name="us-east-1")
        sqs = session.client("sqs")
        urls = {}
        for name in QUEUES:
            dead = sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
            arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
            policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})
            attributes = {"FifoQueue": "true", "RedrivePolicy": policy}
            urls[name] = sqs.create_queue(QueueName=f"{name}.fifo", Attributes=attributes)["QueueUrl"]
        stack = Stack("test", session, None)
        stack.__dict__["outputs"] = urls  # what the template would give out
        yield stack


def _send(stack: Stack, name: str, id_: str = "1") -> None:
    url = stack.session.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    stack.session.client("sqs").send_message(
        QueueUrl=url, MessageBody="{}", MessageGroupId=id_, MessageDeduplicationId=id_
    )


@pytest.fixture
def work(stack: Stack, addresses: dict[str, str]) -> Work:
    return Work(stack, QuickBooksSandbox(addresses["quickbooks"]))


def test_empty_queues_are_rest(work: Work) -> None:
    assert work.at_rest()
    names = (
        "webhooks",
        "tending",
        "unpaid",
        "nudges",
        "crossfoot",
        "syncs",
        "syncposts",
        "payablesyncs",
        "bills",
        "payments",
        "deposits",
    )
    assert work.under_way() == dict.fromkeys(names, 0)


def test_a_message_is_no_rest_while_it_waits_nor_while_a_worker_holds_it(stack: Stack, work: Work) -> None:
    sqs = stack.session.client("sqs")
    for name in QUEUES:
        _send(stack, f"{name}.fifo")
        assert not work.at_rest(), name
        (held,) = sqs.receive_message(QueueUrl=stack.outputs[name])["Messages"]
        assert not work.at_rest(), name
        sqs.delete_message(QueueUrl=stack.outputs[name], ReceiptHandle=held["ReceiptHandle"])
        assert work.at_rest(), name


def test_a_dead_letter_ends_the_waiting(stack: Stack, work: Work) -> None:
    _send(stack, f"{QUEUES[0]}-dead.fifo")
    with pytest.raises(DemoError, match="dead-letter queue"):
        work.at_rest()
    assert not any(work.count().values())
    names = ("unpaid", "nudges", "crossfoot", "syncs", "syncposts", "payablesyncs", "bills", "payments", "deposits")
    assert work.dead_letters() == {"tending": 1, **dict.fromkeys(names, 0)}


def test_what_was_under_way_before_is_not_waited_for_nor_is_its_end(stack: Stack, work: Work) -> None:
    _send(stack, "PaymentsQueueUrl.fifo", "stuck, and somebody else's")
    work.leave_to_others()
    assert work.at_rest()
    _send(stack, "PaymentsQueueUrl.fifo", "2")
    assert work.under_way()["payments"] == 1
    stack.session.client("sqs").purge_queue(QueueUrl=stack.outputs["PaymentsQueueUrl"])
    _send(stack, "PaymentsQueueUrl-dead.fifo", "stuck, and somebody else's")
    assert work.at_rest()
    _send(stack, "PaymentsQueueUrl.fifo", "3")
    assert not work.at_rest(), "the other one is gone, so this is none of theirs"
    _send(stack, "PaymentsQueueUrl-dead.fifo", "4")
    with pytest.raises(DemoError, match="dead-letter queue"):
        work.at_rest()


def test_a_fault_that_somebody_else_armed_stays(addresses: dict[str, str]) -> None:
    mine, others = ConnectWiseSandbox(addresses["connectwise"]), ConnectWiseSandbox(addresses["connectwise"])
    before = [armed["id"] for armed in others.get("/faults")]
    ours, theirs = (each.arm("throttle", path_contains="/nowhere") for each in (mine, others))
    mine.clear_own_faults()
    assert [armed["id"] for armed in others.get("/faults")] == [*before, theirs]
    assert ours != theirs
    others.clear_own_faults()
    assert [armed["id"] for armed in others.get("/faults")] == before


def test_patience_ends_and_says_what_was_waited_for_and_how_it_stood() -> None:
    with pytest.raises(DemoError, match="still waits for spring") as caught:
        Patience(0.0).wait_for("spring", lambda: False, lambda: "it snows")
    assert caught.value.details == "it snows"


def test_patience_is_one_for_all_waits() -> None:
    patience = Patience(60.0)
    patience.wait_for("nothing", lambda: True)
    seen: list[int] = []
    patience.wait_for("the third look", lambda: seen.append(1) or len(seen) == 3)  # type: ignore[func-returns-value]
    assert len(seen) == 3
