"""A record of the accounting as the entry that it is: what we compare ours with, and take over."""

from crossfoot.core.payables.entries import (
    TAX_LINE_ID,
    BillEntry,
    CreditEntry,
    Entry,
    EntryLine,
    Part,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.records import Bill, BillPayment, CostLine, CostLineKind, Payable, Vendor, VendorCredit

# What QuickBooks puts behind the name of a vendor that is made inactive, and takes off when it becomes active again.
INACTIVE_SUFFIX = " (deleted)"


def entry_of(record: Payable) -> Entry:
    """Give a living record of the accounting as an entry.

    Takes: a bill and a vendor credit with their lines.
    Raises: ValueError when it lacks what every entry has: a vendor, a day, its lines.
    """
    match record:
        case Vendor():
            return _vendor_entry(record)
        case Bill():
            return BillEntry(
                id=record.ref.id,
                vendor_id=_vendor_id(record),
                number=record.number,
                issued_on=record.issued_on,
                due_on=record.due_on,
                lines=_entry_lines(record),
                revision=record.revision,
            )
        case VendorCredit():
            return CreditEntry(
                id=record.ref.id,
                vendor_id=_vendor_id(record),
                number=record.number,
                issued_on=record.issued_on,
                lines=_entry_lines(record),
                revision=record.revision,
            )
        case BillPayment():
            return _payment_entry(record)


def _vendor_entry(vendor: Vendor) -> VendorEntry:
    name = vendor.name if vendor.active else vendor.name.removesuffix(INACTIVE_SUFFIX)
    return VendorEntry(vendor.ref.id, name, vendor.email, vendor.account_number, vendor.active, vendor.revision)


def _payment_entry(payment: BillPayment) -> PaymentEntry:
    if payment.paid_on is None:
        raise ValueError(f"{payment.ref} has no day")
    return PaymentEntry(
        id=payment.ref.id,
        vendor_id=_vendor_id(payment),
        paid_on=payment.paid_on,
        method=payment.method,
        account_id=payment.account_id,
        bills=tuple(Part(part.bill.id, part.amount_minor) for part in payment.bills),
        credits=tuple(Part(part.credit.id, part.amount_minor) for part in payment.credits),
        number=payment.number,
        revision=payment.revision,
    )


def _vendor_id(record: Bill | VendorCredit | BillPayment) -> str:
    if record.vendor is None:
        raise ValueError(f"{record.ref} has no vendor")
    return record.vendor.id


def _entry_lines(record: Bill | VendorCredit) -> tuple[EntryLine, ...]:
    if record.lines is None:
        raise ValueError(f"the lines of {record.ref} were not read")
    return tuple(map(_entry_line, record.lines))


def _entry_line(line: CostLine) -> EntryLine:
    line_id = line.id or (TAX_LINE_ID if line.kind is CostLineKind.TAX else "")
    account_id = "" if line.item_id else line.account_id
    return EntryLine(line.amount_minor, account_id, line.description, line.item_id, line_id)
