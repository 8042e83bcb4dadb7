"""connectwise_callback: POST /webhooks/connectwise/{token}; a partner's site says that something changed."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry.http import Answer, Call
from crossfoot.entry.webhooks import answer_webhook, not_genuine
from crossfoot.log import guard_logging
from crossfoot.steps.connectwise_callback import Received, connectwise_callback
from crossfoot.wiring.connectwise_callback import connectwise_callback_ports

MAX_BODY_BYTES = 1024 * 1024

guard_logging(load_config().log_level)
ports = connectwise_callback_ports(load_config())


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Verify, nudge. ConnectWise tries again upon 429, and upon no 5xx."""
    return answer_webhook(event, _receive, max_body_bytes=MAX_BODY_BYTES, busy_status=429)


def _receive(call: Call) -> Answer:
    token, signature = call.path_parameters.get("token", ""), call.headers.get("x-content-signature", "")
    received = connectwise_callback(token, call.body, signature, ports)
    if received is Received.KEY_UNAVAILABLE:
        return Answer(429, headers={"Retry-After": "5"})
    return Answer(202) if received is Received.NUDGED else not_genuine()
