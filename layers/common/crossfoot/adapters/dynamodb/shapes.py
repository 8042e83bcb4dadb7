"""Records as items and back. Attribute names are short because a kilobyte is a write unit:

    all        u updated at   s seen at   st standing   d digest of all the rest but s
    customer   n name   off inactive   a account number
    invoice    n number   c customer id   cn customer name   i issued on   due due on   cur currency
               t total   b balance   p paid   cl closed
    payment    c customer id   i paid on   cur currency   t total   al [[invoice id, amount] ...]
               m marker   r reference   f [former invoice id ...]

What is blank is left out. Amounts are minor units. A record speaks only of records of its own system.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date

from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text, whole, without_blanks
from crossfoot.core.model import Allocation, Customer, Invoice, Kind, Payment, Record, Ref, Standing, System, Version

DIGEST = "d"
DIGEST_LENGTH = 32


def to_item(record: Record) -> Item:
    """Write a record as an item, with its digest."""
    match record:
        case Customer():
            own = _from_customer(record)
        case Invoice():
            own = _from_invoice(record)
        case Payment():
            own = _from_payment(record)
    content = without_blanks({"u": record.version.updated_at, "st": record.standing.value} | own)
    return content | {"s": record.version.seen_at, DIGEST: _digest(content)}


def to_record(ref: Ref, item: Item) -> Record:
    """Read an item as the record that it stands for."""
    version = Version(text(item, "u"), text(item, "s"))
    standing = Standing(text(item, "st"))
    match ref.kind:
        case Kind.CUSTOMER:
            return _to_customer(ref, version, standing, item)
        case Kind.INVOICE:
            return _to_invoice(ref, version, standing, item)
        case Kind.PAYMENT:
            return _to_payment(ref, version, standing, item)


def to_row(ref: Ref) -> Plain:
    """Write a reference to a record of any system."""
    return [ref.system.value, ref.kind.value, ref.id]


def from_row(row: Plain) -> Ref:
    """Read a reference back."""
    match row:
        case [str(system), str(kind), str(id_)]:
            return Ref(System(system), Kind(kind), id_)
    raise TypeError("an item holds a reference that cannot be read")


def _digest(content: Mapping[str, Plain]) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode(errors="surrogatepass")).hexdigest()[:DIGEST_LENGTH]


def _from_customer(customer: Customer) -> Item:
    return {"n": customer.name, "off": not customer.active, "a": customer.account_number}


def _to_customer(ref: Ref, version: Version, standing: Standing, item: Item) -> Customer:
    return Customer(ref, version, standing, text(item, "n"), not item.get("off", False), text(item, "a"))


def _from_invoice(invoice: Invoice) -> Item:
    return {
        "n": invoice.number,
        "c": _id_beside(invoice.ref, invoice.customer),
        "cn": invoice.customer_name,
        "i": invoice.issued_on.isoformat(),
        "due": _from_date(invoice.due_on),
        "cur": invoice.currency,
        "t": invoice.total_minor,
        "b": invoice.balance_minor,
        "p": invoice.paid_minor,
        "cl": invoice.closed,
    }


def _to_invoice(ref: Ref, version: Version, standing: Standing, item: Item) -> Invoice:
    return Invoice(
        ref,
        version,
        standing,
        number=text(item, "n"),
        customer=_beside(ref, Kind.CUSTOMER, text(item, "c")),
        customer_name=text(item, "cn"),
        issued_on=date.fromisoformat(text(item, "i")),
        due_on=_to_date(text(item, "due")),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        balance_minor=whole(item, "b"),
        paid_minor=whole(item, "p") if "p" in item else None,
        closed=bool(item.get("cl", False)),
    )


def _from_payment(payment: Payment) -> Item:
    return {
        "c": _id_beside(payment.ref, payment.customer),
        "i": _from_date(payment.paid_on),
        "cur": payment.currency,
        "t": payment.total_minor,
        "al": [[_id_beside(payment.ref, part.invoice), part.amount_minor] for part in payment.allocations],
        "m": payment.marker,
        "r": payment.reference,
        "f": [_id_beside(payment.ref, invoice) for invoice in payment.former_invoices],
    }


def _to_payment(ref: Ref, version: Version, standing: Standing, item: Item) -> Payment:
    return Payment(
        ref,
        version,
        standing,
        customer=_beside(ref, Kind.CUSTOMER, text(item, "c")),
        paid_on=_to_date(text(item, "i")),
        currency=text(item, "cur"),
        total_minor=whole(item, "t"),
        allocations=tuple(_to_allocation(ref, part) for part in rows(item, "al")),
        marker=text(item, "m"),
        reference=text(item, "r"),
        former_invoices=tuple(Ref(ref.system, Kind.INVOICE, str(each)) for each in rows(item, "f")),
    )


def _to_allocation(payment: Ref, part: Plain) -> Allocation:
    match part:
        case [str(invoice), int(amount_minor)]:
            return Allocation(Ref(payment.system, Kind.INVOICE, invoice), amount_minor)
    raise TypeError(f"{payment} holds an allocation that cannot be read")


def _id_beside(ref: Ref, other: Ref | None) -> str:
    if other is None:
        return ""
    if other.system is not ref.system:
        raise ValueError(f"{ref} speaks of {other}, a record of another system")
    return other.id


def _beside(ref: Ref, kind: Kind, id_: str) -> Ref | None:
    return Ref(ref.system, kind, id_) if id_ else None


def _from_date(day: date | None) -> str:
    return day.isoformat() if day else ""


def _to_date(day: str) -> date | None:
    return date.fromisoformat(day) if day else None
