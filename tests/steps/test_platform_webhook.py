"""platform_webhook: what the platform tells is kept, then queued (P, B, D2). Signatures are tried in tests/functions."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from crossfoot.core.model import PLATFORM, Kind, Payment, Payout, Ref, Standing, TakenBack
from crossfoot.core.payables.profile import NO_FACTS, PaymentSync, ProfileFacts, payment_sync_of
from crossfoot.core.payables.records import Bill, BillPayment
from crossfoot.errors import Conflict, RemoteUnavailable
from crossfoot.messages import MirrorBill, MirrorPayment
from crossfoot.messages.events import (
    BILL_EVENTS,
    BILL_PAYMENT_EVENTS,
    PAYABLES_EVENTS,
    VENDOR_CREDIT_EVENTS,
    VENDOR_EVENTS,
)
from crossfoot.messages.fields import BadFields
from crossfoot.ports import Outgoing
from crossfoot.steps.platform_webhook import Ports, Received, platform_webhook

from tests.fakes.book import FakeBook
from tests.fakes.clock import FakeClock
from tests.fakes.outbox import FakeOutbox
from tests.fakes.partners import FakePartners
from tests.fakes.payables_settings import FakePayablesSettings
from tests.fakes.platform import (
    bill_data,
    bill_payment_data,
    partner_data,
    payment_data,
    payout_data,
    vendor_credit_data,
    vendor_data,
)
from tests.fakes.table import FakeQueue

TENANT = "t_00000001"
PAID = Ref(PLATFORM, Kind.PAYMENT, "pay_1")


class Platform:
    """The step's world: posts are signed "good"."""

    def __init__(self) -> None:
        self.book = FakeBook()
        self.clock = FakeClock()
        self.queue = FakeQueue(self.clock)
        self.outbox, self.settings = FakeOutbox(), FakePayablesSettings()
        self.ports = Ports(
            is_genuine=lambda raw, headers: headers.get("signed") == "good",
            partners=FakePartners({TENANT}),
            book=self.book,
            outbox=self.outbox,
            payables_settings=self.settings,
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


# --- payables ----------------------------------------------------------------------------------------------------------

BILL = Ref(PLATFORM, Kind.BILL, "bill_1")
VENDOR = Ref(PLATFORM, Kind.VENDOR, "ven_1")
# Every type of event about a record, with a record of it.
TOLD = (
    *((kind, vendor_data()) for kind in VENDOR_EVENTS),
    *((kind, bill_data()) for kind in BILL_EVENTS),
    *((kind, vendor_credit_data()) for kind in VENDOR_CREDIT_EVENTS),
    *((kind, bill_payment_data()) for kind in BILL_PAYMENT_EVENTS),
)


@pytest.mark.parametrize(("kind", "data"), TOLD)
def test_b4_a_payable_is_kept_noted_as_waiting_and_the_accounting_is_asked_to_follow(
    platform: Platform, kind: str, data: dict[str, Any]
) -> None:
    assert platform.tell(kind, data) is Received.KEPT
    (message,) = platform.queue.messages
    assert isinstance(message, MirrorBill)
    assert message.record.kind == kind.partition(".")[0]
    assert message.vendor == "platform-ven_1"
    assert platform.book.load(TENANT, message.record) is not None
    assert platform.outbox.load(TENANT, message.record) == Outgoing(message.record, VENDOR)


def test_b4_the_same_telling_again_does_not_make_wait_what_went_out_meanwhile(platform: Platform) -> None:
    platform.tell("bill.created", bill_data())
    platform.outbox.remove(TENANT, BILL)
    for data in (bill_data(), bill_data(updated_at="2026-11-02T00:00:00Z", number="OLD")):
        platform.queue.messages.clear()
        platform.clock.advance(600)
        platform.tell("bill.created", data)
        assert platform.outbox.load(TENANT, BILL) is None
        assert len(platform.queue.messages) == 1, "it is looked at all the same: the worker before may have died"


def test_b4_a_newer_state_waits_again_without_what_was_said_of_the_one_before(platform: Platform) -> None:
    platform.tell("bill.created", bill_data(approved=False))
    platform.outbox.put(TENANT, [Outgoing(BILL, VENDOR, "sync-1", "not_approved")])
    platform.tell("bill.approved", bill_data(updated_at="2026-11-04T00:00:00Z"))
    kept = platform.book.load(TENANT, BILL)
    assert isinstance(kept, Bill)
    assert kept.approved
    assert platform.outbox.load(TENANT, BILL) == Outgoing(BILL, VENDOR)


def test_b4_a_worker_that_dies_at_any_point_is_made_up_for_by_the_next_delivery(platform: Platform) -> None:
    for number, (owner, method) in enumerate(
        ((platform.book, "save"), (platform.outbox, "put"), (platform.queue, "send"))
    ):
        data = bill_data(id=f"bill_{number}")
        whole = getattr(owner, method)

        def die(*_: object) -> None:
            raise RemoteUnavailable("away")

        setattr(owner, method, die)
        with pytest.raises(RemoteUnavailable):
            platform.tell("bill.created", data)
        setattr(owner, method, whole)
        assert platform.tell("bill.created", data) is Received.KEPT
        asked = [each.record.id for each in platform.queue.messages if isinstance(each, MirrorBill)]
        assert asked[-1] == f"bill_{number}"


def test_b4_a_payment_that_is_voided_counts_no_longer_in_whatever_order_it_is_told(platform: Platform) -> None:
    for status in ("scheduled", "voided", "paid"):
        platform.tell(f"bill_payment.{status}", bill_payment_data(status=status))
    kept = platform.book.load(TENANT, Ref(PLATFORM, Kind.BILL_PAYMENT, "bp_1"))
    assert isinstance(kept, BillPayment)
    assert kept.standing is Standing.VOID


def test_b6_the_newest_word_on_a_partner_decides_its_profile_and_an_operators_stays(platform: Platform) -> None:
    def sync() -> PaymentSync:
        return payment_sync_of(platform.settings.load_facts(TENANT))

    later = "2026-11-04T00:00:00Z"
    assert platform.tell("partner.updated", partner_data()) is Received.KEPT
    assert sync() is PaymentSync.TWO_WAY
    platform.tell("partner.updated", partner_data(updated_at=later, accountant_console=True))
    platform.tell("partner.updated", partner_data())
    assert sync() is PaymentSync.CLASSIC
    seen = platform.settings.load_facts(TENANT)
    platform.settings.save_facts(TENANT, ProfileFacts(override=PaymentSync.TWO_WAY, told_at=seen.told_at))
    platform.tell("partner.updated", partner_data(updated_at=later, signed_up_on="2010-01-01"))
    assert sync() is PaymentSync.TWO_WAY
    assert platform.settings.load_facts("t_00000002") == NO_FACTS
    assert platform.queue.messages == []


@pytest.mark.parametrize("kind", PAYABLES_EVENTS)
def test_x5_what_is_told_of_payables_and_cannot_be_read_is_refused_and_not_kept(platform: Platform, kind: str) -> None:
    with pytest.raises(BadFields) as bad:
        platform.tell(kind, {"colour": "red"})
    assert "data.colour" in [name for name, _ in bad.value.errors]
    assert (platform.book.records, platform.outbox.waiting, platform.queue.messages) == ({}, {}, [])
    assert platform.settings.facts == {}
