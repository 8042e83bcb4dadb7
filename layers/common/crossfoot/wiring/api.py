"""Wires the API."""

from crossfoot.adapters.connectwise.connector import ConnectWiseConnector
from crossfoot.adapters.documents import S3Documents
from crossfoot.adapters.dynamodb.authorizations import TableAuthorizations
from crossfoot.adapters.dynamodb.idempotency import TableIdempotency
from crossfoot.adapters.dynamodb.rights import TableRights
from crossfoot.adapters.quickbooks.accounts import QuickBooksAccounts
from crossfoot.adapters.quickbooks.oauth import QuickBooksOAuth
from crossfoot.adapters.schedules import EventBridgeSchedules, Place
from crossfoot.steps.api.needs import Ports
from crossfoot.wiring.workers import Parts


def api_ports(parts: Parts) -> Ports:
    """Wire the API's routes. Raises: ConfigError, RemoteUnavailable when the product's own secret cannot be read."""
    config = parts.config.require(
        "quickbooks_authorize_url",
        "quickbooks_revoke_url",
        "nudges_queue_url",
        "payments_queue_url",
        "deposits_queue_url",
        "crossfoot_queue_url",
        "unpaid_queue_url",
        "tending_queue_url",
        "syncs_queue_url",
        "syncs_queue_arn",
        "sync_posts_queue_url",
        "bills_queue_url",
        "payable_syncs_queue_url",
        "schedule_group",
        "schedule_role_arn",
        "documents_bucket",
    )
    settings = parts.app.settings
    return Ports(
        attention=parts.attention,
        book=parts.book,
        history=parts.history,
        idempotency=TableIdempotency(parts.table, parts.clock),
        effects=parts.effects,
        matches=parts.matches,
        origins=parts.origins,
        preferences=parts.preferences,
        notifications=parts.notifications,
        mail_is_on=bool(config.mail_from),
        reports=parts.reports,
        rights=TableRights(parts.table),
        filters=parts.filters,
        cursors=parts.cursors,
        runs=parts.runs,
        limits=parts.limits,
        companies=parts.companies,
        connections=parts.connections,
        secrets=parts.secrets,
        authorizations=TableAuthorizations(parts.table, parts.clock, settings.state_signing_key.encode),
        oauth=QuickBooksOAuth(parts.door, parts.intuit, parts.clock),
        keys=ConnectWiseConnector(parts.door, settings.connectwise_client_id),
        accounts=QuickBooksAccounts(parts.systems.quickbooks_client),
        systems=parts.systems,
        waiting=parts.waiting,
        documents=S3Documents(config.documents_bucket, parts.clock),
        entries=parts.entries,
        schedules=EventBridgeSchedules(
            Place(config.schedule_group, config.syncs_queue_arn, config.schedule_role_arn),
        ),
        sync_runs=parts.sync_runs,
        sync_settings=parts.sync_settings,
        outbox=parts.outbox,
        payables_settings=parts.payables_settings,
        payable_syncs=parts.payable_syncs,
        queue=parts.queue,
        clock=parts.clock,
        public_url=settings.public_url,
    )
