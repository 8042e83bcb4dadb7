"""What was given up: read and removed one by one, of every queue; what cannot go on stays for a person (X3)."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count

import boto3
import pytest
from crossfoot.adapters.dead_letters import SqsDeadLetters
from crossfoot.core.model import System
from crossfoot.messages import (
    ArchiveOutside,
    CrossfootRequest,
    FetchUnpaid,
    Message,
    MirrorPayment,
    Nudge,
    SendNotice,
    TendConnection,
)
from crossfoot.ports import MAX_REVIVALS

from tests.fakes.aws import aws_in_process

TENANT = "t_00000001"
_NUMBERS = count(1)


WORK: list[Message] = [
    Nudge(tenant=TENANT, system=System.QUICKBOOKS),
    MirrorPayment(tenant=TENANT, payment_id="129"),
    CrossfootRequest(tenant=TENANT, every_payment=True),
    FetchUnpaid(tenant=TENANT, system=System.CONNECTWISE, run="r-1"),
    TendConnection(tenant=TENANT, system=System.CONNECTWISE),
    ArchiveOutside(tenant=TENANT, run="r-1"),
    SendNotice(tenant=TENANT, about="connections"),
]


@pytest.fixture
def make_queue() -> Iterator[Callable[[], str]]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        with aws_in_process():
            # Names of its own: the tests of the functions may have an AWS open around this one.
            fifo = {"FifoQueue": "true"}
            sqs = boto3.client("sqs")
            yield lambda: sqs.create_queue(QueueName=f"dead-{next(_NUMBERS)}.fifo", Attributes=fifo)["QueueUrl"]


@pytest.fixture
def url(make_queue: Callable[[], str]) -> str:
    return make_queue()


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
    (letter,) = SqsDeadLetters([url]).take(10)
    assert letter.message == message
    assert timedelta(0) <= datetime.now(UTC) - letter.since < timedelta(minutes=1)  # noqa: TID251 - as AWS stamped it


def test_x3_a_letter_stays_until_it_is_removed(url: str) -> None:
    _give_up(url, MirrorPayment(tenant=TENANT, payment_id="129").to_json())
    letters = SqsDeadLetters([url])
    taken = letters.take(10)
    assert _left(url) == 1
    letters.remove(taken)
    assert _left(url) == 0
    letters.remove(())


def test_x3_letters_come_some_at_a_time_until_there_are_none(url: str) -> None:
    for number in range(25):
        _give_up(url, MirrorPayment(tenant=TENANT, payment_id=str(number)).to_json(), group=str(number % 4))
    letters = SqsDeadLetters([url])
    some = letters.take(3)
    assert len(some) == 3
    letters.remove(some)
    taken = list(some)
    while more := letters.take(100):
        letters.remove(more)
        taken += more
    messages = [letter.message for letter in taken]
    assert sorted(int(m.payment_id) for m in messages if isinstance(m, MirrorPayment)) == list(range(25))
    assert _left(url) == 0


def test_x3_letters_of_every_queue_and_kind_are_given_and_taken_away_where_they_lie(
    make_queue: Callable[[], str],
) -> None:
    urls = [make_queue() for _ in WORK]
    for url, message in zip(urls, WORK, strict=True):
        _give_up(url, message.to_json())
    letters = SqsDeadLetters(urls)
    taken = letters.take(200)
    assert [letter.message for letter in taken] == WORK
    letters.remove(taken[1:])
    assert [_left(url) for url in urls] == [1, *[0] * (len(WORK) - 1)]


def test_x3_a_queue_full_of_letters_leaves_the_others_their_turn(make_queue: Callable[[], str]) -> None:
    full, other = make_queue(), make_queue()
    for number in range(30):
        _give_up(full, MirrorPayment(tenant=TENANT, payment_id=str(number)).to_json(), group=str(number % 4))
    _give_up(other, WORK[0].to_json())
    taken = SqsDeadLetters([full, other]).take(20)
    assert WORK[0] in [letter.message for letter in taken]


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"kind":"mirror_payment"}',
        MirrorPayment(tenant=TENANT, payment_id="7", revivals=MAX_REVIVALS).to_json(),
        Nudge(tenant=TENANT, system=System.QUICKBOOKS, revivals=MAX_REVIVALS + 1).to_json(),
    ],
    ids=["no JSON", "no message", "too often", "more often than that"],
)
def test_x3_what_cannot_go_on_stays_for_a_person_and_holds_nothing_back(url: str, body: str) -> None:
    _give_up(url, body)
    _give_up(url, MirrorPayment(tenant=TENANT, payment_id="129", revivals=MAX_REVIVALS - 1).to_json())
    letters = SqsDeadLetters([url])
    (letter,) = letters.take(10)
    assert (letter.message.revivals, letter.is_last_chance) == (MAX_REVIVALS - 1, True)
    letters.remove([letter])
    assert _left(url) == 1
    assert letters.take(10) == ()
