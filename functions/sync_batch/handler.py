"""sync_batch: requests from SQS; enters ConnectWise invoices in the accounting, or takes them back, and marks them (S)."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.steps.sync_batch import REQUESTS, Request, sync_work
from crossfoot.wiring.workers import sync_batch_ports, worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = sync_batch_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do what each request asks for, for as long as there is time."""
    time = context.get_remaining_time_in_millis

    def do(request: Request) -> None:
        sync_work(request, ports, time)

    try:
        return handle_batch(
            event, REQUESTS, lambda _tenant, _requests: do, remaining_ms=time, postpone=worker().queue.postpone
        )
    finally:
        worker().budget.flush()
