"""What a bill needs to have mapped, and what that is called for people (S4, S5, S6)."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from crossfoot.core.model import Invoice, Line, LineKind
from crossfoot.core.sync.contexts import label_labour
from crossfoot.core.sync.fields import said_by
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import PostedLine, Posting
from crossfoot.core.sync.settings import MappingKey, MappingKind, SyncPreferences, TaxDisplay, TimeEntries

_WORDS = {
    MappingKind.CUSTOMER: "Company",
    MappingKind.ACCOUNT: "Account",
    MappingKind.TAX_CODE: "Tax code",
    MappingKind.TERMS: "Terms",
    MappingKind.CLASS: "Class",
    MappingKind.DEPARTMENT: "Department",
}


@dataclass(frozen=True, slots=True)
class Want:
    """Something that a bill needs a target for.

    Takes: `said` is what ConnectWise says beside the key: a company's name, the item that it names for an account, a
    product's description; `number` is the company's account number; `rate` is the percentage of a tax code;
    `account` is where ConnectWise posts what an item stands for.
    """

    key: MappingKey
    said: str = ""
    number: str = ""
    rate: Decimal | None = None
    account: str = ""


def item_key(line: Line) -> str:
    """Name what a line sells, as it is mapped: labour by what work it was, the rest by its item. Source: S4, S6."""
    return f"{line.kind}:{line.labour if line.kind is LineKind.TIME else line.item}"


def keys_of(billing: Billing, preferences: SyncPreferences, *, domestic: bool = True) -> frozenset[MappingKey]:
    """Give all that a bill needs a target for, in the mode that the partner chose.

    Takes: `domestic` as in Catalogue.
    Source: S4, S5, S6.
    """
    return frozenset(want.key for want in wants_of(billing, preferences, domestic=domestic))


def wants_of(billing: Billing, preferences: SyncPreferences, *, domestic: bool = True) -> Iterator[Want]:
    """Give the same with what ConnectWise says of each, which helps to find what stands for it; some come repeatedly.

    Takes: of a bill that ConnectWise would not post now, what its own lines tell already.
    """
    yield from _customer(billing)
    posting = billing.posting
    if posting is None:
        yield from _unposted(billing, preferences)
        return
    grouped = preferences.time_entries is TimeEntries.GROUPED
    yield from _accounts(posting) if grouped else _line_items(billing, posting)
    yield from _taxes(posting, preferences, domestic=domestic)
    if posting.terms and isinstance(billing.bill, Invoice):
        yield Want(MappingKey(MappingKind.TERMS, posting.terms))
    yield from _fields(billing, posting, preferences)


def label_of(key: MappingKey, said: str = "") -> str:
    """Name a key for people: "Technician / Regular / Project ticket". Takes: `said` as in Want."""
    if key.kind is MappingKind.ITEM:
        return _label_item(key.key)
    if key.kind is MappingKind.TAX_CODE and not key.key:
        return "What is not taxed"
    if key.kind is MappingKind.CUSTOMER and said:
        return said
    return f"{_WORDS[key.kind]} {key.key or '(none)'}"


def _label_item(key: str) -> str:
    kind, _, what = key.partition(":")
    if not what:
        return f"{kind.capitalize()} (not named)"
    if kind != LineKind.TIME:
        return f"{kind.capitalize()} {what}"
    return label_labour(what)


# --- what is needed ----------------------------------------------------------------------------------------------------


def _customer(billing: Billing) -> Iterator[Want]:
    posting = billing.posting
    company = billing.bill.customer or (posting.customer if posting is not None else None)
    if company is not None:
        number = posting.customer_account if posting is not None else ""
        yield Want(MappingKey(MappingKind.CUSTOMER, company.id), billing.bill.customer_name, number)


def _line_items(billing: Billing, posting: Posting) -> Iterator[Want]:
    sources = {(line.kind, line.id): line for line in billing.lines}
    for posted in posting.lines:
        if posted.is_tax:
            continue
        if posted.source is None:
            if posted.amount_minor:
                yield _account(posted)
        elif posted.source in sources:
            yield _item(sources[posted.source], posted.account)


def _accounts(posting: Posting) -> Iterator[Want]:
    return (_account(line) for line in posting.lines if not line.is_tax)


def _account(posted: PostedLine) -> Want:
    return Want(MappingKey(MappingKind.ACCOUNT, posted.account), posted.item)


def _item(line: Line, account: str = "") -> Want:
    # What is written on time differs from entry to entry, and says nothing of what it is sold as.
    said = "" if line.kind is LineKind.TIME else line.description
    return Want(MappingKey(MappingKind.ITEM, item_key(line)), said, account=account)


def _unposted(billing: Billing, preferences: SyncPreferences) -> Iterator[Want]:
    """Give what is sure before a posting is there: ConnectWise names these lines in the ledger one by one."""
    if preferences.time_entries is TimeEntries.LINE_ITEM:
        yield from (_item(line) for line in billing.lines if line.kind in (LineKind.TIME, LineKind.PRODUCT))


def _taxes(posting: Posting, preferences: SyncPreferences, *, domestic: bool) -> Iterator[Want]:
    display = preferences.tax_display
    if display is TaxDisplay.ONE_LINE or (domestic and display is TaxDisplay.INCLUSIVE):
        return
    charged = Want(MappingKey(MappingKind.TAX_CODE, posting.tax_code), rate=posting.tax_rate)
    untaxed = Want(MappingKey(MappingKind.TAX_CODE, ""))
    if domestic:
        # There a line is taxed or it is not, and the entry alone has a code.
        yield from (charged,) if posting.tax_minor and posting.tax_code else ()
        return
    for line in posting.lines:
        if not line.is_tax:
            yield charged if line.taxed and posting.tax_code else untaxed


def _fields(billing: Billing, posting: Posting, preferences: SyncPreferences) -> Iterator[Want]:
    for line in posting.lines:
        if not line.is_tax and (said := said_by(preferences.class_from, billing, posting, line)):
            yield Want(MappingKey(MappingKind.CLASS, said))
    if said := said_by(preferences.department_from, billing, posting):
        yield Want(MappingKey(MappingKind.DEPARTMENT, said))
