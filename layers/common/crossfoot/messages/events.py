"""The platform's events, in the envelope of the Standard Webhooks specification.

{"type": "payment.refunded", "timestamp": "2026-11-03T17:04:05Z", "data": {"partner": "t_00000001", "id": "pay_1", ...}}
"""

from dataclasses import dataclass
from typing import Any

from crossfoot.core.model import Payment, Payout
from crossfoot.messages.fields import BadFields
from crossfoot.messages.platform import PlatformPayment, PlatformPayout
from crossfoot.messages.reading import read_json, read_shape

PAYMENT_EVENTS = ("payment.succeeded", "payment.refunded", "payment.returned", "payment.deleted")
PAYOUT_EVENTS = ("payout.created", "payout.paid", "payout.failed")


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Takes: `partner` and `record` are missing from an event of a type that is not ours to know."""

    type: str
    partner: str = ""
    record: Payment | Payout | None = None


def read_event(raw: bytes) -> Event:
    """Read an event. The type says why it was sent; what is true is in the record.

    Raises: BadFields.
    """
    body = read_json(raw)
    kind = body.get("type") if isinstance(body, dict) else None
    if not isinstance(kind, str) or not kind:
        raise BadFields([("type", "An event says of which type it is.")])
    if kind not in (*PAYMENT_EVENTS, *PAYOUT_EVENTS):
        return Event(kind)
    data = body.get("data")
    if not isinstance(data, dict):
        raise BadFields([("data", "An event holds the whole record.")])
    partner = data.get("partner")
    if not isinstance(partner, str) or not partner:
        raise BadFields([("data.partner", "An event says whose it is.")])
    return Event(kind, partner, _read_record(kind, {name: data[name] for name in data if name != "partner"}))


def _read_record(kind: str, data: dict[str, Any]) -> Payment | Payout:
    if kind in PAYMENT_EVENTS:
        return read_shape(PlatformPayment, data, "data.", strict=True).to_payment()
    return read_shape(PlatformPayout, data, "data.", strict=True).to_payout()
