"""Which invoices a platform payment pays, and what people changed of that in the books (P1, P3).

The platform's book is ours: where somebody moves a payment of ours to other invoices in QuickBooks, or deletes it, the
payment itself is changed, and every other book then follows from it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from crossfoot.core.holds import wants
from crossfoot.core.model import ACCOUNTING, Allocation, Invoice, Payment, Ref, Standing, TakenBack, Version
from crossfoot.core.parts import invoices_of
from crossfoot.core.preferences import UnappliedMoney
from crossfoot.core.receipts import Receipt, says_the_same

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What the accounting shows of a customer's invoices.

    Takes: `invoices` are its copies of those that the payment names, by the id that it names them by; `others` are the
    customer's other open ones; `paying` are all payments that the book knows of on each copy.
    """

    invoices: Mapping[Ref, Invoice]
    others: Sequence[Invoice] = ()
    paying: Mapping[Ref, tuple[Payment, ...]] = field(default_factory=dict)


def apply_money(payment: Payment, ledger: Ledger, preference: UnappliedMoney) -> tuple[Allocation, ...]:
    """Say which invoices a live payment pays: each never more than it has open, the rest as the partner prefers.

    Takes: a payment whose invoices are all in the ledger.
    Source: P1, P4.
    """
    parts: dict[Ref, Allocation] = {}
    for part in payment.allocations:
        invoice = ledger.invoices[part.invoice]
        named = parts.get(invoice.ref, Allocation(part.invoice, 0))
        room_minor = _open_minor(payment, invoice, ledger) - named.amount_minor
        minor = min(part.amount_minor, max(room_minor, 0)) if invoice.standing is Standing.LIVE else 0
        parts[invoice.ref] = replace(named, amount_minor=named.amount_minor + minor)
    rest_minor = payment.total_minor - sum(part.amount_minor for part in parts.values())
    for invoice in _in_turn(ledger.others, preference):
        minor = min(rest_minor, _open_minor(payment, invoice, ledger)) if invoice.ref not in parts else 0
        if minor > 0:
            parts[invoice.ref] = Allocation(invoice.ref, minor)
            rest_minor -= minor
    return tuple(part for part in parts.values() if part.amount_minor)


def _in_turn(invoices: Iterable[Invoice], preference: UnappliedMoney) -> list[Invoice]:
    match preference:
        case UnappliedMoney.LEAVE_UNAPPLIED:
            return []
        case UnappliedMoney.OLDEST_FIRST:
            return sorted(invoices, key=lambda invoice: (invoice.issued_on, invoice.ref))
        case UnappliedMoney.LARGEST_FIRST:
            return sorted(invoices, key=lambda invoice: (-invoice.balance_minor, invoice.issued_on, invoice.ref))


def _open_minor(payment: Payment, invoice: Invoice, ledger: Ledger) -> int:
    """Give what an invoice has open for this payment.

    That is what the accounting showed last, without what earlier payments of the platform will take that it has not
    counted yet (not those that the partner holds back from there), with what it counted of this payment: that gives way
    to none of them, or an earlier one that came too late and this one would push each other out in turn.
    """
    on_it = [each for each in ledger.paying.get(invoice.ref, ()) if wants(each, ACCOUNTING)]
    counted = {each.origin: _on(each, invoice.ref) for each in on_it if each.origin is not None}
    named = {invoice.ref, *(ref for ref, copy in ledger.invoices.items() if copy.ref == invoice.ref)}
    awaited = sum(
        _on(each, *named)
        for each in on_it
        if each.ref.system is payment.ref.system and each.ref not in counted and _turn(each) < _turn(payment)
    )
    return max(invoice.balance_minor - awaited, 0) + counted.get(payment.ref, 0)


def _on(payment: Payment, *invoices: Ref) -> int:
    return sum(part.amount_minor for part in payment.allocations if part.invoice in invoices)


def _turn(payment: Payment) -> tuple[date, str]:
    return payment.paid_on or date.max, payment.ref.id


@dataclass(frozen=True, slots=True)
class Followed:
    """A payment as people left it in the accounting, and what stands there of it.

    Takes: `payment` is the one that was given where what they changed does not count.
    """

    payment: Payment
    standing: tuple[Receipt, ...]


def follow_people(
    payment: Payment, standing: Sequence[Receipt], copies: Mapping[str, Payment], now: datetime
) -> Followed | None:
    """Take over what people changed in the accounting; None where they changed nothing.

    Takes: `standing` are the receipts as we wrote them last; `copies` are the same as the book saw them, by their ids.
    Returns: where the platform took the payment back, or gave a part of it back, since we wrote them, that counts and not
    what people changed meanwhile; nor does that of one that the partner holds back from there. What stands is as they left
    it all the same: its revision is what we go on from.
    Source: P2; X1; P3 (deleted or void there is deleted here), and an edit of amount, date or invoices is followed alike.
    """
    if not any(_is_changed(each, copies.get(each.id)) for each in standing):
        return None
    left = [_as_left(receipt, copies.get(receipt.id)) for receipt in standing]
    kept = tuple(receipt for receipt in left if receipt is not None)
    if not wants(payment, ACCOUNTING):
        return Followed(payment, kept)
    if not kept:
        return Followed(take_back(payment, TakenBack.DELETED, now), ())
    is_as_written = payment.total_minor == sum(receipt.amount_minor for receipt in standing)
    is_the_same = len(kept) == len(standing) and all(map(says_the_same, kept, standing))
    if is_the_same or not is_as_written:
        return Followed(payment, kept)
    moved = [
        after.received_on
        for after, before in zip(left, standing, strict=True)
        if after and after.received_on != before.received_on
    ]
    return Followed(
        replace(
            reapplied(payment, tuple(part for receipt in kept for part in receipt.applied), now),
            total_minor=sum(receipt.amount_minor for receipt in kept),
            paid_on=moved[0] if moved else payment.paid_on,
        ),
        kept,
    )


def take_back(payment: Payment, why: TakenBack, now: datetime) -> Payment:
    """Give a payment as it is once it counts no longer."""
    return replace(reapplied(payment, (), now), standing=Standing.DELETED, taken_back=why)


def reapplied(payment: Payment, allocations: tuple[Allocation, ...], now: datetime) -> Payment:
    """Give a payment that pays other invoices, or other parts of them; what it paid before has to hear of it too."""
    former = {*invoices_of(payment)} - {part.invoice for part in allocations}
    version = later_version(payment.version, now)
    return replace(payment, version=version, allocations=allocations, former_invoices=tuple(sorted(former)))


def _is_changed(receipt: Receipt, copy: Payment | None) -> bool:
    """Tell whether people changed anything of a receipt, if only something that we do not look at."""
    return copy is not None and not _is_behind(copy, receipt)


def _as_left(receipt: Receipt, copy: Payment | None) -> Receipt | None:
    """Give a receipt as people left it; None where it is gone. What the book does not know of it is as it was."""
    if copy is None or _is_behind(copy, receipt):
        return receipt
    if copy.standing is not Standing.LIVE:
        return None
    assert copy.customer is not None
    assert copy.paid_on is not None
    return replace(
        receipt,
        customer=copy.customer,
        amount_minor=copy.total_minor,
        received_on=copy.paid_on,
        applied=copy.allocations,
        revision=copy.revision,
    )


def _is_behind(copy: Payment, receipt: Receipt) -> bool:
    """Tell whether the book saw a receipt before we wrote it last. What was deleted tells no revision."""
    return copy.standing is not Standing.DELETED and revision_of(copy) <= revision_of(receipt)


def revision_of(state: Payment | Receipt | None) -> int:
    """Give the vendor's count of changes of a receipt or its copy; -1 where none is known."""
    return int(state.revision) if state is not None and state.revision.isdecimal() else -1


def later_version(version: Version, now: datetime) -> Version:
    """Give a version that stands over every repeat of the one that the platform told, and gives way to its next one."""
    seen = datetime.fromisoformat(version.seen_at)
    at = max(now, seen + _MICROSECOND).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return Version(version.updated_at, at)
