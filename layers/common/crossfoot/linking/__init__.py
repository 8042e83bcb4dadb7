"""Join the two copies of an invoice (I9), keep what the partner decided, and note what is open for a decision."""

from collections.abc import Iterable, Sequence

from crossfoot.core.decisions import Decision
from crossfoot.core.matching import match_invoice
from crossfoot.core.model import Invoice, Link, Ref
from crossfoot.linking.bearing import Bearing, load_bearing
from crossfoot.linking.joining import Joining
from crossfoot.linking.neighbours import gather
from crossfoot.linking.open_matters import find_open, keep_open
from crossfoot.ports import Book, EffectStore, Matches

__all__ = ["Bearing", "decide_unlinked", "find_open", "link_invoices", "load_bearing"]


def link_invoices(
    tenant: str, invoices: Sequence[Invoice], book: Book, effects: EffectStore, matches: Matches
) -> dict[Ref, Link]:
    """Link every live invoice that has no link and whose copy is beyond doubt, and part what the partner keeps apart.

    An invoice whose copy was deleted and entered again is joined anew, and one that the partner separated is parted, but
    not while payments still stand on its ConnectWise rows: they are taken back over the old link first. What needs a
    decision of the partner is noted as an open matter, and taken off when it is over.
    Takes: invoices that are in the book by now.
    Returns: the links of these invoices, new and old. What stays unlinked says why when it is asked (`decide_unlinked`).
    Source: I9, C4, C5. Repeating it changes nothing; reads grow with the number of invoices, and with nothing else.
    """
    joining = Joining(tenant, book, effects, matches)
    links, doubtful = joining.review(invoices)
    loose = [invoice.ref for invoice in invoices if invoice.ref not in links]
    seen = gather(tenant, loose, doubtful, book, matches)
    found: dict[Link, Ref] = {}
    for invoice in (seen.invoices[ref] for ref in loose if ref in seen.invoices):
        link = seen.match(invoice).link
        if link is not None:
            found.setdefault(link, invoice.ref)
    links |= joining.join(found, seen.links)
    keep_open(tenant, seen.with_links(links), book, matches)
    return {invoice.ref: links[invoice.ref] for invoice in invoices if invoice.ref in links}


def decide_unlinked(tenant: str, invoices: Iterable[Invoice], book: Book, matches: Matches) -> dict[Ref, Decision]:
    """Say of invoices without a link why they have none. Source: I9, X1."""
    known = {invoice.ref: invoice for invoice in invoices}
    seen = gather(tenant, known, (), book, matches)
    return {
        ref: seen.match(seen.invoices[ref]).decision if ref in seen.invoices else match_invoice(invoice, ()).decision
        for ref, invoice in known.items()
    }
