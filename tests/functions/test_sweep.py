"""sweep: the real handler nudges whoever is due, has connections tended, and revives payments that were given up."""

from collections.abc import Callable
from types import ModuleType

import boto3
from crossfoot.core.model import System
from crossfoot.messages import MirrorPayment

from tests.functions.conftest import Aws, in_time, sample

type Load = Callable[[str], ModuleType]


def test_the_schedule_nudges_and_tends_every_connection_that_was_never_read(aws: Aws, load: Load) -> None:
    aws.connect("t_00000001", System.QUICKBOOKS, "1")
    aws.connect("t_00000001", System.CONNECTWISE, "acme@one", site_url="https://psa.example")
    aws.connect("t_00000002", System.QUICKBOOKS, "2")
    assert load("sweep").handler(sample("sweep"), in_time()) == {"nudged": 3, "tended": 3, "revived": 0}
    everybody = [("t_00000001", "connectwise"), ("t_00000001", "quickbooks"), ("t_00000002", "quickbooks")]
    for queue in ("nudges", "tending"):
        assert sorted((each["tenant"], each["system"]) for each in aws.messages(queue)) == everybody


def test_nobody_is_due_where_nobody_is_connected(aws: Aws, load: Load) -> None:
    assert load("sweep").handler(sample("sweep"), in_time()) == {"nudged": 0, "tended": 0, "revived": 0}
    assert aws.messages("nudges") == []


def test_x3_a_payment_that_was_given_up_is_queued_again(aws: Aws, load: Load) -> None:
    given_up = MirrorPayment(tenant="t_00000001", payment_id="129")
    boto3.client("sqs").send_message(
        QueueUrl=aws.queues["payments_dead"],
        MessageBody=given_up.to_json(),
        MessageGroupId="t_00000001:0",
        MessageDeduplicationId="1",
    )
    assert load("sweep").handler(sample("sweep"), in_time())["revived"] == 1
    (again,) = aws.messages("payments")
    assert (again["tenant"], again["payment_id"]) == ("t_00000001", "129")
    assert aws.messages("payments_dead") == []
