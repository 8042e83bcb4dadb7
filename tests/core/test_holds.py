"""What the partner holds back from a book is wanted there by no plan (X1)."""

from dataclasses import replace
from datetime import UTC, date, datetime

from crossfoot.core.applying import Ledger, apply_money, follow_people
from crossfoot.core.decisions import Outcome
from crossfoot.core.holds import decide_hold, hold, let_go_on, tell_hold, tell_release, wants
from crossfoot.core.model import (
    ACCOUNTING,
    PLATFORM,
    PSA,
    Allocation,
    Hold,
    Invoice,
    Kind,
    Payment,
    Ref,
    Standing,
    Version,
)
from crossfoot.core.parts import external_parts, platform_parts
from crossfoot.core.preferences import UnappliedMoney
from crossfoot.core.receipts import Receipt

DAY, LATER = date(2026, 11, 3), date(2026, 11, 9)
NOW = datetime(2026, 11, 4, tzinfo=UTC)
VERSION = Version("2026-11-03T17:00:00Z", "2026-11-03T17:00:00Z")
INVOICE, CUSTOMER = Ref(ACCOUNTING, Kind.INVOICE, "129"), Ref(ACCOUNTING, Kind.CUSTOMER, "58")


def payment(id_: str = "pay_1", system=PLATFORM) -> Payment:  # type: ignore[no-untyped-def]
    return Payment(
        Ref(system, Kind.PAYMENT, id_), VERSION, Standing.LIVE, CUSTOMER, DAY, "USD", 100_00,
        (Allocation(INVOICE, 100_00),),
    )  # fmt: skip


def test_x1_a_record_is_held_from_each_book_once_since_the_first_day() -> None:
    held = hold(hold(hold(payment(), ACCOUNTING, LATER), PSA, DAY), ACCOUNTING, DAY)
    assert held.keeping.held == (Hold(PSA, DAY), Hold(ACCOUNTING, LATER))
    assert (wants(held, ACCOUNTING), wants(held, PSA)) == (False, False)
    assert let_go_on(held) == payment()


def test_x1_one_book_is_no_other() -> None:
    held = hold(payment(), PSA, DAY)
    assert (wants(held, ACCOUNTING), wants(held, PSA)) == (True, False)
    assert not wants(replace(payment(), standing=Standing.VOID), ACCOUNTING)
    assert decide_hold(held, ACCOUNTING) is None


def test_x1_a_hold_is_told_with_its_day_and_how_it_ends() -> None:
    decision = decide_hold(hold(payment(), PSA, DAY), PSA, INVOICE)
    assert decision is not None
    assert (decision.outcome, decision.rule, decision.code, decision.about) == (
        Outcome.SKIPPED, "X1", "held", (INVOICE,),
    )  # fmt: skip
    assert decision.sentence == (
        "You took this back from ConnectWise on 2026-11-03; Crossfoot does not enter it there until you let it go on."
    )
    assert decision.fix == "Let it go on from its story."


def test_x1_who_asked_is_a_line_of_the_story() -> None:
    told = tell_hold(payment().ref, PSA, INVOICE), tell_release(payment().ref, (Hold(PSA, DAY), Hold(ACCOUNTING, DAY)))
    assert [(each.outcome, each.rule, each.code) for each in told] == [
        (Outcome.DID, "X1", "taken_back_by_partner"), (Outcome.DID, "X1", "let_go_on"),
    ]  # fmt: skip
    assert told[0].about == (INVOICE,)
    assert told[1].sentence == "You let this go on: Crossfoot enters it in ConnectWise and QuickBooks again."


def test_x1_what_is_held_from_connectwise_has_no_part_of_its_rows() -> None:
    external, ours = payment("77", ACCOUNTING), payment()
    assert external_parts([external], INVOICE)
    assert platform_parts([ours], [INVOICE])
    assert external_parts([hold(external, PSA, DAY)], INVOICE) == ()
    assert platform_parts([hold(ours, PSA, DAY)], [INVOICE]) == ()
    assert platform_parts([hold(ours, ACCOUNTING, DAY)], [INVOICE]) != ()


def test_x1_nothing_is_kept_free_in_quickbooks_for_what_is_held_from_it() -> None:
    invoice = Invoice(INVOICE, VERSION, Standing.LIVE, "7", CUSTOMER, "", DAY, None, "USD", 100_00, 100_00)
    first, second = payment("pay_1"), payment("pay_2")

    def applied(before: Payment) -> int:
        ledger = Ledger({INVOICE: invoice}, paying={INVOICE: (before,)})
        parts = apply_money(second, ledger, UnappliedMoney.LEAVE_UNAPPLIED)
        return sum(part.amount_minor for part in parts)

    assert applied(first) == 0
    assert applied(hold(first, ACCOUNTING, DAY)) == 100_00
    assert applied(hold(first, PSA, DAY)) == 0


def test_p3_what_becomes_of_a_receipt_that_is_held_back_is_nothing_that_people_did_to_the_payment() -> None:
    made = Receipt("181", CUSTOMER, 100_00, DAY, (Allocation(INVOICE, 100_00),), "4", revision="0")
    copy = replace(payment("181", ACCOUNTING), revision="3", total_minor=90_00)
    gone = replace(copy, standing=Standing.DELETED, allocations=())
    held = hold(payment(), ACCOUNTING, DAY)
    for left, standing in ((gone, []), (copy, ["3"])):
        followed = follow_people(held, (made,), {"181": left}, NOW)
        assert followed is not None
        assert followed.payment == held
        assert [receipt.revision for receipt in followed.standing] == standing
    let_go = follow_people(let_go_on(held), (made,), {"181": gone}, NOW)
    assert let_go is not None
    assert let_go.payment.standing is Standing.DELETED
