"""List vendor credits, and show one with its lines, what uses it up and what remains of it in both books (B1, B4)."""

from collections.abc import Mapping, Sequence
from typing import Any

from crossfoot.core.model import Kind, Ref
from crossfoot.core.payables.progress import Progress
from crossfoot.core.payables.records import VendorCredit
from crossfoot.core.payables.statuses import VendorCreditStatus, vendor_credit_status
from crossfoot.messages.api.payables_book import (
    VendorCreditDetail,
    VendorCreditList,
    VendorCreditQuery,
    VendorCreditShape,
)
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.bill_payments import show_payments_on
from crossfoot.steps.api.needs import Ports, to_money
from crossfoot.steps.api.payables_listing import list_by_date
from crossfoot.steps.api.payables_pairing import Kept, find_kept
from crossfoot.steps.api.payables_shapes import head, load_vendor_names, name_vendor, show_copies
from crossfoot.steps.api.payables_standing import Owing, load_owing, load_progress


def list_vendor_credits(ports: Ports, asked: Asked[Nothing, VendorCreditQuery]) -> VendorCreditList:
    """List a page of vendor credits by date. Source: B1, B4."""
    tenant = asked.tenant

    def show(kept: Sequence[Kept]) -> list[tuple[VendorCreditShape, VendorCreditStatus]]:
        owing, progress = load_owing(ports, tenant, kept), load_progress(ports, tenant, kept)
        names = load_vendor_names(ports, tenant, [each.shown for each in kept])
        refs = [each.shown.ref for each in kept]
        members = (_members(each, owing[ref], progress[ref], names) for ref, each in zip(refs, kept, strict=True))
        return [(shape, shape.status) for shape in (VendorCreditShape(**each) for each in members)]

    found, next_cursor = list_by_date(ports, tenant, Kind.VENDOR_CREDIT, asked.query, show)
    return VendorCreditList(vendor_credits=found, next_cursor=next_cursor)


def show_vendor_credit(ports: Ports, asked: Asked[OneId]) -> VendorCreditDetail:
    """Show all that is known of a vendor credit, asked for by either copy. Raises: Rejected("not_found")."""
    tenant = asked.tenant
    kept = find_kept(ports, tenant, Kind.VENDOR_CREDIT, asked.path.id)
    owing = load_owing(ports, tenant, [kept])[kept.shown.ref]
    progress = load_progress(ports, tenant, [kept], closely=True)[kept.shown.ref]
    return VendorCreditDetail(
        **_members(kept, owing, progress, load_vendor_names(ports, tenant, [kept.shown])),
        copies=show_copies(ports, tenant, kept),
        payments=show_payments_on(ports, tenant, owing.payments),
    )


def _members(kept: Kept, owing: Owing, progress: Progress, names: Mapping[Ref, str]) -> dict[str, Any]:
    credit, there = kept.shown, owing.in_accounting_minor
    assert isinstance(credit, VendorCredit)
    return {
        **head(kept, progress),
        "number": credit.number,
        "vendor": name_vendor(credit, names),
        "issued_on": credit.issued_on,
        "currency": credit.currency,
        "total": to_money(credit.total_minor, credit.currency),
        "remaining": to_money(owing.on_platform.open_minor, credit.currency),
        "remaining_in_quickbooks": to_money(there, credit.currency) if there is not None else None,
        "status": vendor_credit_status(credit, owing.on_platform),
    }
