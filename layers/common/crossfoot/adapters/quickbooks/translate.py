"""QuickBooks' records and ours. Wire names stop here; money stays exact; dates without a time stay dates."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from crossfoot.adapters.quickbooks.allocations import cash_allocations, credit_uses, credited_only
from crossfoot.adapters.quickbooks.lines import deposit_lines, sales_lines
from crossfoot.core.model import (
    CreditMemo,
    Customer,
    Deposit,
    Invoice,
    Kind,
    Payment,
    Record,
    Ref,
    Standing,
    System,
    Version,
)
from crossfoot.core.money import to_minor

type Wire = Mapping[str, Any]

DEFAULT_CURRENCY = "USD"
_MARKER = re.compile(r"\bxf:[0-9a-f]{16}\b")


def to_utc(time: str) -> str:
    """Turn a vendor's time with its offset into `2026-11-03T17:04:05Z`: a fixed width, so text order is time order."""
    return _read_time(time).strftime("%Y-%m-%dT%H:%M:%SZ")


def to_utc_ms(time: str) -> str:
    """The same with milliseconds, for the times of answers: two reads can fall into one second."""
    moment = _read_time(time)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def _read_time(time: str) -> datetime:
    # A CloudEvents time can carry nine decimals; Python reads six.
    moment = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", time))
    if moment.tzinfo is None:
        raise ValueError(f"{time!r} has no offset")
    return moment.astimezone(UTC)


def to_record(entity: str, wire: Wire, seen_at: str, home_currency: str = DEFAULT_CURRENCY) -> Record:
    """Read one record of an entity type that we fetch.

    Takes: `seen_at` is the time of the answer that held it.
    Raises: KeyError, ValueError when it is not what QuickBooks documents (InexactAmount among them).
    """
    return _READERS[entity](wire, seen_at, home_currency)


def is_deleted(wire: Wire) -> bool:
    """Tell whether this is a deletion's marker: an id and hardly more.

    A live record with a stray status has been seen (Intuit .NET SDK, issue 189); its SyncToken gives it away.
    """
    return wire.get("status") == "Deleted" and "SyncToken" not in wire


def id_of(wire: Wire) -> str:
    """Give a record's id."""
    return str(wire["Id"])


def updated_at_of(wire: Wire) -> str:
    """Give a record's last-updated time in UTC, "" where it carries none."""
    time = (wire.get("MetaData") or {}).get("LastUpdatedTime")
    return to_utc(time) if time else ""


def to_customer(wire: Wire, seen_at: str, _home_currency: str = DEFAULT_CURRENCY) -> Customer:
    """Read a customer. An inactive one is live but not active: QuickBooks never deletes names."""
    deleted = is_deleted(wire)
    name = "" if deleted else text_of(wire.get("FullyQualifiedName") or wire["DisplayName"])
    # An invoice names its customer alone, without those above it.
    own_name = text_of(wire.get("DisplayName"))
    return Customer(
        ref=ref_of(Kind.CUSTOMER, wire),
        version=version_of(wire, seen_at),
        standing=Standing.DELETED if deleted else Standing.LIVE,
        name=name,
        active=not deleted and bool(wire.get("Active", True)),
        account_number=text_of(wire.get("AcctNum")),
        billed_as="" if deleted or own_name == name else own_name,
    )


def to_invoice(wire: Wire, seen_at: str, home_currency: str = DEFAULT_CURRENCY) -> Invoice:
    """Read an invoice. A deletion's marker gives an invoice with empty fields, dated by the day of its deletion."""
    if is_deleted(wire):
        return _deleted_invoice(wire, seen_at)
    currency = currency_of(wire, home_currency)
    return Invoice(
        ref=ref_of(Kind.INVOICE, wire),
        version=version_of(wire, seen_at),
        standing=standing_of(wire),
        number=text_of(wire.get("DocNumber")),
        customer=_customer_ref(wire),
        customer_name=text_of(wire["CustomerRef"].get("name")),
        issued_on=date.fromisoformat(wire["TxnDate"]),
        due_on=date.fromisoformat(wire["DueDate"]) if wire.get("DueDate") else None,
        currency=currency,
        total_minor=to_minor(wire["TotalAmt"], currency),
        balance_minor=to_minor(wire["Balance"], currency),
        lines=sales_lines(wire, currency),
    )


def to_payment(wire: Wire, seen_at: str, home_currency: str = DEFAULT_CURRENCY) -> Payment:
    """Read a payment. A deletion's marker gives a payment with empty fields."""
    if is_deleted(wire):
        return _deleted_payment(wire, seen_at)
    currency = currency_of(wire, home_currency)
    standing = standing_of(wire)
    return Payment(
        ref=ref_of(Kind.PAYMENT, wire),
        version=version_of(wire, seen_at),
        standing=standing,
        customer=_customer_ref(wire),
        paid_on=date.fromisoformat(wire["TxnDate"]),
        currency=currency,
        total_minor=to_minor(wire["TotalAmt"], currency),
        allocations=cash_allocations(wire, currency) if standing is Standing.LIVE else (),
        marker=marker_in(text_of(wire.get("PrivateNote"))),
        reference=text_of(wire.get("PaymentRefNum")),
        credits=credit_uses(wire, currency) if standing is Standing.LIVE else (),
        deposit=_deposit_of(wire),
        credit_only=credited_only(wire, currency) if standing is Standing.LIVE else (),
        revision=text_of(wire.get("SyncToken")),
    )


def to_credit_memo(wire: Wire, seen_at: str, home_currency: str = DEFAULT_CURRENCY) -> CreditMemo:
    """Read a credit memo. A deletion's marker gives one with empty fields, dated by the day of its deletion."""
    if is_deleted(wire):
        return _deleted_credit_memo(wire, seen_at)
    currency = currency_of(wire, home_currency)
    return CreditMemo(
        ref=ref_of(Kind.CREDIT_MEMO, wire),
        version=version_of(wire, seen_at),
        standing=standing_of(wire),
        number=text_of(wire.get("DocNumber")),
        customer=_customer_ref(wire),
        customer_name=text_of(wire["CustomerRef"].get("name")),
        issued_on=date.fromisoformat(wire["TxnDate"]),
        currency=currency,
        total_minor=to_minor(wire["TotalAmt"], currency),
        remaining_minor=to_minor(_first(wire, "RemainingCredit", "Balance"), currency),
        lines=sales_lines(wire, currency),
    )


def to_deposit(wire: Wire, seen_at: str, home_currency: str = DEFAULT_CURRENCY) -> Deposit:
    """Read a deposit, which is never void. A deletion's marker gives one with empty fields."""
    version = version_of(wire, seen_at)
    if is_deleted(wire):
        return Deposit(ref_of(Kind.DEPOSIT, wire), version, Standing.DELETED, None, "", "", "", 0)
    currency = currency_of(wire, home_currency)
    return Deposit(
        ref=ref_of(Kind.DEPOSIT, wire),
        version=version,
        standing=Standing.LIVE,
        # Intuit's own sample holds a deposit without a day.
        deposited_on=date.fromisoformat(wire["TxnDate"]) if wire.get("TxnDate") else None,
        account_id=str(wire["DepositToAccountRef"]["value"]),
        account_name=text_of(wire["DepositToAccountRef"].get("name")),
        currency=currency,
        total_minor=to_minor(wire["TotalAmt"], currency),
        lines=deposit_lines(wire, currency),
        revision=text_of(wire.get("SyncToken")),
    )


def marker_in(note: str) -> str:
    """Find the marker that we left in a private note; "" when there is none."""
    found = _MARKER.search(note)
    return found.group() if found else ""


_READERS: Mapping[str, Callable[[Wire, str, str], Record]] = {
    "Customer": to_customer,
    "Invoice": to_invoice,
    "Payment": to_payment,
    "CreditMemo": to_credit_memo,
    "Deposit": to_deposit,
}


def ref_of(kind: Kind, wire: Wire) -> Ref:
    """Name a record."""
    return Ref(System.QUICKBOOKS, kind, id_of(wire))


def _customer_ref(wire: Wire) -> Ref:
    return Ref(System.QUICKBOOKS, Kind.CUSTOMER, str(wire["CustomerRef"]["value"]))


def _deposit_of(wire: Wire) -> Ref | None:
    """Find the deposit that a payment went into, which locks it."""
    deposits = (str(link["TxnId"]) for link in wire.get("LinkedTxn") or () if link.get("TxnType") == "Deposit")
    return next((Ref(System.QUICKBOOKS, Kind.DEPOSIT, id_) for id_ in deposits), None)


def _first(wire: Wire, *names: str) -> Any:
    return next((wire[name] for name in names if wire.get(name) is not None), 0)


def version_of(wire: Wire, seen_at: str) -> Version:
    """Tell which state of a record this is; one that carries no time has that of the read."""
    return Version(updated_at=updated_at_of(wire) or to_utc(seen_at), seen_at=to_utc_ms(seen_at))


def currency_of(wire: Wire, home_currency: str) -> str:
    """Give a transaction's currency: a company with one alone may not name it."""
    return text_of((wire.get("CurrencyRef") or {}).get("value")) or home_currency


def standing_of(wire: Wire) -> Standing:
    """Tell whether a transaction is void.

    That is nowhere a field: QuickBooks zeroes every amount and puts "Voided" before the note.
    """
    # An amount may come as a text, and "0.00" is nothing too.
    amounts = (wire["TotalAmt"], *(line.get("Amount") for line in wire.get("Line") or ()))
    zeroed = not any(Decimal(amount or 0) for amount in amounts)
    noted = text_of(wire.get("PrivateNote")).startswith("Voided")
    return Standing.VOID if zeroed and noted else Standing.LIVE


def text_of(value: object) -> str:
    """Read a text; whatever else stands in its place is no reason to lose the record."""
    return "" if value is None else str(value)


def _deleted_invoice(wire: Wire, seen_at: str) -> Invoice:
    version = version_of(wire, seen_at)
    return Invoice(
        ref=ref_of(Kind.INVOICE, wire),
        version=version,
        standing=Standing.DELETED,
        number="",
        customer=None,
        customer_name="",
        issued_on=date.fromisoformat(version.updated_at[:10]),
        due_on=None,
        currency="",
        total_minor=0,
        balance_minor=0,
    )


def _deleted_credit_memo(wire: Wire, seen_at: str) -> CreditMemo:
    version = version_of(wire, seen_at)
    day = date.fromisoformat(version.updated_at[:10])
    return CreditMemo(ref_of(Kind.CREDIT_MEMO, wire), version, Standing.DELETED, "", None, "", day, "", 0, 0)


def _deleted_payment(wire: Wire, seen_at: str) -> Payment:
    return Payment(
        ref=ref_of(Kind.PAYMENT, wire),
        version=version_of(wire, seen_at),
        standing=Standing.DELETED,
        customer=None,
        paid_on=None,
        currency="",
        total_minor=0,
    )
