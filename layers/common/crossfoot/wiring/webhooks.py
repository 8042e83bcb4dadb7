"""Wires the two webhooks. What only a rare path needs is imported there, because they must start fast."""

from crossfoot.adapters.app_secret import AppSecret
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.connectwise import callback
from crossfoot.adapters.dynamodb.accounts import Accounts
from crossfoot.adapters.dynamodb.table import Table
from crossfoot.adapters.quickbooks import webhook
from crossfoot.adapters.sqs import SqsQueue
from crossfoot.config import Config
from crossfoot.core.model import System
from crossfoot.errors import Rejected
from crossfoot.steps import connectwise_callback, qbo_webhook


def qbo_webhook_ports(config: Config) -> qbo_webhook.Ports:
    """Wire qbo_webhook."""
    config.require("table_name", "app_secret_arn", "nudges_queue_url")
    secret = AppSecret(config.app_secret_arn)
    return qbo_webhook.Ports(
        is_genuine=lambda raw, signature: webhook.verify(raw, signature, secret.settings.quickbooks_verifier_tokens),
        read_accounts=lambda raw: [event.realm_id for event in webhook.read_events(raw)],
        find_tenant=Accounts(Table(config.table_name)).find_tenant,
        queue=SqsQueue({"nudge": config.nudges_queue_url}),
        clock=SystemClock(),
        window_s=config.nudge_window_s,
    )


def connectwise_callback_ports(config: Config) -> connectwise_callback.Ports:
    """Wire connectwise_callback."""
    config.require("table_name", "nudges_queue_url")
    table = Table(config.table_name)
    return connectwise_callback.Ports(
        find_tenant=Accounts(table).find_tenant_by_callback,
        read_key_url=callback.read_key_url,
        is_genuine=callback.verify,
        signing_keys=connectwise_callback.SigningKeys(
            lambda tenant, key_url: _fetch_signing_key(config, table, tenant, key_url)
        ),
        queue=SqsQueue({"nudge": config.nudges_queue_url}),
        clock=SystemClock(),
        window_s=config.nudge_window_s,
    )


def _fetch_signing_key(config: Config, table: Table, tenant: str, key_url: str) -> str:
    """Ask the partner's own host, as an unknown caller: this function has neither the partner's keys nor the right to."""
    from crossfoot.adapters.connectwise.signing_key import fetch_signing_key
    from crossfoot.adapters.connectwise.site import Account
    from crossfoot.adapters.dynamodb.connections import TableConnections
    from crossfoot.adapters.vault import KmsVault
    from crossfoot.http import LOCAL, STRICT, Door

    # Reading a connection opens no secret, so the vault is never asked.
    connections = TableConnections(table, KmsVault(config.token_key_id), SystemClock())
    connection = connections.load(tenant, System.CONNECTWISE)
    site = (connection.details or {}) if connection else {}
    if "site_url" not in site:
        raise Rejected("no_site", "the partner has no ConnectWise site any more")
    account = Account(site["site_url"], site.get("company_id", ""), public_key="", private_key="", client_id="")
    door = Door(LOCAL if config.is_local else STRICT, read_timeout_s=KEY_TIMEOUT_S)
    return fetch_signing_key(door, account, key_url)


# ConnectWise waits five seconds for our answer.
KEY_TIMEOUT_S = 3.0
