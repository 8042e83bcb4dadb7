"""fetch_new_data: nudges from SQS; reads what changed since the cursor into the book."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.messages import Nudge
from crossfoot.steps.fetch_new_data import fetch_new_data
from crossfoot.wiring.workers import fetch_new_data_ports, worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = fetch_new_data_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Read each nudge's system, for as long as there is time."""
    time = context.get_remaining_time_in_millis

    def read(nudge: Nudge) -> object:
        return fetch_new_data(nudge.tenant, nudge.system, ports, time)

    try:
        return handle_batch(event, Nudge, lambda _tenant, _nudges: read, remaining_ms=time)
    finally:
        worker().budget.flush()
