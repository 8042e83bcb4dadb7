"""What the platform tells by a call, once for each idempotency key, and how it is shown (P1, P2, P4, D2, E1, X1)."""

from dataclasses import replace
from typing import Any

import pytest
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Payment, Ref
from crossfoot.errors import AwsUnavailable
from crossfoot.messages import Message, MirrorPayment

from tests.fakes.api import OTHER_TENANT, FakeApi, Reply
from tests.fakes.platform import payment_data, payout_data
from tests.fakes.world import TENANT

PAID = Ref(PLATFORM, Kind.PAYMENT, "pay_1")


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


def tell(api: FakeApi, key: str | None = None, tenant: str = TENANT, **other: Any) -> Reply:
    return api.call("POST", "/v1/payments", body=payment_data(**other), key=key, tenant=tenant)


def asked(api: FakeApi) -> list[MirrorPayment]:
    return [message for message in api.world.queue.messages if isinstance(message, MirrorPayment)]


def test_p1_a_payment_that_is_told_is_kept_and_the_other_books_are_asked_to_follow(api: FakeApi) -> None:
    reply = tell(api)
    assert (reply.status, reply.body) == (202, {"id": "platform-pay_1", "updated_at": "2026-11-03T17:04:05Z"})
    assert [message.payment for message in asked(api)] == [PAID]
    assert isinstance(api.world.book.load(TENANT, PAID), Payment)


def test_p4_the_same_key_and_body_get_the_same_answer_and_are_done_once(api: FakeApi) -> None:
    first = tell(api, "key-a")
    api.world.queue.messages.clear()
    tell(api, "key-b", updated_at="2026-11-03T18:00:00Z", refunded_amount="1.00")
    again = tell(api, "key-a")
    assert (again.status, again.text) == (first.status, first.text)
    assert len(asked(api)) == 1, "the other key alone asked for work"


def test_the_same_key_with_another_body_or_for_another_call_is_refused(api: FakeApi) -> None:
    tell(api, "key-a")
    other = tell(api, "key-a", amount="1250.01")
    elsewhere = api.call("POST", "/v1/payouts", body=payout_data(), key="key-a")
    for reply in (other, elsewhere):
        assert (reply.status, reply.body["code"]) == (422, "idempotency_key_reused")
    assert api.world.book.load(TENANT, Ref(PLATFORM, Kind.PAYOUT, "po_1")) is None


@pytest.mark.parametrize("key", ["", " ", "two words", "ümlaut", "x" * 256, "tab\t"])
def test_a_call_without_a_key_names_the_header_and_does_nothing(api: FakeApi, key: str) -> None:
    for path, body in (("/v1/payments", payment_data()), ("/v1/payouts", payout_data())):
        reply = api.call("POST", path, body=body, key=key)
        assert reply.status == 400
        assert [error["field"] for error in reply.body["errors"]] == ["headers.Idempotency-Key"]
    assert api.idempotency.kept == {}
    assert asked(api) == []


def test_a_body_that_is_refused_uses_no_key_up(api: FakeApi) -> None:
    reply = tell(api, "key-a", amount="12.345")
    assert (reply.status, reply.body["errors"][0]["field"]) == (400, "amount")
    assert tell(api, "key-a").status == 202


def test_p4_of_two_at_once_one_does_it_and_the_other_hears_when_to_ask_again(api: FakeApi) -> None:
    """The second call comes while the first is at its last step."""
    send = api.world.queue.send
    met: list[Reply] = []

    def and_again(messages: list[Message]) -> None:
        if not met:
            met.append(tell(api, "key-a"))
        send(messages)

    api.world.queue.send = and_again  # type: ignore[method-assign, assignment]
    assert tell(api, "key-a").status == 202
    assert (met[0].status, met[0].body["code"]) == (409, "under_way")
    assert 1 <= int(met[0].headers["Retry-After"]) <= 5
    assert tell(api, "key-a").status == 202
    assert len(asked(api)) == 1


def test_what_could_not_be_queued_is_done_by_the_next_call_with_the_key(api: FakeApi) -> None:
    send = api.world.queue.send

    def fail(messages: list[Message]) -> None:
        raise AwsUnavailable("SQS")

    api.world.queue.send = fail  # type: ignore[method-assign, assignment]
    assert tell(api, "key-a").status == 503
    api.world.queue.send = send  # type: ignore[method-assign]
    assert tell(api, "key-a").status == 202
    assert len(asked(api)) == 1


def test_p4_a_worker_that_died_anywhere_leaves_the_call_to_the_next_one(api: FakeApi) -> None:
    """As each of its calls in turn would leave it: the key taken, nothing else, or all but the answer."""
    told = tell(api, "whole").body
    for key, point in (("k1", "save"), ("k2", "send"), ("k3", "finish")):
        owner: Any = {"save": api.world.book, "send": api.world.queue, "finish": api.idempotency}[point]
        kept, give_back = getattr(owner, point), api.idempotency.give_back

        def die(*_: object) -> None:
            raise SystemExit

        setattr(owner, point, die)
        api.idempotency.give_back = die  # type: ignore[method-assign, assignment]
        with pytest.raises(SystemExit):
            tell(api, key)
        setattr(owner, point, kept)
        api.idempotency.give_back = give_back  # type: ignore[method-assign]
        assert tell(api, key).status == 409, point
        api.world.clock.advance(60)
        assert tell(api, key).body == told, point


def test_x6_two_partners_may_have_payments_and_keys_of_one_name(api: FakeApi) -> None:
    tell(api, "key-a")
    assert tell(api, "key-a", OTHER_TENANT, amount="2000.00").status == 202
    mine, theirs = (api.world.book.load(tenant, PAID) for tenant in (TENANT, OTHER_TENANT))
    assert isinstance(mine, Payment)
    assert isinstance(theirs, Payment)
    assert (mine.total_minor, theirs.total_minor) == (125_000, 200_000)


def test_p2_a_payment_of_the_platform_is_listed_with_what_became_of_it(api: FakeApi) -> None:
    tell(api, refunded_amount="250.00")
    tell(api, id="pay_2", status="returned")
    shown = {each["id"]: each for each in api.call("GET", "/v1/payments").body["payments"]}
    part, gone = shown["platform-pay_1"], shown["platform-pay_2"]
    assert (part["total"], part["refunded"], part["taken_back"], part["standing"]) == (
        "1000.00",
        "250.00",
        None,
        "live",
    )
    assert part["allocations"] == [{"invoice": "quickbooks-129", "amount": "1000.00"}]
    assert (gone["taken_back"], gone["standing"], gone["total"]) == ("returned", "deleted", "1250.00")
    for each in shown.values():
        assert each["reason"]["sentence"]


def test_e1_a_payment_in_quickbooks_says_which_one_of_the_platform_it_stands_for(api: FakeApi) -> None:
    api.connect_both()
    ref = Ref(ACCOUNTING, Kind.PAYMENT, "77")
    copy = replace(_platform_payment(api), ref=ref, allocations=(), former_invoices=(), origin=PAID, customer=None)
    api.world.book.save(TENANT, [copy])
    (shown,) = [each for each in api.call("GET", "/v1/payments").body["payments"] if each["id"] == "quickbooks-77"]
    assert shown["origin"] == "platform-pay_1"
    now = api.call("GET", "/v1/records/payment/quickbooks-77/explain").body["now"]
    assert [(why["rule"], why["code"], why["about"]) for why in now] == [
        ("E1", "made_by_crossfoot", ["platform-pay_1"])
    ]


def _platform_payment(api: FakeApi) -> Payment:
    tell(api)
    record = api.world.book.load(TENANT, PAID)
    assert isinstance(record, Payment)
    return record


def test_x1_a_payment_and_a_payout_of_the_platform_tell_their_story(api: FakeApi) -> None:
    tell(api, refunded_amount="250.00")
    api.call("POST", "/v1/payouts", body=payout_data())
    payment = api.call("GET", "/v1/records/payment/platform-pay_1/explain").body
    assert payment["title"] == "Payment of 1,250.00 USD on 2026-11-03"
    assert payment["now"][0]["rule"] in {"P1", "E8"}
    payout = api.call("GET", "/v1/records/payout/platform-po_1/explain").body
    assert payout["title"] == "Payout of 1,247.10 USD on 2026-11-06"
    assert (payout["now"][0]["rule"], payout["ids"]) == ("D2", ["platform-po_1", "platform-pay_1"])


def test_d2_payouts_are_listed_by_day_and_state_and_shown_with_what_they_hold(api: FakeApi) -> None:
    tell(api)
    api.call("POST", "/v1/payouts", body=payout_data())
    fee_only = [{"kind": "payment", "payment": "pay_9", "amount": "5.00"}]
    later = payout_data(id="po_2", status="failed", arrives_on="2026-12-01", items=fee_only, amount="5.00")
    api.call("POST", "/v1/payouts", body=later)

    def listed(**query: str) -> list[str]:
        return [each["id"] for each in api.call("GET", "/v1/payouts", query=query).body["payouts"]]

    assert listed() == ["platform-po_2", "platform-po_1"]
    assert listed(to="2026-11-30") == ["platform-po_1"]
    assert listed(status="failed") == ["platform-po_2"]
    shown = api.call("GET", "/v1/payouts/platform-po_1").body
    assert (shown["total"], shown["status"]) == ("1247.10", "paid")
    payment, fee = shown["items"]
    assert (payment["payment"], payment["standing"], payment["amount"]) == ("platform-pay_1", "live", "1250.00")
    assert [part["invoice"] for part in payment["allocations"]] == ["quickbooks-129", "connectwise-501"]
    assert (fee["kind"], fee["amount"], fee["payment"], fee["memo"]) == ("fee", "-2.90", None, "Card fees")
    (unknown,) = api.call("GET", "/v1/payouts/platform-po_2").body["items"]
    assert (unknown["standing"], unknown["allocations"]) == (None, [])
    assert api.call("GET", "/v1/payouts/platform-po_3").status == 404


def test_p1_an_invoice_shows_what_the_platform_received_for_either_of_its_copies(api: FakeApi) -> None:
    api.connect_both()
    api.world.invoice_in_both("1001", 1000)
    api.work()
    parts = [{"invoice": "quickbooks-q1001", "amount": "3.00"}, {"invoice": "connectwise-c1001", "amount": "4.00"}]
    tell(api, allocations=parts)
    for id_ in ("quickbooks-q1001", "connectwise-c1001"):
        shown = api.call("GET", f"/v1/invoices/{id_}").body["payments"]
        assert [each["id"] for each in shown] == ["platform-pay_1"]
