"""What payments leave open of bills and of vendor credits: in the accounting, and on the platform (B1, B4, B8)."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from crossfoot.core.model import ACCOUNTING, PLATFORM, Ref, Standing
from crossfoot.core.payables.entries import PaymentEntry
from crossfoot.core.payables.records import Bill, BillPayment, PayState, VendorCredit


def named_by(payment: BillPayment) -> tuple[Ref, ...]:
    """List the bills and credits that a payment names, each once."""
    named = (*(part.bill for part in payment.bills), *(part.credit for part in payment.credits))
    return tuple(dict.fromkeys(named))


def part_minor(payment: BillPayment, copies: Collection[Ref]) -> int:
    """Add up what a payment settles of a bill, or uses up of a credit. Takes: `copies` are all ids of that one record."""
    settled = sum(part.amount_minor for part in payment.bills if part.bill in copies)
    return settled + sum(part.amount_minor for part in payment.credits if part.credit in copies)


def part_of_entry_minor(entry: PaymentEntry, id_: str, *, of_credit: bool = False) -> int:
    """Add up what an entry of ours settles of a bill, or uses up of a credit. Takes: `id_` is the accounting's."""
    return sum(part.amount_minor for part in (entry.credits if of_credit else entry.bills) if part.id == id_)


def open_in_accounting_minor(
    record: Bill | VendorCredit, read: Iterable[BillPayment], ours: Iterable[PaymentEntry]
) -> int:
    """Work out what the accounting leaves open of a bill, or of a credit, for a payment of the platform.

    Takes: `record` is the accounting's copy; `read` are payments as the book holds them, of which only those count that
    people made there; `ours` are the entries of ours that stand, but for that of the payment itself.
    Returns: less than nothing where more was paid than there is.
    Source: B4.
    """
    theirs = sum(part_minor(each, (record.ref,)) for each in read if is_made_there(each))
    of_credit = isinstance(record, VendorCredit)
    standing = sum(part_of_entry_minor(each, record.ref.id, of_credit=of_credit) for each in ours)
    return record.total_minor - theirs - standing


def is_made_there(payment: BillPayment) -> bool:
    """Tell whether people made a payment in the accounting, where it counts: ours stand for one of the platform."""
    is_theirs = payment.ref.system is ACCOUNTING and payment.origin is None
    return is_theirs and payment.standing is Standing.LIVE


@dataclass(frozen=True, slots=True)
class OnPlatform:
    """How a bill, or a vendor credit, stands on the platform.

    Takes: `paid_minor` is what payments settled whose money is gone, or that need none; `scheduled_minor` is what those
    settle that are still to be paid; `outside_minor` is what was paid without the platform (B8).
    """

    total_minor: int
    paid_minor: int = 0
    scheduled_minor: int = 0
    outside_minor: int = 0

    @property
    def open_minor(self) -> int:
        """Give what nobody has paid yet; never less than nothing."""
        return max(0, self.total_minor - self.paid_minor - self.outside_minor)

    @property
    def unscheduled_minor(self) -> int:
        """Give what no payment is meant for yet; never less than nothing."""
        return max(0, self.open_minor - self.scheduled_minor)


def counts_on_platform(payment: BillPayment) -> bool:
    """Tell whether a payment counts on the platform: its own do, those of the accounting if they came in.

    A payment in the accounting that stands for one of the platform is that one, and not counted beside it.
    Source: B6.
    """
    if payment.standing is not Standing.LIVE:
        return False
    return payment.ref.system is PLATFORM or (payment.origin is None and not payment.keeping.left_out)


def stand_on_platform(
    record: Bill | VendorCredit, copies: Collection[Ref], payments: Iterable[BillPayment]
) -> OnPlatform:
    """Work out what is open of a bill on the platform, or what remains of a credit.

    Takes: `copies` are all ids of the record, the accounting's too; `payments` are those that name any of them, each once.
    Source: B1, B4, B6, B8.
    """
    if record.standing is not Standing.LIVE:
        return OnPlatform(0)
    counting = [(each, part_minor(each, copies)) for each in payments if counts_on_platform(each)]
    scheduled = sum(part for each, part in counting if is_scheduled(each))
    paid = sum(part for _, part in counting) - scheduled
    outside = max(0, record.total_minor - paid) if record.keeping.outside is not None else 0
    return OnPlatform(record.total_minor, paid, scheduled, outside)


def is_scheduled(payment: BillPayment) -> bool:
    """Tell whether a payment's money is still to go; one that credits cover needs none. Source: B4."""
    return payment.state is PayState.SCHEDULED and payment.total_minor > 0
