"""Which payment of the platform a payment in the accounting stands for."""

from collections.abc import Sequence
from typing import Protocol

from crossfoot.core.model import Payment, Ref


class Origins(Protocol):
    """Which payment of the platform a payment in the accounting stands for (E1, P4)."""

    def note_marker(self, tenant: str, marker: str, payment: Ref) -> None:
        """Note for which payment of the platform a write with this marker is made; before it is sent. Again is no error."""
        ...

    def note_receipt(self, tenant: str, receipt: Ref, payment: Ref) -> None:
        """Note for which payment of the platform a payment in the accounting stands. Again is no error."""
        ...

    def load_many(self, tenant: str, payments: Sequence[Payment]) -> dict[Ref, Ref]:
        """Find what some payments in the accounting stand for, by their ids or the markers in them.

        Takes: payments as they were read; those of the platform itself are passed over.
        Returns: the platform's payment of each that stands for one.
        """
        ...
