"""What waits for invoices that are not there yet."""

from collections.abc import Iterable, Set
from typing import Protocol

from crossfoot.core.model import Ref


class Waiting(Protocol):
    """The payments of the platform that wait for an invoice (E8)."""

    def note(self, tenant: str, payment: Ref, invoices: Set[Ref]) -> None:
        """Say which invoices a payment waits for now; none when it waits no longer. The same again costs no write."""
        ...

    def load_waiting(self, tenant: str, invoices: Iterable[Ref]) -> tuple[Ref, ...]:
        """Find the payments that wait for any of some invoices."""
        ...
