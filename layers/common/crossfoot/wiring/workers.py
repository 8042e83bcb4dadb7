"""Wires the steps that read and write the outside systems. Everything here is made once per worker and kept."""

from datetime import timedelta
from functools import cache, cached_property

from crossfoot.adapters.app_secret import AppSecret
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.connectwise.connector import ConnectWiseConnector
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
from crossfoot.adapters.dynamodb.outbox import TableOutbox
from crossfoot.adapters.dynamodb.payable_syncs import TablePayableSyncs
from crossfoot.adapters.dynamodb.payables_settings import TablePayablesSettings
from crossfoot.adapters.dynamodb.preferences import TablePreferences
from crossfoot.adapters.dynamodb.reports import TableReports
from crossfoot.adapters.dynamodb.secrets import TableSecrets
from crossfoot.adapters.dynamodb.sync_runs import TableSyncRuns
from crossfoot.adapters.dynamodb.sync_settings import TableSyncSettings
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.dynamodb.waiting import TableWaiting
from crossfoot.adapters.quickbooks.oauth import IntuitApp
from crossfoot.adapters.ses import SesMailbox
from crossfoot.adapters.sqs import SqsQueue
from crossfoot.adapters.vault import KmsVault
from crossfoot.config import Config, load_config
from crossfoot.http import LOCAL, STRICT, Door
from crossfoot.ledger import Patience
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
from crossfoot.wiring.queues import DEAD_QUEUES, QUEUES, urls_by_kind
from crossfoot.wiring.systems import ConnectedSystems


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
        self.outbox = TableOutbox(self.table)
        self.payable_syncs = TablePayableSyncs(self.table)
        self.payables_settings = TablePayablesSettings(self.table)
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
        return SqsQueue(urls_by_kind(self.config))

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
    def systems(self) -> ConnectedSystems:
        """The partners' systems."""
        return ConnectedSystems(self)


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


def patience(config: Config, timeout_s: int) -> Patience:
    """Say how long a worker with this timeout may be at a write, and how long a vendor may take to commit it."""
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
        patience=patience(parts.config, parts.config.payment_timeout_s),
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
        patience=patience(parts.config, parts.config.payment_timeout_s),
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
        patience=patience(parts.config, parts.config.sync_timeout_s),
    )


def sweep_ports(parts: Parts) -> sweep.Ports:
    """Wire sweep: it revives what was given up on any queue, so it knows them all."""
    config = parts.config.require(*QUEUES, *DEAD_QUEUES)
    return sweep.Ports(
        attention=parts.attention,
        clock=parts.clock,
        connections=parts.connections,
        dead_letters=SqsDeadLetters([getattr(config, name) for name in DEAD_QUEUES]),
        history=parts.history,
        notices=parts.notices,
        notifications=parts.notifications,
        outbox=parts.outbox,
        payable_syncs=parts.payable_syncs,
        payables_settings=parts.payables_settings,
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
