"""Wires the two webhooks. What only a rare path needs is imported there, because they must start fast."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

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
from crossfoot.ports import Clock
from crossfoot.steps import connectwise_callback, qbo_webhook

REREAD_AFTER = timedelta(minutes=1)
# How long a verifier token may still count after an operator took it away.
TOKENS_LIFE = timedelta(minutes=5)
# ConnectWise waits five seconds for our answer.
KEY_TIMEOUT_S = 3.0


def qbo_webhook_ports(config: Config) -> qbo_webhook.Ports:
    """Wire qbo_webhook."""
    config.require("table_name", "app_secret_arn", "nudges_queue_url")
    clock = SystemClock()
    tokens = VerifierTokens(lambda: AppSecret(config.app_secret_arn).settings.quickbooks_verifier_tokens, clock)
    return qbo_webhook.Ports(
        is_genuine=tokens.verify,
        read_accounts=lambda raw: [event.realm_id for event in webhook.read_events(raw)],
        find_tenant=Accounts(Table(config.table_name)).find_tenant,
        queue=SqsQueue({"nudge": config.nudges_queue_url}),
        clock=clock,
        window_s=config.nudge_window_s,
    )


class VerifierTokens:
    """Intuit's verifier tokens, as they are now: a warm worker outlives their replacement by hours.

    They are read again when they are old, so that one which was taken away counts no longer, however often it is shown.
    A signature that none of them made is a reason to read them sooner, at most once a minute, so that strangers who post
    rubbish cannot make us call Secrets Manager as often as they like.
    """

    def __init__(self, read: Callable[[], Sequence[str]], clock: Clock) -> None:
        self._read, self._clock = read, clock
        self._tokens: Sequence[str] = ()
        self._read_at: datetime | None = None

    def verify(self, raw: bytes, signature: str) -> bool:
        """Tell whether Intuit signed these very bytes."""
        if not signature:
            return False
        if self._is_older_than(TOKENS_LIFE):
            self._read_again()
        if webhook.verify(raw, signature, self._tokens):
            return True
        if not self._is_older_than(REREAD_AFTER):
            return False
        self._read_again()
        return webhook.verify(raw, signature, self._tokens)

    def _is_older_than(self, age: timedelta) -> bool:
        return self._read_at is None or self._clock.now() - self._read_at >= age

    def _read_again(self) -> None:
        self._tokens, self._read_at = self._read(), self._clock.now()


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
