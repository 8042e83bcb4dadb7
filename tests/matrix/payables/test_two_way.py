"""The cells of partners whose payables go both ways."""

from tests.matrix.payables.every_cell import EveryCell

DIRECTION = "two-way"


class TestTwoWay(EveryCell):
    """Each cell, for both profiles."""
