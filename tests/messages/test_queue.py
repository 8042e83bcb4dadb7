"""Queue messages: what counts as the same work, and that no nudge is swallowed by one that was read already (I8)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from crossfoot.core.model import System
from crossfoot.core.windows import nudge_window
from crossfoot.messages import CrossfootRequest, Message, MirrorPayment, Nudge, RecordDeposit, read_message

from tests.architecture.deployed import resources, steps, timing
from tests.fakes.clock import FakeClock
from tests.fakes.table import FakeQueue

STAGES = ("local", "staging", "production")
NUDGE = Nudge(tenant="t_00000001", system=System.QUICKBOOKS, window=7)
# Beside each other in time, as the second half of a burst is beside its first.
MOMENTS = [timedelta(milliseconds=moment) for moment in range(0, 20_000, 250)]


@pytest.mark.parametrize("stage", STAGES)
def test_i8_a_nudge_late_in_its_window_is_still_ahead_of_the_read(stage: str) -> None:
    """SQS drops a second message of the window, also one that comes when the first was handed out and read."""
    delay = timedelta(seconds=timing(stage, resources()["NudgesQueue"]["Properties"]["DelaySeconds"]))
    variables = steps()["qbo_webhook"]["Environment"]["Variables"]
    window_s = timing(stage, variables["NUDGE_WINDOW_S"])
    clock = FakeClock()
    queue, began, reads = FakeQueue(clock), clock.now(), []
    for moment in MOMENTS:
        clock.advance((began + moment - clock.now()).total_seconds())
        before = len(queue.messages)
        queue.send([replace(NUDGE, window=nudge_window(clock.now(), window_s))])
        if len(queue.messages) > before:
            reads.append(moment + delay)
    swallowed = [moment for moment in MOMENTS if not any(moment <= read <= moment + delay for read in reads)]
    assert swallowed == [], "these were told of a change and nobody reads it"
    assert len(reads) < len(MOMENTS) / 2, "a burst is one read"


@pytest.mark.parametrize(
    "other",
    [
        replace(NUDGE, system=System.CONNECTWISE),
        replace(NUDGE, tenant="t_00000002"),
        replace(NUDGE, window=8),
        replace(NUDGE, because="the button"),
    ],
    ids=["another system", "another partner", "another window", "a deliberate repeat"],
)
def test_i8_a_nudge_is_not_swallowed_by_one_that_asks_for_something_else(other: Nudge) -> None:
    queue = FakeQueue(FakeClock())
    queue.send([NUDGE, other])
    assert queue.messages == [NUDGE, other]


@pytest.mark.parametrize(
    "message",
    [
        NUDGE,
        MirrorPayment(tenant="t_00000001", payment_id="129", because="v2"),
        MirrorPayment(tenant="t_00000001", payment_id="pay_1", system=System.PLATFORM),
        RecordDeposit(tenant="t_00000001", payout_id="po_1", because="v2"),
        CrossfootRequest(tenant="t_00000001", live=True),
    ],
    ids=lambda message: message.kind,
)
def test_a_message_that_is_read_back_is_the_same_work(message: Message) -> None:
    read = read_message(message.to_json())
    assert read == message
    assert (read.deduplication_id, read.lane) == (message.deduplication_id, message.lane)


def test_x4_a_request_that_comes_again_asks_for_the_same_comparison() -> None:
    request = CrossfootRequest(tenant="t_00000001", because="asked at noon")
    assert replace(request, revivals=1).comparison_id == request.comparison_id
    assert replace(request, because="asked at one").comparison_id != request.comparison_id
    assert replace(request, live=True).comparison_id != request.comparison_id
    rest = replace(request, because="after 7 moves", comparison=request.comparison_id)
    assert rest.comparison_id == request.comparison_id
    assert rest.deduplication_id != request.deduplication_id


def test_a_comparison_that_nobody_could_have_named_is_refused() -> None:
    with pytest.raises(ValueError, match="comparison's id"):
        CrossfootRequest(tenant="t_00000001", comparison="9" * 65)


def test_p1_payments_of_two_systems_with_one_id_are_two_works() -> None:
    theirs = MirrorPayment(tenant="t_00000001", payment_id="129")
    ours = replace(theirs, system=System.PLATFORM)
    assert theirs.deduplication_id != ours.deduplication_id
    assert (theirs.payment.system, ours.payment.system) == (System.QUICKBOOKS, System.PLATFORM)
    with pytest.raises(ValueError, match="no records"):
        replace(theirs, system=System.CONNECTWISE)


def test_a_message_of_before_there_were_payments_of_the_platform_is_read_and_still_written_so() -> None:
    before = '{"because":"v2","kind":"mirror_payment","payment_id":"129","tenant":"t_00000001"}'
    message = read_message(before)
    assert message == MirrorPayment(tenant="t_00000001", payment_id="129", because="v2")
    assert message.to_json() == before
