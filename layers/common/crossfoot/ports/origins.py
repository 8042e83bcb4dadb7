"""Which payment or payout of the platform a payment or deposit in the accounting stands for."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from crossfoot.core.model import Payment, Ref


class Origins(Protocol):
    """Which payment or payout of the platform a payment or deposit in the accounting stands for (E1, P4, D2)."""

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

    def note_deposit(self, tenant: str, deposit: Ref, payout: Ref) -> None:
        """Note for which payout a deposit in the accounting stands. Again is no error."""
        ...

    def load_payouts(self, tenant: str, deposits: Iterable[Ref]) -> dict[Ref, Ref]:
        """Find the payout of each deposit that stands for one."""
        ...
