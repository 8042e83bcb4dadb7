"""ConnectWise's records and ours. Wire names stop here; money stays exact; dates without a time stay dates."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from crossfoot.core.model import Customer, Invoice, Kind, PaymentRow, Ref, Standing, System, Version
from crossfoot.core.money import from_minor, to_minor

type Wire = Mapping[str, Any]

DEFAULT_CURRENCY = "USD"
_ISO_CURRENCY = re.compile(r"[A-Z]{3}")
_UTC_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def to_mark(http_date: str) -> str:
    """Turn an answer's Date header into `2026-11-03T17:04:05Z`."""
    return parsedate_to_datetime(http_date).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_customer(wire: Wire, seen_at: str) -> Customer:
    """Read a company. Takes: `seen_at` is the mark of the answer that held it. Raises: KeyError, ValueError."""
    return Customer(
        ref=_ref(Kind.CUSTOMER, wire["id"]),
        version=_version(wire, seen_at),
        standing=Standing.DELETED if wire.get("deletedFlag") else Standing.LIVE,
        name=wire["name"],
        active=not (wire.get("status") or {}).get("inactiveFlag", False),
        account_number=wire.get("accountNumber") or "",
    )


def to_invoice(wire: Wire, seen_at: str) -> Invoice:
    """Read an invoice: who pays is the billToCompany, and the total includes the tax. Raises: KeyError, ValueError."""
    currency = _currency(wire)
    payer = wire.get("billToCompany") or wire.get("company") or {}
    return Invoice(
        ref=_ref(Kind.INVOICE, wire["id"]),
        version=_version(wire, seen_at),
        standing=Standing.LIVE,
        number=wire.get("invoiceNumber") or "",
        customer=_ref(Kind.CUSTOMER, payer["id"]) if payer.get("id") else None,
        customer_name=payer.get("name") or "",
        issued_on=to_date(wire["date"]),
        due_on=to_date(wire["dueDate"]) if wire.get("dueDate") else None,
        currency=currency,
        total_minor=to_minor(wire.get("total") or 0, currency),
        balance_minor=to_minor(wire.get("balance") or 0, currency),
        paid_minor=to_minor(wire.get("payments") or 0, currency),
        closed=bool((wire.get("status") or {}).get("isClosed")),
    )


def is_cash(wire: Wire) -> bool:
    """Tell a payment's row from an applied credit memo's: "P" against "C"."""
    return (wire.get("type") or "P") == "P" and not wire.get("credit")


def to_row(wire: Wire, currency: str) -> PaymentRow:
    """Read a payment row. One that came by WisePay or that was batched belongs to another product (E7)."""
    return PaymentRow(
        id=str(wire["id"]),
        amount_minor=to_minor(wire.get("amount") or 0, currency),
        paid_on=to_date(wire["paymentDate"]),
        foreign=wire.get("source") == "WisePay" or bool(wire.get("wisePayPayment") or wire.get("glBatchID")),
    )


def from_row(amount_minor: int, paid_on: date, currency: str) -> dict[str, Decimal | str]:
    """Write a payment row's amount and date."""
    return {"amount": from_minor(amount_minor, currency), "paymentDate": from_date(paid_on)}


def to_date(text: str) -> date:
    """Read a calendar date, which ConnectWise writes as midnight UTC: the zone is never shifted."""
    return date.fromisoformat(text[:10])


def from_date(day: date) -> str:
    """Write a calendar date as ConnectWise does."""
    return f"{day.isoformat()}T00:00:00Z"


def _ref(kind: Kind, record_id: int) -> Ref:
    return Ref(System.CONNECTWISE, kind, str(record_id))


def _version(wire: Wire, seen_at: str) -> Version:
    return Version(updated_at=_last_updated(wire), seen_at=seen_at)


def _last_updated(wire: Wire) -> str:
    time = str(wire["_info"]["lastUpdated"]).replace(" ", "")
    if not _UTC_SECONDS.fullmatch(time):
        raise ValueError(f"{time!r} is not a UTC time")
    return time[:19] + "Z"


def _currency(wire: Wire) -> str:
    currency = wire.get("currency") or {}
    codes = (str(currency.get(name) or "") for name in ("isoCode", "currencyCode", "currencyIdentifier"))
    return next((code for code in codes if _ISO_CURRENCY.fullmatch(code)), DEFAULT_CURRENCY)
