"""What the platform tells: what is kept of it, and what is refused by name (P1, P2, D2, X5)."""

from datetime import date
from typing import Any

import pytest
from crossfoot.core.model import PLATFORM, Kind, Payment, Payout, Ref, Standing, TakenBack
from crossfoot.messages.fields import BadFields
from crossfoot.messages.platform import PlatformPayment, PlatformPayout, to_follow_up
from crossfoot.messages.reading import read_shape

from tests.fakes.platform import payment_data, payout_data

TENANT = "t_00000001"


def payment(**other: Any) -> Payment:
    return read_shape(PlatformPayment, payment_data(**other), strict=True).to_payment()


def payout(**other: Any) -> Payout:
    return read_shape(PlatformPayout, payout_data(**other), strict=True).to_payout()


def parts(told: Payment) -> dict[str, int]:
    return {str(part.invoice): part.amount_minor for part in told.allocations}


def test_p1_a_payment_says_who_paid_what_and_when() -> None:
    told = payment()
    assert told.ref == Ref(PLATFORM, Kind.PAYMENT, "pay_1")
    assert (told.standing, told.total_minor, told.paid_on) == (Standing.LIVE, 125_000, date(2026, 11, 3))
    assert parts(told) == {"quickbooks-129": 100_000, "connectwise-501": 25_000}
    assert (str(told.customer), told.reference, told.former_invoices) == ("quickbooks-58", "CHK-7712", ())


@pytest.mark.parametrize(
    ("refunded", "left", "former"),
    [
        ("0.01", {"quickbooks-129": 100_000, "connectwise-501": 24_999}, []),
        ("250.00", {"quickbooks-129": 100_000}, ["connectwise-501"]),
        ("1249.99", {"quickbooks-129": 1}, ["connectwise-501"]),
    ],
)
def test_p2_what_is_given_back_in_part_is_taken_from_the_last_invoice_on(
    refunded: str, left: dict[str, int], former: list[str]
) -> None:
    told = payment(refunded_amount=refunded)
    assert parts(told) == left
    assert [str(invoice) for invoice in told.former_invoices] == former
    assert told.standing is Standing.LIVE
    assert told.total_minor + told.refunded_minor == 125_000
    assert sum(left.values()) == told.total_minor


@pytest.mark.parametrize(
    ("data", "why", "left_minor"),
    [
        ({"refunded_amount": "1250"}, TakenBack.REFUNDED, 0),
        ({"status": "refunded"}, TakenBack.REFUNDED, 0),
        ({"status": "refunded", "refunded_amount": "1250.00"}, TakenBack.REFUNDED, 0),
        ({"status": "returned"}, TakenBack.RETURNED, 125_000),
        ({"status": "deleted", "refunded_amount": "250.00"}, TakenBack.DELETED, 100_000),
    ],
)
def test_p2_what_is_given_back_whole_counts_no_longer(data: dict[str, str], why: TakenBack, left_minor: int) -> None:
    told = payment(**data)
    assert (told.standing, told.taken_back, told.allocations) == (Standing.DELETED, why, ())
    assert told.total_minor == left_minor
    assert [str(invoice) for invoice in told.former_invoices] == ["connectwise-501", "quickbooks-129"]


def test_p2_of_two_states_of_one_time_the_one_that_gave_more_back_is_the_later() -> None:
    versions = [payment(), payment(refunded_amount="1"), payment(status="returned")]
    assert [told.version.updated_at for told in versions] == ["2026-11-03T17:04:05.000000Z"] * 3
    assert sorted(versions, key=lambda told: told.version.seen_at) == versions
    states = [payout(status=state).version.seen_at for state in ("created", "paid", "failed")]
    assert sorted(set(states)) == states


def test_times_of_every_zone_are_put_in_one_order() -> None:
    east, west = payment(updated_at="2026-11-03T18:00:00+02:00"), payment(updated_at="2026-11-03T17:00:00.5Z")
    assert east.version.updated_at == "2026-11-03T16:00:00.000000Z" < west.version.updated_at


@pytest.mark.parametrize(
    ("data", "member"),
    [
        ({"amount": "0.00"}, "amount"),
        ({"amount": "-5.00"}, "amount"),
        ({"amount": 1250}, "amount"),
        ({"amount": "1e3"}, "amount"),
        ({"amount": "1250.001"}, "amount"),
        ({"currency": "JPY", "amount": "1250.50", "allocations": []}, "amount"),
        ({"currency": "usd"}, "currency"),
        ({"refunded_amount": "1250.01"}, "refunded_amount"),
        ({"refunded_amount": "0.001"}, "refunded_amount"),
        ({"status": "refunded", "refunded_amount": "1.00"}, "refunded_amount"),
        ({"status": "pending"}, "status"),
        ({"allocations": [{"invoice": "quickbooks-129", "amount": "1250.01"}]}, "allocations"),
        ({"allocations": [{"invoice": "quickbooks-129", "amount": "0.001"}]}, "allocations"),
        ({"allocations": [{"invoice": "platform-1", "amount": "1.00"}]}, "allocations.0.invoice"),
        ({"allocations": [{"invoice": "quickbooks-129", "amount": "1.00"}] * 501}, "allocations"),
        ({"customer": "58"}, "customer"),
        ({"paid_on": "2026-11-03T17:00:00Z"}, "paid_on"),
        ({"updated_at": "2026-11-03T17:04:05"}, "updated_at"),
        ({"updated_at": "9999-12-31T23:59:59.999999Z"}, "updated_at"),
        ({"id": "pay 1"}, "id"),
        ({"id": "pay#1"}, "id"),
        ({"reference": "x" * 22}, "reference"),
        ({"refunded_amonut": "5.00"}, "refunded_amonut"),
    ],
)
def test_x5_a_payment_that_cannot_be_kept_exactly_is_refused_by_name(data: dict[str, Any], member: str) -> None:
    with pytest.raises(BadFields) as bad:
        payment(**data)
    assert [name for name, _ in bad.value.errors] == [member]


def test_d2_a_payout_is_what_it_holds_to_the_cent() -> None:
    told = payout()
    assert (told.total_minor, told.state, told.arrives_on) == (124_710, "paid", date(2026, 11, 6))
    assert told.items is not None
    assert [(item.kind, item.amount_minor, item.payment and item.payment.id, item.memo) for item in told.items] == [
        ("payment", 125_000, "pay_1", ""),
        ("fee", -290, None, "Card fees"),
    ]


def item(kind: str, amount: str, **more: str) -> dict[str, str]:
    return {"kind": kind, "amount": amount, **more}


@pytest.mark.parametrize(
    ("data", "member"),
    [
        ({"amount": "1247.11"}, "amount"),
        ({"amount": "-1.00"}, "amount"),
        ({"items": []}, "items"),
        ({"items": [item("payment", "1247.10")]}, "items.0.payment"),
        ({"items": [item("refund", "-1.00")]}, "items.0.payment"),
        ({"items": [item("refund", "1.00", payment="pay_1")]}, "items.0.amount"),
        ({"items": [item("payment", "-1.00", payment="pay_1")]}, "items.0.amount"),
        ({"items": [item("payment", "1247.101", payment="pay_1")]}, "items"),
        ({"items": [item("payment", "623.55", payment="pay_1")] * 2}, "items"),
        ({"items": [item("tip", "1247.10")]}, "items.0.kind"),
        ({"status": "lost"}, "status"),
    ],
)
def test_d2_a_payout_that_does_not_tie_is_refused_by_name(data: dict[str, Any], member: str) -> None:
    with pytest.raises(BadFields) as bad:
        payout(**data)
    assert [name for name, _ in bad.value.errors] == [member]


def test_p4_the_same_telling_is_the_same_work_and_another_state_is_other_work() -> None:
    (one,), (again,) = to_follow_up(TENANT, payment()), to_follow_up(TENANT, payment())
    (other,) = to_follow_up(TENANT, payment(refunded_amount="1.00"))
    assert one.deduplication_id == again.deduplication_id != other.deduplication_id


def test_d2_a_payout_that_does_not_tie_says_so_in_amounts() -> None:
    with pytest.raises(BadFields) as bad:
        payout(items=[item("payment", "10.00", payment="pay_1")], amount="10.01")
    assert "the items come to 10.00, and not to 10.01" in bad.value.errors[0][1]
