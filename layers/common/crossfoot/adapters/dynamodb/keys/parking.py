"""What holds records up (X1, X3)."""

from crossfoot.adapters.dynamodb.keys.parts import Key, escape, own, read_ref, unescape
from crossfoot.adapters.dynamodb.keys.records import record_pk
from crossfoot.core.model import Kind, Ref


def attention(tenant: str, ref: Ref) -> Key:
    """What holds a record up."""
    return Key(record_pk(tenant, ref), "ATTENTION")


def parked_pk(tenant: str, *, ignored: bool) -> str:
    """The partition of the records that are parked, or of those of them that the partner ignores."""
    return own(tenant, "parked", "ignored" if ignored else "open")


def parked_under(code: str) -> str:
    """The start of the sort key of every record that a cause holds."""
    return f"{escape(code)}#"


def parked(tenant: str, code: str, ref: Ref, *, ignored: bool) -> Key:
    """A record's place among those that a cause holds."""
    return Key(parked_pk(tenant, ignored=ignored), f"{parked_under(code)}{ref.kind}#{ref.system}-{escape(ref.id)}")


def parked_record(key: Key) -> tuple[str, Ref]:
    """Read such a place: the cause, and the record."""
    code, kind, ref = key.sk.split("#")
    return unescape(code), read_ref(Kind(kind), ref)
