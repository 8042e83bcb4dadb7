"""List vendors by name, and show one (B1, B5)."""

from collections.abc import Sequence

from crossfoot.core.model import Kind
from crossfoot.core.payables.progress import Progress
from crossfoot.core.payables.records import Vendor
from crossfoot.core.payables.statuses import VendorStatus, vendor_status
from crossfoot.messages.api.payables_book import VendorList, VendorQuery, VendorShape
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.ports import ListPage
from crossfoot.steps.api.listing import fill_page
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.payables_listing import choosing, place_by
from crossfoot.steps.api.payables_pairing import Kept, find_kept
from crossfoot.steps.api.payables_shapes import head
from crossfoot.steps.api.payables_standing import load_progress


def list_vendors(ports: Ports, asked: Asked[Nothing, VendorQuery]) -> VendorList:
    """List a page of vendors by name."""
    tenant, query = asked.tenant, asked.query

    def read(cursor: str, limit: int) -> ListPage:
        return ports.book.list_named(
            tenant, Kind.VENDOR, prefix=query.search, system=query.system, cursor=cursor, limit=limit
        )

    def show(kept: Sequence[Kept]) -> list[tuple[VendorShape, VendorStatus]]:
        return [(shape, shape.status) for shape in _show(ports, tenant, kept)]

    choose = choosing(ports, tenant, query, place_by(query.system), query.status, show)
    found, next_cursor = fill_page(read, query, choose)
    return VendorList(vendors=found, next_cursor=next_cursor)


def show_vendor(ports: Ports, asked: Asked[OneId]) -> VendorShape:
    """Show a vendor, asked for by either copy. Raises: Rejected("not_found")."""
    kept = find_kept(ports, asked.tenant, Kind.VENDOR, asked.path.id)
    return _show(ports, asked.tenant, [kept])[0]


def _show(ports: Ports, tenant: str, kept: Sequence[Kept]) -> list[VendorShape]:
    progress = load_progress(ports, tenant, kept)
    return [_to_shape(each, progress[each.shown.ref]) for each in kept]


def _to_shape(kept: Kept, progress: Progress) -> VendorShape:
    vendor = kept.shown
    assert isinstance(vendor, Vendor)
    return VendorShape(
        **head(kept, progress),
        name=vendor.name,
        account_number=vendor.account_number,
        email=vendor.email,
        status=vendor_status(vendor),
    )
