"""ConnectWise's records and ours. Wire names stop here; money stays exact; dates without a time stay dates."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from crossfoot.core.model import (
    Billed,
    CreditMemo,
    Customer,
    Invoice,
    Kind,
    PaymentRow,
    Ref,
    Standing,
    System,
    Trait,
    TraitName,
    Version,
)
from crossfoot.core.money import from_minor, to_minor

type Wire = Mapping[str, Any]

DEFAULT_CURRENCY = "USD"
CREDIT_MEMO = "CreditMemo"
_ISO_CURRENCY = re.compile(r"[A-Z]{3}")
_UTC_SECONDS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def to_mark(http_date: str) -> str:
    """Turn an answer's Date header into `2026-11-03T17:04:05Z`."""
    return parsedate_to_datetime(http_date).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_customer(wire: Wire, seen_at: str) -> Customer:
    """Read a company. Takes: `seen_at` is the mark of the answer that held it. Raises: KeyError, ValueError."""
    status = wire.get("status") or {}
    return Customer(
        ref=_ref(Kind.CUSTOMER, wire["id"]),
        version=_version(wire, seen_at),
        standing=Standing.DELETED if wire.get("deletedFlag") else Standing.LIVE,
        name=_text(wire["name"]),
        active=not status.get("inactiveFlag", False),
        account_number=_text(wire.get("accountNumber")),
        traits=_traits(
            (TraitName.COMPANY_STATUS, id_of(status)),
            *((TraitName.COMPANY_TYPE, id_of(each)) for each in wire.get("types") or ()),
        ),
    )


def is_credit_memo(wire: Wire) -> bool:
    """Tell a credit memo from every other type of invoice."""
    return wire.get("type") == CREDIT_MEMO


def to_bill(wire: Wire, seen_at: str, agreement_types: Mapping[str, str]) -> Billed:
    """Read an invoice of any type: a credit memo is one of them, in ConnectWise.

    Takes: `agreement_types` gives the type's id of each agreement that is known.
    Raises: KeyError, ValueError.
    """
    traits = _bill_traits(wire, agreement_types)
    return to_credit_memo(wire, seen_at, traits) if is_credit_memo(wire) else to_invoice(wire, seen_at, traits)


def to_invoice(wire: Wire, seen_at: str, traits: tuple[Trait, ...] = ()) -> Invoice:
    """Read an invoice: who pays is the billToCompany, and the total includes the tax. Raises: KeyError, ValueError."""
    currency = currency_of(wire)
    customer, name = _payer(wire)
    return Invoice(
        ref=_ref(Kind.INVOICE, wire["id"]),
        version=_version(wire, seen_at),
        standing=Standing.LIVE,
        number=_text(wire.get("invoiceNumber")),
        customer=customer,
        customer_name=name,
        issued_on=to_date(wire["date"]),
        due_on=to_date(wire["dueDate"]) if wire.get("dueDate") else None,
        currency=currency,
        total_minor=to_minor(wire["total"], currency),
        balance_minor=to_minor(wire["balance"], currency),
        paid_minor=to_minor(wire.get("payments") or 0, currency),
        closed=_is_closed(wire),
        credited_minor=to_minor(wire.get("credits") or 0, currency),
        traits=traits,
        batch=_batch_name(wire),
    )


def to_credit_memo(wire: Wire, seen_at: str, traits: tuple[Trait, ...] = ()) -> CreditMemo:
    """Read a credit memo: what ConnectWise counts below zero is positive here.

    Raises: KeyError, ValueError, also where more was applied of it than it held.
    """
    currency = currency_of(wire)
    sign = sign_of(wire)
    customer, name = _payer(wire)
    remaining_minor = sign * to_minor(wire["balance"], currency)
    if remaining_minor < 0:
        raise ValueError("more was applied of the credit memo than it held")
    return CreditMemo(
        ref=_ref(Kind.CREDIT_MEMO, wire["id"]),
        version=_version(wire, seen_at),
        standing=Standing.LIVE,
        number=_text(wire.get("invoiceNumber")),
        customer=customer,
        customer_name=name,
        issued_on=to_date(wire["date"]),
        currency=currency,
        total_minor=sign * to_minor(wire["total"], currency),
        remaining_minor=remaining_minor,
        traits=traits,
        closed=_is_closed(wire),
        batch=_batch_name(wire),
    )


def id_of(reference: object) -> str:
    """Give the id that one record holds of another, "" where it holds none."""
    id_ = reference.get("id") if isinstance(reference, Mapping) else None
    return "" if id_ is None else str(id_)


def sign_of(wire: Wire) -> int:
    """Give what the amounts of an invoice are multiplied with: the screens take credit memos below zero only.

    Source: betterinvoice.io/docs/connectwise/invoicing/special-invoices.
    """
    return -1 if is_credit_memo(wire) and Decimal(wire["total"]) <= 0 else 1


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


def currency_of(wire: Wire) -> str:
    """Give the ISO code of an invoice's currency."""
    currency = wire.get("currency") or {}
    codes = (str(currency.get(name) or "") for name in ("isoCode", "currencyCode", "currencyIdentifier"))
    return next((code for code in codes if _ISO_CURRENCY.fullmatch(code)), DEFAULT_CURRENCY)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _is_closed(wire: Wire) -> bool:
    return bool((wire.get("status") or {}).get("isClosed"))


def _batch_name(wire: Wire) -> str:
    """Name the batch; one without a name is told by its id, for it is in one all the same."""
    batch = wire.get("glBatch") or {}
    return _text(batch.get("name")) or id_of(batch)


def _payer(wire: Wire) -> tuple[Ref | None, str]:
    company = wire.get("billToCompany") or wire.get("company") or {}
    ref = _ref(Kind.CUSTOMER, company["id"]) if company.get("id") else None
    return ref, _text(company.get("name"))


def _bill_traits(wire: Wire, agreement_types: Mapping[str, str]) -> tuple[Trait, ...]:
    return _traits(
        (TraitName.INVOICE_TYPE, wire.get("type")),
        (TraitName.AGREEMENT_TYPE, agreement_types.get(id_of(wire.get("agreement")))),
        (TraitName.LOCATION, wire.get("locationId")),
        (TraitName.DEPARTMENT, wire.get("departmentId")),
    )


def _traits(*found: tuple[TraitName, object]) -> tuple[Trait, ...]:
    """Take what has a value, in one order whatever order it came in."""
    return tuple(sorted({Trait(name, str(value)) for name, value in found if value not in (None, "")}))


def _ref(kind: Kind, record_id: int | str) -> Ref:
    return Ref(System.CONNECTWISE, kind, str(int(record_id)))


def _version(wire: Wire, seen_at: str) -> Version:
    return Version(updated_at=_last_updated(wire), seen_at=seen_at)


def _last_updated(wire: Wire) -> str:
    time = str(wire["_info"]["lastUpdated"]).replace(" ", "")
    if not _UTC_SECONDS.fullmatch(time):
        raise ValueError(f"{time!r} is not a UTC time")
    return time[:19] + "Z"
