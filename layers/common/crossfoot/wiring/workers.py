"""Wires the steps that read and write the outside systems. Everything here is made once per worker and kept."""

from datetime import timedelta
from functools import cache, cached_property, partial

from crossfoot.adapters.app_secret import AppSecret
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.connectwise.client import ConnectWiseClient
from crossfoot.adapters.connectwise.connector import ConnectWiseConnector
from crossfoot.adapters.connectwise.rows import ConnectWisePsa
from crossfoot.adapters.connectwise.site import Codebases, stored_account
from crossfoot.adapters.dead_letters import SqsDeadLetters
from crossfoot.adapters.dynamodb.attention import TableAttention
from crossfoot.adapters.dynamodb.book import TableBook
from crossfoot.adapters.dynamodb.budget import TableBudget
from crossfoot.adapters.dynamodb.companies import TableCompanies
from crossfoot.adapters.dynamodb.connections import TableConnections
from crossfoot.adapters.dynamodb.cursors import TableCursors
from crossfoot.adapters.dynamodb.effects import TableEffects
from crossfoot.adapters.dynamodb.entries import TableEntries
from crossfoot.adapters.dynamodb.fetch_runs import TableFetchRuns
from crossfoot.adapters.dynamodb.filters import TableFilters
from crossfoot.adapters.dynamodb.history import TableHistory
from crossfoot.adapters.dynamodb.limits import TableLimits
from crossfoot.adapters.dynamodb.matches import TableMatches
from crossfoot.adapters.dynamodb.notices import TableNotices
from crossfoot.adapters.dynamodb.notifications import TableNotifications
from crossfoot.adapters.dynamodb.origins import TableOrigins
from crossfoot.adapters.dynamodb.preferences import TablePreferences
from crossfoot.adapters.dynamodb.reports import TableReports
from crossfoot.adapters.dynamodb.secrets import TableSecrets
from crossfoot.adapters.dynamodb.sync_runs import TableSyncRuns
from crossfoot.adapters.dynamodb.sync_settings import TableSyncSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.dynamodb.waiting import TableWaiting
from crossfoot.adapters.quickbooks.client import QuickBooksClient
from crossfoot.adapters.quickbooks.deposits import QuickBooksDeposits
from crossfoot.adapters.quickbooks.oauth import IntuitApp, TokenEndpoint
from crossfoot.adapters.quickbooks.receipts import QuickBooksReceipts
from crossfoot.adapters.quickbooks.sales import QuickBooksSales
from crossfoot.adapters.quickbooks.source import QuickBooksSource
from crossfoot.adapters.quickbooks.tokens import TokenSource
from crossfoot.adapters.ses import SesMailbox
from crossfoot.adapters.sqs import SqsQueue
from crossfoot.adapters.vault import KmsVault
from crossfoot.config import Config, load_config
from crossfoot.core.company import Company
from crossfoot.core.model import SYSTEM_NAMES, System
from crossfoot.errors import BadMessage, NeedsPartner
from crossfoot.http import LOCAL, STRICT, Door, Line
from crossfoot.ledger import Patience
from crossfoot.ports import AccountingSource, Connection, Deposits, Psa, Receipts, Sales, Source
from crossfoot.steps import (
    crossfoot,
    fetch_new_data,
    fetch_unpaid_invoices,
    mirror_payment,
    record_deposit,
    sweep,
    sync_batch,
    tend_connection,
)

_WORK = ("payments", "deposits", "syncs", "sync_posts", "nudges", "unpaid", "tending", "crossfoot")
_QUEUES = tuple(f"{work}_queue_url" for work in _WORK)
_DEAD_QUEUES = tuple(name.replace("_queue_url", "_dead_queue_url") for name in _QUEUES)


class Parts:
    """The adapters of one worker, each made when it is first needed."""

    def __init__(self, config: Config) -> None:
        self.config = config.require("table_name")
        self.clock = SystemClock()
        self.table = Table(config.table_name)
        self.book = TableBook(self.table)
        self.history = TableHistory(self.table, self.clock)
        self.effects = TableEffects(self.table)
        self.entries = TableEntries(self.table)
        self.matches = TableMatches(self.table)
        self.origins = TableOrigins(self.table)
        self.waiting = TableWaiting(self.table)
        self.attention = TableAttention(self.table)
        self.preferences = TablePreferences(self.table)
        self.notices = TableNotices(self.table)
        self.notifications = TableNotifications(self.table, self.clock)
        self.cursors = TableCursors(self.table, self.clock)
        self.runs = TableFetchRuns(self.table, self.clock)
        self.limits = TableLimits(self.table, self.clock)
        self.filters = TableFilters(self.table)
        self.reports = TableReports(self.table)
        self.sync_runs = TableSyncRuns(self.table)
        self.sync_settings = TableSyncSettings(self.table)
        self.budget = TableBudget(self.table, self.clock)

    @cached_property
    def app(self) -> AppSecret:
        """The product's own secrets."""
        return AppSecret(self.config.require("app_secret_arn").app_secret_arn)

    @cached_property
    def vault(self) -> KmsVault:
        """Seals partners' secrets."""
        return KmsVault(self.config.require("token_key_id").token_key_id)

    @cached_property
    def secrets(self) -> TableSecrets:
        """Partners' secrets."""
        return TableSecrets(self.table, self.vault, self.clock)

    @cached_property
    def connections(self) -> TableConnections:
        """Partners' connections."""
        return TableConnections(self.table, self.vault, self.clock)

    @cached_property
    def door(self) -> Door:
        """The one door to the vendors."""
        return Door(LOCAL if self.config.is_local else STRICT)

    @cached_property
    def queue(self) -> SqsQueue:
        """The queues that this function was given."""
        urls = {
            "nudge": self.config.nudges_queue_url,
            "follow_customers": self.config.nudges_queue_url,
            "mirror_payment": self.config.payments_queue_url,
            "record_deposit": self.config.deposits_queue_url,
            "crossfoot": self.config.crossfoot_queue_url,
            "fetch_unpaid": self.config.unpaid_queue_url,
            "tend_connection": self.config.tending_queue_url,
            "archive_outside": self.config.tending_queue_url,
            "retry_parked": self.config.tending_queue_url,
            "send_notice": self.config.tending_queue_url,
            "start_sync": self.config.syncs_queue_url,
            "sync_batch": self.config.syncs_queue_url,
            "post_batch": self.config.sync_posts_queue_url,
            "check_synced": self.config.sync_posts_queue_url,
        }
        return SqsQueue({kind: url for kind, url in urls.items() if url})

    @cached_property
    def intuit(self) -> IntuitApp:
        """Our registration with Intuit."""
        config = self.config.require("quickbooks_api_url", "quickbooks_oauth_url")
        return IntuitApp(
            client_id=self.app.settings.quickbooks_client_id,
            client_secret=self.app.settings.quickbooks_client_secret,
            authorize_url=config.quickbooks_authorize_url,
            oauth_url=config.quickbooks_oauth_url,
            revoke_url=config.quickbooks_revoke_url,
            api_url=config.quickbooks_api_url,
        )

    @cached_property
    def companies(self) -> TableCompanies:
        """What the partners' accounting companies set."""
        return TableCompanies(self.table, self.clock, self.systems.company_id, self.systems.fetch_company)

    @cached_property
    def systems(self) -> "ConnectedSystems":
        """The partners' systems."""
        return ConnectedSystems(self)


class ConnectedSystems:
    """Opens a partner's systems with the partner's own credentials. Implements the port Systems."""

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


@cache
def worker() -> Parts:
    """Give this worker's parts, made on first use. Raises: ConfigError."""
    return Parts(load_config())


def fetch_new_data_ports(parts: Parts) -> fetch_new_data.Ports:
    """Wire fetch_new_data."""
    return fetch_new_data.Ports(
        book=parts.book,
        clock=parts.clock,
        connections=parts.connections,
        cursors=parts.cursors,
        effects=parts.effects,
        matches=parts.matches,
        filters=parts.filters,
        history=parts.history,
        origins=parts.origins,
        preferences=parts.preferences,
        queue=parts.queue,
        runs=parts.runs,
        systems=parts.systems,
        waiting=parts.waiting,
    )


def fetch_unpaid_invoices_ports(parts: Parts) -> fetch_unpaid_invoices.Ports:
    """Wire fetch_unpaid_invoices."""
    return fetch_unpaid_invoices.Ports(
        book=parts.book,
        clock=parts.clock,
        connections=parts.connections,
        effects=parts.effects,
        matches=parts.matches,
        origins=parts.origins,
        preferences=parts.preferences,
        queue=parts.queue,
        runs=parts.runs,
        systems=parts.systems,
        waiting=parts.waiting,
    )


def tend_connection_ports(parts: Parts) -> tend_connection.Ports:
    """Wire tend_connection. Raises: RemoteUnavailable when the product's own secret cannot be read."""
    settings = parts.app.settings
    return tend_connection.Ports(
        attention=parts.attention,
        book=parts.book,
        clock=parts.clock,
        connections=parts.connections,
        cursors=parts.cursors,
        effects=parts.effects,
        matches=parts.matches,
        filters=parts.filters,
        history=parts.history,
        keys=ConnectWiseConnector(parts.door, settings.connectwise_client_id),
        mailbox=SesMailbox(parts.config.mail_from) if parts.config.mail_from else None,
        notices=parts.notices,
        notifications=parts.notifications,
        origins=parts.origins,
        preferences=parts.preferences,
        queue=parts.queue,
        runs=parts.runs,
        secrets=parts.secrets,
        systems=parts.systems,
        public_url=settings.public_url,
        waiting=parts.waiting,
    )


def _patience(config: Config, timeout_s: int) -> Patience:
    return Patience(
        longest_life=timedelta(seconds=timeout_s),
        longest_commit=timedelta(seconds=config.vendor_commit_s),
    )


def mirror_payment_ports(parts: Parts) -> mirror_payment.Ports:
    """Wire mirror_payment."""
    return mirror_payment.Ports(
        attention=parts.attention,
        book=parts.book,
        history=parts.history,
        effects=parts.effects,
        matches=parts.matches,
        preferences=parts.preferences,
        connections=parts.connections,
        companies=parts.companies,
        origins=parts.origins,
        waiting=parts.waiting,
        queue=parts.queue,
        systems=parts.systems,
        clock=parts.clock,
        patience=_patience(parts.config, parts.config.payment_timeout_s),
    )


def record_deposit_ports(parts: Parts) -> record_deposit.Ports:
    """Wire record_deposit."""
    return record_deposit.Ports(
        attention=parts.attention,
        book=parts.book,
        history=parts.history,
        effects=parts.effects,
        preferences=parts.preferences,
        connections=parts.connections,
        companies=parts.companies,
        origins=parts.origins,
        queue=parts.queue,
        systems=parts.systems,
        clock=parts.clock,
        patience=_patience(parts.config, parts.config.payment_timeout_s),
    )


def sync_batch_ports(parts: Parts) -> sync_batch.Ports:
    """Wire sync_batch."""
    return sync_batch.Ports(
        attention=parts.attention,
        book=parts.book,
        clock=parts.clock,
        companies=parts.companies,
        connections=parts.connections,
        effects=parts.effects,
        entries=parts.entries,
        history=parts.history,
        preferences=parts.preferences,
        queue=parts.queue,
        sync_runs=parts.sync_runs,
        sync_settings=parts.sync_settings,
        systems=parts.systems,
        patience=_patience(parts.config, parts.config.sync_timeout_s),
    )


def sweep_ports(parts: Parts) -> sweep.Ports:
    """Wire sweep: it revives what was given up on any queue, so it knows them all."""
    config = parts.config.require(*_QUEUES, *_DEAD_QUEUES)
    return sweep.Ports(
        attention=parts.attention,
        clock=parts.clock,
        connections=parts.connections,
        dead_letters=SqsDeadLetters([getattr(config, name) for name in _DEAD_QUEUES]),
        history=parts.history,
        notices=parts.notices,
        notifications=parts.notifications,
        queue=parts.queue,
    )


def crossfoot_ports(parts: Parts) -> crossfoot.Ports:
    """Wire crossfoot."""
    return crossfoot.Ports(
        book=parts.book,
        clock=parts.clock,
        connections=parts.connections,
        effects=parts.effects,
        matches=parts.matches,
        preferences=parts.preferences,
        queue=parts.queue,
        reports=parts.reports,
        systems=parts.systems,
    )
