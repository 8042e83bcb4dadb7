"""Grouped mode: one line for each of ConnectWise's own ledger accounts, equal to it to the cent (S5)."""

from collections import Counter
from collections.abc import Sequence

from crossfoot.core.latin import to_latin
from crossfoot.core.model import LineKind
from crossfoot.core.sync.catalogue import Item
from crossfoot.core.sync.drafts import MAX_DESCRIPTION, Draft, class_of
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import PostedLine, Posting
from crossfoot.core.sync.sales import SaleLine
from crossfoot.core.sync.settings import TaxDisplay
from crossfoot.core.sync.targets import Targets

_TYPES = {"R": "Service", "RA": "Agreement", "RE": "Expenses", "RP": "Products", "RD": "Down payment"}
_SOURCES = {LineKind.TIME: "time entry", LineKind.PRODUCT: "product", LineKind.EXPENSE: "expense"}
_MANY = {"time entry": "time entries"}


def draft_groups(billing: Billing, posting: Posting, targets: Targets) -> list[Draft]:
    """Make a line for each account, apart by class, by the item that ConnectWise names, and by tax where lines are taxed.

    Takes: groups that come to nothing are left out, and tax is none.
    Source: S5.
    """
    taxes_lines = targets.setup.preferences.tax_display is not TaxDisplay.ONE_LINE
    groups: dict[tuple[str, Item, str, bool], list[PostedLine]] = {}
    for line in posting.lines:
        if not line.is_tax:
            class_id = class_of(line, billing, posting, targets)
            group = (line.account, targets.item_of(line), class_id, line.taxed and taxes_lines)
            groups.setdefault(group, []).append(line)
    return [
        Draft(_line(lines, account, item, class_id), taxed)
        for (account, item, class_id, taxed), lines in groups.items()
        if sum(line.amount_minor for line in lines)
    ]


def _line(lines: Sequence[PostedLine], account: str, item: Item, class_id: str) -> SaleLine:
    return SaleLine(
        amount_minor=sum(line.amount_minor for line in lines),
        item_id=item.id,
        description=describe_group(lines),
        class_id=class_id,
        account_id=item.account_id,
        ledger_account=account,
    )


def describe_group(lines: Sequence[PostedLine]) -> str:
    """Say what is in a group: "Service: 12 time entries; Products: 2 products"."""
    types: dict[str, list[PostedLine]] = {}
    for line in lines:
        types.setdefault(line.ledger_type, []).append(line)
    said = "; ".join(f"{_TYPES.get(each, 'Billing')}: {_count(found)}" for each, found in types.items())
    return to_latin(said, MAX_DESCRIPTION)


def _count(lines: Sequence[PostedLine]) -> str:
    if len(lines) == 1 and lines[0].source is None and lines[0].description:
        return lines[0].description
    counts = Counter(_SOURCES.get(line.source[0], "line") if line.source is not None else "line" for line in lines)
    return ", ".join(f"{count} {what if count == 1 else _MANY.get(what, what + 's')}" for what, count in counts.items())
