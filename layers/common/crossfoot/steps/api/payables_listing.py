"""Fill a page of a list of payables: each told once, whichever books it is in."""

from collections.abc import Callable, Iterator, Sequence

from crossfoot.core.model import ACCOUNTING, Kind, Record, Ref
from crossfoot.core.payables.records import Payable, vendor_of
from crossfoot.core.payables.statuses import PayableStatus
from crossfoot.core.shelves import Shelf
from crossfoot.messages.api.payables_book import (
    AsideQuery,
    BillPaymentQuery,
    BillQuery,
    PayableHead,
    PayableSystem,
    VendorCreditQuery,
)
from crossfoot.steps.api.listing import Choose, by_date, fill_page
from crossfoot.steps.api.needs import Ports, read_ref
from crossfoot.steps.api.payables_pairing import Kept, Placing, at_accounting, at_platform, pair_payables

type DatedPayables = BillQuery | VendorCreditQuery | BillPaymentQuery

# A status that all records of it are on a shelf for. What is open has none: the accounting's balance does not know what
# was paid on the platform since, nor the platform what does not come back (B6).
_SHELVES = {"void": Shelf.VOID, "left_out": Shelf.LEFT_OUT}


def list_by_date[Item: PayableHead](
    ports: Ports,
    tenant: str,
    kind: Kind,
    query: DatedPayables,
    show: Callable[[Sequence[Kept]], Sequence[tuple[Item, PayableStatus]]],
) -> tuple[list[Item], str]:
    """List a page of a kind by date. Takes: `show` says of some how each is shown, and its status."""
    owner = read_ref(Kind.VENDOR, query.vendor) if query.vendor else None
    shelf = None if owner or query.status is None else _SHELVES.get(query.status.value)
    read = by_date(ports.book, tenant, kind, query, query.system, owner, shelf=shelf)
    placing = _at_vendor(owner) if owner else place_by(query.system)
    choose = choosing(ports, tenant, query, placing, query.status, show)

    def chosen(records: Sequence[Record]) -> Iterator[tuple[Record, Item]]:
        return (pair for pair in choose(records) if query.progress in (None, pair[1].progress))

    return fill_page(read, query, chosen)


def choosing[Item: PayableHead](
    ports: Ports,
    tenant: str,
    query: DatedPayables | AsideQuery,
    placing: Placing,
    asked_for: PayableStatus | None,
    show: Callable[[Sequence[Kept]], Sequence[tuple[Item, PayableStatus]]],
) -> Choose[Item]:
    """Choose what belongs on a list. Takes: `asked_for` is the only status that is wanted, if any."""
    system = getattr(query, "system", None)
    with_deleted = query.include_deleted or (asked_for is not None and asked_for.value == "deleted")

    def choose(records: Sequence[Record]) -> Iterator[tuple[Record, Item]]:
        kept = [each for each in pair_payables(ports, tenant, records, placing) if _is_in(each, system, with_deleted)]
        for each, (item, status) in zip(kept, show(kept), strict=True):
            if _shows(query, asked_for, status):
                yield each.listed, item

    return choose


def place_by(system: PayableSystem | None) -> Placing:
    """Say where a pair has its place in the list of a book, or of both."""
    return at_accounting if system is ACCOUNTING else at_platform


def _at_vendor(vendor: Ref) -> Placing:
    """Place a pair, in a vendor's own list, where the platform's record is, unless that names the vendor otherwise."""

    def placing(_copy: Payable, told: Payable) -> bool:
        return vendor_of(told) != vendor

    return placing


def _is_in(kept: Kept, system: PayableSystem | None, with_deleted: bool) -> bool:
    if system is ACCOUNTING and kept.named.is_deleted_there and not with_deleted:
        return False
    return system is None or system in {ref.system for ref in kept.refs}


def _shows(query: AsideQuery, asked_for: PayableStatus | None, status: PayableStatus) -> bool:
    """Tell whether a record of some status belongs on a list."""
    if asked_for is not None:
        return status == asked_for
    hidden = {"deleted": not query.include_deleted, "left_out": not query.include_left_out}
    return not hidden.get(status.value, False)
