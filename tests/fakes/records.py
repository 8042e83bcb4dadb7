"""Records of the book, made in a line."""

from datetime import date
from typing import Any

from crossfoot.core.model import (
    ACCOUNTING,
    PSA,
    Allocation,
    CreditMemo,
    CreditUse,
    Customer,
    Deposit,
    DepositLine,
    Invoice,
    Kind,
    Payment,
    Ref,
    Standing,
    System,
    Trait,
    TraitName,
    Version,
)

STAMP = Version("2026-11-03T17:00:00Z", "2026-11-03T17:00:00Z")
DAY = date(2026, 11, 3)


def ref_of(kind: Kind, text: str) -> Ref:
    """Read `q7` as QuickBooks' 7 and `c7` as ConnectWise's."""
    system: System = {"q": ACCOUNTING, "c": PSA}[text[0]]
    return Ref(system, kind, text)


def trait(name: TraitName, value: str) -> tuple[Trait, ...]:
    return (Trait(name, value),)


def customer(id_: str, name: str, **more: Any) -> Customer:
    given = {"version": STAMP, "standing": Standing.LIVE, **more}
    return Customer(ref=ref_of(Kind.CUSTOMER, id_), name=name, **given)


def invoice(id_: str, number: str, total_minor: int = 10_000, *, on: date = DAY, **more: Any) -> Invoice:
    given = {
        "version": STAMP,
        "standing": Standing.LIVE,
        "customer": ref_of(Kind.CUSTOMER, f"{id_[0]}1"),
        "customer_name": "Contoso",
        "due_on": on,
        "currency": "USD",
        "balance_minor": total_minor,
        **more,
    }
    return Invoice(ref=ref_of(Kind.INVOICE, id_), number=number, issued_on=on, total_minor=total_minor, **given)


def credit_memo(id_: str, number: str, total_minor: int, *, on: date = DAY, **more: Any) -> CreditMemo:
    given = {
        "version": STAMP,
        "standing": Standing.LIVE,
        "customer": ref_of(Kind.CUSTOMER, f"{id_[0]}1"),
        "customer_name": "Contoso",
        "currency": "USD",
        "remaining_minor": total_minor,
        **more,
    }
    return CreditMemo(ref=ref_of(Kind.CREDIT_MEMO, id_), number=number, issued_on=on, total_minor=total_minor, **given)


def payment(
    id_: str, parts: dict[str, int], *, credited: dict[str, int] | None = None, on: date = DAY, **more: Any
) -> Payment:
    given = {
        "version": STAMP,
        "standing": Standing.LIVE,
        "customer": ref_of(Kind.CUSTOMER, f"{id_[0]}1"),
        "currency": "USD",
        **more,
    }
    return Payment(
        ref=ref_of(Kind.PAYMENT, id_),
        paid_on=on,
        total_minor=sum(parts.values()),
        allocations=tuple(Allocation(ref_of(Kind.INVOICE, key), amount) for key, amount in parts.items()),
        credits=tuple(CreditUse(ref_of(Kind.CREDIT_MEMO, key), amount) for key, amount in (credited or {}).items()),
        **given,
    )


def deposit(id_: str, total_minor: int, *lines: DepositLine, on: date = DAY, account_name: str = "Checking") -> Deposit:
    ref = ref_of(Kind.DEPOSIT, id_)
    return Deposit(ref, STAMP, Standing.LIVE, on, "35", account_name, "USD", total_minor, lines)
