"""Which payment or payout of the platform a payment or deposit in the accounting stands for.

It is found by its id, and a payment also by the marker that we left in it.

The marker is noted before a write is sent, and so finds what was written though its answer was lost. The id is noted once
it is known, and so finds a payment whose note somebody has changed.
"""

from collections.abc import Iterable, Sequence

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.adapters.dynamodb.table import Put, Table
from crossfoot.adapters.dynamodb.values import text
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Payment, Ref

_PAYMENT, _PAYOUT = "payment", "payout"


class TableOrigins:
    """The port Origins in our table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def note_marker(self, tenant: str, marker: str, payment: Ref) -> None:
        """Note for which payment of the platform a write with this marker is made."""
        self._table.write(Put(keys.marker(tenant, marker), {_PAYMENT: payment.id}))

    def note_receipt(self, tenant: str, receipt: Ref, payment: Ref) -> None:
        """Note for which payment of the platform a payment in the accounting stands."""
        self._table.write(Put(keys.origin(tenant, receipt), {_PAYMENT: payment.id}))

    def load_many(self, tenant: str, payments: Sequence[Payment]) -> dict[Ref, Ref]:
        """Find what some payments in the accounting stand for, in one batch of reads."""
        places = {payment.ref: _places(tenant, payment) for payment in payments if payment.ref.system is ACCOUNTING}
        items = self._table.get_many(key for found in places.values() for key in found)
        found = {ref: next((items[key] for key in own if key in items), None) for ref, own in places.items()}
        return {ref: Ref(PLATFORM, Kind.PAYMENT, text(item, _PAYMENT)) for ref, item in found.items() if item}

    def note_deposit(self, tenant: str, deposit: Ref, payout: Ref) -> None:
        """Note for which payout a deposit in the accounting stands."""
        self._table.write(Put(keys.origin(tenant, deposit), {_PAYOUT: payout.id}))

    def load_payouts(self, tenant: str, deposits: Iterable[Ref]) -> dict[Ref, Ref]:
        """Find the payout of each deposit that stands for one, in one batch of reads."""
        places = {keys.origin(tenant, deposit): deposit for deposit in deposits}
        items = self._table.get_many(places)
        return {places[key]: Ref(PLATFORM, Kind.PAYOUT, text(item, _PAYOUT)) for key, item in items.items()}


def _places(tenant: str, payment: Payment) -> list[Key]:
    """Name where an origin may stand: what was noted of the payment itself counts more than what it says."""
    by_marker = [keys.marker(tenant, payment.marker)] if payment.marker else []
    return [keys.origin(tenant, payment.ref), *by_marker]
