"""Agreements with their additions, and the invoices that they are billed by."""

from decimal import Decimal
from typing import Any

import pytest

from tests.local.sandbox.connectwise.driver import Sandbox


@pytest.fixture
def agreement(sandbox: Sandbox) -> int:
    sent = {"name": "Care", "type": {"id": 1}, "company": {"id": sandbox.new_company("bob")},
            "contact": {"id": 7, "name": "Bob"}, "billAmount": Decimal("500.00")}  # fmt: skip
    status, made = sandbox.post("/finance/agreements", sent)
    assert status == 201, made
    assert (made["type"]["name"], made["agreementStatus"]) == ("Managed Services", "Active")
    return int(made["id"])


def addition(sandbox: Sandbox, agreement: int, **more: Any) -> dict[str, Any]:
    sent = {"product": {"id": 3}, "billCustomer": "Billable", "quantity": 10, "lessIncluded": 2, **more}
    status, made = sandbox.post(f"/finance/agreements/{agreement}/additions", sent)
    assert status == 201, made
    return dict(made)


def test_an_addition_bills_what_is_not_included(sandbox: Sandbox, agreement: int) -> None:
    made = addition(sandbox, agreement)
    assert (made["agreementId"], made["billedQuantity"], made["extPrice"]) == (agreement, 8, Decimal("760.00"))
    assert (made["product"]["identifier"], made["description"]) == ("MS-SEAT", "Managed seat")
    assert [each["id"] for each in sandbox.get(f"/finance/agreements/{agreement}/additions")[1]] == [made["id"]]
    assert sandbox.get("/finance/agreements/99999/additions")[0] == 404


def test_billing_an_agreement_takes_the_fee_and_what_is_in_effect(sandbox: Sandbox, agreement: int) -> None:
    addition(sandbox, agreement)
    addition(sandbox, agreement, billCustomer="DoNotBill")
    addition(sandbox, agreement, cancelledDate="2026-01-01", effectiveDate="2025-01-01")
    addition(sandbox, agreement, effectiveDate="2999-01-01")
    status, invoice_id = sandbox.post(f"/finance/agreements/{agreement}/invoice", {})
    assert status == 201
    invoice = sandbox.get(f"/finance/invoices/{invoice_id}")[1]
    assert (invoice["type"], invoice["agreement"]["id"]) == ("Agreement", agreement)
    assert [str(invoice[name]) for name in ("agreementAmount", "total", "balance")] == ["1260.00"] * 3
    sandbox.patch(f"/finance/invoices/{invoice_id}", "status", {"id": 3})
    entries = sandbox.get(f"/finance/invoices/{invoice_id}/glEntries/")[1]
    assert [(e["type"], e["segment1"], str(e["amount"])) for e in entries if e["type"] == "RA"] == [
        ("RA", "4100", "-1260.00")
    ]
    info = sandbox.get(f"/finance/info/invoice/{invoice_id}")[1]["agreementBillingInfo"]
    assert [(each["agreementRecId"], each["agreementType"]) for each in info] == [(agreement, "Managed Services")]
    [recap] = sandbox.get("/finance/agreementrecap/")[1]
    assert (recap["id"], recap["lastInvoiceAmount"]) == (agreement, "1260.00")


def test_an_agreement_ends_by_its_date_or_by_being_cancelled_and_stays_once_invoiced(
    sandbox: Sandbox, agreement: int
) -> None:
    path = f"/finance/agreements/{agreement}"
    assert sandbox.patch(path, "endDate", "2020-01-01")[1]["agreementStatus"] == "Expired"
    assert sandbox.patch(path, "cancelledFlag", True)[1]["agreementStatus"] == "Cancelled"
    assert sandbox.get("/finance/agreements/count", conditions='agreementStatus="Cancelled"')[1] == {"count": 1}
    sandbox.post(f"{path}/invoice", {})
    assert sandbox.delete(path) == 400


def test_agreement_invoices_are_a_right_of_their_own(sandbox: Sandbox, agreement: int) -> None:
    own = sandbox.new_invoice(20, 5)
    _, billed = sandbox.post(f"/finance/agreements/{agreement}/invoice", {})
    path = f"/finance/invoices/{billed}"
    sandbox.control("POST", "permissions", {"Agreement Invoicing": {"edit": "None", "delete": "None", "add": "None"}})
    assert [row["id"] for row in sandbox.get("/finance/invoices")[1]] == [own, billed]
    assert (sandbox.patch(path, "reference", "x")[0], sandbox.delete(path)) == (403, 403)
    assert sandbox.post(f"/finance/agreements/{agreement}/invoice", {})[0] == 403
    assert sandbox.patch(f"/finance/invoices/{own}", "reference", "x")[0] == 200
    sandbox.control("POST", "permissions", {"Agreement Invoicing": "None"})
    assert [row["id"] for row in sandbox.get("/finance/invoices")[1]] == [own]
    assert sandbox.get(path)[0] == 404
    sandbox.control("POST", "permissions", {"Agreement Invoicing": "My"})
    assert sandbox.get("/finance/invoices/count")[1] == {"count": 2}
