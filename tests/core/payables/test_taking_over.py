"""What a record of the platform may change of one that QuickBooks has, and which it may not take over (B4)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.effects import EffectState
from crossfoot.core.model import ACCOUNTING, Kind, Ref, Standing
from crossfoot.core.payables.case import Case, Shown
from crossfoot.core.payables.entries import TAX_LINE_ID, BillEntry, EntryLine, EntryOperation
from crossfoot.core.payables.planning import REST, Plan, plan_entry
from crossfoot.core.payables.records import CostLine, Payable
from crossfoot.core.payables.words import to_payable_effect

from tests.core.payables.entering import EXPENSES, TEA, bill, bill_entry, case, effect, line, told


def code_of(plan: Plan) -> str:
    assert plan.write is None
    assert plan.decision is not None
    return plan.decision.code


def lines_of(plan: Plan) -> tuple[EntryLine, ...]:
    assert plan.write is not None, plan.decision
    assert isinstance(plan.write.entry, BillEntry)
    return plan.write.entry.lines


def stands(record: Payable, entry: BillEntry, shown: Shown | None = None) -> Case:
    return case(record, latest=effect(record.ref, entry), shown=shown)


def test_b4_what_stands_for_another_record_of_the_platform_already_is_not_joined_with_a_second() -> None:
    taken = bill(
        ref=Ref(ACCOUNTING, Kind.BILL, "129"),
        vendor=Ref(ACCOUNTING, Kind.VENDOR, "56"),
        origin=told(Kind.BILL, "bill_1"),
    )
    second = case(bill("bill_2", copy_of=taken.ref), copy=taken)
    assert code_of(plan_entry(second)) == "copy_taken"
    ended = bill("bill_2", copy_of=taken.ref, standing=Standing.DELETED)
    assert plan_entry(replace(second, record=ended)) == REST, "what it was made from is not deleted by that"
    assert plan_entry(case(bill(copy_of=taken.ref), copy=taken)).is_there


def test_b4_what_was_made_from_a_record_that_is_not_known_here_is_not_entered_beside_it() -> None:
    record = bill(copy_of=Ref(ACCOUNTING, Kind.BILL, "129"))
    assert code_of(plan_entry(case(record))) == "copy_not_known"
    assert plan_entry(case(replace(record, standing=Standing.DELETED))) == REST


@pytest.mark.parametrize("state", [EffectState.REFUSED, EffectState.WITHDRAWN])
def test_b4_what_was_deleted_with_its_entry_is_not_taken_over_again_when_its_successor_does_not_come_to_be(
    state: EffectState,
) -> None:
    unread = bill(
        ref=Ref(ACCOUNTING, Kind.BILL, "129"),
        vendor=Ref(ACCOUNTING, Kind.VENDOR, "56"),
        origin=told(Kind.BILL, "bill_1"),
    )
    record = bill(copy_of=unread.ref)
    deleted = effect(record.ref, None, bill_entry(), operation=EntryOperation.DELETE, remote_id="129")
    anew = case(record, latest=deleted, copy=unread)
    plan = plan_entry(anew)
    assert plan.write is not None
    assert plan.write.operation is EntryOperation.CREATE
    failed = replace(to_payable_effect("t_00000001", anew, plan), state=state, refusal_code="6140")
    again = plan_entry(replace(anew, latest=failed, sync="another"))
    assert again.write is not None
    assert again.write.operation is EntryOperation.CREATE


MANY_LINES = tuple(line(1, description="x" * 200) for _ in range(2000))


def test_b4_what_is_more_than_we_can_keep_is_not_taken_over_either() -> None:
    theirs_there = bill(
        "bill_1", 2000, *MANY_LINES, ref=Ref(ACCOUNTING, Kind.BILL, "129"), vendor=Ref(ACCOUNTING, Kind.VENDOR, "56")
    )
    assert code_of(plan_entry(case(bill(copy_of=theirs_there.ref), copy=theirs_there))) == "too_many_lines"
    grown = bill_entry(lines=tuple(EntryLine(1, EXPENSES, "x" * 200) for _ in range(2000)), revision="5")
    assert code_of(plan_entry(stands(bill(), bill_entry(), shown=Shown(grown)))) == "too_many_lines"


TAXED = bill_entry(lines=(EntryLine(100_00, EXPENSES, "Tea", line_id="1"), EntryLine(8_00, "", "Tax", "", TAX_LINE_ID)))


@pytest.mark.parametrize(
    "lines",
    [
        (line(90_00, description="Tea"), line(18_00, "", "Tax")),
        (line(100_00, description="Tea"), line(8_00, TEA, "Freight")),
        (line(120_00, "", ""),),
    ],
)
def test_b4_amounts_that_quickbooks_adds_tax_to_are_not_changed_from_here(lines: tuple[CostLine, ...]) -> None:
    record = bill("bill_1", sum(each.amount_minor for each in lines), *lines)
    assert code_of(plan_entry(stands(record, TAXED))) == "taxed_in_accounting"


def test_b4_what_has_tax_in_quickbooks_is_changed_in_everything_else() -> None:
    told_so = bill("bill_1", 108_00, line(100_00, TEA, "Tea"), line(8_00, "", "Tax"))
    recoded = lines_of(plan_entry(stands(told_so, TAXED)))
    assert [(each.line_id, each.account_id) for each in recoded] == [("1", TEA), (TAX_LINE_ID, "")]
    due_later = replace(bill("bill_1", 108_00), lines=(), due_on=date(2026, 12, 1))
    assert lines_of(plan_entry(stands(due_later, TAXED))) == TAXED.lines


def test_b4_a_bill_that_is_told_without_its_lines_keeps_those_that_come_to_the_same() -> None:
    split = bill_entry(lines=(EntryLine(60_00, EXPENSES, line_id="1"), EntryLine(40_00, TEA, line_id="2")))
    assert plan_entry(stands(replace(bill(), lines=()), split)) == REST
