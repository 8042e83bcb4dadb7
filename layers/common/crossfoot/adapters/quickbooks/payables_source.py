"""The payables of a QuickBooks company to read from: what it owes, and how that was paid."""

from collections.abc import Mapping, Sequence

from crossfoot.adapters.quickbooks.changes import LIMITS, ChangeReader, Feed
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.cursor import PAYABLES
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.adapters.quickbooks.payables_translate import to_payable
from crossfoot.adapters.quickbooks.translate import DEFAULT_CURRENCY
from crossfoot.core.model import Kind, Ref
from crossfoot.core.payables.records import Bill, BillPayment, VendorCredit
from crossfoot.ports import Clock, Window

type _Shape = type[Bill] | type[VendorCredit] | type[BillPayment]
_LOOKED_UP: Mapping[Kind, tuple[str, _Shape]] = {
    Kind.BILL_PAYMENT: ("BillPayment", BillPayment),
    Kind.VENDOR_CREDIT: ("VendorCredit", VendorCredit),
    Kind.BILL: ("Bill", Bill),
}


class QuickBooksPayablesSource:
    """Vendors, bills, vendor credits and the payments of bills. Implements the port PayablesSource."""

    def __init__(
        self,
        client: QuickBooksClient,
        clock: Clock,
        home_currency: str = DEFAULT_CURRENCY,
        limits: Limits = LIMITS,
    ) -> None:
        self._reader = ChangeReader(client, clock, Feed(PAYABLES, to_payable), home_currency, limits)

    def fetch_changes(self, cursor: str) -> Window:
        """Read what changed since the cursor, payments before what they settle; "" starts a first import. Source: B1."""
        return self._reader.fetch_changes(cursor)

    def fetch_living(self, refs: Sequence[Ref]) -> frozenset[Ref]:
        """Say which of some records are there, also those that we cannot read; a metered call for 500 of a kind."""
        living: set[Ref] = set()
        for kind, (entity, shape) in _LOOKED_UP.items():
            found = self._reader.find(shape, entity, [ref.id for ref in refs if ref.kind is kind])
            living |= {*(each.ref for each in found.records), *found.unreadable}
        return frozenset(living)
