"""A record and what hangs on it: one partition each."""

from datetime import datetime

from crossfoot.adapters.dynamodb.keys.parts import Key, escape, own, time_text, unescape
from crossfoot.core.model import PLATFORM, Kind, Ref

RECORD = "RECORD"
LINK = "LINK"
LINES = "LINES#"
PAID_BY = "PAID_BY#"
IN_PAYOUT = "IN_PAYOUT#"
DECISION = "DECISION#"
EFFECT = "EFFECT#"
_GENERATION_DIGITS = 8
# Before the id of a payment of the platform, which pays other systems' invoices and bills. No id is written so.
_ON_PLATFORM = "@"


def record_pk(tenant: str, ref: Ref) -> str:
    """The partition of a record."""
    return own(tenant, ref.kind, ref.system, escape(ref.id))


def record(tenant: str, ref: Ref) -> Key:
    """The record itself."""
    return Key(record_pk(tenant, ref), RECORD)


def link(tenant: str, ref: Ref) -> Key:
    """The record's link to the other system."""
    return Key(record_pk(tenant, ref), LINK)


def paid_by(tenant: str, paid: Ref, payment: Ref) -> Key:
    """The pointer from an invoice, a bill or a vendor credit to a payment of the same system, or of the platform.

    Raises: ValueError for a payment of another system.
    """
    if payment.system is PLATFORM:
        return Key(record_pk(tenant, paid), PAID_BY + _ON_PLATFORM + escape(payment.id))
    if payment.system is not paid.system:
        raise ValueError(f"payment {payment} cannot pay {paid}, a record of another system")
    return Key(record_pk(tenant, paid), PAID_BY + escape(payment.id))


def payment_of(key: Key, paid: Ref) -> Ref:
    """Read a paid-by pointer."""
    id_ = key.sk.removeprefix(PAID_BY)
    system = PLATFORM if id_.startswith(_ON_PLATFORM) else paid.system
    kind = Kind.PAYMENT if paid.kind is Kind.INVOICE else Kind.BILL_PAYMENT
    return Ref(system, kind, unescape(id_.removeprefix(_ON_PLATFORM)))


def in_payout(tenant: str, payment: Ref, payout: Ref) -> Key:
    """The pointer from a payment of the platform to a payout that holds it, or something of it."""
    return Key(record_pk(tenant, payment), IN_PAYOUT + escape(payout.id))


def payout_of(key: Key) -> Ref:
    """Read an in-payout pointer."""
    return Ref(PLATFORM, Kind.PAYOUT, unescape(key.sk.removeprefix(IN_PAYOUT)))


def origin(tenant: str, ref: Ref) -> Key:
    """For which record of the platform one in the accounting stands."""
    return Key(record_pk(tenant, ref), "ORIGIN")


def marker(tenant: str, marker_text: str) -> Key:
    """For which record of the platform a write with a marker was made."""
    return Key(own(tenant, "marker", escape(marker_text)), "ORIGIN")


def lines_part(tenant: str, ref: Ref, written: str, number: int) -> Key:
    """A part of a record's lines, under the name of the write that they came with."""
    return Key(record_pk(tenant, ref), f"{LINES}{escape(written)}#{number:04}")


def decision(tenant: str, ref: Ref, at: datetime, digest: str) -> Key:
    """A decision on a record."""
    return Key(record_pk(tenant, ref), f"{DECISION}{time_text(at)}#{digest}")


def effects_of_kind(kind: str) -> str:
    """The start of the sort key of every effect of a kind."""
    return f"{EFFECT}{escape(kind)}#"


def effect(tenant: str, kind: str, subject: Ref, generation: int) -> Key:
    """One generation of an effect on a subject.

    Raises: ValueError when the generation would not keep text order.
    """
    if not 0 <= generation < 10**_GENERATION_DIGITS:
        raise ValueError(f"generation {generation} is out of range")
    return Key(record_pk(tenant, subject), f"{effects_of_kind(kind)}{generation:0{_GENERATION_DIGITS}}")


def kind_and_generation_of(key: Key) -> tuple[str, int]:
    """Read an effect's key."""
    kind, _, generation = key.sk.removeprefix(EFFECT).partition("#")
    return unescape(kind), int(generation)
