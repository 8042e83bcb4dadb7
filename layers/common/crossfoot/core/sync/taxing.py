"""ConnectWise's tax in the accounting: a line of its own, charged on the lines, or inside their prices (S6, S7)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from crossfoot.core.latin import to_latin
from crossfoot.core.money import format_minor
from crossfoot.core.sync.catalogue import TaxCode
from crossfoot.core.sync.drafts import MAX_DESCRIPTION, Draft
from crossfoot.core.sync.inclusive import rounded, split_tax
from crossfoot.core.sync.plans import Warned
from crossfoot.core.sync.postings import Posting
from crossfoot.core.sync.sales import SaleLine, SaleTax, TaxCalculation
from crossfoot.core.sync.settings import TaxDisplay
from crossfoot.core.sync.targets import NO_TAX_CODE, Targets

# The two codes that a line has in the United States.
TAXED, NOT_TAXED = "TAX", "NON"
_HUNDRED = Decimal(100)
_ONE_LINE = "Show the tax as one line, in the preferences of the tool"


@dataclass(frozen=True, slots=True)
class Taxed:
    """The lines with their tax.

    Takes: `off_minor` is what ConnectWise's tax is more than the accounting will make of the lines.
    """

    lines: tuple[SaleLine, ...]
    tax: SaleTax
    off_minor: int = 0
    warnings: tuple[Warned, ...] = ()


def put_tax(drafts: Sequence[Draft], posting: Posting, targets: Targets) -> Taxed:
    """Put ConnectWise's tax on an entry in the way that the partner chose. Source: S6, S7."""
    domestic, display = targets.catalogue.domestic, targets.setup.preferences.tax_display
    if display is TaxDisplay.ONE_LINE:
        return _one_line(drafts, posting, targets)
    if posting.tax_minor and not posting.tax_code:
        sentence = "ConnectWise charges tax on it, and does not say by which tax code."
        targets.note("tax_code_unknown", sentence, f"{_ONE_LINE}; or give the invoice a tax code in ConnectWise.")
    if domestic and display is TaxDisplay.INCLUSIVE:
        sentence = "In the United States QuickBooks has no prices with the tax inside."
        targets.note(
            "no_inclusive_prices", sentence, "Choose another way to show the tax in the preferences of the tool."
        )
        return Taxed(_coded(drafts, NOT_TAXED, NOT_TAXED), SaleTax())
    if domestic:
        return _domestic(drafts, posting, targets)
    return _elsewhere(drafts, posting, targets, inclusive=display is TaxDisplay.INCLUSIVE)


def code_of_untaxed(calculation: TaxCalculation, targets: Targets) -> str:
    """Give the code of a line that is not taxed, "" where the accounting wants none."""
    match calculation:
        case TaxCalculation.DOMESTIC:
            return NOT_TAXED
        case TaxCalculation.NOT_APPLICABLE:
            return ""
        case TaxCalculation.EXCLUDED | TaxCalculation.INCLUSIVE:
            return targets.tax_code("").id


# --- a line of its own -------------------------------------------------------------------------------------------------


def _one_line(drafts: Sequence[Draft], posting: Posting, targets: Targets) -> Taxed:
    """Put the tax among the lines, none of which the accounting taxes."""
    calculation = TaxCalculation.DOMESTIC if targets.catalogue.domestic else TaxCalculation.NOT_APPLICABLE
    code = code_of_untaxed(calculation, targets)
    lines = _coded(drafts, code, code)
    return Taxed((*lines, *_tax_line(posting, code, targets)), SaleTax(calculation))


def _tax_line(posting: Posting, code: str, targets: Targets) -> tuple[SaleLine, ...]:
    if not posting.tax_minor:
        return ()
    item = targets.chosen_item(targets.setup.preferences.tax_item_id, "tax")
    said = " ".join(("Sales tax", posting.tax_code)).rstrip()
    accounts = sorted({line.account for line in posting.lines if line.is_tax})
    line = SaleLine(
        posting.tax_minor,
        item.id,
        to_latin(said, MAX_DESCRIPTION),
        tax_code_id=code,
        account_id=item.account_id,
        ledger_account=accounts[0] if len(accounts) == 1 else "",
    )
    return (line,)


# --- in the United States ----------------------------------------------------------------------------------------------


def _domestic(drafts: Sequence[Draft], posting: Posting, targets: Targets) -> Taxed:
    """Tell of each line whether it is taxed, and which code and what tax the whole has: ConnectWise's."""
    if not posting.tax_minor:
        return Taxed(_coded(drafts, NOT_TAXED, NOT_TAXED), SaleTax())
    if not any(draft.taxed and draft.line.amount_minor for draft in drafts):
        sentence = (
            f"ConnectWise charges {_shown(posting.tax_minor, posting)} of tax, and says of no line that it is taxed."
        )
        targets.note("tax_not_tied", sentence, f"{_ONE_LINE}; or correct the invoice in ConnectWise.")
    code = targets.tax_code(posting.tax_code) if posting.tax_code else NO_TAX_CODE
    tax = SaleTax(TaxCalculation.DOMESTIC, code.id, posting.tax_minor)
    return Taxed(_coded(drafts, TAXED, NOT_TAXED), tax, warnings=_recalculated(posting, targets))


def _recalculated(posting: Posting, targets: Targets) -> tuple[Warned, ...]:
    if not targets.catalogue.automated_tax:
        return ()
    charged = _shown(posting.tax_minor, posting)
    sentence = (
        f"QuickBooks works out sales tax by itself in this company. What it makes of the {charged} is compared, and the "
        "entry taken back where it is off by more than is tolerated."
    )
    return (Warned("tax_recalculated", sentence),)


# --- elsewhere ---------------------------------------------------------------------------------------------------------


def _elsewhere(drafts: Sequence[Draft], posting: Posting, targets: Targets, *, inclusive: bool) -> Taxed:
    """Give each line its code, from whose rates the accounting works the tax out; that has to be ConnectWise's."""
    codes = _codes(drafts, posting, targets)
    lines = tuple(replace(draft.line, tax_code_id=code.id) for draft, code in zip(drafts, codes, strict=True))
    if any(code is NO_TAX_CODE for code in codes):
        return Taxed(lines, SaleTax(TaxCalculation.EXCLUDED))
    if inclusive:
        return _inclusive(lines, codes, posting, targets)
    tax_minor = _worked_out(lines, codes)
    _tie(tax_minor, codes, posting, targets)
    return Taxed(lines, SaleTax(TaxCalculation.EXCLUDED, "", tax_minor), posting.tax_minor - tax_minor)


def _codes(drafts: Sequence[Draft], posting: Posting, targets: Targets) -> list[TaxCode]:
    return [targets.tax_code(posting.tax_code if draft.taxed else "") for draft in drafts]


def _worked_out(lines: Sequence[SaleLine], codes: Sequence[TaxCode]) -> int:
    """Work the tax out as the accounting does: each rate on all that it is charged on, rounded half up."""
    taxable: dict[str, tuple[TaxCode, int]] = {}
    for line, code in zip(lines, codes, strict=True):
        taxable[code.id] = (code, taxable.get(code.id, (code, 0))[1] + line.amount_minor)
    return sum(rounded(net_minor * rate / _HUNDRED) for code, net_minor in taxable.values() for rate in code.rates)


def _inclusive(lines: Sequence[SaleLine], codes: Sequence[TaxCode], posting: Posting, targets: Targets) -> Taxed:
    percents = [sum(code.rates, Decimal(0)) for code in codes]
    nets = [line.amount_minor for line in lines]
    shares = split_tax(posting.tax_minor, list(zip(nets, percents, strict=True)))
    tax_minor = sum(shares)
    _tie(tax_minor, codes, posting, targets)
    with_tax = tuple(_with_tax(line, share) for line, share in zip(lines, shares, strict=True))
    return Taxed(with_tax, SaleTax(TaxCalculation.INCLUSIVE, "", tax_minor), posting.tax_minor - tax_minor)


def _with_tax(line: SaleLine, tax_minor: int) -> SaleLine:
    """Raise a line to its price with tax. The unit price is without, so it and the quantity move into the words."""
    if line.quantity is None or line.unit_price is None or not tax_minor:
        return replace(line, amount_minor=line.amount_minor + tax_minor)
    figures = f" ({line.quantity.normalize():f} at {line.unit_price.normalize():f} before tax)"
    said = line.description[: MAX_DESCRIPTION - len(figures)] + figures
    amount_minor = line.amount_minor + tax_minor
    return replace(line, amount_minor=amount_minor, description=said, quantity=None, unit_price=None)


def _tie(tax_minor: int, codes: Sequence[TaxCode], posting: Posting, targets: Targets) -> None:
    """Note that the tax is further off than the partner tolerates."""
    if abs(posting.tax_minor - tax_minor) <= targets.setup.preferences.rounding_tolerance_minor:
        return
    named = ", ".join(dict.fromkeys(code.name for code in codes))
    sentence = (
        f"ConnectWise charges {_shown(posting.tax_minor, posting)} of tax, and QuickBooks would work out "
        f"{_shown(tax_minor, posting)} ({named})."
    )
    fix = f"Have the tax codes of both agree. Or: {_ONE_LINE}, or allow for the difference by the rounding tolerance."
    targets.note("tax_not_tied", sentence, fix)


def _coded(drafts: Sequence[Draft], taxed: str, untaxed: str) -> tuple[SaleLine, ...]:
    return tuple(replace(draft.line, tax_code_id=taxed if draft.taxed else untaxed) for draft in drafts)


def _shown(amount_minor: int, posting: Posting) -> str:
    return format_minor(amount_minor, posting.currency)
