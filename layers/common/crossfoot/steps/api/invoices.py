"""List invoices: one entry for each invoice, whether one system has it or both (I9)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from crossfoot.core.decisions import Decision, Outcome, did
from crossfoot.core.matching import match_invoice
from crossfoot.core.model import Invoice, Kind, Link, Record, Ref, System
from crossfoot.core.statuses import invoice_status
from crossfoot.messages.api import CustomerName, InvoiceCopy, InvoiceList, InvoiceQuery, InvoiceShape, MatchShape
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.listing import fill_page
from crossfoot.steps.api.needs import Ports, to_money


@dataclass(frozen=True, slots=True)
class Entry:
    """An invoice and its copy. `shown` is the primary system's, where both have one (C8)."""

    shown: Invoice
    other: Invoice | None
    link: Link | None

    @property
    def copies(self) -> tuple[Invoice, ...]:
        """List both, as far as they are there."""
        return (self.shown,) if self.other is None else (self.shown, self.other)


def list_invoices(ports: Ports, asked: Asked[Nothing, InvoiceQuery]) -> InvoiceList:
    """List a page of invoices, newest first. Source: C8, I3, I5, I6, I9."""
    tenant, query = asked.tenant, asked.query
    primary = ports.preferences.load(tenant).primary

    def choose(records: Sequence[Record]) -> Iterator[Entry]:
        for entry in _pair(ports, tenant, records, primary):
            if _is_wanted(entry, query):
                yield entry

    found, next_cursor = fill_page(ports.book, tenant, Kind.INVOICE, query, None, choose)
    return InvoiceList(invoices=[_to_shape(ports, tenant, entry) for entry in found], next_cursor=next_cursor)


def explain_match(ports: Ports, tenant: str, invoice: Invoice, link: Link | None) -> Decision:
    """Say whether an invoice is in both systems, and if not, why. Source: I9."""
    if link is not None:
        sentence = f"Invoice {invoice.number} is one invoice in QuickBooks and ConnectWise."
        return did(invoice.ref, "I9", "matched", sentence, link.other(invoice.ref))
    same_number = ports.book.load_invoices_numbered(tenant, invoice.number) if invoice.number else ()
    match = match_invoice(invoice, same_number)
    return match.decision


def _pair(ports: Ports, tenant: str, records: Sequence[Record], primary: System) -> Iterator[Entry]:
    """Put copies together; a pair is told at its primary copy's place in the list, and passed over at the other's."""
    invoices = [record for record in records if isinstance(record, Invoice)]
    links = ports.book.load_links(tenant, [invoice.ref for invoice in invoices])
    own = [invoice for invoice in invoices if invoice.ref not in links or invoice.ref.system is primary]
    copies = [links[invoice.ref].other(invoice.ref) for invoice in own if invoice.ref in links]
    others = ports.book.load_many(tenant, copies)
    for invoice in own:
        link = links.get(invoice.ref)
        other = others.get(link.other(invoice.ref)) if link else None
        yield Entry(invoice, other if isinstance(other, Invoice) else None, link)


def _is_wanted(entry: Entry, query: InvoiceQuery) -> bool:
    return (
        (query.status is None or invoice_status(entry.shown) is query.status)
        and (query.system is None or query.system in {copy.ref.system for copy in entry.copies})
        and (query.paired is None or query.paired is (entry.link is not None))
        and (query.customer is None or query.customer in {str(copy.customer) for copy in entry.copies})
    )


def _to_shape(ports: Ports, tenant: str, entry: Entry) -> InvoiceShape:
    shown = entry.shown
    match = explain_match(ports, tenant, shown, entry.link)
    return InvoiceShape(
        id=str(shown.ref),
        number=shown.number,
        customer=CustomerName(id=_id(shown.customer), name=shown.customer_name),
        issued_on=shown.issued_on,
        due_on=shown.due_on,
        currency=shown.currency,
        total=to_money(shown.total_minor, shown.currency),
        balance=to_money(shown.balance_minor, shown.currency),
        status=invoice_status(shown),
        match=MatchShape(state=_match_state(match), code=match.code, sentence=match.sentence, fix=match.fix),
        copies=[_to_copy(copy) for copy in entry.copies],
    )


def _match_state(decision: Decision) -> Literal["matched", "waits", "refused"]:
    match decision.outcome:
        case Outcome.DID:
            return "matched"
        case Outcome.REFUSED:
            return "refused"
        case _:
            return "waits"


def _to_copy(invoice: Invoice) -> InvoiceCopy:
    return InvoiceCopy(
        id=str(invoice.ref),
        system=invoice.ref.system,
        number=invoice.number,
        standing=invoice.standing,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        total=to_money(invoice.total_minor, invoice.currency),
        balance=to_money(invoice.balance_minor, invoice.currency),
    )


def _id(ref: Ref | None) -> str | None:
    return str(ref) if ref else None
