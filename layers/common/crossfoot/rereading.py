"""Reads records again as they are in their system: what is gone, and what may no longer be read (I3, I5, I7, C3, X4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crossfoot.core.model import CreditMemo, Customer, Invoice, Payment, Record, Standing
from crossfoot.core.unread_lines import is_stand_in, keep_read_before
from crossfoot.ports import Book, Found, Psa, Source

FEW = 3
SHARE = 20


def reread_invoices(known: Sequence[Invoice], source: Source, now: datetime) -> list[Invoice]:
    """Read some invoices of one system again, in as few calls as it allows.

    Returns: what the system shows, kept as the book keeps it; and as deleted what it shows no longer, unless that is more
    than anybody deletes.
    Source: I5.
    """
    kept = {invoice.ref: invoice.keeping for invoice in known}
    found = source.fetch_invoices([ref.id for ref in kept]) if kept else Found[Invoice](())
    seen = {invoice.ref: invoice for invoice in found.records}
    there = {*seen, *found.unreadable}
    gone = [invoice for invoice in known if invoice.ref not in there and invoice.standing is Standing.LIVE]
    believed = gone if are_believed(len(gone), len(known)) else []
    # A filter that left an invoice out is not asked again here, and reading it must not bring it in (C4).
    still = [replace(invoice, keeping=kept[ref]) for ref, invoice in seen.items() if ref in kept]
    return [*still, *(as_deleted(invoice, now) for invoice in believed)]


def reread_credit_memos(known: Sequence[CreditMemo], psa: Psa) -> list[CreditMemo]:
    """Read some credit memos again: where a credit is applied, it is undocumented that its memo shows it as a change.

    Returns: those that are there; what is gone is the census's affair.
    Source: I3.
    """
    kept = {memo.ref: memo.keeping for memo in known if memo.standing is Standing.LIVE}
    found = psa.fetch_credit_memos([ref.id for ref in kept]).records if kept else ()
    return [replace(memo, keeping=kept[memo.ref]) for memo in found if memo.ref in kept]


def keep_lines(tenant: str, records: Sequence[Record], book: Book) -> tuple[Record, ...]:
    """Keep the book's lines where a right that they are read by is missing by now.

    Takes: records as they were read, a stand-in where lines could not be.
    Source: C3.
    """
    lacking = {record.ref for record in records if _lacks_lines(record)}
    stored = book.load_many(tenant, sorted(lacking)) if lacking else {}
    return tuple(_with_lines_of(record, stored.get(record.ref), tenant, book) for record in records)


def _lacks_lines(record: Record) -> bool:
    return isinstance(record, Invoice | CreditMemo) and any(map(is_stand_in, record.lines or ()))


def _with_lines_of(record: Record, stored: Record | None, tenant: str, book: Book) -> Record:
    if not isinstance(record, Invoice | CreditMemo) or not isinstance(stored, Invoice | CreditMemo):
        return record
    return replace(record, lines=keep_read_before(record.lines or (), book.load_lines(tenant, stored)))


def are_believed(gone: int, known: int) -> bool:
    """Tell whether so many of the known can have been deleted since the last look.

    More is likelier an API member whose role shows fewer rows than before ("My" instead of "All" is no error in
    ConnectWise), and archiving what it hides would take payments for unpayable.
    """
    return gone <= max(FEW, known // SHARE)


def as_deleted[R: Customer | Invoice | Payment | CreditMemo](record: R, now: datetime) -> R:
    """Give a record as it stands once its system shows it no longer."""
    seen_at = max(now.strftime("%Y-%m-%dT%H:%M:%SZ"), record.version.seen_at)
    return replace(record, standing=Standing.DELETED, version=replace(record.version, seen_at=seen_at))


def as_live[R: Customer | Invoice | CreditMemo](record: R, seen_at: datetime) -> R:
    """Give a deleted record as it was known, now that its system shows it again."""
    version = replace(record.version, seen_at=seen_at.strftime("%Y-%m-%dT%H:%M:%SZ"))
    return replace(record, standing=Standing.LIVE, version=version)
