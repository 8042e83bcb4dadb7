"""The payments that were given up: read and removed one by one; what cannot be read stays for a person (X3)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import boto3
import pytest
from crossfoot.adapters.dead_letters import SqsDeadLetters
from crossfoot.core.model import System
from crossfoot.messages import MirrorPayment, Nudge

from tests.fakes.aws import aws_in_process

TENANT = "t_00000001"
_NUMBERS = count(1)


@pytest.fixture
def url() -> Iterator[str]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with aws_in_process():
            # A name of its own: the tests of the functions may have an AWS open around this one.
            name = f"dead-{next(_NUMBERS)}.fifo"
            yield boto3.client("sqs").create_queue(QueueName=name, Attributes={"FifoQueue": "true"})["QueueUrl"]


def _give_up(url: str, body: str, group: str = "one") -> None:
    boto3.client("sqs").send_message(
        QueueUrl=url, MessageBody=body, MessageGroupId=group, MessageDeduplicationId=body[-100:]
    )


def _left(url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = boto3.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return sum(int(found[name]) for name in names)


def test_x3_a_letter_says_what_was_given_up_and_when(url: str) -> None:
    message = MirrorPayment(tenant=TENANT, payment_id="129", because="the first time")
    _give_up(url, message.to_json())
    (letter,) = SqsDeadLetters(url).take(10)
    assert letter.message == message
    assert timedelta(0) <= datetime.now(UTC) - letter.since < timedelta(minutes=1)  # noqa: TID251 - as AWS stamped it


def test_x3_a_letter_stays_until_it_is_removed(url: str) -> None:
    _give_up(url, MirrorPayment(tenant=TENANT, payment_id="129").to_json())
    letters = SqsDeadLetters(url)
    taken = letters.take(10)
    assert _left(url) == 1
    letters.remove(taken)
    assert _left(url) == 0
    letters.remove(())


def test_x3_letters_come_some_at_a_time_until_there_are_none(url: str) -> None:
    for number in range(25):
        _give_up(url, MirrorPayment(tenant=TENANT, payment_id=str(number)).to_json(), group=str(number % 4))
    letters = SqsDeadLetters(url)
    some = letters.take(3)
    assert len(some) == 3
    letters.remove(some)
    taken = list(some)
    while more := letters.take(100):
        letters.remove(more)
        taken += more
    assert sorted(int(letter.message.payment_id) for letter in taken) == list(range(25))
    assert _left(url) == 0


@pytest.mark.parametrize(
    "body", ["{", '{"kind":"mirror_payment"}', Nudge(tenant=TENANT, system=System.QUICKBOOKS).to_json()]
)
def test_x3_what_is_no_payment_stays_for_a_person_and_holds_nothing_back(url: str, body: str) -> None:
    _give_up(url, body)
    _give_up(url, MirrorPayment(tenant=TENANT, payment_id="129").to_json())
    letters = SqsDeadLetters(url)
    taken = letters.take(10)
    assert [letter.message.payment_id for letter in taken] == ["129"]
    letters.remove(taken)
    assert _left(url) == 1
