"""The queues: every message to the queue of its kind, in its lane, once."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import exceptions as aws_errors
from botocore.stub import Stubber
from crossfoot.adapters.sqs import ATTEMPTS, SqsQueue
from crossfoot.core.model import System
from crossfoot.errors import RemoteUnavailable
from crossfoot.messages import CrossfootRequest, Message, MirrorPayment, Nudge, read_message
from moto import mock_aws

TENANT, OTHER_TENANT = "t_00000001", "t_00000002"
KINDS = ("nudge", "mirror_payment", "crossfoot")


@pytest.fixture
def urls() -> Iterator[dict[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with mock_aws():
            sqs = boto3.client("sqs")
            attributes = {"FifoQueue": "true", "DeduplicationScope": "messageGroup"}
            yield {
                kind: sqs.create_queue(QueueName=f"{kind}.fifo", Attributes=attributes)["QueueUrl"] for kind in KINDS
            }


def receive_all(url: str) -> list[dict[str, Any]]:
    """Take everything off a queue; a FIFO queue holds a lane back until what it gave was deleted."""
    sqs = boto3.client("sqs")
    found: list[dict[str, Any]] = []
    while some := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"]).get("Messages", []):
        for message in some:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        found += some
    return found


def test_each_message_goes_to_the_queue_of_its_kind_and_is_read_back(urls: dict[str, str]) -> None:
    sent: list[Message] = [
        Nudge(tenant=TENANT, system=System.QUICKBOOKS, window=7),
        MirrorPayment(tenant=TENANT, payment_id="129", because="v2"),
        CrossfootRequest(tenant=TENANT, live=True),
    ]
    SqsQueue(urls).send(sent)
    for kind, message in zip(KINDS, sent, strict=True):
        (received,) = receive_all(urls[kind])
        assert read_message(received["Body"]) == message


def test_a_partners_work_is_serial_in_its_lane_and_partners_do_not_wait_for_each_other(urls: dict[str, str]) -> None:
    sent = [MirrorPayment(tenant=tenant, payment_id=str(id_)) for tenant in (TENANT, OTHER_TENANT) for id_ in range(8)]
    SqsQueue(urls).send(sent)
    received = receive_all(urls["mirror_payment"])
    groups = {message["Body"]: message["Attributes"]["MessageGroupId"] for message in received}
    assert groups == {message.to_json(): f"{message.tenant}:{message.lane}" for message in sent}
    for tenant in (TENANT, OTHER_TENANT):
        payments = [json.loads(each["Body"])["payment_id"] for each in received if f'"{tenant}"' in each["Body"]]
        assert sorted(payments) == [str(id_) for id_ in range(8)]


def test_i8_a_thousand_nudges_of_a_window_are_one_message(urls: dict[str, str]) -> None:
    queue = SqsQueue(urls)
    for _ in range(3):
        queue.send([Nudge(tenant=TENANT, system=System.QUICKBOOKS, window=7)] * 1_000)
    assert len(receive_all(urls["nudge"])) == 1


def test_more_messages_than_a_call_takes_all_arrive(urls: dict[str, str]) -> None:
    SqsQueue(urls).send([MirrorPayment(tenant=TENANT, payment_id=str(id_)) for id_ in range(57)])
    assert len(receive_all(urls["mirror_payment"])) == 57


def test_nothing_to_send_asks_for_no_queue() -> None:
    SqsQueue({}).send([])


@pytest.fixture
def stubbed() -> tuple[SqsQueue, Stubber]:
    queue = SqsQueue({"mirror_payment": "https://sqs.us-east-1.amazonaws.com/1/q.fifo"}, pause=lambda _: None)
    client = boto3.client("sqs", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    queue.__dict__["client"] = client
    stubber = Stubber(client)
    stubber.activate()
    return queue, stubber


PAYMENTS = [MirrorPayment(tenant=TENANT, payment_id=str(id_)) for id_ in range(3)]
OK: dict[str, str] = {"MessageId": "m", "MD5OfMessageBody": "x"}


def test_only_what_was_refused_is_sent_again(stubbed: tuple[SqsQueue, Stubber]) -> None:
    queue, stubber = stubbed
    stubber.add_response(
        "send_message_batch",
        {
            "Successful": [{"Id": "0", **OK}, {"Id": "2", **OK}],
            "Failed": [{"Id": "1", "SenderFault": False, "Code": "InternalError"}],
        },
    )
    entry = {
        "Id": "1",
        "MessageBody": PAYMENTS[1].to_json(),
        "MessageGroupId": f"{TENANT}:{PAYMENTS[1].lane}",
        "MessageDeduplicationId": PAYMENTS[1].deduplication_id,
    }
    stubber.add_response(
        "send_message_batch",
        {"Successful": [{"Id": "1", **OK}], "Failed": []},
        {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/1/q.fifo", "Entries": [entry]},
    )
    queue.send(PAYMENTS)
    stubber.assert_no_pending_responses()


def test_what_stays_refused_is_an_error(stubbed: tuple[SqsQueue, Stubber]) -> None:
    queue, stubber = stubbed
    for _ in range(ATTEMPTS):
        failure = {"Id": "0", "SenderFault": False, "Code": "InternalError"}
        stubber.add_response("send_message_batch", {"Successful": [], "Failed": [failure]})
    with pytest.raises(RemoteUnavailable, match="InternalError"):
        queue.send(PAYMENTS[:1])


@pytest.mark.parametrize(
    ("code", "status", "expected"),
    [
        ("RequestThrottled", 403, RemoteUnavailable),
        ("ServiceUnavailable", 503, RemoteUnavailable),
        ("AccessDenied", 403, aws_errors.ClientError),
    ],
)
def test_a_busy_queue_is_tried_again_later_and_a_missing_right_crashes(
    stubbed: tuple[SqsQueue, Stubber], code: str, status: int, expected: type[Exception]
) -> None:
    queue, stubber = stubbed
    stubber.add_client_error("send_message_batch", code, http_status_code=status)
    with pytest.raises(expected):
        queue.send(PAYMENTS)
