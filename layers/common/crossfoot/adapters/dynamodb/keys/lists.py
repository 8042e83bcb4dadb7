"""Lists of records, and what finds them by number, customer, name or shelf."""

import hashlib
from datetime import date
from urllib.parse import quote

from crossfoot.adapters.dynamodb.keys.parts import Key, escape, own, read_ref, unescape
from crossfoot.core.folding import normalise
from crossfoot.core.model import Kind, Ref, System, Version
from crossfoot.core.shelves import Shelf

SHELF_BUCKETS = 8
# As much of a name as lists are sorted by; what is longer is told apart by id.
NAME_LENGTH = 60
# The lists by name.
_NAMES = {Kind.CUSTOMER: "names", Kind.VENDOR: "vendor_names"}
# The initial of a name without letters and digits: before all others.
NO_INITIAL = "!"


def months(tenant: str, kind: Kind) -> str:
    """The partition that names the months in which a kind has records; its sort keys are `2026-11`."""
    return own(tenant, "list", kind)


def month(tenant: str, kind: Kind, month_text: str) -> str:
    """The partition of a month's list."""
    return own(tenant, "list", kind, escape(month_text))


def listed(tenant: str, ref: Ref, on: date) -> Key:
    """A record's place in the list of its month."""
    day = on.isoformat()
    return Key(month(tenant, ref.kind, day[:7]), f"{day}#{ref.system}-{escape(ref.id)}")


def listed_ref(key: Key, kind: Kind) -> tuple[date, Ref]:
    """Read a place in a list."""
    day, _, ref = key.sk.partition("#")
    return date.fromisoformat(day), read_ref(kind, ref)


def number_pk(tenant: str, number: str) -> str:
    """The partition of the invoices that carry a number; alike are those that normalise alike."""
    return own(tenant, "number", escape(normalise(number)))


def numbered(tenant: str, number: str, ref: Ref) -> Key:
    """A pointer from a number to an invoice."""
    return Key(number_pk(tenant, number), f"{ref.system}-{escape(ref.id)}")


def numbered_ref(key: Key) -> Ref:
    """Read a number pointer."""
    return read_ref(Kind.INVOICE, key.sk)


def of_customer_pk(tenant: str, customer: Ref, kind: Kind) -> str:
    """The partition of a customer's or a vendor's own list of a kind."""
    return own(tenant, "of_customer", customer.system, escape(customer.id), kind)


def of_customer(tenant: str, customer: Ref, ref: Ref, on: date) -> Key:
    """A record's place in its customer's or vendor's list."""
    return Key(of_customer_pk(tenant, customer, ref.kind), f"{on.isoformat()}#{ref.system}-{escape(ref.id)}")


def initials(tenant: str, kind: Kind) -> str:
    """The partition that names the initials of the partner's customers, or vendors; its sort keys are `n`."""
    return own(tenant, _NAMES[kind])


def initial_of(filed_as: str) -> str:
    """Name the initial under which a name is filed."""
    return filed_as[:1] if filed_as[:1].isalnum() else NO_INITIAL


def file_as(name: str) -> str:
    """Fold a name into what it is sorted by."""
    return normalise(name)[:NAME_LENGTH]


def names(tenant: str, kind: Kind, initial: str) -> str:
    """The partition of the customers, or vendors, whose names begin alike."""
    return own(tenant, _NAMES[kind], escape(initial))


def named(tenant: str, name: str, ref: Ref) -> Key:
    """A customer's or a vendor's place in the list by name."""
    filed_as = file_as(name)
    return Key(names(tenant, ref.kind, initial_of(filed_as)), f"{filed_as}#{ref.system}-{escape(ref.id)}")


def named_ref(key: Key, kind: Kind) -> tuple[str, Ref]:
    """Read a place in the list by name: the name that it was filed as, and whose it is."""
    filed_as, _, ref = key.sk.partition("#")
    return filed_as, read_ref(kind, ref)


def shelf_pk(tenant: str, shelf: Shelf, kind: Kind, system: System, bucket: int) -> str:
    """A bucket of a system's records of a kind on a shelf."""
    return own(tenant, shelf, kind, system, f"{bucket:02}")


def shelf_bucket(id_: str) -> int:
    """Say in which bucket of its shelves a record is."""
    return int(hashlib.sha256(id_.encode(errors="surrogatepass")).hexdigest(), 16) % SHELF_BUCKETS


def shelved_on(ref: Ref, on: date) -> str:
    """The start of the sort key of every pointer from a shelf to a record of a day."""
    return f"{on.isoformat()}#{escape(ref.id)}#"


def shelved(tenant: str, shelf: Shelf, ref: Ref, on: date, version: Version) -> Key:
    """A pointer from a shelf to a record: one of its own for each version in which it came to be there."""
    stamp = f"{quote(version.updated_at, safe='')}#{quote(version.seen_at, safe='')}"
    return Key(shelf_pk(tenant, shelf, ref.kind, ref.system, shelf_bucket(ref.id)), shelved_on(ref, on) + stamp)


def shelf_of(key: Key) -> Shelf:
    """Say which shelf a pointer is on."""
    return Shelf(key.pk.split("#")[-4])


def shelved_ref(key: Key) -> tuple[date, Ref, tuple[str, str]]:
    """Read a pointer from a shelf: of which day, to which record, and the version that it was written for."""
    day, id_, updated_at, seen_at = key.sk.split("#")
    kind, system, _ = key.pk.split("#")[-3:]
    ref = Ref(System(system), Kind(kind), unescape(id_))
    return date.fromisoformat(day), ref, (unescape(updated_at), unescape(seen_at))
