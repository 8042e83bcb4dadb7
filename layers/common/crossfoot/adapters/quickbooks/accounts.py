"""The chart of accounts of a QuickBooks company, read live (C1)."""

from collections.abc import Callable

from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.company import fetch_accounts
from crossfoot.core.company import LedgerAccount


class QuickBooksAccounts:
    """Implements the port Accounts. Takes: a function that opens a partner's company."""

    def __init__(self, open_client: Callable[[str], QuickBooksClient]) -> None:
        self._open_client = open_client

    def fetch_accounts(self, tenant: str) -> tuple[LedgerAccount, ...]:
        """Read the active accounts. Raises: NeedsPartner when QuickBooks is not connected."""
        return fetch_accounts(self._open_client(tenant))
