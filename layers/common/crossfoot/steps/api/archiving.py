"""Archive an invoice or a customer in the platform, or bring it back; outside nothing changes (I5)."""

from crossfoot.core.model import SYSTEM_NAMES, Customer, Invoice, Ref, Standing
from crossfoot.errors import Rejected
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

    Raises: Rejected("gone_there") for one that was deleted in its system: only that system can bring it back.
    """
    _require_there(find_entry(ports, asked.tenant, asked.path.id).shown)
    shown = _keep_invoice(ports, asked, archived=False)
    because = f"unarchived {asked.path.id} {ports.clock.now().isoformat()}"
    ports.queue.send([CrossfootRequest(tenant=asked.tenant, every_payment=True, because=because)])
    return shown


def archive_customer(ports: Ports, asked: Asked[OneId]) -> CustomerShape:
    """Archive a customer; its invoices stay as they are. Source: I5."""
    return _keep_customer(ports, asked, archived=True)


def unarchive_customer(ports: Ports, asked: Asked[OneId]) -> CustomerShape:
    """Bring a customer back. Raises: Rejected("gone_there"), as for an invoice. Source: I5."""
    _require_there(find_customer(ports, asked.tenant, asked.path.id))
    return _keep_customer(ports, asked, archived=False)


def _require_there(record: Invoice | Customer) -> None:
    """Make sure that a record is not archived because it is gone in its system."""
    system = SYSTEM_NAMES[record.ref.system]
    name = f"invoice {record.number}" if isinstance(record, Invoice) else f"customer {record.name or record.ref}"
    if record.standing is Standing.DELETED:
        fix = f"Restore it in {system}, or enter it there again; Crossfoot then follows by itself."
        raise Rejected("gone_there", f"{name} was deleted in {system}, so it stays archived here", fix)
    if isinstance(record, Customer) and not record.active:
        fix = f"Make it active in {system}; Crossfoot then follows by itself."
        raise Rejected("gone_there", f"{name} is no longer active in {system}, so it stays archived here", fix)


def _keep_invoice(ports: Ports, asked: Asked[OneId], *, archived: bool) -> InvoiceDetail:
    entry = find_entry(ports, asked.tenant, asked.path.id)
    refs: list[Ref] = [copy.ref for copy in entry.copies]
    ports.book.archive(asked.tenant, refs, archived=archived)
    return detail_of(ports, asked.tenant, find_entry(ports, asked.tenant, asked.path.id))


def _keep_customer(ports: Ports, asked: Asked[OneId], *, archived: bool) -> CustomerShape:
    customer = find_customer(ports, asked.tenant, asked.path.id)
    ports.book.archive(asked.tenant, [customer.ref], archived=archived)
    return to_customer(find_customer(ports, asked.tenant, asked.path.id))
