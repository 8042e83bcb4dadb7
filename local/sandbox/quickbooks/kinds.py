"""The entities of QuickBooks Online: what each may do, and which properties its wire format knows.

`known_properties.json` lists, for every type of the vendor's schema (July 2026), its properties and their types.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal

from local.sandbox.quickbooks import refusals
from local.sandbox.quickbooks.times import parse_instant
from local.sandbox.store import Record

PROPERTIES: Mapping[str, Mapping[str, str]] = json.loads(
    (Path(__file__).parent / "known_properties.json").read_text("utf-8")
)


_ALL_VERBS = frozenset({"created", "updated", "deleted", "void", "emailed", "merged"})
_SALE = _ALL_VERBS - {"merged"}
_MONEY_MOVE = _SALE - {"emailed"}
_PLAIN = frozenset({"created", "updated", "deleted"})
_MAILED = _PLAIN | {"emailed"}
_LIST = _PLAIN | {"merged"}
_SETTING = frozenset({"created", "updated"})
_SILENT: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Kind:
    """One entity: how it is named, found, told of and voided. What it means stands in `entities.py`.

    Takes: `list_name`, the property that names a name-list entity. `void`: how a request voids it: `operation` is
    `?operation=void`, `include` is `?operation=update&include=void`, `page` only a person on the vendor's page does.
    """

    name: str
    list_name: str | None = None
    transaction: bool = False
    cdc: bool = True
    verbs: frozenset[str] = _PLAIN
    void: Literal["operation", "include", "page"] | None = None
    pdf: bool = False

    @property
    def path(self) -> str:
        """The entity as it stands in a URL."""
        return self.name.lower()


_ALL = [
    Kind("CompanyInfo", verbs=_SILENT),
    Kind("Preferences", verbs=frozenset({"updated"})),
    Kind("Account", "Name", verbs=_LIST),
    Kind("Customer", "DisplayName", verbs=_LIST),
    Kind("Vendor", "DisplayName", verbs=_LIST),
    Kind("Employee", "DisplayName", verbs=_LIST),
    Kind("Item", "Name", verbs=_LIST),
    Kind("Class", "Name", verbs=_LIST),
    Kind("Department", "Name", verbs=_SETTING | {"merged"}),
    Kind("PaymentMethod", "Name", verbs=_SETTING | {"merged"}),
    Kind("Term", "Name", verbs=_SETTING),
    Kind("CompanyCurrency", "Name"),
    Kind("TaxAgency", "DisplayName", cdc=False, verbs=_SETTING),
    Kind("TaxCode", "Name", cdc=False, verbs=_SILENT),
    Kind("TaxRate", "Name", cdc=False, verbs=_SILENT),
    Kind("JournalCode", "Name", cdc=False, verbs=_SETTING),
    Kind("Budget", verbs=_SETTING),
    Kind("Attachable", verbs=_SILENT),
    Kind("ReimburseCharge", verbs=_SILENT),
    Kind("TimeActivity", transaction=True, cdc=False),
    Kind("Invoice", transaction=True, verbs=_SALE, void="operation", pdf=True),
    Kind("CreditMemo", transaction=True, verbs=_SALE, void="page", pdf=True),
    Kind("Payment", transaction=True, verbs=_SALE, void="include", pdf=True),
    Kind("Deposit", transaction=True),
    Kind("Bill", transaction=True),
    Kind("VendorCredit", transaction=True),
    Kind("BillPayment", transaction=True, verbs=_MONEY_MOVE, void="include"),
    Kind("JournalEntry", transaction=True),
    Kind("SalesReceipt", transaction=True, verbs=_SALE, void="include"),
    Kind("RefundReceipt", transaction=True, verbs=_SALE, void="page"),
    Kind("Purchase", transaction=True, verbs=_MONEY_MOVE, void="page"),
    Kind("Transfer", transaction=True, verbs=_MONEY_MOVE, void="page"),
    Kind("Estimate", transaction=True, verbs=_MAILED),
    Kind("PurchaseOrder", transaction=True, verbs=_MAILED),
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
