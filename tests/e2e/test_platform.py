"""On the deployed template: what the platform tells stands in both books, once, until it is taken back (P1 to P4, D2)."""

from base64 import b64encode
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from local.demo.errors import DemoError
from local.sandbox.store import Record
from tests.e2e.partner import DAY, PREFERENCES, Deployed, Partner
from tests.e2e.platform import Platform, event_of, on_one

# Both partners have a payment of this id, and neither hears of the other's.
PAYMENT = "pay_1"
ON_TWO: dict[str, Any] = {
    "id": PAYMENT,
    "amount": "70.00",
    "paid_on": DAY.isoformat(),
    "allocations": [
        {"invoice": "quickbooks-1002", "amount": "50.00"},
        {"invoice": "connectwise-1003", "amount": "20.00"},
    ],
}
PAYOUT: dict[str, Any] = {
    "id": "po_1",
    "amount": "68.00",
    "arrives_on": "2026-11-06",
    "items": [
        {"kind": "payment", "payment": PAYMENT, "amount": "70.00"},
        {"kind": "fee", "amount": "-2.00", "memo": "Card fees"},
    ],
}


@pytest.fixture(scope="module")
def before(two: tuple[Partner, Partner]) -> list[Decimal]:
    """What is paid in ConnectWise of each partner's invoices 1002 and 1003 before these tests."""
    return _paid(two)


def test_p1_p4_payments_that_are_told_twice_are_entered_once_in_both_books(
    deployed: Deployed, platform: Platform, two: tuple[Partner, Partner], before: list[Decimal]
) -> None:
    north, south = two
    platform.tell(north, "payment.succeeded", **ON_TWO)
    platform.tell(south, "payment.succeeded", **on_one(PAYMENT, "1002", "11.00"))
    deployed.wait_for_rest("the payments of the platform")
    (entered,) = _entered(north, "1002")
    assert _entered(north, "1003") == [entered], "one payment on both invoices"
    assert (entered["TotalAmt"], entered["UnappliedAmt"], entered["TxnDate"]) == (70, 0, DAY.isoformat())
    assert [each["TotalAmt"] for each in _entered(south, "1002")] == [11]
    assert [now - then for now, then in zip(_paid(two), before, strict=True)] == [50, 20, 11, 0]
    assert [_told(partner)["status"] for partner in two] == ["synced", "synced"]
    story = str(north.api.explain(f"platform-{PAYMENT}"))
    assert "Entered 70.00 USD" in story
    assert "Entered 50.00 USD" in story


def test_d2_a_payout_that_is_told_twice_is_one_deposit_to_the_cent(
    deployed: Deployed, platform: Platform, two: tuple[Partner, Partner]
) -> None:
    north, south = two
    chosen = {"deposit_account_id": _account(north, "bank"), "fee_account_id": _account(north, "expense")}
    north.api.put("/v1/preferences", {**PREFERENCES, **chosen, "deposits_enabled": True})
    platform.tell(north, "payout.paid", **PAYOUT)
    deployed.wait_for_rest("the payout")
    (deposit,) = _deposits(north)
    assert deposit["TotalAmt"] == 68
    assert sorted(line["Amount"] for line in deposit["Line"]) == [-2, 70]
    proof = north.api.get(f"/v1/payouts/platform-{PAYOUT['id']}")
    assert proof["tied"], proof["reason"]
    assert proof["deposit"]["id"] == f"quickbooks-{deposit['Id']}"
    assert _deposits(south) == []


def test_p2_p3_a_refund_and_a_deletion_by_hand_are_followed_in_every_book(
    deployed: Deployed, platform: Platform, two: tuple[Partner, Partner], before: list[Decimal]
) -> None:
    north, south = two
    platform.tell(north, "payment.refunded", **ON_TWO)
    (entered,) = _entered(south, "1002")
    south.accountant.delete_payment(entered)
    deployed.wait_for_rest("what was taken back")
    assert _entered(north, "1002") + _entered(north, "1003") + _entered(south, "1002") == []
    assert _paid(two) == before
    assert [each["TotalAmt"] for each in _deposits(north)] == [68], "it let go of the payment, and is the payout still"
    assert [_told(partner)["taken_back"] for partner in two] == ["refunded", "deleted"]
    assert [_told(partner)["status"] for partner in two] == ["synced", "synced"]
    assert "Somebody deleted this payment in QuickBooks" in str(south.api.explain(f"platform-{PAYMENT}"))


def test_what_the_platform_did_not_sign_is_401_and_not_kept(
    deployed: Deployed, platform: Platform, two: tuple[Partner, Partner]
) -> None:
    north, _ = two
    payment = on_one("pay_forged", "1002", "11.00")
    event = event_of(north.tenant, "payment.succeeded", **payment)
    strange = "whsec_" + b64encode(bytes(32)).decode()
    altered = event.replace(b'"11.00"', b'"99.00"')
    assert platform.post(event, f"msg_{uuid4().hex}", signed_by=strange) == 401
    assert platform.post(event, f"msg_{uuid4().hex}", altered=altered) == 401
    assert platform.post(event_of("t_00000000", "payment.succeeded", **payment), f"msg_{uuid4().hex}") == 404
    with pytest.raises(DemoError, match="404"):
        north.api.explain("platform-pay_forged")


def _told(partner: Partner) -> dict[str, Any]:
    return next(each for each in partner.api.list_all("payments") if each["id"] == f"platform-{PAYMENT}")


def _entered(partner: Partner, number: str) -> list[Record]:
    """List the payments on an invoice in QuickBooks that say which payment of the platform they are."""
    return [each for each in partner.receipts(number) if f"({PAYMENT})" in each.get("PrivateNote", "")]


def _deposits(partner: Partner) -> list[Record]:
    """List the deposits in QuickBooks that say which payout they are."""
    return [each for each in partner.accountant.read_all("Deposit") if PAYOUT["id"] in each.get("PrivateNote", "")]


def _account(partner: Partner, use: str) -> str:
    return str(partner.api.get("/v1/connections/quickbooks/accounts", use=use)["accounts"][0]["id"])


def _paid(two: tuple[Partner, Partner]) -> list[Decimal]:
    """Add up what ConnectWise shows as paid, which is in one row of an invoice or in several."""
    return [sum((amount for amount, _ in each.rows(number)), Decimal(0)) for each in two for number in ("1002", "1003")]
