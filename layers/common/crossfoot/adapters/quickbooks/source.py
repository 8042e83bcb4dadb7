"""A QuickBooks company to read from: what it sells, and what pays that."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from urllib.parse import quote as quote_path

from crossfoot.adapters.quickbooks.changes import LIMITS, ChangeReader, Feed
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.cursor import ENTITIES
from crossfoot.adapters.quickbooks.pages import Limits
from crossfoot.adapters.quickbooks.translate import DEFAULT_CURRENCY, to_record
from crossfoot.core.model import Invoice, Payment, Ref, System
from crossfoot.ports import Clock, Found, Window


class QuickBooksSource:
    """Customers, invoices and what pays them. Implements the port AccountingSource."""

    system = System.QUICKBOOKS

    def __init__(
        self,
        client: QuickBooksClient,
        clock: Clock,
        home_currency: str = DEFAULT_CURRENCY,
        limits: Limits = LIMITS,
    ) -> None:
        self._client = client
        self._reader = ChangeReader(client, clock, Feed(ENTITIES, to_record), home_currency, limits)

    def fetch_changes(self, cursor: str) -> Window:
        """Read what changed since the cursor; "" starts a first import. Source: I1, I8, C6."""
        return self._reader.fetch_changes(cursor)

    def fetch_invoices(self, ids: Sequence[str]) -> Found[Invoice]:
        """Read some invoices as they are now."""
        return self._reader.find(Invoice, "Invoice", ids)

    def fetch_payments(self, ids: Sequence[str]) -> Found[Payment]:
        """Read some payments as they are now."""
        return self._reader.find(Payment, "Payment", ids)

    def open_pdf(self, invoice: Ref) -> AbstractContextManager[Iterator[bytes]]:
        """Open the printed invoice as a stream."""
        return self._client.open_pdf(f"/invoice/{quote_path(invoice.id, safe='')}/pdf")
