"""The cells of partners whose payables go one way, from the platform to QuickBooks."""

from tests.matrix.payables.every_cell import EveryCell

DIRECTION = "one-way"


class TestOneWay(EveryCell):
    """Each cell, for both profiles."""
