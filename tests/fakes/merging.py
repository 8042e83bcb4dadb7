"""What the fake book keeps when a newer version of a record arrives."""

from dataclasses import replace

from crossfoot.core.model import Billed, CreditMemo, Customer, Invoice, Keeping, Payment, Payout, Record, Ref, Standing
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor, VendorCredit


def merge(record: Record, stored: Record | None) -> Record:
    """Add to a newer version what it does not say itself."""
    if isinstance(record, Payment):
        return _merge_payment(record, stored if isinstance(stored, Payment) else None)
    if isinstance(record, BillPayment):
        return _merge_bill_payment(record, stored if isinstance(stored, BillPayment) else None)
    if isinstance(record, Vendor | Bill | VendorCredit):
        return _with_kin(record, stored)
    if stored is not None and record.standing is Standing.DELETED:
        return replace(stored, standing=Standing.DELETED, version=record.version)
    if isinstance(record, Customer | Invoice | CreditMemo):
        record = _with(record, _kept(record.keeping, getattr(stored, "keeping", None)))
        if isinstance(record, Invoice | CreditMemo) and isinstance(stored, Invoice | CreditMemo):
            record = _named(record, stored)
    if isinstance(record, Payout):
        return _with(record, stored.keeping if isinstance(stored, Payout) else Keeping())
    return record


def _with[R: Customer | Invoice | CreditMemo | Payment | Payout](record: R, kept: Keeping) -> R:
    return record if record.keeping == kept else replace(record, keeping=kept)


def _merge_payment(record: Payment, stored: Payment | None) -> Payment:
    if stored is not None and record.standing is Standing.DELETED and not record.taken_back:
        gone = replace(stored, standing=Standing.DELETED, version=record.version)
        gone = replace(gone, allocations=(), credits=(), credit_only=(), deposit=None)
        record = replace(gone, former_invoices=(*gone.former_invoices, *record.former_invoices))
    record = _with(record, stored.keeping if stored else Keeping())
    earlier = stored or record
    known_invoices = {*record.former_invoices, *earlier.former_invoices}
    known_invoices |= {part.invoice for part in earlier.allocations}
    former = tuple(sorted(known_invoices - {part.invoice for part in record.allocations}))
    return replace(record, former_invoices=former, origin=record.origin or earlier.origin)


def _merge_bill_payment(record: BillPayment, stored: BillPayment | None) -> BillPayment:
    earlier = stored or record
    known = {*record.former, *earlier.former, *_settled(earlier)}
    record = _with_kin(record, stored)
    if record.standing is Standing.DELETED:
        record = replace(record, bills=(), credits=())
    return replace(record, former=tuple(sorted(known - {*_settled(record)})))


def _settled(payment: BillPayment) -> tuple[Ref, ...]:
    return (*(part.bill for part in payment.bills), *(part.credit for part in payment.credits))


def _with_kin[P: Payable](record: P, stored: Record | None) -> P:
    if not isinstance(stored, type(record)):
        return replace(record, keeping=_kept(record.keeping, None))
    origin, copy_of = record.origin or stored.origin, record.copy_of or stored.copy_of
    if record.standing is Standing.DELETED:
        record = replace(stored, standing=Standing.DELETED, version=record.version)
    else:
        record = replace(record, keeping=_kept(record.keeping, stored.keeping))
    return replace(record, origin=origin, copy_of=copy_of)


def _named(record: Billed, stored: Billed) -> Billed:
    named_at = stored.keeping.named_at
    if not named_at or record.customer != stored.customer:
        return record
    if record.version.seen_at > named_at and record.customer_name != stored.customer_name:
        return record
    return replace(record, customer_name=stored.customer_name, keeping=replace(record.keeping, named_at=named_at))


def _kept(offered: Keeping, stored: Keeping | None) -> Keeping:
    if stored is None:
        return Keeping(left_out=offered.left_out)
    return replace(stored, left_out=offered.left_out and stored.left_out, named_at="")
