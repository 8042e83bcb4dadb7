"""What keys are made of.

Ids come from vendors and from callers, so each is percent-encoded: it cannot hold the `#` that separates the parts.
"""

from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import quote, unquote

from crossfoot.core.model import Kind, Ref, parse_ref
from crossfoot.errors import BadMessage

# No sort key of ours starts below the first or behind the last; DynamoDB takes no empty bound.
FIRST = "!"
LAST = "\U0010ffff"
MAX_ID_LENGTH = 128


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


def own(tenant: str, *parts: str) -> str:
    """Name a partition of a partner's."""
    return "#".join(("T", escape(tenant), *parts))


def read_ref(kind: Kind, text: str) -> Ref:
    """Read a record that stands in a key as `quickbooks-129`, of which the kind is known."""
    ref = parse_ref(kind, text)
    return Ref(ref.system, kind, unescape(ref.id))
