"""The lines of QuickBooks bills and vendor credits: what was bought or spent, for whom, and the tax on it."""

from collections.abc import Iterable, Mapping
from typing import Any

from crossfoot.adapters.quickbooks.lines import amount_of, counting_lines, decimal_of
from crossfoot.adapters.quickbooks.translate import text_of
from crossfoot.core.money import to_minor
from crossfoot.core.payables.records import CostLine, CostLineKind

type Wire = Mapping[str, Any]

_KINDS = {"TaxLineDetail": CostLineKind.TAX, "DescriptionOnly": CostLineKind.NOTE}


def cost_lines(wire: Wire, currency: str) -> tuple[CostLine, ...]:
    """Read the lines of a bill or a vendor credit, and the tax that it has at its foot as the last one.

    Subtotals are left out: they cost nothing. Amounts of lines are without that tax, also where prices include it
    (GlobalTaxCalculation). A line of a kind that we do not know keeps its amount.
    Raises: ValueError.
    """
    lines = (_line(line, currency) for line in counting_lines(wire.get("Line") or ()))
    return (*lines, *_tax_lines(wire.get("TxnTaxDetail") or {}, currency))


def _tax_lines(wire: Wire, currency: str) -> Iterable[CostLine]:
    tax_minor = to_minor(wire.get("TotalTax") or 0, currency)
    if tax_minor:
        yield CostLine("", CostLineKind.TAX, "Tax", tax_minor, tax_code=_id(wire.get("TxnTaxCodeRef")))


def _line(wire: Wire, currency: str) -> CostLine:
    named = str(wire.get("DetailType"))
    detail = wire.get(named) or {}
    item_id = _id(detail.get("ItemRef"))
    return CostLine(
        id=text_of(wire.get("Id")),
        kind=_KINDS.get(named, CostLineKind.ITEM if item_id else CostLineKind.ACCOUNT),
        description=text_of(wire.get("Description")),
        amount_minor=amount_of(wire, currency),
        account_id=_id(detail.get("AccountRef")),
        item_id=item_id,
        quantity=decimal_of(detail.get("Qty")),
        unit_price=decimal_of(detail.get("UnitPrice")),
        tax_code=_id(detail.get("TaxCodeRef") or detail.get("TaxRateRef")),
        customer_id=_id(detail.get("CustomerRef")),
        class_id=_id(detail.get("ClassRef")),
        billable=text_of(detail.get("BillableStatus")),
    )


def _id(ref: Wire | None) -> str:
    return text_of((ref or {}).get("value"))
