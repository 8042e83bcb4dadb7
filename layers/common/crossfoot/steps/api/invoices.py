"""List and show invoices: one entry for each invoice, whether one system has it or both (I9)."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal
from urllib.parse import quote

from crossfoot.core.decisions import Decision, Outcome, did
from crossfoot.core.matching import differences
from crossfoot.core.model import (
    ACCOUNTING,
    SYSTEM_NAMES,
    Invoice,
    Kind,
    Link,
    LinkOrigin,
    Payment,
    Record,
    Ref,
    Standing,
    System,
)
from crossfoot.core.payables.outside import outside_of
from crossfoot.core.shelves import shelf_of_status
from crossfoot.core.statuses import invoice_status
from crossfoot.core.verdicts import UNDECIDED, Verdict, Verdicts, bearing_on
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
from crossfoot.steps.api.marks import show_outside
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
    matches = explain_matches(ports, tenant, found)
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
    paying = ports.book.load_payments_of_many(tenant, [copy.ref for copy in entry.copies])
    payments = list({payment.ref: payment for copy in entry.copies for payment in paying[copy.ref]}.values())
    matches = explain_matches(ports, tenant, [entry])
    return InvoiceDetail(
        **_head(entry, matches[entry.shown.ref]),
        copies=[_to_copy_detail(ports, tenant, copy) for copy in entry.copies],
        payments=show_payments(ports, tenant, payments),
        credits=[credit for payment in payments for credit in _credits(payment, invoice)],
    )


def explain_matches(ports: Ports, tenant: str, entries: Sequence[Entry]) -> dict[Ref, Decision]:
    """Say of each invoice whether it is in both systems and identical there, and if not, why. Source: I9."""
    unlinked = [entry.shown for entry in entries if entry.link is None]
    decided = decide_unlinked(tenant, unlinked, ports.book, ports.matches) if unlinked else {}
    unequal = [copy for entry in entries if _differences(entry, UNDECIDED) for copy in entry.copies]
    verdicts = ports.matches.load_verdicts(tenant, bearing_on(unequal)) if unequal else UNDECIDED
    joined = ((entry, entry.link) for entry in entries if entry.link is not None)
    return decided | {entry.shown.ref: _joined(entry, link, verdicts) for entry, link in joined}


# --- pages -------------------------------------------------------------------------------------------------------------


def _page_by_date(ports: Ports, tenant: str, query: InvoiceQuery, primary: System) -> tuple[list[Entry], str]:
    owner = customer_ref(query.customer)
    told_at = owner.system if owner else query.system or primary

    def choose(records: Sequence[Record]) -> Iterator[tuple[Record, Entry]]:
        entries = pair(ports, tenant, records, primary, told_at)
        return ((entry.listed, entry) for entry in entries if _is_wanted(entry, query))

    # An entry has the status of its primary copy: where that gives it its place too, the status's own shelf has them all.
    shelf = shelf_of_status(query.status) if not owner and told_at is primary else None
    read = by_date(ports.book, tenant, Kind.INVOICE, query, query.system, owner, shelf=shelf)
    return fill_page(read, query, choose)


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


def _joined(entry: Entry, link: Link, verdicts: Verdicts) -> Decision:
    """Say how the copies of a joined invoice stand to each other. Source: I5, I9, E2."""
    ref, other, number = entry.shown.ref, link.other(entry.shown.ref), entry.shown.number
    gone = [copy for copy in entry.copies if copy.standing is not Standing.LIVE]
    if len(gone) == 1 and entry.other is not None:
        (stands,) = (copy for copy in entry.copies if copy not in gone)
        here, there = SYSTEM_NAMES[gone[0].ref.system], SYSTEM_NAMES[stands.ref.system]
        was = "voided" if gone[0].standing is Standing.VOID else "deleted"
        sentence = f"Invoice {number} was {was} in {here}, and still stands in {there}."
        fix = f"Void or delete it in {there} too; or enter it in {here} again, under its number."
        return Decision(ref, Outcome.DID, "I9", "copy_gone", sentence, fix, (other,))
    sentence = f"Invoice {number} is one invoice in QuickBooks and ConnectWise"
    told = () if gone or link.origin is LinkOrigin.SYNCED else _differences(entry, verdicts)
    if not told:
        return did(ref, "I9", "matched", f"{sentence}.", other)
    sentence = f"{sentence}, but its copies are not identical, so its payments wait: {'; '.join(told)}."
    fix = "Correct the copy that is wrong; the payments then follow by themselves."
    if not _differences(entry, Verdicts({link.accounting: {link.psa: Verdict.SAME}})):
        fix = f"{fix} Or confirm the two under Matches."
    return Decision(ref, Outcome.DID, "I9", "differs", sentence, fix, (other,))


def _differences(entry: Entry, verdicts: Verdicts) -> tuple[str, ...]:
    one, other = entry.shown, entry.other
    if other is None:
        return ()
    return differences(one, other, verdicts) if one.ref.system is ACCOUNTING else differences(other, one, verdicts)


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
        "outside_payment": show_outside(outside_of(entry.copies)),
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
        "archived_here": invoice.keeping.archived,
        "left_out": invoice.keeping.left_out,
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
