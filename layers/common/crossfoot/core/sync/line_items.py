"""Line-item mode: what ConnectWise posts becomes line by line what the bill says, on the items that stand for it (S4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from crossfoot.core.latin import to_latin
from crossfoot.core.model import Line, LineKind
from crossfoot.core.money import decimals_of
from crossfoot.core.sync.drafts import MAX_DESCRIPTION, Draft, class_of
from crossfoot.core.sync.keys import item_key
from crossfoot.core.sync.plans import Billing, Warned
from crossfoot.core.sync.postings import PostedLine, Posting
from crossfoot.core.sync.sales import SaleLine
from crossfoot.core.sync.targets import NO_ITEM, Targets

_SHOWN = 5


def draft_line_items(billing: Billing, posting: Posting, targets: Targets) -> list[Draft]:
    """Make a line of each line that is posted; tax is none, nor what posts nothing and stands for nothing.

    Source: S4.
    """
    sources = {(line.kind, line.id): line for line in billing.lines}
    return [
        _draft(each, billing, posting, sources, targets)
        for each in posting.lines
        if not each.is_tax and (each.amount_minor or each.source)
    ]


def _draft(
    posted: PostedLine,
    billing: Billing,
    posting: Posting,
    sources: Mapping[tuple[LineKind, str], Line],
    targets: Targets,
) -> Draft:
    line = sources.get(posted.source) if posted.source is not None else None
    if posted.source is not None and line is None:
        _note_unread(posted.source, targets)
        item = NO_ITEM
    else:
        item = targets.item(item_key(line)) if line is not None else targets.item_of(posted)
    figures = exact_figures(posted, line, billing.bill.currency)
    made = SaleLine(
        amount_minor=posted.amount_minor,
        item_id=item.id,
        description=_describe(posted, line, stated=figures is not None),
        quantity=figures[0] if figures else None,
        unit_price=figures[1] if figures else None,
        class_id=class_of(posted, billing, posting, targets),
        served_on=line.worked_on if line is not None and targets.setup.preferences.service_dates else None,
        account_id=item.account_id,
        ledger_account=posted.account,
    )
    return Draft(made, posted.taxed)


def _note_unread(source: tuple[LineKind, str], targets: Targets) -> None:
    kind, id_ = source
    sentence = f"ConnectWise posts the {kind} {id_}, which has not been read."
    fix = "Run Fetch New Data; if it stays, see the rights of the API member under Connections."
    targets.note("line_unread", sentence, fix)


def exact_figures(posted: PostedLine, line: Line | None, currency: str) -> tuple[Decimal, Decimal] | None:
    """Give quantity and unit price where they come to the amount, for the accounting takes no others (6070).

    Takes: what ConnectWise posts is asked first, then what the bill says; a price below zero stands for what is taken off.
    Source: S4, S7.
    """
    said = ((posted.quantity, posted.unit_price), *(((line.quantity, line.unit_price),) if line is not None else ()))
    for quantity, price in said:
        if quantity is None or price is None:
            continue
        for signed in (price, -price):
            if quantity and _rounded_minor(quantity * signed, currency) == posted.amount_minor:
                return quantity, signed
    return None


def _rounded_minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(decimals_of(currency)).to_integral_value(ROUND_HALF_UP))


def _describe(posted: PostedLine, line: Line | None, *, stated: bool) -> str:
    words = to_latin((line.description or line.item if line is not None else "") or posted.description, MAX_DESCRIPTION)
    if stated:
        return words
    quantity, price = _figures_said(posted, line)
    if quantity is None or price is None or not (quantity and price):
        return words
    uncharged = "" if posted.amount_minor else ", not charged"
    figures = f" ({quantity.normalize():f} at {price.normalize():f}{uncharged})"
    return words[: MAX_DESCRIPTION - len(figures)] + figures


def _figures_said(posted: PostedLine, line: Line | None) -> tuple[Decimal | None, Decimal | None]:
    if line is not None and line.quantity is not None:
        return line.quantity, line.unit_price
    return posted.quantity, posted.unit_price


# --- what ConnectWise would have used ----------------------------------------------------------------------------------


def compare_accounts(drafts: Sequence[Draft], targets: Targets) -> Iterator[Warned]:
    """Warn of each line whose item posts elsewhere than ConnectWise would have. Source: S4."""
    untold: dict[str, None] = {}
    for place, draft in enumerate(drafts):
        line = draft.line
        meant = targets.account_meant(line.ledger_account)
        if not meant:
            untold[line.ledger_account] = None
        elif line.account_id and meant != line.account_id:
            yield _differs(place, line, meant, targets)
    if untold:
        yield _not_compared(untold)


def _differs(place: int, line: SaleLine, meant: str, targets: Targets) -> Warned:
    item = targets.catalogue.items[line.item_id]
    sentence = (
        f"{item.name} posts to {targets.account_name(line.account_id)}; ConnectWise would have used "
        f"{line.ledger_account}, which is {targets.account_name(meant)}."
    )
    return Warned("account_differs", sentence, place)


def _not_compared(accounts: Iterable[str]) -> Warned:
    named = list(accounts)
    shown = ", ".join(account or "(none)" for account in named[:_SHOWN]) + (
        ", and others" if len(named) > _SHOWN else ""
    )
    sentence = (
        f"ConnectWise would have used {shown}: what that is in QuickBooks was never said, so it is not compared with where "
        "the items post to. To have it compared, map the account under the mappings of the tool."
    )
    return Warned("account_not_compared", sentence)
