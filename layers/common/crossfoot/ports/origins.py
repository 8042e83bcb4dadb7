"""Which record of the platform a record in the accounting stands for."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from crossfoot.core.model import Payment, Ref
from crossfoot.core.payables.records import Payable


class Origins(Protocol):
    """Which payment, payout or payable of the platform a record in the accounting stands for (E1, P4, D2, B4)."""

    def note_marker(self, tenant: str, marker: str, record: Ref) -> None:
        """Note for which record of the platform a write with this marker is made; before it is sent. Again is no error."""
        ...

    def note_receipt(self, tenant: str, receipt: Ref, payment: Ref) -> None:
        """Note for which payment of the platform a payment in the accounting stands. Again is no error."""
        ...

    def note_copy(self, tenant: str, accounting: Ref, platform: Ref, marker: str = "") -> None:
        """Note for which payable of the platform one in the accounting stands. Again is no error.

        Takes: with `marker`, nothing else in the accounting is known by it from then on: somebody may copy a bill with
        its note. A vendor carries none.
        """
        ...

    def load_many(self, tenant: str, records: Sequence[Payment | Payable]) -> dict[Ref, Ref]:
        """Find what some payments and payables in the accounting stand for, by their ids or the markers in them.

        Takes: records as they were read; those of the platform itself are passed over.
        Returns: the platform's record of each that stands for one, of the same kind.
        """
        ...

    def load_copies(self, tenant: str, accounting: Iterable[Ref]) -> dict[Ref, Ref]:
        """Find what some payables in the accounting stand for, by their ids alone."""
        ...

    def note_deposit(self, tenant: str, deposit: Ref, payout: Ref) -> None:
        """Note for which payout a deposit in the accounting stands. Again is no error."""
        ...

    def load_payouts(self, tenant: str, deposits: Iterable[Ref]) -> dict[Ref, Ref]:
        """Find the payout of each deposit that stands for one."""
        ...
