"""The pointers that lead to a record. They are written before it and checked against it by whoever follows one."""

from datetime import date

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.core.matching import normalise
from crossfoot.core.model import Customer, Invoice, Payment, Record, Ref, Standing


def dated(record: Record) -> date | None:
    """Give the day under which a record is listed; None where it has none."""
    match record:
        case Payment():
            return record.paid_on
        case Invoice():
            return None if _is_bare(record) else record.issued_on
        case Customer():
            return None


def invoices_of(payment: Payment) -> frozenset[Ref]:
    """Give every invoice that a payment pays or ever paid."""
    return frozenset(part.invoice for part in payment.allocations) | frozenset(payment.former_invoices)


def pointers_of(tenant: str, record: Record) -> frozenset[Key]:
    """Name every pointer that leads to a record: from its list, its number, and the invoices that it pays or paid."""
    day = dated(record)
    listed = {keys.listed(tenant, record.ref, day)} if day else set()
    match record:
        case Payment():
            return frozenset(listed | {keys.paid_by(tenant, invoice, record.ref) for invoice in invoices_of(record)})
        case Invoice() if normalise(record.number):
            return frozenset(listed | {keys.numbered(tenant, record.number, record.ref)})
        case _:
            return frozenset(listed)


def _is_bare(invoice: Invoice) -> bool:
    """Tell an invoice that was deleted before we ever read it: vendors then send its id and nothing else."""
    return invoice.standing is Standing.DELETED and not (invoice.number or invoice.customer or invoice.total_minor)
