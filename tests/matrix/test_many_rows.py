"""The matrix where ConnectWise allows many payment rows, and another product's is left alone (E7)."""

from tests.matrix.cells import EveryCell

ROWS = "many rows"


class TestManyRows(EveryCell):
    """Every cell."""
