"""Wires platform_webhook."""

from collections.abc import Mapping

from crossfoot.adapters.app_secret import AppSecret
from crossfoot.adapters.dynamodb.partners import TablePartners
from crossfoot.adapters.platform import webhook
from crossfoot.steps import platform_webhook
from crossfoot.wiring.signing_secrets import SigningSecrets
from crossfoot.wiring.workers import Parts


def platform_webhook_ports(parts: Parts) -> platform_webhook.Ports:
    """Wire platform_webhook."""
    config = parts.config.require("app_secret_arn", "payments_queue_url", "deposits_queue_url", "bills_queue_url")
    secrets = SigningSecrets(lambda: AppSecret(config.app_secret_arn).settings.platform_webhook_secrets, parts.clock)

    def is_genuine(raw: bytes, headers: Mapping[str, str]) -> bool:
        return webhook.SIGNATURE in headers and secrets.made(lambda some: webhook.verify(raw, headers, some))

    return platform_webhook.Ports(
        is_genuine=is_genuine,
        partners=TablePartners(parts.table),
        book=parts.book,
        outbox=parts.outbox,
        payables_settings=parts.payables_settings,
        queue=parts.queue,
    )
