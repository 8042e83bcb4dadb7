"""Merging two names: one takes over all that the other had, the other is gone."""

from decimal import Decimal

import pytest

from tests.local.sandbox.quickbooks.driver import Company
from tests.local.sandbox.quickbooks.samples import (
    account,
    bill_body,
    deposit_body,
    direct_line,
    journal_line,
    make,
    ref,
    vendor,
)

SINCE = "2026-11-20T12:00:01-08:00"


def test_the_customer_that_stays_has_the_other_ones_transactions_jobs_and_balance(company: Company) -> None:
    gone, kept = company.customer("Twice"), company.customer("Once")
    job = company.customer("Job", Job=True, ParentRef=ref(gone))
    invoice = company.invoice(gone, "100")
    payment = company.pay(gone, "30", (invoice, "30"))
    entity = {"value": gone["Id"], "type": "CUSTOMER"}
    deposit = company.post(
        "Deposit", deposit_body(company, direct_line(company, "5", "ServiceFeeIncome", Entity=entity))
    )
    company.sandbox.clock.advance(5)
    merged = company.control("POST", "merge", {"entity": "Customer", "gone": gone["Id"], "kept": kept["Id"]})
    assert (merged["Balance"], merged["SyncToken"]) == (Decimal("70.00"), "1")
    assert company.refusal("GET", f"customer/{gone['Id']}")[0] == "610"
    once = {"value": kept["Id"], "name": "Once"}
    assert company.get("Invoice", invoice["Id"])["CustomerRef"] == once
    assert company.get("Payment", payment["Id"])["CustomerRef"] == once
    held = company.get("Deposit", deposit["Id"])["Line"][0]["DepositLineDetail"]["Entity"]
    assert held == once | {"type": "CUSTOMER"}
    moved = company.get("Customer", job["Id"])
    assert (moved["ParentRef"], moved["FullyQualifiedName"]) == (ref(kept), "Once:Job")
    changed, invoices = company.changes("Customer,Invoice", SINCE)
    assert [(each["Id"], each.get("status")) for each in changed["Customer"]] == [
        (kept["Id"], None),
        (job["Id"], None),
        (gone["Id"], "Deleted"),
    ]
    assert [each["Id"] for each in invoices["Invoice"]] == [invoice["Id"]]


def test_a_merge_may_be_seen_by_its_webhook_only(company: Company) -> None:
    company.control("POST", "switches", {"merge_trace": False})
    company.control("POST", "webhooks", {"url": "http://127.0.0.1:9/hook"})
    gone, kept = company.customer("Twice"), company.customer("Once")
    invoice = company.invoice(gone, "100")
    company.sandbox.clock.advance(5)
    company.control("POST", "merge", {"entity": "Customer", "gone": gone["Id"], "kept": kept["Id"]})
    event = company.control("GET", "webhooks")["pending"][-1]
    assert (event["type"], event["intuitentityid"]) == ("qbo.customer.merged.v1", kept["Id"])
    customers, invoices = company.changes("Customer,Invoice", SINCE)
    assert [each["Id"] for each in customers["Customer"]] == [kept["Id"]]
    assert invoices == {}
    moved = company.get("Invoice", invoice["Id"])
    assert (moved["CustomerRef"]["value"], moved["MetaData"]) == (kept["Id"], invoice["MetaData"])
    assert len(company.query("select * from Invoice")["Invoice"]) == 1


def test_a_vendor_of_the_same_number_is_another_one(company: Company) -> None:
    gone, kept = company.customer("Twice"), company.customer("Once")
    owed = vendor(company)
    assert owed["Id"] == gone["Id"]
    bill = company.post("Bill", bill_body(company, owed, "10"))
    debit = {"Entity": {"Type": "Vendor", "EntityRef": ref(owed)}}
    lines = [
        journal_line("Debit", account(company, "AccountsPayable"), "1", **debit),
        journal_line("Credit", account(company, "Checking"), "1"),
    ]
    entry = company.post("JournalEntry", {"Line": lines})
    company.control("POST", "merge", {"entity": "Customer", "gone": gone["Id"], "kept": kept["Id"]})
    assert company.get("Bill", bill["Id"]) == bill
    assert company.get("JournalEntry", entry["Id"]) == entry


@pytest.mark.parametrize("kind", ["Vendor", "Item", "Account", "Class", "Department", "Employee", "PaymentMethod"])
def test_other_names_merge_too(company: Company, kind: str) -> None:
    gone, kept = make(company, kind), make(company, kind)
    company.control("POST", "merge", {"entity": kind, "gone": gone["Id"], "kept": kept["Id"]})
    assert company.refusal("GET", f"{kind.lower()}/{gone['Id']}")[0] == "610"
    assert company.get(kind, kept["Id"])["SyncToken"] == "1"


@pytest.mark.parametrize(
    ("kind", "gone", "kept"), [("Term", "1", "2"), ("Invoice", "1", "2"), ("Item", "1", "1"), ("Item", "1", "9")]
)
def test_what_cannot_be_merged_is_refused(company: Company, kind: str, gone: str, kept: str) -> None:
    body = {"entity": kind, "gone": gone, "kept": kept}
    answer = company.http.request("POST", "/_sandbox/merge", json=body)
    assert answer.status_code == 400
