"""fetch_unpaid_invoices: requests from SQS; reads every unpaid invoice of a system again."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.messages import FetchUnpaid
from crossfoot.steps.fetch_unpaid_invoices import fetch_unpaid_invoices
from crossfoot.wiring.workers import fetch_unpaid_invoices_ports, worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = fetch_unpaid_invoices_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Walk on from where each request's run is, for as long as there is time."""
    time = context.get_remaining_time_in_millis

    def walk(request: FetchUnpaid) -> object:
        return fetch_unpaid_invoices(request, ports, time)

    try:
        return handle_batch(
            event, FetchUnpaid, lambda _tenant, _requests: walk, remaining_ms=time, postpone=worker().queue.postpone
        )
    finally:
        worker().budget.flush()
