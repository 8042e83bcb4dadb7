"""A sandbox of each kind for every file of the matrix, and the cells that it plays."""

from collections.abc import Iterator

import pytest

from tests.adapters.sandbox import running
from tests.matrix.played import Played, play
from tests.matrix.table import cells_of

# The tests are written there, once for all files.
pytest.register_assert_rewrite("tests.matrix.cells")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give each test the cells of its file's kind of ConnectWise."""
    mine = cells_of(getattr(metafunc.module, "ROWS", ""))
    if "cell" in metafunc.fixturenames:
        metafunc.parametrize("cell", mine, ids=str)
    if "deposited" in metafunc.fixturenames:
        metafunc.parametrize("deposited", [cell for cell in mine if cell.then == "deposited first"], ids=str)


@pytest.fixture(scope="module")
def played(request: pytest.FixtureRequest) -> Iterator[Played]:
    """Play all of them."""
    with running("quickbooks") as quickbooks, running("connectwise") as connectwise:
        yield play(quickbooks, connectwise, request.module.ROWS)
