"""mirror_bill: make the accounting agree with one vendor, bill, credit or payment of the platform's payables (B3 to B8)."""

from collections.abc import Sequence

from crossfoot.messages import CloseSync, MirrorBill
from crossfoot.steps.mirror_bill.batch import Batch
from crossfoot.steps.mirror_bill.mirroring import Mirroring
from crossfoot.steps.mirror_bill.needs import Ports

__all__ = ["REQUESTS", "MirrorBills", "Ports", "Request"]

# What is on the queue: the end of a sync comes behind what that sent off, in each of its lanes.
type Request = MirrorBill | CloseSync
REQUESTS: tuple[type[Request], ...] = (MirrorBill, CloseSync)


class MirrorBills:
    """The records of one partner that a batch of messages names.

    Reads what they have in common once, then mirrors one at a time, so that one that fails leaves the others alone.
    """

    def __init__(self, tenant: str, messages: Sequence[MirrorBill], ports: Ports) -> None:
        """Gather. Raises: errors of reads; nothing was written by then."""
        self._batch, self._ports = Batch(tenant, [message.record for message in messages], ports), ports

    def mirror(self, message: MirrorBill) -> None:
        """Mirror one record, with what it names and what is not entered yet, and record what was decided.

        Raises: Conflict when somebody else is at it; errors of the vendor. The effects settled by then stay settled.
        """
        Mirroring(message, self._batch, self._ports).mirror(message.record)
