"""Every planted fault still fits the code, and at least those that were agreed are there."""

from pathlib import Path

import pytest

from tests.mutants.catalogue import MUTANTS
from tests.mutants.mutant import Mutant

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_fault_fits_the_code(mutant: Mutant) -> None:
    assert (ROOT / mutant.path).read_text().count(mutant.old) == 1
    assert mutant.new != mutant.old


def test_most_faults_are_planted_where_the_simulation_can_see_them() -> None:
    assert len(MUTANTS) >= 30
    assert sum(not mutant.unseen for mutant in MUTANTS) >= 0.7 * len(MUTANTS)
