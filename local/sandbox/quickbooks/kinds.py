"""The entities of QuickBooks Online: what each may do, and which properties its wire format knows.

`known_properties.json` lists, for every type of the vendor's schema (July 2026), its properties and their types.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.times import parse_instant
from local.sandbox.store import Record

PROPERTIES: Mapping[str, Mapping[str, str]] = json.loads(
    (Path(__file__).parent / "known_properties.json").read_text("utf-8")
)


@dataclass(frozen=True)
class Kind:
    """One entity. `modelled` ones can be written; the others are only held when they were loaded."""

    name: str
    list_name: str | None = None  # the property that names it, for name-list entities
    modelled: bool = False
    transaction: bool = False
    cdc: bool = True
    webhook: bool = True

    @property
    def path(self) -> str:
        """The entity as it stands in a URL."""
        return self.name.lower()


_OTHER_TRANSACTIONS = (
    "Bill",
    "BillPayment",
    "CreditMemo",
    "Deposit",
    "Estimate",
    "JournalEntry",
    "Purchase",
    "PurchaseOrder",
    "RefundReceipt",
    "SalesReceipt",
    "Transfer",
    "VendorCredit",
)
_ALL = [
    Kind("CompanyInfo", modelled=True, webhook=False),
    Kind("Preferences", modelled=True),
    Kind("Account", "Name", modelled=True),
    Kind("Customer", "DisplayName", modelled=True),
    Kind("Item", "Name", modelled=True),
    Kind("Invoice", modelled=True, transaction=True),
    Kind("Payment", modelled=True, transaction=True),
    Kind("Vendor", "DisplayName"),
    Kind("Employee", "DisplayName"),
    Kind("Term", "Name"),
    Kind("PaymentMethod", "Name"),
    Kind("Class", "Name"),
    Kind("Department", "Name"),
    Kind("CompanyCurrency", "Name"),
    Kind("TaxAgency", "DisplayName", cdc=False),
    Kind("TaxCode", "Name", cdc=False),
    Kind("TaxRate", "Name", cdc=False),
    Kind("JournalCode", "Name", cdc=False),
    Kind("Budget"),
    Kind("Attachable"),
    Kind("ReimburseCharge"),
    Kind("TimeActivity", transaction=True, cdc=False),
    *(Kind(name, transaction=True) for name in _OTHER_TRANSACTIONS),
]
KINDS = {kind.name: kind for kind in _ALL}
_BY_PATH = {kind.path: kind for kind in _ALL}


def kind_of_path(segment: str) -> Kind | None:
    """Find the entity of a URL segment or of a CDC list, whatever its case."""
    return _BY_PATH.get(segment.lower())


def property_of(owner: str, name: str) -> tuple[str, str] | None:
    """Find a property whatever its case, as the query language does: its real name and its type."""
    known = PROPERTIES.get(owner, {})
    real = name if name in known else next((each for each in known if each.lower() == name.lower()), None)
    return (real, known[real]) if real else None


def cleaned(owner: str, body: Mapping[str, Any]) -> Record:
    """Check a request body against the vendor's schema and bring its values to their wire types.

    Takes: numbers also as text, as other people's clients send them; null and "" count as not sent.
    Raises: Refusal 2010 for a property that is unknown, at any depth; 2070, 2110 for a value that does not fit.
    """
    known = PROPERTIES[owner]
    clean: Record = {}
    for name, value in body.items():
        if name not in known:
            raise refusals.unknown_property(name, owner, sorted(known))
        if value is not None and value != "":
            clean[name] = _cleaned_value(name, known[name], value)
    return clean


def _cleaned_value(name: str, kind: str, value: Any) -> Any:
    if isinstance(value, list):
        return [_cleaned_value(name, kind, each) for each in value]
    if kind in PROPERTIES:
        if not isinstance(value, Mapping):
            raise refusals.unreadable(f"{name} holds a value, not an object, and")
        return cleaned(kind, value)
    if kind == "any":
        return value
    if isinstance(value, Mapping):
        raise refusals.unreadable(f"{name} holds an object, not a value, and")
    return _SCALARS[kind](value)


def _number(value: Any) -> Decimal | int:
    if isinstance(value, bool):
        raise refusals.invalid_decimal(value)
    if isinstance(value, int | Decimal):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise refusals.invalid_decimal(value) from None
    if not number.is_finite():
        raise refusals.invalid_decimal(value)
    return number


def _date(value: Any) -> str:
    try:
        return parse_instant(str(value)).date().isoformat()
    except ValueError:
        raise refusals.invalid_date(value) from None


def _flag(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() == "true"


_SCALARS: Mapping[str, Callable[[Any], Any]] = {
    "id": str,
    "text": str,
    "time": str,
    "number": _number,
    "date": _date,
    "flag": _flag,
}
