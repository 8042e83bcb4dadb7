"""Payments on one bill are ordered: what fits is written, a later one is refused, whichever worker comes first (B4)."""

from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest
from crossfoot.core.effects import EffectState
from crossfoot.core.model import ACCOUNTING, Kind, Ref, Standing
from crossfoot.core.payables.case import Named, Rival
from crossfoot.core.payables.claims import find_room
from crossfoot.core.payables.planning import REST, plan_entry
from crossfoot.core.payables.records import BillPart, BillPayment, PayState
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.payables.entering import (
    bill,
    bill_entry,
    case,
    effect,
    named_bill,
    payment,
    payment_entry,
    theirs,
    told,
)

BILL = told(Kind.BILL, "bill_1")
EARLIER, LATER = date(2026, 11, 1), date(2026, 11, 5)


def other(minor: int, **more: Any) -> BillPayment:
    return replace(payment("bp_0", {"bill_1": minor}, paid_on=EARLIER), **more)


def standing(record: BillPayment, minor: int) -> Rival:
    return Rival(record, effect(record.ref, payment_entry({"129": minor}, id_="151")))


def planned(record: BillPayment, minor: int, state: EffectState = EffectState.PLANNED, **more: int) -> Rival:
    asked = payment_entry({"129": minor}, id_="")
    return Rival(record, effect(record.ref, None, asked, state=state, possible_sends=more.get("sends", 0)))


@pytest.mark.parametrize(
    ("rival", "room"),
    [
        (Rival(theirs({"129": 30_00})), 70_00),
        (Rival(theirs({"129": 30_00}, standing=Standing.VOID)), 100_00),
        (Rival(theirs({"129": 30_00}, origin=told(Kind.BILL_PAYMENT, "bp_7"))), 100_00),
        (Rival(other(30_00)), 70_00),
        (Rival(other(30_00, paid_on=LATER)), 100_00),
        (Rival(other(30_00, standing=Standing.VOID)), 100_00),
        (Rival(other(30_00, state=PayState.SCHEDULED)), 100_00),
        (Rival(other(130_00)), 100_00),
        (standing(other(30_00), 30_00), 70_00),
        (standing(other(30_00, paid_on=LATER), 30_00), 70_00),
        (standing(other(30_00, standing=Standing.DELETED), 30_00), 70_00),
        (standing(other(50_00), 30_00), 50_00),
        (planned(other(30_00, paid_on=LATER), 30_00, EffectState.SENDING, sends=1), 70_00),
        (planned(other(30_00, paid_on=LATER), 30_00, EffectState.UNKNOWN, sends=1), 70_00),
    ],
)
def test_b4_what_others_leave_of_a_bill(rival: Rival, room: int) -> None:
    assert find_room(case(payment(), rivals=(rival,)), BILL).unclaimed_minor == room


def test_b4_a_later_payment_that_may_be_sent_at_this_moment_is_waited_for_where_both_do_not_fit() -> None:
    rival = planned(other(60_00, paid_on=LATER), 60_00)
    assert plan_entry(case(payment(bills={"bill_1": 60_00}), rivals=(rival,))).contested_by == rival.payment.ref
    assert plan_entry(case(payment(bills={"bill_1": 40_00}), rivals=(rival,))).write is not None


def test_b4_an_earlier_one_that_came_late_pushes_nothing_out() -> None:
    late, early = payment(bills={"bill_1": 60_00}), other(60_00)
    written = case(late, latest=effect(late.ref, payment_entry({"129": 60_00})), rivals=(Rival(early),))
    assert plan_entry(written) == REST
    assert find_room(case(early, rivals=(standing(late, 60_00),)), BILL).unclaimed_minor == 40_00
    smaller = replace(written, rivals=(Rival(other(30_00)),))
    assert find_room(smaller, BILL).unclaimed_minor == 70_00, "what stands, and what the earlier one leaves"


def test_b4_our_own_copy_in_quickbooks_is_counted_once_also_before_the_book_knows_it_as_ours() -> None:
    copy = theirs({"129": 30_00}, "151")
    rivals = (standing(other(30_00), 30_00), Rival(copy))
    assert find_room(case(payment(), rivals=rivals), BILL).unclaimed_minor == 70_00


def test_b4_a_bill_is_the_same_by_either_of_its_names() -> None:
    by_copy = replace(other(30_00), bills=(BillPart(Ref(ACCOUNTING, Kind.BILL, "129"), 30_00),))
    assert find_room(case(payment(), rivals=(Rival(by_copy),)), BILL).unclaimed_minor == 70_00


def test_b4_a_bill_made_in_quickbooks_has_open_what_the_book_shows_of_it() -> None:
    there = Ref(ACCOUNTING, Kind.BILL, "129")
    record = replace(payment(), bills=(BillPart(there, 80_00),), total_minor=80_00)
    known = case(record)
    named = {**known.named, there: Named(copy=bill(ref=there, total_minor=90_00))}
    assert find_room(replace(known, named=named), there).unclaimed_minor == 90_00


def test_b4_a_bill_that_people_changed_there_has_open_what_was_read_since() -> None:
    there = Ref(ACCOUNTING, Kind.BILL, "129")
    read = named_bill(copy=bill(ref=there, total_minor=80_00, revision="3"))
    known = case(payment())
    assert find_room(replace(known, named={**known.named, BILL: read}), BILL).unclaimed_minor == 80_00


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 100)), min_size=1, max_size=6), st.randoms())
@settings(max_examples=60, deadline=None)
def test_b4_the_same_payments_are_written_whichever_worker_comes_first(
    told_of: list[tuple[int, int]], chance: Random
) -> None:
    payments = [
        payment(f"bp_{at}", {"bill_1": minor}, paid_on=date(2026, 11, day)) for at, (day, minor) in enumerate(told_of)
    ]
    rivals = {each.ref: Rival(each) for each in payments}
    for each in chance.sample(payments, len(payments)):
        known = case(each, rivals=tuple(rival for ref, rival in rivals.items() if ref != each.ref))
        known = replace(known, named={**known.named, BILL: named_bill(entry=bill_entry(minor=100))})
        write = plan_entry(known).write
        if write is not None:
            rivals[each.ref] = Rival(each, effect(each.ref, replace(write.entry, id=each.ref.id)))
    left, fitting = 100, set()
    for each in sorted(payments, key=lambda record: (record.paid_on or date.max, record.ref.id)):
        if each.total_minor <= left:
            left -= each.total_minor
            fitting.add(each.ref)
    assert {ref for ref, rival in rivals.items() if rival.standing is not None} == fitting
