"""Shelves: what a list is kept of beside the one of all records, by how invoices and credit memos stand."""

from enum import StrEnum

from crossfoot.core.model import PSA, CreditMemo, Invoice, Record, Standing
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

    Source: C4, C5, I5, I6, I7 (unpaid: live, with a balance), S1 and S3 (unsynced: closed in the PSA, and in no batch).
    """
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


def _waits_for_sync(bill: Invoice | CreditMemo) -> bool:
    return bill.ref.system is PSA and bill.standing is Standing.LIVE and bill.closed and not bill.batch
