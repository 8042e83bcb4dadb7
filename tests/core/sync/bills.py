"""ConnectWise bills with what their ledger says of them, and a company that has an item for everything in them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.core.company import AccountUse, Company, LedgerAccount
from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Billed,
    CreditMemo,
    Customer,
    Invoice,
    Kind,
    Line,
    LineKind,
    Link,
    LinkOrigin,
    Ref,
    Standing,
    Trait,
    TraitName,
    Version,
)
from crossfoot.core.sync.catalogue import Catalogue, Item, Listed, TaxCode
from crossfoot.core.sync.plans import Billing
from crossfoot.core.sync.postings import SALES_TAX, PostedLine, Posting
from crossfoot.core.sync.sales import Sale, StandingSale
from crossfoot.core.sync.settings import MappingKey, MappingKind, Setup, SyncPreferences, Target

DAY, DUE = date(2026, 11, 3), date(2026, 12, 3)
VERSION = Version("2026-11-03T17:00:00.000000Z", "2026-11-03T17:00:00.000000Z")
BILL, MEMO = Ref(PSA, Kind.INVOICE, "7001"), Ref(PSA, Kind.CREDIT_MEMO, "7001")
COMPANY = Ref(PSA, Kind.CUSTOMER, "19")
CUSTOMER = Customer(Ref(ACCOUNTING, Kind.CUSTOMER, "58"), VERSION, Standing.LIVE, "Red Rock Diner")
TRAITS = (Trait(TraitName.DEPARTMENT, "10"), Trait(TraitName.LOCATION, "2"))

SERVICES, HARDWARE, AGREEMENTS, DEPOSITS, TAXES, ROUNDINGS, PROJECTS = "79", "80", "81", "82", "83", "84", "85"
TECHNICIAN, LAPTOP, MANAGED, DOWN_PAYMENT, SALES_TAX_ITEM, ROUNDING, TRAVEL, PROJECT = (
    "11", "12", "13", "14", "15", "16", "17", "18",
)  # fmt: skip
LABOUR = "Technician / Regular / ServiceTicket"

_ACCOUNTS = (
    LedgerAccount(SERVICES, "Services", AccountUse.INCOME),
    LedgerAccount(HARDWARE, "Hardware", AccountUse.INCOME),
    LedgerAccount(AGREEMENTS, "Agreements", AccountUse.INCOME),
    LedgerAccount(DEPOSITS, "Customer deposits", AccountUse.OTHER),
    LedgerAccount(TAXES, "Sales tax payable", AccountUse.OTHER),
    LedgerAccount(ROUNDINGS, "Rounding differences", AccountUse.INCOME),
    LedgerAccount(PROJECTS, "Projects", AccountUse.INCOME),
)
_ITEMS = (
    Item(TECHNICIAN, "Technician", SERVICES),
    Item(LAPTOP, "Laptop", HARDWARE),
    Item(MANAGED, "Managed services", AGREEMENTS),
    Item(DOWN_PAYMENT, "Down payment", DEPOSITS),
    Item(SALES_TAX_ITEM, "Sales tax", TAXES),
    Item(ROUNDING, "Rounding", ROUNDINGS),
    Item(TRAVEL, "Travel", SERVICES),
    Item(PROJECT, "Technician-Project", PROJECTS),
    Item("90", "Old labour", SERVICES, active=False),
    Item("91", "Everything", "", sellable=False),
    Item("92", "Pointless", ""),
)
_TAX_CODES = (
    TaxCode("2", "California", (Decimal("8"),)),
    TaxCode("3", "20.0% S", (Decimal("20"),)),
    TaxCode("4", "No VAT", (Decimal("0"),)),
    TaxCode("5", "GST/PST", (Decimal("5"), Decimal("7"))),
    TaxCode("6", "17.5% S", (Decimal("17.5"),), active=False),
)
_TERMS = (Listed("31", "Net 30"), Listed("32", "Net 90", active=False))
CATALOGUE = Catalogue(
    company=Company(_ACCOUNTS, home_currency="USD"),
    items={each.id: each for each in _ITEMS},
    tax_codes={each.id: each for each in _TAX_CODES},
    terms={each.id: each for each in _TERMS},
    classes={"61": Listed("61", "West"), "62": Listed("62", "Closed shop", active=False)},
    departments={"71": Listed("71", "Tucson")},
    account_numbers={SERVICES: "4010", PROJECTS: "4050"},
    custom_fields={"1": "P.O. number"},
)
# A company outside the United States.
ABROAD = replace(CATALOGUE, domestic=False)


def key(kind: MappingKind, text: str) -> MappingKey:
    return MappingKey(kind, text)


_MAPPED = (
    (MappingKind.CUSTOMER, "19", "58", "Red Rock Diner"),
    (MappingKind.ITEM, f"time:{LABOUR}", TECHNICIAN, "Technician"),
    (MappingKind.ITEM, "product:LAPTOP", LAPTOP, "Laptop"),
    (MappingKind.ACCOUNT, "4010", TECHNICIAN, "Technician"),
    (MappingKind.ACCOUNT, "4020", LAPTOP, "Laptop"),
    (MappingKind.ACCOUNT, "4030", MANAGED, "Managed services"),
    (MappingKind.ACCOUNT, "4040", TRAVEL, "Travel"),
    (MappingKind.ACCOUNT, "2400", DOWN_PAYMENT, "Down payment"),
    (MappingKind.TAX_CODE, "CA", "2", "California"),
    (MappingKind.TAX_CODE, "VAT", "3", "20.0% S"),
    (MappingKind.TAX_CODE, "GST", "5", "GST/PST"),
    (MappingKind.TAX_CODE, "", "4", "No VAT"),
    (MappingKind.TERMS, "N30", "31", "Net 30"),
)
SETUP = Setup(
    SyncPreferences(tax_item_id=SALES_TAX_ITEM, rounding_item_id=ROUNDING),
    {key(kind, text): Target(id_, name) for kind, text, id_, name in _MAPPED},
)


def prefer(**changes: Any) -> Setup:
    """Give the usual setup with other preferences."""
    return replace(SETUP, preferences=replace(SETUP.preferences, **changes))


def mapping(kind: MappingKind, text: str, target: Target | None, setup: Setup = SETUP) -> Setup:
    """Give a setup in which something stands for something else, or nothing does."""
    kept = {each: found for each, found in setup.mappings.items() if each != key(kind, text)}
    return replace(setup, mappings=kept | ({key(kind, text): target} if target is not None else {}))


@dataclass(frozen=True, slots=True)
class Part:
    """Something that is billed: as the ledger posts it, and the bill's own line, where one line stands behind it."""

    posted: PostedLine
    line: Line | None = None


def labour(
    amount: int, hours: str = "", rate: str = "", *, work: str = LABOUR, taxed: bool = False, **said: Any
) -> Part:
    """A time entry, whose hours at its rate need not come to its amount."""
    quantity, price = _figures(hours, rate)
    line = Line(
        "", LineKind.TIME, "Fixed the printer", amount, quantity, price, worked_on=date(2026, 10, 28), labour=work
    )
    posted = PostedLine(0, "R", "4010", "Service", amount, "", "", quantity, price, taxed, (LineKind.TIME, ""))
    return Part(replace(posted, **said), line)


def product(
    amount: int, count: str = "", price: str = "", *, item: str = "LAPTOP", taxed: bool = True, **said: Any
) -> Part:
    """A product, or one that is taken off again."""
    quantity, unit_price = _figures(count, price)
    line = Line("", LineKind.PRODUCT, "Latitude 5550", amount, quantity, unit_price, item=item)
    posted = PostedLine(0, "RP", "4020", "Product", amount, "", "", quantity, unit_price, taxed, (LineKind.PRODUCT, ""))
    return Part(replace(posted, **said), line)


def _figures(quantity: str, price: str) -> tuple[Decimal | None, Decimal | None]:
    return (Decimal(quantity), Decimal(price)) if quantity else (None, None)


def expense(amount: int, **said: Any) -> Part:
    """An expense: the ledger does not say which one."""
    line = Line("", LineKind.EXPENSE, "Mileage", amount, item="Mileage")
    return Part(replace(PostedLine(0, "RE", "4040", "Mileage to Tucson", amount), **said), line)


def agreement(amount: int, **said: Any) -> Part:
    """What an agreement bills by itself."""
    line = Line("", LineKind.AGREEMENT, "Gold Support", amount, item="Gold Support")
    return Part(replace(PostedLine(0, "RA", "4030", "Gold Support", amount), **said), line)


def down_payment(amount: int, **said: Any) -> Part:
    """A down payment that is asked for, or, below zero, one that is used."""
    return Part(replace(PostedLine(0, "RD", "2400", "Down payment", amount), **said))


def adjustment(amount: int, **said: Any) -> Part:
    """What the lines of a bill do not come to."""
    return Part(replace(PostedLine(0, "R", "4010", "Adjustment", amount), **said))


def billing(*parts: Part, tax: int = 0, code: str = "CA", number: str = "1042", memo: bool = False) -> Billing:
    """Give a closed bill in no batch: its lines, and how ConnectWise would post them, which agree and add up."""
    numbered = [_numbered(place, part) for place, part in enumerate(parts, start=501)]
    lines = [part.line for part in numbered if part.line is not None]
    posted = [part.posted for part in numbered]
    if tax:
        lines.append(Line("", LineKind.TAX, "Sales tax", tax))
        posted.append(PostedLine(599, SALES_TAX, "2200", "Level 1 Sales Tax", tax))
    total = sum(each.amount_minor for each in posted)
    bill = _memo(number, total) if memo else _invoice(number, total)
    posting = Posting(
        bill.ref, number, DAY, DUE, COMPANY, "Red Rock Diner", "USD", total, tax, tuple(posted),
        tuple(range(490, 490 + len(posted) + 6)), terms="N30", tax_code=code if tax else "",
        memo="Thank you", purchase_order="PO-77",
    )  # fmt: skip
    return Billing(bill, tuple(lines), posting, customer=CUSTOMER)


def _numbered(place: int, part: Part) -> Part:
    """Give a line an id, and have the ledger name it where it does so."""
    id_ = str(place)
    source = (part.posted.source[0], id_) if part.posted.source is not None else None
    has_id = part.line is not None and part.line.kind is not LineKind.AGREEMENT
    line = replace(part.line, id=id_) if part.line is not None and has_id else part.line
    return Part(replace(part.posted, id=place, source=source), line)


def _invoice(number: str, total: int) -> Invoice:
    return Invoice(
        BILL, VERSION, Standing.LIVE, number, COMPANY, "Red Rock Diner", DAY, DUE, "USD", total, total,
        closed=True, traits=TRAITS,
    )  # fmt: skip


def _memo(number: str, total: int) -> CreditMemo:
    return CreditMemo(
        MEMO, VERSION, Standing.LIVE, number, COMPANY, "Red Rock Diner", DAY, "USD", total, total,
        closed=True, traits=TRAITS,
    )  # fmt: skip


def mixed(*, number: str = "1042") -> Billing:
    """Give an invoice with a bit of everything: labour, one of whose amounts was rounded, products, one of them taken
    off, an expense, an agreement, a down payment that is used, and tax of 8 % on the products.
    """
    return billing(
        labour(300_00, "2.5", "120"), labour(133_00, "1.33", "99.99"), product(900_00, "2", "450"),
        product(-50_00, "1", "50"), expense(31_17), agreement(500_00), down_payment(-200_00), tax=68_00, number=number,
    )  # fmt: skip


def posting_of(given: Billing) -> Posting:
    assert given.posting is not None
    return given.posting


def change_bill(given: Billing, **changes: Any) -> Billing:
    """Change the bill alone: its ledger still says what it did."""
    return replace(given, bill=replace(given.bill, **changes))


def change_posting(given: Billing, **changes: Any) -> Billing:
    """Change what the ledger says alone."""
    return replace(given, posting=replace(posting_of(given), **changes))


def change_both(given: Billing, **changes: Any) -> Billing:
    """Change what bill and ledger both say."""
    return change_posting(change_bill(given, **changes), **changes)


def linked(given: Billing, origin: LinkOrigin = LinkOrigin.SYNCED) -> Billing:
    """Give a bill that has a copy in the accounting."""
    return replace(given, link=Link(Ref(ACCOUNTING, given.bill.ref.kind, "129"), given.bill.ref, origin))


def namesake(given: Billing, **changes: Any) -> Billed:
    """Give a record of the accounting that carries the number of a bill, and says the same unless told otherwise."""
    bill = given.bill
    ref = Ref(ACCOUNTING, bill.ref.kind, "130")
    return replace(bill, ref=ref, customer=CUSTOMER.ref, traits=(), closed=False, **changes)


def standing(sale: Sale, **changes: Any) -> StandingSale:
    """Give an entry as it stands in the accounting, as it was asked for unless told otherwise."""
    made = StandingSale(
        sale.kind, "181", "0", sale.number or "1500", sale.customer_id, sale.issued_on, sale.currency,
        sale.total_minor, sale.tax.tax_minor, sale.total_minor,
    )  # fmt: skip
    return replace(made, **changes)


def amounts(sale: Sale) -> list[int]:
    return [line.amount_minor for line in sale.lines]


def per_account(lines: Iterable[PostedLine]) -> dict[str, int]:
    """Add up what is posted to each ledger account, tax aside; what comes to nothing is left out."""
    sums: dict[str, int] = {}
    for line in lines:
        if not line.is_tax:
            sums[line.account] = sums.get(line.account, 0) + line.amount_minor
    return {account: amount for account, amount in sums.items() if amount}
