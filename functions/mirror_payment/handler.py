"""mirror_payment: payments from SQS; makes every other book agree with each."""

from collections.abc import Callable, Sequence
from typing import Any

from crossfoot.config import load_config
from crossfoot.entry import handle_batch
from crossfoot.log import start_logging
from crossfoot.messages import MirrorPayment
from crossfoot.steps.mirror_payment import MirrorPayments
from crossfoot.wiring.workers import mirror_payment_ports, worker

start_logging(load_config().powertools_service_name, load_config().log_level)
ports = mirror_payment_ports(worker())


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Mirror the batch's payments; what a partner's payments share is read once."""
    try:
        time, postpone = context.get_remaining_time_in_millis, worker().queue.postpone
        return handle_batch(event, MirrorPayment, _gather, remaining_ms=time, postpone=postpone)
    finally:
        worker().budget.flush()


def _gather(tenant: str, messages: Sequence[MirrorPayment]) -> Callable[[MirrorPayment], object]:
    payments = MirrorPayments(tenant, [message.payment for message in messages], ports)
    return lambda message: payments.mirror(message.payment, message.again)
