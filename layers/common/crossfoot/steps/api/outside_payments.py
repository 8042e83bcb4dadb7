"""Mark a bill or an invoice as paid without the platform, or take that back; it is sent nowhere (B8)."""

from collections.abc import Sequence
from datetime import timedelta

from crossfoot.core.model import PLATFORM, Invoice, Kind, OutsidePayment, Record, Ref, Standing
from crossfoot.core.money import format_minor
from crossfoot.core.payables.open_amounts import counts_on_platform, is_scheduled
from crossfoot.core.payables.outside import outside_of, tell_mark_gone, tell_outside, with_outside
from crossfoot.core.payables.records import Bill, BillPayment
from crossfoot.errors import Rejected
from crossfoot.messages.api.invoices import InvoiceDetail
from crossfoot.messages.api.outside_payments import OutsidePaymentShape
from crossfoot.messages.api.payables_book import BillDetail
from crossfoot.messages.api.words import OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.parking import to_retry
from crossfoot.steps.api import bills, invoices
from crossfoot.steps.api.needs import BadField, Ports
from crossfoot.steps.api.pairing import Entry
from crossfoot.steps.api.payables_pairing import Kept, find_kept
from crossfoot.steps.api.payables_standing import Owing, load_owing

# Nowhere on earth is it later than this by UTC.
_AHEAD = timedelta(days=1)


def mark_bill(ports: Ports, asked: Asked[OneId, Nothing, OutsidePaymentShape]) -> BillDetail:
    """Mark a bill as paid outside, in both its copies; another mark takes the place of the first.

    Raises: Rejected("not_found"); Rejected("not_payable") and Rejected("paid_here") with the reason; BadField.
    Source: B8.
    """
    tenant, payment = asked.tenant, _read(ports, asked.body)
    kept = find_kept(ports, tenant, Kind.BILL, asked.path.id)
    owing = load_owing(ports, tenant, [kept])[kept.shown.ref]
    _require_bill_open(kept, owing)
    _mark(ports, tenant, _marked_bills(kept), payment)
    _follow(ports, tenant, owing.payments)
    return bills.detail_of(ports, tenant, find_kept(ports, tenant, Kind.BILL, asked.path.id))


def unmark_bill(ports: Ports, asked: Asked[OneId]) -> BillDetail:
    """Take the mark off a bill; what waited for that goes on. Where there is none, nothing changes. Source: B8."""
    tenant = asked.tenant
    kept = find_kept(ports, tenant, Kind.BILL, asked.path.id)
    _unmark(ports, tenant, _marked_bills(kept))
    _follow(ports, tenant, load_owing(ports, tenant, [kept])[kept.shown.ref].payments)
    return bills.detail_of(ports, tenant, find_kept(ports, tenant, Kind.BILL, asked.path.id))


def mark_invoice(ports: Ports, asked: Asked[OneId, Nothing, OutsidePaymentShape]) -> InvoiceDetail:
    """Mark an invoice as paid outside, in both its copies. Raises: as for a bill. Source: B8."""
    tenant, payment = asked.tenant, _read(ports, asked.body)
    entry = invoices.find_entry(ports, tenant, asked.path.id)
    _require_invoice_open(ports, tenant, entry)
    _mark(ports, tenant, entry.copies, payment)
    return invoices.detail_of(ports, tenant, invoices.find_entry(ports, tenant, asked.path.id))


def unmark_invoice(ports: Ports, asked: Asked[OneId]) -> InvoiceDetail:
    """Take the mark off an invoice. Source: B8."""
    tenant = asked.tenant
    entry = invoices.find_entry(ports, tenant, asked.path.id)
    _unmark(ports, tenant, entry.copies)
    return invoices.detail_of(ports, tenant, invoices.find_entry(ports, tenant, asked.path.id))


# --- what may be marked ------------------------------------------------------------------------------------------------


def _read(ports: Ports, body: OutsidePaymentShape) -> OutsidePayment:
    if body.paid_on > ports.clock.now().date() + _AHEAD:
        raise BadField("paid_on", "This day has not come yet.")
    return OutsidePayment(body.paid_on, body.method.strip(), body.note.strip())


def _require_bill_open(kept: Kept, owing: Owing) -> None:
    bill = kept.shown
    assert isinstance(bill, Bill)
    _require_live(bill, "bill")
    if bill.keeping.left_out:
        raise Rejected("not_payable", "This bill did not come in from QuickBooks.", "Its story says why.")
    paying = [each for each in owing.payments if each.ref.system is PLATFORM and counts_on_platform(each)]
    ahead = next((each for each in paying if is_scheduled(each)), None)
    if ahead is not None:
        reason = f"Payment {ahead.ref.id} of the platform is scheduled for this bill."
        raise Rejected("paid_here", reason, "Void that payment on the platform first, or let it pay the bill.")
    if not bill.total_minor - owing.on_platform.paid_minor > 0:
        by = f" by payment {paying[0].ref.id}" if paying else ""
        raise Rejected("paid_here", f"This bill is paid already{by}.", "Void the payment first, if that is wrong.")


def _require_invoice_open(ports: Ports, tenant: str, entry: Entry) -> None:
    invoice, names = entry.shown, {copy.ref for copy in entry.copies}
    _require_live(invoice, "invoice")
    found = ports.book.load_payments_of_many(tenant, names)
    payments = {each.ref: each for some in found.values() for each in some}.values()
    ours = [each for each in payments if each.ref.system is PLATFORM and each.standing is Standing.LIVE]
    parts = [(each, part) for each in ours for part in each.allocations if part.invoice in names]
    paid_minor = sum(part.amount_minor for _, part in parts)
    if parts and paid_minor >= invoice.total_minor:
        paid = format_minor(paid_minor, invoice.currency)
        reason = f"{paid} of this invoice were paid on the platform already, by payment {parts[0][0].ref.id}."
        raise Rejected("paid_here", reason, "Refund or delete that payment on the platform, if that is wrong.")
    if not invoice.balance_minor:
        raise Rejected("paid_here", "This invoice is paid already: nothing of it is open.", "Its story says by what.")


def _require_live(record: Bill | Invoice, what: str) -> None:
    if record.standing is not Standing.LIVE:
        raise Rejected(
            "not_payable", f"This {what} is {record.standing}: nobody is to pay it.", "Look for its successor."
        )


# --- marks -------------------------------------------------------------------------------------------------------------


def _marked_bills(kept: Kept) -> list[Bill]:
    return [each for each in kept.copies if isinstance(each, Bill)]


def _mark(ports: Ports, tenant: str, copies: Sequence[Bill | Invoice], payment: OutsidePayment) -> None:
    """Mark every copy: readers look at all of them, so it counts from the first one on."""
    _revise(ports, tenant, copies, payment)
    ports.history.save(tenant, [tell_outside(copies[0].ref, payment)])


def _unmark(ports: Ports, tenant: str, copies: Sequence[Bill | Invoice]) -> None:
    """Take the mark off every copy. The line of the story comes first: afterwards nobody knows that there was one."""
    if outside_of(copies) is not None:
        ports.history.save(tenant, [tell_mark_gone(copies[0].ref)])
        _revise(ports, tenant, copies, None)


def _revise(ports: Ports, tenant: str, copies: Sequence[Bill | Invoice], payment: OutsidePayment | None) -> None:
    def revised(record: Record) -> Record:
        return with_outside(record, payment) if isinstance(record, Bill | Invoice) else record

    refs: list[Ref] = [copy.ref for copy in copies]
    ports.book.revise(tenant, refs, revised)


def _follow(ports: Ports, tenant: str, payments: Sequence[BillPayment]) -> None:
    """Have the platform's payments on a bill looked at again: what they may settle of it is another by now."""
    because = f"outside payment {ports.clock.now().isoformat()}"
    told = [each for each in payments if each.ref.system is PLATFORM]
    ports.queue.send([to_retry(tenant, each.ref, because, "", each.vendor) for each in told])
