"""What the book keeps when a newer version of a record arrives."""

from dataclasses import replace

from crossfoot.core.model import (
    IMPORTED,
    Billed,
    CreditMemo,
    Customer,
    Invoice,
    Keeping,
    Payment,
    Payout,
    Record,
    Ref,
    Standing,
)
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor, VendorCredit
from crossfoot.errors import BadMessage

# Of one payment: invoices that it paid before, or bills and credits that it named.
MAX_FORMER = 5_000


def is_newer(new: Record, stored: Record) -> bool:
    """Tell whether a version may take the stored one's place. Vendors stamp whole seconds: then the later read wins."""
    seen, offered = stored.version, new.version
    return (seen.updated_at, seen.seen_at) <= (offered.updated_at, offered.seen_at)


def merge(new: Record, stored: Record | None) -> Record:
    """Add to a newer version what it does not say itself.

    Raises: BadMessage when a payment has paid more than the book keeps for one.
    """
    if isinstance(new, Payment):
        return _merge_payment(new, stored if isinstance(stored, Payment) else None)
    if isinstance(new, BillPayment):
        return _merge_bill_payment(new, stored if isinstance(stored, BillPayment) else None)
    if isinstance(new, Vendor | Bill | VendorCredit):
        return _merge_payable(new, stored)
    if new.standing is Standing.DELETED and stored is not None:
        return replace(stored, standing=Standing.DELETED, version=new.version)
    if isinstance(new, Customer | Invoice | CreditMemo):
        kept = stored.keeping if isinstance(stored, Customer | Invoice | CreditMemo) else None
        merged = replace(new, keeping=_merge_keeping(new.keeping, kept))
        if isinstance(merged, Invoice | CreditMemo) and isinstance(stored, Invoice | CreditMemo):
            return _keep_name(merged, stored)
        return merged
    if isinstance(new, Payout):
        return replace(new, keeping=stored.keeping if isinstance(stored, Payout) else IMPORTED)
    return new


def _merge_keeping(new: Keeping, kept: Keeping | None) -> Keeping:
    """Keep what the book decided. Source: B1 and C4 (what was once let in is not left out again), B8, C5."""
    if kept is None:
        return Keeping(left_out=new.left_out)
    return replace(kept, left_out=new.left_out and kept.left_out, named_at="")


def archive(kept: Keeping, *, archived: bool, run: str) -> Keeping:
    """Archive a record, or bring it back. Source: C5, I5.

    Takes: `run` does so with all that lies outside the filters, and leaves alone what the partner archived; "" is the
    partner, who makes the record one of its own by that.
    """
    by_partner = kept.archived and not kept.by_run
    is_done = kept.archived == archived and (run or by_partner or not archived)
    return kept if is_done or (run and by_partner) else replace(kept, archived=archived, by_run=run)


def _keep_name(new: Billed, stored: Billed) -> Billed:
    """Keep a name that was read from the customer itself, after the new version was: that one carries the former name.

    Source: I9.
    """
    named_at = stored.keeping.named_at
    is_same = (new.customer, new.customer_name) == (stored.customer, stored.customer_name)
    if not named_at or not (is_same or (new.customer == stored.customer and new.version.seen_at <= named_at)):
        return new
    return replace(new, customer_name=stored.customer_name, keeping=replace(new.keeping, named_at=named_at))


def _merge_payment(new: Payment, stored: Payment | None) -> Payment:
    if stored is None:
        return replace(new, former_invoices=_former(new, ()), keeping=IMPORTED)
    # Which platform payment it stands for is found when it is read, and never forgotten (E1).
    kept = replace(new, origin=new.origin or stored.origin, keeping=stored.keeping)
    # Vendors send an id only of what is deleted; the platform sends what it took back whole.
    if new.standing is Standing.DELETED and new.taken_back is None:
        gone = replace(stored, allocations=(), credits=(), credit_only=(), deposit=None)
        kept = replace(gone, standing=Standing.DELETED, version=new.version)
    paid_before = (*stored.former_invoices, *(part.invoice for part in stored.allocations), *new.former_invoices)
    return replace(kept, former_invoices=_former(kept, paid_before))


def _merge_payable[P: Payable](new: P, stored: Record | None) -> P:
    """Keep what a payable stands for, or was made from, which the book found once, and how the book keeps it."""
    if not isinstance(stored, type(new)):
        return replace(new, keeping=_merge_keeping(new.keeping, None))
    is_gone = new.standing is Standing.DELETED
    shown = replace(stored, standing=Standing.DELETED, version=new.version) if is_gone else new
    keeping = stored.keeping if is_gone else _merge_keeping(new.keeping, stored.keeping)
    return replace(shown, keeping=keeping, origin=new.origin or stored.origin, copy_of=new.copy_of or stored.copy_of)


def _merge_bill_payment(new: BillPayment, stored: BillPayment | None) -> BillPayment:
    kept = _merge_payable(new, stored)
    if new.standing is Standing.DELETED:
        kept = replace(kept, bills=(), credits=())
    # One that is told deleted at first is kept as it is when that is told again.
    before = (*stored.former, *_settled(stored)) if stored else _settled(new)
    return replace(kept, former=_once_named(new.ref, {*before, *new.former}, set(_settled(kept))))


def _settled(payment: BillPayment) -> tuple[Ref, ...]:
    return (*(part.bill for part in payment.bills), *(part.credit for part in payment.credits))


def _former(payment: Payment, paid_before: tuple[Ref, ...]) -> tuple[Ref, ...]:
    paid_now = {part.invoice for part in payment.allocations}
    return _once_named(payment.ref, {*payment.former_invoices, *paid_before}, paid_now)


def _once_named(payment: Ref, ever: set[Ref], now: set[Ref]) -> tuple[Ref, ...]:
    former = tuple(sorted(ever - now))
    if len(former) > MAX_FORMER:
        raise BadMessage(f"{payment} has paid {len(former)} records before, more than {MAX_FORMER}")
    return former
