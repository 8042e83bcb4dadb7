"""Give a link to an invoice's PDF (I1)."""

from collections.abc import Iterator
from dataclasses import replace

from crossfoot.core.model import IMPORTED, SYSTEM_NAMES, Invoice, Kind, fingerprint
from crossfoot.errors import RemoteUnavailable
from crossfoot.messages.api.invoices import PdfLink
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked
from crossfoot.steps.api.needs import Ports, not_found, read_ref, require_connected

# Readers look for a PDF's signature in its beginning, because some writers put something before it.
LOOKED_AT_BYTES = 1024
_SIGNATURE = b"%PDF"


def link_pdf(ports: Ports, asked: Asked[OneId]) -> PdfLink:
    """Give a short-lived link to the PDF of one copy of an invoice, as its system prints it.

    The first request fetches it: it streams from the system into the store, and never through our answer, which has a
    limit. It is named by the invoice's state, so that a changed invoice gets a fresh one.
    Raises: Rejected when there is none, NeedsPartner when the system is not connected, RemoteUnavailable.
    Source: I1.
    """
    tenant = asked.tenant
    invoice = ports.book.load(tenant, read_ref(Kind.INVOICE, asked.path.id))
    if not isinstance(invoice, Invoice):
        raise not_found("invoice", "GET /v1/invoices lists them.")
    name = f"invoices/{invoice.ref}/{_state_of(invoice)}.pdf"
    if not ports.documents.has(tenant, name):
        _fetch(ports, tenant, invoice, name)
    url, expires_at = ports.documents.link(tenant, name, f"Invoice {invoice.number or invoice.ref.id}.pdf")
    return PdfLink(url=url, expires_at=expires_at)


def _fetch(ports: Ports, tenant: str, invoice: Invoice, name: str) -> None:
    system = invoice.ref.system
    require_connected(ports, tenant, system)
    with ports.systems.source(tenant, system).open_pdf(invoice.ref) as chunks:
        ports.documents.store(tenant, name, _pdf_in(chunks, SYSTEM_NAMES[system]))


def _pdf_in(chunks: Iterator[bytes], sender: str) -> Iterator[bytes]:
    """Let a document through that is one: a proxy's page, once stored, would be given out for a month.

    Raises: RemoteUnavailable when it is none.
    """
    beginning = bytearray()
    for chunk in chunks:
        beginning += chunk
        if len(beginning) >= LOOKED_AT_BYTES:
            break
    if _SIGNATURE not in beginning[:LOOKED_AT_BYTES]:
        raise RemoteUnavailable(f"{sender} answered with something that is no PDF")
    yield bytes(beginning)
    yield from chunks


def _state_of(invoice: Invoice) -> str:
    """Name what the system shows; that the partner archived it changes no PDF."""
    return fingerprint(replace(invoice, keeping=IMPORTED))
