"""What the shapes of records are made of: whom they speak of, days, and how the book keeps them."""

from datetime import date

from crossfoot.adapters.dynamodb.values import Item, Plain, rows, text
from crossfoot.core.model import PLATFORM, Hold, Keeping, Kind, OutsidePayment, Ref, System, parse_ref


def from_keeping(keeping: Keeping) -> Item:
    """Write how the book keeps a record that can be left out."""
    return {
        "lo": keeping.left_out,
        "ar": keeping.archived,
        "na": keeping.named_at,
        "rn": keeping.by_run,
        "op": _from_outside(keeping.outside),
    }


def to_keeping(item: Item) -> Keeping:
    """Read it back."""
    left_out, archived = bool(item.get("lo", False)), bool(item.get("ar", False))
    return Keeping(left_out, archived, text(item, "na"), text(item, "rn"), outside=_to_outside(rows(item, "op")))


def _from_outside(outside: OutsidePayment | None) -> list[Plain]:
    return [outside.paid_on.isoformat(), outside.method, outside.note] if outside else []


def _to_outside(row: list[Plain]) -> OutsidePayment | None:
    match row:
        case []:
            return None
        case [str(paid_on), str(method), str(note)]:
            return OutsidePayment(date.fromisoformat(paid_on), method, note)
    raise TypeError("an item holds a payment outside that cannot be read")


def from_holds(keeping: Keeping) -> list[Plain]:
    """Write from which books a payment or payout is held."""
    return [[hold.system.value, hold.since.isoformat()] for hold in keeping.held]


def to_holds(item: Item) -> Keeping:
    """Read them back."""
    return Keeping(held=tuple(_to_hold(row) for row in rows(item, "h")))


def _to_hold(row: Plain) -> Hold:
    match row:
        case [str(system), str(since)]:
            return Hold(System(system), date.fromisoformat(since))
    raise TypeError("an item holds a hold that cannot be read")


def id_beside(ref: Ref, other: Ref | None) -> str:
    """Write whom a record speaks of: "" for nobody. Raises: ValueError for a record that it cannot speak of."""
    if other is None:
        return ""
    if ref.system is PLATFORM:
        return str(other)
    if other.system is not ref.system:
        raise ValueError(f"{ref} speaks of {other}, a record of another system")
    return other.id


def beside(ref: Ref, kind: Kind, id_: str) -> Ref | None:
    """Read whom a record speaks of, or nobody."""
    return ref_beside(ref, kind, id_) if id_ else None


def ref_beside(ref: Ref, kind: Kind, id_: str) -> Ref:
    """Read whom a record speaks of."""
    return parse_ref(kind, id_) if ref.system is PLATFORM else Ref(ref.system, kind, id_)


def from_date(day: date | None) -> str:
    """Write a day that may be missing."""
    return day.isoformat() if day else ""


def to_date(day: str) -> date | None:
    """Read a day that may be missing."""
    return date.fromisoformat(day) if day else None


def to_part(payment: Ref, kind: Kind, part: Plain) -> tuple[Ref, int]:
    """Read a part of a payment: what it goes to, and the amount."""
    match part:
        case [str(id_), int(amount_minor)]:
            return ref_beside(payment, kind, id_), amount_minor
    raise TypeError(f"{payment} holds a part that cannot be read")
