"""Which records of ConnectWise the partner wants in the book (C4, C5)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from crossfoot.core.decisions import Decision, skipped
from crossfoot.core.model import CreditMemo, Customer, Invoice, Trait, TraitName

_WORDS = {
    TraitName.COMPANY_TYPE: "company type",
    TraitName.COMPANY_STATUS: "company status",
    TraitName.INVOICE_TYPE: "invoice type",
    TraitName.AGREEMENT_TYPE: "agreement type",
    TraitName.LOCATION: "location",
    TraitName.DEPARTMENT: "department",
}
_FIX = "Widen the import filters under Connections; saving them reads everything again."


@dataclass(frozen=True, slots=True)
class ImportFilters:
    """What a partner lets in. A name without values lets everything in (C4).

    Takes: `first` and `last` limit the dates of invoices and credit memos, inclusive.
    """

    values: Mapping[TraitName, frozenset[str]] = field(default_factory=dict)
    first: date | None = None
    last: date | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether everything comes in."""
        return not any(self.values.values()) and self.first is None and self.last is None


def decide_import(
    record: Customer | Invoice | CreditMemo, customer: Customer | None, filters: ImportFilters
) -> Decision | None:
    """Say why the filters keep a record out; None when they let it in.

    Takes: `customer` is the record's own company, so that a filter on companies keeps their invoices out too; None where
    it is not known, which keeps nothing out.
    Source: C4.
    """
    traits = (*record.traits, *(customer.traits if customer and not isinstance(record, Customer) else ()))
    for name, allowed in filters.values.items():
        if allowed and not _has_one_of(traits, name, allowed) and _applies(record, customer, name):
            sentence = f"The import filters leave it out: its {_WORDS[name]} is not among those chosen."
            return skipped(record.ref, "C4", f"filtered_{name}", sentence, _FIX)
    if not isinstance(record, Customer) and not _is_in_time(record.issued_on, filters):
        sentence = f"The import filters leave it out: its date, {record.issued_on}, lies outside the chosen ones."
        return skipped(record.ref, "C4", "filtered_date", sentence, _FIX)
    return None


_OF_COMPANIES = frozenset({TraitName.COMPANY_TYPE, TraitName.COMPANY_STATUS})


def _applies(record: Customer | Invoice | CreditMemo, customer: Customer | None, name: TraitName) -> bool:
    """Tell whether a filter speaks of this record at all.

    An invoice that bills no agreement has no agreement type, and is not kept out for it.
    """
    if isinstance(record, Customer):
        return name in _OF_COMPANIES
    if name in _OF_COMPANIES:
        return customer is not None
    return name is not TraitName.AGREEMENT_TYPE or any(trait.name is name for trait in record.traits)


def _has_one_of(traits: tuple[Trait, ...], name: TraitName, allowed: frozenset[str]) -> bool:
    return any(trait.name is name and trait.value in allowed for trait in traits)


def _is_in_time(day: date, filters: ImportFilters) -> bool:
    return (filters.first or date.min) <= day <= (filters.last or date.max)
