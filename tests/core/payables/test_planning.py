"""What a record of the platform asks of the accounting next: a table for each rule (B3 to B8)."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from crossfoot.core.decisions import Outcome
from crossfoot.core.effects import EffectState
from crossfoot.core.model import ACCOUNTING, Keeping, Kind, OutsidePayment, Ref, Standing
from crossfoot.core.payables.case import Named, Rival, Shown
from crossfoot.core.payables.entries import Entry, EntryLine, EntryOperation, PaymentEntry, VendorEntry
from crossfoot.core.payables.planning import REST, Plan, plan_entry
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync
from crossfoot.core.payables.records import Payable, PayMethod, PayState
from crossfoot.core.payables.refusals import rests_on
from crossfoot.core.payables.stored import to_result
from crossfoot.core.payables.words import to_payable_effect
from crossfoot.core.receiving import SEEN

from tests.core.payables.entering import (
    ACME,
    CHECKING,
    COMPANY,
    DAY,
    EXPENSES,
    READY,
    TEA,
    VENDOR_ENTRY,
    VISA,
    bill,
    bill_entry,
    case,
    credit,
    effect,
    line,
    named_bill,
    payment,
    payment_entry,
    theirs,
    told,
    vendor,
)

ONE_WAY = replace(READY, direction=Direction.TO_ACCOUNTING)
NO_CARD = replace(READY, card_account_id="")
BY_HAND = {"by_hand": True}


def code_of(plan: Plan) -> str:
    assert plan.write is None
    assert plan.decision is not None
    return plan.decision.code


def entry_of(plan: Plan) -> Entry:
    assert plan.write is not None, plan.decision
    return plan.write.entry


# --- what goes out -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("record", "wanted"),
    [
        (vendor(), replace(VENDOR_ENTRY, id="", revision="")),
        (bill(), bill_entry("", due_on=None, lines=(EntryLine(100_00, EXPENSES),), revision="")),
        (
            bill("bill_1", 70_00, line(70_00, "")),
            bill_entry("", due_on=None, lines=(EntryLine(70_00, EXPENSES),), revision=""),
        ),
        (payment(), payment_entry({"129": 100_00}, id_="", revision="")),
        (payment(credited={"vc_1": 30_00}), payment_entry({"129": 100_00}, {"140": 30_00}, id_="", revision="")),
    ],
)  # fmt: skip
def test_b4_a_record_is_entered_as_it_is_told(record: Payable, wanted: Entry) -> None:
    plan = plan_entry(case(record))
    assert (plan.write and plan.write.operation, entry_of(plan)) == (EntryOperation.CREATE, wanted)


def test_b4_credits_that_cover_all_leave_a_payment_of_nothing_that_is_written_while_it_is_scheduled() -> None:
    record = payment(bills={"bill_1": 30_00}, credited={"vc_1": 30_00}, state=PayState.SCHEDULED)
    entry = entry_of(plan_entry(case(record)))
    assert isinstance(entry, PaymentEntry)
    assert (entry.amount_minor, len(entry.bills), len(entry.credits)) == (0, 1, 1)


@pytest.mark.parametrize(
    ("record", "account"),
    [
        (payment(), CHECKING),
        (payment(method=PayMethod.CREDIT_CARD), VISA),
        (payment(account_id=TEA), TEA),
        (payment(account_id="gone"), CHECKING),
    ],
)
def test_b4_the_account_that_the_platform_names_counts_if_it_is_there(record: Payable, account: str) -> None:
    entry = entry_of(plan_entry(case(record)))
    assert isinstance(entry, PaymentEntry)
    assert entry.account_id == account


@pytest.mark.parametrize(
    ("record", "more", "code"),
    [
        (bill(), {"preferences": PayablesPreferences()}, "preferences_missing"),
        (bill(), {"preferences": replace(READY, income_account_id="")}, "preferences_missing"),
        (bill(approved=False), {"preferences": replace(READY, needs_approval=True)}, "not_approved"),
        (bill(), BY_HAND, "sync_by_hand"),
        (payment(state=PayState.SCHEDULED), {}, "paid_later"),
        (payment(method=PayMethod.CREDIT_CARD), {"preferences": NO_CARD}, "card_account_missing"),
        (bill(), {"named": {ACME: Named(told=vendor())}, "tried": {ACME}}, "named_not_entered"),
        (bill(), {"named": {ACME: Named()}}, "named_not_known"),
    ],
)  # fmt: skip
def test_b3_b4_b7_what_waits_says_what_for(record: Payable, more: dict[str, Any], code: str) -> None:
    plan = plan_entry(case(record, **more))
    assert code_of(plan) == code
    assert plan.decision is not None
    assert plan.decision.outcome is Outcome.WAITS


@pytest.mark.parametrize(
    ("record", "more", "code"),
    [
        (bill(number=" "), {}, "no_number"),
        (bill(number="1" * 22), {}, "number_too_long"),
        (bill(currency="CAD"), {}, "other_currency"),
        (bill(), {"company": replace(COMPANY, home_currency="CAD")}, "other_currency"),
        (bill("bill_1", 90_00, line(80_00)), {}, "lines_do_not_tie"),
        (bill("bill_1", -5_00), {}, "negative_total"),
        (bill("bill_1", 5_00, line(5_00, "gone")), {}, "account_missing"),
        (bill("bill_1", 2000, *(line(1, description="x" * 200) for _ in range(2000))), {}, "too_many_lines"),
        (bill(vendor=None), {}, "no_vendor"),
        (vendor(" "), {}, "no_name"),
        (bill(), {"company": replace(COMPANY, closed_until=DAY)}, "period_closed"),
        (payment(total_minor=90_00), {}, "payment_does_not_tie"),
        (payment(bills={"bill_1": 10_00}, credited={"vc_1": 30_00}), {}, "payment_does_not_tie"),
    ],
)
def test_b2_b4_what_cannot_be_entered_is_refused_with_the_fix(record: Payable, more: dict[str, Any], code: str) -> None:
    plan = plan_entry(case(record, **more))
    assert code_of(plan) == code
    assert plan.decision is not None
    assert (plan.decision.outcome, bool(plan.decision.fix)) == (Outcome.REFUSED, True)


def test_b2_the_home_currency_is_the_partners_choice() -> None:
    in_pounds = {"preferences": replace(READY, home_currency="GBP"), "company": replace(COMPANY, home_currency="GBP")}
    assert plan_entry(case(bill(currency="GBP"), **in_pounds)).write is not None


@pytest.mark.parametrize(
    ("named", "code"),
    [
        (named_bill(bill(standing=Standing.DELETED)), "paid_thing_gone"),
        (named_bill(bill(keeping=Keeping(outside=OutsidePayment(DAY, "cash")))), "paid_outside"),
        (Named(copy=bill(ref=Ref(ACCOUNTING, Kind.BILL, "129"), keeping=Keeping(left_out=True))), "paid_thing_left_out"),
        (named_bill(entry=bill_entry(vendor_id="77")), "other_vendor"),
        (named_bill(entry=bill_entry(minor=99_99)), "more_than_open"),
        (Named(told=bill()), "named_not_entered"),
    ],
)  # fmt: skip
def test_b1_b4_b8_a_payment_settles_only_what_can_be_settled(named: Named, code: str) -> None:
    record = payment()
    known = case(record, tried=frozenset({told(Kind.BILL, "bill_1")}))
    plan = plan_entry(replace(known, named={**known.named, told(Kind.BILL, "bill_1"): named}))
    assert code_of(plan) == code


def test_b8_a_bill_that_is_marked_as_paid_outside_afterwards_keeps_the_payment_that_stands() -> None:
    record, outside = payment(), Keeping(outside=OutsidePayment(DAY, "cash"))
    known = case(record, latest=effect(record.ref, payment_entry({"129": 100_00})))
    marked = replace(known, named={**known.named, told(Kind.BILL, "bill_1"): named_bill(bill(keeping=outside))})
    assert plan_entry(marked) == REST


def test_b4_what_a_record_names_and_is_not_entered_yet_comes_first() -> None:
    record = payment(credited={"vc_1": 30_00})
    known = case(record)
    bare = {ref: Named(told=each.told) for ref, each in known.named.items() if ref.kind is not Kind.VENDOR}
    plan = plan_entry(replace(known, named={**known.named, **bare}))
    assert plan.first == (told(Kind.BILL, "bill_1"), told(Kind.VENDOR_CREDIT, "vc_1"))
    assert plan_entry(case(bill(), named={ACME: Named(told=vendor())})).first == (ACME,)


# --- vendors -------------------------------------------------------------------------------------------------------------

FOUND = VendorEntry("77", "ACME", "ap@acme.example", revision="3")


def test_b4_the_vendor_of_its_name_is_taken_over_with_what_quickbooks_knows_of_it() -> None:
    plan = plan_entry(case(vendor(email="old@acme.example"), namesakes=(FOUND,)))
    assert (plan.is_there, entry_of(plan)) == (True, FOUND)
    assert plan.record is not None
    assert (plan.record.name, plan.record.email) == ("ACME", "ap@acme.example")  # type: ignore[union-attr]


def test_b5_one_way_it_is_taken_over_and_the_platform_keeps_its_own_word() -> None:
    assert plan_entry(case(vendor(), namesakes=(FOUND,), preferences=ONE_WAY)).record is None


@pytest.mark.parametrize(
    ("namesakes", "is_taken", "expected"),
    [
        ((FOUND, replace(FOUND, id="78", name="acme")), False, "vendor_ambiguous"),
        ((), True, "name_taken"),
    ],
)
def test_b4_a_name_that_cannot_be_told_apart_is_never_guessed(
    namesakes: tuple[VendorEntry, ...], is_taken: bool, expected: str
) -> None:
    assert code_of(plan_entry(case(vendor(), namesakes=namesakes, is_name_taken=is_taken))) == expected


def test_b4_of_several_the_one_with_the_very_name_is_it() -> None:
    exact = replace(FOUND, id="78", name="Acme")
    assert entry_of(plan_entry(case(vendor(), namesakes=(FOUND, exact)))) == exact


# --- what stands already --------------------------------------------------------------------------------------------------


def stands(record: Payable, entry: Entry, **more: Any) -> Any:
    return case(record, latest=effect(record.ref, entry), **more)


@pytest.mark.parametrize(
    ("record", "entry"),
    [
        (vendor(), VENDOR_ENTRY),
        (bill(), bill_entry()),
        (bill(), bill_entry(due_on=date(2026, 12, 24))),
        (payment(), payment_entry({"129": 100_00})),
        (payment(), payment_entry({"129": 100_00}, number="1017")),
        (bill("bill_1", 100_00, line(100_00, "")), bill_entry(lines=(EntryLine(100_00, TEA, line_id="1"),))),
    ],
)
def test_b4_what_stands_as_it_should_is_left_alone(record: Payable, entry: Entry) -> None:
    assert plan_entry(stands(record, entry)) == REST


def test_b4_a_change_on_the_platform_is_written_as_of_the_revision_that_was_read_last() -> None:
    record = bill(number="NEW")
    plan = plan_entry(stands(record, bill_entry(), shown=Shown(bill_entry(revision="4"))))
    assert plan.write is not None
    assert (plan.write.operation, plan.write.entry) == (
        EntryOperation.UPDATE, bill_entry(number="NEW", due_on=DAY, revision="4"),
    )  # fmt: skip


def test_b4_lines_keep_their_ids_by_what_they_say_then_by_their_order() -> None:
    entry = bill_entry(lines=(EntryLine(60_00, EXPENSES, "A", line_id="1"), EntryLine(40_00, TEA, "B", line_id="2")))
    record = bill("bill_1", 45_00, line(5_00, EXPENSES, "C"), line(40_00, TEA, "B"))
    assert entry_of(plan_entry(stands(record, entry))).lines == (  # type: ignore[union-attr]
        EntryLine(5_00, EXPENSES, "C", line_id="1"), EntryLine(40_00, TEA, "B", line_id="2"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("standing", "operation"),
    [(Standing.VOID, EntryOperation.VOID), (Standing.DELETED, EntryOperation.DELETE)],
)
def test_b4_a_payment_that_is_void_or_deleted_is_so_in_both(standing: Standing, operation: EntryOperation) -> None:
    entry = payment_entry({"129": 100_00})
    plan = plan_entry(stands(payment(standing=standing), entry))
    assert (plan.write and plan.write.operation, entry_of(plan), plan.is_there) == (operation, entry, False)


def test_b4_a_bill_goes_after_our_payments_on_it_and_never_under_somebody_elses() -> None:
    record = bill(standing=Standing.DELETED)
    ours = payment()
    rivals: tuple[Rival, ...] = (Rival(ours, effect(ours.ref, payment_entry({"129": 100_00}))),)
    assert code_of(plan_entry(stands(record, bill_entry(), rivals=rivals))) == "payments_first"
    rivals = (Rival(theirs({"129": 10_00})),)
    assert code_of(plan_entry(stands(record, bill_entry(), rivals=rivals))) == "bill_paid"
    rivals = (Rival(ours, effect(ours.ref, None, payment_entry({"129": 100_00}), state=EffectState.PLANNED)),)
    assert code_of(plan_entry(stands(record, bill_entry(), rivals=rivals))) == "payments_first", "it may be on its way"
    assert plan_entry(stands(record, bill_entry(), rivals=(Rival(ours),))).write is not None


def test_b4_a_vendor_that_ends_becomes_inactive_once() -> None:
    gone = vendor(standing=Standing.DELETED)
    plan = plan_entry(stands(gone, VENDOR_ENTRY))
    assert plan.write is not None
    assert plan.write.operation is EntryOperation.DELETE
    assert plan_entry(stands(gone, replace(VENDOR_ENTRY, active=False))) == REST


def test_b4_what_was_made_from_a_record_of_quickbooks_takes_that_over_first() -> None:
    theirs_there = bill(
        ref=Ref(ACCOUNTING, Kind.BILL, "129"), number="B-7", revision="2", vendor=Ref(ACCOUNTING, Kind.VENDOR, "56")
    )
    plan = plan_entry(case(bill(copy_of=theirs_there.ref), copy=theirs_there))
    assert (plan.is_there, plan.record, entry_of(plan).id) == (True, None, "129"), (
        "the platform's change is to be written"
    )
    gone = replace(theirs_there, standing=Standing.DELETED)
    assert code_of(plan_entry(case(bill(copy_of=gone.ref), copy=gone))) == "copy_gone"


# --- what people change there ---------------------------------------------------------------------------------------------

TO_80 = Shown(bill_entry(minor=80_00, revision="5"))
GONE = Shown(None, Standing.DELETED)


def test_b5_only_quickbooks_changed_it() -> None:
    plan = plan_entry(stands(bill(), bill_entry(), shown=TO_80))
    assert (plan.is_there, plan.write and plan.write.operation) == (True, EntryOperation.ADOPT)
    assert plan.record is not None
    assert plan.record.total_minor == 80_00  # type: ignore[union-attr]
    assert plan_entry(stands(plan.record, entry_of(plan))) == REST


@pytest.mark.parametrize("standing", [Standing.VOID, Standing.DELETED])
def test_b6_what_is_gone_there_counts_no_longer(standing: Standing) -> None:
    plan = plan_entry(stands(payment(), payment_entry({"129": 100_00}), shown=Shown(None, standing)))
    assert plan.is_there
    assert plan.record is not None
    assert plan.record.standing is standing


@pytest.mark.parametrize(
    ("record", "shown", "expected"),
    [
        (bill("bill_1", 90_00), TO_80, "changed_in_both"),
        (bill("bill_1", 90_00), GONE, "changed_in_both"),
    ],
)
def test_b5_where_both_changed_it_neither_is_written_over(record: Payable, shown: Shown, expected: str) -> None:
    assert code_of(plan_entry(stands(record, bill_entry(), shown=shown))) == expected


def test_b5_what_the_platform_has_not_told_anew_was_not_changed_there_whatever_it_would_be_by_now() -> None:
    record = bill("bill_1", 100_00, line(100_00, ""))
    entry = bill_entry(lines=(EntryLine(100_00, "gone", line_id="1"),))
    agreed = effect(record.ref, entry, result=to_result(entry, record.version.updated_at))
    plan = plan_entry(case(record, latest=agreed, shown=TO_80))
    assert (plan.is_there, plan.record is not None) == (True, True)


def test_b5_where_both_came_to_the_same_it_is_agreed() -> None:
    plan = plan_entry(stands(bill("bill_1", 80_00), bill_entry(), shown=TO_80))
    assert (plan.is_there, plan.record, entry_of(plan)) == (True, None, TO_80.entry)


@pytest.mark.parametrize(
    ("record", "entry", "more", "rule"),
    [
        (bill(), bill_entry(), {"shown": TO_80, "preferences": ONE_WAY}, "B5"),
        (bill(), bill_entry(), {"shown": GONE, "preferences": ONE_WAY}, "B5"),
        (payment(), payment_entry({"129": 100_00}), {"shown": GONE, "payment_sync": PaymentSync.CLASSIC}, "B6"),
        (payment(), payment_entry({"129": 100_00}), {"shown": GONE, "preferences": ONE_WAY}, "B5"),
    ],
)
def test_b5_b6_what_does_not_come_back_is_said_with_two_ways_out(
    record: Payable, entry: Entry, more: dict[str, Any], rule: str
) -> None:
    plan = plan_entry(stands(record, entry, **more))
    assert plan.decision is not None
    assert (plan.decision.code, plan.decision.rule, plan.decision.outcome) == (
        "not_brought_back",
        rule,
        Outcome.REFUSED,
    )


def test_b6_bills_come_back_with_the_classic_profile_too() -> None:
    assert plan_entry(stands(bill(), bill_entry(), shown=TO_80, payment_sync=PaymentSync.CLASSIC)).is_there


def test_b5_one_way_a_later_change_here_is_written_over_it() -> None:
    one_way = {"preferences": ONE_WAY}
    plan = plan_entry(stands(bill("bill_1", 90_00), bill_entry(), shown=TO_80, **one_way))
    assert (plan.write and plan.write.operation, entry_of(plan).revision) == (EntryOperation.UPDATE, "5")
    anew = plan_entry(stands(bill("bill_1", 90_00), bill_entry(), shown=GONE, **one_way))
    assert (anew.write and anew.write.operation, entry_of(anew).id) == (EntryOperation.CREATE, "")


def test_b5_what_the_platform_ended_ends_whatever_people_changed() -> None:
    plan = plan_entry(stands(bill(standing=Standing.DELETED), bill_entry(), shown=TO_80))
    assert (plan.write and plan.write.operation, entry_of(plan).revision) == (EntryOperation.DELETE, "5")
    assert plan_entry(stands(bill(standing=Standing.DELETED), bill_entry(), shown=GONE)).is_there


# --- what was refused, or made otherwise ---------------------------------------------------------------------------------


def test_b4_the_same_is_not_sent_again_while_nothing_has_changed_that_a_refusal_rests_on() -> None:
    known = case(bill())
    refused = replace(
        to_payable_effect("t_00000001", known, plan_entry(known)),
        state=EffectState.REFUSED, refusal_code="6140", refusal="taken", fix="Renumber one.",
    )  # fmt: skip
    again = replace(known, latest=refused)
    assert (refused.body[SEEN], code_of(plan_entry(again))) == (rests_on(known), "refused_by_accounting")
    assert plan_entry(replace(again, again="asked")).write is not None
    assert plan_entry(replace(again, sync="another")).write is not None
    assert plan_entry(replace(again, company=replace(COMPANY, closed_until=date(2020, 1, 1)))).write is not None


def test_b4_what_quickbooks_made_something_else_of_is_not_asked_for_again() -> None:
    record = bill()
    made = effect(record.ref, bill_entry(minor=108_00), bill_entry("", due_on=None, revision=""))
    assert code_of(plan_entry(case(record, latest=made))) == "entered_differently"
    assert plan_entry(case(record, latest=made, again="asked")).write is not None
    assert plan_entry(case(bill("bill_1", 70_00), latest=made)).write is not None


def test_b4_what_was_told_and_entered_since_it_was_looked_for_is_known_by_its_entry() -> None:
    entry = bill_entry()
    latest = effect(told(Kind.BILL, "bill_1"), entry)
    assert Named(latest=latest).names == {Ref(ACCOUNTING, Kind.BILL, entry.id)}


def test_b7_what_is_to_be_done_by_hand_waits_only_where_there_is_something_to_do() -> None:
    assert plan_entry(stands(bill(), bill_entry(), **BY_HAND)) == REST
    assert code_of(plan_entry(stands(bill("bill_1", 70_00), bill_entry(), **BY_HAND))) == "sync_by_hand"
    assert code_of(plan_entry(stands(bill(standing=Standing.DELETED), bill_entry(), **BY_HAND))) == "sync_by_hand"


def test_x1_the_effect_tells_its_story_in_words() -> None:
    known = case(payment(credited={"vc_1": 30_00}))
    assert to_payable_effect("t_00000001", known, plan_entry(known)).sentence == (
        "Entered the payment bp_1 in QuickBooks over 70.00 USD dated 2026-11-03 on BILL_1, "
        "with vendor credits of 30.00 USD."
    )
    followed = stands(bill(), bill_entry(), shown=TO_80)
    told_of = to_payable_effect("t_00000001", followed, plan_entry(followed))
    assert (told_of.rule, told_of.sentence) == (
        "B5",
        "Somebody changed the bill BILL_1 in QuickBooks: it is over 80.00 USD dated 2026-11-03 on the platform now.",
    )


def test_b4_a_credit_is_entered_as_a_bill_is() -> None:
    plan = plan_entry(case(credit()))
    assert (plan.write and plan.write.operation, entry_of(plan).total_minor) == (EntryOperation.CREATE, 30_00)  # type: ignore[union-attr]
