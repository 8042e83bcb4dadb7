"""The platform's events, in the envelope of the Standard Webhooks specification.

{"type": "payment.refunded", "timestamp": "2026-11-03T17:04:05Z", "data": {"partner": "t_00000001", "id": "pay_1", ...}}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from crossfoot.core.model import Payment, Payout
from crossfoot.core.payables.profile import ProfileFacts
from crossfoot.core.payables.records import Payable
from crossfoot.messages.fields import BadFields
from crossfoot.messages.platform import PlatformPayment, PlatformPayout
from crossfoot.messages.reading import read_json, read_shape

PAYMENT_EVENTS = ("payment.succeeded", "payment.refunded", "payment.returned", "payment.deleted")
PAYOUT_EVENTS = ("payout.created", "payout.paid", "payout.failed")
VENDOR_EVENTS = ("vendor.created", "vendor.updated", "vendor.deleted")
BILL_EVENTS = ("bill.created", "bill.updated", "bill.approved", "bill.voided", "bill.deleted")
VENDOR_CREDIT_EVENTS = (
    "vendor_credit.created", "vendor_credit.updated", "vendor_credit.voided", "vendor_credit.deleted",
)  # fmt: skip
BILL_PAYMENT_EVENTS = ("bill_payment.scheduled", "bill_payment.paid", "bill_payment.voided", "bill_payment.deleted")
PARTNER_EVENTS = ("partner.updated",)
PAYABLES_EVENTS = (*VENDOR_EVENTS, *BILL_EVENTS, *VENDOR_CREDIT_EVENTS, *BILL_PAYMENT_EVENTS, *PARTNER_EVENTS)

type Told = Payment | Payout | Payable | ProfileFacts


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Takes: `partner` and `told` are missing from an event of a type that is not ours to know."""

    type: str
    partner: str = ""
    told: Told | None = None


def read_event(raw: bytes) -> Event:
    """Read an event. The type says why it was sent; what is true is in the record.

    Raises: BadFields.
    """
    body = read_json(raw)
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(kind, str) or not kind:
        raise BadFields([("type", "An event says of which type it is.")])
    if kind not in (*PAYMENT_EVENTS, *PAYOUT_EVENTS, *PAYABLES_EVENTS):
        return Event(kind)
    data = body.get("data")
    if not isinstance(data, dict):
        raise BadFields([("data", "An event holds the whole record.")])
    partner = data.get("partner")
    if not isinstance(partner, str) or not partner:
        raise BadFields([("data.partner", "An event says whose it is.")])
    return Event(kind, partner, _read_told(kind, {name: data[name] for name in data if name != "partner"}))


def _read_told(kind: str, data: Mapping[str, Any]) -> Told:
    if kind in PAYMENT_EVENTS:
        return read_shape(PlatformPayment, data, "data.", strict=True).to_payment()
    if kind in PAYOUT_EVENTS:
        return read_shape(PlatformPayout, data, "data.", strict=True).to_payout()
    return _read_payable(kind, data)


def _read_payable(kind: str, data: Mapping[str, Any]) -> Payable | ProfileFacts:
    # Made when the first such event comes: most workers never meet one, and each would start the later for it.
    from crossfoot.messages import bill_payments, payables

    if kind in PARTNER_EVENTS:
        return read_shape(payables.PlatformPartner, data, "data.", strict=True).to_facts()
    if kind in VENDOR_EVENTS:
        return read_shape(payables.PlatformVendor, data, "data.", strict=True).to_record()
    if kind in BILL_EVENTS:
        return read_shape(payables.PlatformBill, data, "data.", strict=True).to_record()
    if kind in VENDOR_CREDIT_EVENTS:
        return read_shape(payables.PlatformVendorCredit, data, "data.", strict=True).to_record()
    return read_shape(bill_payments.PlatformBillPayment, data, "data.", strict=True).to_record()
