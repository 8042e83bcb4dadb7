"""The deposit of a payout: the next write, and what is stored of it."""

from dataclasses import replace
from datetime import date

import pytest
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import PLATFORM, Kind, Ref
from crossfoot.core.receipts import Operation
from crossfoot.core.slips import (
    Slip,
    SlipLine,
    SlipWrite,
    arrange_slip,
    as_asked,
    from_body,
    locked_by,
    repeats_refusal,
    says_the_same,
    standing_of,
    to_body,
    to_result,
    went_wrong,
)
from hypothesis import given
from hypothesis import strategies as st

FEE = SlipLine(-30_00, "", "90", "Fee")


def slip(*lines: SlipLine, id_: str = "", revision: str = "", more_minor: int = 0) -> Slip:
    total = sum(line.amount_minor for line in lines) + more_minor
    return Slip(id_, "35", date(2026, 11, 5), lines, total, revision)


ONE = slip(SlipLine(100_00, "181"), FEE)
ONE_MADE = replace(ONE, id="9", revision="2")
TWO = slip(SlipLine(100_00, "181"), SlipLine(50_00, "182"), FEE)

CASES = [
    ("nothing is wanted and nothing stands", None, None, None, None),
    ("d2 what is wanted is made", ONE, None, Operation.CREATE, ONE),
    ("d2 what stands is left alone", ONE, ONE_MADE, None, None),
    ("d2 the order of the lines says nothing", slip(FEE, SlipLine(100_00, "181")), ONE_MADE, None, None),
    ("d2 what is more is written on the deposit that stands", TWO, ONE_MADE,
        Operation.UPDATE, replace(TWO, id="9", revision="2")),
    ("d2 a line says something else", slip(SlipLine(100_00, "181"), replace(FEE, memo="Card fee")), ONE_MADE,
        Operation.UPDATE, replace(slip(SlipLine(100_00, "181"), replace(FEE, memo="Card fee")), id="9", revision="2")),
    ("d2 what is not wanted goes", None, ONE_MADE, Operation.DELETE, ONE_MADE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "standing", "operation", "written"), [case[1:] for case in CASES], ids=[c[0] for c in CASES]
)
def test_d2_the_next_write(
    wanted: Slip | None, standing: Slip | None, operation: Operation | None, written: Slip | None
) -> None:
    write = arrange_slip(wanted, standing, "USD")
    assert ((write.operation, write.slip) if write else (None, None)) == (operation, written)


def test_notes_may_be_written_in_other_letters() -> None:
    assert says_the_same(ONE, replace(ONE_MADE, lines=(replace(FEE, memo="?"), ONE.lines[0])))
    assert not says_the_same(ONE, TWO)
    read = replace(ONE_MADE, lines=(replace(ONE.lines[0], amount_minor=0), replace(FEE, memo="?")), total_minor=69_99)
    assert as_asked(read, ONE) == replace(ONE, id="9", revision="2", total_minor=69_99), "what it came to is told"
    assert as_asked(read, TWO) == read


def effect(write: SlipWrite, state: EffectState, standing: Slip | None = None) -> Effect:
    payout = Ref(PLATFORM, Kind.PAYOUT, "po_1")
    return Effect("t", "deposit", payout, 1, to_body(write), "D2", "", (payout,), state, result=to_result(standing))


lines = st.builds(SlipLine, st.integers(-(10**9), 10**9), st.sampled_from(["181", "182"])) | st.builds(
    SlipLine, st.integers(-(10**9), 10**9), st.just(""), st.sampled_from(["35", "90"]), st.text(max_size=5)
)
slips = st.builds(
    slip,
    lines,
    lines,
    id_=st.sampled_from(["", "9"]),
    revision=st.sampled_from(["", "0"]),
    more_minor=st.integers(-1, 1),
)


@given(written=slips, standing=st.none() | slips, operation=st.sampled_from(Operation))
def test_what_is_stored_is_read_back(written: Slip, standing: Slip | None, operation: Operation) -> None:
    write = SlipWrite(operation, written, "USD")
    stored = effect(write, EffectState.REFUSED, standing)
    assert from_body(stored.body) == write
    assert standing_of(stored) == standing
    assert repeats_refusal(stored, write)
    assert not repeats_refusal(replace(stored, state=EffectState.CONFIRMED), write)


def test_p2_a_deposit_locks_what_is_in_it_and_what_is_about_to_be() -> None:
    more = SlipWrite(Operation.UPDATE, TWO, "USD")
    assert locked_by(effect(more, EffectState.PLANNED, ONE_MADE)) == {"181", "182"}
    assert locked_by(effect(more, EffectState.REFUSED, ONE_MADE)) == {"181"}
    assert locked_by(effect(SlipWrite(Operation.DELETE, TWO, "USD"), EffectState.CONFIRMED)) == frozenset()


def test_d2_a_deposit_that_came_to_something_else_is_known_once_it_is_taken_back() -> None:
    wrong = SlipWrite(Operation.DELETE, replace(ONE_MADE, total_minor=69_99), "USD")
    assert went_wrong(effect(wrong, EffectState.CONFIRMED)) == wrong
    assert went_wrong(effect(wrong, EffectState.PLANNED)) is None
    assert went_wrong(effect(replace(wrong, slip=ONE_MADE), EffectState.CONFIRMED)) is None
    assert went_wrong(None) is None
    assert standing_of(None) is None
    assert ONE.held == {"181"}
