"""Reads invoices again as they are in their system, and believes only so many deletions at once (I5, I7, X4)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from crossfoot.core.model import CreditMemo, Customer, Invoice, Payment, Standing
from crossfoot.ports import Found, Source

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
