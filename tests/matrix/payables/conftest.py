"""A sandbox for each file of the matrix of payables, and the cells that it plays."""

from collections.abc import Iterator

import pytest

from tests.adapters.sandbox import running
from tests.matrix.payables.cells import cells_of
from tests.matrix.payables.played import Played, play

# The tests are written there, once for all files.
pytest.register_assert_rewrite("tests.matrix.payables.every_cell")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test the cells of its file's direction."""
    if "payable" in metafunc.fixturenames:
        metafunc.parametrize("payable", cells_of(metafunc.module.DIRECTION), ids=str)


@pytest.fixture(scope="module")
def books(request: pytest.FixtureRequest) -> Iterator[Played]:
    """Play all of them."""
    with running("quickbooks") as quickbooks:
        yield play(quickbooks, request.module.DIRECTION)
