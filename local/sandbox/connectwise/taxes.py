"""Sales tax: the six levels of a tax code, and what they come to on the lines of an invoice."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import override

from local.sandbox.connectwise.call import Call
from local.sandbox.connectwise.collection import Derived
from local.sandbox.connectwise.lines import EXPENSES, PRODUCTS, TIME, LineKind, number
from local.sandbox.connectwise.records import Record, Records, value_at

NAMES = ("One", "Two", "Three", "Four", "Five", "Six")
CENT = Decimal("0.01")
_FLAG_OF = {TIME: "Services", EXPENSES: "Expenses", PRODUCTS: "Products"}


@dataclass(frozen=True)
class Level:
    """One level of a tax code. `rate` is a percentage, or an amount for the whole invoice; `number` is from 1 to 6."""

    number: int
    rate: Decimal
    is_amount: bool
    record: Record

    def text(self, name: str) -> str | None:
        value = self.record.get(f"level{NAMES[self.number - 1]}{name}")
        return None if value is None else str(value)

    def takes(self, kind: LineKind) -> bool:
        return bool(self.record.get(f"level{NAMES[self.number - 1]}{_FLAG_OF[kind]}Flag"))

    def tax(self, base: Decimal) -> Decimal:
        owed = self.rate if self.is_amount else base * self.rate / 100
        return owed.quantize(CENT, ROUND_HALF_UP) if base else Decimal("0.00")


def levels_of(code: Record) -> Iterator[Level]:
    for place, name in enumerate(NAMES, 1):
        if (rate := code.get(f"level{name}Rate")) is not None:
            yield Level(place, Decimal(rate), code.get(f"level{name}RateType") == "Amount", code)


def code_of(records: Records, invoice: Record) -> Record | None:
    return records.get("TaxCode", value_at(invoice, ("taxCode", "id")))


def on_lines(
    code: Record, invoice: Record, billed: Mapping[LineKind, Sequence[Record]]
) -> Iterator[tuple[Level, Decimal]]:
    """Give each level with its tax, rounded half up."""
    return ((level, level.tax(base)) for level, base in bases_of(code, invoice, billed))


def bases_of(
    code: Record, invoice: Record, billed: Mapping[LineKind, Sequence[Record]]
) -> Iterator[tuple[Level, Decimal]]:
    """Give each level with what it is charged on. A part of the invoice without lines is taxed as a whole."""
    for level in levels_of(code):
        taken = (kind for kind in billed if level.takes(kind))
        yield level, sum((_taxable(kind, invoice, billed[kind]) for kind in taken), Decimal("0.00"))


def _taxable(kind: LineKind, invoice: Record, found: Sequence[Record]) -> Decimal:
    if not found:
        return number(invoice, kind.part)
    return sum((kind.amount(line) for line in found if line.get("taxableFlag", True)), Decimal(0))


class TaxCodeLevels(Derived):
    """The levels as records of their own; their ids are this sandbox's."""

    @override
    def computed(self, call: Call) -> list[Record]:
        code = call.records.get("TaxCode", call.ids["parentId"]) or {}
        return [_shown(level, code) for level in levels_of(code)]


def _shown(level: Level, code: Record) -> Record:
    flags = {f"tax{name}Flag": level.takes(kind) for kind, name in _FLAG_OF.items()}
    texts = {name: level.text(part) for name, part in (
        ("caption", "Caption"), ("taxCodeXref", "TaxCodeXref"), ("agencyXref", "AgencyXref"),
    )}  # fmt: skip
    shown = {
        "id": code["id"] * 10 + level.number,
        "taxLevel": level.number,
        "taxRate": level.rate,
        "rateType": "Amount" if level.is_amount else "Percent",
        **texts,
        **flags,
        "_info": code.get("_info"),
    }
    return {name: value for name, value in shown.items() if value is not None}
