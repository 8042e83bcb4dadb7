"""Reading what a QuickBooks company owes: first import, what changed, what was deleted or voided, and the cursors."""

from datetime import date, timedelta
from typing import Any

import pytest
from crossfoot.adapters.quickbooks.cursor import ENTITIES, PAYABLES, Cursor, Stage, read_cursor
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.core.model import Kind, Record, Ref, Standing, System
from crossfoot.core.payables.records import Bill, BillPayment, PayMethod, Vendor, VendorCredit

from tests.adapters.quickbooks import wire
from tests.adapters.quickbooks.company import Company
from tests.adapters.quickbooks.owing import Owing
from tests.adapters.quickbooks.wire import Reader, WireCompany

MARK = "2026-11-03T12:00:00Z"


@pytest.fixture
def owing(company: Company) -> Owing:
    return Owing(company)


def latest[R: Record](kind: type[R], records: list[Record], wire_record: dict[str, Any]) -> R:
    """Find a record as it was read last."""
    return [each for each in records if isinstance(each, kind) and each.ref.id == wire_record["Id"]][-1]


def test_b1_a_first_import_reads_bills_credits_and_the_payments_between_them(owing: Owing) -> None:
    vendor = owing.vendor("Books by Bessie")
    bill = owing.owed("Bill", vendor, 192.4, DocNumber="A-1", PrivateNote="for June", DueDate="2026-12-02")
    other = owing.owed("Bill", vendor, 50)
    credit = owing.owed("VendorCredit", vendor, 30, DocNumber="C-1")
    parts = (("Bill", bill, 100), ("Bill", other, 50), ("VendorCredit", credit, 20))
    paid = owing.pay(vendor, 130, *parts, DocNumber="1001", PrivateNote="xf:0123456789abcdef")
    records = owing.read()
    read = latest(Bill, records, bill)
    assert (read.number, read.total_minor, read.balance_minor, read.note) == ("A-1", 19_240, 9_240, "for June")
    assert [(line.amount_minor, line.account_id) for line in read.lines or ()] == [(19_240, owing.costs)]
    assert (read.vendor, read.vendor_name) == (latest(Vendor, records, vendor).ref, "Books by Bessie")
    assert read.due_on == date(2026, 12, 2)
    remaining = latest(VendorCredit, records, credit)
    assert (remaining.total_minor, remaining.remaining_minor, remaining.number) == (3_000, 1_000, "C-1")
    payment = latest(BillPayment, records, paid)
    assert {part.bill.id: part.amount_minor for part in payment.bills} == {bill["Id"]: 10_000, other["Id"]: 5_000}
    assert [(part.credit, part.amount_minor) for part in payment.credits] == [(remaining.ref, 2_000)]
    assert (payment.total_minor, payment.other_minor, payment.account_id) == (13_000, 0, owing.bank)
    assert (payment.number, payment.marker, payment.method) == ("1001", "xf:0123456789abcdef", PayMethod.CHECK)


def test_b1_payments_are_read_before_what_they_settle(owing: Owing) -> None:
    vendor = owing.vendor("Bob")
    bill, credit = owing.owed("Bill", vendor, 80), owing.owed("VendorCredit", vendor, 80)
    owing.pay(vendor, 0, ("Bill", bill, 80), ("VendorCredit", credit, 80))
    order = [Kind.BILL_PAYMENT, Kind.VENDOR_CREDIT, Kind.BILL, Kind.VENDOR]
    assert list(dict.fromkeys(each.ref.kind for each in owing.read())) == order
    owing.cursor = Cursor(Stage.CHANGES, latest(Bill, owing.read(), bill).version.updated_at).to_text()
    window = owing.source.fetch_changes(owing.cursor)
    assert not window.more, "one call reads them all"
    assert list(dict.fromkeys(each.ref.kind for each in window.records)) == order


def test_b1_payments_come_first_in_whatever_order_quickbooks_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    company = WireCompany()
    reader, changes = Reader(company, Limits(), wire.PAYABLES), company._changes
    reader.settle()
    for entity in reversed(wire.PAYABLES):
        company.create(entity)
    backwards = {"QueryResponse": changes(",".join(wire.PAYABLES), MARK)["QueryResponse"][::-1]}
    monkeypatch.setattr(company, "_changes", lambda entities, since: backwards)
    assert [record.ref.kind for record in reader.read().records] == list(wire.PAYABLES.values())


def test_b4_a_credit_that_covers_a_bill_is_a_payment_of_nothing(owing: Owing) -> None:
    vendor = owing.vendor("Bob")
    bill, credit = owing.owed("Bill", vendor, 95.76), owing.owed("VendorCredit", vendor, 95.76)
    paid = owing.pay(vendor, 0, ("Bill", bill, 95.76), ("VendorCredit", credit, 95.76))
    records = owing.read()
    payment = latest(BillPayment, records, paid)
    assert (payment.standing, payment.total_minor) == (Standing.LIVE, 0)
    assert [part.amount_minor for part in payment.bills] == [part.amount_minor for part in payment.credits] == [9_576]
    assert (latest(Bill, records, bill).balance_minor, latest(VendorCredit, records, credit).remaining_minor) == (0, 0)


def test_a_change_brings_the_payment_and_all_that_it_settles(owing: Owing) -> None:
    vendor = owing.vendor("Bob")
    bill, untouched = owing.owed("Bill", vendor, 80), owing.owed("Bill", vendor, 5)
    owing.read()
    owing.read_later()
    assert owing.read() == []
    paid = owing.pay(vendor, 30, ("Bill", bill, 30), **owing.by_card())
    owing.company.budget.calls.clear()
    records = owing.read()
    assert len(owing.company.budget.calls) == 1
    payment = latest(BillPayment, records, paid)
    assert (payment.method, payment.account_id) == (PayMethod.CREDIT_CARD, owing.card)
    assert latest(Bill, records, bill).balance_minor == 5_000
    assert untouched["Id"] not in {each.ref.id for each in records if isinstance(each, Bill)}


def test_a_voided_payment_stays_and_a_deleted_one_is_an_id_and_nothing_more(owing: Owing) -> None:
    vendor = owing.vendor("Bob")
    bill = owing.owed("Bill", vendor, 80)
    voided, deleted = (owing.pay(vendor, 10, ("Bill", bill, 10), PrivateNote="xf:0123456789abcdef") for _ in range(2))
    owing.read()
    owing.void(voided)
    owing.delete("BillPayment", deleted)
    records = owing.read_later()
    void, gone = latest(BillPayment, records, voided), latest(BillPayment, records, deleted)
    assert (void.standing, void.total_minor, void.bills, void.other_minor) == (Standing.VOID, 0, (), 0)
    assert void.marker == "xf:0123456789abcdef"
    assert (gone.standing, gone.vendor, gone.paid_on, gone.marker) == (Standing.DELETED, None, None, "")
    assert latest(Bill, records, bill).balance_minor == 8_000


def test_deleted_bills_and_credits_are_read_as_deleted(owing: Owing) -> None:
    vendor = owing.vendor("Bob")
    bill, credit = owing.owed("Bill", vendor, 80), owing.owed("VendorCredit", vendor, 30)
    owing.read()
    owing.delete("Bill", bill)
    owing.delete("VendorCredit", credit)
    records = owing.read_later()
    assert latest(Bill, records, bill).standing is Standing.DELETED
    assert latest(VendorCredit, records, credit).standing is Standing.DELETED


def test_an_inactive_vendor_is_read_by_an_import_and_by_changes(owing: Owing) -> None:
    vendor, other = owing.vendor("Gone Ltd"), owing.vendor("Going Ltd")
    inactive = {"SyncToken": "0", "sparse": True, "Active": False}
    owing.company.post("Vendor", {"Id": vendor["Id"], **inactive})
    first = latest(Vendor, owing.read(), vendor)
    assert (first.active, first.standing, first.name) == (False, Standing.LIVE, "Gone Ltd (deleted)")
    owing.company.post("Vendor", {"Id": other["Id"], **inactive})
    assert not latest(Vendor, owing.read_later(), other).active


def test_a_vendor_that_was_merged_is_seen_to_go_where_quickbooks_shows_it(owing: Owing) -> None:
    gone, kept = owing.vendor("Bob's"), owing.vendor("Bob")
    bill = owing.owed("Bill", gone, 80)
    owing.read()
    merged = {"entity": "Vendor", "gone": gone["Id"], "kept": kept["Id"]}
    owing.company.sandbox.control(f"merge?company={owing.company.realm}", merged)
    records = owing.read_later()
    assert latest(Vendor, records, gone).standing is Standing.DELETED
    assert latest(Bill, records, bill).vendor == Ref(System.QUICKBOOKS, Kind.VENDOR, kept["Id"])


def test_a_partner_with_nothing_new_costs_one_metered_call(owing: Owing) -> None:
    owing.read()
    owing.company.budget.calls.clear()
    owing.source.fetch_changes(owing.cursor)
    assert [metered for _, _, metered in owing.company.budget.calls] == [True]


def test_the_other_feed_reads_none_of_them(owing: Owing) -> None:
    vendor = owing.vendor("Bob")
    owing.pay(vendor, 80, ("Bill", owing.owed("Bill", vendor, 80), 80))
    records, cursor = owing.company.read_all()
    kinds = {each.ref.kind for each in records}
    assert not kinds & {Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT}
    assert read_cursor(cursor).stage is read_cursor(owing.cursor or cursor).stage is Stage.CHANGES


def test_what_cannot_be_kept_exactly_is_told_by_its_kind_and_sinks_nothing(owing: Owing) -> None:
    vendor = owing.vendor("Bob")
    bill = owing.owed("Bill", vendor, 80)
    odd = {
        "Id": "777", "SyncToken": "0", "MetaData": {"LastUpdatedTime": "2026-11-03T09:00:00-08:00"},
        "TxnDate": "2026-11-03", "CurrencyRef": {"value": "JPY"}, "VendorRef": {"value": vendor["Id"]},
        "TotalAmt": 10.5, "Balance": 10.5, "Line": [],
    }  # fmt: skip
    owing.company.load(("Bill", odd))
    windows = [window := owing.source.fetch_changes("")]
    while window.more:
        windows.append(window := owing.source.fetch_changes(window.cursor))
    assert {ref for each in windows for ref in each.unreadable} == {Ref(System.QUICKBOOKS, Kind.BILL, "777")}
    assert latest(Bill, [record for each in windows for record in each.records], bill)


@pytest.mark.parametrize(
    "text",
    [
        '{"stage": "pages", "mark": "2026-11-03T12:00:00Z"}',
        '{"stage": "changes", "mark": "2026-11-03T12:00:00Z"}',
        '{"stage": "pages", "mark": "2026-11-03T12:00:00Z", "entity": "Invoice", "start": 751, "last": "42"}',
        '{"stage": "pages", "mark": "2026-11-03T12:00:00Z", "entity": "BillPayment"}',
        '{"stage": "deletions", "mark": "2026-11-03T12:00:00Z", "deletions_since": "2026-11-03T08:00:00Z",'
        ' "deletions": {"Bill": "", "Vendor": "2026-11-03T09:00:00Z"}}',
    ],
)
def test_a_cursor_that_is_stored_is_read_and_written_as_it_always_was(text: str) -> None:
    assert read_cursor(text).to_text() == text


def test_every_entity_type_leads_to_the_next_of_its_own_feed() -> None:
    for feed in (ENTITIES, PAYABLES):
        assert tuple(Cursor(Stage.PAGES, MARK, each).next_entity for each in feed) == (*feed[1:], None)


def test_a_burst_of_bills_is_paged_through_and_its_deletions_are_seen() -> None:
    company = WireCompany(cdc_cap=10)
    reader = Reader(company, Limits(page_rows=8, cdc_objects=10), wire.PAYABLES)
    for entity in wire.ENTITIES:
        company.create(entity)
    reader.settle()
    bills = [company.create("Bill") for _ in range(20)]
    company.advance(2)
    for each in bills[:3]:
        company.delete("Bill", each)
    company.create("Vendor")
    company.advance(timedelta(hours=1).total_seconds())
    windows = reader.read_all()
    assert any(read_cursor(window.cursor).stage is Stage.DELETIONS for window in windows)
    assert reader.differences() == set()
    assert {kind for kind, _ in reader.book} == {Kind.BILL, Kind.VENDOR}


def test_b1_x1_what_is_gone_is_told_from_what_is_void_and_from_what_cannot_be_read(owing: Owing) -> None:
    vendor = owing.vendor("Bessie")
    bill, lost = owing.owed("Bill", vendor, 80), owing.owed("Bill", vendor, 90)
    credit = owing.owed("VendorCredit", vendor, 80)
    paid = owing.pay(vendor, 0, ("Bill", bill, 80), ("VendorCredit", credit, 80))
    records: list[Record] = [each for each in owing.read() if not isinstance(each, Vendor)]
    owing.delete("Bill", lost)
    owing.void(paid)
    there = owing.source.fetch_living([each.ref for each in records])
    assert {each.ref for each in records} - there == {latest(Bill, records, lost).ref}
    assert owing.source.fetch_living([]) == frozenset()
