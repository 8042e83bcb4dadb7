"""On the deployed template, IAM enforced: from a webhook to a payment, for two partners at once (E1, P4, X2)."""

import os
import signal
from collections.abc import Callable
from decimal import Decimal

from local.demo.rest import Patience
from local.stack.workers import worker_pids
from tests.e2e.partner import DAY, PATIENCE_S, Deployed, Partner
from tests.e2e.platform import Platform, on_one


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


def test_x2_p4_workers_that_are_killed_while_they_write_leave_one_payment_in_each_book(
    deployed: Deployed, platform: Platform, two: tuple[Partner, Partner]
) -> None:
    north, south = two
    slow = deployed.connectwise.arm("slow", seconds=10, method="POST", path_contains="/finance/invoices/1003/payments")
    payment = north.pay("1003", Decimal("77.00"))
    _kill_the_writer(deployed, lambda: deployed.connectwise.used(slow))
    platform.tell(south, "payment.succeeded", **on_one("pay_meanwhile", "1002", "5.00"))
    Patience(PATIENCE_S).wait_for("the other partner's payment", lambda: bool(south.rows("1002")))
    slow = deployed.quickbooks.arm("slow", seconds=10, method="POST", path_contains="/payment")
    platform.tell(south, "payment.succeeded", **on_one("pay_killed", "1003", "11.00"))
    _kill_the_writer(deployed, lambda: deployed.quickbooks.used(slow))
    deployed.wait_for_rest("the payments of killed workers")
    assert north.rows("1003") == [(Decimal("77.00"), DAY.isoformat())]
    assert "Entered" in str(north.explain(payment))
    assert [each["TotalAmt"] for each in south.receipts("1003")] == [11]
    assert south.rows("1003") == [(Decimal("11.00"), DAY.isoformat())]


def _kill_the_writer(deployed: Deployed, writes: Callable[[], int]) -> None:
    Patience(PATIENCE_S).wait_for("a worker to write", lambda: writes() > 0)
    killed = worker_pids(deployed.home, "mirror_payment")
    assert killed
    for pid in killed:
        os.kill(pid, signal.SIGKILL)


def test_x4_the_books_of_both_agree_to_the_cent(deployed: Deployed, two: tuple[Partner, Partner]) -> None:
    for partner in two:
        partner.api.post("/v1/crossfoot", {"live": True})
    deployed.wait_for_rest("the comparisons")
    reports = [partner.api.newest_report() for partner in two]
    assert [report and report["line"] for report in reports] == [
        "crossfoot: 3 invoices, 2 payments, 0 differences",
        "crossfoot: 3 invoices, 3 payments, 0 differences",
    ]
