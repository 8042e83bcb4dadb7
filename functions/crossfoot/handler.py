"""crossfoot: requests from SQS compare one partner's books; nightly, EventBridge Scheduler asks for all."""

from collections.abc import Callable, Sequence
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
    """Compare the books that the batch names, or ask for every partner's."""
    if "Records" not in event:
        return {"requested": request_for_all(ports)}
    try:
        return handle_batch(event, CrossfootRequest, _gather, remaining_ms=context.get_remaining_time_in_millis)
    finally:
        worker().budget.flush()


def _gather(_tenant: str, _requests: Sequence[CrossfootRequest]) -> Callable[[CrossfootRequest], object]:
    return lambda request: crossfoot(request, ports)
