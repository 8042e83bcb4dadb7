"""Links: both directions or none (I9)."""

import pytest
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import Link, LinkOrigin
from crossfoot.errors import Conflict

from tests.adapters.dynamodb.doubles import CountingTable, InterruptedTable, OneCallAtATime
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT, invoice_ref

OURS, THEIRS = invoice_ref("1"), invoice_ref("77", CW)
LINK = Link(OURS, THEIRS)


@pytest.fixture
def book(table: Table) -> TableBook:
    return TableBook(table)


def test_a_link_is_found_from_either_side_by_its_own_partner(book: TableBook) -> None:
    book.save_link(TENANT, LINK)
    assert book.load_link(TENANT, OURS) == book.load_link(TENANT, THEIRS) == LINK
    assert book.load_links(TENANT, [OURS, THEIRS, invoice_ref("2")]) == {OURS: LINK, THEIRS: LINK}
    assert book.load_link(OTHER_TENANT, OURS) is None


@pytest.mark.parametrize("other", [Link(OURS, invoice_ref("78", CW)), Link(invoice_ref("2"), THEIRS)])
def test_i9_an_invoice_is_linked_to_one_other_only_and_a_refused_link_leaves_nothing(
    book: TableBook, other: Link
) -> None:
    book.save_link(TENANT, LINK)
    with pytest.raises(Conflict):
        book.save_link(TENANT, other)
    sides = {ref: LINK for ref in (other.accounting, other.psa) if ref in (OURS, THEIRS)}
    assert book.load_links(TENANT, [other.accounting, other.psa]) == sides


def test_the_same_link_again_costs_nothing(counting_table: CountingTable) -> None:
    book = TableBook(counting_table)
    book.save_link(TENANT, LINK)
    spent = counting_table.write_units
    book.save_link(TENANT, LINK)
    assert counting_table.write_units == spent


def test_two_workers_that_link_the_same_two_invoices_agree(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableBook(Table(table_name))
    mine.interruptions = [lambda: theirs.save_link(TENANT, LINK)]
    TableBook(mine).save_link(TENANT, LINK)
    assert theirs.load_link(TENANT, OURS) == LINK


def test_two_workers_that_link_one_invoice_to_different_ones_do_not_both_succeed(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableBook(Table(table_name))
    mine.interruptions = [lambda: theirs.save_link(TENANT, LINK)]
    with pytest.raises(Conflict):
        TableBook(mine).save_link(TENANT, Link(invoice_ref("2"), THEIRS))
    assert theirs.load_link(TENANT, THEIRS) == LINK


def test_e4_that_the_sync_tool_wrote_an_invoice_is_never_forgotten(book: TableBook) -> None:
    synced = Link(OURS, THEIRS, LinkOrigin.SYNCED)
    for link in (LINK, synced, LINK):
        book.save_link(TENANT, link)
    assert book.load_link(TENANT, THEIRS) == synced


def test_i9_a_link_is_taken_away_from_both_sides_and_makes_room_for_another(book: TableBook) -> None:
    book.save_link(TENANT, LINK)
    book.remove_link(TENANT, LINK)
    book.remove_link(TENANT, LINK)
    assert book.load_links(TENANT, [OURS, THEIRS]) == {}
    again = Link(OURS, invoice_ref("78", CW))
    book.save_link(TENANT, again)
    assert book.load_link(TENANT, OURS) == again


def test_i9_a_link_that_leads_elsewhere_by_now_is_not_taken_away(book: TableBook) -> None:
    other = Link(OURS, invoice_ref("78", CW))
    book.save_link(TENANT, other)
    with pytest.raises(Conflict):
        book.remove_link(TENANT, LINK)
    assert book.load_link(TENANT, OURS) == other


def test_i9_many_links_are_saved_at_once_and_those_that_clash_are_left_out(table_name: str) -> None:
    book = TableBook(OneCallAtATime(table_name))
    book.save_link(TENANT, LINK)
    many = [Link(invoice_ref(f"q{n}"), invoice_ref(f"c{n}", CW)) for n in range(12)]
    clashing = Link(invoice_ref("2"), THEIRS)
    assert book.save_links(TENANT, [*many, LINK, clashing]) == frozenset([*many, LINK])
    assert book.load_links(TENANT, [link.psa for link in many]) == {link.psa: link for link in many}
    assert book.load_link(TENANT, clashing.accounting) is None
