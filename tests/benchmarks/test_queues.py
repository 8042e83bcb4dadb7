"""The played queues behave as SQS FIFO does, where the figures depend on it."""

from crossfoot.core.model import System
from crossfoot.messages import MirrorPayment, Nudge

from benchmarks.queues import FifoQueues, failed, to_event

TENANT = "t_00000001"


def payment(number: int) -> MirrorPayment:
    return MirrorPayment(tenant=TENANT, payment_id=str(number))


def test_a_batch_is_of_one_lane_in_its_order_and_every_message_comes_once() -> None:
    queues, sent = FifoQueues(), [payment(number) for number in range(200)]
    queues.send(sent)
    batches = list(queues.take("mirror_payment", 10))
    assert all(len({message.lane for message in batch}) == 1 and len(batch) <= 10 for batch in batches)
    taken = [message for batch in batches for message in batch]
    for lane in {message.lane for message in sent}:
        assert [each for each in taken if each.lane == lane] == [each for each in sent if each.lane == lane]


def test_the_same_work_is_queued_once() -> None:
    queues = FifoQueues()
    nudge = Nudge(tenant=TENANT, system=System.QUICKBOOKS, window=7)
    queues.send([nudge, nudge])
    assert list(queues.take("nudge", 1)) == [[nudge]]
    queues.send([nudge])
    assert list(queues.take("nudge", 1)) == []


def test_what_failed_comes_back_first() -> None:
    queues = FifoQueues()
    lane = [each for each in (payment(number) for number in range(100)) if each.lane == "0"][:12]
    queues.send(lane)
    batches = queues.take("mirror_payment", 10)
    first = next(batches)
    queues.put_back(failed(first, {"batchItemFailures": [{"itemIdentifier": "8"}, {"itemIdentifier": "9"}]}))
    assert next(batches) == [*lane[8:10], *lane[10:]]


def test_an_event_holds_each_message_as_it_was_sent() -> None:
    records = to_event([payment(1), payment(2)])["Records"]
    assert [(each["messageId"], each["body"]) for each in records] == [
        ("0", payment(1).to_json()),
        ("1", payment(2).to_json()),
    ]
