"""mirror_bill: records of the platform's payables from SQS; makes the accounting agree with each, and ends syncs (B)."""

from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.messages import CloseSync, MirrorBill
from crossfoot.steps.mirror_bill import mirror_bill
from crossfoot.steps.sync_payables import close_sync
from crossfoot.wiring.payables import close_sync_ports, mirror_bill_ports
from crossfoot.wiring.workers import worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports, closing = mirror_bill_ports(worker()), close_sync_ports(worker())
KINDS: tuple[type[MirrorBill | CloseSync], ...] = (MirrorBill, CloseSync)


def do(message: MirrorBill | CloseSync) -> None:
    """Mirror a record, or end the sync that sent off what came before."""
    close_sync(message, closing) if isinstance(message, CloseSync) else mirror_bill(message, ports)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Do what the batch asks for."""
    time, postpone = context.get_remaining_time_in_millis, worker().queue.postpone
    try:
        return handle_batch(event, KINDS, lambda *_: do, remaining_ms=time, postpone=postpone)
    finally:
        worker().budget.flush()
