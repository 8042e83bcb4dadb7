"""What a QuickBooks company offers to write an entry with: items, accounts, tax codes, terms, classes, departments (S6)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crossfoot.adapters.quickbooks.client import LARGEST_BATCH, QuickBooksClient, Reply, ask_query
from crossfoot.adapters.quickbooks.company import PAGE_ROWS, to_company
from crossfoot.core.sync.catalogue import Catalogue, Item, Listed, TaxCode
from crossfoot.errors import Rejected

_LISTS = ("Item", "Account", "TaxCode", "TaxRate", "Term", "Class", "Department")
_SINGLES = ("Preferences", "CompanyInfo")
# Some minor versions leave it out unless it is named (python-quickbooks 0.9.12 does so too).
_NAMED = {"Item": "*, Sku"}
# The smaller plans of QuickBooks have no classes and no locations.
_NOT_IN_PLAN = "5020"
_UNITED_STATES = frozenset({"US", "USA"})
# Nothing is sold by them: a category holds items, a group stands for several.
_NOT_SOLD = frozenset({"Category", "Group"})
# A sales form shows a custom field when "UseSalesCustom1" is on, and calls it what "SalesCustomName1" says.
_FIELD = re.compile(r"SalesFormsPrefs\.(UseSalesCustom|SalesCustomName)(\d+)")

type Wire = Mapping[str, Any]


def fetch_catalogue(client: QuickBooksClient, page_rows: int = PAGE_ROWS) -> Catalogue:
    """Read it all in one metered call, and one more for further pages where a list is longer than one."""
    found: dict[str, list[Wire]] = {entity: [] for entity in (*_LISTS, *_SINGLES)}
    asked = [(entity, 1) for entity in _LISTS] + [(entity, 0) for entity in _SINGLES]
    while asked:
        full = []
        for (entity, start), rows in zip(asked, _ask(client, asked, page_rows), strict=True):
            found[entity].extend(rows)
            if start and len(rows) == page_rows:
                full.append((entity, start + page_rows))
        asked = full
    return _catalogue(found)


def to_item(wire: Wire) -> Item:
    """Read an item."""
    return Item(
        id=str(wire["Id"]),
        name=_name(wire),
        account_id=_value(wire.get("IncomeAccountRef")),
        active=_is_active(wire),
        sellable=wire.get("Type") not in _NOT_SOLD,
        sku=str(wire.get("Sku") or ""),
    )


def _ask(client: QuickBooksClient, asked: Sequence[tuple[str, int]], page_rows: int) -> Iterator[Sequence[Wire]]:
    assert len(asked) <= LARGEST_BATCH
    questions = [ask_query(_statement(entity, start, page_rows)) for entity, start in asked]
    for (entity, _), outcome in zip(asked, client.batch(questions), strict=True):
        yield _rows(entity, outcome)


def _statement(entity: str, start: int, page_rows: int) -> str:
    if not start:
        return f"SELECT * FROM {entity}"  # noqa: S608 - names of ours
    named = _NAMED.get(entity, "*")
    every = f"SELECT {named} FROM {entity} WHERE Active IN (true, false) ORDERBY Id"  # noqa: S608 - names of ours
    return f"{every} STARTPOSITION {start} MAXRESULTS {page_rows}"


def _rows(entity: str, outcome: Reply | Exception) -> Sequence[Wire]:
    if isinstance(outcome, Rejected) and outcome.code == _NOT_IN_PLAN:
        return ()
    if isinstance(outcome, Exception):
        raise outcome
    return (outcome.body.get("QueryResponse") or {}).get(entity) or ()


def _catalogue(found: Mapping[str, Sequence[Wire]]) -> Catalogue:
    settings, about = (next(iter(found[entity]), {}) for entity in _SINGLES)
    forms, taxes = settings.get("SalesFormsPrefs") or {}, settings.get("TaxPrefs") or {}
    rates = {str(wire["Id"]): wire for wire in found["TaxRate"]}
    return Catalogue(
        company=to_company(found["Account"], settings),
        items={item.id: item for item in map(to_item, found["Item"])},
        tax_codes={code.id: code for code in (_tax_code(wire, rates) for wire in found["TaxCode"])},
        terms=_listed(found["Term"]),
        classes=_listed(found["Class"]),
        departments=_listed(found["Department"]),
        account_numbers={str(wire["Id"]): str(wire["AcctNum"]) for wire in found["Account"] if wire.get("AcctNum")},
        domestic=str(about.get("Country") or "US").upper() in _UNITED_STATES,
        automated_tax=taxes.get("PartnerTaxEnabled") is True,
        custom_numbers=forms.get("CustomTxnNumbers") is True,
        custom_fields=_custom_fields(forms.get("CustomField") or ()),
    )


def _listed(wires: Iterable[Wire]) -> dict[str, Listed]:
    return {str(wire["Id"]): Listed(str(wire["Id"]), _name(wire), _is_active(wire)) for wire in wires}


def _tax_code(wire: Wire, rates: Mapping[str, Wire]) -> TaxCode:
    """Read a tax code. One that charges what is unknown, or a tax on a tax, cannot be foretold: it is not for us."""
    details = (wire.get("SalesTaxRateList") or {}).get("TaxRateDetail") or ()
    charged = [rates.get(_value(detail.get("TaxRateRef"))) for detail in details]
    foreseen = all(charged) and all(detail.get("TaxTypeApplicable") in (None, "TaxOnAmount") for detail in details)
    percents = tuple(Decimal(rate["RateValue"]) for rate in charged if rate and rate.get("RateValue") is not None)
    return TaxCode(str(wire["Id"]), _name(wire), percents, active=_is_active(wire) and foreseen)


def _custom_fields(groups: Iterable[Wire]) -> dict[str, str]:
    said: dict[tuple[str, str], Any] = {}
    for field in (each for group in groups for each in group.get("CustomField") or ()):
        if setting := _FIELD.fullmatch(str(field.get("Name"))):
            said[setting[2], setting[1]] = field.get("StringValue") or field.get("BooleanValue")
    on = sorted(id_ for (id_, what), value in said.items() if what == "UseSalesCustom" and value is True)
    return {id_: str(said.get((id_, "SalesCustomName")) or f"Custom field {id_}") for id_ in on}


def _name(wire: Wire) -> str:
    return str(wire.get("FullyQualifiedName") or wire["Name"])


def _value(ref: Wire | None) -> str:
    return str((ref or {}).get("value") or "")


def _is_active(wire: Wire) -> bool:
    return wire.get("Active") is not False
