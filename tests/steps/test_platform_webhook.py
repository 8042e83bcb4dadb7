"""platform_webhook: what the platform tells is kept, then queued (P1, P2, D2). Signatures are tried in tests/functions."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from crossfoot.core.model import PLATFORM, Kind, Payment, Payout, Ref, Standing, TakenBack
from crossfoot.errors import Conflict, RemoteUnavailable
from crossfoot.messages import MirrorPayment
from crossfoot.messages.fields import BadFields
from crossfoot.steps.platform_webhook import Ports, Received, platform_webhook

from tests.fakes.book import FakeBook
from tests.fakes.clock import FakeClock
from tests.fakes.partners import FakePartners
from tests.fakes.platform import payment_data, payout_data
from tests.fakes.table import FakeQueue

TENANT = "t_00000001"
PAID = Ref(PLATFORM, Kind.PAYMENT, "pay_1")


class Platform:
    """The step's world: posts are signed "good"."""

    def __init__(self) -> None:
        self.book = FakeBook()
        self.queue = FakeQueue(FakeClock())
        self.ports = Ports(
            is_genuine=lambda raw, headers: headers.get("signed") == "good",
            partners=FakePartners({TENANT}),
            book=self.book,
            queue=self.queue,
        )

    def tell(self, kind: str, data: Mapping[str, Any], *, partner: str = TENANT, signed: str = "good") -> Received:
        body = {"type": kind, "timestamp": "2026-11-03T17:04:05Z", "data": {"partner": partner, **data}}
        return platform_webhook(json.dumps(body).encode(), {"signed": signed}, self.ports)

    @property
    def payment(self) -> Payment:
        record = self.book.load(TENANT, PAID)
        assert isinstance(record, Payment)
        return record


@pytest.fixture
def platform() -> Platform:
    return Platform()


def test_p1_a_payment_is_kept_and_the_other_books_are_asked_to_follow(platform: Platform) -> None:
    assert platform.tell("payment.succeeded", payment_data()) is Received.KEPT
    kept = platform.payment
    assert (kept.total_minor, kept.standing, len(kept.allocations)) == (125_000, Standing.LIVE, 2)
    (message,) = platform.queue.messages
    assert isinstance(message, MirrorPayment)
    assert (message.tenant, message.payment) == (TENANT, PAID)


def test_p4_the_same_event_again_keeps_nothing_new_and_asks_for_the_same_work(platform: Platform) -> None:
    asked = []
    for _ in range(2):
        platform.tell("payment.succeeded", payment_data())
        asked += platform.queue.messages
        platform.queue.messages.clear()
    before = platform.payment
    platform.tell("payment.succeeded", payment_data())
    assert platform.payment == before
    assert len({message.deduplication_id for message in asked}) == 1


@pytest.mark.parametrize(
    ("kind", "status", "why"),
    [
        ("payment.refunded", "refunded", TakenBack.REFUNDED),
        ("payment.returned", "returned", TakenBack.RETURNED),
        ("payment.deleted", "deleted", TakenBack.DELETED),
    ],
)
def test_p2_what_is_taken_back_counts_no_longer_in_whatever_order_it_is_told(
    platform: Platform, kind: str, status: str, why: TakenBack
) -> None:
    taken_back = payment_data(status=status, updated_at="2026-11-03T17:05:00Z")
    for told in (payment_data(), taken_back, payment_data(), payment_data(updated_at="2026-11-03T17:05:00Z")):
        platform.tell(kind, told)
    kept = platform.payment
    assert (kept.standing, kept.taken_back, kept.allocations) == (Standing.DELETED, why, ())
    assert [str(invoice) for invoice in kept.former_invoices] == ["connectwise-501", "quickbooks-129"]


def test_d2_a_payout_is_kept_with_what_it_holds(platform: Platform) -> None:
    assert platform.tell("payout.created", payout_data(status="created")) is Received.KEPT
    assert platform.tell("payout.paid", payout_data(updated_at="2026-11-04T17:00:00Z")) is Received.KEPT
    payout = platform.book.load(TENANT, Ref(PLATFORM, Kind.PAYOUT, "po_1"))
    assert isinstance(payout, Payout)
    assert (payout.state, payout.total_minor) == ("paid", 124_710)
    items = platform.book.load_payout_items(TENANT, payout.ref)
    assert [(item.kind, item.amount_minor) for item in items] == [("payment", 125_000), ("fee", -290)]
    assert platform.book.load_payouts_of(TENANT, [PAID]) == {PAID: (payout.ref,)}


def test_a_post_that_is_not_the_platforms_is_not_even_read(platform: Platform) -> None:
    assert platform_webhook(b"{", {"signed": "bad"}, platform.ports) is Received.NOT_GENUINE


def test_an_event_of_a_type_that_is_not_ours_is_passed_over_whatever_it_holds(platform: Platform) -> None:
    assert platform.tell("dispute.opened", {"colour": "red"}) is Received.IGNORED
    assert (platform.book.records, platform.queue.messages) == ({}, [])


@pytest.mark.parametrize("partner", ["t_00000002", "t_00000001#list", "T_00000001", "nobody"])
def test_x6_an_event_about_nobody_is_not_kept(platform: Platform, partner: str) -> None:
    assert platform.tell("payment.succeeded", payment_data(), partner=partner) is Received.NOBODYS
    assert (platform.book.records, platform.queue.messages) == ({}, [])


@pytest.mark.parametrize(
    ("raw", "member"),
    [
        (b"{", "body"),
        (b"[]", "type"),
        (b'{"type": 7}', "type"),
        (b'{"type": "payment.succeeded"}', "data"),
        (b'{"type": "payment.succeeded", "data": []}', "data"),
        (b'{"type": "payment.succeeded", "data": {"partner": ""}}', "data.partner"),
        (b'{"type": "payment.succeeded", "data": {"partner": "t_00000001"}}', "data.id"),
        (b'{"type": "payout.paid", "data": {"partner": "t_00000001"}}', "data.id"),
    ],
)
def test_an_event_that_cannot_be_read_says_where_and_nothing_is_kept(
    platform: Platform, raw: bytes, member: str
) -> None:
    with pytest.raises(BadFields) as bad:
        platform_webhook(raw, {"signed": "good"}, platform.ports)
    assert bad.value.errors[0][0] == member
    assert (platform.book.records, platform.queue.messages) == ({}, [])


def test_a_worker_that_dies_between_keeping_and_queueing_is_made_up_for_by_the_next_delivery(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = platform.queue.send

    def fail(messages: object) -> None:
        raise RemoteUnavailable("SQS")

    platform.queue.send = fail  # type: ignore[method-assign]
    with pytest.raises(RemoteUnavailable):
        platform.tell("payment.succeeded", payment_data())
    platform.queue.send = send  # type: ignore[method-assign]
    assert platform.tell("payment.succeeded", payment_data()) is Received.KEPT
    assert len(platform.queue.messages) == 1


def test_a_book_that_is_busy_makes_the_platform_send_it_again(platform: Platform) -> None:
    def conflict(tenant: str, records: object) -> frozenset[Ref]:
        raise Conflict("somebody else")

    platform.book.save = conflict  # type: ignore[method-assign]
    with pytest.raises(Conflict):
        platform.tell("payment.succeeded", payment_data())
    assert platform.queue.messages == []
