"""fetch_new_data: nudges from SQS; reads what changed since the cursor into the book."""

from collections.abc import Callable, Sequence
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
    """Read each nudge's system."""
    try:
        return handle_batch(event, Nudge, _gather, remaining_ms=context.get_remaining_time_in_millis)
    finally:
        worker().budget.flush()


def _gather(_tenant: str, _nudges: Sequence[Nudge]) -> Callable[[Nudge], object]:
    return lambda nudge: fetch_new_data(nudge.tenant, nudge.system, ports)
