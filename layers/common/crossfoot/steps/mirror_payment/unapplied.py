"""Finds the invoices that money may go to which none of those that it was meant for has room for (P1)."""

from crossfoot.core.matching import is_imported
from crossfoot.core.model import ACCOUNTING, Invoice, Keeping, Kind, Ref, Standing
from crossfoot.linking import load_bearing
from crossfoot.steps.mirror_payment.needs import Ports

MAX_OPEN = 200


def load_open_invoices(tenant: str, customer: Ref, currency: str, ports: Ports) -> list[Invoice]:
    """Read the open invoices of a customer of the accounting that take part in both systems.

    ConnectWise gets no payment on an invoice whose copy there is archived or left out by the filters. What the platform
    said is paid by it is recorded all the same; what we choose ourselves must not set the two books apart. Nor does
    anything go to one that was paid outside.

    Source: P1, B8, C4, C5, I5.
    """
    page = ports.book.list_records(
        tenant, Kind.INVOICE, first=None, last=None, system=ACCOUNTING, cursor="", limit=MAX_OPEN,
        customer=customer, oldest_first=True,
    )  # fmt: skip
    found = [record for record in page.records if isinstance(record, Invoice) and _is_open(record, currency)]
    return _without_those_aside(tenant, found, ports) if found else []


def _is_open(invoice: Invoice, currency: str) -> bool:
    is_open = invoice.standing is Standing.LIVE and invoice.balance_minor > 0 and invoice.keeping.outside is None
    return is_open and invoice.currency == currency and is_imported(invoice)


def _without_those_aside(tenant: str, invoices: list[Invoice], ports: Ports) -> list[Invoice]:
    """Pass over the invoices whose copy in the other system takes no part."""
    links = ports.book.load_links(tenant, [invoice.ref for invoice in invoices])
    copies = ports.book.load_many(tenant, [link.psa for link in links.values()])
    copies |= {invoice.ref: invoice for invoice in invoices}
    bearing = load_bearing(tenant, copies, links, ports.book, ports.matches)
    keepings = {invoice.ref: bearing.psa_keeping(invoice.ref) for invoice in invoices}
    return [each for each in invoices if not _is_aside(keepings[each.ref])]


def _is_aside(keeping: Keeping) -> bool:
    return keeping.archived or keeping.left_out or keeping.outside is not None
