"""Join the two copies of an invoice (I9), and join anew when one was deleted and entered again."""

from collections.abc import Sequence

from crossfoot.core.matching import match_invoice
from crossfoot.core.model import Invoice, Link, Ref, Standing
from crossfoot.core.planning import PAYMENT_ROWS
from crossfoot.core.rows import standing_of
from crossfoot.errors import Conflict
from crossfoot.ports import Book, EffectStore


def link_invoices(tenant: str, invoices: Sequence[Invoice], book: Book, effects: EffectStore) -> dict[Ref, Link]:
    """Link every live invoice that has no link and whose copy is beyond doubt.

    An invoice whose copy was deleted and entered again is joined anew, but not while payments of the old one still stand
    on its ConnectWise rows: they are taken back over the old link first.
    Returns: the links of these invoices, new and old. What stays unlinked says why when it is asked (`match_invoice`).
    Source: I9. Repeating it changes nothing.
    """
    links = book.load_links(tenant, [invoice.ref for invoice in invoices])
    for invoice in invoices:
        if invoice.ref not in links and invoice.standing is Standing.LIVE and invoice.number:
            link = match_invoice(invoice, book.load_invoices_numbered(tenant, invoice.number)).link
            if link is not None and _join(tenant, link, invoice.ref, book, effects):
                links[invoice.ref] = link
    return links


def _join(tenant: str, link: Link, newcomer: Ref, book: Book, effects: EffectStore) -> bool:
    """Save a link, in place of one to a copy that is gone. Returns: False when the copy belongs to another live invoice."""
    earlier = book.load_link(tenant, link.other(newcomer))
    if earlier is not None and earlier != link:
        if _is_live(tenant, earlier.other(link.other(newcomer)), book):
            return False
        if earlier.psa == link.psa and standing_of(effects.load_latest(tenant, PAYMENT_ROWS, link.psa)).carries:
            return False
        book.remove_link(tenant, earlier)
    try:
        book.save_link(tenant, link)
    except Conflict:
        # Another worker linked one of the two meanwhile; explain shows it, and a person decides.
        return False
    return True


def _is_live(tenant: str, ref: Ref, book: Book) -> bool:
    record = book.load(tenant, ref)
    return record is not None and record.standing is Standing.LIVE
