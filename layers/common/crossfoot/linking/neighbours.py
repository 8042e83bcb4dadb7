"""Read what bears on the matching of many invoices, in batches: a constant number of reads for each (I9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from crossfoot.core.folding import normalise
from crossfoot.core.matching import Candidates, Match, match_invoice
from crossfoot.core.model import Invoice, Link, Record, Ref
from crossfoot.core.verdicts import Verdicts, bearing_on
from crossfoot.ports import Book, Matches, Numbered


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Invoices, and everything that may be a copy of one of them."""

    invoices: Mapping[Ref, Invoice]
    numbered: Mapping[str, Numbered]
    links: Mapping[Ref, Link]
    verdicts: Verdicts

    def match(self, invoice: Invoice) -> Match:
        """Match one of them. Source: I9."""
        among = self.candidates(invoice.number, (invoice,))
        return match_invoice(invoice, among.invoices, self.verdicts, self.links, crowded=among.crowded)

    def candidates(self, number: str, further: Iterable[Invoice] = ()) -> Candidates:
        """Give the invoices of a number, and those that they are linked or confirmed with."""
        same = self.numbered.get(normalise(number), Numbered(()))
        found = {invoice.ref: invoice for invoice in (*same.invoices, *further)}
        mates = {mate for ref in found for mate in _mates(ref, self.links, self.verdicts)} - found.keys()
        found |= {mate: self.invoices[mate] for mate in sorted(mates) if mate in self.invoices}
        return Candidates(tuple(found.values()), self.links, self.verdicts, same.crowded)

    def with_links(self, links: Mapping[Ref, Link]) -> "Neighbours":
        """Add links that were made meanwhile."""
        return replace(self, links={**self.links, **links})


def gather(tenant: str, refs: Iterable[Ref], numbers: Iterable[str], book: Book, matches: Matches) -> Neighbours:
    """Read some invoices, and the invoices of some numbers, with all that may be copies of them.

    The invoices are read again: what the partner archived stands in the book only, and a list may be behind it.
    """
    found = _invoices(book.load_many(tenant, refs))
    numbered = book.load_numbered(tenant, [*numbers, *(invoice.number for invoice in found.values())])
    found |= {invoice.ref: invoice for each in numbered.values() for invoice in each.invoices}
    links = book.load_links(tenant, found)
    verdicts = matches.load_verdicts(tenant, found)
    mates = {mate for ref in found for mate in _mates(ref, links, verdicts)} - found.keys()
    further = bearing_on(found.values()) - found.keys()
    if mates:
        links |= book.load_links(tenant, mates)
        copies = _invoices(book.load_many(tenant, mates))
        found |= copies
        further |= bearing_on(copies.values())
    if further:
        verdicts = verdicts.joined_with(matches.load_verdicts(tenant, further))
    return Neighbours(found, numbered, links, verdicts)


def _mates(ref: Ref, links: Mapping[Ref, Link], verdicts: Verdicts) -> Iterable[Ref]:
    link, same = links.get(ref), verdicts.same_as(ref)
    return [mate for mate in (link.other(ref) if link else None, same) if mate is not None]


def _invoices(records: Mapping[Ref, Record]) -> dict[Ref, Invoice]:
    return {ref: record for ref, record in records.items() if isinstance(record, Invoice)}
