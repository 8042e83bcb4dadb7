"""Take what the platform tells of its payables by a call; the events say the same (B4)."""

from crossfoot.messages.api.telling import Told
from crossfoot.messages.bill_payments import PlatformBillPayment
from crossfoot.messages.payables import PlatformBill, PlatformVendor, PlatformVendorCredit
from crossfoot.messages.routes import Asked, Nothing
from crossfoot.steps.api.needs import Ports
from crossfoot.steps.api.telling import keep, once


def tell_vendor(ports: Ports, asked: Asked[Nothing, Nothing, PlatformVendor]) -> Told:
    """Keep a vendor of the platform, then queue what follows from it. Source: B4."""
    return once(ports, asked, Told, lambda: keep(ports, asked.tenant, asked.body.to_record()))


def tell_bill(ports: Ports, asked: Asked[Nothing, Nothing, PlatformBill]) -> Told:
    """Keep a bill of the platform, then queue what follows from it. Source: B4."""
    return once(ports, asked, Told, lambda: keep(ports, asked.tenant, asked.body.to_record()))


def tell_vendor_credit(ports: Ports, asked: Asked[Nothing, Nothing, PlatformVendorCredit]) -> Told:
    """Keep a vendor credit of the platform, then queue what follows from it. Source: B4."""
    return once(ports, asked, Told, lambda: keep(ports, asked.tenant, asked.body.to_record()))


def tell_bill_payment(ports: Ports, asked: Asked[Nothing, Nothing, PlatformBillPayment]) -> Told:
    """Keep a bill payment of the platform, then queue what follows from it. Source: B4."""
    return once(ports, asked, Told, lambda: keep(ports, asked.tenant, asked.body.to_record()))
