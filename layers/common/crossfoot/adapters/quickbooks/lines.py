"""The lines of QuickBooks transactions: what an invoice or credit memo sells, and what a deposit holds."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.core.model import DepositLine, Kind, Line, LineKind, Ref, System
from crossfoot.core.money import to_minor

type Wire = Mapping[str, Any]


def sales_lines(wire: Wire, currency: str) -> tuple[Line, ...]:
    """Read the lines of an invoice or credit memo, and its tax as the last one.

    Subtotals are left out: they sell nothing. Amounts of lines are without tax, also where prices include it
    (GlobalTaxCalculation).
    Raises: ValueError.
    """
    return (*_lines(wire.get("Line") or (), currency), *_tax_lines(wire.get("TxnTaxDetail") or {}, currency))


def _tax_lines(wire: Wire, currency: str) -> Iterable[Line]:
    tax_minor = to_minor(wire.get("TotalTax") or 0, currency)
    if tax_minor:
        yield Line("", LineKind.TAX, "Sales tax", tax_minor)


def counting_lines(wires: Iterable[Wire]) -> Iterable[Wire]:
    """List what counts: no subtotal, and of a bundle its own lines."""
    for wire in wires:
        match wire.get("DetailType"):
            case "SubTotalLineDetail":
                continue
            case "GroupLineDetail":
                yield from counting_lines((wire.get("GroupLineDetail") or {}).get("Line") or ())
            case _:
                yield wire


def _lines(wires: Iterable[Wire], currency: str) -> Iterable[Line]:
    for wire in counting_lines(wires):
        match wire.get("DetailType"):
            case "DiscountLineDetail":
                yield _line(wire, LineKind.DISCOUNT, -amount_of(wire, currency))
            case "DescriptionOnly":
                yield _line(wire, LineKind.NOTE, amount_of(wire, currency))
            case _:
                yield _item_line(wire, currency)


def _item_line(wire: Wire, currency: str) -> Line:
    detail = wire.get("SalesItemLineDetail") or {}
    return _line(
        wire,
        LineKind.ITEM,
        amount_of(wire, currency),
        quantity=decimal_of(detail.get("Qty")),
        unit_price=decimal_of(detail.get("UnitPrice")),
        item=_name(detail.get("ItemRef")),
        tax_code=str((detail.get("TaxCodeRef") or {}).get("value") or ""),
        worked_on=date.fromisoformat(detail["ServiceDate"]) if detail.get("ServiceDate") else None,
    )


def _line(wire: Wire, kind: LineKind, amount_minor: int, **detail: Any) -> Line:
    return Line(str(wire.get("Id") or ""), kind, str(wire.get("Description") or ""), amount_minor, **detail)


def deposit_lines(wire: Wire, currency: str) -> tuple[DepositLine, ...]:
    """Read the lines of a deposit, cash back as a line that takes off. Raises: ValueError."""
    lines = [_deposit_line(line, currency) for line in wire.get("Line") or ()]
    cash_back = wire.get("CashBack") or {}
    if cash_back.get("Amount"):
        account = str((cash_back.get("AccountRef") or {}).get("value") or "")
        lines.append(DepositLine(None, -amount_of(cash_back, currency), account, str(cash_back.get("Memo") or "")))
    return tuple(lines)


def _deposit_line(wire: Wire, currency: str) -> DepositLine:
    linked = [(str(link["TxnType"]), str(link["TxnId"])) for link in wire.get("LinkedTxn") or ()]
    payment = next((id_ for kind, id_ in linked if kind == "Payment"), None)
    if payment is not None:
        return DepositLine(Ref(System.QUICKBOOKS, Kind.PAYMENT, payment), 0)
    detail = wire.get("DepositLineDetail") or {}
    memo = str(wire.get("Description") or "") or ", ".join(f"{kind} {id_}" for kind, id_ in linked)
    return DepositLine(None, amount_of(wire, currency), str((detail.get("AccountRef") or {}).get("value") or ""), memo)


def amount_of(wire: Wire, currency: str) -> int:
    """Give the amount of a line, 0 where it has none. Raises: InexactAmount."""
    return to_minor(wire.get("Amount") or 0, currency)


def decimal_of(value: Any) -> Decimal | None:
    """Give a number exactly as it stands."""
    return None if value is None else Decimal(value)


def _name(ref: Wire | None) -> str:
    return str((ref or {}).get("name") or (ref or {}).get("value") or "")
