"""mirror_bill: make the accounting agree with one vendor, bill, credit or payment of the platform's payables (B3 to B8)."""

from crossfoot.messages import MirrorBill
from crossfoot.steps.mirror_bill.mirroring import Mirroring
from crossfoot.steps.mirror_bill.needs import Ports

__all__ = ["Ports", "mirror_bill"]


def mirror_bill(message: MirrorBill, ports: Ports) -> None:
    """Mirror one record, with what it names and what is not entered yet, and record what was decided.

    Raises: Conflict when somebody else is at it; errors of the vendor. The effects settled by then stay settled.
    """
    Mirroring(message, ports).mirror(message.record)
