"""Payments and payouts of the platform in the book, and which of them QuickBooks' payments stand for."""

from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.core.model import (
    PLATFORM,
    Allocation,
    Kind,
    Payment,
    PayoutState,
    Ref,
    Standing,
    TakenBack,
)

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import MemoryTable
from tests.adapters.dynamodb.records import (
    CW,
    TENANT,
    deleted_payment,
    invoice_ref,
    make_deposit,
    make_invoice,
    make_payment,
    make_payout,
    make_payout_items,
    version,
)

PAID = Ref(PLATFORM, Kind.PAYMENT, "pay_1")


def on_platform(*invoices: Ref, second: int = 1, **fields: Any) -> Payment:
    parts = tuple(Allocation(invoice, 5_000) for invoice in invoices)
    return replace(make_payment("pay_1", at=version(second), allocations=parts, **fields), ref=PAID)


@pytest.fixture
def book() -> TableBook:
    return TableBook(MemoryTable())


def test_p1_an_invoice_leads_to_the_payments_of_its_system_and_of_the_platform_even_with_one_id(
    book: TableBook,
) -> None:
    theirs = make_payment("pay_1", {"129": 100})
    ours = on_platform(invoice_ref("129"), invoice_ref("77", CW))
    book.save(TENANT, [theirs, ours])
    assert set(book.load_payments_of(TENANT, invoice_ref("129"))) == {theirs, ours}
    assert book.load_payments_of(TENANT, invoice_ref("77", CW)) == (ours,)


def test_no_payment_of_one_system_pays_an_invoice_of_another(book: TableBook) -> None:
    with pytest.raises(ValueError, match="another system"):
        book.save(TENANT, [make_payment(allocations=(Allocation(invoice_ref("77", CW), 5),))])
    with pytest.raises(ValueError, match="another system"):
        keys.paid_by(TENANT, invoice_ref("77", CW), make_payment().ref)


def test_p2_what_the_platform_took_back_says_why_and_keeps_the_invoices_that_it_paid(book: TableBook) -> None:
    book.save(TENANT, [on_platform(invoice_ref("129"))])
    returned = on_platform(second=2, standing=Standing.DELETED, taken_back=TakenBack.RETURNED, total_minor=5_000)
    book.save(TENANT, [returned])
    (kept,) = book.load_payments_of(TENANT, invoice_ref("129"))
    assert kept == replace(returned, former_invoices=(invoice_ref("129"),))


def test_p2_an_older_event_does_not_raise_what_was_taken_back(book: TableBook) -> None:
    returned = on_platform(second=2, standing=Standing.DELETED, taken_back=TakenBack.RETURNED)
    book.save(TENANT, [returned])
    assert book.save(TENANT, [on_platform(invoice_ref("129"))]) == frozenset()
    assert book.load(TENANT, PAID) == returned


def test_e1_what_a_payment_stands_for_is_not_forgotten_by_a_read_that_does_not_know_it(book: TableBook) -> None:
    book.save(TENANT, [make_payment("9", origin=PAID, revision="0")])
    book.save(TENANT, [make_payment("9", at=version(2), revision="1")])
    book.save(TENANT, [deleted_payment("9", version(3))])
    kept = book.load(TENANT, make_payment("9").ref)
    assert isinstance(kept, Payment)
    assert (kept.standing, kept.origin, kept.revision) == (Standing.DELETED, PAID, "1")


def test_d2_a_payout_is_found_from_each_payment_that_it_holds_and_by_its_day(book: TableBook) -> None:
    payout = make_payout("po_1", items=make_payout_items(3), arrives_on=date(2026, 11, 6))
    book.save(TENANT, [payout, make_payout("po_2", items=make_payout_items(1)), make_deposit("1")])
    held = [Ref(PLATFORM, Kind.PAYMENT, id_) for id_ in ("1", "2", "4")]
    refs = [[each.id for each in refs] for refs in book.load_payouts_of(TENANT, held).values()]
    assert refs == [["po_1", "po_2"], ["po_1"], []]
    assert book.load_payout_items(TENANT, payout.ref) == payout.items
    page = book.list_records(
        TENANT, Kind.PAYOUT, first=date(2026, 11, 6), last=None, system=PLATFORM, cursor="", limit=5
    )
    assert {record.ref.id for record in page.records} == {"po_1", "po_2"}


def test_d2_a_payment_that_left_a_payout_no_longer_leads_to_it(book: TableBook) -> None:
    book.save(TENANT, [make_payout("po_1", items=make_payout_items(2))])
    book.save(TENANT, [make_payout("po_1", at=version(2), items=make_payout_items(1))])
    first, second = (Ref(PLATFORM, Kind.PAYMENT, id_) for id_ in ("1", "2"))
    assert {ref: len(found) for ref, found in book.load_payouts_of(TENANT, [first, second]).items()} == {
        first: 1,
        second: 0,
    }


def test_a_payout_of_ten_thousand_payments_is_kept_whole(book: TableBook) -> None:
    payout = make_payout("po_1", items=make_payout_items(9_999))
    book.save(TENANT, [payout])
    assert book.load_payout_items(TENANT, payout.ref) == payout.items


def test_a_payout_that_is_paid_costs_one_write_unit_and_a_platform_payment_what_any_payment_does(
    counting_table: CountingTable,
) -> None:
    book = TableBook(counting_table)
    book.save(TENANT, [make_invoice(), make_payment("8"), make_payout("po_0", items=make_payout_items(1))])
    spent = [counting_table.write_units]
    for record in (
        on_platform(invoice_ref("1")),
        make_payout("po_1", state=PayoutState.CREATED, items=make_payout_items(3)),
        make_payout("po_1", at=version(2), state=PayoutState.PAID, items=make_payout_items(3)),
        make_payout("po_1", at=version(2), state=PayoutState.PAID, items=make_payout_items(3)),
    ):
        book.save(TENANT, [record])
        spent.append(counting_table.write_units)
    # A new payout: a pointer from each payment, its place in the list, and the record with its items.
    assert [after - before for before, after in pairwise(spent)] == [4, 3 + 1 + 1, 1, 0]
