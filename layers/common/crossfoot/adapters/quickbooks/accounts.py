"""The bank accounts of a QuickBooks company, read live (C1)."""

from collections.abc import Callable

from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.ports import Account


class QuickBooksAccounts:
    """Implements the port Accounts. Takes: a function that opens a partner's company."""

    def __init__(self, open_client: Callable[[str], QuickBooksClient]) -> None:
        self._open_client = open_client

    def fetch_bank_accounts(self, tenant: str) -> tuple[Account, ...]:
        """Read the active bank accounts. Raises: NeedsPartner when QuickBooks is not connected."""
        reply = self._open_client(tenant).query("SELECT * FROM Account WHERE AccountType = 'Bank' MAXRESULTS 1000")
        found = (reply.body.get("QueryResponse") or {}).get("Account") or ()
        return tuple(Account(str(wire["Id"]), wire.get("FullyQualifiedName") or wire["Name"]) for wire in found)
