"""QuickBooks' records of payables and ours. What holds for `translate.py` holds here."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from crossfoot.adapters.quickbooks.allocations import sums_of_lines
from crossfoot.adapters.quickbooks.cost_lines import cost_lines
from crossfoot.adapters.quickbooks.translate import (
    DEFAULT_CURRENCY,
    currency_of,
    is_deleted,
    marker_in,
    ref_of,
    standing_of,
    text_of,
    version_of,
)
from crossfoot.core.model import Kind, Ref, Standing, System
from crossfoot.core.money import to_minor
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CreditPart,
    Payable,
    PayMethod,
    Vendor,
    VendorCredit,
)

type Wire = Mapping[str, Any]

# By PayType: how a bill was paid, where that stands, and which account the money left.
_PAY_TYPES = {
    "Check": (PayMethod.CHECK, "CheckPayment", "BankAccountRef"),
    "CreditCard": (PayMethod.CREDIT_CARD, "CreditCardPayment", "CCAccountRef"),
}


def to_payable(entity: str, wire: Wire, seen_at: str, home_currency: str = DEFAULT_CURRENCY) -> Payable:
    """Read one record of an entity type that payables are of.

    Takes: `seen_at` is the time of the answer that held it.
    Raises: KeyError, ValueError when it is not what QuickBooks documents (InexactAmount among them).
    """
    return _READERS[entity](wire, seen_at, home_currency)


def to_vendor(wire: Wire, seen_at: str, _home_currency: str = DEFAULT_CURRENCY) -> Vendor:
    """Read a vendor. One that is inactive is live, and has what QuickBooks put behind its name."""
    deleted = is_deleted(wire)
    return Vendor(
        ref=ref_of(Kind.VENDOR, wire),
        version=version_of(wire, seen_at),
        standing=Standing.DELETED if deleted else Standing.LIVE,
        name="" if deleted else text_of(wire["DisplayName"]),
        active=not deleted and bool(wire.get("Active", True)),
        account_number=text_of(wire.get("AcctNum")),
        email=text_of((wire.get("PrimaryEmailAddr") or {}).get("Address")),
        revision=text_of(wire.get("SyncToken")),
    )


def to_bill(wire: Wire, seen_at: str, home_currency: str = DEFAULT_CURRENCY) -> Bill:
    """Read a bill. A deletion's marker gives a bill with empty fields, dated by the day of its deletion."""
    if is_deleted(wire):
        return _deleted_bill(wire, seen_at)
    currency, note = currency_of(wire, home_currency), text_of(wire.get("PrivateNote"))
    return Bill(
        ref=ref_of(Kind.BILL, wire),
        version=version_of(wire, seen_at),
        standing=standing_of(wire),
        number=text_of(wire.get("DocNumber")),
        vendor=_vendor_ref(wire),
        vendor_name=text_of(wire["VendorRef"].get("name")),
        issued_on=date.fromisoformat(wire["TxnDate"]),
        due_on=date.fromisoformat(wire["DueDate"]) if wire.get("DueDate") else None,
        currency=currency,
        total_minor=to_minor(wire["TotalAmt"], currency),
        balance_minor=to_minor(wire["Balance"], currency),
        lines=cost_lines(wire, currency),
        note=note,
        marker=marker_in(note),
        revision=text_of(wire.get("SyncToken")),
    )


def to_vendor_credit(wire: Wire, seen_at: str, home_currency: str = DEFAULT_CURRENCY) -> VendorCredit:
    """Read a vendor credit. A deletion's marker gives one with empty fields, dated by the day of its deletion."""
    if is_deleted(wire):
        return _deleted_vendor_credit(wire, seen_at)
    currency, note = currency_of(wire, home_currency), text_of(wire.get("PrivateNote"))
    balance = wire.get("Balance")
    return VendorCredit(
        ref=ref_of(Kind.VENDOR_CREDIT, wire),
        version=version_of(wire, seen_at),
        standing=standing_of(wire),
        number=text_of(wire.get("DocNumber")),
        vendor=_vendor_ref(wire),
        vendor_name=text_of(wire["VendorRef"].get("name")),
        issued_on=date.fromisoformat(wire["TxnDate"]),
        currency=currency,
        total_minor=to_minor(wire["TotalAmt"], currency),
        remaining_minor=None if balance is None else to_minor(balance, currency),
        lines=cost_lines(wire, currency),
        note=note,
        marker=marker_in(note),
        revision=text_of(wire.get("SyncToken")),
    )


def to_bill_payment(wire: Wire, seen_at: str, home_currency: str = DEFAULT_CURRENCY) -> BillPayment:
    """Read a bill payment. A deletion's marker gives one with empty fields."""
    if is_deleted(wire):
        return _deleted_bill_payment(wire, seen_at)
    currency, note = currency_of(wire, home_currency), text_of(wire.get("PrivateNote"))
    total_minor = to_minor(wire["TotalAmt"], currency)
    bills, credits_used = _parts(wire, currency)
    settled_minor = sum(part.amount_minor for part in bills) - sum(part.amount_minor for part in credits_used)
    method, detail, account = _PAY_TYPES[wire["PayType"]]
    return BillPayment(
        ref=ref_of(Kind.BILL_PAYMENT, wire),
        version=version_of(wire, seen_at),
        standing=standing_of(wire),
        vendor=_vendor_ref(wire),
        vendor_name=text_of(wire["VendorRef"].get("name")),
        paid_on=date.fromisoformat(wire["TxnDate"]),
        currency=currency,
        total_minor=total_minor,
        method=method,
        account_id=text_of(((wire.get(detail) or {}).get(account) or {}).get("value")),
        number=text_of(wire.get("DocNumber")),
        bills=bills,
        credits=credits_used,
        other_minor=total_minor - settled_minor,
        note=note,
        marker=marker_in(note),
        revision=text_of(wire.get("SyncToken")),
    )


def _parts(wire: Wire, currency: str) -> tuple[tuple[BillPart, ...], tuple[CreditPart, ...]]:
    """Give what a payment settles of each bill and uses up of each credit.

    Raises: ValueError for a line over several bills or several credits: it does not say how much goes to each.
    """
    for line in wire.get("Line") or ():
        kinds = [str(link.get("TxnType")) for link in line.get("LinkedTxn") or ()]
        if len(kinds) != len(set(kinds)):
            raise ValueError(f"a line of the bill payment {wire.get('Id')} is over several of a kind")
    sums = sums_of_lines(wire, currency)
    bills = tuple(BillPart(Ref(System.QUICKBOOKS, Kind.BILL, id_), minor) for id_, minor in _of("Bill", sums))
    # Which sign a credit has here no recording shows: it is always used up.
    credits_used = tuple(
        CreditPart(Ref(System.QUICKBOOKS, Kind.VENDOR_CREDIT, id_), abs(minor))
        for id_, minor in _of("VendorCredit", sums)
    )
    return bills, credits_used


def _of(kind: str, sums: Mapping[tuple[str, str], int]) -> list[tuple[str, int]]:
    return [(id_, minor) for (linked, id_), minor in sums.items() if linked == kind]


def _vendor_ref(wire: Wire) -> Ref:
    return Ref(System.QUICKBOOKS, Kind.VENDOR, str(wire["VendorRef"]["value"]))


def _deleted_bill(wire: Wire, seen_at: str) -> Bill:
    version = version_of(wire, seen_at)
    return Bill(
        ref=ref_of(Kind.BILL, wire),
        version=version,
        standing=Standing.DELETED,
        number="",
        vendor=None,
        vendor_name="",
        issued_on=date.fromisoformat(version.updated_at[:10]),
        due_on=None,
        currency="",
        total_minor=0,
        balance_minor=0,
    )


def _deleted_vendor_credit(wire: Wire, seen_at: str) -> VendorCredit:
    version = version_of(wire, seen_at)
    day = date.fromisoformat(version.updated_at[:10])
    return VendorCredit(ref_of(Kind.VENDOR_CREDIT, wire), version, Standing.DELETED, "", None, "", day, "", 0)


def _deleted_bill_payment(wire: Wire, seen_at: str) -> BillPayment:
    return BillPayment(
        ref=ref_of(Kind.BILL_PAYMENT, wire),
        version=version_of(wire, seen_at),
        standing=Standing.DELETED,
        vendor=None,
        vendor_name="",
        paid_on=None,
        currency="",
        total_minor=0,
    )


_READERS: Mapping[str, Callable[[Wire, str, str], Payable]] = {
    "BillPayment": to_bill_payment,
    "VendorCredit": to_vendor_credit,
    "Bill": to_bill,
    "Vendor": to_vendor,
}
