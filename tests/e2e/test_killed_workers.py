"""On the deployed template: what became of the payments whose workers were killed, after those of test_payments.py."""

from decimal import Decimal

from local.sandbox.store import Record
from tests.e2e.partner import DAY, Deployed, Partner


def test_x2_p4_workers_that_are_killed_while_they_write_leave_one_payment_in_each_book(
    killed: Record, deployed: Deployed, two: tuple[Partner, Partner]
) -> None:
    north, south = two
    deployed.wait_for_rest("the payments of killed workers")
    assert north.rows("1003") == [(Decimal("77.00"), DAY.isoformat())]
    assert "Entered" in str(north.explain(killed))
    assert [each["TotalAmt"] for each in south.receipts("1003")] == [11]
    assert south.rows("1003") == [(Decimal("11.00"), DAY.isoformat())]


def test_x4_the_books_of_both_agree_to_the_cent(deployed: Deployed, two: tuple[Partner, Partner]) -> None:
    for partner in two:
        partner.api.post("/v1/crossfoot", {"live": True})
    deployed.wait_for_rest("the comparisons")
    reports = [partner.api.newest_report() for partner in two]
    assert [report and report["line"] for report in reports] == [
        "crossfoot: 3 invoices, 2 payments, 0 differences",
        "crossfoot: 3 invoices, 3 payments, 0 differences",
    ]
