"""What holds records up, with their places by cause: on the real expressions, in process, and the fake says the same."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from crossfoot.adapters.dynamodb import attention as adapter
from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.attention import TableAttention
from crossfoot.adapters.dynamodb.keys import FIRST, LAST
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.core.attention import Cause, Parked, Reason, ignore, note_reasons
from crossfoot.core.decisions import waits
from crossfoot.core.model import PLATFORM, Kind, Ref
from crossfoot.errors import Conflict, Rejected
from crossfoot.ports import Attention

from tests.adapters.dynamodb.doubles import CountingTable
from tests.adapters.dynamodb.memory import Interleaving, Items, MemoryTable, orders
from tests.adapters.dynamodb.records import OTHER_TENANT, TENANT, invoice_ref, payment_ref
from tests.fakes.attention import FakeAttention

AT = datetime(2026, 11, 3, 17, 4, 5, tzinfo=UTC)
CODES = ("invoice_not_in_psa", "row_taken", "period_closed")
PAYOUT = Ref(PLATFORM, Kind.PAYOUT, "po_1")


@pytest.fixture(params=["table", "fake"])
def attention(request: pytest.FixtureRequest) -> Attention:
    if request.param == "fake":
        return FakeAttention()
    return TableAttention(request.getfixturevalue("table"))


def parked(record: Ref, *codes: str, at: datetime = AT, sentence: str = "It waits.") -> Parked:
    held = [waits(record, "E8", code, sentence, "Mend it.", invoice_ref("1")) for code in codes]
    return note_reasons(Parked(record), held, at)


def park(attention: Attention, record: Ref, *codes: str, at: datetime = AT, tenant: str = TENANT) -> Parked:
    seen = attention.load(tenant, [record])[record]
    return attention.replace(tenant, seen, parked(record, *codes, at=at))


def listed(attention: Attention, code: str, *, ignored: bool = False, limit: int = 10) -> list[Ref]:
    """Read a list to its end, page by page."""
    found: list[Ref] = []
    cursor = ""
    while True:
        page = attention.list_parked(TENANT, code, ignored=ignored, cursor=cursor, limit=limit)
        found += [each.record for each in page.items]
        cursor = page.next_cursor
        if not cursor:
            return found


def test_x1_what_was_stored_is_read_back_by_its_own_partner(attention: Attention) -> None:
    stored = ignore(parked(payment_ref("7"), *CODES), ["row_taken"], AT + timedelta(hours=1))
    assert attention.replace(TENANT, Parked(payment_ref("7")), stored) == stored
    nothing = Parked(payment_ref("8"))
    assert attention.load(TENANT, [payment_ref("7"), payment_ref("8")]) == {
        payment_ref("7"): stored, payment_ref("8"): nothing,
    }  # fmt: skip
    assert attention.load(OTHER_TENANT, [payment_ref("7")]) == {payment_ref("7"): Parked(payment_ref("7"))}
    assert attention.load_causes(OTHER_TENANT) == ()


def test_x3_each_cause_counts_its_records_and_the_ignored_ones_for_themselves(attention: Attention) -> None:
    for number in range(3):
        park(attention, payment_ref(str(number)), "invoice_not_in_psa", at=AT + timedelta(hours=number))
    park(attention, PAYOUT, "period_closed", "invoice_not_in_psa")
    for number in range(2):
        seen = attention.load(TENANT, [payment_ref(str(number))])[payment_ref(str(number))]
        attention.replace(TENANT, seen, ignore(seen, (), AT))
    assert attention.load_causes(TENANT) == (
        Cause("invoice_not_in_psa", 2, ignored=2, oldest_since=AT),
        Cause("period_closed", 1, oldest_since=AT),
    )


def test_x3_a_cause_of_which_all_are_ignored_is_still_told(attention: Attention) -> None:
    seen = park(attention, PAYOUT, "period_closed")
    attention.replace(TENANT, seen, ignore(seen, (), AT))
    assert attention.load_causes(TENANT) == (Cause("period_closed", ignored=1),)


def test_x3_a_record_that_goes_on_leaves_every_list(attention: Attention) -> None:
    seen = park(attention, PAYOUT, *CODES)
    attention.replace(TENANT, seen, Parked(PAYOUT))
    assert attention.load_causes(TENANT) == ()
    assert listed(attention, "") == []
    park(attention, PAYOUT, "row_taken")
    assert listed(attention, "") == [PAYOUT]


@pytest.mark.parametrize("limit", [1, 2, 10])
def test_x3_a_list_comes_in_pages_of_one_cause_or_of_all(attention: Attention, limit: int) -> None:
    refs = [payment_ref(str(number)) for number in range(5)]
    for ref in refs:
        park(attention, ref, "invoice_not_in_psa", "row_taken")
    park(attention, PAYOUT, "row_taken")
    assert listed(attention, "invoice_not_in_psa", limit=limit) == refs
    assert sorted(listed(attention, "row_taken", limit=limit)) == sorted([PAYOUT, *refs])
    assert {*listed(attention, "", limit=limit)} == {PAYOUT, *refs}
    assert listed(attention, "row_taken", ignored=True) == []
    assert listed(attention, "row") == [], "the start of a cause is none"


def test_a_cursor_of_another_list_is_refused(table: Table) -> None:
    attention = TableAttention(table)
    for number in range(2):
        park(attention, payment_ref(str(number)), "row_taken")
    cursor = attention.list_parked(TENANT, "row_taken", ignored=False, cursor="", limit=1).next_cursor
    others: list[dict[str, Any]] = [
        {"tenant": OTHER_TENANT, "code": "row_taken", "ignored": False},
        {"tenant": TENANT, "code": "", "ignored": False},
        {"tenant": TENANT, "code": "row_taken", "ignored": True},
    ]
    for other in others:
        with pytest.raises(Rejected):
            attention.list_parked(**other, cursor=cursor, limit=1)


def test_x3_what_somebody_changed_meanwhile_is_not_written_over(attention: Attention) -> None:
    seen = park(attention, PAYOUT, "row_taken")
    now = attention.replace(TENANT, seen, parked(PAYOUT, "period_closed"))
    for new in (ignore(seen, (), AT), Parked(PAYOUT)):
        with pytest.raises(Conflict):
            attention.replace(TENANT, seen, new)
    with pytest.raises(Conflict):
        attention.replace(TENANT, Parked(PAYOUT), parked(PAYOUT, "row_taken"))
    assert attention.load(TENANT, [PAYOUT])[PAYOUT] == now
    assert [cause.code for cause in attention.load_causes(TENANT)] == ["period_closed"]


def test_x3_more_than_is_counted_is_said(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapter, "COUNTED", 2)
    attention = TableAttention(table)
    for number in range(3):
        seen = park(attention, payment_ref(str(number)), "row_taken", "period_closed")
        attention.replace(TENANT, seen, ignore(seen, ["row_taken"], AT))
    assert attention.load_causes(TENANT) == (
        Cause("period_closed", 2, is_more=True, oldest_since=AT),
        Cause("row_taken", ignored=2, is_more_ignored=True),
    )


def test_a_partner_with_nothing_parked_costs_two_queries_and_one_more_for_each_cause_and_its_count(
    counting_table: CountingTable,
) -> None:
    attention = TableAttention(counting_table)
    assert attention.load_causes(TENANT) == ()
    assert counting_table.calls == ["Query"] * 2
    for number in range(4):
        park(attention, payment_ref(str(number)), "row_taken", "period_closed")
    counting_table.calls.clear()
    attention.load_causes(TENANT)
    assert counting_table.calls == ["Query"] * (2 + 2 * 2)


def test_what_is_the_same_costs_no_write_and_other_words_cost_one(counting_table: CountingTable) -> None:
    attention = TableAttention(counting_table)
    nothing = Parked(PAYOUT)
    assert attention.replace(TENANT, nothing, nothing) == nothing
    assert counting_table.calls == []
    seen = attention.replace(TENANT, nothing, parked(PAYOUT, "row_taken"))
    assert counting_table.write_units == 4
    attention.replace(TENANT, seen, seen)
    assert counting_table.write_units == 4
    said_anew = parked(PAYOUT, "row_taken", sentence="It waits for something else.")
    attention.replace(TENANT, seen, said_anew)
    assert counting_table.write_units == 5
    attention.replace(TENANT, said_anew, nothing)
    assert counting_table.write_units == 9


def places(table: Table) -> dict[bool, set[tuple[str, Ref]]]:
    return {
        ignored: {
            keys.parked_record(key) for key, _ in table.query(keys.parked_pk(TENANT, ignored=ignored), FIRST, LAST)
        }
        for ignored in (False, True)
    }


def changes(seen: Parked) -> Sequence[Parked]:
    """List what workers and the partner may want of a record that they saw."""
    further = waits(PAYOUT, "D1", "account_missing", "It is gone.", "Choose another.")
    both = replace(seen, reasons=(Reason(further, AT), *seen.reasons))
    return Parked(PAYOUT), ignore(seen, (), AT), both, parked(PAYOUT, "period_closed")


def change(which: int, table: MemoryTable) -> None:
    """Do what one of two wants, of what it sees first."""
    attention = TableAttention(table)
    seen = attention.load(TENANT, [PAYOUT])[PAYOUT]
    attention.replace(TENANT, seen, changes(seen)[which])


@pytest.mark.parametrize("order", [*orders(2, 2)])
def test_x3_two_at_once_leave_the_places_as_one_of_them_wanted_them(order: tuple[int, ...]) -> None:
    for mine, theirs in product(range(4), repeat=2):
        items: Items = {}
        seen = park(TableAttention(MemoryTable(items)), PAYOUT, "row_taken")
        raised = Interleaving(order).run(items, [partial(change, mine), partial(change, theirs)])
        assert all(isinstance(error, Conflict) for error in raised)
        assert len(raised) < 2, "one of two goes through"
        table = MemoryTable(items)
        now = TableAttention(table).load(TENANT, [PAYOUT])[PAYOUT]
        assert now != seen
        for ignored, there in places(table).items():
            wanted = {reason.code for reason in now.reasons if (reason.ignored_at is not None) is ignored}
            assert there == {(code, PAYOUT) for code in wanted}
