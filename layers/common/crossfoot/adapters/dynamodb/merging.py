"""What the book keeps when a newer version of a record arrives."""

from dataclasses import replace

from crossfoot.core.model import (
    IMPORTED,
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
from crossfoot.errors import BadMessage

MAX_FORMER_INVOICES = 5_000


def is_newer(new: Record, stored: Record) -> bool:
    """Tell whether a version may take the stored one's place. Vendors stamp whole seconds: then the later read wins."""
    seen, offered = stored.version, new.version
    return (seen.updated_at, seen.seen_at) <= (offered.updated_at, offered.seen_at)


def merge(new: Record, stored: Record | None) -> Record:
    """Add to a newer version what it does not say itself.

    Raises: BadMessage when a payment has paid more invoices than the book keeps for one.
    """
    if isinstance(new, Payment):
        return _merge_payment(new, stored if isinstance(stored, Payment) else None)
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
    """Keep what the book decided. Source: C4 (what was once let in is not left out again), C5."""
    if kept is None:
        return Keeping(left_out=new.left_out)
    return Keeping(left_out=new.left_out and kept.left_out, archived=kept.archived, by_run=kept.by_run)


def archive(kept: Keeping, *, archived: bool, run: str) -> Keeping:
    """Archive a record, or bring it back. Source: C5, I5.

    Takes: `run` does so with all that lies outside the filters, and leaves alone what the partner archived; "" is the
    partner, who makes the record one of its own by that.
    """
    by_partner = kept.archived and not kept.by_run
    is_done = kept.archived == archived and (run or by_partner or not archived)
    return kept if is_done or (run and by_partner) else replace(kept, archived=archived, by_run=run)


def _keep_name(new: Invoice | CreditMemo, stored: Invoice | CreditMemo) -> Invoice | CreditMemo:
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


def _former(payment: Payment, paid_before: tuple[Ref, ...]) -> tuple[Ref, ...]:
    paid_now = {part.invoice for part in payment.allocations}
    former = tuple(sorted({*payment.former_invoices, *paid_before} - paid_now))
    if len(former) > MAX_FORMER_INVOICES:
        raise BadMessage(
            f"payment {payment.ref} has paid {len(former)} invoices before, more than {MAX_FORMER_INVOICES}"
        )
    return former
