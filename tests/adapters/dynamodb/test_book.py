"""The book: versions, former invoices, deleted records, and pointers that are never one too few."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

import pytest
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.merging import MAX_FORMER, merge
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import (
    CreditUse,
    Keeping,
    Kind,
    Payment,
    Record,
    Ref,
    Standing,
    Trait,
    TraitName,
    Version,
)
from crossfoot.errors import BadMessage, Conflict

from tests.adapters.dynamodb.doubles import CountingTable, DyingTable, InterruptedTable, Killed
from tests.adapters.dynamodb.records import (
    CW,
    OTHER_TENANT,
    QBO,
    TENANT,
    deleted_invoice,
    deleted_payment,
    invoice_ref,
    make_credit_memo,
    make_customer,
    make_deposit,
    make_invoice,
    make_payment,
    payment_ref,
    version,
)

CREDIT = Ref(QBO, Kind.CREDIT_MEMO, "4")
FULL_RECORDS: list[Record] = [
    make_customer(),
    make_customer("59", active=False, account_number=""),
    make_invoice(),
    make_invoice("2", CW, paid_minor=0, closed=True, due_on=None, customer=None, number=""),
    make_invoice("3", CW, paid_minor=-250, currency="JPY", standing=Standing.VOID, total_minor=0, balance_minor=0),
    make_payment(paid={"1": 1, "2": 99_999_999_999}, marker="xf:0123456789abcdef"),
    make_payment("10", allocations=(), paid_on=None, customer=None, reference="", total_minor=0),
    make_payment("11", credits=(CreditUse(CREDIT, 900),), deposit=Ref(QBO, Kind.DEPOSIT, "6")),
    make_payment("12", allocations=(), credits=(CreditUse(CREDIT, 900),), credit_only=(invoice_ref("1"),)),
    make_customer("60", traits=(Trait(TraitName.COMPANY_TYPE, "1"), Trait(TraitName.COMPANY_STATUS, "#"))),
    make_customer("61", keeping=Keeping(left_out=True)),
    make_invoice("4", CW, credited_minor=0, traits=(Trait(TraitName.LOCATION, "2"),), keeping=Keeping(left_out=True)),
    make_credit_memo(),
    make_credit_memo("5", CW, customer=None, traits=(Trait(TraitName.INVOICE_TYPE, "CM"),), remaining_minor=0),
    make_deposit(),
    make_deposit("7", deposited_on=None, account_id="", account_name="", total_minor=-5),
]


@pytest.fixture
def book(table: Table) -> TableBook:
    return TableBook(table)


@pytest.mark.parametrize("record", FULL_RECORDS, ids=lambda record: f"{record.ref.kind} {record.ref.id}")
def test_a_record_is_read_as_it_was_saved(book: TableBook, record: Record) -> None:
    book.save(TENANT, [record])
    assert book.load(TENANT, record.ref) == record


def test_many_records_are_read_at_once_and_missing_ones_left_out(book: TableBook) -> None:
    records = [make_invoice(str(number)) for number in range(130)]
    book.save(TENANT, records)
    refs = [record.ref for record in records]
    assert book.load_many(TENANT, [*refs, invoice_ref("none"), refs[0]]) == {record.ref: record for record in records}


def test_x6_a_record_is_seen_by_its_own_partner_only(book: TableBook) -> None:
    book.save(TENANT, [make_invoice(), make_payment()])
    assert book.load(OTHER_TENANT, invoice_ref("1")) is None
    assert book.load_many(OTHER_TENANT, [invoice_ref("1"), payment_ref("9")]) == {}
    assert book.load_payments_of(OTHER_TENANT, invoice_ref("1")) == ()
    assert book.load_invoices_numbered(OTHER_TENANT, "INV-1") == ()
    assert _page(book, OTHER_TENANT) == ()


@pytest.mark.parametrize(
    ("stored", "offered", "wins"),
    [
        (version(5, seen=5), version(6, seen=1), True),
        (version(5, seen=5), version(5, seen=6), True),
        (version(5, seen=5), version(5, seen=5), True),
        (version(5, seen=5), version(5, seen=4), False),
        (version(5, seen=5), version(4, seen=9), False),
    ],
)
def test_only_a_version_that_is_not_older_takes_the_place(
    book: TableBook, stored: Version, offered: Version, wins: bool
) -> None:
    book.save(TENANT, [make_invoice(at=stored, balance_minor=1)])
    book.save(TENANT, [make_invoice(at=offered, balance_minor=2)])
    found = book.load(TENANT, invoice_ref("1"))
    assert found == make_invoice(at=offered if wins else stored, balance_minor=2 if wins else 1)


def test_of_two_versions_in_one_save_the_newer_stays_and_both_leave_their_invoices(book: TableBook) -> None:
    first, second = make_payment(paid={"1": 5}, at=version(1)), make_payment(paid={"2": 5}, at=version(2))
    for order in ([first, second], [second, first]):
        book.save(TENANT, order)
        found = book.load(TENANT, payment_ref("9"))
        assert found is not None
        assert found.version == version(2)
    assert [payment.ref for payment in book.load_payments_of(TENANT, invoice_ref("1"))] == [payment_ref("9")]


def test_e5_a_payment_remembers_every_invoice_that_it_ever_paid(book: TableBook) -> None:
    for second, paid in enumerate(({"1": 5, "2": 5}, {"2": 10}, {"3": 10}, {"1": 10}), start=1):
        book.save(TENANT, [make_payment(paid=paid, at=version(second))])
    (payment,) = book.load_payments_of(TENANT, invoice_ref("2"))
    assert payment.former_invoices == (invoice_ref("2"), invoice_ref("3"))
    for invoice in ("1", "2", "3"):
        assert book.load_payments_of(TENANT, invoice_ref(invoice)) == (payment,)


def test_i3_a_payment_that_only_applies_a_credit_is_found_from_its_invoice_while_it_does(book: TableBook) -> None:
    credited = make_payment(allocations=(), credit_only=(invoice_ref("1"),))
    book.save(TENANT, [credited])
    (payment,) = book.load_payments_of(TENANT, invoice_ref("1"))
    assert (payment.allocations, payment.former_invoices) == ((), ())
    book.save(TENANT, [replace(credited, credit_only=(), version=version(2))])
    assert book.load_payments_of(TENANT, invoice_ref("1")) == ()
    book.save(TENANT, [replace(credited, version=version(3))])
    book.save(TENANT, [deleted_payment("9", version(4))])
    assert book.load_payments_of(TENANT, invoice_ref("1")) == ()


def test_a_payment_with_too_many_former_invoices_is_refused_by_name() -> None:
    many = make_payment(paid={str(number): 1 for number in range(MAX_FORMER + 1)})
    with pytest.raises(BadMessage, match="quickbooks-9"):
        merge(make_payment(paid={"new": 1}, at=version(2)), many)
    still = merge(make_payment(paid={"0": 1}, at=version(2)), many)
    assert isinstance(still, Payment)
    assert len(still.former_invoices) == MAX_FORMER


def test_e5_a_deleted_payment_keeps_what_was_known_of_it(book: TableBook) -> None:
    book.save(TENANT, [make_payment(paid={"1": 50_000})])
    book.save(TENANT, [deleted_payment("9", version(2))])
    (payment,) = book.load_payments_of(TENANT, invoice_ref("1"))
    assert payment == replace(
        make_payment(),
        standing=Standing.DELETED,
        version=version(2),
        allocations=(),
        former_invoices=(invoice_ref("1"),),
    )
    assert _page(book, TENANT, Kind.PAYMENT) == (payment,)


def test_i5_a_deleted_invoice_keeps_what_was_known_and_is_not_raised_by_an_older_version(book: TableBook) -> None:
    book.save(TENANT, [make_invoice(at=version(3))])
    book.save(TENANT, [deleted_invoice("1", version(5))])
    book.save(TENANT, [make_invoice(at=version(4))])
    gone = replace(make_invoice(), standing=Standing.DELETED, version=version(5))
    assert book.load(TENANT, invoice_ref("1")) == gone
    assert book.load_invoices_numbered(TENANT, "inv 1") == (gone,)


def test_what_was_deleted_before_it_was_ever_read_is_kept_but_leads_nowhere(book: TableBook) -> None:
    book.save(TENANT, [deleted_invoice("1", version(5)), deleted_payment("9", version(5))])
    assert book.load(TENANT, invoice_ref("1")) == deleted_invoice("1", version(5))
    assert _page(book, TENANT) == _page(book, TENANT, Kind.PAYMENT) == ()
    book.save(TENANT, [make_invoice(at=version(6))])
    assert _page(book, TENANT) == (make_invoice(at=version(6)),)


def test_i9_numbers_are_found_in_both_systems_however_they_are_typed(book: TableBook) -> None:
    ours, theirs = make_invoice("1", number="INV-0042"), make_invoice("77", CW, number="inv 0042")
    book.save(TENANT, [ours, theirs, make_invoice("3", number="INV-0043"), make_invoice("4", number="--")])
    assert set(book.load_invoices_numbered(TENANT, " Inv-0042")) == {ours, theirs}
    assert book.load_invoices_numbered(TENANT, "--") == ()


def test_a_number_that_is_longer_than_any_key_is_kept_and_leads_nowhere(book: TableBook) -> None:
    odd = make_invoice("1", number="9" * 500)
    book.save(TENANT, [odd, make_invoice("2")])
    assert book.load(TENANT, odd.ref) == odd
    assert book.load_invoices_numbered(TENANT, odd.number) == ()


def test_an_invoice_that_was_numbered_anew_is_found_by_its_new_number_only(book: TableBook) -> None:
    book.save(TENANT, [make_invoice(number="A-1")])
    book.save(TENANT, [make_invoice(number="B-2", at=version(2))])
    assert book.load_invoices_numbered(TENANT, "A-1") == ()
    assert len(book.load_invoices_numbered(TENANT, "B-2")) == 1


def test_a_record_that_did_not_change_costs_no_write(counting_table: CountingTable) -> None:
    book = TableBook(counting_table)
    records: list[Record] = [make_invoice(), make_payment(), make_customer()]
    book.save(TENANT, records)
    spent = counting_table.write_units
    book.save(TENANT, [replace(record, version=version(1, seen=30)) for record in records])
    assert counting_table.write_units == spent


def test_two_writers_at_once_lose_no_former_invoice(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableBook(Table(table_name))
    theirs.save(TENANT, [make_payment(paid={"1": 5}, at=version(1))])
    mine.interruptions = [lambda: theirs.save(TENANT, [make_payment(paid={"2": 5}, at=version(2))])]
    TableBook(mine).save(TENANT, [make_payment(paid={"3": 5}, at=version(3))])
    (payment,) = theirs.load_payments_of(TENANT, invoice_ref("2"))
    assert payment.version == version(3)
    assert payment.former_invoices == (invoice_ref("1"), invoice_ref("2"))


def test_a_newer_version_that_came_in_between_stays(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableBook(Table(table_name))
    newest = make_invoice(at=version(9), balance_minor=0)
    mine.interruptions = [lambda: theirs.save(TENANT, [newest])]
    TableBook(mine).save(TENANT, [make_invoice(at=version(2))])
    assert theirs.load(TENANT, newest.ref) == newest


def test_a_state_that_came_back_meanwhile_is_not_taken_for_the_one_that_was_read(table_name: str) -> None:
    """Their digest is the same; only the time of the read tells that ours is the older one by now."""
    mine, theirs = InterruptedTable(table_name), TableBook(Table(table_name))
    theirs.save(TENANT, [make_invoice(at=version(5, seen=1))])

    def there_and_back() -> None:
        theirs.save(TENANT, [make_invoice(at=version(5, seen=3), balance_minor=7)])
        theirs.save(TENANT, [make_invoice(at=version(5, seen=4))])

    mine.interruptions = [there_and_back]
    TableBook(mine).save(TENANT, [make_invoice(at=version(5, seen=2), balance_minor=9)])
    assert theirs.load(TENANT, invoice_ref("1")) == make_invoice(at=version(5, seen=4))


def test_a_record_that_never_stands_still_is_a_conflict(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableBook(Table(table_name))

    def change(second: int) -> None:
        theirs.save(TENANT, [make_invoice(at=version(second), balance_minor=second)])

    mine.interruptions = [lambda second=second: change(second) for second in range(1, 10)]  # type: ignore[misc]
    with pytest.raises(Conflict, match="quickbooks-1"):
        TableBook(mine).save(TENANT, [make_invoice(at=version(50))])


@pytest.mark.parametrize("dies_before", range(1, 5))
def test_a_save_that_dies_anywhere_leaves_nothing_that_cannot_be_found(table_name: str, dies_before: int) -> None:
    table = DyingTable(table_name, dies_before)
    records: list[Record] = [make_invoice(), make_payment()]
    with suppress(Killed):
        TableBook(table).save(TENANT, records)
    after = TableBook(Table(table_name))
    assert _reachable(after) == set(after.load_many(TENANT, [record.ref for record in records]).values())
    after.save(TENANT, records)
    assert _reachable(after) == set(records)


def test_a_pointer_to_a_record_that_went_elsewhere_is_passed_over(book: TableBook, table: Table) -> None:
    book.save(TENANT, [make_payment(paid={"1": 5})])
    table.put_many({keys.paid_by(TENANT, invoice_ref("8"), payment_ref("9")): {}})
    table.put_many({keys.paid_by(TENANT, invoice_ref("8"), payment_ref("gone")): {}})
    assert book.load_payments_of(TENANT, invoice_ref("8")) == ()


def _reachable(book: TableBook) -> set[Record]:
    """Everything that is found by every way that leads to it."""
    by_list = {*_page(book, TENANT), *_page(book, TENANT, Kind.PAYMENT)}
    by_pointer = {*book.load_invoices_numbered(TENANT, "INV-1"), *book.load_payments_of(TENANT, invoice_ref("1"))}
    assert by_list == by_pointer
    return by_list


def _page(book: TableBook, tenant: str, kind: Kind = Kind.INVOICE) -> Sequence[Record]:
    page = book.list_records(tenant, kind, first=None, last=date.max, system=None, cursor="", limit=50)
    assert not page.next_cursor
    return page.records
