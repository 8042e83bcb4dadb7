"""Opens a partner's systems with the partner's own credentials."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.rows import ConnectWisePsa
from crossfoot.adapters.connectwise.site import Codebases, stored_account
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.deposits import QuickBooksDeposits
from crossfoot.adapters.quickbooks.oauth import TokenEndpoint
from crossfoot.adapters.quickbooks.payables import QuickBooksPayables
from crossfoot.adapters.quickbooks.payables_source import QuickBooksPayablesSource
from crossfoot.adapters.quickbooks.receipts import QuickBooksReceipts
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.adapters.quickbooks.source import QuickBooksSource
from crossfoot.adapters.quickbooks.tokens import TokenSource
from crossfoot.core.company import Company
from crossfoot.core.model import SYSTEM_NAMES, System
from crossfoot.errors import BadMessage, NeedsPartner
from crossfoot.http import Line
from crossfoot.ports import (
    AccountingSource,
    Connection,
    Deposits,
    PayableEntries,
    PayablesSource,
    Psa,
    Receipts,
    Sales,
    Source,
)

if TYPE_CHECKING:
    from crossfoot.wiring.workers import Parts


class ConnectedSystems:
    """Implements the port Systems."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._codebases = Codebases(parts.door, parts.budget)

    def source(self, tenant: str, system: System) -> Source:
        """Open a system for reading. Raises: NeedsPartner when it is not connected."""
        match system:
            case System.QUICKBOOKS:
                return self.accounting(tenant)
            case System.CONNECTWISE:
                return self.psa(tenant)
            case System.PLATFORM:
                raise BadMessage("the platform is not read: it tells what changes")

    def accounting(self, tenant: str) -> AccountingSource:
        """Open the partner's accounting. Raises: NeedsPartner when it is not connected."""
        return QuickBooksSource(self.quickbooks_client(tenant), self._parts.clock)

    def receipts(self, tenant: str) -> Receipts:
        """Open the partner's accounting for our payments. Raises: NeedsPartner when it is not connected."""
        return QuickBooksReceipts(self.quickbooks_client(tenant))

    def deposits(self, tenant: str) -> Deposits:
        """Open the partner's accounting for our deposits. Raises: NeedsPartner when it is not connected."""
        return QuickBooksDeposits(self.quickbooks_client(tenant))

    def sales(self, tenant: str) -> Sales:
        """Open the partner's accounting for the entries of the sync tool. Raises: NeedsPartner when it is not connected."""
        return QuickBooksSales(self.quickbooks_client(tenant))

    def payables(self, tenant: str) -> PayableEntries:
        """Open the partner's accounting for our bills and what pays them. Raises: NeedsPartner when it is not connected."""
        return QuickBooksPayables(self.quickbooks_client(tenant))

    def payables_source(self, tenant: str) -> PayablesSource:
        """Open the payables of the partner's accounting for reading. Raises: NeedsPartner when it is not connected."""
        return QuickBooksPayablesSource(self.quickbooks_client(tenant), self._parts.clock)

    def company_id(self, tenant: str) -> str:
        """Give QuickBooks' id of the partner's company. Raises: NeedsPartner when it is not connected."""
        return self._connection(tenant, System.QUICKBOOKS).account_id

    def fetch_company(self, tenant: str) -> Company:
        """Read what the partner's company sets, live. Raises: NeedsPartner when it is not connected."""
        return self.receipts(tenant).fetch_company()

    def psa(self, tenant: str) -> Psa:
        """Open the partner's PSA. Raises: NeedsPartner when it is not connected."""
        parts, connection = self._parts, self._connection(tenant, System.CONNECTWISE)
        secrets = parts.secrets.load(tenant, System.CONNECTWISE).values
        account = stored_account(connection.details, secrets, parts.app.settings.connectwise_client_id)
        tell = partial(parts.connections.need_attention, tenant, System.CONNECTWISE)
        line = self._line(connection)
        return ConnectWisePsa(ConnectWiseClient(parts.door, tenant, account, self._codebases, parts.budget, tell, line))

    def quickbooks_client(self, tenant: str) -> QuickBooksClient:
        """Open the partner's QuickBooks company. Raises: NeedsPartner when it is not connected."""
        parts, connection = self._parts, self._connection(tenant, System.QUICKBOOKS)
        refresh = TokenEndpoint(parts.door, parts.intuit, parts.clock)
        tokens = TokenSource(tenant, parts.secrets, parts.connections, refresh, parts.clock)
        api_url, realm_id = parts.intuit.api_url, connection.account_id
        return QuickBooksClient(parts.door, api_url, tenant, realm_id, tokens, parts.budget, self._line(connection))

    def _line(self, connection: Connection) -> Line:
        """Give the line to a system; the connection, which was read anyway, says whether an answer would be news."""
        about, connections = (connection.tenant, connection.system), self._parts.connections
        return Line(
            connection.system,
            unanswered=connection.unanswered_since is not None,
            tell_silence=partial(connections.note_silence, *about),
            tell_answer=partial(connections.note_answer, *about),
        )

    def _connection(self, tenant: str, system: System) -> Connection:
        connection = self._parts.connections.load(tenant, system)
        if connection is None:
            raise NeedsPartner(f"{SYSTEM_NAMES[system]} is not connected", "Connect it first.")
        return connection
