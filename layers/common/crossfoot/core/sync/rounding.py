"""The line that takes what an entry is off by rounding, up to the partner's tolerance (S7)."""

from dataclasses import replace

from crossfoot.core.money import format_minor
from crossfoot.core.sync.plans import Warned
from crossfoot.core.sync.sales import Sale, SaleLine
from crossfoot.core.sync.targets import Targets
from crossfoot.core.sync.taxing import code_of_untaxed

ROUNDED = "rounded"
OVER_TOLERANCE = "rounding_over_tolerance"
_WORDS = "Rounding"


def round_off(sale: Sale, targets: Targets) -> tuple[Sale, tuple[Warned, ...]]:
    """Bring an entry to its total by a line of its own, which is not taxed, and say so.

    Returns: the entry as it is where nothing is off; what is off by more than is tolerated, or has no item to go to, is
    noted as what stands in the way.
    Source: S7.
    """
    off_minor = sale.total_minor - sale.lines_minor - sale.added_tax_minor
    if not off_minor:
        return sale, ()
    preferences = targets.setup.preferences
    off, tolerated = (format_minor(minor, sale.currency) for minor in (off_minor, preferences.rounding_tolerance_minor))
    if abs(off_minor) > preferences.rounding_tolerance_minor:
        sentence = f"The lines with their tax are {off} off the total, and {tolerated} is tolerated."
        fix = "Correct the invoice in ConnectWise; or raise the rounding tolerance in the preferences of the tool."
        targets.note(OVER_TOLERANCE, sentence, fix)
        return sale, ()
    item = targets.chosen_item(preferences.rounding_item_id, "rounding")
    code = code_of_untaxed(sale.tax.calculation, targets)
    line = SaleLine(off_minor, item.id, _WORDS, tax_code_id=code, account_id=item.account_id)
    sentence = f"{off} of rounding goes to {item.name}, on {targets.account_name(item.account_id)}."
    return replace(sale, lines=(*sale.lines, line)), (Warned(ROUNDED, sentence, len(sale.lines)),)


def without_rounding(sale: Sale) -> Sale:
    """Give an entry as it was before it was brought to its total."""
    kept = tuple(line for line in sale.lines if line.description != _WORDS or line.ledger_account)
    return replace(sale, lines=kept)
