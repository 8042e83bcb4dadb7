"""The effects ledger's moves and keys."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from crossfoot.core.effects import (
    REQUEST_ID_LENGTH,
    Effect,
    EffectState,
    Move,
    effect_key,
    marker_of,
    name_of_standing,
    next_generation,
    next_move,
)
from crossfoot.core.model import PSA, Kind, Ref

NOW = datetime(2026, 11, 3, 17, 0, tzinfo=UTC)
SOON = NOW + timedelta(seconds=1)
SUBJECT = Ref(PSA, Kind.INVOICE, "7")


@pytest.mark.parametrize(
    ("state", "possible_sends", "lease_until", "move"),
    [
        (EffectState.PLANNED, 0, None, Move.SEND),
        (EffectState.SENDING, 1, SOON, Move.WAIT),
        (EffectState.SENDING, 1, NOW, Move.LOOK_FIRST),
        (EffectState.UNKNOWN, 1, None, Move.LOOK_FIRST),
        (EffectState.PLANNED, 1, None, Move.LOOK_FIRST),
        (EffectState.CONFIRMED, 1, None, Move.NOTHING),
        (EffectState.REFUSED, 1, None, Move.NOTHING),
    ],
)
def test_x2_what_may_have_been_sent_is_never_sent_again_before_a_look(
    state: EffectState, possible_sends: int, lease_until: datetime | None, move: Move
) -> None:
    effect = Effect(
        "t_00000001", "payment_rows", SUBJECT, 1, {}, "E1", "", (),
        state=state, possible_sends=possible_sends, lease_until=lease_until,
    )  # fmt: skip
    assert next_move(effect, NOW) is move


def test_x2_each_effect_that_was_sent_is_followed_by_another_generation() -> None:
    planned = Effect("t_00000001", "payment_rows", SUBJECT, 3, {}, "E1", "", ())
    sent = [replace(planned, state=state, possible_sends=1) for state in (EffectState.CONFIRMED, EffectState.UNKNOWN)]
    withdrawn = replace(planned, state=EffectState.WITHDRAWN)
    assert [next_generation(each) for each in (None, planned, *sent, withdrawn)] == [1, 3, 4, 4, 4]


def test_x2_x6_a_key_names_one_intention_of_one_partner() -> None:
    key = effect_key("t_00000001", "payment_rows", SUBJECT, 1)
    assert key == effect_key("t_00000001", "payment_rows", SUBJECT, 1)
    others = {
        effect_key("t_00000002", "payment_rows", SUBJECT, 1),
        effect_key("t_00000001", "invoice", SUBJECT, 1),
        effect_key("t_00000001", "payment_rows", Ref(PSA, Kind.INVOICE, "8"), 1),
        effect_key("t_00000001", "payment_rows", SUBJECT, 2),
    }
    assert len(others | {key}) == 5


def test_a_key_fits_quickbooks_requestid_also_in_a_batch() -> None:
    key = effect_key("t_00000001", "payment_rows", SUBJECT, 1)
    assert len(key) == REQUEST_ID_LENGTH <= 36
    assert key.startswith(marker_of(key).removeprefix("xf:"))


def test_x2_what_was_refused_is_no_news_and_what_stands_again_is() -> None:
    """A payment and its deposit, both refused for closed books, asked each other for ever."""
    planned = Effect("t_00000001", "receipts", SUBJECT, 1, {}, "P1", "", (), result={"receipts": ["7"]})
    confirmed = replace(planned, state=EffectState.CONFIRMED)
    refused = [replace(planned, generation=number, state=EffectState.REFUSED) for number in (2, 3, 4)]
    elsewhere = replace(refused[-1], generation=5, result={"receipts": ["8"]})
    names = [name_of_standing(each) for each in (confirmed, *refused, replace(confirmed, generation=5), elsewhere)]
    assert names[1] == names[2] == names[3]
    assert len(set(names)) == 4
    assert name_of_standing(None) == ""
