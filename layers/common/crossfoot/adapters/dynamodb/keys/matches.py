"""What the partner decided about pairs, and what is open for a decision (I9)."""

from crossfoot.adapters.dynamodb.keys.parts import Key, escape, own, unescape
from crossfoot.adapters.dynamodb.keys.records import record_pk
from crossfoot.core.model import ACCOUNTING, PSA, Kind, Ref
from crossfoot.core.verdicts import MatterKey, Pair

VERDICTS = "VERDICTS"
# In place of the customers, where it is not they that keep invoices apart. No id is written so.
_NO_CUSTOMERS = "!#!"


def verdicts(tenant: str, ref: Ref) -> Key:
    """The partner's verdicts on a record's pairs."""
    return Key(record_pk(tenant, ref), VERDICTS)


def decided_pk(tenant: str) -> str:
    """The partition of the pairs that the partner decided on."""
    return own(tenant, "decided")


def decided(tenant: str, pair: Pair) -> Key:
    """A pair's place among those that the partner decided on."""
    return Key(decided_pk(tenant), f"{pair.accounting.kind}#{_of_pair(pair)}")


def decided_pair(key: Key) -> Pair:
    """Read such a place."""
    kind, accounting, psa = key.sk.split("#")
    return _pair(Kind(kind), accounting, psa)


def matters_pk(tenant: str) -> str:
    """The partition of the open matters."""
    return own(tenant, "matters")


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
