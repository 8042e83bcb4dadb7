"""Reading a QuickBooks company: first import, what changed, what was deleted, and nothing lost in between."""

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.changes import quote
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.core.model import (
    CreditMemo,
    Customer,
    Deposit,
    Invoice,
    Kind,
    Payment,
    Record,
    Ref,
    Standing,
    System,
)
from crossfoot.errors import Rejected, RemoteUnavailable

from tests.adapters.quickbooks.company import BEGUN, Company


def latest[R: Record](kind: type[R], records: list[Record], record_id: str) -> R:
    """Find a record as it was read last: the changes read after an import repeats its newest ones."""
    return [record for record in of(kind, records) if record.ref.id == record_id][-1]


def of[R: Record](kind: type[R], records: list[Record]) -> list[R]:
    return [record for record in records if isinstance(record, kind)]


def test_a_first_import_reads_customers_invoices_and_payments(company: Company) -> None:
    invoice = company.invoice(company.customer(), 120.5, number="1001")
    paid = company.pay(invoice, 20.25, PaymentRefNum="check 7")
    records, _ = company.read_all()
    read = latest(Invoice, records, invoice["Id"])
    assert (read.number, read.total_minor, read.balance_minor) == ("1001", 12050, 10025)
    payment = latest(Payment, records, paid["Id"])
    assert [(part.invoice.id, part.amount_minor) for part in payment.allocations] == [(invoice["Id"], 2025)]
    assert payment.reference == "check 7"


def test_an_inactive_customer_is_read_as_inactive(company: Company) -> None:
    customer = company.customer("Gone Ltd")
    company.post("Customer", {"Id": customer["Id"], "SyncToken": "0", "sparse": True, "Active": False})
    records, _ = company.read_all()
    read = latest(Customer, records, customer["Id"])
    assert not read.active
    assert read.standing is Standing.LIVE


def test_i9_an_invoice_carries_the_name_that_its_customer_has_on_invoices(company: Company) -> None:
    """QuickBooks lists a customer with those above it, and bills it by its own name."""
    above = company.customer("Freeman Group")
    below = company.post("Customer", {"DisplayName": "Ocean View", "Job": True, "ParentRef": {"value": above["Id"]}})
    invoices = {each["Id"]: company.invoice(each, 10) for each in (above, below)}
    records, _ = company.read_all()
    read = latest(Customer, records, below["Id"])
    assert (read.name, read.billed_as) == ("Freeman Group:Ocean View", "Ocean View")
    for id_, invoice in invoices.items():
        assert latest(Invoice, records, invoice["Id"]).customer_name == latest(Customer, records, id_).name_on_invoices


def test_a_partner_with_nothing_new_costs_one_metered_call(company: Company) -> None:
    _, cursor = company.read_all()
    company.budget.calls.clear()
    company.source.fetch_changes(cursor)
    assert [metered for _, _, metered in company.budget.calls] == [True]


def test_what_changed_is_read_from_the_cursor_on(company: Company) -> None:
    _, cursor = company.read_all()
    invoice = company.invoice(company.customer(), 100)
    records, _ = company.read_all(cursor)
    assert invoice["Id"] in [each.ref.id for each in of(Invoice, records)]


def test_the_mark_is_the_vendors_time_from_before_the_import(company: Company) -> None:
    company.sandbox.control("clock", {"advance_s": 3600})
    first = company.source.fetch_changes(BEGUN)
    _, cursor = company.read_all(first.cursor)
    assert json.loads(first.cursor)["mark"] <= json.loads(cursor)["mark"]
    assert json.loads(first.cursor)["mark"] > (company.clock.now() + timedelta(minutes=50)).isoformat()


def test_a_deleted_payment_is_read_as_deleted(company: Company) -> None:
    payment = company.pay(company.invoice(company.customer(), 50), 50)
    _, cursor = company.read_all()
    company.post("Payment", {"Id": payment["Id"], "SyncToken": payment["SyncToken"]}, operation="delete")
    records, _ = company.read_all(cursor)
    gone = latest(Payment, records, payment["Id"])
    assert gone.standing is Standing.DELETED
    assert gone.allocations == ()


def test_a_voided_payment_and_a_voided_invoice_are_read_as_void(company: Company) -> None:
    customer = company.customer()
    invoice, other = company.invoice(customer, 50), company.invoice(customer, 60)
    payment = company.pay(invoice, 50)
    body = {"Id": payment["Id"], "SyncToken": payment["SyncToken"], "sparse": True}
    company.post("Payment", body, operation="update", include="void")
    company.post("Invoice", {"Id": other["Id"], "SyncToken": other["SyncToken"]}, operation="void")
    records, _ = company.read_all()
    assert latest(Payment, records, payment["Id"]).standing is Standing.VOID
    assert latest(Invoice, records, other["Id"]).standing is Standing.VOID
    assert latest(Invoice, records, invoice["Id"]).standing is Standing.LIVE


def test_a_deletion_between_two_pages_hides_nothing(company: Company) -> None:
    company.source = company.open(Limits(page_rows=3))
    customer, invoices = company.customer(), []
    for n in range(9):
        invoices.append(company.invoice(customer, 10 + n))
        company.sandbox.control("clock", {"advance_s": 2})
    # beyond the overlap: what the pages miss, no later read brings
    company.sandbox.control("clock", {"advance_s": 1800})
    seen: set[str] = set()
    cursor, deleted = "", False
    for _ in range(40):
        window = company.source.fetch_changes(cursor)
        seen |= {each.ref.id for each in of(Invoice, list(window.records))}
        cursor = window.cursor
        if seen and not deleted:
            company.post("Invoice", {"Id": min(seen, key=int), "SyncToken": "0"}, operation="delete")
            deleted = True
        if not window.more:
            break
    assert {each["Id"] for each in invoices} <= seen


def test_a_change_that_surfaces_late_is_read_because_every_read_reaches_back(company: Company) -> None:
    _, cursor = company.read_all()
    late = datetime.fromisoformat(json.loads(cursor)["mark"]) - timedelta(minutes=2)
    template = company.invoice(company.customer(), 10)
    meta = {"CreateTime": late.isoformat(), "LastUpdatedTime": late.isoformat()}
    stamped = {**{name: plain(value) for name, value in template.items()}, "Id": "888", "MetaData": meta}
    company.load(("Invoice", stamped))
    records, _ = company.read_all(cursor)
    assert "888" in {each.ref.id for each in records}


def plain(value: Any) -> Any:
    """Make JSON's own numbers of exact ones, also inside."""
    if isinstance(value, dict):
        return {name: plain(each) for name, each in value.items()}
    return (
        [plain(each) for each in value]
        if isinstance(value, list)
        else float(value)
        if isinstance(value, Decimal)
        else value
    )


def test_changes_beyond_the_cap_are_read_by_pages_and_their_deletions_too(company: Company) -> None:
    _, cursor = company.read_all()
    company.sandbox.control("clock", {"advance_s": 900})
    company.source = company.open(Limits(cdc_objects=6))
    company.sandbox.switch(cdc_cap=6)
    customer = company.customer()
    invoices = [company.invoice(customer, 10 + n) for n in range(5)]
    payments = [company.pay(invoice, 5) for invoice in invoices]
    company.sandbox.control("clock", {"advance_s": 60})
    for payment in payments[:2]:
        company.post("Payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    records, _ = company.read_all(cursor)
    assert {each["Id"] for each in invoices} <= {each.ref.id for each in of(Invoice, records)}
    latest = {each.ref.id: each.standing for each in of(Payment, records)}
    assert [latest[each["Id"]] for each in payments] == [Standing.DELETED] * 2 + [Standing.LIVE] * 3


def test_after_pages_only_the_deleted_are_given_again_and_what_changed_meanwhile_is_read_next(
    company: Company,
) -> None:
    _, cursor = company.read_all()
    company.sandbox.control("clock", {"advance_s": 900})
    company.source = company.open(Limits(cdc_objects=6))
    company.sandbox.switch(cdc_cap=6)
    payments = [company.pay(company.invoice(company.customer(f"D{n}"), 10), 5) for n in range(4)]
    company.post("Payment", {"Id": payments[0]["Id"], "SyncToken": "0"}, operation="delete")
    late: dict[str, Any] = {}
    given: list[Record] = []
    for _ in range(40):
        in_deletions = json.loads(cursor)["stage"] == "deletions"
        if in_deletions and not late:
            late = company.post("Customer", {"DisplayName": "Came while deletions were read"})
        window = company.source.fetch_changes(cursor)
        given += window.records if in_deletions else ()
        cursor = window.cursor
        if not window.more:
            break
    assert {each.standing for each in given} == {Standing.DELETED}
    assert payments[0]["Id"] in {each.ref.id for each in given}
    company.sandbox.switch(cdc_cap=1000)
    company.source = company.open()
    records, _ = company.read_all(cursor)
    assert late["Id"] in {each.ref.id for each in of(Customer, records)}


def test_deletions_that_fill_an_answer_are_paged_through(company: Company) -> None:
    payments = [company.pay(company.invoice(company.customer(f"C{n}"), 5), 5) for n in range(9)]
    _, cursor = company.read_all()
    company.source = company.open(Limits(cdc_objects=4))
    company.sandbox.switch(cdc_cap=4)
    company.sandbox.control("clock", {"advance_s": 900})
    for payment in payments:
        company.post("Payment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
        company.sandbox.control("clock", {"advance_s": 2})
    records, _ = company.read_all(cursor)
    gone = {each.ref.id for each in of(Payment, records) if each.standing is Standing.DELETED}
    assert gone == {each["Id"] for each in payments}


def test_a_cursor_older_than_thirty_days_catches_up_by_query(company: Company) -> None:
    _, cursor = company.read_all()
    invoice = company.invoice(company.customer(), 75)
    month = timedelta(days=40)
    company.clock.ahead += month
    company.sandbox.control("clock", {"advance_s": month.total_seconds()})
    tokens = company.tokens()
    tokens.renew(company.secrets.sealed.values["access_token"])
    records, later = company.read_all(cursor)
    assert invoice["Id"] in {each.ref.id for each in of(Invoice, records)}
    assert json.loads(later)["mark"] > json.loads(cursor)["mark"]


def test_some_invoices_are_read_in_one_call_and_missing_ones_left_out(company: Company) -> None:
    customer = company.customer()
    ids = [company.invoice(customer, 10)["Id"] for _ in range(3)]
    company.budget.calls.clear()
    found = company.source.fetch_invoices([*ids, "99999"]).records
    assert sorted(each.ref.id for each in found) == sorted(ids)
    assert len(company.budget.calls) == 1


def test_an_id_cannot_break_out_of_a_statement() -> None:
    assert quote("1' OR \\'") == "'1\\' OR \\\\\\''"


def test_one_record_that_cannot_be_kept_exactly_does_not_sink_the_rest(company: Company) -> None:
    odd: dict[str, Any] = {
        "Id": "777",
        "SyncToken": "0",
        "MetaData": {"LastUpdatedTime": "2026-11-03T09:00:00-08:00"},
        "TxnDate": "2026-11-03",
        "CurrencyRef": {"value": "JPY"},
        "CustomerRef": {"value": "1"},
        "TotalAmt": 10.5,
        "Balance": 10.5,
        "Line": [],
    }
    company.load(("Invoice", odd))
    invoice = company.invoice(company.customer(), 10)
    windows = [window := company.source.fetch_changes("")]
    while window.more:
        windows.append(window := company.source.fetch_changes(window.cursor))
    assert "777" in {ref.id for each in windows for ref in each.unreadable}
    assert invoice["Id"] in {record.ref.id for each in windows for record in each.records}
    assert [each.ref.id for each in company.source.fetch_invoices(["777", invoice["Id"]]).records] == [invoice["Id"]]


@pytest.mark.parametrize("fault", ["server_error", "proxy_html", "lost_answer", "cut_connection"])
def test_a_read_that_fails_is_unavailable_and_can_be_repeated(company: Company, fault: str) -> None:
    company.sandbox.fault(fault, path_contains="/batch")
    company.sandbox.fault(fault, path_contains="/query")
    with pytest.raises(RemoteUnavailable):
        company.source.fetch_changes(BEGUN)
    assert company.read_all()[1]


def test_i1_credit_memos_their_application_and_deposits_are_read(company: Company) -> None:
    customer = company.customer()
    invoice = company.invoice(customer, 100)
    line = {
        "Amount": 30,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
    }
    memo = company.post("CreditMemo", {"CustomerRef": {"value": customer["Id"]}, "Line": [line]})
    applied = company.post(
        "Payment",
        {
            "CustomerRef": {"value": customer["Id"]},
            "TotalAmt": 0,
            "Line": [
                {"Amount": 30, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]},
                {"Amount": 30, "LinkedTxn": [{"TxnId": memo["Id"], "TxnType": "CreditMemo"}]},
            ],
        },
    )
    paid = company.pay(invoice, 70)
    bank = next(account for account in company.query("Account") if account["AccountType"] == "Bank")
    linked = {"Amount": 70, "LinkedTxn": [{"TxnId": paid["Id"], "TxnType": "Payment", "TxnLineId": "0"}]}
    fee = {
        "Amount": -2.03,
        "DetailType": "DepositLineDetail",
        "DepositLineDetail": {"AccountRef": {"value": company.expense_account()}},
    }
    deposit = company.post("Deposit", {"DepositToAccountRef": {"value": bank["Id"]}, "Line": [linked, fee]})
    records, _ = company.read_all()
    read_memo = latest(CreditMemo, records, memo["Id"])
    assert (read_memo.total_minor, read_memo.remaining_minor) == (3000, 0)
    assert [line.amount_minor for line in read_memo.lines or ()] == [3000]
    assert [use.credit_memo for use in latest(Payment, records, applied["Id"]).credits] == [read_memo.ref]
    assert latest(Payment, records, applied["Id"]).allocations == ()
    assert latest(Invoice, records, invoice["Id"]).balance_minor == 0
    read_deposit = latest(Deposit, records, deposit["Id"])
    assert read_deposit.total_minor == 6797
    assert [line.amount_minor for line in read_deposit.lines or () if line.payment is None] == [-203]
    assert latest(Payment, records, paid["Id"]).deposit == read_deposit.ref


def test_i1_an_invoice_is_printed_as_a_stream(company: Company) -> None:
    invoice = company.invoice(company.customer(), 100)
    with company.source.open_pdf(Ref(System.QUICKBOOKS, Kind.INVOICE, invoice["Id"])) as chunks:
        assert b"".join(chunks).startswith(b"%PDF")
    with pytest.raises(Rejected), company.source.open_pdf(Ref(System.QUICKBOOKS, Kind.INVOICE, "../999")):
        raise AssertionError("there is no such invoice")
