"""On the deployed template, IAM enforced: from a webhook to a payment, for two partners at once (E1, E5, X2)."""

from decimal import Decimal

from local.sandbox.store import Record
from tests.e2e.killing import MEANWHILE
from tests.e2e.partner import DAY, Deployed, Partner


def test_e1_payments_of_two_partners_at_once_appear_each_with_its_own_and_once(
    deployed: Deployed, two: tuple[Partner, Partner]
) -> None:
    north, south = two
    deployed.quickbooks.arm("duplicate_webhook", times=None)
    payments = {partner.name: partner.pay("1001", partner.amount) for partner in two}
    deployed.wait_for_rest("both payments")
    deployed.quickbooks.clear_faults()
    assert north.rows("1001") == [(Decimal("770.00"), DAY.isoformat())]
    assert south.rows("1001") == [(Decimal("110.00"), DAY.isoformat())]
    for partner in two:
        told = partner.explain(payments[partner.name])
        assert "Entered" in str(told)
        assert f"{partner.amount} USD" in str(told)


def test_e5_a_payment_that_is_voided_is_taken_back(deployed: Deployed, two: tuple[Partner, Partner]) -> None:
    north, south = two
    payment = north.pay("1002", Decimal("70.00"))
    deployed.wait_for_rest("the payment")
    assert north.rows("1002") == [(Decimal("70.00"), DAY.isoformat())]
    north.accountant.void_payment(payment)
    deployed.wait_for_rest("the void")
    assert north.rows("1002") == []
    assert south.rows("1002") == []


def test_x2_a_partner_goes_on_while_the_worker_of_another_is_dead(
    killed: Record, deployed: Deployed, two: tuple[Partner, Partner]
) -> None:
    """What becomes of those that were killed is in test_killed_workers.py, once their queues gave it out again."""
    _, south = two
    assert south.rows("1002") == [(Decimal(MEANWHILE), DAY.isoformat())]
