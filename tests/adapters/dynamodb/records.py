"""Records to try the table with."""

from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.core.model import (
    PLATFORM,
    Allocation,
    CreditMemo,
    Customer,
    Deposit,
    DepositLine,
    Invoice,
    Kind,
    Line,
    LineKind,
    Payment,
    Payout,
    PayoutItem,
    PayoutItemKind,
    PayoutState,
    Ref,
    Standing,
    System,
    Version,
)

TENANT = "t_00000001"
OTHER_TENANT = "t_00000002"
QBO = System.QUICKBOOKS
CW = System.CONNECTWISE


def invoice_ref(id_: str, system: System = QBO) -> Ref:
    return Ref(system, Kind.INVOICE, id_)


def payment_ref(id_: str) -> Ref:
    return Ref(QBO, Kind.PAYMENT, id_)


def version(second: int, seen: int | None = None) -> Version:
    seen = second if seen is None else seen
    return Version(f"2026-11-03T17:00:{second:02}Z", f"2026-11-03T18:00:{seen:02}Z")


def make_invoice(id_: str = "1", system: System = QBO, at: Version | None = None, **fields: Any) -> Invoice:
    known: dict[str, Any] = {
        "standing": Standing.LIVE,
        "number": f"INV-{id_}",
        "customer": Ref(system, Kind.CUSTOMER, "58"),
        "customer_name": "Weiskopf Consulting",
        "issued_on": date(2026, 11, 3),
        "due_on": date(2026, 12, 3),
        "currency": "USD",
        "total_minor": 125_000,
        "balance_minor": 125_000,
    }
    return Invoice(invoice_ref(id_, system), at or version(1), **(known | fields))


def make_lines(count: int, word: str = "Onsite support, ticket") -> tuple[Line, ...]:
    """Lines as a managed service provider bills them."""
    return tuple(
        Line(
            str(7_000 + place),
            LineKind.TIME,
            f"{word} {4_000 + 37 * place % 10_000}",
            amount_minor=12_500 + 125 * (place % 40),
            quantity=Decimal("1.25"),
            unit_price=Decimal("100.00"),
            item="Technician",
            tax_code="NON",
            worked_on=date(2026, 10, 1 + place % 31),
        )
        for place in range(count)
    )


def make_credit_memo(id_: str = "4", system: System = QBO, at: Version | None = None, **fields: Any) -> CreditMemo:
    known: dict[str, Any] = {
        "standing": Standing.LIVE,
        "number": f"CM-{id_}",
        "customer": Ref(system, Kind.CUSTOMER, "58"),
        "customer_name": "Weiskopf Consulting",
        "issued_on": date(2026, 11, 5),
        "currency": "USD",
        "total_minor": 9_900,
        "remaining_minor": 4_900,
    }
    return CreditMemo(Ref(system, Kind.CREDIT_MEMO, id_), at or version(1), **(known | fields))


def make_deposit(id_: str = "6", at: Version | None = None, **fields: Any) -> Deposit:
    known: dict[str, Any] = {
        "standing": Standing.LIVE,
        "deposited_on": date(2026, 11, 6),
        "account_id": "35",
        "account_name": "Checking",
        "currency": "USD",
        "total_minor": 49_000,
    }
    return Deposit(Ref(QBO, Kind.DEPOSIT, id_), at or version(1), **(known | fields))


def make_deposit_lines(count: int) -> tuple[DepositLine, ...]:
    payments = (DepositLine(payment_ref(str(place)), 0) for place in range(count))
    return (*payments, DepositLine(None, -1_000, "81", "Card fee"))


def make_payment(
    id_: str = "9", paid: dict[str, int] | None = None, at: Version | None = None, **fields: Any
) -> Payment:
    allocations = tuple(Allocation(invoice_ref(invoice), amount) for invoice, amount in (paid or {"1": 50_000}).items())
    known: dict[str, Any] = {
        "standing": Standing.LIVE,
        "customer": Ref(QBO, Kind.CUSTOMER, "58"),
        "paid_on": date(2026, 11, 4),
        "currency": "USD",
        "total_minor": sum(part.amount_minor for part in allocations),
        "allocations": allocations,
        "reference": "CHK-7712",
    }
    return Payment(payment_ref(id_), at or version(1), **(known | fields))


def make_payout(id_: str = "1", at: Version | None = None, **fields: Any) -> Payout:
    known: dict[str, Any] = {
        "standing": Standing.LIVE,
        "state": PayoutState.PAID,
        "arrives_on": date(2026, 11, 6),
        "currency": "USD",
        "total_minor": 49_000,
    }
    return Payout(Ref(PLATFORM, Kind.PAYOUT, id_), at or version(1), **(known | fields))


def make_payout_items(count: int) -> tuple[PayoutItem, ...]:
    payments = (Ref(PLATFORM, Kind.PAYMENT, str(place + 1)) for place in range(count))
    items = (PayoutItem(PayoutItemKind.PAYMENT, 500, payment) for payment in payments)
    return (*items, PayoutItem(PayoutItemKind.FEE, -290, memo="Card fee"))


def make_customer(id_: str = "58", at: Version | None = None, **fields: Any) -> Customer:
    known: dict[str, Any] = {"standing": Standing.LIVE, "name": "Weiskopf Consulting", "account_number": "ACC-58"}
    return Customer(Ref(QBO, Kind.CUSTOMER, id_), at or version(1), **(known | fields))


def deleted_payment(id_: str, at: Version) -> Payment:
    """A payment as a deleted marker gives it: its id and nothing else."""
    return Payment(payment_ref(id_), at, Standing.DELETED, None, None, "", 0)


def deleted_invoice(id_: str, at: Version) -> Invoice:
    """An invoice as a deleted marker gives it: its id and nothing else."""
    return Invoice(
        invoice_ref(id_), at, Standing.DELETED, "", None, "", date.fromisoformat(at.updated_at[:10]), None, "", 0, 0
    )
