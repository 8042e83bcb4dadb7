"""Which payments of the platform wait for which invoices, in memory."""

from collections.abc import Iterable, Set

from crossfoot.core.model import Ref


class FakeWaiting:
    """Implements the port Waiting."""

    def __init__(self) -> None:
        self.noted: dict[tuple[str, Ref], frozenset[Ref]] = {}

    def note(self, tenant: str, payment: Ref, invoices: Set[Ref]) -> None:
        if invoices:
            self.noted[tenant, payment] = frozenset(invoices)
        else:
            self.noted.pop((tenant, payment), None)

    def load_waiting(self, tenant: str, invoices: Iterable[Ref]) -> tuple[Ref, ...]:
        wanted = set(invoices)
        return tuple(
            payment for (owner, payment), awaited in self.noted.items() if owner == tenant and awaited & wanted
        )
