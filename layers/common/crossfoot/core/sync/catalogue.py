"""What a partner's accounting offers to write an entry with: items, accounts, tax codes, terms, classes, departments."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from crossfoot.core.company import NO_COMPANY, Company


@dataclass(frozen=True, slots=True)
class Item:
    """Something that is sold. Takes: `account_id` is its income account, "" where it has none; `sellable` is false for
    categories and groups; `sku` is its own number, "" for none.
    """

    id: str
    name: str
    account_id: str
    active: bool = True
    sellable: bool = True
    sku: str = ""


@dataclass(frozen=True, slots=True)
class TaxCode:
    """A tax code. Takes: `rates` are the percentages that it charges on a sale, each rounded by itself."""

    id: str
    name: str
    rates: tuple[Decimal, ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class Listed:
    """A term, a class or a department."""

    id: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What a company offers, each by its id; what is inactive is there too.

    Takes: `company` holds the accounts, the home currency and the closing date; `domestic` is true in the United States,
    where a line is taxed or not and the entry names a code; `automated_tax` says that the accounting works out tax itself,
    whatever it is told; `custom_numbers` that entries bring their own number; `custom_fields` are the text fields of
    sales forms, names by id.
    """

    company: Company = NO_COMPANY
    items: Mapping[str, Item] = field(default_factory=dict)
    tax_codes: Mapping[str, TaxCode] = field(default_factory=dict)
    terms: Mapping[str, Listed] = field(default_factory=dict)
    classes: Mapping[str, Listed] = field(default_factory=dict)
    departments: Mapping[str, Listed] = field(default_factory=dict)
    account_numbers: Mapping[str, str] = field(default_factory=dict)
    domestic: bool = True
    automated_tax: bool = False
    custom_numbers: bool = True
    custom_fields: Mapping[str, str] = field(default_factory=dict)
