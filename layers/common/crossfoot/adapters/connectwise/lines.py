"""The lines of ConnectWise invoices: time entries, expenses and products that name them, and what an agreement bills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from crossfoot.adapters.connectwise.translate import currency_of, sign_of, to_date
from crossfoot.core.model import Line, LineKind
from crossfoot.core.money import decimals_of
from crossfoot.core.unread_lines import stand_in

type Wire = Mapping[str, Any]

_NOT_CHARGED = ("DoNotBill", "NoCharge")


@dataclass(frozen=True, slots=True)
class LineSource:
    """Where one kind of line is read. `total` is the invoice's amount that these lines make up."""

    kind: LineKind
    path: str
    total: str
    read: Callable[[Wire, str], Line]


def to_time_line(wire: Wire, currency: str) -> Line:
    """Read a time entry: the hours that are billed, not those that were worked. Raises: ValueError, TypeError."""
    hours, rate = _decimal(wire.get("invoiceHours")), _decimal(wire.get("hourlyRate"))
    return Line(
        id=str(int(wire["id"])),
        kind=LineKind.TIME,
        description=_text(wire.get("notes")),
        amount_minor=_billed_minor(wire, currency, wire.get("extendedInvoiceAmount"), hours, rate),
        quantity=hours,
        unit_price=rate,
        item=_name(wire.get("workRole")) or _name(wire.get("workType")),
        tax_code=_name(wire.get("taxCode")),
        # An instant, whose zone is the member's own: its day in UTC is as near as it can be known.
        worked_on=to_date(wire["timeStart"]) if wire.get("timeStart") else None,
        labour=_labour(wire),
    )


def to_expense_line(wire: Wire, currency: str) -> Line:
    """Read an expense, at what the invoice asks for it. Raises: ValueError, TypeError."""
    stated = wire.get("invoiceAmount")
    kind = _name(wire.get("type"))
    return Line(
        id=str(int(wire["id"])),
        kind=LineKind.EXPENSE,
        description=_text(wire.get("notes")) or kind,
        amount_minor=_billed_minor(wire, currency, wire.get("amount") if stated is None else stated),
        item=kind,
        worked_on=to_date(wire["date"]) if wire.get("date") else None,
    )


def to_product_line(wire: Wire, currency: str) -> Line:
    """Read a product. Raises: ValueError, TypeError."""
    quantity, price = _decimal(wire.get("quantity")), _decimal(wire.get("price"))
    item = wire.get("catalogItem") or {}
    return Line(
        id=str(int(wire["id"])),
        kind=LineKind.PRODUCT,
        description=_text(wire.get("customerDescription") or wire.get("description")),
        amount_minor=_billed_minor(
            wire, currency, 0 if wire.get("cancelledFlag") else wire.get("extPrice"), quantity, price
        ),
        quantity=quantity,
        unit_price=price,
        item=_text(item.get("identifier") or item.get("name")),
        tax_code=_name(wire.get("taxCode")),
    )


LINE_SOURCES = (
    LineSource(LineKind.TIME, "/time/entries", "serviceTotal", to_time_line),
    LineSource(LineKind.EXPENSE, "/expense/entries", "expenseTotal", to_expense_line),
    LineSource(LineKind.PRODUCT, "/procurement/products", "productTotal", to_product_line),
)


def has_lines(invoice: Wire, source: LineSource) -> bool:
    """Tell whether an invoice says that it has lines of a source. What cannot be understood is worth a look."""
    try:
        return bool(Decimal(invoice.get(source.total) or 0))
    except (ArithmeticError, TypeError, ValueError):
        return True


def unread_line(invoice: Wire, source: LineSource) -> Line:
    """Stand in for an invoice's lines of a source that may not be read (C3). Raises: ValueError, TypeError."""
    return stand_in(source.kind, _rounded_minor(Decimal(invoice[source.total]), currency_of(invoice)))


def agreement_lines(invoice: Wire) -> tuple[Line, ...]:
    """Read what an agreement bills by itself, from the invoice. Raises: ValueError, TypeError."""
    amount = _decimal(invoice.get("agreementAmount"))
    if not amount:
        return ()
    description = _name(invoice.get("agreement"))
    return (Line("", LineKind.AGREEMENT, description, _rounded_minor(amount, currency_of(invoice)), item=description),)


def closing_lines(invoice: Wire) -> tuple[Line, ...]:
    """Read what stands below an invoice's lines: its tax, and the down payment it uses. Raises: ValueError, TypeError."""
    currency = currency_of(invoice)
    tax, paid = _decimal(invoice.get("salesTax")), _decimal(invoice.get("downpaymentApplied"))
    closing = (
        (LineKind.TAX, "Sales tax", tax or Decimal(0)),
        (LineKind.DOWN_PAYMENT, "Down payment applied", -(paid or Decimal(0))),
    )
    return tuple(Line("", kind, what, _rounded_minor(amount, currency)) for kind, what, amount in closing if amount)


def signed(line: Line, invoice: Wire) -> Line:
    """Give a line as its record counts it: a credit memo's lines add up to its positive total."""
    if sign_of(invoice) > 0:
        return line
    quantity, price = line.quantity, line.unit_price
    if quantity is not None and quantity < 0:
        quantity = -quantity
    elif price is not None:
        price = -price
    return replace(line, amount_minor=-line.amount_minor, quantity=quantity, unit_price=price)


def _labour(wire: Wire) -> str:
    """Say what work it was, as far as ConnectWise says it: nothing else tells which item time is sold as (S4)."""
    parts = (_name(wire.get("workRole")), _name(wire.get("workType")), _text(wire.get("chargeToType")))
    return " / ".join(part for part in parts if part)


def _billed_minor(
    wire: Wire, currency: str, stated: Any, quantity: Decimal | None = None, price: Decimal | None = None
) -> int:
    if wire.get("billableOption") in _NOT_CHARGED:
        return 0
    amount = (quantity or Decimal(0)) * (price or Decimal(0)) if stated is None else Decimal(stated)
    return _rounded_minor(amount, currency)


def _rounded_minor(amount: Decimal, currency: str) -> int:
    """Round a line as it is printed. Prices may be finer than their currency; the invoice's own amounts may not."""
    return int(amount.scaleb(decimals_of(currency)).to_integral_value(ROUND_HALF_UP))


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(value)


def _name(reference: Wire | None) -> str:
    return _text((reference or {}).get("name"))


def _text(value: object) -> str:
    return "" if value is None else str(value)
