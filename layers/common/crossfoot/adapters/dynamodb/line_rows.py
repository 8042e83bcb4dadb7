"""Lines of all kinds as rows of plain values, and back."""

from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.core.model import PLATFORM, DepositLine, Kind, Line, LineKind, PayoutItem, PayoutItemKind, Ref
from crossfoot.core.payables.records import CostLine, CostLineKind

type AnyLine = Line | DepositLine | PayoutItem | CostLine
# What every row of a bill's line has; the rest is left out where nothing but blanks would follow.
_ALWAYS = 4


def to_row(line: AnyLine) -> list[Any]:
    """Write a line as a row."""
    match line:
        case PayoutItem():
            return [line.kind.value, line.amount_minor, line.payment and line.payment.id, line.memo]
        case DepositLine():
            return [line.payment and line.payment.id, line.amount_minor, line.account_id, line.memo]
        case Line():
            return _from_line(line)
        case CostLine():
            return _from_cost_line(line)


def _from_line(line: Line) -> list[Any]:
    worked_on = line.worked_on and line.worked_on.isoformat()
    return [
        line.id, line.kind.value, line.description, line.amount_minor, _maybe_text(line.quantity),
        _maybe_text(line.unit_price), line.item, line.tax_code, worked_on, *([line.labour] if line.labour else ()),
    ]  # fmt: skip


def to_line(
    id_: str,
    kind: str,
    description: str,
    amount_minor: int,
    quantity: str | None,
    unit_price: str | None,
    item: str,
    tax_code: str,
    worked_on: str | None,
    labour: str = "",
) -> Line:
    """Read a row as a line of an invoice or a credit memo."""
    return Line(
        id_,
        LineKind(kind),
        description,
        amount_minor,
        quantity=_maybe_number(quantity),
        unit_price=_maybe_number(unit_price),
        item=item,
        tax_code=tax_code,
        worked_on=None if worked_on is None else date.fromisoformat(worked_on),
        labour=labour,
    )


def to_deposit_line(deposit: Ref, payment: str | None, amount_minor: int, account_id: str, memo: str) -> DepositLine:
    """Read a row as a line of a deposit, which holds payments of its own system: a record speaks only of its own."""
    held = None if payment is None else Ref(deposit.system, Kind.PAYMENT, payment)
    return DepositLine(held, amount_minor, account_id, memo)


def to_payout_item(kind: str, amount_minor: int, payment: str | None, memo: str) -> PayoutItem:
    """Read a row as an item of a payout."""
    held = None if payment is None else Ref(PLATFORM, Kind.PAYMENT, payment)
    return PayoutItem(PayoutItemKind(kind), amount_minor, held, memo)


def _from_cost_line(line: CostLine) -> list[Any]:
    row = [
        line.id, line.kind.value, line.description, line.amount_minor, line.account_id, line.item_id,
        _maybe_text(line.quantity), _maybe_text(line.unit_price), line.tax_code, line.customer_id, line.class_id,
        line.billable,
    ]  # fmt: skip
    while not row[-1] and len(row) > _ALWAYS:
        row.pop()
    return row


def to_cost_line(
    id_: str,
    kind: str,
    description: str,
    amount_minor: int,
    account_id: str = "",
    item_id: str = "",
    quantity: str | None = None,
    unit_price: str | None = None,
    *rest: str,
) -> CostLine:
    """Read a row as a line of a bill or a vendor credit; what is blank at its end was left out."""
    return CostLine(
        id_,
        CostLineKind(kind),
        description,
        amount_minor,
        account_id,
        item_id,
        _maybe_number(quantity),
        _maybe_number(unit_price),
        *rest,
    )


def _maybe_text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _maybe_number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
