"""api: everything that the dashboard and back ends ask."""

from functools import cache
from typing import Any

from crossfoot import __version__
from crossfoot.config import load_config
from crossfoot.entry.router import Router
from crossfoot.log import bind, start_logging
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.routes import ROUTES
from crossfoot.wiring.api import api_ports
from crossfoot.wiring.workers import worker

start_logging(load_config().powertools_service_name, load_config().log_level)
router = Router(ROUTES, "Crossfoot", __version__)
worker()


@cache
def get_ports() -> Ports:
    """Wire the routes on the first call: that reads the product's secret, which a snapshot must not hold."""
    return api_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer one request."""
    bind(request_id=getattr(context, "aws_request_id", ""))
    return router.answer(event, get_ports)
