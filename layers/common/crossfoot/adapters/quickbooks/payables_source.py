"""The payables of a QuickBooks company to read from: what it owes, and how that was paid."""

from crossfoot.adapters.quickbooks.changes import LIMITS, ChangeReader, Feed
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.cursor import PAYABLES
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.adapters.quickbooks.payables_translate import to_payable
from crossfoot.adapters.quickbooks.translate import DEFAULT_CURRENCY
from crossfoot.ports import Clock, Window


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
