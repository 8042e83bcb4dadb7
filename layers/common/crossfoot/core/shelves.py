"""Shelves: what a list is kept of beside the one of all records, by how invoices, credit memos and payables stand."""

from enum import StrEnum

from crossfoot.core.model import (
    ACCOUNTING,
    CONNECTED,
    PLATFORM,
    PSA,
    Billed,
    CreditMemo,
    Invoice,
    Kind,
    Record,
    Standing,
    System,
)
from crossfoot.core.payables.records import PAYABLE_KINDS, Bill, BillPayment, VendorCredit
from crossfoot.core.statuses import CreditMemoStatus, InvoiceStatus, is_archived


class Shelf(StrEnum):
    """A list that a record is on while it stands so. It may be on several: what is unpaid may be archived too."""

    UNPAID = "unpaid"
    VOID = "void"
    ARCHIVED = "archived"
    LEFT_OUT = "left_out"
    UNSYNCED = "unsynced"


_SET_ASIDE = frozenset({Shelf.VOID, Shelf.ARCHIVED, Shelf.LEFT_OUT})


def shelf_of_status(status: InvoiceStatus | CreditMemoStatus | None) -> Shelf | None:
    """Say which shelf has all records of a status; None for what is found where everything is."""
    if isinstance(status, InvoiceStatus) and status in (InvoiceStatus.OPEN, InvoiceStatus.PARTIAL):
        return Shelf.UNPAID
    return next((shelf for shelf in _SET_ASIDE if status is not None and shelf.value == status.value), None)


def shelves_of(record: Record | None) -> frozenset[Shelf]:
    """Say on which shelves a record belongs.

    Source: B1, B2, B5, B6 (left out), C4, C5, I5, I6, I7 (unpaid: live, with a balance), S1 and S3 (unsynced: closed in
    the PSA, and in no batch).
    """
    if isinstance(record, Bill | VendorCredit | BillPayment):
        return _shelves_of_payable(record)
    if not isinstance(record, Invoice | CreditMemo):
        return frozenset()
    is_on = {
        Shelf.UNPAID: isinstance(record, Invoice) and record.standing is Standing.LIVE and record.balance_minor != 0,
        Shelf.VOID: record.standing is Standing.VOID,
        Shelf.ARCHIVED: is_archived(record),
        Shelf.LEFT_OUT: record.keeping.left_out,
        Shelf.UNSYNCED: _waits_for_sync(record),
    }
    return frozenset(shelf for shelf, belongs in is_on.items() if belongs)


def systems_on_shelves(kind: Kind) -> tuple[System, ...]:
    """Say of which systems a kind's records can be on shelves."""
    return (ACCOUNTING, PLATFORM) if kind in PAYABLE_KINDS else CONNECTED


def _shelves_of_payable(record: Bill | VendorCredit | BillPayment) -> frozenset[Shelf]:
    """What the platform tells of a bill says nothing of how much is open: only the accounting's are unpaid."""
    is_live = record.ref.system is ACCOUNTING and record.standing is Standing.LIVE
    is_on = {
        Shelf.UNPAID: is_live and isinstance(record, Bill) and record.balance_minor != 0,
        Shelf.VOID: record.standing is Standing.VOID,
        Shelf.LEFT_OUT: record.keeping.left_out,
    }
    return frozenset(shelf for shelf, belongs in is_on.items() if belongs)


def _waits_for_sync(bill: Billed) -> bool:
    return bill.ref.system is PSA and bill.standing is Standing.LIVE and bill.closed and not bill.batch
