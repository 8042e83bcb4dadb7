"""Plan the exact entry of a ConnectWise bill, or say why there can be none (S4 to S8)."""

from dataclasses import replace
from datetime import date

from crossfoot.core.decisions import refused
from crossfoot.core.latin import to_latin
from crossfoot.core.model import Billed, Invoice, Ref
from crossfoot.core.money import format_minor
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.drafts import Draft
from crossfoot.core.sync.fields import said_by
from crossfoot.core.sync.grouped import draft_groups
from crossfoot.core.sync.line_items import compare_accounts, draft_line_items
from crossfoot.core.sync.offering import decide_amount, decide_offer
from crossfoot.core.sync.plans import Billing, SalePlan, Warned
from crossfoot.core.sync.postings import Posting
from crossfoot.core.sync.refusing import MAX_NUMBER, decide_entry, decide_posting
from crossfoot.core.sync.rounding import OVER_TOLERANCE, ROUNDED, round_off, without_rounding
from crossfoot.core.sync.sales import Sale, SaleKind, StandingSale
from crossfoot.core.sync.settings import Numbering, Setup, TimeEntries
from crossfoot.core.sync.targets import Targets
from crossfoot.core.sync.taxing import Taxed, put_tax

# QuickBooks' own limits: lines of an entry, of one that is taxed, and characters of the message and of a custom field.
MAX_LINES = 10_000
MAX_TAXED_LINES = 750
MAX_MEMO = 1_000
MAX_CUSTOM_FIELD = 31
_AGREE = "Have the tax agree in both, show it as one line, or allow for the difference by the rounding tolerance."


def plan_sale(billing: Billing, setup: Setup, catalogue: Catalogue) -> SalePlan:
    """Say exactly what would be entered for a bill: its ledger lines, in the words of the bill, or why nothing would.

    The same facts give the same entry, byte for byte; its total is the bill's, to the cent.

    Source: S4, S5, S6, S7, S8.
    """
    bill, posting = billing.bill, billing.posting
    held = (
        decide_offer(bill, billing.link, setup)
        or decide_amount(bill, posting)
        or decide_posting(billing, setup)
        or decide_entry(billing, setup, catalogue)
    )
    if held is not None:
        return SalePlan(bill.ref, decision=held)
    assert posting is not None
    targets = Targets(setup, catalogue)
    drafts, told = _draft(billing, posting, targets)
    taxed = put_tax(drafts, posting, targets)
    asked, shown = _compose(billing, posting, taxed, targets)
    # What is missing already makes the totals differ: that is not told twice.
    sale, rounded = round_off(asked, targets) if targets.are_found else (asked, ())
    _limit(sale, targets)
    warnings = (*told, *taxed.warnings, *shown, *rounded)
    held = targets.decide(bill.ref)
    if held is not None:
        return SalePlan(bill.ref, decision=held, warnings=warnings, missing=targets.missing)
    return SalePlan(bill.ref, sale, warnings=warnings)


def plan_again(plan: SalePlan, standing: StandingSale, setup: Setup, catalogue: Catalogue) -> SalePlan:
    """Plan what to write instead, where the accounting made something else of an entry than was asked for.

    Returns: the same plan where nothing differs; the same entry with a rounding line where its tax alone differs, by no
    more than is tolerated; else a refusal with both figures.
    Source: S7.
    """
    sale = plan.sale
    if sale is None or standing.says(sale):
        return plan
    taxed = replace(sale, tax=replace(sale.tax, tax_minor=standing.tax_minor))
    if not standing.says(replace(taxed, total_minor=taxed.lines_minor + taxed.added_tax_minor)):
        return _refuse_again(
            plan, sale, standing, "See in QuickBooks what changes such entries, and turn it off for them."
        )
    if standing.total_minor == sale.total_minor:
        return _refuse_again(plan, sale, standing, _AGREE)
    targets = Targets(setup, catalogue)
    again, rounded = round_off(without_rounding(taxed), targets)
    _limit(again, targets)
    held = targets.decide(plan.bill)
    if held is not None:
        return _refuse_again(plan, sale, standing, _AGREE if held.code == OVER_TOLERANCE else held.fix)
    warnings = (*(each for each in plan.warnings if each.code != ROUNDED), *rounded)
    return SalePlan(plan.bill, again, warnings=warnings)


def _refuse_again(plan: SalePlan, sale: Sale, standing: StandingSale, fix: str) -> SalePlan:
    made, asked = (
        f"{format_minor(each, sale.currency)} with {format_minor(tax, sale.currency)} of tax"
        for each, tax in ((standing.total_minor, standing.tax_minor), (sale.total_minor, sale.tax.tax_minor))
    )
    others = (
        ("number", standing.number, sale.number or standing.number),
        ("date", standing.issued_on, sale.issued_on),
        ("currency", standing.currency, sale.currency),
        ("customer", standing.customer_id, sale.customer_id),
    )
    told = "".join(f"; the {what} {shown}, not {meant}" for what, shown, meant in others if shown != meant)
    sentence = f"QuickBooks made {made} of what should be {asked}{told}."
    return SalePlan(plan.bill, decision=refused(plan.bill, "S7", "entered_differently", sentence, fix))


# --- the lines ---------------------------------------------------------------------------------------------------------


def _draft(billing: Billing, posting: Posting, targets: Targets) -> tuple[list[Draft], tuple[Warned, ...]]:
    if targets.setup.preferences.time_entries is TimeEntries.GROUPED:
        return draft_groups(billing, posting, targets), ()
    drafts = draft_line_items(billing, posting, targets)
    return drafts, tuple(compare_accounts(drafts, targets))


def _limit(sale: Sale, targets: Targets) -> None:
    """Note that an entry has no line, or more than the accounting takes."""
    if not sale.lines:
        sentence = "Nothing is billed: ConnectWise's general ledger shows no amount for it."
        fix = "Put it into a batch in ConnectWise by hand, to have it done with."
        targets.note("nothing_billed", sentence, fix)
    most = MAX_TAXED_LINES if sale.tax.tax_minor else MAX_LINES
    if len(sale.lines) > most:
        sentence = f"It comes to {len(sale.lines)} lines, and QuickBooks takes {most}."
        fix = "Choose grouped time entries in the preferences of the tool; or show the tax as one line."
        targets.note("too_many_lines", sentence, fix)


# --- the fields --------------------------------------------------------------------------------------------------------


def _compose(billing: Billing, posting: Posting, taxed: Taxed, targets: Targets) -> tuple[Sale, tuple[Warned, ...]]:
    """Put the entry together. Source: S6."""
    bill, preferences = billing.bill, targets.setup.preferences
    issued_on, dated = _date(bill, targets.catalogue)
    memo, memo_cut = _say(said_by(preferences.memo_from, billing, posting), MAX_MEMO, "memo")
    order, order_cut = _purchase_order(posting, targets)
    is_invoice = isinstance(bill, Invoice)
    company = bill.customer or posting.customer
    sale = Sale(
        kind=SaleKind.INVOICE if is_invoice else SaleKind.CREDIT_MEMO,
        customer_id=_customer(billing, company, targets),
        issued_on=issued_on,
        currency=bill.currency,
        lines=taxed.lines,
        total_minor=bill.total_minor,
        number=to_latin(bill.number, MAX_NUMBER) if preferences.numbering is Numbering.KEEP else "",
        due_on=posting.due_on or bill.due_on if isinstance(bill, Invoice) else None,
        tax=taxed.tax,
        terms_id=targets.terms(posting.terms) if is_invoice else "",
        department_id=targets.department(said_by(preferences.department_from, billing, posting)),
        memo=memo,
        purchase_order=order,
        purchase_order_field=preferences.purchase_order_field if order else "",
    )
    return sale, (*dated, *memo_cut, *order_cut)


def _customer(billing: Billing, company: Ref | None, targets: Targets) -> str:
    if company is None:
        sentence = "ConnectWise does not say whom it bills."
        targets.note("customer_unknown", sentence, "Give the invoice a company in ConnectWise.")
        return ""
    return targets.customer(company, billing.bill.customer_name, billing.customer)


def _date(bill: Billed, catalogue: Catalogue) -> tuple[date, tuple[Warned, ...]]:
    first = catalogue.company.first_open_day
    if first is None or not catalogue.company.is_closed(bill.issued_on):
        return bill.issued_on, ()
    sentence = (
        f"The books in QuickBooks are closed up to {catalogue.company.closed_until}: it is dated {first} there, and "
        f"{bill.issued_on} in ConnectWise."
    )
    return first, (Warned("dated_first_open_day", sentence),)


def _purchase_order(posting: Posting, targets: Targets) -> tuple[str, tuple[Warned, ...]]:
    field, known = targets.setup.preferences.purchase_order_field, targets.catalogue.custom_fields
    if not field or not posting.purchase_order:
        return "", ()
    if field not in known:
        sentence = "The custom field that takes the purchase order number is no longer in QuickBooks."
        targets.note("custom_field_gone", sentence, "Choose another one, or none, in the preferences of the tool.")
    return _say(posting.purchase_order, MAX_CUSTOM_FIELD, "purchase order number")


def _say(text: str, length: int, what: str) -> tuple[str, tuple[Warned, ...]]:
    """Say a text as the accounting takes it, and warn where it is cut."""
    whole = to_latin(text, len(text) + 1)
    if len(whole) <= length:
        return whole, ()
    sentence = f"The {what} is cut to the {length} characters that QuickBooks takes."
    return to_latin(text, length), (Warned("text_cut", sentence),)
