"""The queues: every message to the queue of its kind, in its lane, once."""

import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import pytest
from botocore import exceptions as aws_errors
from crossfoot.adapters.sqs import ATTEMPTS, SqsQueue
from crossfoot.core.model import System
from crossfoot.errors import RemoteUnavailable
from crossfoot.messages import CrossfootRequest, Message, MirrorPayment, Nudge, read_message

from tests.fakes.aws import Said, ScriptedAws, aws_in_process, clients_made_once, scripted_aws

TENANT, OTHER_TENANT = "t_00000001", "t_00000002"
KINDS = ("nudge", "mirror_payment", "crossfoot")
_NUMBERS = count(1)


@pytest.fixture
def urls() -> Iterator[dict[str, str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with aws_in_process(), clients_made_once():
            sqs = boto3.client("sqs")
            attributes = {"FifoQueue": "true", "DeduplicationScope": "messageGroup"}
            # Names of their own: another test's AWS may be open around this one.
            number = next(_NUMBERS)
            yield {
                kind: sqs.create_queue(QueueName=f"{kind}-{number}.fifo", Attributes=attributes)["QueueUrl"]
                for kind in KINDS
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


def test_deliveries_are_put_off_together_and_one_that_is_over_is_left_alone(urls: dict[str, str]) -> None:
    sqs, url, queue = boto3.client("sqs"), urls["mirror_payment"], SqsQueue(urls)
    queue.send([MirrorPayment(tenant=TENANT, payment_id="1")])
    (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    queue.postpone(arn, [received["ReceiptHandle"], "of long ago"], 7)
    assert sqs.receive_message(QueueUrl=url).get("Messages", []) == []
    queue.postpone(arn, [received["ReceiptHandle"]], 0)
    assert [each["Body"] for each in sqs.receive_message(QueueUrl=url)["Messages"]] == [received["Body"]]


URL = "https://sqs.eu-west-3.amazonaws.com/1/q.fifo"
PAYMENTS = [MirrorPayment(tenant=TENANT, payment_id=str(id_)) for id_ in range(3)]


@pytest.fixture
def scripted() -> Iterator[ScriptedAws]:
    with scripted_aws() as server:
        yield server


@pytest.fixture
def queue(scripted: ScriptedAws) -> SqsQueue:
    return SqsQueue({"mirror_payment": URL}, pause=lambda _: None)


def batch(*accepted: str, refused: tuple[str, ...] = ()) -> Said:
    """Answer a batch, entry by entry."""
    failed = [{"Id": id_, "SenderFault": False, "Code": "InternalError"} for id_ in refused]
    return Said(200, json.dumps({"Successful": [{"Id": id_} for id_ in accepted], "Failed": failed}))


def test_only_what_was_refused_is_sent_again(scripted: ScriptedAws, queue: SqsQueue) -> None:
    scripted.script = [batch("0", "2", refused=("1",)), batch("1")]
    queue.send(PAYMENTS)
    first, again = scripted.asked
    assert [entry["Id"] for entry in first.json["Entries"]] == ["0", "1", "2"]
    assert again.json == {
        "QueueUrl": URL,
        "Entries": [
            {
                "Id": "1",
                "MessageBody": PAYMENTS[1].to_json(),
                "MessageGroupId": f"{TENANT}:{PAYMENTS[1].lane}",
                "MessageDeduplicationId": PAYMENTS[1].deduplication_id,
            }
        ],
    }


def test_what_stays_refused_is_an_error(scripted: ScriptedAws, queue: SqsQueue) -> None:
    scripted.script = [batch(refused=("0",))] * ATTEMPTS
    with pytest.raises(RemoteUnavailable, match="InternalError"):
        queue.send(PAYMENTS[:1])
    assert scripted.script == []


def test_a_batch_whose_answer_was_lost_is_sent_again_word_for_word(scripted: ScriptedAws, queue: SqsQueue) -> None:
    scripted.script = [Said(0), batch("0", "1", "2")]
    queue.send(PAYMENTS)
    lost, again = scripted.asked
    assert lost.body == again.body


@pytest.mark.parametrize(("code", "status"), [("RequestThrottled", 403), ("ServiceUnavailable", 503)])
def test_a_busy_queue_is_tried_again_later(scripted: ScriptedAws, queue: SqsQueue, code: str, status: int) -> None:
    scripted.script = [Said.refusal(code, status)] * ATTEMPTS
    with pytest.raises(RemoteUnavailable, match=code):
        queue.send(PAYMENTS)


@pytest.mark.parametrize(("after_s", "timeout_s"), [(6.25, 7), (3.0, 3), (1e9, 43_200)])
def test_a_delivery_is_put_off_by_whole_seconds_and_no_longer_than_sqs_allows(
    scripted: ScriptedAws, queue: SqsQueue, after_s: float, timeout_s: int
) -> None:
    scripted.script = [Said(200, json.dumps({"Successful": [{"Id": "0"}], "Failed": []}))]
    queue.postpone("arn:aws:sqs:eu-west-3:123456789012:payments.fifo", ["receipt"], after_s)
    (asked,) = scripted.asked
    assert asked.json["QueueUrl"] == f"{scripted.url}/123456789012/payments.fifo"
    assert asked.json["Entries"] == [{"Id": "0", "ReceiptHandle": "receipt", "VisibilityTimeout": timeout_s}]


def test_a_missing_right_crashes(scripted: ScriptedAws, queue: SqsQueue) -> None:
    scripted.script = [Said.refusal("AccessDenied", 403)]
    with pytest.raises(aws_errors.ClientError, match="AccessDenied"):
        queue.send(PAYMENTS)
