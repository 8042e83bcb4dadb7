"""What a platform payment asks of the accounting (P1, P2, D1, E8)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.company import AccountUse, Company, LedgerAccount
from crossfoot.core.decisions import Outcome
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import (
    ACCOUNTING,
    PLATFORM,
    Allocation,
    Invoice,
    Kind,
    Payment,
    Ref,
    Standing,
    TakenBack,
    Version,
)
from crossfoot.core.preferences import ClosedPeriod, Preferences
from crossfoot.core.receipts import Operation, Receipt, ReceiptWrite, standing_of, to_result
from crossfoot.core.receiving import ReceiptPlan, Receiving, plan_receipts, to_receipt_effect

DAY = date(2026, 11, 3)
VERSION = Version("2026-11-03T17:00:00.000000Z", "2026-11-03T17:00:00.000000Z")
PAYMENT = Ref(PLATFORM, Kind.PAYMENT, "pay_1")
WEISKOPF, BRANCH = Ref(ACCOUNTING, Kind.CUSTOMER, "58"), Ref(ACCOUNTING, Kind.CUSTOMER, "7")
UNDEPOSITED = LedgerAccount("4", "Payments to deposit", AccountUse.UNDEPOSITED_FUNDS)
CHECKING = LedgerAccount("35", "Checking", AccountUse.BANK)
COMPANY = Company((CHECKING, UNDEPOSITED), home_currency="USD")
DEFAULTS = Preferences()


def of(id_: str) -> Ref:
    return Ref(ACCOUNTING, Kind.INVOICE, id_)


def invoice(id_: str, customer: Ref = WEISKOPF, standing: Standing = Standing.LIVE, currency: str = "USD") -> Invoice:
    return Invoice(of(id_), VERSION, standing, f"INV-{id_}", customer, "", DAY, None, currency, 500_00, 500_00)


def payment(*parts: tuple[str, int], total: int = 0, customer: Ref | None = None) -> Payment:
    allocations = tuple(Allocation(of(id_), minor) for id_, minor in parts)
    total_minor = total or sum(minor for _, minor in parts)
    return Payment(PAYMENT, VERSION, Standing.LIVE, customer, DAY, "USD", total_minor, allocations, reference="R-1")


def invoices(*found: Invoice) -> Mapping[Ref, Invoice]:
    return {each.ref: each for each in found}


def receipt(*parts: tuple[str, int], more: int = 0, customer: Ref = WEISKOPF, on: date = DAY, id_: str = "") -> Receipt:
    applied = tuple(Allocation(of(id_), minor) for id_, minor in parts)
    amount_minor = sum(minor for _, minor in parts) + more
    return Receipt(id_, customer, amount_minor, on, applied, "4", "R-1", "0" if id_ else "")


def done(receiving: Receiving, plan: ReceiptPlan, id_: str = "181") -> Effect:
    """Give the effect of a plan once it is confirmed."""
    assert plan.write is not None
    assert plan.write.receipt is not None
    effect = to_receipt_effect("t_1", receiving, plan.write)
    made = replace(plan.write.receipt, id=plan.write.receipt.id or id_, revision="0")
    left = plan.write.standing_after(None if plan.write.operation is Operation.DELETE else made)
    return replace(effect, state=EffectState.CONFIRMED, result=to_result(left))


ONE = Receiving(payment(("129", 100_00)), COMPANY, invoices(invoice("129")))

MADE = [
    ("p1 in full", ONE, receipt(("129", 100_00))),
    ("p1 over several invoices", replace(ONE, payment=payment(("129", 60_00), ("130", 40_00)),
        invoices=invoices(invoice("129"), invoice("130"))), receipt(("129", 60_00), ("130", 40_00))),
    ("p1 with money that pays no invoice", replace(ONE, payment=payment(("129", 100_00), total=120_00)),
        receipt(("129", 100_00), more=20_00)),
    ("p1 for a customer, without an invoice", Receiving(payment(total=75_00, customer=WEISKOPF), COMPANY, {}),
        receipt(more=75_00)),
    ("p1 an invoice that is void gets nothing", replace(ONE, invoices=invoices(invoice("129", standing=Standing.VOID))),
        receipt(more=100_00)),
]  # fmt: skip


@pytest.mark.parametrize(("receiving", "expected"), [case[1:] for case in MADE], ids=[case[0] for case in MADE])
def test_p1_a_payment_is_entered(receiving: Receiving, expected: Receipt) -> None:
    plan = plan_receipts(receiving, DEFAULTS)
    assert plan == ReceiptPlan(ReceiptWrite(Operation.CREATE, expected, (), "USD"))
    after = replace(receiving, latest=done(receiving, plan))
    assert plan_receipts(after, DEFAULTS) == ReceiptPlan(), "and once only"


def test_p1_a_payment_of_two_customers_is_two_receipts() -> None:
    receiving = Receiving(
        payment(("129", 60_00), ("130", 40_00)), COMPANY, invoices(invoice("129"), invoice("130", BRANCH))
    )
    first = plan_receipts(receiving, DEFAULTS)
    receiving = replace(receiving, latest=done(receiving, first))
    second = plan_receipts(receiving, DEFAULTS)
    assert second.write is not None
    assert second.write.receipt == receipt(("130", 40_00), customer=BRANCH)
    assert second.write.kept == standing_of(receiving.latest)


@pytest.mark.parametrize("taken_back", TakenBack)
def test_p2_a_payment_that_is_taken_back_goes(taken_back: TakenBack) -> None:
    made = replace(ONE, latest=done(ONE, plan_receipts(ONE, DEFAULTS)))
    gone = replace(ONE.payment, standing=Standing.VOID, allocations=(), taken_back=taken_back)
    plan = plan_receipts(replace(made, payment=gone), DEFAULTS)
    assert plan.write is not None
    assert (plan.write.operation, plan.write.receipt) == (Operation.DELETE, standing_of(made.latest)[0])
    effect = to_receipt_effect("t_1", replace(made, payment=gone), plan.write)
    assert (effect.rule, effect.generation) == ("P2", 2)
    assert effect.sentence.endswith(f"back in QuickBooks: it was {taken_back}.")


def test_p2_one_that_never_was_entered_asks_for_nothing() -> None:
    gone = replace(ONE.payment, standing=Standing.VOID, allocations=(), taken_back=TakenBack.REFUNDED)
    assert plan_receipts(replace(ONE, payment=gone, invoices={}), DEFAULTS) == ReceiptPlan()


NO_FUNDS = Company((replace(UNDEPOSITED, active=False), CHECKING), home_currency="USD")
HELD = [
    ("e8 its invoice is not there", replace(ONE, invoices={}), Outcome.WAITS, "invoice_not_in_accounting"),
    ("another currency", replace(ONE, invoices=invoices(invoice("129", currency="EUR"))),
        Outcome.REFUSED, "other_currency"),
    ("the books are in another currency", replace(ONE, company=replace(COMPANY, home_currency="CAD")),
        Outcome.REFUSED, "other_currency"),
    ("nobody is known to have paid", Receiving(payment(total=5), COMPANY, {}), Outcome.REFUSED, "nobody_paid"),
    ("the account is inactive", replace(ONE, company=NO_FUNDS), Outcome.REFUSED, "account_missing"),
    ("the books are closed", replace(ONE, company=replace(COMPANY, closed_until=DAY)), Outcome.REFUSED, "period_closed"),
]  # fmt: skip


@pytest.mark.parametrize(("receiving", "outcome", "code"), [case[1:] for case in HELD], ids=[case[0] for case in HELD])
def test_p1_e8_what_stands_in_the_way_is_said_before_anything_is_written(
    receiving: Receiving, outcome: Outcome, code: str
) -> None:
    plan = plan_receipts(receiving, DEFAULTS)
    assert plan.write is None
    assert plan.decision is not None
    assert (plan.decision.outcome, plan.decision.code) == (outcome, code)
    assert plan.decision.fix


def test_p1_a_closed_day_becomes_the_first_open_one_where_the_partner_says_so_and_stays_it() -> None:
    preferences = Preferences(closed_period=ClosedPeriod.FIRST_OPEN_DAY)
    receiving = replace(ONE, company=replace(COMPANY, closed_until=date(2026, 11, 15)))
    plan = plan_receipts(receiving, preferences)
    assert plan.write is not None
    assert plan.write.receipt == receipt(("129", 100_00), on=date(2026, 11, 16))
    effect = to_receipt_effect("t_1", receiving, plan.write)
    assert "dated 2026-11-16" in effect.sentence
    assert "closed on the day it was paid" in effect.sentence
    made = replace(receiving, latest=done(receiving, plan), company=replace(COMPANY, closed_until=date(2026, 11, 30)))
    assert plan_receipts(made, preferences) == ReceiptPlan(), "closing more days moves nothing"
    gone = replace(ONE.payment, standing=Standing.VOID, allocations=(), taken_back=TakenBack.REFUNDED)
    held = plan_receipts(replace(made, payment=gone), preferences).decision
    assert held is not None
    assert held.code == "period_closed"


def test_p1_the_chosen_account_takes_the_money_unless_deposits_do() -> None:
    chosen = Preferences(deposit_account_id="35")
    plan = plan_receipts(ONE, chosen)
    assert plan.write is not None
    assert plan.write.receipt is not None
    assert plan.write.receipt.account_id == "35"
    lies = plan_receipts(ONE, replace(chosen, deposits_enabled=True, fee_account_id="70")).write
    assert lies is not None
    assert lies.receipt is not None
    assert lies.receipt.account_id == UNDEPOSITED.id


def test_d1_what_stands_stays_where_it_is_when_the_partner_chooses_another_account_or_turns_deposits_off() -> None:
    deposits = Preferences(deposit_account_id="35", deposits_enabled=True, fee_account_id="70")
    in_funds = replace(ONE, latest=done(ONE, plan_receipts(ONE, deposits)))
    assert plan_receipts(in_funds, replace(deposits, deposits_enabled=False)) == ReceiptPlan()
    in_bank = replace(ONE, latest=done(ONE, plan_receipts(ONE, Preferences(deposit_account_id="35"))))
    assert plan_receipts(in_bank, Preferences()) == ReceiptPlan()
    assert plan_receipts(in_bank, deposits).write is not None, "a deposit takes it from undeposited funds"


def test_p2_a_deposited_payment_waits_for_its_deposit_and_is_left_alone_in_somebody_elses() -> None:
    deposit, payout = Ref(ACCOUNTING, Kind.DEPOSIT, "9"), Ref(PLATFORM, Kind.PAYOUT, "po_1")
    made = replace(ONE, latest=done(ONE, plan_receipts(ONE, DEFAULTS)))
    gone = replace(ONE.payment, standing=Standing.VOID, allocations=(), taken_back=TakenBack.RETURNED)
    copy = Payment(
        Ref(ACCOUNTING, Kind.PAYMENT, "181"), VERSION, Standing.LIVE, WEISKOPF, DAY, "USD", 100_00, deposit=deposit
    )
    deposited = replace(made, payment=gone, copies={"181": copy})
    locked = replace(deposited, locks={"181": payout}, ours=frozenset({deposit}))
    assert plan_receipts(locked, DEFAULTS) == ReceiptPlan(payout_first=payout)
    assert plan_receipts(replace(locked, copies={}), DEFAULTS).payout_first == payout, "whether it was read back or not"
    assert plan_receipts(replace(locked, locks={}), DEFAULTS).write is not None, "our deposit has let go of it since"
    held = plan_receipts(deposited, DEFAULTS).decision
    assert held is not None
    assert (held.code, held.about) == ("deposited_by_hand", (deposit,))


def test_p4_what_quickbooks_refused_is_not_sent_again_as_it_was() -> None:
    plan = plan_receipts(ONE, DEFAULTS)
    assert plan.write is not None
    effect = to_receipt_effect("t_1", ONE, plan.write)
    refused = replace(effect, state=EffectState.REFUSED, refusal_code="6000", refusal="no", fix="Do this.")
    held = plan_receipts(replace(ONE, latest=refused), DEFAULTS).decision
    assert held is not None
    assert (held.code, held.fix) == ("refused_by_accounting", "Do this.")
    told_anew = replace(ONE.payment, version=Version("2026-11-04T09:00:00.000000Z", "2026-11-04T09:00:00.000000Z"))
    assert plan_receipts(replace(ONE, payment=told_anew, latest=refused), DEFAULTS).write is not None, "it may pass now"
    more_open = replace(ONE, invoices=invoices(replace(invoice("129"), balance_minor=499_00)), latest=refused)
    assert plan_receipts(more_open, DEFAULTS).write is not None, "it may have been more than was open"
    other = replace(ONE, payment=payment(("129", 90_00)), latest=refused)
    assert plan_receipts(other, DEFAULTS).write is not None, "something else may pass"


@pytest.mark.parametrize(
    ("left", "said"),
    [
        ((), "Somebody deleted or voided this payment"),
        ((receipt(("129", 5_00), id_="181"),), "Somebody changed this payment"),
    ],
    ids=["gone", "changed"],
)
def test_p3_what_people_did_to_a_payment_is_told_as_what_it_was(left: tuple[Receipt, ...], said: str) -> None:
    write = ReceiptWrite(Operation.ADOPT, None, left, "USD")
    effect = to_receipt_effect("t_1", ONE, write)
    assert effect.rule == "P3"
    assert effect.sentence.startswith(said)
