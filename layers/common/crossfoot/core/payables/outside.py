"""What was paid without the platform: marked by the partner on a bill or an invoice, and sent nowhere (B8)."""

from collections.abc import Iterable
from dataclasses import replace

from crossfoot.core.decisions import Decision, did
from crossfoot.core.model import Invoice, OutsidePayment, Record, Ref
from crossfoot.core.payables.records import Bill


def outside_of(copies: Iterable[Record | None]) -> OutsidePayment | None:
    """Find the mark on a record, whichever of its copies has it: one that is joined later may lack it. Source: B8."""
    owed = (copy for copy in copies if isinstance(copy, Bill | Invoice))
    return next((copy.keeping.outside for copy in owed if copy.keeping.outside is not None), None)


def with_outside[Owed: Bill | Invoice](record: Owed, payment: OutsidePayment | None) -> Owed:
    """Give a record with the mark, or without any."""
    return replace(record, keeping=replace(record.keeping, outside=payment))


def tell_outside(record: Ref, payment: OutsidePayment) -> Decision:
    """Put into a record's story that the partner marked it. Source: B8."""
    return did(record, "B8", "marked_paid_outside", f"You marked it as {say_outside(payment)}.")


def tell_mark_gone(record: Ref) -> Decision:
    """Put into a record's story that the partner took the mark back. Source: B8."""
    return did(record, "B8", "outside_taken_back", "You took back the mark that it was paid outside.")


def say_outside(payment: OutsidePayment) -> str:
    """Say how it was paid, in a sentence."""
    note = f' ("{payment.note}")' if payment.note else ""
    return f"paid outside on {payment.paid_on}, by {payment.method}{note}; that is sent nowhere"
