"""api: everything that the dashboard and back ends ask."""

from functools import cache
from typing import Any

from crossfoot import __version__
from crossfoot.config import load_config
from crossfoot.entry.router import Router
from crossfoot.log import bind, start_logging
from crossfoot.steps.api.routes import ROUTES
from crossfoot.wiring.api import api_ports
from crossfoot.wiring.workers import worker

start_logging(load_config().powertools_service_name, load_config().log_level)
audience = load_config().require("user_pool_client_id").user_pool_client_id
router = Router(ROUTES, "Crossfoot", __version__, audience)
budget = worker().budget
# Made by the first call: it takes the product's secret, which a snapshot of the worker must not hold.
get_ports = cache(lambda: api_ports(worker()))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    bind(request_id=context.aws_request_id)
    try:
        return router.answer(event, get_ports)
    finally:
        budget.flush()
