"""Payables for the API whose partner has one of everything."""

from typing import Any

from tests.fakes.platform import bill_data, bill_payment_data, vendor_credit_data, vendor_data

BODIES: dict[str, Any] = {
    "tellVendor": vendor_data(),
    "tellBill": bill_data(),
    "tellVendorCredit": vendor_credit_data(),
    "tellBillPayment": bill_payment_data(),
}
