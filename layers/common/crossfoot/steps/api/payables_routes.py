"""The routes by which payables are told and steered (B2 to B7)."""

from crossfoot.messages.api.telling import Told
from crossfoot.messages.payables import PlatformBill, PlatformBillPayment, PlatformVendor, PlatformVendorCredit
from crossfoot.messages.routes import Route
from crossfoot.steps.api import payables_telling
from crossfoot.steps.api.needs import Ports

PAYABLES_CONTROL: tuple[Route[Ports], ...] = (
    Route(
        "tellVendor", "POST", "/v1/vendors", "Tell how a vendor is on the platform",
        payables_telling.tell_vendor, Told, 202, body=PlatformVendor, idempotent=True, problems=(409, 422),
    ),
    Route(
        "tellBill", "POST", "/v1/bills", "Tell how a bill is on the platform",
        payables_telling.tell_bill, Told, 202, body=PlatformBill, idempotent=True, problems=(409, 422),
    ),
    Route(
        "tellVendorCredit", "POST", "/v1/vendor-credits", "Tell how a vendor credit is on the platform",
        payables_telling.tell_vendor_credit, Told, 202, body=PlatformVendorCredit, idempotent=True, problems=(409, 422),
    ),
    Route(
        "tellBillPayment", "POST", "/v1/bill-payments", "Tell how a bill payment is on the platform",
        payables_telling.tell_bill_payment, Told, 202, body=PlatformBillPayment, idempotent=True, problems=(409, 422),
    ),
)  # fmt: skip
