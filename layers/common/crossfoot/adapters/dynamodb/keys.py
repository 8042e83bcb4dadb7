"""Every key of the table. A partner's keys all start with the partner, and no id can reach out of its place.

Ids come from vendors and from callers, so each is percent-encoded: it cannot hold the `#` that separates the parts.
"""

import hashlib
from datetime import UTC, date, datetime
from typing import NamedTuple
from urllib.parse import quote, unquote

from crossfoot.core.matching import normalise
from crossfoot.core.matters import MatterKey
from crossfoot.core.model import ACCOUNTING, PLATFORM, PSA, Kind, Ref, System, Version, parse_ref
from crossfoot.core.shelves import Shelf
from crossfoot.core.verdicts import Pair
from crossfoot.errors import BadMessage

RECORD = "RECORD"
LINK = "LINK"
VERDICTS = "VERDICTS"
LINES = "LINES#"
PREFERENCES = "PREFERENCES"
FILTERS = "FILTERS"
PAID_BY = "PAID_BY#"
IN_PAYOUT = "IN_PAYOUT#"
DECISION = "DECISION#"
EFFECT = "EFFECT#"
CONNECTION = "CONNECTION#"
REPORT = "REPORT#"
STARTED = "STARTED#"
# No sort key of ours starts below the first or behind the last; DynamoDB takes no empty bound.
FIRST = "!"
LAST = "\U0010ffff"
DUE_BUCKETS = 16
SHELF_BUCKETS = 8
# As much of a name as customers are sorted by; what is longer is told apart by id.
NAME_LENGTH = 60
# The initial of a name without letters and digits: before all others.
NO_INITIAL = "!"
MAX_ID_LENGTH = 128
_GENERATION_DIGITS = 8
# Before the id of a payment of the platform, which pays other systems' invoices. No id is written so.
_ON_PLATFORM = "@"


class Key(NamedTuple):
    """The key of one item."""

    pk: str
    sk: str


def escape(part: str) -> str:
    """Encode an id so that it is one part of a key.

    Raises: BadMessage when it is empty or longer than any id of any vendor.
    """
    if not 0 < len(part) <= MAX_ID_LENGTH:
        raise BadMessage(f"an id has 1 to {MAX_ID_LENGTH} characters, not {len(part)}")
    return quote(part, safe="", errors="surrogatepass")


def unescape(part: str) -> str:
    """Read an id back."""
    return unquote(part, errors="surrogatepass")


def time_text(at: datetime) -> str:
    """Write a time so that text order is time order."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def read_time(text: str) -> datetime:
    """Read a time back."""
    return datetime.fromisoformat(text)


def maybe_time_text(at: datetime | None) -> str:
    """Write a time that may be missing."""
    return time_text(at) if at else ""


def read_maybe_time(text: str) -> datetime | None:
    """Read a time that may be missing."""
    return read_time(text) if text else None


def _own(tenant: str, *parts: str) -> str:
    return "#".join(("T", escape(tenant), *parts))


# --- a record and what hangs on it: one partition each -----------------------------------------------------------------


def record_pk(tenant: str, ref: Ref) -> str:
    """The partition of a record."""
    return _own(tenant, ref.kind, ref.system, escape(ref.id))


def record(tenant: str, ref: Ref) -> Key:
    """The record itself."""
    return Key(record_pk(tenant, ref), RECORD)


def link(tenant: str, ref: Ref) -> Key:
    """The record's link to the other system."""
    return Key(record_pk(tenant, ref), LINK)


def paid_by(tenant: str, invoice: Ref, payment: Ref) -> Key:
    """The pointer from an invoice to a payment of the same system, or of the platform.

    Raises: ValueError for a payment of another system.
    """
    if payment.system is PLATFORM:
        return Key(record_pk(tenant, invoice), PAID_BY + _ON_PLATFORM + escape(payment.id))
    if payment.system is not invoice.system:
        raise ValueError(f"payment {payment} cannot pay {invoice}, an invoice of another system")
    return Key(record_pk(tenant, invoice), PAID_BY + escape(payment.id))


def payment_of(key: Key, invoice: Ref) -> Ref:
    """Read a paid-by pointer."""
    id_ = key.sk.removeprefix(PAID_BY)
    system = PLATFORM if id_.startswith(_ON_PLATFORM) else invoice.system
    return Ref(system, Kind.PAYMENT, unescape(id_.removeprefix(_ON_PLATFORM)))


def in_payout(tenant: str, payment: Ref, payout: Ref) -> Key:
    """The pointer from a payment of the platform to a payout that holds it, or something of it."""
    return Key(record_pk(tenant, payment), IN_PAYOUT + escape(payout.id))


def payout_of(key: Key) -> Ref:
    """Read an in-payout pointer."""
    return Ref(PLATFORM, Kind.PAYOUT, unescape(key.sk.removeprefix(IN_PAYOUT)))


def origin(tenant: str, ref: Ref) -> Key:
    """For which payment or payout of the platform a payment or deposit in the accounting stands."""
    return Key(record_pk(tenant, ref), "ORIGIN")


def marker(tenant: str, marker_text: str) -> Key:
    """For which payment of the platform a write with a marker was made."""
    return Key(_own(tenant, "marker", escape(marker_text)), "ORIGIN")


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


# --- lists and indexes -------------------------------------------------------------------------------------------------


def months(tenant: str, kind: Kind) -> str:
    """The partition that names the months in which a kind has records; its sort keys are `2026-11`."""
    return _own(tenant, "list", kind)


def month(tenant: str, kind: Kind, month_text: str) -> str:
    """The partition of a month's list."""
    return _own(tenant, "list", kind, escape(month_text))


def listed(tenant: str, ref: Ref, on: date) -> Key:
    """A record's place in the list of its month."""
    day = on.isoformat()
    return Key(month(tenant, ref.kind, day[:7]), f"{day}#{ref.system}-{escape(ref.id)}")


def listed_ref(key: Key, kind: Kind) -> tuple[date, Ref]:
    """Read a place in a list."""
    day, _, ref = key.sk.partition("#")
    return date.fromisoformat(day), _read_ref(kind, ref)


def number_pk(tenant: str, number: str) -> str:
    """The partition of the invoices that carry a number; alike are those that normalise alike."""
    return _own(tenant, "number", escape(normalise(number)))


def numbered(tenant: str, number: str, ref: Ref) -> Key:
    """A pointer from a number to an invoice."""
    return Key(number_pk(tenant, number), f"{ref.system}-{escape(ref.id)}")


def numbered_ref(key: Key) -> Ref:
    """Read a number pointer."""
    return _read_ref(Kind.INVOICE, key.sk)


def of_customer_pk(tenant: str, customer: Ref, kind: Kind) -> str:
    """The partition of a customer's own list of a kind."""
    return _own(tenant, "of_customer", customer.system, escape(customer.id), kind)


def of_customer(tenant: str, customer: Ref, ref: Ref, on: date) -> Key:
    """A record's place in its customer's list."""
    return Key(of_customer_pk(tenant, customer, ref.kind), f"{on.isoformat()}#{ref.system}-{escape(ref.id)}")


def initials(tenant: str) -> str:
    """The partition that names the initials of the partner's customers; its sort keys are `n`."""
    return _own(tenant, "names")


def initial_of(filed_as: str) -> str:
    """Name the initial under which a name is filed."""
    return filed_as[:1] if filed_as[:1].isalnum() else NO_INITIAL


def file_as(name: str) -> str:
    """Fold a name into what it is sorted by."""
    return normalise(name)[:NAME_LENGTH]


def names(tenant: str, initial: str) -> str:
    """The partition of the customers whose names begin alike."""
    return _own(tenant, "names", escape(initial))


def named(tenant: str, name: str, ref: Ref) -> Key:
    """A customer's place in the list by name."""
    filed_as = file_as(name)
    return Key(names(tenant, initial_of(filed_as)), f"{filed_as}#{ref.system}-{escape(ref.id)}")


def named_ref(key: Key) -> tuple[str, Ref]:
    """Read a place in the list by name: the name that it was filed as, and the customer."""
    filed_as, _, ref = key.sk.partition("#")
    return filed_as, _read_ref(Kind.CUSTOMER, ref)


def shelf_pk(tenant: str, shelf: Shelf, kind: Kind, system: System, bucket: int) -> str:
    """A bucket of a system's records of a kind on a shelf."""
    return _own(tenant, shelf, kind, system, f"{bucket:02}")


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


def _read_ref(kind: Kind, text: str) -> Ref:
    ref = parse_ref(kind, text)
    return Ref(ref.system, kind, unescape(ref.id))


# --- the partner -------------------------------------------------------------------------------------------------------


def partner_pk(tenant: str) -> str:
    """The partition of what a partner has one of."""
    return _own(tenant, "partner")


def preferences(tenant: str) -> Key:
    """The partner's preferences."""
    return Key(partner_pk(tenant), PREFERENCES)


def notifications(tenant: str) -> Key:
    """The e-mail that the partner wants."""
    return Key(partner_pk(tenant), "NOTIFICATIONS")


def notice(tenant: str, about: str) -> Key:
    """What the partner was told last of a matter by e-mail."""
    return Key(partner_pk(tenant), f"NOTICE#{escape(about)}")


def filters(tenant: str) -> Key:
    """The partner's import filters."""
    return Key(partner_pk(tenant), FILTERS)


def rights(tenant: str) -> Key:
    """What the newest test of the rights in ConnectWise found."""
    return Key(partner_pk(tenant), "RIGHTS")


def waiting_pk(tenant: str) -> str:
    """The payments of the platform that wait for an invoice."""
    return _own(tenant, "waiting")


def waiting(tenant: str, payment: Ref) -> Key:
    """What a payment of the platform waits for."""
    return Key(waiting_pk(tenant), escape(payment.id))


def waiting_payment(key: Key) -> Ref:
    """Read back who waits."""
    return Ref(PLATFORM, Kind.PAYMENT, unescape(key.sk))


def company(tenant: str, system: System) -> Key:
    """What the company that a partner keeps in a system sets itself, as it was read last."""
    return Key(partner_pk(tenant), f"COMPANY#{system}")


def turn(tenant: str, what: str) -> Key:
    """When something that a partner may do now and then is free again."""
    return Key(partner_pk(tenant), f"TURN#{escape(what)}")


def walk(tenant: str, over: str) -> Key:
    """The newest run that walks a system's unpaid invoices, or something else."""
    return Key(partner_pk(tenant), f"WALK#{escape(over)}")


def runs_pk(tenant: str) -> str:
    """The partition of the partner's runs."""
    return _own(tenant, "runs")


def answered(tenant: str, key_hash: str) -> Key:
    """What was answered to an idempotency key with this hash."""
    return Key(_own(tenant, "answered", escape(key_hash)), "ANSWER")


def run(tenant: str, run_id: str) -> Key:
    """A run."""
    return Key(runs_pk(tenant), f"RUN#{escape(run_id)}")


def started(tenant: str, at: datetime, run_id: str) -> Key:
    """A run's place in the list of runs."""
    return Key(runs_pk(tenant), f"{STARTED}{time_text(at)}#{escape(run_id)}")


def started_run(key: Key) -> str:
    """Read a place in the list of runs."""
    return unescape(key.sk.rpartition("#")[2])


def cursor(tenant: str, system: System) -> Key:
    """How far a system was read."""
    return Key(partner_pk(tenant), f"CURSOR#{system}")


def connection(tenant: str, system: System) -> Key:
    """A connection."""
    return Key(partner_pk(tenant), f"{CONNECTION}{system}")


def connected_system(key: Key) -> System:
    """Read a connection's key."""
    return System(key.sk.removeprefix(CONNECTION))


def connection_events(system: System) -> str:
    """The start of the sort key of a connection's history."""
    return f"CONNECTION_EVENT#{system}#"


def connection_event(tenant: str, system: System, at: datetime) -> Key:
    """One line of a connection's history."""
    return Key(partner_pk(tenant), connection_events(system) + time_text(at))


def secrets(tenant: str, system: System) -> Key:
    """A connection's sealed secrets."""
    return Key(partner_pk(tenant), f"SECRETS#{system}")


def crossfoot_pk(tenant: str) -> str:
    """The partition of the partner's reports, and of the comparisons that make them."""
    return _own(tenant, "crossfoot")


def report(tenant: str, at: datetime) -> Key:
    """A crossfoot report."""
    return Key(crossfoot_pk(tenant), REPORT + time_text(at))


def comparison(tenant: str, id_: str) -> Key:
    """A comparison of the books, on its way or finished."""
    return Key(crossfoot_pk(tenant), f"COMPARISON#{escape(id_)}")


def newest_comparison(tenant: str) -> Key:
    """The comparison that was begun last."""
    return Key(crossfoot_pk(tenant), "BEGUN")


def calls(tenant: str, system: System, minute: str) -> Key:
    """The calls leased in a minute."""
    return Key(_own(tenant, "budget", system), minute)


def next_slot(tenant: str, system: System) -> Key:
    """From when on the slots for calls of a system are free."""
    return Key(_own(tenant, "budget", system), "NEXT")


def metered_calls(tenant: str, system: System, month_text: str) -> Key:
    """The metered calls made in a month."""
    return Key(_own(tenant, "budget", system), f"METERED#{month_text}")


# --- attention (X1, X3) ------------------------------------------------------------------------------------------------


def attention(tenant: str, ref: Ref) -> Key:
    """What holds a record up."""
    return Key(record_pk(tenant, ref), "ATTENTION")


def parked_pk(tenant: str, *, ignored: bool) -> str:
    """The partition of the records that are parked, or of those of them that the partner ignores."""
    return _own(tenant, "parked", "ignored" if ignored else "open")


def parked_under(code: str) -> str:
    """The start of the sort key of every record that a cause holds."""
    return f"{escape(code)}#"


def parked(tenant: str, code: str, ref: Ref, *, ignored: bool) -> Key:
    """A record's place among those that a cause holds."""
    return Key(parked_pk(tenant, ignored=ignored), f"{parked_under(code)}{ref.kind}#{ref.system}-{escape(ref.id)}")


def parked_record(key: Key) -> tuple[str, Ref]:
    """Read such a place: the cause, and the record."""
    code, kind, ref = key.sk.split("#")
    return unescape(code), _read_ref(Kind(kind), ref)


# --- matches (I9) ------------------------------------------------------------------------------------------------------

# In place of the customers, where it is not they that keep invoices apart. No id is written so.
_NO_CUSTOMERS = "!#!"


def verdicts(tenant: str, ref: Ref) -> Key:
    """The partner's verdicts on a record's pairs."""
    return Key(record_pk(tenant, ref), VERDICTS)


def decided_pk(tenant: str) -> str:
    """The partition of the pairs that the partner decided on."""
    return _own(tenant, "decided")


def decided(tenant: str, pair: Pair) -> Key:
    """A pair's place among those that the partner decided on."""
    return Key(decided_pk(tenant), f"{pair.accounting.kind}#{_of_pair(pair)}")


def decided_pair(key: Key) -> Pair:
    """Read such a place."""
    kind, accounting, psa = key.sk.split("#")
    return _pair(Kind(kind), accounting, psa)


def matters_pk(tenant: str) -> str:
    """The partition of the open matters."""
    return _own(tenant, "matters")


def apart(customers: Pair | None) -> str:
    """The start of the sort key of every open matter that a pair of customers keeps apart."""
    return f"{_of_pair(customers) if customers else _NO_CUSTOMERS}#"


def matter(tenant: str, about: MatterKey) -> Key:
    """An open matter."""
    return Key(matters_pk(tenant), apart(about.customers) + escape(about.number))


def matter_key(key: Key) -> MatterKey:
    """Read an open matter."""
    accounting, psa, number = key.sk.split("#")
    no_customers = f"{accounting}#{psa}" == _NO_CUSTOMERS
    return MatterKey(unescape(number), None if no_customers else _pair(Kind.CUSTOMER, accounting, psa))


def _of_pair(pair: Pair) -> str:
    return f"{escape(pair.accounting.id)}#{escape(pair.psa.id)}"


def _pair(kind: Kind, accounting: str, psa: str) -> Pair:
    return Pair(Ref(ACCOUNTING, kind, unescape(accounting)), Ref(PSA, kind, unescape(psa)))


# --- what is looked up before the partner is known ---------------------------------------------------------------------


def account(system: System, account_id: str) -> Key:
    """Which partner holds a vendor account."""
    return Key(f"ACCOUNT#{system}#{escape(account_id)}", "TENANT")


def partner(tenant: str) -> Key:
    """A partner, as an operator added it."""
    return Key(f"TENANT#{escape(tenant)}", "PARTNER")


def callback(token_hash: str) -> Key:
    """Whose callback URL has a token with this hash."""
    return Key(f"CALLBACK#{escape(token_hash)}", "TENANT")


def authorization(flow: str) -> Key:
    """A started OAuth flow."""
    return Key(f"AUTHORIZATION#{escape(flow)}", "STATE")


def due_pk(system: System, bucket: int) -> str:
    """A bucket of the partners that are to be read."""
    return f"DUE#{system}#{bucket:02}"


def due(system: System, tenant: str, last_read: str) -> Key:
    """A partner's place among those that are to be read; a time of "" comes first."""
    return Key(due_pk(system, _due_bucket(tenant)), f"{last_read}#{escape(tenant)}")


def due_tenant(key: Key) -> str:
    """Read a place among those that are to be read."""
    return unescape(key.sk.partition("#")[2])


def turned_pk(bucket: int) -> str:
    """A bucket of the partners of whose connections one turned."""
    return f"TURNED#{bucket:02}"


def turned(tenant: str) -> Key:
    """A partner's place among those of whose connections one turned."""
    return Key(turned_pk(_due_bucket(tenant)), escape(tenant))


def digest_pk(bucket: int) -> str:
    """A bucket of the partners that want a daily digest."""
    return f"DIGEST#{bucket:02}"


def digest(tenant: str) -> Key:
    """A partner's place among those that want a daily digest."""
    return Key(digest_pk(_due_bucket(tenant)), escape(tenant))


def _due_bucket(tenant: str) -> int:
    return int(hashlib.sha256(tenant.encode()).hexdigest(), 16) % DUE_BUCKETS
