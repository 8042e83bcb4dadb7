"""List bills, and show one with its lines, what pays it and what is open of it in both books (B1, B4, B8)."""

from collections.abc import Mapping, Sequence
from typing import Any

from crossfoot.core.model import Kind, Ref
from crossfoot.core.payables.progress import Progress
from crossfoot.core.payables.records import Bill
from crossfoot.core.payables.statuses import BillStatus, bill_status
from crossfoot.messages.api.payables_book import BillDetail, BillList, BillQuery, BillShape
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.bill_payments import show_payments_on
from crossfoot.steps.api.marks import show_outside
from crossfoot.steps.api.needs import Ports, to_money
from crossfoot.steps.api.payables_listing import list_by_date
from crossfoot.steps.api.payables_pairing import Kept, find_kept
from crossfoot.steps.api.payables_shapes import head, load_vendor_names, name_vendor, show_copies
from crossfoot.steps.api.payables_standing import Owing, load_owing, load_progress


def list_bills(ports: Ports, asked: Asked[Nothing, BillQuery]) -> BillList:
    """List a page of bills by date. Source: B1, B6, B8."""

    def show(kept: Sequence[Kept]) -> list[tuple[BillShape, BillStatus]]:
        owing = load_owing(ports, asked.tenant, kept)
        return [(shape, shape.status) for shape in _show(ports, asked.tenant, kept, owing)]

    found, next_cursor = list_by_date(ports, asked.tenant, Kind.BILL, asked.query, show)
    return BillList(bills=found, next_cursor=next_cursor)


def show_bill(ports: Ports, asked: Asked[OneId]) -> BillDetail:
    """Show all that is known of a bill, asked for by either copy. Source: B1, B4, B8."""
    return detail_of(ports, asked.tenant, find_kept(ports, asked.tenant, Kind.BILL, asked.path.id))


def detail_of(ports: Ports, tenant: str, kept: Kept) -> BillDetail:
    """Show all that is known of a bill."""
    owing = load_owing(ports, tenant, [kept])[kept.shown.ref]
    progress = load_progress(ports, tenant, [kept], closely=True)[kept.shown.ref]
    names = load_vendor_names(ports, tenant, [kept.shown])
    return BillDetail(
        **_members(kept, owing, progress, names),
        copies=show_copies(ports, tenant, kept),
        payments=show_payments_on(ports, tenant, owing.payments),
    )


def _show(ports: Ports, tenant: str, kept: Sequence[Kept], owing: Mapping[Ref, Owing]) -> list[BillShape]:
    progress = load_progress(ports, tenant, kept)
    names = load_vendor_names(ports, tenant, [each.shown for each in kept])
    refs = [each.shown.ref for each in kept]
    members = (_members(each, owing[ref], progress[ref], names) for ref, each in zip(refs, kept, strict=True))
    return [BillShape(**each) for each in members]


def _members(kept: Kept, owing: Owing, progress: Progress, names: Mapping[Ref, str]) -> dict[str, Any]:
    bill, there = kept.shown, owing.in_accounting_minor
    assert isinstance(bill, Bill)
    return {
        **head(kept, progress),
        "number": bill.number,
        "vendor": name_vendor(bill, names),
        "issued_on": bill.issued_on,
        "due_on": bill.due_on,
        "currency": bill.currency,
        "total": to_money(bill.total_minor, bill.currency),
        "open": to_money(owing.on_platform.open_minor, bill.currency),
        "scheduled": to_money(owing.on_platform.scheduled_minor, bill.currency),
        "open_in_quickbooks": to_money(there, bill.currency) if there is not None else None,
        "approved": bill.approved,
        "status": bill_status(bill, owing.on_platform),
        "outside_payment": show_outside(owing.outside),
    }
