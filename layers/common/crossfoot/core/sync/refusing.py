"""Why a bill as a whole cannot be entered exactly, before any of its lines is looked at (S7)."""

from collections.abc import Callable, Iterator

from crossfoot.core.company import Company
from crossfoot.core.decisions import Decision, refused
from crossfoot.core.model import Billed, LineKind
from crossfoot.core.money import format_minor
from crossfoot.core.preferences import ClosedPeriod
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import Posting
from crossfoot.core.sync.settings import Numbering, Setup, SyncPreferences

# QuickBooks' own limit.
MAX_NUMBER = 21
_REPOST = "Run Fetch New Data. If it stays, give the invoice an open status in ConnectWise and then a closed one again."


def refuse(bill: Billed, code: str, sentence: str, fix: str) -> Decision:
    """Refuse to enter a bill. Source: S7."""
    return refused(bill.ref, "S7", code, sentence, fix)


def decide_posting(billing: Billing, setup: Setup) -> Decision | None:
    """Say why ConnectWise's own ledger gives nothing to enter a bill by.

    Source: S7 (a posting is there, agrees with the bill, and adds up as far as is tolerated).
    """
    bill, posting = billing.bill, billing.posting
    if posting is None:
        seen = bill.version.seen_at[:16].replace("T", " ")
        sentence = (
            "ConnectWise's general ledger has nothing to post for it, though the book saw it closed and in no batch at "
            f"{seen} UTC: no GL mapping covered it when it was closed, or it was reopened or posted since."
        )
        fix = (
            "Look at it in ConnectWise. If it is open there, or in a batch by now, that is why. Else add the missing "
            "mapping (Setup Tables, GL Accounts), give it an open status, then a closed one again: that makes its ledger "
            "entries anew."
        )
        return refuse(bill, "not_posted", sentence, fix)
    found = "; ".join(_differences(billing, posting))
    if found:
        sentence = f"The invoice and ConnectWise's general ledger do not agree: {found}."
        return refuse(bill, "posting_differs", sentence, _REPOST)
    return _decide_sums(bill, posting, setup.preferences)


def _decide_sums(bill: Billed, posting: Posting, preferences: SyncPreferences) -> Decision | None:
    lines = sum(line.amount_minor for line in posting.lines)
    tax = sum(line.amount_minor for line in posting.lines if line.is_tax)
    sums = (
        (lines, posting.total_minor, "its ledger lines", preferences.rounding_tolerance_minor),
        (tax, posting.tax_minor, "its ledger lines for tax", 0),
    )
    for made, stated, what, tolerated in sums:
        if abs(made - stated) > tolerated:
            come_to, said = format_minor(made, bill.currency), format_minor(stated, bill.currency)
            sentence = f"In ConnectWise {what} come to {come_to}, and should come to {said}."
            return refuse(bill, "posting_does_not_add_up", sentence, _REPOST)
    return None


def decide_entry(billing: Billing, setup: Setup, catalogue: Catalogue) -> Decision | None:
    """Say why the accounting would not take a bill, whatever its lines are.

    Source: S7 (total, currency, closed period, number).
    """
    bill, preferences, company = billing.bill, setup.preferences, catalogue.company
    checks: tuple[Callable[[], Decision | None], ...] = (
        lambda: _decide_total(bill),
        lambda: _decide_currency(bill, company),
        lambda: _decide_period(bill, preferences, company),
        lambda: _decide_copy(billing),
        lambda: _decide_number(billing, preferences, catalogue),
    )
    return next((held for check in checks if (held := check()) is not None), None)


# --- what ConnectWise says twice ---------------------------------------------------------------------------------------


def _differences(billing: Billing, posting: Posting) -> Iterator[str]:
    bill = billing.bill
    money = ((bill.total_minor, posting.total_minor, "total"), (_tax_of(billing), posting.tax_minor, "tax"))
    for ours, theirs, what in money:
        if ours is not None and ours != theirs:
            shown, posted = format_minor(ours, bill.currency), format_minor(theirs, bill.currency)
            yield f"the {what} is {shown} on the invoice, and {posted} in the ledger"
    texts = (
        (bill.currency, posting.currency, "currency"),
        (bill.number, posting.number, "number"),
        (str(bill.issued_on), str(posting.issued_on), "date"),
    )
    yield from (
        f"the {what} is {ours} on the invoice, and {theirs} in the ledger"
        for ours, theirs, what in texts
        if ours != theirs
    )
    if posting.customer is not None and bill.customer not in (None, posting.customer):
        yield f"it bills {bill.customer_name}, and the ledger {posting.customer_name}"


def _tax_of(billing: Billing) -> int | None:
    """Give the tax that the bill itself shows, None where the book was not asked for its lines."""
    if not billing.lines:
        return None
    return sum(line.amount_minor for line in billing.lines if line.kind is LineKind.TAX)


# --- what the accounting would not take --------------------------------------------------------------------------------


def _decide_total(bill: Billed) -> Decision | None:
    if bill.total_minor >= 0:
        return None
    sentence = f"Its total is {format_minor(bill.total_minor, bill.currency)}, and QuickBooks takes none below zero."
    return refuse(bill, "negative_total", sentence, "Bill it in ConnectWise as a credit memo.")


def _decide_currency(bill: Billed, company: Company) -> Decision | None:
    if not company.home_currency or bill.currency == company.home_currency:
        return None
    sentence = f"It is in {bill.currency}, and the books in QuickBooks are in {company.home_currency}."
    fix = "Enter it in QuickBooks by hand, with the exchange rate of the day."
    return refuse(bill, "other_currency", sentence, fix)


def _decide_period(bill: Billed, preferences: SyncPreferences, company: Company) -> Decision | None:
    if not company.is_closed(bill.issued_on) or preferences.closed_period is ClosedPeriod.FIRST_OPEN_DAY:
        return None
    sentence = f"The books in QuickBooks are closed up to {company.closed_until}, and it is dated {bill.issued_on}."
    fix = "Open the period in QuickBooks, or have the preferences of the tool date such invoices on the first open day."
    return refuse(bill, "period_closed", sentence, fix)


def _decide_copy(billing: Billing) -> Decision | None:
    """Say that it seems to be in the accounting already: that is never entered twice."""
    bill = billing.bill
    for namesake in billing.namesakes:
        if type(namesake) is type(bill) and _says_the_same(billing, namesake):
            amount = format_minor(bill.total_minor, bill.currency)
            sentence = f"QuickBooks has one with the number {bill.number} over {amount} for this customer already."
            fix = (
                "Confirm under Matches that the two are the same; or delete the one in QuickBooks if it should not be."
            )
            return refused(bill.ref, "S7", "looks_entered", sentence, fix, namesake.ref)
    return None


def _says_the_same(billing: Billing, namesake: Billed) -> bool:
    bill, customer = billing.bill, billing.customer
    is_theirs = customer is not None and namesake.customer == customer.ref
    return is_theirs and (namesake.total_minor, namesake.currency) == (bill.total_minor, bill.currency)


def _decide_number(billing: Billing, preferences: SyncPreferences, catalogue: Catalogue) -> Decision | None:
    bill = billing.bill
    if preferences.numbering is Numbering.ACCOUNTING:
        return _decide_numbering(bill, catalogue)
    if not bill.number:
        return refuse(bill, "number_missing", "It has no number in ConnectWise.", "Give it a number in ConnectWise.")
    if len(bill.number) > MAX_NUMBER:
        sentence = f"Its number has {len(bill.number)} characters, and QuickBooks takes {MAX_NUMBER}."
        fix = "Shorten the number in ConnectWise, or have QuickBooks number what the tool enters."
        return refuse(bill, "number_too_long", sentence, fix)
    # The book finds numbers as people type them; to QuickBooks "10-42" and "1042" are two.
    namesake = next((each for each in billing.namesakes if each.number.casefold() == bill.number.casefold()), None)
    if namesake is not None:
        amount = format_minor(namesake.total_minor, namesake.currency)
        sentence = (
            f"Its number, {bill.number}, is taken in QuickBooks, by one over {amount} for {namesake.customer_name}."
        )
        fix = "Renumber one of the two, or have QuickBooks number what the tool enters."
        return refused(bill.ref, "S7", "number_taken", sentence, fix, namesake.ref)
    return None


def _decide_numbering(bill: Billed, catalogue: Catalogue) -> Decision | None:
    if not catalogue.custom_numbers:
        return None
    sentence = "QuickBooks was chosen to number it, but expects numbers to be brought along there: it would have none."
    fix = (
        "Keep ConnectWise's numbers in the preferences of the tool, or turn custom transaction numbers off in QuickBooks "
        "(Account and settings, Sales)."
    )
    return refuse(bill, "not_numbered", sentence, fix)
