"""List and show invoices: one entry for each invoice, whether one system has it or both (I9)."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal
from urllib.parse import quote

from crossfoot.core.decisions import Decision, Outcome, did
from crossfoot.core.model import ACCOUNTING, Invoice, Kind, Link, Payment, Record, Ref, Standing, System
from crossfoot.core.statuses import invoice_status
from crossfoot.errors import Rejected
from crossfoot.linking import decide_unlinked
from crossfoot.messages.api.invoices import (
    CreditShape,
    InvoiceCopy,
    InvoiceCopyDetail,
    InvoiceDetail,
    InvoiceList,
    InvoiceQuery,
    InvoiceShape,
    MatchShape,
)
from crossfoot.messages.api.words import CustomerName, OneId
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.lines import show_lines
from crossfoot.steps.api.listing import by_date, check_days, customer_ref, fill_page, shows
from crossfoot.steps.api.needs import Ports, not_found, read_ref, to_id, to_money
from crossfoot.steps.api.pairing import Entry, load_entry, pair
from crossfoot.steps.api.payments import show_payments

PATH = "/v1/invoices"


def list_invoices(ports: Ports, asked: Asked[Nothing, InvoiceQuery]) -> InvoiceList:
    """List a page of invoices by date. Source: C4, C8, I3, I5, I6, I9."""
    tenant, query = asked.tenant, asked.query
    primary = ports.preferences.load(tenant).primary
    if query.number:
        found, next_cursor = _page_of_number(ports, tenant, query, primary)
    else:
        found, next_cursor = _page_by_date(ports, tenant, query, primary)
    matches = explain_matches(ports, tenant, [(entry.shown, entry.link) for entry in found])
    return InvoiceList(
        invoices=[_to_shape(entry, matches[entry.shown.ref]) for entry in found], next_cursor=next_cursor
    )


def show_invoice(ports: Ports, asked: Asked[OneId]) -> InvoiceDetail:
    """Show all that is known of an invoice, asked for by either copy. Source: C8, I1, I3, I9."""
    return detail_of(ports, asked.tenant, find_entry(ports, asked.tenant, asked.path.id))


def find_entry(ports: Ports, tenant: str, text: str) -> Entry:
    """Read an invoice and its copy. Raises: Rejected("not_found")."""
    entry = load_entry(ports, tenant, read_ref(Kind.INVOICE, text))
    if entry is None:
        raise not_found("invoice", f"GET {PATH} lists them.")
    return entry


def detail_of(ports: Ports, tenant: str, entry: Entry) -> InvoiceDetail:
    """Show all that is known of an invoice."""
    invoice = _accounting_copy(entry)
    payments = ports.book.load_payments_of(tenant, invoice.ref) if invoice else ()
    matches = explain_matches(ports, tenant, [(entry.shown, entry.link)])
    return InvoiceDetail(
        **_head(entry, matches[entry.shown.ref]),
        copies=[_to_copy_detail(ports, tenant, copy) for copy in entry.copies],
        payments=show_payments(ports, tenant, payments),
        credits=[credit for payment in payments for credit in _credits(payment, invoice)],
    )


def explain_matches(ports: Ports, tenant: str, invoices: Sequence[tuple[Invoice, Link | None]]) -> dict[Ref, Decision]:
    """Say of each invoice, with its link, whether it is in both systems, and if not, why. Source: I9."""
    unlinked = [invoice for invoice, link in invoices if link is None]
    decided = decide_unlinked(tenant, unlinked, ports.book, ports.matches) if unlinked else {}
    return decided | {invoice.ref: _matched(invoice, link) for invoice, link in invoices if link is not None}


# --- pages -------------------------------------------------------------------------------------------------------------


def _page_by_date(ports: Ports, tenant: str, query: InvoiceQuery, primary: System) -> tuple[list[Entry], str]:
    owner = customer_ref(query.customer)
    told_at = owner.system if owner else query.system or primary

    def choose(records: Sequence[Record]) -> Iterator[Entry]:
        return (entry for entry in pair(ports, tenant, records, primary, told_at) if _is_wanted(entry, query))

    return fill_page(by_date(ports.book, tenant, Kind.INVOICE, query, query.system, query.customer), query, choose)


def _page_of_number(ports: Ports, tenant: str, query: InvoiceQuery, primary: System) -> tuple[list[Entry], str]:
    """Read the few invoices of one number at once; a page's cursor is the id of its last one."""
    check_days(query)
    numbered = ports.book.load_invoices_numbered(tenant, query.number)
    found = [entry for entry in pair(ports, tenant, numbered, primary, None) if _is_wanted(entry, query)]
    found = [entry for entry in found if _is_in_time(entry.shown, query)]
    found.sort(key=lambda entry: (entry.shown.issued_on, entry.shown.ref), reverse=query.sort == "-date")
    ids = [str(entry.shown.ref) for entry in found]
    if query.cursor and query.cursor not in ids:
        detail = "this page cursor does not belong to this list"
        raise Rejected("cursor_invalid", detail, "Start again without the cursor.")
    start = ids.index(query.cursor) + 1 if query.cursor else 0
    end = start + query.limit
    return found[start:end], ids[end - 1] if end < len(ids) else ""


def _is_wanted(entry: Entry, query: InvoiceQuery) -> bool:
    return (
        shows(query, query.status, invoice_status(entry.shown))
        and (query.system is None or query.system in {copy.ref.system for copy in entry.copies})
        and (query.paired is None or query.paired is (entry.link is not None))
        and (query.customer is None or query.customer in {str(copy.customer) for copy in entry.copies})
    )


def _is_in_time(invoice: Invoice, query: InvoiceQuery) -> bool:
    after_first = query.first is None or query.first <= invoice.issued_on
    return after_first and (query.last is None or invoice.issued_on <= query.last)


# --- shapes ------------------------------------------------------------------------------------------------------------


def _matched(invoice: Invoice, link: Link) -> Decision:
    sentence = f"Invoice {invoice.number} is one invoice in QuickBooks and ConnectWise."
    return did(invoice.ref, "I9", "matched", sentence, link.other(invoice.ref))


def _to_shape(entry: Entry, match: Decision) -> InvoiceShape:
    return InvoiceShape(**_head(entry, match), copies=[InvoiceCopy(**_copy(copy)) for copy in entry.copies])


def _head(entry: Entry, match: Decision) -> dict[str, Any]:
    shown = entry.shown
    return {
        "id": str(shown.ref),
        "number": shown.number,
        "customer": CustomerName(id=to_id(shown.customer), name=shown.customer_name),
        "issued_on": shown.issued_on,
        "due_on": shown.due_on,
        "currency": shown.currency,
        "total": to_money(shown.total_minor, shown.currency),
        "balance": to_money(shown.balance_minor, shown.currency),
        "status": invoice_status(shown),
        "archived_here": shown.keeping.archived,
        "match": MatchShape(state=_match_state(match), code=match.code, sentence=match.sentence, fix=match.fix),
    }


def _match_state(decision: Decision) -> Literal["matched", "waits", "refused"]:
    match decision.outcome:
        case Outcome.DID:
            return "matched"
        case Outcome.REFUSED:
            return "refused"
        case _:
            return "waits"


def _copy(invoice: Invoice) -> dict[str, Any]:
    return {
        "id": str(invoice.ref),
        "system": invoice.ref.system,
        "number": invoice.number,
        "standing": invoice.standing,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "total": to_money(invoice.total_minor, invoice.currency),
        "balance": to_money(invoice.balance_minor, invoice.currency),
    }


def _to_copy_detail(ports: Ports, tenant: str, invoice: Invoice) -> InvoiceCopyDetail:
    def money(amount_minor: int | None) -> str | None:
        return None if amount_minor is None else to_money(amount_minor, invoice.currency)

    return InvoiceCopyDetail(
        **_copy(invoice),
        paid=money(invoice.paid_minor),
        credited=money(invoice.credited_minor),
        lines=show_lines(ports, tenant, invoice),
        pdf=f"{PATH}/{quote(str(invoice.ref), safe='')}/pdf",
    )


def _accounting_copy(entry: Entry) -> Invoice | None:
    return next((copy for copy in entry.copies if copy.ref.system is ACCOUNTING), None)


def _credits(payment: Payment, invoice: Invoice | None) -> Iterator[CreditShape]:
    """Show the credit memos of a payment that pays this invoice now."""
    paid: set[Ref] = {*payment.credit_only, *(part.invoice for part in payment.allocations)}
    if payment.standing is not Standing.LIVE or invoice is None or invoice.ref not in paid:
        return
    for use in payment.credits:
        yield CreditShape(
            credit_memo=str(use.credit_memo),
            payment=str(payment.ref),
            amount=to_money(use.amount_minor, payment.currency),
            certain=len(paid) == 1,
        )
