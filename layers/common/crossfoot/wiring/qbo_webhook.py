"""Wires qbo_webhook. What only other steps need is not imported, because it must start fast."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crossfoot.adapters.app_secret import AppSecret
from crossfoot.adapters.clock import SystemClock
from crossfoot.adapters.dynamodb.accounts import Accounts, PointReads
from crossfoot.adapters.quickbooks import webhook
from crossfoot.adapters.sqs import SqsQueue
from crossfoot.steps import qbo_webhook

if TYPE_CHECKING:
    from crossfoot.config import Config
    from crossfoot.ports import Clock

REREAD_AFTER = timedelta(minutes=1)
# How long a verifier token may still count after an operator took it away.
TOKENS_LIFE = timedelta(minutes=5)


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
