"""Crossfoot: compare the books of a partner to the cent and name the cause of every difference (X4)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from crossfoot.core.model import SYSTEM_NAMES, Invoice, Ref, Standing, System
from crossfoot.core.money import format_minor


@dataclass(frozen=True, slots=True)
class Difference:
    """Two books that do not agree on one invoice, and why."""

    invoice: Ref
    other: Ref | None
    code: str
    sentence: str
    fix: str


@dataclass(frozen=True, slots=True)
class Report:
    """A comparison of a partner's books.

    Takes: every invoice was looked at once between `started_at` and `at`. `one_sided` counts, by reason, the invoices that
    only one system has: they are no differences (nothing to compare), but each is named by its own explanation.
    `differences` holds at most MAX_DIFFERENCES; `difference_count` counts them all. `live` says that both systems were read
    afresh, and `unread` why one that was to be read was not: what was known of it was compared.
    """

    started_at: datetime
    at: datetime
    live: bool
    invoices: int
    pairs: int
    payments: int
    difference_count: int
    one_sided: dict[str, int] = field(default_factory=dict)
    differences: tuple[Difference, ...] = ()
    unread: Mapping[System, str] = field(default_factory=dict)

    @property
    def line(self) -> str:
        """Say it in one line."""
        found = "1 difference" if self.difference_count == 1 else f"{self.difference_count} differences"
        line = f"crossfoot: {self.invoices} invoices, {self.payments} payments, {found}"
        unread = " and ".join(SYSTEM_NAMES[system] for system in self.unread)
        return f"{line}, without reading {unread}" if unread else line


# The cause of a difference that the partner wants: nothing is tried to mend it.
HELD_BACK = "held_back"
# So that a report fits into one item of our table, whatever is written in an invoice's number.
MAX_DIFFERENCES = 200
MAX_SHOWN_NUMBER = 60


@dataclass(frozen=True, slots=True)
class Pair:
    """One invoice in both systems, with what bears on a difference.

    Takes: `expected_minor` is what the external payments in QuickBooks and those of the platform add up to on it,
    `kept_minor` what our rows in ConnectWise carry, `recorded_minor` what all payments that are known in QuickBooks pay of
    it, and `credits_minor` the credits that those apply, here or to another invoice (QuickBooks does not say which).
    `held_minor` is what the partner took back from ConnectWise of its payments, less what of them was taken back from
    QuickBooks.
    """

    accounting: Invoice
    psa: Invoice
    expected_minor: int
    kept_minor: int
    recorded_minor: int
    credits_minor: int
    held_minor: int = 0

    @property
    def unpaid_for_minor(self) -> int:
        """Give what is off its balance in QuickBooks beyond what known payments pay."""
        return self.accounting.total_minor - self.accounting.balance_minor - self.recorded_minor


def compare(pair: Pair) -> Difference | None:
    """Compare the two copies of an invoice to the cent. Source: X4."""
    one, other = pair.accounting, pair.psa
    if one.standing is not Standing.LIVE or other.standing is not Standing.LIVE:
        return _compare_standing(pair)
    if one.total_minor != other.total_minor or one.currency != other.currency:
        totals = f"total {_show(one, 'total')} in QuickBooks, {_show(other, 'total')} in ConnectWise"
        sentence = f"Invoice {_number(one)}: {totals}."
        return _difference(pair, "totals_differ", sentence, "Correct the copy that is wrong.")
    if one.balance_minor == other.balance_minor:
        return None
    balances = f"open {_show(one, 'balance')} in QuickBooks, {_show(other, 'balance')} in ConnectWise"
    code, cause, fix = _cause(pair)
    return _difference(pair, code, f"Invoice {_number(one)}: {balances}. {cause}", fix)


def _compare_standing(pair: Pair) -> Difference | None:
    one, other = pair.accounting, pair.psa
    if one.standing is Standing.LIVE:
        sentence = f"Invoice {_number(one)} is in QuickBooks, but no longer in ConnectWise."
        return _difference(pair, "gone_in_psa", sentence, "Delete it in QuickBooks too, or enter it in ConnectWise.")
    if other.standing is Standing.LIVE and (other.balance_minor or other.paid_minor):
        sentence = f"Invoice {_number(one)} is {one.standing} in QuickBooks, and still stands in ConnectWise."
        return _difference(pair, "void_in_accounting", sentence, "Void or delete it in ConnectWise too.")
    return None


def _cause(pair: Pair) -> tuple[str, str, str]:
    """Name what the difference comes from: first what has yet to come, so that nobody mends what mends itself."""
    # Whoever entered it: a row of another product may show a payment as well as ours do (E7).
    shows_all = pair.psa.paid_minor == pair.expected_minor
    if pair.expected_minor != pair.kept_minor and not shows_all:
        expected, kept = _amount(pair, pair.expected_minor), _amount(pair, pair.kept_minor)
        cause = f"QuickBooks and the platform show {expected} of payments, and {kept} was taken over to ConnectWise."
        return "not_mirrored", cause, "See the invoice's payments: each says what it waits for."
    if not 0 <= pair.unpaid_for_minor <= pair.credits_minor:
        return _unknown_in_accounting(pair)
    if pair.psa.paid_minor is not None and pair.psa.paid_minor != pair.kept_minor and not shows_all:
        shown, kept = _amount(pair, pair.psa.paid_minor), _amount(pair, pair.kept_minor)
        cause = f"ConnectWise shows {shown} of payments, of which Crossfoot entered {kept}."
        return "entered_in_psa", cause, "Enter the missing payment in QuickBooks, or remove it from ConnectWise."
    if pair.recorded_minor != pair.expected_minor + pair.held_minor:
        expected, recorded = _amount(pair, pair.expected_minor), _amount(pair, pair.recorded_minor)
        cause = f"Its payments come to {expected}, of which QuickBooks holds {recorded}."
        return "not_mirrored", cause, "See the invoice's payments: each says what it waits for."
    if pair.held_minor and pair.psa.balance_minor - pair.accounting.balance_minor == pair.held_minor:
        return _held_back(pair)
    return _credit(pair)


def _held_back(pair: Pair) -> tuple[str, str, str]:
    """Name what the partner wants so. Source: X1."""
    lacking = "ConnectWise" if pair.held_minor > 0 else "QuickBooks"
    cause = f"{_amount(pair, abs(pair.held_minor))} of payments are held back from {lacking} by the partner."
    return HELD_BACK, cause, "Nothing, if it is meant so; else let the payment go on from its story."


def _unknown_in_accounting(pair: Pair) -> tuple[str, str, str]:
    off_minor = pair.unpaid_for_minor
    shown = f"{_amount(pair, abs(off_minor))} {'less' if off_minor > 0 else 'more'} open"
    cause = f"QuickBooks shows {shown} than its known payments explain; what is newer is read within minutes."
    fix = "Nothing for now: compare again in a few minutes. If this stays, see in QuickBooks what the invoice was paid by."
    return "unknown_in_accounting", cause, fix


def _credit(pair: Pair) -> tuple[str, str, str]:
    """Name a credit only where one was seen."""
    here_minor, there_minor = pair.unpaid_for_minor, pair.psa.credited_minor or 0
    if here_minor == there_minor:
        return "unexplained", "Nothing that was read explains it.", "Compare again in a few minutes."
    taken_off = f"{_amount(pair, here_minor)} in QuickBooks, and {_amount(pair, there_minor)} in ConnectWise"
    lacking = "ConnectWise" if here_minor > there_minor else "QuickBooks"
    return "credit", f"Credits take off {taken_off}.", f"Apply the credit in {lacking} too."


def _amount(pair: Pair, amount_minor: int) -> str:
    return format_minor(amount_minor, pair.psa.currency)


def _number(invoice: Invoice) -> str:
    number = invoice.number
    return number if len(number) <= MAX_SHOWN_NUMBER else f"{number[: MAX_SHOWN_NUMBER - 1]}…"


def _show(invoice: Invoice, what: str) -> str:
    return format_minor(invoice.total_minor if what == "total" else invoice.balance_minor, invoice.currency)


def _difference(pair: Pair, code: str, sentence: str, fix: str) -> Difference:
    return Difference(pair.accounting.ref, pair.psa.ref, code, sentence, fix)
