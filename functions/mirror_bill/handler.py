"""mirror_bill: records of the platform's payables from SQS; makes the accounting agree with each, and ends syncs (B)."""

from collections.abc import Callable, Sequence
from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.messages import CloseSync, MirrorBill
from crossfoot.steps.mirror_bill import REQUESTS, MirrorBills, Request
from crossfoot.steps.sync_payables import close_sync
from crossfoot.wiring.payables import close_sync_ports, mirror_bill_ports
from crossfoot.wiring.workers import worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports, closing = mirror_bill_ports(worker()), close_sync_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Mirror the batch's records, what they share being read once; and end syncs that sent off what came before."""
    time, postpone = context.get_remaining_time_in_millis, worker().queue.postpone
    try:
        return handle_batch(event, REQUESTS, _gather, remaining_ms=time, postpone=postpone)
    finally:
        worker().budget.flush()


def _gather(tenant: str, messages: Sequence[Request]) -> Callable[[Request], object]:
    bills = MirrorBills(tenant, [message for message in messages if isinstance(message, MirrorBill)], ports)
    return lambda message: close_sync(message, closing) if isinstance(message, CloseSync) else bills.mirror(message)
