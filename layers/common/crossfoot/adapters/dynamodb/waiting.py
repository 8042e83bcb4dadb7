"""Which payments of the platform wait for which invoices: few, in one small partition."""

from collections.abc import Iterable, Set

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.table import Delete, Put, Table
from crossfoot.adapters.dynamodb.values import rows
from crossfoot.core.model import Kind, Ref, parse_ref

_INVOICES = "i"


class TableWaiting:
    """The port Waiting in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note(self, tenant: str, payment: Ref, invoices: Set[Ref]) -> None:
        """Say which invoices a payment waits for now."""
        key, names = keys.waiting(tenant, payment), sorted(map(str, invoices))
        noted = self._table.get(key)
        if noted is None and names:
            self._table.write(Put(key, {_INVOICES: list(names)}))
        elif noted is not None and not names:
            self._table.write(Delete(key))
        elif noted is not None and rows(noted, _INVOICES) != names:
            self._table.write(Put(key, {_INVOICES: list(names)}))

    def load_waiting(self, tenant: str, invoices: Iterable[Ref]) -> tuple[Ref, ...]:
        """Find the payments that wait for any of some invoices."""
        wanted = set(invoices)
        found = self._table.starting(keys.waiting_pk(tenant), "")
        return tuple(
            keys.waiting_payment(key)
            for key, item in found
            if wanted & {parse_ref(Kind.INVOICE, str(name)) for name in rows(item, _INVOICES)}
        )
