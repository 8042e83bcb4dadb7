"""qbo_webhook: POST /webhooks/quickbooks; Intuit says that something changed."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry.http import Answer, Call
from crossfoot.entry.webhooks import answer_webhook, not_genuine
from crossfoot.log import guard_logging
from crossfoot.steps.qbo_webhook import qbo_webhook
from crossfoot.wiring.qbo_webhook import qbo_webhook_ports

# Intuit sends up to 100 events, about 1 MB. A post that is refused would hold back all that follow it.
MAX_BODY_BYTES = 2 * 1024 * 1024

guard_logging(load_config().log_level)
ports = qbo_webhook_ports(load_config())


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Verify, split by company, nudge."""
    return answer_webhook(event, _receive, max_body_bytes=MAX_BODY_BYTES)


def _receive(call: Call) -> Answer:
    received = qbo_webhook(call.body, call.headers.get("intuit-signature", ""), ports)
    return not_genuine() if received is None else Answer(200)
