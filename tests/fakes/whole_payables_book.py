"""What there is to show of payables, for the API whose partner has one of everything."""

from dataclasses import replace
from typing import Any

from crossfoot.core.model import ACCOUNTING, PLATFORM, Keeping, Kind, Ref, Standing
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    PayState,
    Vendor,
    VendorCredit,
)

from tests.fakes.filing import TODAY
from tests.fakes.records import STAMP
from tests.fakes.world import TENANT, World

OUTSIDE = {"paid_on": "2026-11-03", "method": "cash", "note": "Outside canary"}
BODIES: dict[str, Any] = {"markBillPaidOutside": OUTSIDE, "markInvoicePaidOutside": OUTSIDE}
VALUES = {
    "/v1/vendors/{id}": "platform-ven_canary",
    "/v1/bills/{id}": "platform-bill_canary",
    "/v1/vendor-credits/{id}": "platform-vc_canary",
    "/v1/bill-payments/{id}": "platform-paid_canary",
}
_LINES = (CostLine("1", CostLineKind.ACCOUNT, "Cost canary", 500),)


def fill_payables_book(world: World) -> None:
    """Give TENANT a vendor, a bill, a credit and a payment, and a bill that did not come in."""
    vendor, bill, credit, payment = (
        Ref(PLATFORM, kind, id_)
        for kind, id_ in (
            (Kind.VENDOR, "ven_canary"),
            (Kind.BILL, "bill_canary"),
            (Kind.VENDOR_CREDIT, "vc_canary"),
            (Kind.BILL_PAYMENT, "paid_canary"),
        )
    )
    told = Bill(bill, STAMP, Standing.LIVE, "B-canary", vendor, "", TODAY, None, "USD", 500, 500, _LINES)
    left_out = replace(told, ref=Ref(ACCOUNTING, Kind.BILL, "9999"), vendor=None, keeping=Keeping(left_out=True))
    returned = VendorCredit(credit, STAMP, Standing.LIVE, "VC-canary", vendor, "", TODAY, "USD", 500, lines=_LINES)
    paid = BillPayment(payment, STAMP, Standing.LIVE, vendor, "", TODAY, "USD", 100, state=PayState.PAID)
    parts = replace(paid, bills=(BillPart(bill, 200),), credits=(CreditPart(credit, 100),))
    world.book.save(TENANT, [Vendor(vendor, STAMP, Standing.LIVE, "Vendor canary"), told, left_out, returned, parts])
