"""Wires qbo_webhook. What only other steps need is not imported, because it must start fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from crossfoot.adapters.app_secret import AppSecret
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.accounts import Accounts, PointReads
from crossfoot.adapters.quickbooks import webhook
from crossfoot.adapters.sqs import SqsQueue
from crossfoot.steps import qbo_webhook
from crossfoot.wiring.signing_secrets import SigningSecrets

if TYPE_CHECKING:
    from crossfoot.config import Config
    from crossfoot.ports import Clock


def qbo_webhook_ports(config: Config) -> qbo_webhook.Ports:
    """Wire qbo_webhook."""
    config.require("table_name", "app_secret_arn", "nudges_queue_url")
    clock = SystemClock()
    tokens = VerifierTokens(lambda: AppSecret(config.app_secret_arn).settings.quickbooks_verifier_tokens, clock)
    return qbo_webhook.Ports(
        is_genuine=tokens.verify,
        read_accounts=lambda raw: [event.realm_id for event in webhook.read_events(raw)],
        find_tenant=Accounts(PointReads(config.table_name)).find_tenant,
        queue=SqsQueue({"nudge": config.nudges_queue_url}),
        clock=clock,
        window_s=config.nudge_window_s,
    )


class VerifierTokens:
    """Intuit's verifier tokens, as they are now."""

    def __init__(self, read: Callable[[], Sequence[str]], clock: Clock) -> None:
        self._tokens = SigningSecrets(read, clock)

    def verify(self, raw: bytes, signature: str) -> bool:
        """Tell whether Intuit signed these very bytes."""
        return bool(signature) and self._tokens.made(lambda tokens: webhook.verify(raw, signature, tokens))
