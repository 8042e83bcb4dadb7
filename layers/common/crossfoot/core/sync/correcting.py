"""A journal entry that brings a synced bill from the accounts it was posted to, to those that ConnectWise means (S10)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from crossfoot.core.decisions import Decision, refused, skipped
from crossfoot.core.model import Ref
from crossfoot.core.money import format_minor
from crossfoot.core.sync.catalogue import Catalogue
from crossfoot.core.sync.inclusive import rounded
from crossfoot.core.sync.postings import PostedLine
from crossfoot.core.sync.rounding import without_rounding
from crossfoot.core.sync.sales import Sale, SaleKind, TaxCalculation
from crossfoot.core.sync.settings import MappingKey, MappingKind, Setup, Source
from crossfoot.core.sync.targets import Targets

_RULE = "S10"
_RESYNC = "Undo it and sync it again: a journal entry would hide the difference."
_MAP = "Say under the mappings of the tool which item posts to the account that is meant."


@dataclass(frozen=True, slots=True)
class JournalLine:
    """A line of a journal entry. Units: `amount_minor` is a debit where it is positive, a credit where it is negative."""

    account_id: str
    amount_minor: int
    description: str = ""
    class_id: str = ""


@dataclass(frozen=True, slots=True)
class Journal:
    """A journal entry: its lines add up to nothing."""

    dated: date
    currency: str
    lines: tuple[JournalLine, ...]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A correction, or why there is none. Takes: exactly one of the two is there."""

    journal: Journal | None = None
    decision: Decision | None = None


def propose(bill: Ref, sale: Sale, ledger: Sequence[PostedLine], setup: Setup, catalogue: Catalogue) -> Proposal:
    """Propose the journal entry that brings an entry to the accounts which ConnectWise's ledger means now.

    Takes: `sale` as it was written; `ledger` is all that ConnectWise posts of the bill but what is owed.
    Source: S10.
    """
    targets = Targets(setup, catalogue)
    posted, meant = _posted(sale, catalogue), _meant(sale, ledger, targets)
    held = (
        _decide_totals(bill, sale, ledger)
        or targets.decide(bill)
        or _decide_sums(bill, sale, posted, meant)
        or _decide_accounts(bill, posted, meant, targets)
    )
    if held is not None:
        return Proposal(decision=replace(held, rule=_RULE))
    lines = _move(sale, posted, meant)
    if not lines:
        sentence = "It stands on the very accounts that ConnectWise's general ledger means."
        return Proposal(decision=skipped(bill, _RULE, "nothing_differs", sentence, "Nothing to do."))
    company = catalogue.company
    first = company.first_open_day if company.is_closed(sale.issued_on) else None
    return Proposal(Journal(first or sale.issued_on, sale.currency, lines))


# --- what stands where -------------------------------------------------------------------------------------------------

# What is on each account, by class.
type _Sums = Mapping[tuple[str, str], int]


def _posted(sale: Sale, catalogue: Catalogue) -> _Sums:
    """Add up where the lines of an entry landed, without tax that is inside their prices, and what rounding took."""
    sums: Counter[tuple[str, str]] = Counter()
    for line in without_rounding(sale).lines:
        net_minor = line.amount_minor
        if sale.tax.calculation is TaxCalculation.INCLUSIVE and line.tax_code_id in catalogue.tax_codes:
            percent = sum(catalogue.tax_codes[line.tax_code_id].rates)
            net_minor = rounded(line.amount_minor * 100 / (100 + Decimal(percent)))
        sums[line.account_id, line.class_id] += net_minor
    return sums


def _meant(sale: Sale, ledger: Sequence[PostedLine], targets: Targets) -> _Sums:
    """Add up where ConnectWise's ledger means it to be; tax that the accounting works out by itself is none of it."""
    sums: Counter[tuple[str, str]] = Counter()
    by_line = targets.setup.preferences.class_from is Source.LEDGER_CLASS and any(line.ledger_class for line in ledger)
    whole = _only_class(sale)
    for line in ledger:
        if not line.amount_minor:
            continue
        if not line.is_tax:
            class_id = _class_of(line, targets) if by_line else whole
            sums[_account_of(line, targets), class_id] += line.amount_minor
        elif not sale.tax.tax_minor:
            sums[_account_of_tax(line, targets), ""] += line.amount_minor
    return sums


def _account_of(line: PostedLine, targets: Targets) -> str:
    """Find the account that a ledger line means, as a plan does, or else by its number; note where nobody said so."""
    item = Targets(targets.setup, targets.catalogue).item_of(line)
    account = item.account_id or targets.account_meant(line.account)
    if not account:
        key = MappingKey(MappingKind.ACCOUNT, line.account)
        sentence = f"Nothing says which account in QuickBooks ConnectWise's {line.account or '(none)'} is."
        targets.note("account_unmapped", sentence, _MAP, key)
    return account


def _account_of_tax(line: PostedLine, targets: Targets) -> str:
    if account := targets.account_meant(line.account):
        return account
    return targets.chosen_item(targets.setup.preferences.tax_item_id, "tax").account_id


def _class_of(line: PostedLine, targets: Targets) -> str:
    return targets.class_(line.ledger_class) if line.ledger_class else ""


def _only_class(sale: Sale) -> str:
    """Give the class that the whole of an entry has, "" where it has none or several."""
    classes = {line.class_id for line in sale.lines} - {""}
    return classes.pop() if len(classes) == 1 else ""


# --- why there is none -------------------------------------------------------------------------------------------------


def _decide_totals(bill: Ref, sale: Sale, ledger: Sequence[PostedLine]) -> Decision | None:
    total_minor = sum(line.amount_minor for line in ledger)
    rounding_minor = sale.lines_minor - without_rounding(sale).lines_minor
    if abs(total_minor - sale.total_minor) <= abs(rounding_minor):
        return None
    says, stands = (format_minor(each, sale.currency) for each in (total_minor, sale.total_minor))
    sentence = f"ConnectWise's general ledger comes to {says} now, and {stands} stand in QuickBooks."
    return refused(bill, _RULE, "totals_differ", sentence, _RESYNC)


def _decide_sums(bill: Ref, sale: Sale, posted: _Sums, meant: _Sums) -> Decision | None:
    """Refuse what would move money between accounts and tax: a journal entry that is posted must add up to nothing."""
    stands, says = (sum(each.values()) for each in (posted, meant))
    if stands == says:
        return None
    shown, wanted = (format_minor(each, sale.currency) for each in (stands, says))
    sentence = f"Tax aside, ConnectWise's general ledger comes to {wanted} now, and {shown} stand in QuickBooks."
    return refused(bill, _RULE, "totals_differ", sentence, _RESYNC)


def _decide_accounts(bill: Ref, posted: _Sums, meant: _Sums, targets: Targets) -> Decision | None:
    for account_id in sorted({account for account, _ in (*posted, *meant)}):
        account = targets.catalogue.company.account(account_id)
        if account is None or not account.active:
            sentence = f"{targets.account_name(account_id)} is inactive in QuickBooks, or gone."
            fix = "Make the account active in QuickBooks, or map another one."
            return refused(bill, _RULE, "account_missing", sentence, fix)
    return None


# --- what it moves -----------------------------------------------------------------------------------------------------


def _move(sale: Sale, posted: _Sums, meant: _Sums) -> tuple[JournalLine, ...]:
    """Take from each account what is too much there, and put it where it is missing: a sale credits its accounts."""
    sign = 1 if sale.kind is SaleKind.INVOICE else -1
    words = f"Correction of {sale.kind.replace('_', ' ')} {sale.number}".rstrip()
    off = {place: posted.get(place, 0) - meant.get(place, 0) for place in {*posted, *meant}}
    wrong: Counter[str] = Counter()
    for (account, _), amount_minor in off.items():
        wrong[account] += amount_minor
    moved = sorted((place, amount) for place, amount in off.items() if amount and wrong[place[0]])
    return tuple(JournalLine(account, sign * amount, words, class_id) for (account, class_id), amount in moved)
