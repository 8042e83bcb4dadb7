"""Payables to try the table with."""

from datetime import date
from decimal import Decimal
from typing import Any

from crossfoot.core.model import PLATFORM, Kind, Ref, Standing, System, Version
from crossfoot.core.payables.records import (
    Bill,
    BillPart,
    BillPayment,
    CostLine,
    CostLineKind,
    CreditPart,
    Vendor,
    VendorCredit,
)

from tests.adapters.dynamodb.records import QBO, version

VENDOR = Ref(QBO, Kind.VENDOR, "56")


def bill_ref(id_: str, system: System = QBO) -> Ref:
    return Ref(system, Kind.BILL, id_)


def credit_ref(id_: str, system: System = QBO) -> Ref:
    return Ref(system, Kind.VENDOR_CREDIT, id_)


def bill_payment_ref(id_: str, system: System = QBO) -> Ref:
    return Ref(system, Kind.BILL_PAYMENT, id_)


def make_vendor(id_: str = "56", system: System = QBO, at: Version | None = None, **fields: Any) -> Vendor:
    known: dict[str, Any] = {"standing": Standing.LIVE, "name": "Norton Lumber", "email": "ap@norton.example"}
    return Vendor(Ref(system, Kind.VENDOR, id_), at or version(1), **(known | fields))


def make_bill(id_: str = "129", system: System = QBO, at: Version | None = None, **fields: Any) -> Bill:
    known: dict[str, Any] = {
        "standing": Standing.LIVE,
        "number": f"B-{id_}",
        "vendor": VENDOR,
        "vendor_name": "Norton Lumber",
        "issued_on": date(2026, 11, 3),
        "due_on": date(2026, 12, 3),
        "currency": "USD",
        "total_minor": 20_500,
        "balance_minor": 20_500,
    }
    return Bill(bill_ref(id_, system), at or version(1), **(known | fields))


def make_vendor_credit(id_: str = "7", system: System = QBO, at: Version | None = None, **fields: Any) -> VendorCredit:
    known: dict[str, Any] = {
        "standing": Standing.LIVE,
        "number": f"VC-{id_}",
        "vendor": VENDOR,
        "vendor_name": "Norton Lumber",
        "issued_on": date(2026, 11, 1),
        "currency": "USD",
        "total_minor": 4_000,
        "remaining_minor": 4_000,
    }
    return VendorCredit(credit_ref(id_, system), at or version(1), **(known | fields))


def make_bill_payment(
    id_: str = "77",
    bills: dict[str, int] | None = None,
    credited: dict[str, int] | None = None,
    *,
    system: System = QBO,
    at: Version | None = None,
    **fields: Any,
) -> BillPayment:
    paid, used = bills if bills is not None else {"129": 20_500}, credited or {}
    known: dict[str, Any] = {
        "standing": Standing.LIVE,
        "vendor": VENDOR,
        "vendor_name": "Norton Lumber",
        "paid_on": date(2026, 11, 4),
        "currency": "USD",
        "total_minor": sum(paid.values()) - sum(used.values()),
        "account_id": "35",
        "bills": tuple(BillPart(bill_ref(bill, system), amount) for bill, amount in paid.items()),
        "credits": tuple(CreditPart(credit_ref(credit, system), amount) for credit, amount in used.items()),
    }
    return BillPayment(bill_payment_ref(id_, system), at or version(1), **(known | fields))


def make_cost_lines(count: int, word: str = "Fence posts") -> tuple[CostLine, ...]:
    """Lines as vendors bill them: on an account, and every third one of an item that is passed on."""
    return tuple(
        CostLine(
            str(place + 1),
            CostLineKind.ITEM,
            f"{word} {place}",
            10_355 + place,
            item_id="11",
            quantity=Decimal("2.5"),
            unit_price=Decimal("41.42"),
            tax_code="NON",
            customer_id="58",
            class_id="5",
            billable="Billable",
        )
        if place % 3 == 2
        else CostLine(str(place + 1), CostLineKind.ACCOUNT, f"{word} {place}", 10_000 + place, account_id="64")
        for place in range(count)
    )


def deleted_bill(id_: str, at: Version) -> Bill:
    """A bill as a deleted marker gives it: its id and nothing else."""
    day = date.fromisoformat(at.updated_at[:10])
    return Bill(bill_ref(id_), at, Standing.DELETED, "", None, "", day, None, "", 0, 0)


def deleted_bill_payment(id_: str, at: Version) -> BillPayment:
    """A bill payment as a deleted marker gives it."""
    return BillPayment(bill_payment_ref(id_), at, Standing.DELETED, None, "", None, "", 0)


def on_platform(kind: Kind, id_: str) -> Ref:
    return Ref(PLATFORM, kind, id_)
