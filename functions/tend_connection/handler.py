"""tend_connection: requests from SQS; looks after a connection, or archives what its filters no longer let in."""

from functools import cache
from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.steps.tend_connection import REQUESTS, Request, serve
from crossfoot.wiring.workers import tend_connection_ports, worker

start_logging(load_config().powertools_service_name, load_config().log_level)
# Made by the first call: it takes the product's secret, which a snapshot of the worker must not hold.
get_ports = cache(lambda: tend_connection_ports(worker()))


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do what each request asks for."""
    time = context.get_remaining_time_in_millis

    def do(request: Request) -> None:
        serve(request, get_ports(), time)

    try:
        return handle_batch(
            event, REQUESTS, lambda _tenant, _requests: do, remaining_ms=time, postpone=worker().queue.postpone
        )
    finally:
        worker().budget.flush()
