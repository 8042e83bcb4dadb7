"""What needs attention: which decisions park a record, what a repeated look keeps, and what mends each cause."""

from datetime import UTC, datetime, timedelta

import pytest
from crossfoot.core.attention import Parked, add_reason, heed, ignore, note_reasons
from crossfoot.core.decisions import Decision, did, refused, skipped, waits
from crossfoot.core.model import PLATFORM, Kind, Ref
from crossfoot.core.remedies import BY_ITSELF, REMEDIES, remedy_of

PAYMENT = Ref(PLATFORM, Kind.PAYMENT, "pay_1")
AT = datetime(2026, 11, 3, 17, 4, 5, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
WAITS = waits(PAYMENT, "E8", "invoice_not_in_psa", "Invoice 1 is not there.", "Enter it.")
TAKEN = refused(PAYMENT, "E7", "row_taken", "Another product has it.", "Take it out.")


def park(*decisions: Decision, before: Parked | None = None, at: datetime = AT) -> Parked:
    return note_reasons(before or Parked(PAYMENT), decisions, at)


@pytest.mark.parametrize(
    ("decisions", "codes"),
    [
        ((), []),
        ((WAITS,), ["invoice_not_in_psa"]),
        ((TAKEN, WAITS), ["invoice_not_in_psa", "row_taken"]),
        ((did(PAYMENT, "P1", "entered", "Done."),), []),
        ((skipped(PAYMENT, "E3", "toggle_off", "Off."),), []),
        ((waits(PAYMENT, "D2", "not_paid_yet", "On its way."),), []),
        ((skipped(PAYMENT, "E3", "toggle_off", "Off."), TAKEN), ["row_taken"]),
    ],
)
def test_x1_what_waits_for_somebody_or_was_refused_is_parked_once_for_each_cause(
    decisions: tuple[Decision, ...], codes: list[str]
) -> None:
    assert [reason.code for reason in park(*decisions).reasons] == codes


def test_x1_of_two_decisions_with_one_code_the_first_is_told() -> None:
    other = waits(PAYMENT, "E8", "invoice_not_in_psa", "Invoice 2 is not there.", "Enter it.")
    (reason,) = park(WAITS, other).reasons
    assert reason.decision == WAITS


def test_x3_a_cause_that_stays_keeps_its_time_and_says_what_is_true_now() -> None:
    said_anew = waits(PAYMENT, "E8", "invoice_not_in_psa", "Invoice 2 is not there.", "Enter it.")
    (reason,) = park(said_anew, before=park(WAITS), at=LATER).reasons
    assert (reason.since, reason.decision) == (AT, said_anew)


def test_x3_a_cause_that_went_away_and_came_again_is_a_new_one() -> None:
    gone = park(before=ignore(park(WAITS), (), AT), at=LATER)
    assert gone == Parked(PAYMENT)
    (reason,) = park(WAITS, before=gone, at=LATER).reasons
    assert (reason.since, reason.ignored_at) == (LATER, None)


def test_x3_what_is_ignored_stays_so_and_a_new_cause_is_not() -> None:
    ignored = ignore(park(WAITS), (), AT)
    now = park(WAITS, TAKEN, before=ignored, at=LATER)
    assert {reason.code: reason.ignored_at for reason in now.reasons} == {"invoice_not_in_psa": AT, "row_taken": None}
    assert ignore(now, (), LATER).reasons[0].ignored_at == AT


def test_x3_a_cause_is_ignored_and_heeded_by_itself_or_with_all_others() -> None:
    both = park(WAITS, TAKEN)
    one = ignore(both, ["row_taken"], AT)
    assert [reason.ignored_at for reason in one.reasons] == [None, AT]
    assert [reason.ignored_at for reason in ignore(one, (), LATER).reasons] == [LATER, AT]
    assert heed(one, ["invoice_not_in_psa"]) == one
    assert heed(one, ["row_taken"]) == heed(one, ()) == both


def test_x3_what_is_added_stands_beside_the_rest_and_keeps_its_own_time() -> None:
    stuck = waits(PAYMENT, "X3", "stuck", "It failed since 17:00.", "Look.")
    both = add_reason(park(WAITS), stuck, LATER)
    assert [(reason.code, reason.since) for reason in both.reasons] == [("invoice_not_in_psa", AT), ("stuck", LATER)]
    later = waits(PAYMENT, "X3", "stuck", "It failed since 18:00.", "Look.")
    again = add_reason(both, later, LATER + timedelta(hours=1))
    assert [(reason.decision, reason.since) for reason in again.reasons] == [(WAITS, AT), (later, LATER)]


def test_each_cause_says_what_it_is_and_what_mends_it_in_a_line() -> None:
    for code, remedy in REMEDIES.items():
        assert code not in BY_ITSELF
        assert 10 < len(remedy.title) < 80, code
        assert not remedy.title.endswith("."), code
        assert remedy.fix.endswith("."), code
    assert len({remedy.title for remedy in REMEDIES.values()}) == len(REMEDIES)


def test_a_cause_of_a_later_version_is_named_as_it_is() -> None:
    assert remedy_of("gone_with_the_wind").title == "Gone with the wind"
