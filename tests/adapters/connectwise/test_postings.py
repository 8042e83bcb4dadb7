"""ConnectWise's accounting interface (S3, S5): what it would post, to the cent, and batches that mark it as posted."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.core.model import Billed, CreditMemo, Invoice, Kind, LineKind, Ref, System
from crossfoot.core.sync.batching import IDENTIFIER_LENGTH, identifier_for
from crossfoot.core.sync.postings import Posting
from crossfoot.errors import OutcomeUnknown, RateLimited, Rejected, RemoteUnavailable

from tests.adapters.connectwise.pages import Pages
from tests.adapters.connectwise.site import Msp

EXPORT = "/finance/accounting/export"
TIME = {"timeStart": "2026-11-02T15:30:00Z", "hourlyRate": 120, "invoiceHours": 2.5, "workRole": {"id": 1}}
PRODUCT = {"catalogItem": {"id": 1}, "billableOption": "Billable", "quantity": 3, "price": 20, "description": "Licence"}
EXPENSE = {"type": {"id": 1}, "amount": 40.10, "date": "2026-11-02T00:00:00Z", "notes": "Parking"}
PATHS = {"/time/entries": TIME, "/procurement/products": PRODUCT, "/expense/entries": EXPENSE}


def draft(msp: Msp, name: str, **fields: Any) -> Ref:
    """Enter an invoice of 400.10 with a line of each kind, and leave it open."""
    body = {"type": "Standard", "company": {"id": msp.customer(name)["id"]}, **fields}
    made = msp.call("POST", "/finance/invoices", body)
    for path, line in PATHS.items():
        msp.call("POST", path, {**line, "invoice": {"id": made["id"]}})
    return Ref(System.CONNECTWISE, Kind.INVOICE, str(made["id"]))


def set_status(msp: Msp, ref: Ref, status: int) -> None:
    msp.call("PATCH", f"/finance/invoices/{ref.id}", [{"op": "replace", "path": "status", "value": {"id": status}}])


def closed(msp: Msp, name: str = "Contoso", **fields: Any) -> Invoice:
    ref = draft(msp, name, **fields)
    set_status(msp, ref, 3)
    return msp.read_invoice(ref)


def posting_of(msp: Msp, bill: Billed) -> Posting:
    return msp.psa.fetch_postings([bill])[bill.ref]


def batch(msp: Msp, bill: Invoice, name: str = "CF-1") -> str:
    msp.psa.create_batch(name, posting_of(msp, bill).record_ids)
    found = msp.psa.find_batch(name)
    assert found
    return found


# --- reading -----------------------------------------------------------------------------------------------------------


def test_s5_a_posting_says_each_line_as_it_changes_the_total(msp: Msp) -> None:
    bill = closed(msp, taxableFlag=True, taxCode={"id": 12}, customerPO="PO-7", topComment="Thank you")
    posting = posting_of(msp, bill)
    [time, product] = [read for read in posting.lines if read.source]
    shown = [(x.ledger_type, x.account, x.amount_minor, x.item, x.quantity, x.unit_price) for x in posting.lines]
    assert shown == [
        ("R", "4000", 30000, "Services", Decimal("2.5"), Decimal(120)),
        ("RE", "4300", 4010, "Expenses", Decimal(1), Decimal("40.1")),
        ("RP", "4200", 6000, "", Decimal(3), Decimal(20)),
        ("ST", "2200", 2970, "", None, None),
    ]
    assert [(x.taxed, x.is_tax) for x in posting.lines] == [(True, False), (False, False), (True, False), (False, True)]
    assert (time.source and time.source[0], product.source and product.source[0]) == (LineKind.TIME, LineKind.PRODUCT)
    assert [x.description for x in posting.lines] == ["TimeEntry", "Parking", "Licence", "Sales Tax"]
    assert (posting.total_minor, posting.tax_minor, posting.tax_rate) == (42980, 2970, Decimal("8.25"))
    assert sum(x.amount_minor for x in posting.lines) == posting.total_minor == bill.total_minor
    assert (posting.number, posting.issued_on, posting.due_on) == (bill.number, bill.issued_on, bill.due_on)
    assert (posting.customer, posting.customer_name, posting.currency) == (bill.customer, "Contoso", "USD")
    assert (posting.purchase_order, posting.memo, posting.customer_account) == ("PO-7", "Thank you", "A-Cont")
    assert (posting.receivable, posting.tax_code) == ("1100", "State and city"), "a code of two levels has no one xref"


def test_s5_of_many_mixed_bills_every_posting_is_its_bill_to_the_cent(msp: Msp) -> None:
    mixed = {"closed": 100, "credit_memos": 10, "agreements": 20, "taxed": 50, "odd": 30}
    msp.sandbox.control(f"seed?company={msp.company_id}", {"companies": 3, "invoices": 100, "lines": 4, **mixed})
    bills = {each.ref: each for each in msp.read_all()[0] if isinstance(each, Invoice | CreditMemo)}
    msp.budget.calls.clear()
    postings = msp.psa.fetch_postings([*bills.values()])
    assert (len(msp.budget.calls), len(postings), len(bills)) == (1, 100, 100)
    for ref, posting in postings.items():
        bill = bills[ref]
        lines = [line for line in bill.lines or () if line.kind is LineKind.TAX]
        assert (posting.number, posting.customer, posting.currency) == (bill.number, bill.customer, bill.currency)
        assert sum(line.amount_minor for line in posting.lines) == posting.total_minor == bill.total_minor
        assert sum(line.amount_minor for line in posting.lines if line.is_tax) == posting.tax_minor
        assert posting.tax_minor == sum(line.amount_minor for line in lines)
        known = {(line.kind, line.id): line.amount_minor for line in bill.lines or ()}
        assert all(known[line.source] == line.amount_minor for line in posting.lines if line.source)


def test_the_sources_of_a_posting_are_the_lines_of_the_book(msp: Msp) -> None:
    bill = closed(msp)
    [record] = msp.psa.fetch_records(Kind.INVOICE, [bill.ref.id]).records
    assert isinstance(record, Invoice)
    lines = {(line.kind, line.id): line.amount_minor for line in record.lines or ()}
    found = {line.source: line.amount_minor for line in posting_of(msp, bill).lines if line.source}
    assert found == {key: amount for key, amount in lines.items() if key[0] is not LineKind.EXPENSE}


def test_the_only_level_of_a_tax_is_named_by_its_cross_reference_and_terms_too(msp: Msp) -> None:
    posting = posting_of(msp, closed(msp, taxableFlag=True, taxCode={"id": 11}, billingTerms={"id": 2}))
    assert (posting.tax_code, posting.tax_minor, posting.terms) == ("T1", 420, "Net 30")
    assert posting_of(msp, closed(msp, "Fabrikam", taxCode={"id": 11})).tax_code == "", "nothing on it is taxed"


def test_s5_a_credit_memo_is_positive_whatever_its_sign_in_connectwise(msp: Msp) -> None:
    customer = msp.customer("Contoso")
    status = {"id": 3, "name": "Closed", "isClosed": True}
    ref = msp.invoice(customer, "CM-1", -29.97, type="CreditMemo", status=status, productTotal=-29.97)
    [memo] = msp.psa.fetch_credit_memos([ref.id]).records
    assert (memo.closed, memo.batch) == (True, "")
    posting = posting_of(msp, memo)
    assert (posting.total_minor, posting.tax_minor) == (2997, 0)
    assert [(line.ledger_type, line.amount_minor) for line in posting.lines] == [("RP", 2997), ("ST", 0)]
    msp.psa.create_batch("CF-CM", posting.record_ids)
    [memo] = msp.psa.fetch_credit_memos([ref.id]).records
    assert memo.batch == "CF-CM"


def test_s3_what_is_open_batched_unmapped_or_gone_has_no_posting(msp: Msp) -> None:
    ready, taken = closed(msp, "One"), closed(msp, "Two")
    opened = msp.read_invoice(draft(msp, "Three"))
    batch(msp, taken, "M-1")
    [mapping] = [row for row in msp.call("GET", "/finance/glAccounts") if row["glType"] == "RP"]
    msp.call("DELETE", f"/finance/glAccounts/{mapping['id']}")
    unmapped = closed(msp, "Four")
    gone = replace(ready, ref=Ref(System.CONNECTWISE, Kind.INVOICE, "999999"), number="none")
    assert set(msp.psa.fetch_postings([ready, taken, opened, unmapped, gone])) == {ready.ref}
    assert msp.psa.fetch_postings([]) == {}


def test_s3_a_posting_that_is_fetched_posts_nothing_and_takes_one_call(msp: Msp) -> None:
    bills = [closed(msp, "One"), closed(msp, "Two")]
    msp.budget.calls.clear()
    assert len(msp.psa.fetch_postings(bills)) == 2
    assert msp.budget.calls == [("t_00000002", System.CONNECTWISE, False)]
    assert [replace(msp.read_invoice(bill.ref), version=bill.version) for bill in bills] == bills
    assert msp.psa.find_batch("CF-1") is None


@pytest.mark.parametrize("fault", ["lost_answer", "server_error", "proxy_html", "cut_connection"])
def test_an_export_without_an_answer_is_a_read_that_failed(msp: Msp, fault: str) -> None:
    bill = closed(msp)
    msp.sandbox.fault(fault, method="POST", path_contains=EXPORT)
    with pytest.raises(RemoteUnavailable):
        msp.psa.fetch_postings([bill])
    assert posting_of(msp, bill).total_minor == 40010


def test_c3_without_the_right_it_is_named_and_the_connection_left_alone(msp: Msp) -> None:
    bill = closed(msp)
    ids = posting_of(msp, bill).record_ids
    msp.permit(**{"Accounting Interface": "None"})
    deeds = (
        lambda: msp.psa.fetch_postings([bill]),
        lambda: msp.psa.create_batch("CF-1", ids),
        lambda: msp.psa.find_batch("CF-1"),
        lambda: msp.psa.delete_batch("281"),
    )
    for deed in deeds:
        with pytest.raises(Rejected) as refused:
            deed()
        assert "Finance › Accounting Interface" in refused.value.fix
    assert not msp.attention


def test_s10_the_ledger_says_what_was_posted_whether_batched_or_not(msp: Msp) -> None:
    bill = closed(msp, taxableFlag=True, taxCode={"id": 12})
    before = msp.psa.fetch_ledger(bill)
    posted = posting_of(msp, bill).lines
    assert [(x.id, x.ledger_type, x.account, x.amount_minor, x.item) for x in before] == [
        (x.id, x.ledger_type, x.account, x.amount_minor, x.item) for x in posted
    ]
    batch(msp, bill)
    assert msp.psa.fetch_ledger(bill) == before
    gone = replace(bill, ref=Ref(System.CONNECTWISE, Kind.INVOICE, "999999"))
    with pytest.raises(Rejected, match="NotFound"):
        msp.psa.fetch_ledger(gone)


# --- batches -----------------------------------------------------------------------------------------------------------


def test_s3_a_batch_marks_its_bill_and_goes_with_the_mark(msp: Msp) -> None:
    bill = closed(msp)
    id_ = batch(msp, bill, "CF-1001-0a1b2c")
    assert msp.read_invoice(bill.ref).batch == "CF-1001-0a1b2c"
    assert msp.psa.fetch_postings([bill]) == {}
    [made] = msp.call("GET", "/finance/accounting/batches")
    assert (made["exportInvoicesFlag"], made["closedFlag"]) == (True, False), "a closed batch is lost to everybody"
    msp.psa.delete_batch(id_)
    msp.psa.delete_batch(id_)
    assert msp.read_invoice(bill.ref).batch == ""
    assert msp.psa.find_batch("CF-1001-0a1b2c") is None
    assert posting_of(msp, bill).total_minor == 40010


def test_s3_what_is_posted_already_is_refused(msp: Msp) -> None:
    bill = closed(msp)
    ids = posting_of(msp, bill).record_ids
    msp.psa.create_batch("M-1", ids)
    with pytest.raises(Rejected):
        msp.psa.create_batch("CF-1", ids)
    assert msp.psa.find_batch("CF-1") is None
    with pytest.raises(Rejected):
        msp.psa.create_batch("CF-1", ids[1:])


@pytest.mark.parametrize("fault", ["lost_answer", "error_after_write", "proxy_html", "server_error", "cut_connection"])
def test_a_batch_without_a_clear_answer_is_unknown_until_it_is_looked_for(msp: Msp, fault: str) -> None:
    bill = closed(msp)
    ids = posting_of(msp, bill).record_ids
    msp.sandbox.fault(fault, method="POST", path_contains="/accounting/batches")
    with pytest.raises(OutcomeUnknown):
        msp.psa.create_batch("CF-1", ids)
    assert (msp.psa.find_batch("CF-1") is not None) == (fault in ("lost_answer", "error_after_write"))


def test_a_throttled_batch_was_not_made(msp: Msp) -> None:
    bill = closed(msp)
    ids = posting_of(msp, bill).record_ids
    msp.sandbox.fault("throttle", method="POST", path_contains="/accounting/batches")
    with pytest.raises(RateLimited):
        msp.psa.create_batch("CF-1", ids)
    assert msp.psa.find_batch("CF-1") is None


def test_s3_every_number_gives_a_batch_a_name_that_it_is_found_by(msp: Msp) -> None:
    bill = closed(msp)
    batch(msp, closed(msp, "Other"), "M-1")
    for number in ("1001", 'X" or batchIdentifier != "', "2026/11 [a] é'%*", "1" * 60):
        name = identifier_for(number, "0a1b2c3d" * 4)
        assert len(name) <= IDENTIFIER_LENGTH
        assert msp.psa.find_batch(name) is None
        id_ = batch(msp, bill, name)
        made = {str(each["id"]): each["batchIdentifier"] for each in msp.call("GET", "/finance/accounting/batches")}
        assert made[id_] == name
        msp.psa.delete_batch(id_)


@pytest.mark.parametrize("name", ["", 'CF" or id > 0 or batchIdentifier = "', "CF-é", "CF\n", "C" * 51])
def test_a_batch_is_not_made_under_a_name_that_it_could_not_be_found_by(name: str) -> None:
    pages = Pages()
    with pytest.raises(ValueError, match="found again"):
        pages.psa.create_batch(name, [1])
    with pytest.raises(ValueError, match="found again"):
        pages.psa.find_batch(name)
    assert pages.door.asked == []
