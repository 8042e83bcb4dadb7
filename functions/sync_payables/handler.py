"""sync_payables: requests from SQS; reads a partner's payables from the accounting, and sends off what waits (B7)."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.messages import SyncPayables
from crossfoot.steps.sync_payables import sync_payables
from crossfoot.wiring.payables import sync_payables_ports
from crossfoot.wiring.workers import worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = sync_payables_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Go on with each sync for as long as there is time."""
    time = context.get_remaining_time_in_millis

    def sync(message: SyncPayables) -> None:
        sync_payables(message, ports, time)

    try:
        return handle_batch(
            event, SyncPayables, lambda _tenant, _messages: sync, remaining_ms=time, postpone=worker().queue.postpone
        )
    finally:
        worker().budget.flush()
