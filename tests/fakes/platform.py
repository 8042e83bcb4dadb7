"""What the platform tells of a payment and a payout."""

from typing import Any


def payment_data(**other: Any) -> dict[str, Any]:
    """Tell a payment of 1,250.00 on two invoices."""
    return {
        "id": "pay_1",
        "status": "succeeded",
        "currency": "USD",
        "amount": "1250.00",
        "paid_on": "2026-11-03",
        "updated_at": "2026-11-03T17:04:05Z",
        "customer": "quickbooks-58",
        "allocations": [
            {"invoice": "quickbooks-129", "amount": "1000.00"},
            {"invoice": "connectwise-501", "amount": "250.00"},
        ],
        "reference": "CHK-7712",
        **other,
    }


def payout_data(**other: Any) -> dict[str, Any]:
    """Tell a payout of that payment, less a fee of 2.90."""
    return {
        "id": "po_1",
        "status": "paid",
        "currency": "USD",
        "amount": "1247.10",
        "arrives_on": "2026-11-06",
        "updated_at": "2026-11-03T17:04:05Z",
        "items": [
            {"kind": "payment", "payment": "pay_1", "amount": "1250.00"},
            {"kind": "fee", "amount": "-2.90", "memo": "Card fees"},
        ],
        **other,
    }
