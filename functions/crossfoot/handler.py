"""crossfoot: requests from SQS compare one partner's books; nightly, EventBridge Scheduler asks for all."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.messages import CrossfootRequest
from crossfoot.steps.crossfoot import crossfoot, request_for_all
from crossfoot.wiring.workers import crossfoot_ports, worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = crossfoot_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Go on comparing the books that the batch names, or ask for every partner's."""
    if "Records" not in event:
        return {"requested": request_for_all(ports)}
    time = context.get_remaining_time_in_millis

    def go_on(request: CrossfootRequest) -> None:
        crossfoot(request, ports, time)

    try:
        postpone = worker().queue.postpone
        return handle_batch(event, CrossfootRequest, lambda _tenant, _: go_on, remaining_ms=time, postpone=postpone)
    finally:
        worker().budget.flush()
