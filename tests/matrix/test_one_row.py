"""The matrix where ConnectWise allows one payment row per invoice: it carries the part of every payment (E7)."""

from tests.matrix.cells import EveryCell

ROWS = "one row"


class TestOneRow(EveryCell):
    """Every cell."""
