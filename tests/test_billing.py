"""What bears on the entries of bills: gathered for many at once, in as few calls as it takes (S7, S8)."""

from types import SimpleNamespace

from crossfoot.billing import load_billings
from crossfoot.core.model import Link, LinkOrigin, Ref
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.settings import TimeEntries

from tests.fakes.sync_office import CUSTOMER, PREFERENCES, SyncOffice
from tests.fakes.trip import Trip
from tests.fakes.world import TENANT


def _load(office: SyncOffice, *bills: Ref, trip: Trip | None = None) -> dict[Ref, Billing]:
    setup = office.world.sync_settings.load(TENANT)
    assert setup is not None
    book = trip.wire(office.world.book) if trip else office.world.book
    return load_billings(TENANT, bills, setup, SimpleNamespace(book=book, systems=office.world))


def test_s8_a_billing_has_all_that_bears_on_the_entry() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    by_hand = office.world.quickbooks.add_invoice("q7", "1001", 1_00)
    office.see()
    billing = _load(office, bill)[bill]
    assert billing.posting is not None
    assert (billing.bill.ref, billing.posting.total_minor) == (bill, 190_00)
    assert (billing.customer and billing.customer.ref.id, [each.ref for each in billing.namesakes]) == (
        CUSTOMER,
        [by_hand],
    )


def test_s4_lines_are_read_where_the_entry_says_them() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    office.see()
    assert _load(office, bill)[bill].lines == ()
    office.prefer(PREFERENCES.__class__(time_entries=TimeEntries.LINE_ITEM))
    assert [line.amount_minor for line in _load(office, bill)[bill].lines] == [150_00, 40_00]


def test_s7_a_bills_own_copy_is_no_namesake_and_neither_is_what_is_gone() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    copy = office.world.quickbooks.add_invoice("q7", "1001", 1_00)
    gone = office.world.quickbooks.add_invoice("q8", "1001", 1_00)
    office.world.quickbooks.delete_invoice(gone.id)
    office.see()
    office.world.book.save_link(TENANT, Link(copy, bill, LinkOrigin.CONFIRMED))
    billing = _load(office, bill)[bill]
    assert (billing.namesakes, billing.link and billing.link.accounting) == ((), copy)


def test_s7_a_credit_memo_of_the_same_customer_and_number_is_a_namesake() -> None:
    office = SyncOffice()
    memo = office.credit("2001")
    theirs = office.world.quickbooks.add_credit_memo("q9", "2001", 3_00, customer_id=CUSTOMER)
    office.world.quickbooks.add_credit_memo("q10", "2001", 3_00, customer_id="59")
    office.see()
    assert [each.ref for each in _load(office, memo)[memo].namesakes] == [theirs]


def test_s3_what_connectwise_would_not_post_now_has_no_posting() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    office.see()
    office.world.connectwise.batch_elsewhere(bill)
    assert _load(office, bill)[bill].posting is None


def test_many_bills_take_one_call_to_connectwise_and_a_few_to_the_book() -> None:
    office = SyncOffice()
    bills = [office.bill(str(number)) for number in range(1000, 1020)]
    office.see()
    trip, before = Trip(), office.world.connectwise.reads
    assert len(_load(office, *bills, trip=trip)) == len(bills)
    assert office.world.connectwise.reads - before == 1
    assert sorted(trip.calls) == ["load_links", "load_many", "load_many", "load_numbered"]


def test_whoever_plans_no_entry_asks_the_book_for_no_namesakes() -> None:
    office = SyncOffice()
    bill = office.bill("1001")
    office.world.quickbooks.add_invoice("q7", "1001", 1_00)
    office.see()
    trip, setup = Trip(), office.world.sync_settings.load(TENANT)
    assert setup is not None
    ports = SimpleNamespace(book=trip.wire(office.world.book), systems=office.world)
    assert load_billings(TENANT, [bill], setup, ports, with_namesakes=False)[bill].namesakes == ()
    assert "load_numbered" not in trip.calls


def test_bills_that_the_book_does_not_have_are_left_out() -> None:
    office = SyncOffice()
    assert _load(office, office.bill("1001")) == {}
