"""What syncs for a partner, type by type (B1, B2, B5, B6), and what keeps everything from it (B3)."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.payables.obstacles import preferences_missing
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import NO_FACTS, PaymentSync, ProfileFacts
from crossfoot.core.payables.sync_profile import Flow, SyncedType, SyncType, sync_profile, why_profile

READY = PayablesPreferences("7", "8", "35")
LATE = ProfileFacts(signed_up_on=date(2020, 1, 1))
ALL_PAYABLES = {SyncType.VENDORS, SyncType.BILLS, SyncType.VENDOR_CREDITS, SyncType.BILL_PAYMENTS}


def _by_type(preferences: PayablesPreferences, facts: ProfileFacts) -> dict[SyncType, SyncedType]:
    return {each.type: each for each in sync_profile(preferences, facts)}


def _come(preferences: PayablesPreferences, facts: ProfileFacts) -> set[SyncType]:
    return {kind for kind, each in _by_type(preferences, facts).items() if each.into_platform.syncs}


def _go(preferences: PayablesPreferences, facts: ProfileFacts) -> set[SyncType]:
    return {kind for kind, each in _by_type(preferences, facts).items() if each.into_accounting.syncs}


def test_every_type_is_answered_with_a_rule_and_a_reason() -> None:
    for direction in Direction:
        types = _by_type(replace(READY, direction=direction), LATE)
        assert set(types) == set(SyncType)
        for each in types.values():
            assert all(flow.rule and flow.why.endswith(".") for flow in (each.into_platform, each.into_accounting))


def test_b5_two_way_takes_payables_and_invoices_in_and_one_way_nothing() -> None:
    assert _come(READY, LATE) == ALL_PAYABLES | {SyncType.INVOICES}
    assert _come(replace(READY, direction=Direction.TO_ACCOUNTING), LATE) == set()
    assert _go(READY, LATE) == _go(replace(READY, direction=Direction.TO_ACCOUNTING), LATE) == ALL_PAYABLES


def test_b6_the_classic_profile_takes_no_payments_back_and_says_why() -> None:
    early = ProfileFacts(signed_up_on=date(2016, 5, 1))

    assert _come(READY, LATE) - _come(READY, early) == {SyncType.BILL_PAYMENTS}
    flow = _by_type(READY, early)[SyncType.BILL_PAYMENTS].into_platform
    assert flow.rule == "B6"
    assert "2016-05-01" in flow.why


def test_b2_credit_memos_and_documents_sync_in_neither_direction() -> None:
    for kind in (SyncType.CREDIT_MEMOS, SyncType.DOCUMENTS):
        never = _by_type(READY, LATE)[kind]
        assert never.into_platform == never.into_accounting
        assert (never.into_platform.syncs, never.into_platform.rule) == (False, "B2")


def test_the_approval_gate_is_said_of_bills() -> None:
    gated = _by_type(replace(READY, needs_approval=True), LATE)

    assert "approved" in gated[SyncType.BILLS].into_accounting.why
    assert gated[SyncType.VENDORS].into_accounting == Flow(True, "B5", "Vendors made in the platform go to QuickBooks.")


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        (NO_FACTS, "has not said when"),
        (ProfileFacts(date(2017, 9, 14)), "before 2017-09-15, so it has the classic profile"),
        (ProfileFacts(date(2017, 9, 15)), "not before 2017-09-15, so it has two-way payment sync"),
        (ProfileFacts(date(2020, 1, 1), accountant_console=True), "accountant console"),
        (ProfileFacts(date(2016, 1, 1), override=PaymentSync.TWO_WAY), "An operator chose two-way payment sync"),
    ],
)
def test_b6_a_profile_says_what_it_follows_from(facts: ProfileFacts, says: str) -> None:
    assert says in why_profile(facts)


def test_b3_the_accounts_that_are_missing_are_named_in_one_sentence() -> None:
    none_chosen = preferences_missing(None)
    one_left = preferences_missing(replace(READY, bank_account_id=""))

    assert none_chosen is not None
    assert none_chosen.problem == (
        "Nothing syncs until the unallocated expense account, the unallocated income account and the bank account"
        " are chosen."
    )
    assert one_left is not None
    assert one_left.problem == "Nothing syncs until the bank account is chosen."
    assert preferences_missing(READY) is None
