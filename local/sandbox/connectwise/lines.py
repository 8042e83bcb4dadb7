"""What an invoice bills: time, expenses and products name the invoice that they are on; it has no lines of its own.

On the real server an invoice takes its lines when it is made in the screens. Here a line is put on an open invoice by
naming it in `invoice`, which stands for that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from local.sandbox.connectwise import timestamps
from local.sandbox.connectwise.records import Record, Records

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
HOUR_S = 3600
NOT_CHARGED = frozenset({"DoNotBill", "NoCharge"})


@dataclass(frozen=True)
class LineKind:
    """Takes: `part`, the invoice's amount that these lines make up; `gl_type`, the revenue that they are; `figures`
    give a line's quantity, price and cost."""

    model: str
    part: str
    gl_type: str
    amount: Callable[[Record], Decimal]
    figures: Callable[[Record], tuple[Decimal, Decimal, Decimal]]


def money(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


def number(record: Mapping[str, object], name: str) -> Decimal:
    """Read an amount; what is no number counts as nothing, for odd records can be loaded."""
    value = record.get(name)
    if isinstance(value, Decimal) and value.is_finite():
        return value
    try:
        found = Decimal("0" if value in (None, "") else str(value))
    except InvalidOperation:
        return ZERO
    return found if found.is_finite() else ZERO


def _time_amount(entry: Record) -> Decimal:
    if entry.get("billableOption") in NOT_CHARGED:
        return ZERO
    stated = entry.get("extendedInvoiceAmount")
    worked = number(entry, "invoiceHours") * number(entry, "hourlyRate")
    return money(worked if stated is None else number(entry, "extendedInvoiceAmount"))


def _expense_amount(entry: Record) -> Decimal:
    if entry.get("billableOption") in NOT_CHARGED:
        return ZERO
    return money(number(entry, "amount" if entry.get("invoiceAmount") is None else "invoiceAmount"))


def _product_amount(item: Record) -> Decimal:
    if item.get("billableOption") in NOT_CHARGED or item.get("cancelledFlag"):
        return ZERO
    stated = item.get("extPrice")
    return extended(item, "price") if stated is None else money(number(item, "extPrice"))


def extended(item: Record, price: str) -> Decimal:
    """Quantity times a price; from the selling price the discount goes off."""
    less = number(item, "discount") if price == "price" else Decimal(0)
    return money(number(item, "quantity") * number(item, price) - less)


def hours(entry: Record) -> Decimal:
    """The time between start and end, in hours of two decimals."""
    start, end = (timestamps.parse(entry.get(name)) for name in ("timeStart", "timeEnd"))
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        return ZERO
    return money(Decimal(int((end - start).total_seconds())) / HOUR_S)


def _time_figures(entry: Record) -> tuple[Decimal, Decimal, Decimal]:
    cost = number(entry, "hourlyCost") * number(entry, "actualHours")
    return number(entry, "invoiceHours"), number(entry, "hourlyRate"), money(cost)


def _expense_figures(entry: Record) -> tuple[Decimal, Decimal, Decimal]:
    return Decimal(1), _expense_amount(entry), number(entry, "amount")


def _product_figures(item: Record) -> tuple[Decimal, Decimal, Decimal]:
    return number(item, "quantity"), number(item, "price"), extended(item, "cost")


TIME = LineKind("TimeEntry", "serviceTotal", "R", _time_amount, _time_figures)
EXPENSES = LineKind("ExpenseEntry", "expenseTotal", "RE", _expense_amount, _expense_figures)
PRODUCTS = LineKind("ProductItem", "productTotal", "RP", _product_amount, _product_figures)
KINDS = (TIME, EXPENSES, PRODUCTS)
BY_MODEL = {kind.model: kind for kind in KINDS}


def lines_of(records: Records, invoice_id: int) -> dict[LineKind, list[Record]]:
    return {kind: records.where(kind.model, ("invoice", "id"), [invoice_id]) for kind in KINDS}
