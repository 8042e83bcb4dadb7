"""The pointers that lead to a record. They are written before it and checked against it by whoever follows one."""

from datetime import date

from crossfoot.adapters.dynamodb import keys
from crossfoot.adapters.dynamodb.keys import Key
from crossfoot.core.folding import normalise
from crossfoot.core.model import CreditMemo, Customer, Deposit, Invoice, Payment, Payout, Record, Ref, Standing
from crossfoot.core.payables.records import Bill, BillPayment, Vendor, VendorCredit
from crossfoot.core.shelves import Shelf, shelves_of


def dated(record: Record) -> date | None:
    """Give the day under which a record is listed; None where it has none."""
    match record:
        case Payment() | BillPayment():
            return record.paid_on
        case Invoice() | CreditMemo() | Bill() | VendorCredit():
            return None if _is_bare(record) else record.issued_on
        case Deposit():
            return record.deposited_on
        case Payout():
            return record.arrives_on
        case Customer() | Vendor():
            return None


def customer_of(record: Record) -> Ref | None:
    """Give the customer, or the vendor, in whose own list a record is."""
    if isinstance(record, Bill | VendorCredit | BillPayment):
        return record.vendor
    return None if isinstance(record, Customer | Deposit | Payout | Vendor) else record.customer


def invoices_of(payment: Payment) -> frozenset[Ref]:
    """Give every invoice that a payment pays or ever paid, or lowers by a credit."""
    paid = frozenset(part.invoice for part in payment.allocations)
    return paid.union(payment.former_invoices, payment.credit_only)


def settled_by(payment: BillPayment) -> frozenset[Ref]:
    """Give every bill and vendor credit that a payment names or ever named."""
    bills, credits_ = (part.bill for part in payment.bills), (part.credit for part in payment.credits)
    return frozenset(payment.former).union(bills, credits_)


def payments_in(payout: Payout) -> frozenset[Ref]:
    """Give every payment that a payout holds, or takes something of back; none where its items were not read."""
    return frozenset(item.payment for item in payout.items or () if item.payment is not None)


def is_named(record: Record) -> bool:
    """Tell whether a record is in a list by name: a customer that was deleted before we ever read it has no name."""
    return isinstance(record, Customer | Vendor) and bool(record.name or record.standing is not Standing.DELETED)


def shelved(record: Record | None) -> frozenset[tuple[Shelf, date]]:
    """Give the shelves that a record is on, each with the day that it stands there under."""
    day = dated(record) if record else None
    return frozenset((shelf, day) for shelf in shelves_of(record)) if day else frozenset()


def pointers_of(tenant: str, record: Record) -> frozenset[Key]:
    """Name every lasting pointer that leads to a record: from its lists, its number, and what it pays or paid.

    Those from shelves come and go: `shelved`.
    """
    found = _from_lists(tenant, record)
    match record:
        case Payment():
            found |= {keys.paid_by(tenant, invoice, record.ref) for invoice in invoices_of(record)}
        case BillPayment():
            found |= {keys.paid_by(tenant, settled, record.ref) for settled in settled_by(record)}
        case Invoice() if 0 < len(normalise(record.number)) <= keys.MAX_ID_LENGTH:
            found |= {keys.numbered(tenant, record.number, record.ref)}
        case Payout():
            found |= {keys.in_payout(tenant, payment, record.ref) for payment in payments_in(record)}
        case Customer() | Vendor() if is_named(record):
            found |= {keys.named(tenant, record.name, record.ref)}
    return frozenset(found)


def entries_of(tenant: str, record: Record) -> set[Key]:
    """Name the entries of the directories through which a record's lists are found: its month, its initial."""
    day = dated(record)
    entries = {Key(keys.months(tenant, record.ref.kind), day.isoformat()[:7])} if day else set()
    if isinstance(record, Customer | Vendor) and is_named(record):
        entries |= {Key(keys.initials(tenant, record.ref.kind), keys.initial_of(keys.file_as(record.name)))}
    return entries


def _from_lists(tenant: str, record: Record) -> set[Key]:
    day, customer = dated(record), customer_of(record)
    if day is None:
        return set()
    own = {keys.of_customer(tenant, customer, record.ref, day)} if customer else set()
    return {keys.listed(tenant, record.ref, day)} | own


def _is_bare(record: Invoice | CreditMemo | Bill | VendorCredit) -> bool:
    """Tell a record that was deleted before we ever read it: systems then send its id and nothing else."""
    return record.standing is Standing.DELETED and not (record.number or customer_of(record) or record.total_minor)
