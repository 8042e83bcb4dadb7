"""Which ConnectWise bills are offered, and why the others are not."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.decisions import Outcome
from crossfoot.core.model import IMPORTED, LinkOrigin, Standing
from crossfoot.core.sync.offering import decide_amount, decide_offer
from crossfoot.core.sync.planning import plan_sale
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.settings import Setup

from tests.core.sync.bills import (
    CATALOGUE,
    DAY,
    SETUP,
    billing,
    change_bill,
    down_payment,
    labour,
    linked,
    mixed,
    prefer,
)

ARCHIVED, LEFT_OUT = replace(IMPORTED, archived=True), replace(IMPORTED, left_out=True)
EMPTY = change_bill(mixed(), lines=(), total_minor=0)

CASES: list[tuple[str, Billing, Setup | None, tuple[str, str] | None]] = [
    ("a closed one", mixed(), SETUP, None),
    ("a closed credit memo", billing(labour(100), memo=True), SETUP, None),
    ("before preferences were saved", mixed(), None, None),
    ("on the cut-over date itself", mixed(), prefer(cut_over=DAY), None),
    ("before the cut-over date", mixed(), prefer(cut_over=date(2026, 11, 4)), ("S1", "before_cut_over")),
    ("an open one", change_bill(mixed(), closed=False), SETUP, ("S1", "not_closed")),
    ("one that another tool posted", change_bill(mixed(), batch="2026-11-01-I1042"), SETUP, ("S3", "batched")),
    ("one that was matched", linked(mixed(), LinkOrigin.MATCHED), SETUP, ("S1", "in_accounting")),
    ("one that was synced", change_bill(linked(mixed()), batch="CF-1042"), SETUP, ("S1", "synced")),
    ("a void one", change_bill(mixed(), standing=Standing.VOID), SETUP, ("S1", "void")),
    ("a deleted one", change_bill(mixed(), standing=Standing.DELETED, closed=False), SETUP, ("S1", "deleted")),
    ("an archived one", change_bill(mixed(), keeping=ARCHIVED), SETUP, ("I5", "archived")),
    ("one that the filters leave out", change_bill(mixed(), keeping=LEFT_OUT), SETUP, ("C4", "left_out")),
    ("one that bills nothing", EMPTY, SETUP, ("S1", "empty")),
    ("one whose lines were not read", change_bill(EMPTY, lines=None), SETUP, None),
]


@pytest.mark.parametrize(("given", "setup", "told"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_s1_what_is_offered(given: Billing, setup: Setup | None, told: tuple[str, str] | None) -> None:
    decision = decide_offer(given.bill, given.link, setup)
    assert ((decision.rule, decision.code) if decision else None) == told
    if decision is not None:
        assert (decision.record, decision.outcome) == (given.bill.ref, Outcome.SKIPPED)
        assert decision.sentence.endswith(".")
        assert decision.fix.endswith(".")


def test_s3_what_another_tool_has_batched_is_named_with_the_batch() -> None:
    given = change_bill(mixed(), batch="M-2026-Backlog")
    decision = decide_offer(given.bill, None, SETUP)
    assert decision is not None
    assert "M-2026-Backlog" in decision.sentence


def test_s1_what_comes_to_nothing_is_not_offered_unless_the_ledger_has_amounts_that_cancel_out() -> None:
    paid_before, free = billing(labour(100), down_payment(-100)), billing(labour(0))
    assert decide_amount(paid_before.bill, paid_before.posting) is None
    assert decide_amount(mixed().bill, None) is None, "what its ledger lacks is to be said, and refused"
    assert plan_sale(free, SETUP, CATALOGUE).decision == decide_amount(free.bill, free.posting)
    for posting in (free.posting, None):
        decision = decide_amount(free.bill, posting)
        assert decision is not None
        assert (decision.rule, decision.code, decision.outcome) == ("S1", "nothing_billed", Outcome.SKIPPED)
