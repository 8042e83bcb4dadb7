"""The members that payables share when they are shown."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crossfoot.core.model import Ref
from crossfoot.core.payables.progress import Progress
from crossfoot.core.payables.records import Bill, BillPayment, CostLine, Payable, Vendor, VendorCredit, vendor_of
from crossfoot.messages.api.payables_book import CostLineShape, PayableCopy, VendorName
from crossfoot.steps.api.needs import Ports, to_id, to_money, to_why
from crossfoot.steps.api.payables_pairing import Kept


def head(kept: Kept, progress: Progress) -> dict[str, Any]:
    """Show what every payable says."""
    return {
        "id": str(kept.shown.ref),
        "ids": [str(ref) for ref in kept.refs],
        "progress": progress.status,
        "reason": to_why(progress.decision),
    }


def load_vendor_names(ports: Ports, tenant: str, records: Iterable[Payable]) -> dict[Ref, str]:
    """Read the names of the vendors that some records are of: the platform names them by their ids alone."""
    vendors = {ref for each in records if (ref := vendor_of(each)) is not None}
    found = ports.book.load_many(tenant, sorted(vendors)) if vendors else {}
    return {ref: vendor.name for ref, vendor in found.items() if isinstance(vendor, Vendor)}


def name_vendor(record: Bill | VendorCredit | BillPayment, names: Mapping[Ref, str]) -> VendorName:
    """Show whose a record is."""
    known = names.get(record.vendor, "") if record.vendor is not None else ""
    return VendorName(id=to_id(record.vendor), name=known or record.vendor_name)


def show_copies(ports: Ports, tenant: str, kept: Kept) -> list[PayableCopy]:
    """Show a bill or a vendor credit as each book has it, with its lines."""
    copies = [each for each in kept.copies if isinstance(each, Bill | VendorCredit)]
    lines = ports.book.load_cost_lines_of_many(tenant, copies)
    names = load_vendor_names(ports, tenant, copies)
    return [_to_copy(each, lines[each.ref], names) for each in copies]


def _to_copy(record: Bill | VendorCredit, lines: Sequence[CostLine], names: Mapping[Ref, str]) -> PayableCopy:
    return PayableCopy(
        id=str(record.ref),
        system=record.ref.system,
        standing=record.standing,
        number=record.number,
        vendor=name_vendor(record, names),
        issued_on=record.issued_on,
        due_on=record.due_on if isinstance(record, Bill) else None,
        currency=record.currency,
        total=to_money(record.total_minor, record.currency),
        left_out=record.keeping.left_out,
        note=record.note,
        lines=[_to_line(line, record.currency) for line in lines],
    )


def _to_line(line: CostLine, currency: str) -> CostLineShape:
    return CostLineShape(
        id=line.id,
        kind=line.kind,
        description=line.description,
        amount=to_money(line.amount_minor, currency),
        account=line.account_id,
        item=line.item_id,
        quantity=line.quantity,
        unit_price=line.unit_price,
        tax_code=line.tax_code,
        customer=line.customer_id,
        class_=line.class_id,
        billable=line.billable,
    )
