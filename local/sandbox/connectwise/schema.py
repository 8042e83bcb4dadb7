"""The resources that the sandbox serves, read from `resources/*.toml`: to add one, declare it there.

    [TimeEntry]                        the model's name, which is also its shelf in the store
    path = "/time/entries"             `{parentId}` in it stands for the record of `parent` that it belongs to
    right = "Time Entry"               the security-role right that it needs; without it, being logged in is enough
    methods = ["GET"]                  what can be done; all of them when not said
    count = false                      no `…/count` route
    single = false                     the records are listed only, and none is read by its id
    event = "time"                     the callback type that changes fire
    required, computed = ["id"]        computed fields are the server's own: what is sent for them is ignored
    fields = "name:type …"             int, number, string<=50, bool, date, enum(A|B), ints, strings, any, or the name
                                       of a reference; `Company[]` is an array of them

Source: the official OpenAPI schemas of 2026.4; of 2026.11 and 2025 for what 2026.4 was not to be had of.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

RESOURCES = Path(__file__).parent / "resources"
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
SCALARS = frozenset({"int", "number", "string", "bool", "date", "enum", "any", "strings", "ints"})


@dataclass(frozen=True)
class Field:
    """One field. `type` is a scalar, "ref" (one object) or "refs" (an array of objects); `parts` are its own fields."""

    name: str
    type: str
    reference: str | None = None
    values: tuple[str, ...] = ()
    limit: int | None = None
    parts: Mapping[str, "Field"] = field(default_factory=dict)


@dataclass(frozen=True)
class Reference:
    """What one record holds of another. `model` is None where no resource of that kind is served."""

    fields: Mapping[str, Field]
    model: str | None = None
    href: str | None = None
    path: str | None = None


@dataclass(frozen=True)
class Model:
    """One kind of record, as declared."""

    name: str
    path: str
    fields: Mapping[str, Field]
    right: str | None = None
    parent: str | None = None
    methods: tuple[str, ...] = METHODS
    count: bool = True
    single: bool = True
    event: str | None = None
    required: tuple[str, ...] = ()
    computed: frozenset[str] = frozenset()

    @property
    def resource(self) -> str:
        return self.name[0].lower() + self.name[1:]

    def find(self, name: str) -> Field | None:
        return self.fields.get(name)

    def shelf(self, parent_id: int | None) -> str:
        """Name the place in the store that holds the records, which are apart for each parent."""
        return self.name if self.parent is None else f"{self.name}/{parent_id}"


_DECLARATION = re.compile(
    r"(?P<name>\w+):(?P<type>\w+)(?P<array>\[\])?(?:\((?P<values>[\w|]+)\))?(?:<=(?P<limit>\d+))?"
)


def _field(text: str) -> Field:
    match = _DECLARATION.fullmatch(text)
    if match is None:
        raise ValueError(f"not a field declaration: {text}")
    name, type_, array, values, limit = match["name"], match["type"], match["array"], match["values"], match["limit"]
    if type_ in SCALARS:
        return Field(name, type_, None, tuple(values.split("|")) if values else (), int(limit) if limit else None)
    return Field(name, "refs" if array else "ref", type_, parts=REFERENCES[type_].fields)


def _fields(text: str) -> dict[str, Field]:
    return {declared.name: declared for declared in map(_field, text.split())}


def _model(name: str, told: Mapping[str, Any]) -> Model:
    return Model(
        name,
        told["path"],
        _fields(told["fields"]),
        told.get("right"),
        told.get("parent"),
        tuple(told.get("methods", METHODS)),
        told.get("count", True),
        told.get("single", True),
        told.get("event"),
        tuple(told.get("required", ())),
        frozenset(told["computed"]),
    )


def _declared(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file, parse_float=Decimal)


def _read_models() -> dict[str, Model]:
    files = sorted(path for path in RESOURCES.glob("*.toml") if path.stem not in ("references", "seeds"))
    return {name: _model(name, told) for path in files for name, told in _declared(path).items()}


REFERENCES: Mapping[str, Reference] = {
    name: Reference(_fields(told["fields"]), told.get("model"), told.get("href"), told.get("path"))
    for name, told in _declared(RESOURCES / "references.toml").items()
}
MODELS: Mapping[str, Model] = _read_models()
SEEDS: Mapping[str, list[dict[str, Any]]] = _declared(RESOURCES / "seeds.toml")
"""What a new login company starts with."""

COMPANY, COMPANY_MERGE = MODELS["Company"], MODELS["CompanyMerge"]
INVOICE, INVOICE_PAYMENT = MODELS["Invoice"], MODELS["InvoicePayment"]
CALLBACK_ENTRY = MODELS["CallbackEntry"]
NEW_BATCH, EXPORT_REQUEST = MODELS["CreateAccountingBatchRequest"], MODELS["ExportAccountingBatchRequest"]
CLOSED_INVOICE = Model(
    "ClosedInvoice",
    "/finance/closedInvoices",
    _fields("id:int status:BillingStatus internalNotes:string"),
    INVOICE.right,
    computed=frozenset({"id"}),
)
HREFS: Mapping[str, tuple[str, str]] = {
    name: (reference.href, reference.path or MODELS[reference.model or ""].path)
    for name, reference in REFERENCES.items()
    if reference.href
}
