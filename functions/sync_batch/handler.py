"""sync_batch: requests from SQS; enters ConnectWise invoices in the accounting, or takes them back, and marks them (S)."""

from collections.abc import Callable, Sequence
from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.steps.sync_batch import REQUESTS, Request, SyncWork
from crossfoot.wiring.workers import sync_batch_ports, worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = sync_batch_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do what each request asks for, for as long as there is time; what a partner's requests share is read once."""
    time = context.get_remaining_time_in_millis

    def gather(tenant: str, requests: Sequence[Request]) -> Callable[[Request], object]:
        return SyncWork(tenant, requests, ports, time).do

    try:
        return handle_batch(event, REQUESTS, gather, remaining_ms=time, postpone=worker().queue.postpone)
    finally:
        worker().budget.flush()
