"""What the platform tells of a payment, a payout, and its payables."""

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


def vendor_data(**other: Any) -> dict[str, Any]:
    """Tell a vendor."""
    return {
        "id": "ven_1",
        "status": "active",
        "name": "Northwind Hosting",
        "email": "billing@northwind.example",
        "account_number": "A-77",
        "updated_at": "2026-11-03T17:04:05Z",
        **other,
    }


def bill_data(**other: Any) -> dict[str, Any]:
    """Tell a bill of that vendor over 300.00, in two lines."""
    return {
        "id": "bill_1",
        "status": "active",
        "number": "INV-7",
        "vendor": "platform-ven_1",
        "currency": "USD",
        "issued_on": "2026-11-01",
        "due_on": "2026-11-30",
        "lines": [
            {"amount": "250.00", "description": "Hosting", "account_id": "70"},
            {"amount": "50.00", "description": "Set-up"},
        ],
        "amount": "300.00",
        "updated_at": "2026-11-03T17:04:05Z",
        **other,
    }


def vendor_credit_data(**other: Any) -> dict[str, Any]:
    """Tell a credit of that vendor over 40.00."""
    return {
        "id": "vc_1",
        "status": "active",
        "number": "CR-7",
        "vendor": "platform-ven_1",
        "currency": "USD",
        "issued_on": "2026-11-02",
        "lines": [],
        "amount": "40.00",
        "updated_at": "2026-11-03T17:04:05Z",
        **other,
    }


def bill_payment_data(**other: Any) -> dict[str, Any]:
    """Tell that the bill is paid by 260.00 and the credit."""
    return {
        "id": "bp_1",
        "status": "paid",
        "vendor": "platform-ven_1",
        "currency": "USD",
        "paid_on": "2026-11-03",
        "method": "check",
        "number": "1041",
        "bills": [{"bill": "platform-bill_1", "amount": "300.00"}],
        "credits": [{"credit": "platform-vc_1", "amount": "40.00"}],
        "amount": "260.00",
        "updated_at": "2026-11-03T17:04:05Z",
        **other,
    }


def partner_data(**other: Any) -> dict[str, Any]:
    """Tell what a profile follows from: the first day of those with two-way payment sync."""
    return {
        "signed_up_on": "2017-09-15",
        "accountant_console": False,
        "updated_at": "2026-11-03T17:04:05Z",
        **other,
    }
