"""The platform as the deployed stack meets it: events that it signs with the stack's own secret (Standard Webhooks)."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import uuid4

import requests
from crossfoot.adapters.clock import SystemClock
from standardwebhooks import Webhook

from local.stack.settings import PLATFORM_SECRETS
from tests.e2e.partner import DAY, Deployed, Partner

ANSWER_TIMEOUT_S = 90


@dataclass
class Platform:
    """Tells the stack of payments and payouts."""

    deployed: Deployed

    @cached_property
    def secret(self) -> str:
        """What it signs with."""
        stack = self.deployed.stack
        secrets: Any = stack.session.client("secretsmanager", endpoint_url=stack.endpoint_url)
        settings = json.loads(secrets.get_secret_value(SecretId=stack.outputs["AppSecretArn"])["SecretString"])
        return str(settings[PLATFORM_SECRETS][0])

    def tell(self, partner: Partner, kind: str, **record: Any) -> None:
        """Tell what became of a payment or payout, and tell it again, as a sender does that missed the answer.

        Takes: `kind` is the type of the event, as `payment.refunded`.
        """
        event = event_of(partner.tenant, kind, **record)
        message_id = f"msg_{uuid4().hex}"
        assert [self.post(event, message_id), self.post(event, message_id)] == [200, 200]

    def post(self, event: bytes, message_id: str, *, signed_by: str = "", altered: bytes | None = None) -> int:
        """Post an event.

        Takes: `altered` is sent in place of what was signed.
        Returns: the status of the answer.
        """
        at = SystemClock().now()
        signature = Webhook(signed_by or self.secret).sign(message_id, at, event.decode())
        headers = {
            "Content-Type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": signature,
        }
        url = f"{self.deployed.urls['api']}/webhooks/platform"
        return requests.post(url, data=altered or event, headers=headers, timeout=ANSWER_TIMEOUT_S).status_code


def on_one(payment_id: str, invoice: str, amount: str) -> dict[str, Any]:
    """Say what a payment of one invoice is."""
    parts = [{"invoice": f"quickbooks-{invoice}", "amount": amount}]
    return {"id": payment_id, "amount": amount, "paid_on": DAY.isoformat(), "allocations": parts}


def event_of(tenant: str, kind: str, **record: Any) -> bytes:
    """Write an event about a record as it is now."""
    now = SystemClock().now().isoformat()
    data = {"partner": tenant, "status": kind.partition(".")[2], "currency": "USD", "updated_at": now, **record}
    return json.dumps({"type": kind, "timestamp": now, "data": data}).encode()
