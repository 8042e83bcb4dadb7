"""Verdicts at both sides and open matters as keys: on the real expressions, in process (I9)."""

from datetime import UTC, datetime

import pytest
from crossfoot.adapters.dynamodb.book import MAX_SAME_NUMBER, TableBook
from crossfoot.adapters.dynamodb.matches import TableMatches
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.model import ACCOUNTING, PSA, Kind, Ref
from crossfoot.core.verdicts import MatterKey, Pair, Verdict
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import Decided

from tests.adapters.dynamodb.doubles import CountingTable, InterruptedTable
from tests.adapters.dynamodb.records import CW, OTHER_TENANT, TENANT, invoice_ref, make_invoice

AT = datetime(2026, 11, 3, 17, 4, 5, tzinfo=UTC)
OURS, THEIRS, THIRD = invoice_ref("1"), invoice_ref("77", CW), invoice_ref("78", CW)
PAIR = Pair(OURS, THEIRS)


@pytest.fixture
def matches(table: Table) -> TableMatches:
    return TableMatches(table)


def customers(one: str = "58", other: str = "7") -> Pair:
    return Pair(Ref(ACCOUNTING, Kind.CUSTOMER, one), Ref(PSA, Kind.CUSTOMER, other))


def say(matches: TableMatches, verdict: Verdict, pair: Pair = PAIR, tenant: str = TENANT) -> None:
    matches.save_verdict(tenant, Decided(pair, verdict, AT))


def test_i9_a_verdict_is_found_from_either_side_by_its_own_partner(matches: TableMatches) -> None:
    say(matches, Verdict.SAME)
    for ref in (OURS, THEIRS):
        found = matches.load_verdicts(TENANT, [ref, THIRD])
        assert found.on(OURS, THEIRS) is Verdict.SAME
        assert found.same_as(ref) == (THEIRS if ref == OURS else OURS)
    assert matches.load_verdicts(OTHER_TENANT, [OURS, THEIRS]).on(OURS, THEIRS) is None
    assert matches.load_decided(TENANT, PAIR) == Decided(PAIR, Verdict.SAME, AT)


@pytest.mark.parametrize("first", [*Verdict, None])
@pytest.mark.parametrize("second", [*Verdict, None])
def test_i9_every_change_of_mind_leaves_what_was_said_last(
    matches: TableMatches, first: Verdict | None, second: Verdict | None
) -> None:
    for verdict in (first, second):
        if verdict:
            say(matches, verdict)
        else:
            matches.remove_verdict(TENANT, PAIR)
    expected = second
    assert matches.load_verdicts(TENANT, [OURS]).on(OURS, THEIRS) is expected
    found = matches.load_decided(TENANT, PAIR)
    assert (found.verdict if found else None) is expected
    say(matches, Verdict.DIFFERENT)
    say(matches, Verdict.SAME, Pair(OURS, THIRD))


def test_i9_an_invoice_is_the_same_as_one_other_at_most_and_a_customer_as_many(matches: TableMatches) -> None:
    say(matches, Verdict.SAME)
    for pair in (Pair(OURS, THIRD), Pair(invoice_ref("2"), THEIRS)):
        with pytest.raises(Conflict):
            say(matches, Verdict.SAME, pair)
        assert matches.load_decided(TENANT, pair) is None
        say(matches, Verdict.DIFFERENT, pair)
    matches.remove_verdict(TENANT, PAIR)
    say(matches, Verdict.SAME, Pair(OURS, THIRD))
    say(matches, Verdict.SAME, customers())
    say(matches, Verdict.SAME, customers(other="8"))


def test_i9_of_two_who_decide_at_once_one_is_told_to_look_again(table_name: str) -> None:
    mine, theirs = InterruptedTable(table_name), TableMatches(Table(table_name))
    mine.interruptions = [lambda: say(theirs, Verdict.DIFFERENT)]
    with pytest.raises(Conflict):
        say(TableMatches(mine), Verdict.SAME)
    assert theirs.load_verdicts(TENANT, [THEIRS]).on(OURS, THEIRS) is Verdict.DIFFERENT


def test_i9_decisions_come_in_pages_of_their_kind(matches: TableMatches) -> None:
    for id_ in ("1", "2", "3"):
        say(matches, Verdict.DIFFERENT, Pair(invoice_ref(id_), THEIRS))
    say(matches, Verdict.SAME, customers())
    first = matches.list_decided(TENANT, Kind.INVOICE, cursor="", limit=2)
    second = matches.list_decided(TENANT, Kind.INVOICE, cursor=first.next_cursor, limit=2)
    assert [each.pair.accounting.id for each in (*first.items, *second.items)] == ["1", "2", "3"]
    assert second.next_cursor == ""
    assert [each.pair for each in matches.list_decided(TENANT, Kind.CUSTOMER, cursor="", limit=9).items] == [
        customers()
    ]
    with pytest.raises(Rejected):
        matches.list_decided(TENANT, Kind.CUSTOMER, cursor=first.next_cursor, limit=2)


def test_i9_open_matters_are_noted_once_listed_in_pages_and_taken_off(matches: TableMatches) -> None:
    keys = [MatterKey(f"inv{n}", customers()) for n in range(3)] + [MatterKey("inv1"), MatterKey("x", customers("6"))]
    for _ in range(2):
        matches.note_open(TENANT, keys)
    assert matches.load_open(TENANT, [*keys, MatterKey("y")]) == frozenset(keys)
    found: list[MatterKey] = []
    cursor = ""
    while True:
        page = matches.list_open(TENANT, customers=None, cursor=cursor, limit=2)
        found += page.items
        cursor = page.next_cursor
        if not cursor:
            break
    assert (sorted(map(str, found)), len(found)) == (sorted(map(str, keys)), 5)
    assert matches.list_open(TENANT, customers=customers(), cursor="", limit=9).items == tuple(keys[:3])
    assert matches.list_open(OTHER_TENANT, customers=None, cursor="", limit=9).items == ()
    matches.remove_open(TENANT, keys[1:])
    assert matches.list_open(TENANT, customers=None, cursor="", limit=9).items == (keys[0],)


def test_i9_pairs_of_customers_are_leapt_over_however_many_invoices_they_keep_apart(
    counting_table: CountingTable,
) -> None:
    matches = TableMatches(counting_table)
    pairs = [customers("1"), customers("2"), customers("3")]
    noted = [MatterKey(f"inv{n}", pair) for n in range(40) for pair in pairs]
    matches.note_open(TENANT, [*noted, MatterKey("alone")])
    counting_table.calls.clear()
    first = matches.list_open_customers(TENANT, cursor="", limit=2)
    assert (first.items, counting_table.calls) == (tuple(pairs[:2]), ["Query"] * 3)
    second = matches.list_open_customers(TENANT, cursor=first.next_cursor, limit=2)
    assert (second.items, second.next_cursor) == ((pairs[2],), "")


def test_what_a_decision_and_an_open_matter_cost(counting_table: CountingTable) -> None:
    matches = TableMatches(counting_table)
    say(matches, Verdict.SAME)
    assert counting_table.write_units == 6
    matches.note_open(TENANT, [MatterKey("inv1", customers())])
    assert counting_table.write_units == 7


def test_i9_many_numbers_are_read_with_one_query_each_and_a_crowd_is_not_read_through(
    counting_table: CountingTable,
) -> None:
    book = TableBook(counting_table)
    crowd = [make_invoice(f"q{n}", number="INV") for n in range(MAX_SAME_NUMBER + 5)]
    book.save(TENANT, [*crowd, make_invoice("c1", CW, number="inv"), make_invoice("1"), make_invoice("2", CW)])
    counting_table.calls.clear()
    found = book.load_numbered(TENANT, ["INV-1", "inv 1", "INV-2", "INV", "", "?", "none"])
    assert {number: len(each.invoices) for number, each in found.items()} == {
        "inv1": 1, "inv2": 1, "inv": MAX_SAME_NUMBER + 1, "none": 0
    }  # fmt: skip
    assert [number for number, each in found.items() if each.crowded] == ["inv"]
    assert {invoice.ref.system for invoice in found["inv"].invoices} == {ACCOUNTING, PSA}
    assert counting_table.calls.count("Query") <= 4 + 2
    assert counting_table.calls.count("BatchGetItem") == 1
