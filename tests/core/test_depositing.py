"""What a payout asks of the accounting (D1, D2, P2)."""

import json
from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.decisions import Outcome
from crossfoot.core.depositing import MAX_SLIP_BYTES, DepositPlan, plan_deposit, to_deposit_effect
from crossfoot.core.effects import EffectState
from crossfoot.core.model import (
    ACCOUNTING,
    PLATFORM,
    Kind,
    PayoutItemKind,
    PayoutState,
    Ref,
    Standing,
    TakenBack,
    Version,
)
from crossfoot.core.preferences import ClosedPeriod, Preferences
from crossfoot.core.receipts import Operation, Receipt, to_result
from crossfoot.core.receipts import standing_of as receipts_of
from crossfoot.core.receiving import Receiving, plan_receipts, to_receipt_effect
from crossfoot.core.slip_lines import Depositing
from crossfoot.core.slips import Slip, SlipLine, size_bytes, standing_of
from hypothesis import given
from hypothesis import strategies as st

from tests.core.deposits import (
    ARRIVES,
    BANK,
    COMPANY,
    FEES,
    FUNDS,
    ON,
    PAYOUT,
    RETURNS,
    copy_of,
    deposited,
    depositing,
    done,
    entered,
    fee,
    item,
    not_entered,
    paid,
    pay,
    payment,
    payout,
    read,
    taken_back,
)

ONE, TWO = payment("pay_1", 100_00), payment("pay_2", 50_00, of="130")
BOTH = depositing(
    payout(paid("pay_1", 100_00), paid("pay_2", 50_00), fee(4_50)), entered(ONE, "181"), entered(TWO, "182")
)
FEE = SlipLine(-4_50, "", FEES, "Fee")
HELD_BOTH = (SlipLine(100_00, "181"), SlipLine(50_00, "182"), FEE)
REFUND, RETURN, ADJUSTMENT = PayoutItemKind.REFUND, PayoutItemKind.RETURN, PayoutItemKind.ADJUSTMENT


def of(situation: Depositing, **changes: object) -> Depositing:
    return replace(situation, **changes)  # type: ignore[arg-type]


def lines(situation: Depositing, preferences: Preferences = ON) -> tuple[SlipLine, ...]:
    write = plan_deposit(situation, preferences).write
    assert write is not None
    assert write.slip.total_minor == situation.payout.total_minor, "the deposit is the payout to the cent"
    return write.slip.lines


def code(situation: Depositing, preferences: Preferences = ON) -> tuple[Outcome, str] | None:
    plan = plan_deposit(situation, preferences)
    assert plan.write is None
    return (plan.decision.outcome, plan.decision.code) if plan.decision else None


# --- what a deposit holds ----------------------------------------------------------------------------------------------


def test_d2_a_payout_becomes_one_deposit_and_once_only() -> None:
    plan = plan_deposit(BOTH, ON)
    assert plan.write is not None
    assert plan.write.operation is Operation.CREATE
    assert plan.write.slip == Slip("", BANK, ARRIVES, HELD_BOTH, 145_50)
    effect = to_deposit_effect("t_1", BOTH, plan.write)
    assert (effect.rule, effect.subject, effect.generation) == ("D2", PAYOUT, 1)
    assert effect.sentence == "Deposited 145.50 USD dated 2026-11-05 in Checking, with 2 payments."
    assert plan_deposit(deposited(BOTH), ON) == DepositPlan()


HOLDS = [
    ("d2 fees of one kind are one line, and an adjustment says what it is",
        depositing(payout(paid("pay_1", 100_00), fee(1_00), fee(2_00), fee(3_00, "Card fee"),
            item(ADJUSTMENT, 5, memo="Rounding")), entered(ONE, "181")),
        (SlipLine(100_00, "181"), SlipLine(-3_00, "", FEES, "Fee"), SlipLine(-3_00, "", FEES, "Card fee"),
            SlipLine(5, "", FEES, "Rounding"))),
    ("d2 refunds and returns of earlier payments are lines of their own",
        depositing(payout(paid("pay_1", 100_00), item(REFUND, -20_00, "pay_7"), item(RETURN, -30_00, "pay_8")),
            entered(ONE, "181")),
        (SlipLine(100_00, "181"), SlipLine(-20_00, "", FUNDS, "Refund of payment pay_7"),
            SlipLine(-30_00, "", FUNDS, "Return of payment pay_8"))),
    ("d2 a payment that was refunded in part before it was paid out",
        depositing(payout(paid("pay_1", 100_00), item(REFUND, -30_00, "pay_1")),
            entered(payment("pay_1", 70_00, refunded=30_00), "181")),
        (SlipLine(70_00, "181"), SlipLine(-30_00, "", FUNDS, "Refund of payment pay_1"),
            SlipLine(30_00, "", FUNDS, "Payment pay_1: given back of it"))),
    ("d2 a payment that was taken back before it was paid out",
        depositing(payout(paid("pay_1", 100_00), paid("pay_2", 50_00)), entered(ONE, "181"), not_entered(taken_back(TWO))),
        (SlipLine(100_00, "181"), SlipLine(50_00, "", FUNDS, "Payment pay_2: returned"))),
    ("d2 a payment in two items is one line",
        depositing(payout(paid("pay_1", 60_00), paid("pay_1", 40_00)), entered(ONE, "181")), (SlipLine(100_00, "181"),)),
    ("d2 a payout of nothing is a deposit of nothing",
        depositing(payout(paid("pay_1", 100_00), item(REFUND, -100_00, "pay_9")), entered(ONE, "181")),
        (SlipLine(100_00, "181"), SlipLine(-100_00, "", FUNDS, "Refund of payment pay_9"))),
]  # fmt: skip


@pytest.mark.parametrize(("situation", "expected"), [case[1:] for case in HOLDS], ids=[case[0] for case in HOLDS])
def test_d2_a_deposit_holds(situation: Depositing, expected: tuple[SlipLine, ...]) -> None:
    assert sorted(lines(situation)) == sorted(expected)


def test_d2_the_largest_deposit_fits_into_one_item_of_our_table_as_written_and_as_it_stands() -> None:
    large = depositing(payout(*(fee(-100, f"Fee of payment pay_{n:08}") for n in range(3_000))))
    write = plan_deposit(large, ON).write
    assert write is not None
    assert 0.8 * MAX_SLIP_BYTES < size_bytes(write.slip) < MAX_SLIP_BYTES
    made = done(large, plan_deposit(large, ON))
    item_bytes = len(json.dumps(made.body)) + len(json.dumps(made.result))
    assert item_bytes < 400_000 - 20_000


def test_d2_what_was_given_back_goes_to_the_account_that_the_partner_chose() -> None:
    situation = depositing(payout(paid("pay_1", 100_00), item(RETURN, -30_00, "pay_8")), entered(ONE, "181"))
    assert lines(situation, replace(ON, returns_account_id=RETURNS))[1].account_id == RETURNS


def test_d2_a_payment_of_two_customers_is_deposited_with_both_its_receipts() -> None:
    receiving = entered(payment("pay_1", 100_00), "181")
    first = receipts_of(receiving.latest)[0]
    part = replace(first.applied[0], amount_minor=60_00)
    split = (
        replace(first, amount_minor=60_00, applied=(part,)),
        replace(first, id="182", amount_minor=40_00, applied=()),
    )
    situation = depositing(payout(paid("pay_1", 100_00)), _as_it_stands(receiving, split))
    assert set(lines(situation)) == {SlipLine(60_00, "181"), SlipLine(40_00, "182")}


def _as_it_stands(receiving: Receiving, receipts: tuple[Receipt, ...]) -> Receiving:
    """Give a payment whose receipts QuickBooks refuses to bring to what they should be: they stay as they are."""
    assert receiving.latest is not None
    stands = replace(receiving.latest, result=to_result(receipts))
    ready = replace(receiving, latest=stands)
    write = plan_receipts(ready, ON).write
    if write is None:
        return ready
    effect = to_receipt_effect("t_1", ready, write)
    return replace(ready, latest=replace(effect, state=EffectState.REFUSED, refusal="no", result=to_result(receipts)))


# --- when it is made, changed, and taken back --------------------------------------------------------------------------

CREATED = of(BOTH, payout=replace(BOTH.payout, state=PayoutState.CREATED))
FAILED = of(BOTH, payout=replace(BOTH.payout, state=PayoutState.FAILED))
ELSEWHERE = Ref(ACCOUNTING, Kind.DEPOSIT, "77")
OTHER_PAYOUT = Ref(PLATFORM, Kind.PAYOUT, "po_0")


def with_first(situation: Depositing, **changes: object) -> Depositing:
    """Change how the first payment stands."""
    first = replace(situation.payments[ONE.ref], **changes)  # type: ignore[arg-type]
    return of(situation, payments={**situation.payments, ONE.ref: first})


def first_receipt(situation: Depositing) -> Receipt:
    return receipts_of(situation.payments[ONE.ref].latest)[0]


IN_OTHER = copy_of(first_receipt(BOTH), deposit=ELSEWHERE)
LESS = payment("pay_1", 90_00)
HOLDS_BACK = [
    ("d1 deposits are off", BOTH, replace(ON, deposits_enabled=False), Outcome.SKIPPED, "deposits_off"),
    ("d2 the payout is on its way", CREATED, ON, Outcome.WAITS, "not_paid_yet"),
    ("d2 the payout failed before it was deposited", FAILED, ON, Outcome.SKIPPED, "payout_failed"),
    ("d2 the payout holds nothing", depositing(payout()), ON, Outcome.SKIPPED, "nothing_to_deposit"),
    ("d2 a payment has not come yet", depositing(BOTH.payout, entered(ONE, "181")), ON,
        Outcome.WAITS, "payment_not_in_book"),
    ("d2 a payment is not in quickbooks yet", depositing(BOTH.payout, entered(ONE, "181"), not_entered(TWO)), ON,
        Outcome.WAITS, "payment_not_ready"),
    ("d2 a payment has changed since", with_first(BOTH, payment=LESS), ON, Outcome.WAITS, "payment_not_ready"),
    ("d2 a payment is deposited by hand", with_first(BOTH, copies={"181": IN_OTHER}), ON,
        Outcome.REFUSED, "deposited_by_hand"),
    ("d2 a payment is in another payout's deposit",
        with_first(BOTH, copies={"181": IN_OTHER}, locks={"181": OTHER_PAYOUT}), ON,
        Outcome.WAITS, "in_other_payout"),
    ("d2 a payment is less in quickbooks than in the payout, and nothing was refunded",
        depositing(payout(paid("pay_1", 100_00)), entered(LESS, "181")), ON, Outcome.REFUSED, "does_not_tie"),
    ("d2 a payment is more in quickbooks than in the payout",
        depositing(payout(paid("pay_1", 80_00)), entered(LESS, "181")), ON, Outcome.REFUSED, "does_not_tie"),
    ("d2 the items are not the payout", of(BOTH, payout=replace(BOTH.payout, total_minor=1)), ON,
        Outcome.REFUSED, "does_not_tie"),
    ("d1 no bank account is chosen", BOTH, replace(ON, deposit_account_id=""), Outcome.REFUSED, "account_not_chosen"),
    ("d1 no fee account is chosen", BOTH, replace(ON, fee_account_id=""), Outcome.REFUSED, "account_not_chosen"),
    ("d1 the bank account is gone", BOTH, replace(ON, deposit_account_id="36"), Outcome.REFUSED, "account_missing"),
    ("d1 the fee account is inactive",
        of(BOTH, company=replace(COMPANY, accounts=tuple(replace(a, active=a.id != FEES) for a in COMPANY.accounts))),
        ON, Outcome.REFUSED, "account_missing"),
    ("d2 the books are closed", of(BOTH, company=replace(COMPANY, closed_until=ARRIVES)), ON,
        Outcome.REFUSED, "period_closed"),
    ("d2 another currency", of(BOTH, payout=replace(BOTH.payout, currency="EUR")), ON, Outcome.REFUSED, "other_currency"),
    ("d2 a payout that takes money", depositing(payout(item(RETURN, -30_00, "pay_8"))), ON,
        Outcome.REFUSED, "negative_payout"),
    ("d2 more than a deposit may hold", depositing(payout(*(fee(-1, f"Fee {n}" + "費" * 40) for n in range(700)))), ON,
        Outcome.REFUSED, "too_many_items"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("situation", "preferences", "outcome", "expected"),
    [case[1:] for case in HOLDS_BACK],
    ids=[case[0] for case in HOLDS_BACK],
)
def test_d1_d2_what_stands_in_the_way_is_said_before_anything_is_written(
    situation: Depositing, preferences: Preferences, outcome: Outcome, expected: str
) -> None:
    assert code(situation, preferences) == (outcome, expected)
    decision = plan_deposit(situation, preferences).decision
    assert decision is not None
    assert decision.fix or outcome is not Outcome.REFUSED
    assert decision.record == PAYOUT


def test_d2_a_payment_that_the_book_still_shows_in_a_deposit_of_ours_is_free_once_that_let_go_of_it() -> None:
    assert lines(with_first(BOTH, copies={"181": IN_OTHER}, ours=frozenset({ELSEWHERE}))) == HELD_BOTH


def test_d2_a_payment_that_was_entered_straight_into_the_bank_is_moved_first() -> None:
    bank = replace(ON, deposits_enabled=False)
    receipt = replace(first_receipt(BOTH), account_id=BANK)
    direct = with_first(BOTH, latest=_as_it_stands(BOTH.payments[ONE.ref], (receipt,)).latest)
    assert code(direct) == (Outcome.REFUSED, "not_in_undeposited_funds"), "QuickBooks refused to move it"
    stands = replace(direct.payments[ONE.ref].latest, state=EffectState.CONFIRMED)  # type: ignore[type-var]
    plan = plan_deposit(with_first(BOTH, latest=stands), ON)
    assert (plan.decision and plan.decision.code, plan.then) == ("payment_not_ready", (ONE.ref,))
    assert plan_deposit(deposited(BOTH), bank) == DepositPlan(), "what is deposited stays where it is"


def test_d1_what_stands_stays_when_deposits_are_turned_off_and_is_kept_right() -> None:
    off = Preferences()
    made = deposited(BOTH)
    assert plan_deposit(made, off) == DepositPlan()
    gone = with_first(made, payment=taken_back(ONE))
    assert sorted(lines(gone, off)) == sorted(
        (SlipLine(50_00, "182"), FEE, SlipLine(100_00, "", FUNDS, "Payment pay_1: returned"))
    )


def test_d1_accounts_that_are_chosen_later_are_for_later_deposits() -> None:
    made = deposited(BOTH)
    assert plan_deposit(made, replace(ON, deposit_account_id=RETURNS, fee_account_id=RETURNS)) == DepositPlan()


def test_d2_a_failed_payout_takes_its_deposit_back() -> None:
    made = of(deposited(BOTH), payout=FAILED.payout)
    plan = plan_deposit(made, ON)
    assert plan.write is not None
    assert (plan.write.operation, plan.write.slip.id) == (Operation.DELETE, "9")
    assert to_deposit_effect("t_1", made, plan.write).sentence.endswith("back: the payout failed.")
    assert code(of(made, latest=done(made, plan))) == (Outcome.SKIPPED, "payout_failed")


@pytest.mark.parametrize("why", TakenBack)
def test_p2_a_payment_that_is_taken_back_is_let_out_of_its_deposit_first(why: TakenBack) -> None:
    made = with_first(deposited(BOTH), payment=taken_back(ONE, why))
    plan = plan_deposit(made, ON)
    assert plan.write is not None
    assert (plan.write.operation, set(plan.write.slip.held), plan.then) == (Operation.UPDATE, {"182"}, (ONE.ref,))
    assert lines(made)[-1] == SlipLine(100_00, "", FUNDS, f"Payment pay_1: {why}")
    let_go = of(made, latest=done(made, plan))
    assert code(let_go) == (Outcome.WAITS, "payment_follows")
    assert plan_deposit(let_go, ON).then == (ONE.ref,), "it is told until it has followed"
    followed = with_first(let_go, latest=None)
    assert plan_deposit(followed, ON) == DepositPlan()


def test_p2_a_payment_that_is_refunded_in_part_is_let_out_changed_and_put_in_again() -> None:
    less = payment("pay_1", 60_00, refunded=40_00)
    made = with_first(deposited(BOTH), payment=less, invoices=not_entered(less).invoices)
    let_go = deposited(made)
    assert standing_of(let_go.latest).held == {"182"}  # type: ignore[union-attr]
    changed = of(let_go, payments={**let_go.payments, ONE.ref: entered(less, "181")})
    expected = {
        SlipLine(60_00, "181"),
        SlipLine(50_00, "182"),
        FEE,
        SlipLine(40_00, "", FUNDS, "Payment pay_1: given back of it"),
    }
    assert set(lines(changed)) == expected
    assert plan_deposit(deposited(changed), ON) == DepositPlan()


def test_p2_a_payment_whose_receipt_somebody_deleted_follows_first() -> None:
    gone = copy_of(first_receipt(BOTH), standing=Standing.DELETED)
    plan = plan_deposit(with_first(BOTH, copies={"181": gone}), ON)
    assert (plan.decision and plan.decision.code, plan.then) == ("payment_not_ready", (ONE.ref,))


# --- days --------------------------------------------------------------------------------------------------------------


def test_d2_a_closed_day_becomes_the_first_open_one_where_the_partner_says_so_and_stays_it() -> None:
    moving = replace(ON, closed_period=ClosedPeriod.FIRST_OPEN_DAY)
    closed = of(BOTH, company=replace(COMPANY, closed_until=date(2026, 11, 15)))
    plan = plan_deposit(closed, moving)
    assert plan.write is not None
    assert plan.write.slip.deposited_on == date(2026, 11, 16)
    assert "closed on the day it arrived" in to_deposit_effect("t_1", closed, plan.write).sentence
    made = of(deposited(closed, moving), company=replace(COMPANY, closed_until=date(2026, 11, 30)))
    assert plan_deposit(made, moving) == DepositPlan(), "closing more days moves nothing"
    assert code(with_first(made, payment=taken_back(ONE)), moving) == (Outcome.REFUSED, "period_closed")
    assert plan_deposit(with_first(made, payment=taken_back(ONE)), moving).then == (), "it is locked, and cannot follow"
    assert code(of(made, payout=FAILED.payout), moving) == (Outcome.REFUSED, "period_closed")


def test_d2_a_payout_that_arrives_later_than_was_said_takes_its_deposit_along() -> None:
    later = replace(BOTH.payout, arrives_on=date(2026, 11, 9))
    write = plan_deposit(of(deposited(BOTH), payout=later), ON).write
    assert write is not None
    assert (write.operation, write.slip.deposited_on, write.slip.id) == (Operation.UPDATE, date(2026, 11, 9), "9")


# --- what others did ---------------------------------------------------------------------------------------------------

MADE = deposited(BOTH)
SLIP = standing_of(MADE.latest)
assert SLIP is not None
EDITS = [
    ("another amount", replace(read(SLIP), total_minor=1_00)),
    ("another day", replace(read(SLIP), deposited_on=date(2026, 12, 1))),
    ("another account", replace(read(SLIP), account_id="36")),
    ("a payment less", replace(read(SLIP), lines=read(SLIP).lines[1:] if (read(SLIP).lines) else ())),  # type: ignore[index]
    ("deleted", read(SLIP, standing=Standing.DELETED)),
]


@pytest.mark.parametrize("copy", [case[1] for case in EDITS], ids=[case[0] for case in EDITS])
def test_d2_a_deposit_that_somebody_changed_is_told_and_never_written_over(copy: object) -> None:
    assert code(of(MADE, copy=copy)) == (Outcome.REFUSED, "changed_by_hand")
    assert code(with_first(of(MADE, copy=copy), payment=taken_back(ONE))) == (Outcome.REFUSED, "changed_by_hand")


def test_d2_a_deposit_that_was_read_before_we_wrote_it_last_says_nothing() -> None:
    behind = replace(read(SLIP, revision="0"), total_minor=1_00)  # type: ignore[arg-type]
    assert plan_deposit(of(MADE, copy=behind), ON) == DepositPlan()


def test_d2_a_deposit_that_was_saved_again_as_it_was_is_written_as_it_is_now() -> None:
    saved = with_first(of(MADE, copy=read(SLIP, revision="4")), payment=taken_back(ONE))  # type: ignore[arg-type]
    write = plan_deposit(saved, ON).write
    assert write is not None
    assert write.slip.revision == "4"


def test_d2_a_failed_payout_whose_deposit_somebody_deleted_already_is_done() -> None:
    gone = of(MADE, payout=FAILED.payout, copy=read(SLIP, standing=Standing.DELETED))  # type: ignore[arg-type]
    write = plan_deposit(gone, ON).write
    assert write is not None
    assert write.operation is Operation.DELETE


def test_d2_a_deposit_that_quickbooks_adds_up_to_something_else_is_taken_back_and_not_made_again() -> None:
    wrong = of(BOTH, latest=done(BOTH, plan_deposit(BOTH, ON), off_by=-1))
    plan = plan_deposit(wrong, ON)
    assert plan.write is not None
    assert plan.write.operation is Operation.DELETE
    assert (
        "145.49 USD dated 2026-11-05 back: the payout is 145.50 USD"
        in to_deposit_effect("t_1", wrong, plan.write).sentence
    )
    gone = of(wrong, latest=done(wrong, plan))
    assert code(gone) == (Outcome.REFUSED, "added_up_differently")
    other = of(gone, payout=payout(paid("pay_1", 100_00)))
    assert plan_deposit(other, ON).write is not None, "something else may come out right"


def test_p4_what_quickbooks_refused_is_not_sent_again_as_it_was() -> None:
    plan = plan_deposit(BOTH, ON)
    assert plan.write is not None
    effect = to_deposit_effect("t_1", BOTH, plan.write)
    refused = of(BOTH, latest=replace(effect, state=EffectState.REFUSED, refusal="no", fix="Do this."))
    decision = plan_deposit(refused, ON).decision
    assert decision is not None
    assert (decision.code, decision.fix) == ("refused_by_accounting", "Do this.")
    assert plan_deposit(of(refused, payout=payout(paid("pay_1", 100_00))), ON).write is not None


def test_d2_what_quickbooks_refused_is_tried_again_once_what_it_may_be_about_has_changed() -> None:
    plan = plan_deposit(BOTH, ON)
    assert plan.write is not None
    effect = to_deposit_effect("t_1", BOTH, plan.write)
    refused = of(BOTH, latest=replace(effect, state=EffectState.REFUSED, refusal="no"))
    later = Version("2026-11-04T00:00:00.000000Z", "2026-11-04T00:00:00.000000Z")
    free = replace(copy_of(first_receipt(BOTH)), version=later)
    for changed in (
        with_first(refused, copies={"181": free}),
        of(refused, company=replace(COMPANY, closed_until=date(2026, 1, 1))),
        of(refused, payout=replace(BOTH.payout, version=later)),
    ):
        assert plan_deposit(changed, ON).write == plan.write


# --- any payout --------------------------------------------------------------------------------------------------------

AMOUNTS = st.integers(1, 10**7)
STATES = st.sampled_from(["entered", "refunded", "returned", "missing"])


@given(st.lists(st.tuples(AMOUNTS, STATES), max_size=6), st.lists(AMOUNTS, max_size=2), st.booleans())
def test_d2_whatever_happened_to_its_payments_a_deposit_is_the_payout_to_the_cent(
    held: list[tuple[int, str]], fees: list[int], is_made: bool
) -> None:
    made = payout(*(paid(f"p{n}", minor) for n, (minor, _) in enumerate(held)), *(fee(minor) for minor in fees))
    before = depositing(made, *(entered(payment(f"p{n}", minor), f"{n}") for n, (minor, _) in enumerate(held)))
    plan = plan_deposit(before, ON)
    if is_made and plan.write is not None:
        before = deposited(before)
    now = dict(before.payments)
    for n, (minor, state) in enumerate(held):
        each = payment(f"p{n}", minor)
        if state == "refunded":
            now[pay(f"p{n}")] = entered(
                replace(payment(f"p{n}", minor - minor // 3), refunded_minor=minor // 3), f"{n}"
            )
        elif state == "returned":
            now[pay(f"p{n}")] = replace(now[pay(f"p{n}")], payment=taken_back(each))
        elif state == "missing":
            del now[pay(f"p{n}")]
    after = of(before, payments=now)
    plan = plan_deposit(after, ON)
    if plan.write is None or plan.write.operation is Operation.DELETE:
        return
    assert plan.write.slip.total_minor == made.total_minor == sum(line.amount_minor for line in plan.write.slip.lines)
    assert plan.write.slip.held <= {receipt.id for each in now.values() for receipt in receipts_of(each.latest)}
    settled = of(after, latest=done(after, plan))
    assert plan_deposit(settled, ON).write is None, "and it comes to rest"
