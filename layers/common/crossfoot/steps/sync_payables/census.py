"""Finds what was deleted where the accounting can no longer show that: what the book has is looked up there (B1, X1)."""

from crossfoot.core.model import ACCOUNTING, Kind, Standing
from crossfoot.core.payables.following import gone
from crossfoot.core.payables.records import Bill, BillPayment, Payable, VendorCredit
from crossfoot.ports import PayablesSource
from crossfoot.steps.sync_payables.needs import Ports

# So many are looked up in one metered call.
PAGE = 200


def look_up(
    tenant: str, kind: Kind, listed: str, source: PayablesSource, ports: Ports
) -> tuple[tuple[Payable, ...], str]:
    """Look up a page of what the book has of a kind.

    Takes: `listed` is where the page begins.
    Returns: those that are gone, as what was read of them; and where the next page begins, "" behind the last one.
    Raises: errors of the vendor and of our table.
    """
    page = ports.book.list_records(tenant, kind, first=None, last=None, system=ACCOUNTING, cursor=listed, limit=PAGE)
    payables = [each for each in page.records if isinstance(each, Bill | VendorCredit | BillPayment)]
    living = [each for each in payables if each.standing is Standing.LIVE]
    there = source.fetch_living([each.ref for each in living]) if living else frozenset()
    now = ports.clock.now()
    lost = tuple(gone(each, Standing.DELETED, now) for each in living if each.ref not in there)
    return lost, page.next_cursor
