"""500 seeds of the whole product under chance (X2, X4, X6)."""

import os

import pytest

from tests.simulation.choices import Choices, shorten
from tests.simulation.report import describe_failure
from tests.simulation.simulator import run_once

FIRST = int(os.environ.get("CROSSFOOT_FIRST_SEED", "1"))  # noqa: TID251
BATCHES, BATCH = 20, 25


@pytest.mark.parametrize("batch", range(BATCHES))
def test_x2_x4_x6_at_rest_every_payment_is_there_once_and_nothing_waits_without_a_reason(batch: int) -> None:
    for seed in range(FIRST + batch * BATCH, FIRST + (batch + 1) * BATCH):
        try:
            run_once(seed)
        except AssertionError as error:
            pytest.fail(describe_failure(seed, error))


def test_a_run_is_the_same_each_time_it_is_replayed() -> None:
    first, second = run_once(7), run_once(7)
    assert first.log == second.log
    assert run_once(recorded=first.choices.made).log == first.log


def test_a_failing_list_is_shortened_to_what_matters() -> None:
    made = [3, 1, 4, 1, 5, 9, 2, 6]
    assert shorten(made, lambda some: 9 in some) == [9]
    assert Choices(recorded=[9]).pick(10) == 9
