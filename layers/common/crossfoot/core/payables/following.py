"""A record of the platform as it is once somebody has changed its entry in the accounting (B5, B6)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from crossfoot.core.applying import later_version
from crossfoot.core.model import ACCOUNTING, Kind, Ref, Standing
from crossfoot.core.payables.case import Named
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
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    Payable,
    Vendor,
    VendorCredit,
)


def taken_over(
    record: Payable, entry: Entry, named: Mapping[Ref, Named], now: datetime, other_minor: int = 0
) -> Payable:
    """Give a record of the platform as the accounting has it now.

    Takes: `named` is what it names already, so that nothing is called otherwise than the platform calls it; `other_minor`
    is what a payment has there beside bills and credits: the money of a bill that somebody deleted, say.
    Source: B5, B6.
    """
    moved = replace(record, version=later_version(record.version, now))
    match moved, entry:
        case Vendor(), VendorEntry():
            return replace(
                moved, name=entry.name, email=entry.email, account_number=entry.account_number, active=entry.active
            )
        case Bill(), BillEntry():
            return replace(_owed(moved, entry, named), due_on=entry.due_on, balance_minor=entry.total_minor)
        case VendorCredit(), CreditEntry():
            return _owed(moved, entry, named)
        case BillPayment(), PaymentEntry():
            return replace(
                moved,
                vendor=_called(Kind.VENDOR, entry.vendor_id, named, moved.vendor),
                paid_on=entry.paid_on,
                method=entry.method,
                account_id=entry.account_id,
                number=entry.number,
                bills=tuple(BillPart(*part) for part in _parts(Kind.BILL, entry.bills, named)),
                credits=tuple(CreditPart(*part) for part in _parts(Kind.VENDOR_CREDIT, entry.credits, named)),
                total_minor=entry.amount_minor + other_minor,
                other_minor=other_minor,
            )
        case _:
            raise ValueError(f"{record.ref} is no {type(entry).__name__}")


def gone(record: Payable, standing: Standing, now: datetime) -> Payable:
    """Give a record of the platform whose entry is void or gone: it counts no longer. Source: B5, B6."""
    return replace(record, standing=standing, version=later_version(record.version, now))


def _owed[Owed: (Bill, VendorCredit)](record: Owed, entry: BillEntry | CreditEntry, named: Mapping[Ref, Named]) -> Owed:
    return replace(
        record,
        number=entry.number,
        vendor=_called(Kind.VENDOR, entry.vendor_id, named, record.vendor),
        issued_on=entry.issued_on,
        lines=tuple(map(_cost_line, entry.lines)),
        total_minor=entry.total_minor,
    )


def _cost_line(line: EntryLine) -> CostLine:
    kind = CostLineKind.ACCOUNT
    if line.line_id == TAX_LINE_ID:
        kind = CostLineKind.TAX
    elif line.item_id:
        kind = CostLineKind.ITEM
    elif not line.account_id:
        kind = CostLineKind.NOTE
    return CostLine("", kind, line.description, line.amount_minor, line.account_id, line.item_id)


def _parts(kind: Kind, parts: Iterable[Part], named: Mapping[Ref, Named]) -> Iterable[tuple[Ref, int]]:
    for part in parts:
        yield _called(kind, part.id, named, None), part.amount_minor


def _called(kind: Kind, id_: str, named: Mapping[Ref, Named], first: Ref | None) -> Ref:
    """Name something of the accounting as the record did so far, where it did."""
    known = [ref for ref, each in named.items() if ref.kind is kind and each.entry_id == id_]
    return first if first in known and first is not None else next(iter(known), Ref(ACCOUNTING, kind, id_))
