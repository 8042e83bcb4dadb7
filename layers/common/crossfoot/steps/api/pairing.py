"""Put the two copies of an invoice together, so that it is told once (I9)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crossfoot.core.model import Invoice, Link, Record, Ref, System
from crossfoot.steps.api.needs import Ports


@dataclass(frozen=True, slots=True)
class Entry:
    """An invoice and its copy.

    Takes: `shown` is the primary system's, where both have one (C8); `listed` gives it its place in a list.
    """

    shown: Invoice
    other: Invoice | None
    link: Link | None
    listed: Invoice

    @property
    def copies(self) -> tuple[Invoice, ...]:
        """List both, as far as they are there."""
        return (self.shown,) if self.other is None else (self.shown, self.other)


def pair(
    ports: Ports, tenant: str, records: Sequence[Record], primary: System, told_at: System | None
) -> Iterator[Entry]:
    """Put copies together.

    Takes: `told_at` is the system whose copy gives a pair its place in the list; at the other's it is passed over. None
    where all the copies that are wanted are among the records: then the first one does.
    """
    invoices = [record for record in records if isinstance(record, Invoice)]
    links = ports.book.load_links(tenant, [invoice.ref for invoice in invoices])
    own = list(_places(invoices, links, told_at))
    others = ports.book.load_many(tenant, [links[each.ref].other(each.ref) for each in own if each.ref in links])
    for invoice in own:
        link = links.get(invoice.ref)
        other = others.get(link.other(invoice.ref)) if link else None
        yield _entry(invoice, other if isinstance(other, Invoice) else None, link, primary)


def load_entry(ports: Ports, tenant: str, ref: Ref) -> Entry | None:
    """Read an invoice and its copy, from either side."""
    record = ports.book.load(tenant, ref)
    if not isinstance(record, Invoice):
        return None
    (entry,) = pair(ports, tenant, [record], ports.preferences.load(tenant).primary, None)
    return entry


def _places(invoices: Sequence[Invoice], links: dict[Ref, Link], told_at: System | None) -> Iterator[Invoice]:
    told: set[Link] = set()
    for invoice in invoices:
        link = links.get(invoice.ref)
        if link is None or invoice.ref.system is told_at or (told_at is None and link not in told):
            yield invoice
        if link is not None:
            told.add(link)


def _entry(invoice: Invoice, other: Invoice | None, link: Link | None, primary: System) -> Entry:
    if other is not None and other.ref.system is primary:
        return Entry(other, invoice, link, invoice)
    return Entry(invoice, other, link, invoice)
