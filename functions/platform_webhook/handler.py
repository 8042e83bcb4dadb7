"""platform_webhook: POST /webhooks/platform; the platform tells what became of a payment or a payout."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry.http import Answer, Call
from crossfoot.entry.webhooks import answer_webhook, nobodys, not_genuine
from crossfoot.log import start_logging
from crossfoot.steps.platform_webhook import Received, platform_webhook
from crossfoot.wiring.platform_webhook import platform_webhook_ports
from crossfoot.wiring.workers import worker

# A payout may hold ten thousand payments.
MAX_BODY_BYTES = 1024 * 1024
ANSWERS = {Received.NOT_GENUINE: not_genuine(), Received.NOBODYS: nobodys()}

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = platform_webhook_ports(worker())


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Verify, keep, queue."""
    return answer_webhook(event, _receive, max_body_bytes=MAX_BODY_BYTES)


def _receive(call: Call) -> Answer:
    return ANSWERS.get(platform_webhook(call.body, call.headers, ports), Answer(200))
