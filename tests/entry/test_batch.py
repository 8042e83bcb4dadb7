"""Queue batches: what comes back to the queue, and what does not."""

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from crossfoot.core.model import System
from crossfoot.entry import handle_batch
from crossfoot.errors import (
    AwsUnavailable,
    BadMessage,
    Conflict,
    NeedsPartner,
    RateLimited,
    Rejected,
    RemoteUnavailable,
)
from crossfoot.messages import CrossfootRequest, Message, MirrorPayment, Nudge

QUEUE = "arn:aws:sqs:us-east-1:123456789012:payments.fifo"
ONE, TWO = "t_00000001", "t_00000002"


def batch(*messages: Message | str) -> dict[str, Any]:
    """Make the event that SQS would bring; message ids are m0, m1 …"""
    bodies = [message if isinstance(message, str) else message.to_json() for message in messages]
    return {"Records": [delivery(place, body) for place, body in enumerate(bodies)]}


def delivery(place: int, body: str, receives: int = 1) -> dict[str, Any]:
    return {
        "messageId": f"m{place}", "receiptHandle": f"r{place}", "body": body, "eventSourceARN": QUEUE,
        "attributes": {"ApproximateReceiveCount": str(receives)},
    }  # fmt: skip


def pay(payment_id: str, tenant: str = ONE) -> MirrorPayment:
    return MirrorPayment(tenant=tenant, payment_id=payment_id)


class Step:
    """Records what it was asked, and fails where it is told to."""

    def __init__(self, **failing: Exception) -> None:
        self.gathered: list[tuple[str, list[str]]] = []
        self.handled: list[str] = []
        self.failing = failing

    def gather(self, tenant: str, messages: Sequence[MirrorPayment]) -> Callable[[MirrorPayment], None]:
        self.gathered.append((tenant, [message.payment_id for message in messages]))
        if tenant in self.failing:
            raise self.failing[tenant]
        return self.handle

    def handle(self, message: MirrorPayment) -> None:
        self.handled.append(message.payment_id)
        if f"p{message.payment_id}" in self.failing:
            raise self.failing[f"p{message.payment_id}"]


def failures(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_a_partners_messages_are_gathered_once_and_handled_one_by_one() -> None:
    step = Step()
    event = batch(pay("1"), pay("9", TWO), pay("2"))
    assert failures(handle_batch(event, MirrorPayment, step.gather)) == []
    assert step.gathered == [(ONE, ["1", "2"]), (TWO, ["9"])]
    assert step.handled == ["1", "2", "9"]


@pytest.mark.parametrize("error", [RemoteUnavailable("x"), Conflict("x"), BadMessage("x"), ZeroDivisionError("bug")])
def test_only_the_message_that_failed_comes_back(error: Exception) -> None:
    step = Step(p2=error)
    assert failures(handle_batch(batch(pay("1"), pay("2"), pay("3")), MirrorPayment, step.gather)) == ["m1"]
    assert step.handled == ["1", "2", "3"]


def test_after_a_vendors_limit_is_used_up_nothing_more_is_asked_of_it() -> None:
    step = Step(p2=RateLimited("429", 60), p1=Conflict("x"))
    event = batch(pay("1"), pay("2"), pay("3"), pay("9", TWO))
    assert failures(handle_batch(event, MirrorPayment, step.gather)) == ["m0", "m1", "m2"]
    assert step.handled == ["1", "2", "9"]


class Postponed(list[tuple[str, list[str], float]]):
    """What a queue was asked to put off."""

    def __call__(self, queue: str, receipts: Sequence[str], after_s: float) -> None:
        self.append((queue, list(receipts), after_s))


def test_what_met_a_vendors_limit_comes_back_when_there_is_room_again_and_other_failures_in_their_time() -> None:
    step, postponed = Step(p2=RateLimited("429", 6.25), p1=RemoteUnavailable("503", 9)), Postponed()
    event = batch(pay("1"), pay("2"), pay("3"), pay("9", TWO))
    assert failures(handle_batch(event, MirrorPayment, step.gather, postpone=postponed)) == ["m0", "m1", "m2"]
    assert postponed == [(QUEUE, ["r1", "r2"], 6.25)]


@pytest.mark.parametrize(("receives", "after_s"), [(1, 1), (4, 8), (12, 300)])
def test_what_met_another_worker_comes_back_a_moment_later_and_its_neighbours_go_on(
    receives: int, after_s: float
) -> None:
    step, postponed = Step(p1=Conflict("somebody was first")), Postponed()
    event = {"Records": [delivery(0, pay("1").to_json(), receives), delivery(1, pay("2").to_json())]}
    assert failures(handle_batch(event, MirrorPayment, step.gather, postpone=postponed)) == ["m0"]
    assert step.handled == ["1", "2"]
    assert postponed == [(QUEUE, ["r0"], after_s)]


def test_what_found_our_table_busy_comes_back_a_moment_later() -> None:
    step, postponed = Step(p1=AwsUnavailable("DynamoDB does not answer")), Postponed()
    assert failures(handle_batch(batch(pay("1")), MirrorPayment, step.gather, postpone=postponed)) == ["m0"]
    assert postponed == [(QUEUE, ["r0"], 1)]


def test_a_partner_whose_gathering_meets_a_limit_comes_back_with_all_its_messages() -> None:
    step, postponed = Step(**{ONE: RateLimited("429", 3)}), Postponed()
    event = batch(pay("1"), pay("9", TWO), pay("2"))
    assert failures(handle_batch(event, MirrorPayment, step.gather, postpone=postponed)) == ["m0", "m2"]
    assert postponed == [(QUEUE, ["r0", "r2"], 3)]


@pytest.mark.parametrize(("receives", "after_s"), [(1, 1), (3, 4), (9, 256), (10, 300), (20, 300)])
def test_whoever_meets_a_limit_again_and_again_comes_back_less_often(receives: int, after_s: float) -> None:
    # Or twenty tries at a limit that others use up would be over within a minute, and end with the dead letters.
    step, postponed = Step(p1=RateLimited("429", 0.5)), Postponed()
    event = {"Records": [delivery(0, pay("1").to_json(), receives)]}
    assert failures(handle_batch(event, MirrorPayment, step.gather, postpone=postponed)) == ["m0"]
    assert postponed == [(QUEUE, ["r0"], after_s)]


def test_what_cannot_be_put_off_comes_back_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    def busy(queue: str, receipts: Sequence[str], after_s: float) -> None:
        raise AwsUnavailable("SQS does not answer")

    step = Step(p1=RateLimited("429", 6))
    assert failures(handle_batch(batch(pay("1"), pay("2")), MirrorPayment, step.gather, postpone=busy)) == ["m0", "m1"]
    assert "not put off: SQS does not answer" in caplog.text


def test_a_queue_that_refuses_to_put_off_undoes_nothing_and_is_heard_of(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(queue: str, receipts: Sequence[str], after_s: float) -> None:
        raise PermissionError("AccessDenied")

    step = Step(p1=Conflict("somebody was first"))
    event = batch(pay("1"), pay("2"))
    assert failures(handle_batch(event, MirrorPayment, step.gather, postpone=refuse)) == ["m0"]
    assert step.handled == ["1", "2"]
    assert "AccessDenied" in caplog.text


@pytest.mark.parametrize("error", [NeedsPartner("not connected", "Connect it."), Rejected("6190", "ended")])
def test_what_only_the_partner_can_mend_is_parked(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    step = Step(p2=error)
    assert failures(handle_batch(batch(pay("1"), pay("2")), MirrorPayment, step.gather)) == []
    (record,) = [record for record in caplog.records if record.levelno == logging.WARNING]
    assert "parked" in record.getMessage()


def test_a_partner_whose_gathering_fails_leaves_the_others_alone() -> None:
    step = Step(**{ONE: RemoteUnavailable("DynamoDB")})
    event = batch(pay("1"), pay("9", TWO), pay("2"))
    assert failures(handle_batch(event, MirrorPayment, step.gather)) == ["m0", "m2"]
    assert step.handled == ["9"]
    parked = Step(**{ONE: NeedsPartner("disconnected")})
    assert failures(handle_batch(event, MirrorPayment, parked.gather)) == []
    assert parked.handled == ["9"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{}",
        "not json",
        json.dumps({"kind": "mirror_payment", "tenant": ONE, "payment_id": "1", "amount": 5}),
        json.dumps({"kind": "mirror_payment", "tenant": "../../t_00000001", "payment_id": "1"}),
        json.dumps({"kind": "mirror_payment", "tenant": ONE, "payment_id": ""}),
        json.dumps({"kind": "mirror_payment", "tenant": ONE, "payment_id": 7}),
        Nudge(tenant=ONE, system=System.QUICKBOOKS).to_json(),
    ],
)
def test_what_is_no_message_of_this_queue_ends_where_a_person_looks(body: str) -> None:
    step = Step()
    assert failures(handle_batch(batch(body, pay("1")), MirrorPayment, step.gather)) == ["m0"]
    assert step.handled == ["1"]


def test_a_crash_is_logged_with_its_trace(caplog: pytest.LogCaptureFixture) -> None:
    handle_batch(batch(pay("1")), MirrorPayment, Step(p1=ZeroDivisionError("bug")).gather)
    (record,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert "ZeroDivisionError: bug" in caplog.text  # in the record or, where a guard has redacted it, in its text
    assert (getattr(record, "tenant", ""), getattr(record, "message_id", "")) == (ONE, "m0")


def test_what_cannot_be_finished_in_time_is_not_started_and_comes_back_a_moment_later() -> None:
    left = iter([20_000, 4_000, 3_000])
    step, postponed = Step(), Postponed()
    event = batch(pay("1"), pay("2"), pay("3"))
    answer = handle_batch(event, MirrorPayment, step.gather, remaining_ms=lambda: next(left), postpone=postponed)
    assert (step.handled, failures(answer)) == (["1"], ["m1", "m2"])
    assert postponed == [(QUEUE, ["r1"], 1), (QUEUE, ["r2"], 1)]


@pytest.mark.parametrize(
    "message",
    [
        Nudge(tenant=ONE, system=System.CONNECTWISE, window=7, because="é"),
        pay("77"),
        CrossfootRequest(tenant=ONE, live=True),
    ],
    ids=lambda message: message.kind,
)
def test_a_message_says_the_same_after_the_queue(message: Message) -> None:
    seen: list[Message] = []
    handle_batch(batch(message), type(message), lambda tenant, messages: seen.append)
    assert seen == [message]
    assert seen[0].deduplication_id == message.deduplication_id


def test_the_same_work_has_one_deduplication_id_and_other_work_another() -> None:
    ids = {
        message.deduplication_id
        for message in (
            Nudge(tenant=ONE, system=System.QUICKBOOKS, window=1),
            Nudge(tenant=ONE, system=System.QUICKBOOKS, window=1),
            Nudge(tenant=ONE, system=System.QUICKBOOKS, window=2),
            Nudge(tenant=TWO, system=System.QUICKBOOKS, window=1),
            Nudge(tenant=ONE, system=System.CONNECTWISE, window=1),
            Nudge(tenant=ONE, system=System.CONNECTWISE, window=1, because="connected"),
        )
    }
    assert len(ids) == 5


@pytest.mark.parametrize("tenant", ["", "t_", "t_1", "t_0000000G", "T_00000001", "t_00000001\n", "t_00000001#x"])
def test_a_message_for_no_partner_cannot_be_made(tenant: str) -> None:
    with pytest.raises(ValueError, match="no partner"):
        Nudge(tenant=tenant, system=System.QUICKBOOKS)
