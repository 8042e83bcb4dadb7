"""Bills, vendors, vendor credits and bill payments in the table: nothing of them is lost (B1 to B8)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.merging import MAX_FORMER, merge
from crossfoot.core.model import PLATFORM, Invoice, Keeping, Kind, OutsidePayment, Record, Ref, Standing, fingerprint
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    Payable,
    PayMethod,
    PayState,
    VendorCredit,
)
from crossfoot.core.shelves import Shelf
from crossfoot.errors import BadMessage
from crossfoot.ports import Book

from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.payables import (
    VENDOR,
    bill_payment_ref,
    bill_ref,
    credit_ref,
    deleted_bill,
    deleted_bill_payment,
    make_bill,
    make_bill_payment,
    make_cost_lines,
    make_vendor,
    make_vendor_credit,
    on_platform,
)
from tests.adapters.dynamodb.records import OTHER_TENANT, QBO, TENANT, make_invoice, version
from tests.fakes.book import FakeBook

OUTSIDE = Keeping(outside=OutsidePayment(date(2026, 11, 2), "cash", "Rechnung am Tresen 🎉"))
LEFT_OUT = Keeping(left_out=True)
NORTON = on_platform(Kind.VENDOR, "ven_1")
WHOLE: list[Payable] = [
    make_vendor(active=False, account_number="N-1", revision="3", origin=NORTON),
    make_vendor("ven_1", PLATFORM, copy_of=VENDOR, email=""),
    make_bill(note="Fence", marker="xf:1", revision="2", origin=on_platform(Kind.BILL, "bill_1")),
    make_bill("bill_1", PLATFORM, vendor=NORTON, approved=False, due_on=None, copy_of=bill_ref("129")),
    make_bill("bill_2", PLATFORM, vendor=VENDOR, balance_minor=0),
    make_vendor_credit(note="Returned", marker="xf:2", revision="1", origin=on_platform(Kind.VENDOR_CREDIT, "vc_1")),
    make_vendor_credit("vc_1", PLATFORM, vendor=None, remaining_minor=None, copy_of=credit_ref("7")),
    make_vendor_credit("8", remaining_minor=0),
    make_bill_payment("77", {"129": 20_500, "130": 1}, {"7": 4_000}, method=PayMethod.CREDIT_CARD, other_minor=-500),
    make_bill_payment("78", {}, note="x", marker="xf:3", revision="9", number="10017", origin=on_platform(
        Kind.BILL_PAYMENT, "bp_1"
    )),
    replace(
        make_bill_payment("bp_1", {}, system=PLATFORM, state=PayState.SCHEDULED, copy_of=bill_payment_ref("78")),
        bills=(BillPart(bill_ref("129"), 20_500), BillPart(on_platform(Kind.BILL, "bill_1"), 1)),
        credits=(CreditPart(on_platform(Kind.VENDOR_CREDIT, "vc_1"), 20_501),),
        total_minor=0,
    ),
]  # fmt: skip
ODD_LINES = (
    CostLine("", CostLineKind.NOTE, "", 0),
    CostLine("1", CostLineKind.ACCOUNT, "Zäune 🎉 \ud800", -1, "64", "", None, None, "", "", "", "NotBillable"),
    CostLine("2", CostLineKind.ITEM, "x" * 4_000, 10**15, "", "11", Decimal("1E+3"), Decimal("0.000000001")),
    CostLine("3", CostLineKind.TAX, "VAT", 1, tax_code="20% S"),
)


@pytest.fixture(params=["table", "fake"])
def book(request: pytest.FixtureRequest) -> Book:
    return TableBook(MemoryTable()) if request.param == "table" else FakeBook()


def loaded[P: Payable](book: Book, record: P) -> P:
    stored = book.load(TENANT, record.ref)
    assert isinstance(stored, type(record))
    return stored


@pytest.mark.parametrize("record", WHOLE, ids=lambda record: str(record.ref))
def test_every_payable_comes_back_whole(book: Book, record: Payable) -> None:
    assert book.save(TENANT, [record]) == {record.ref}
    assert book.load(TENANT, record.ref) == record
    assert book.load(OTHER_TENANT, record.ref) is None
    again = replace(record, version=version(1, 2))
    assert book.save(TENANT, [again]) == frozenset()
    assert fingerprint(again) == fingerprint(record)


@pytest.mark.parametrize("lines", [(), ODD_LINES, make_cost_lines(5), make_cost_lines(3_000)])
def test_lines_come_back_one_by_one_and_stay_where_they_were_not_read(book: Book, lines: tuple[CostLine, ...]) -> None:
    bill, credit = make_bill(lines=lines), make_vendor_credit(lines=lines)
    book.save(TENANT, [bill, credit])
    book.save(TENANT, [make_bill(at=version(2), note="paid soon")])
    assert book.load_cost_lines(TENANT, bill) == lines
    other = make_bill("130")
    expected = {bill.ref: lines, credit.ref: lines, other.ref: ()}
    assert book.load_cost_lines_of_many(TENANT, [bill, credit, other]) == expected
    book.save(TENANT, [deleted_bill("129", version(3))])
    assert book.load_cost_lines(TENANT, bill) == lines


def test_a_payable_that_is_deleted_keeps_what_was_known_of_it(book: Book) -> None:
    bill = make_bill(marker="xf:1", origin=on_platform(Kind.BILL, "bill_1"))
    book.save(TENANT, [bill, make_bill_payment("77", {"129": 500}, {"7": 300})])
    book.save(TENANT, [deleted_bill("129", version(2)), deleted_bill_payment("77", version(2))])
    assert loaded(book, bill) == replace(bill, standing=Standing.DELETED, version=version(2))
    gone = make_bill_payment("77", {}, at=version(2), standing=Standing.DELETED, total_minor=200)
    assert book.load(TENANT, gone.ref) == replace(gone, former=(bill_ref("129"), credit_ref("7")))


def test_b4_what_a_payment_ever_named_leads_to_it_and_is_kept(book: Book) -> None:
    first = make_bill_payment("77", {"129": 500, "130": 100}, {"7": 300})
    moved = make_bill_payment("77", {"130": 100, "131": 1}, at=version(2))
    own = make_bill_payment("bp_1", {}, system=PLATFORM)
    own = replace(own, bills=(BillPart(bill_ref("129"), 5), BillPart(on_platform(Kind.BILL, "b"), 5)))
    book.save(TENANT, [first, own])
    assert book.load_bill_payments_of(TENANT, [credit_ref("7")]) == {credit_ref("7"): (first,)}
    book.save(TENANT, [moved])
    kept = replace(moved, former=(bill_ref("129"), credit_ref("7")))
    void = make_bill_payment("77", {}, at=version(3), standing=Standing.VOID)
    asked = [
        bill_ref("129"),
        bill_ref("130"),
        bill_ref("131"),
        credit_ref("7"),
        on_platform(Kind.BILL, "b"),
        bill_ref("1"),
    ]
    found = [{kept.ref, own.ref}, {kept.ref}, {kept.ref}, {kept.ref}, {own.ref}, set()]
    for stored in (kept, replace(void, former=(bill_ref("129"), bill_ref("130"), bill_ref("131"), credit_ref("7")))):
        book.save(TENANT, [stored])
        settled = book.load_bill_payments_of(TENANT, asked)
        assert [{each.ref for each in settled[ref]} for ref in asked] == found
        assert stored in settled[bill_ref("131")]
    assert book.load_bill_payments_of(OTHER_TENANT, [bill_ref("129")]) == {bill_ref("129"): ()}


def test_b4_a_pointer_that_a_crash_left_behind_leads_to_no_payment() -> None:
    table = MemoryTable()
    book, payment = TableBook(table), make_bill_payment("77", {"129": 500})
    book.save(TENANT, [payment])
    strays = [keys.paid_by(TENANT, bill_ref("130"), bill_payment_ref(id_)) for id_ in ("77", "gone")]
    table.put_many({stray: {} for stray in strays})
    settled = book.load_bill_payments_of(TENANT, [bill_ref("129"), bill_ref("130")])
    assert settled == {bill_ref("129"): (payment,), bill_ref("130"): ()}


def test_a_payment_names_no_more_than_the_book_keeps_of_one() -> None:
    before = make_bill_payment("77", {str(number): 1 for number in range(MAX_FORMER + 1)})
    with pytest.raises(BadMessage, match="more than"):
        merge(make_bill_payment("77", {}, at=version(2)), before)


def test_b1_what_came_in_once_stays_in_and_keeps_whom_it_stands_for(book: Book) -> None:
    ours = on_platform(Kind.BILL, "bill_1")
    book.save(TENANT, [make_bill(keeping=LEFT_OUT, origin=ours)])
    for second, offered, kept in ((2, LEFT_OUT, LEFT_OUT), (3, Keeping(), Keeping()), (4, LEFT_OUT, Keeping())):
        book.save(TENANT, [make_bill(at=version(second), keeping=offered)])
        assert loaded(book, make_bill()) == make_bill(at=version(second), keeping=kept, origin=ours)
    made_from = make_bill("bill_1", PLATFORM, vendor=None, copy_of=bill_ref("129"))
    book.save(TENANT, [made_from, replace(made_from, version=version(2), copy_of=None)])
    assert loaded(book, made_from).copy_of == bill_ref("129")


@pytest.mark.parametrize("record", [make_bill(lines=make_cost_lines(2)), make_invoice("129")])
def test_b8_a_payment_outside_is_marked_and_taken_back_and_no_reading_changes_it(
    book: Book, record: Bill | Invoice
) -> None:
    def mark(outside: OutsidePayment | None) -> None:
        def change(kept: Record) -> Record:
            assert isinstance(kept, Invoice | Bill)
            return replace(kept, keeping=replace(kept.keeping, outside=outside))

        book.revise(TENANT, [record.ref], change)

    book.save(TENANT, [record])
    mark(OUTSIDE.outside)
    kept = replace(record, lines=None, keeping=OUTSIDE)
    assert book.load(TENANT, record.ref) == kept
    book.save(TENANT, [replace(record, version=version(2), balance_minor=1)])
    assert book.load(TENANT, record.ref) == replace(kept, version=version(2), balance_minor=1)
    book.save(TENANT, [replace(record, version=version(3), standing=Standing.DELETED)])
    mark(None)
    stored = book.load(TENANT, record.ref)
    assert isinstance(stored, type(record))
    assert (stored.keeping, stored.standing) == (Keeping(), Standing.DELETED)


def shelf(book: Book, kind: Kind, on: Shelf) -> set[str]:
    page = book.list_records(TENANT, kind, first=None, last=None, system=None, cursor="", limit=50, shelf=on)
    assert all(isinstance(record, Bill | VendorCredit | BillPayment) for record in page.records)
    return {str(record.ref) for record in page.records}


def test_b1_unpaid_bills_void_ones_and_those_left_out_have_a_shelf_each(book: Book) -> None:
    void: dict[str, Any] = {"standing": Standing.VOID}
    left_out: dict[str, Any] = {"keeping": LEFT_OUT}
    some: list[Record] = [make_bill("1"), make_bill("2", balance_minor=0), make_bill("3", balance_minor=0, **left_out)]
    some += [make_bill("4", **void), make_bill("5", PLATFORM), make_bill("6", PLATFORM, **void)]
    some += [make_vendor_credit("1", **left_out), make_vendor_credit("2"), make_vendor(**left_out)]
    some += [make_bill_payment("1", **void), make_bill_payment("2", **left_out), make_bill_payment("3")]
    book.save(TENANT, some)
    book.save(TENANT, [make_bill("1", at=version(2), balance_minor=0), make_bill("7")])
    assert shelf(book, Kind.BILL, Shelf.UNPAID) == {"quickbooks-7"}
    assert shelf(book, Kind.BILL, Shelf.LEFT_OUT) == {"quickbooks-3"}
    assert shelf(book, Kind.BILL, Shelf.VOID) == {"quickbooks-4", "platform-6"}
    assert shelf(book, Kind.VENDOR_CREDIT, Shelf.LEFT_OUT) == {"quickbooks-1"}
    assert shelf(book, Kind.BILL_PAYMENT, Shelf.VOID) == {"quickbooks-1"}
    assert shelf(book, Kind.BILL_PAYMENT, Shelf.LEFT_OUT) == {"quickbooks-2"}


def test_a_vendor_is_listed_by_name_and_has_its_own_bills_credits_and_payments(book: Book) -> None:
    renamed = make_vendor(at=version(2), name="Norton & Sons")
    ours = make_vendor("ven_1", PLATFORM, name="norton lumber")
    some: list[Record] = [make_bill("bill_1", PLATFORM, vendor=NORTON), make_bill("bill_2", PLATFORM)]
    book.save(TENANT, [make_vendor(), ours, make_bill(), *some, make_vendor_credit(), make_bill_payment()])
    book.save(
        TENANT,
        [renamed, make_bill("130", at=version(2), vendor=None, standing=Standing.DELETED, total_minor=0, number="")],
    )
    page = book.list_named(TENANT, Kind.VENDOR, prefix="NORTON", system=None, cursor="", limit=9)
    assert page.records == (ours, renamed)
    assert book.list_named(TENANT, Kind.VENDOR, prefix="norton l", system=QBO, cursor="", limit=9).records == ()
    assert book.list_named(TENANT, Kind.CUSTOMER, prefix="", system=None, cursor="", limit=9).records == ()
    of_vendor = {
        (kind, of): _of_vendor(book, kind, of) for kind in (Kind.BILL, Kind.BILL_PAYMENT) for of in (VENDOR, NORTON)
    }
    assert of_vendor == {
        (Kind.BILL, VENDOR): {"quickbooks-129", "platform-bill_2"},
        (Kind.BILL, NORTON): {"platform-bill_1"},
        (Kind.BILL_PAYMENT, VENDOR): {"quickbooks-77"},
        (Kind.BILL_PAYMENT, NORTON): set(),
    }


def _of_vendor(book: Book, kind: Kind, vendor: Ref) -> set[str]:
    page = book.list_records(TENANT, kind, first=None, last=None, system=None, cursor="", limit=9, customer=vendor)
    return {str(record.ref) for record in page.records}
