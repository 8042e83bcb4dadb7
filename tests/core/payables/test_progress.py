"""How far a payable has come, from what is known of it (B4, X1)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from crossfoot.core.decisions import Decision, refused, skipped, waits
from crossfoot.core.effects import Effect, EffectState, Json
from crossfoot.core.model import PLATFORM, Kind, Ref, Standing
from crossfoot.core.payables.case import Named
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.progress import LastWord, into_platform, needs_last_word, out_of_platform
from crossfoot.core.payables.records import Bill, CostLine, CostLineKind, PayState
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import to_result

from tests.core.payables.in_accounting import LEFT_OUT, bill, paid, vendor
from tests.fakes.clock import FakeClock

NOW = FakeClock().now()
TOLD = Ref(PLATFORM, Kind.BILL, "bill_1")
THERE = bill(lines=(CostLine("1", CostLineKind.ACCOUNT, "Paper", 100_00, "63"),), revision="1")
BILL = replace(THERE, ref=TOLD)


def effect(standing: Bill | None = THERE, state: EffectState = EffectState.CONFIRMED, **more: object) -> Effect:
    """Make the newest effect on the bill. Takes: `standing` is what stands since."""
    result: dict[str, Json] = to_result(entry_of(standing) if standing is not None else None)
    made = Effect(TENANT, PAYABLE, TOLD, 1, {}, "B4", "Entered.", (TOLD,), state, result=result, settled_at=NOW)
    return replace(made, **more)  # type: ignore[arg-type]


TENANT = "t_00000001"
WAITS = waits(TOLD, "B3", "preferences_missing", "It waits.")
REFUSED = refused(TOLD, "B4", "more_than_open", "It is refused.", "Mend it.")


def _word(decision: Decision, *, after: bool = True) -> LastWord:
    return LastWord(NOW + timedelta(seconds=1 if after else -1), decision)


@pytest.mark.parametrize(
    ("told", "latest", "held", "status", "code"),
    [
        pytest.param(BILL, effect(), (), "synced", "entered", id="as it is there"),
        pytest.param(BILL, None, (), "pending", "pending", id="never tried"),
        pytest.param(BILL, effect(state=EffectState.SENDING), (WAITS,), "pending", "under_way", id="being written"),
        pytest.param(replace(BILL, total_minor=1), effect(), (), "pending", "pending", id="told anew"),
        pytest.param(BILL, effect(), (WAITS,), "waiting", "preferences_missing", id="held"),
        pytest.param(BILL, effect(), (WAITS, REFUSED), "refused", "more_than_open", id="the gravest of two"),
        pytest.param(BILL, effect(state=EffectState.WITHDRAWN), (), "synced", "entered", id="a change that was let be"),
        pytest.param(BILL, effect(None, EffectState.REFUSED), (), "pending", "pending", id="refused, and let go on"),
        pytest.param(replace(BILL, standing=Standing.DELETED), effect(), (), "pending", "pending", id="still there"),
        pytest.param(replace(BILL, standing=Standing.DELETED), effect(None), (), "synced", "entered", id="taken back"),
        pytest.param(replace(BILL, standing=Standing.DELETED), None, (), "synced", "never_entered", id="never there"),
    ],
)  # fmt: skip
def test_x1_how_far_a_record_of_the_platform_has_come(
    told: Bill, latest: Effect | None, held: tuple[Decision, ...], status: str, code: str
) -> None:
    found = out_of_platform(told, latest, held)
    assert (found.status, found.decision.code) == (status, code)


def test_b4_the_last_word_counts_while_nothing_was_written_since() -> None:
    by_hand = waits(TOLD, "B7", "sync_by_hand", "It goes out with the next sync.")
    assert out_of_platform(BILL, effect(), (), _word(by_hand)).decision == by_hand
    assert out_of_platform(BILL, effect(), (), _word(by_hand, after=False)).decision.code == "entered"
    assert out_of_platform(BILL, effect(), (), _word(REFUSED)).decision.code == "entered", "it is held up no longer"


def test_b4_a_payment_is_scheduled_only_while_its_money_is_still_to_go() -> None:
    payment = replace(paid({"129": 100_00}, id_="pay_1", system=PLATFORM), state=PayState.SCHEDULED)
    later = waits(payment.ref, "B4", "paid_later", "It is scheduled.")
    assert out_of_platform(payment, None, (), _word(later)).decision == later
    gone = replace(payment, state=PayState.PAID)
    assert out_of_platform(gone, None, (), _word(later)).decision.code == "pending"


def test_b6_money_that_is_there_beside_the_bills_of_a_payment_is_no_difference() -> None:
    there = replace(paid({"129": 60_00}, id_="78"), revision="1")
    payment = replace(there, ref=Ref(PLATFORM, Kind.BILL_PAYMENT, "pay_1"), total_minor=100_00, other_minor=40_00)
    assert out_of_platform(payment, replace(effect(), result=to_result(entry_of(there))), ()).status == "synced"


def test_x1_what_is_known_to_wait_is_next_in_line_though_it_looks_alike() -> None:
    assert out_of_platform(replace(BILL, note="Other words"), effect(), (), waiting=True).status == "pending"


def test_only_what_looks_otherwise_needs_its_story() -> None:
    assert not needs_last_word(Named(BILL, effect(), THERE), ())
    assert not needs_last_word(Named(BILL, None), (WAITS,)), "what holds it up is noted"
    assert not needs_last_word(Named(copy=THERE), ())
    assert not needs_last_word(Named(BILL, effect(state=EffectState.SENDING)), ())
    assert needs_last_word(Named(BILL, None), ())
    assert needs_last_word(Named(BILL, effect(), replace(THERE, revision="2")), ()), "somebody changed it there"


def test_a_vendor_agrees_by_being_in_use_or_not() -> None:
    there = vendor(revision="1")
    told = replace(there, ref=Ref(PLATFORM, Kind.VENDOR, "ven_1"), name="Written otherwise there")
    latest = replace(effect(), result=to_result(entry_of(there)))
    assert out_of_platform(told, latest, ()).status == "synced"
    assert out_of_platform(replace(told, active=False), latest, ()).status == "pending"
    off = replace(effect(), result=to_result(entry_of(replace(there, active=False))))
    assert out_of_platform(replace(told, active=False), off, ()).status == "synced"


@pytest.mark.parametrize(
    ("copy", "why", "status", "code"),
    [
        (THERE, None, "synced", "came_in"),
        (replace(THERE, standing=Standing.DELETED), None, "synced", "deleted_there"),
        (paid({}, standing=Standing.VOID), None, "synced", "voided_there"),
        (replace(THERE, keeping=LEFT_OUT), skipped(THERE.ref, "B5", "one_way", "No."), "skipped", "one_way"),
        (replace(THERE, keeping=LEFT_OUT), None, "waiting", "comes_with_next_sync"),
    ],
)
def test_b1_b5_how_far_a_record_of_quickbooks_has_come(
    copy: Bill, why: Decision | None, status: str, code: str
) -> None:
    found = into_platform(copy, why)
    assert (found.status, found.decision.code) == (status, code)
