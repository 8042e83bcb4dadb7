"""The exact QuickBooks entry of a ConnectWise bill: what is previewed is what is written (S8)."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import cast

from crossfoot.core.effects import Json
from crossfoot.core.receipts import Operation


class SaleKind(StrEnum):
    """What a bill becomes in the accounting."""

    INVOICE = "invoice"
    CREDIT_MEMO = "credit_memo"


class TaxCalculation(StrEnum):
    """How the accounting is to see the prices: outside the United States it has to be told."""

    DOMESTIC = "domestic"
    EXCLUDED = "excluded"
    INCLUSIVE = "inclusive"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class SaleLine:
    """A line of an entry.

    Takes: `item_id` is the accounting's item, whose income account `account_id` says where the revenue lands (it is not
    written, it follows from the item); `ledger_account` is the one that ConnectWise would have used; `quantity` and
    `unit_price` are both there, and come to the amount exactly, or neither is; `tax_code_id` is "" where the accounting
    wants none.
    Units: `amount_minor` as it changes the total, before tax (of prices with tax inside: with it).
    """

    amount_minor: int
    item_id: str
    description: str = ""
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    tax_code_id: str = ""
    class_id: str = ""
    served_on: date | None = None
    account_id: str = ""
    ledger_account: str = ""


@dataclass(frozen=True, slots=True)
class SaleTax:
    """The tax of an entry.

    Takes: `code_id` is the code of the whole entry, where the accounting wants one; `tax_minor` is what the accounting's
    own tax has to come to: beside the lines, or inside them where prices include it ("one tax line" puts ConnectWise's tax
    among the lines, and has 0 here).
    """

    calculation: TaxCalculation = TaxCalculation.DOMESTIC
    code_id: str = ""
    tax_minor: int = 0


@dataclass(frozen=True, slots=True)
class Sale:
    """An invoice or a credit memo as it is to stand in the accounting.

    Takes: `number` is "" where the accounting numbers it itself; `purchase_order` is written into the custom field whose
    id is `purchase_order_field`; the note with our marker is no part of it.
    Units: `total_minor` is positive, tax included.
    """

    kind: SaleKind
    customer_id: str
    issued_on: date
    currency: str
    lines: tuple[SaleLine, ...]
    total_minor: int
    number: str = ""
    due_on: date | None = None
    tax: SaleTax = field(default_factory=SaleTax)
    terms_id: str = ""
    department_id: str = ""
    memo: str = ""
    purchase_order: str = ""
    purchase_order_field: str = ""

    @property
    def lines_minor(self) -> int:
        """Add up the lines: they are what the total is without the tax that comes beside them."""
        return sum(line.amount_minor for line in self.lines)

    @property
    def added_tax_minor(self) -> int:
        """Give the tax that comes beside the lines; lines and it make up the total."""
        return 0 if self.tax.calculation is TaxCalculation.INCLUSIVE else self.tax.tax_minor

    @property
    def digest(self) -> str:
        """Name the entry by all that it says: the same digest is the same entry, byte for byte."""
        text = json.dumps(to_json(self), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class StandingSale:
    """An entry of ours as the accounting shows it.

    Takes: `revision` is the vendor's count of its changes; `linked` says that something is applied to it, or it is to
    something else.
    """

    kind: SaleKind
    id: str
    revision: str
    number: str
    customer_id: str
    issued_on: date
    currency: str
    total_minor: int
    tax_minor: int
    open_minor: int
    linked: bool = False

    def says(self, sale: Sale) -> bool:
        """Tell whether it stands as it was asked for, to the cent, its tax too."""
        # QuickBooks numbers an entry itself where it was asked to.
        number = sale.number in ("", self.number)
        asked = (sale.kind, sale.customer_id, sale.issued_on, sale.currency, sale.total_minor, sale.tax.tax_minor)
        return number and asked == (
            self.kind, self.customer_id, self.issued_on, self.currency, self.total_minor, self.tax_minor,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class SaleWrite:
    """One write on the entry of a bill.

    Takes: `digest` names what is written (of a DELETE: what was); for CREATE, `id` and `revision` are "".
    """

    operation: Operation
    kind: SaleKind
    digest: str
    currency: str
    total_minor: int
    number: str = ""
    id: str = ""
    revision: str = ""


def to_body(write: SaleWrite) -> dict[str, Json]:
    """Store a write in an effect's body. The entry itself is kept under its digest: it can be large."""
    return {
        "operation": write.operation.value,
        "kind": write.kind.value,
        "digest": write.digest,
        "currency": write.currency,
        "total_minor": write.total_minor,
        "number": write.number,
        "id": write.id,
        "revision": write.revision,
    }


def from_body(body: Mapping[str, Json]) -> SaleWrite:
    """Read a write back from an effect's body, or what stands after it from its result."""
    return SaleWrite(
        Operation(cast(str, body["operation"])),
        SaleKind(cast(str, body["kind"])),
        cast(str, body["digest"]),
        cast(str, body["currency"]),
        cast(int, body["total_minor"]),
        cast(str, body["number"]),
        cast(str, body["id"]),
        cast(str, body["revision"]),
    )


def to_result(write: SaleWrite, standing: StandingSale | None) -> dict[str, Json]:
    """Store what stands after an effect: nothing is {}."""
    if standing is None:
        return {}
    stands = replace(
        write, operation=Operation.CREATE, id=standing.id, revision=standing.revision, number=standing.number
    )
    return {**to_body(stands), "total_minor": standing.total_minor}


def standing_in(result: Mapping[str, Json]) -> SaleWrite | None:
    """Read what stands after an effect; None where nothing does."""
    return from_body(result) if result else None


# --- stored form of an entry -------------------------------------------------------------------------------------------


def to_json(sale: Sale) -> dict[str, Json]:
    """Write an entry as plain JSON: what has its usual value is left out of its lines."""
    return {
        "kind": sale.kind.value,
        "customer_id": sale.customer_id,
        "issued_on": sale.issued_on.isoformat(),
        "currency": sale.currency,
        "lines": [_line_to_json(line) for line in sale.lines],
        "total_minor": sale.total_minor,
        "number": sale.number,
        "due_on": sale.due_on.isoformat() if sale.due_on else None,
        "tax": {
            "calculation": sale.tax.calculation.value,
            "code_id": sale.tax.code_id,
            "tax_minor": sale.tax.tax_minor,
        },
        "terms_id": sale.terms_id,
        "department_id": sale.department_id,
        "memo": sale.memo,
        "purchase_order": sale.purchase_order,
        "purchase_order_field": sale.purchase_order_field,
    }


def from_json(stored: Mapping[str, Json]) -> Sale:
    """Read an entry back."""
    due_on, tax = stored["due_on"], cast("Mapping[str, Json]", stored["tax"])
    return Sale(
        SaleKind(cast(str, stored["kind"])),
        cast(str, stored["customer_id"]),
        date.fromisoformat(cast(str, stored["issued_on"])),
        cast(str, stored["currency"]),
        tuple(_line_from_json(cast("Mapping[str, Json]", line)) for line in cast("list[Json]", stored["lines"])),
        cast(int, stored["total_minor"]),
        cast(str, stored["number"]),
        date.fromisoformat(cast(str, due_on)) if due_on else None,
        SaleTax(TaxCalculation(cast(str, tax["calculation"])), cast(str, tax["code_id"]), cast(int, tax["tax_minor"])),
        cast(str, stored["terms_id"]),
        cast(str, stored["department_id"]),
        cast(str, stored["memo"]),
        cast(str, stored["purchase_order"]),
        cast(str, stored["purchase_order_field"]),
    )


def _line_to_json(line: SaleLine) -> dict[str, Json]:
    said: dict[str, Json] = {
        "description": line.description,
        "quantity": _plain(line.quantity),
        "unit_price": _plain(line.unit_price),
        "tax_code_id": line.tax_code_id,
        "class_id": line.class_id,
        "served_on": line.served_on.isoformat() if line.served_on else None,
        "account_id": line.account_id,
        "ledger_account": line.ledger_account,
    }
    return {
        "amount_minor": line.amount_minor, "item_id": line.item_id, **{k: v for k, v in said.items() if v not in ("", None)}
    }  # fmt: skip


def _line_from_json(stored: Mapping[str, Json]) -> SaleLine:
    def text(name: str) -> str:
        return cast(str, stored.get(name) or "")

    served_on = text("served_on")
    return SaleLine(
        cast(int, stored["amount_minor"]),
        cast(str, stored["item_id"]),
        text("description"),
        Decimal(text("quantity")) if "quantity" in stored else None,
        Decimal(text("unit_price")) if "unit_price" in stored else None,
        text("tax_code_id"),
        text("class_id"),
        date.fromisoformat(served_on) if served_on else None,
        text("account_id"),
        text("ledger_account"),
    )


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else f"{number.normalize():f}"
