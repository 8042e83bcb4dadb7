"""Payables as the accounting shows them, made in a line."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crossfoot.core.model import ACCOUNTING, IMPORTED, PLATFORM, Keeping, Kind, Ref, Standing, System
from crossfoot.core.payables.eligibility import Rules
from crossfoot.core.payables.preferences import Direction
from crossfoot.core.payables.profile import PaymentSync
from crossfoot.core.payables.records import Bill, BillPart, BillPayment, CreditPart, Vendor, VendorCredit

from tests.fakes.records import STAMP

CONNECTED_ON = date(2026, 11, 3)
BEFORE, AFTER = date(2026, 11, 2), date(2026, 11, 4)
RULES = Rules("USD", Direction.TWO_WAY, PaymentSync.TWO_WAY, CONNECTED_ON)
ONE_WAY = Rules("USD", Direction.TO_ACCOUNTING, PaymentSync.TWO_WAY, CONNECTED_ON)
CLASSIC = Rules("USD", Direction.TWO_WAY, PaymentSync.CLASSIC, CONNECTED_ON)
LEFT_OUT = Keeping(left_out=True)
VENDOR = Ref(ACCOUNTING, Kind.VENDOR, "56")


def bill_ref(id_: str, system: System = ACCOUNTING) -> Ref:
    return Ref(system, Kind.BILL, id_)


def credit_ref(id_: str, system: System = ACCOUNTING) -> Ref:
    return Ref(system, Kind.VENDOR_CREDIT, id_)


def vendor(**more: Any) -> Vendor:
    return Vendor(VENDOR, STAMP, **{"standing": Standing.LIVE, "name": "Brosnahan", **more})


def bill(id_: str = "129", total_minor: int = 100_00, balance_minor: int | None = None, **more: Any) -> Bill:
    given = {
        "version": STAMP,
        "standing": Standing.LIVE,
        "number": f"B-{id_}",
        "vendor": VENDOR,
        "vendor_name": "Brosnahan",
        "issued_on": BEFORE,
        "due_on": None,
        "currency": "USD",
        "balance_minor": total_minor if balance_minor is None else balance_minor,
        **more,
    }
    return Bill(ref=bill_ref(id_), total_minor=total_minor, **given)


def credit(id_: str = "33", total_minor: int = 40_00, remaining_minor: int | None = 40_00, **more: Any) -> VendorCredit:
    given = {
        "version": STAMP,
        "standing": Standing.LIVE,
        "number": "",
        "vendor": VENDOR,
        "vendor_name": "Brosnahan",
        "issued_on": BEFORE,
        "currency": "USD",
        "remaining_minor": remaining_minor,
        **more,
    }
    return VendorCredit(ref=credit_ref(id_), total_minor=total_minor, **given)


def paid(
    bills: Mapping[str, int],
    credited: Mapping[str, int] | None = None,
    *,
    on: date = AFTER,
    id_: str = "77",
    system: System = ACCOUNTING,
    **more: Any,
) -> BillPayment:
    """Make a bill payment that names bills and credits by the accounting's ids."""
    used = (credited or {}).items()
    given = {
        "standing": Standing.LIVE,
        "vendor": VENDOR,
        "vendor_name": "Brosnahan",
        "currency": "USD",
        "total_minor": sum(bills.values()) - sum(minor for _, minor in used),
        "keeping": IMPORTED,
        **more,
    }
    return BillPayment(
        ref=Ref(system, Kind.BILL_PAYMENT, id_),
        version=STAMP,
        paid_on=on,
        bills=tuple(BillPart(bill_ref(bill_id), minor) for bill_id, minor in bills.items()),
        credits=tuple(CreditPart(credit_ref(credit_id), minor) for credit_id, minor in used),
        **given,
    )


OURS = Ref(PLATFORM, Kind.BILL, "bill_1")
