"""Archive an invoice or a customer in the platform, or bring it back; outside nothing changes (I5)."""

from crossfoot.core.model import Ref
from crossfoot.messages import CrossfootRequest
from crossfoot.messages.api.customers import CustomerShape
from crossfoot.messages.api.invoices import InvoiceDetail
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked
from crossfoot.steps.api.customers import find_customer, to_customer
from crossfoot.steps.api.invoices import detail_of, find_entry
from crossfoot.steps.api.needs import Ports


def archive_invoice(ports: Ports, asked: Asked[OneId]) -> InvoiceDetail:
    """Archive an invoice, in both its copies. Source: I5, I9."""
    return _keep_invoice(ports, asked, archived=True)


def unarchive_invoice(ports: Ports, asked: Asked[OneId]) -> InvoiceDetail:
    """Bring an invoice back, and pick up the payments that were passed over meanwhile. Source: I5.

    One that was deleted in its system stays archived: only that system can bring it back.
    """
    shown = _keep_invoice(ports, asked, archived=False)
    because = f"unarchived {asked.path.id} {ports.clock.now().isoformat()}"
    ports.queue.send([CrossfootRequest(tenant=asked.tenant, every_payment=True, because=because)])
    return shown


def archive_customer(ports: Ports, asked: Asked[OneId]) -> CustomerShape:
    """Archive a customer; its invoices stay as they are. Source: I5."""
    return _keep_customer(ports, asked, archived=True)


def unarchive_customer(ports: Ports, asked: Asked[OneId]) -> CustomerShape:
    """Bring a customer back. Source: I5."""
    return _keep_customer(ports, asked, archived=False)


def _keep_invoice(ports: Ports, asked: Asked[OneId], *, archived: bool) -> InvoiceDetail:
    entry = find_entry(ports, asked.tenant, asked.path.id)
    refs: list[Ref] = [copy.ref for copy in entry.copies]
    ports.book.archive(asked.tenant, refs, archived=archived)
    return detail_of(ports, asked.tenant, find_entry(ports, asked.tenant, asked.path.id))


def _keep_customer(ports: Ports, asked: Asked[OneId], *, archived: bool) -> CustomerShape:
    customer = find_customer(ports, asked.tenant, asked.path.id)
    ports.book.archive(asked.tenant, [customer.ref], archived=archived)
    return to_customer(find_customer(ports, asked.tenant, asked.path.id))
