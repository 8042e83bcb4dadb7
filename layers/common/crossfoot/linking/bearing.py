"""Read what the partner's word means for the payments of some invoices (I9, E2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crossfoot.core.matching import find_aside, is_imported
from crossfoot.core.model import ACCOUNTING, IMPORTED, Invoice, Keeping, Link, Record, Ref, Standing
from crossfoot.core.verdicts import UNDECIDED, Verdicts, bearing_on
from crossfoot.linking.joining import is_parted
from crossfoot.ports import Book, Matches


@dataclass(frozen=True, slots=True)
class Bearing:
    """What bears on the payments of some invoices of the accounting, by invoice."""

    verdicts: Verdicts = UNDECIDED
    parted: frozenset[Ref] = frozenset()
    keepings: Mapping[Ref, Keeping] = field(default_factory=dict)

    def psa_keeping(self, invoice: Ref) -> Keeping:
        """Say how the book keeps its copy in the PSA, or the one that would be it."""
        return self.keepings.get(invoice, IMPORTED)


def load_bearing(
    tenant: str, copies: Mapping[Ref, Record], links: Mapping[Ref, Link], book: Book, matches: Matches
) -> Bearing:
    """Read the partner's verdicts on some invoices and their copies, and say how the copies are kept. Source: E2, I9.

    Takes: `copies` of both systems as the book has them; `links` by the invoice of the accounting.
    """
    invoices = {
        ref: record for ref, record in copies.items() if ref.system is ACCOUNTING and isinstance(record, Invoice)
    }
    pairs = {
        ref: (links[ref], invoice, copy)
        for ref, invoice in invoices.items()
        if ref in links and isinstance(copy := copies.get(links[ref].psa), Invoice)
    }
    involved = bearing_on(each for _, one, other in pairs.values() for each in (one, other))
    verdicts = matches.load_verdicts(tenant, involved) if involved else UNDECIDED
    parted = frozenset(
        ref for ref, (link, one, other) in pairs.items() if is_parted(tenant, link, one, other, verdicts, book)
    )
    alone = [invoice for ref, invoice in invoices.items() if ref not in links and invoice.standing is Standing.LIVE]
    keepings = {ref: copy.keeping for ref, (_, _, copy) in pairs.items()} | _keepings_aside(tenant, alone, book)
    return Bearing(verdicts, parted, keepings)


def _keepings_aside(tenant: str, alone: Iterable[Invoice], book: Book) -> dict[Ref, Keeping]:
    """Find the invoices whose only copy is left out or archived: their payments wait for that, not for an arrival."""
    invoices = list(alone)
    numbered = book.load_numbered(tenant, [invoice.number for invoice in invoices]) if invoices else {}
    same = {found.ref: group.invoices for group in numbered.values() for found in group.invoices}
    found: dict[Ref, Keeping] = {}
    for invoice in invoices:
        copies = [each for each in same.get(invoice.ref, ()) if each.ref.system is not invoice.ref.system]
        aside = find_aside(invoice, copies)
        if aside and not any(each.standing is Standing.LIVE and is_imported(each) for each in copies):
            found[invoice.ref] = aside.keeping
    return found
