"""record_deposit: payouts from SQS; makes the accounting show each as a deposit."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.messages import RecordDeposit
from crossfoot.steps.record_deposit import record_deposit
from crossfoot.wiring.workers import record_deposit_ports, worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = record_deposit_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Record the deposits that the batch asks for."""

    def record(message: RecordDeposit) -> None:
        record_deposit(message, ports)

    try:
        time = context.get_remaining_time_in_millis
        return handle_batch(
            event, RecordDeposit, lambda _tenant, _messages: record, remaining_ms=time, postpone=worker().queue.postpone
        )
    finally:
        worker().budget.flush()
