"""What every queue message of ours says, and how work is shared out over lanes."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from pydantic import ConfigDict

TENANT_PATTERN = r"t_[0-9a-f]{8,32}"
MAX_ID_LENGTH = 64
MAX_BECAUSE_LENGTH = 1_000

_TENANT = re.compile(TENANT_PATTERN)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueMessage:
    """What every message says.

    Takes: `revivals` counts how often it came back from a dead-letter queue.
    Raises: ValueError when made for something that is no partner.
    """

    __pydantic_config__: ClassVar["ConfigDict"] = {"extra": "forbid"}

    tenant: str
    because: str = ""
    revivals: int = 0

    # Members that came later, and their usual value: unsaid, so that workers of before can read nearly every message.
    _usual: ClassVar[Mapping[str, object]] = {"revivals": 0}

    def __post_init__(self) -> None:
        if not _TENANT.fullmatch(self.tenant):
            raise ValueError(f"{self.tenant!r} is no partner's id")
        if len(self.because) > MAX_BECAUSE_LENGTH:
            raise ValueError(f"a reason has at most {MAX_BECAUSE_LENGTH} characters")

    @property
    def deduplication_id(self) -> str:
        """Name the message's content: the same work within five minutes is queued once."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()

    def to_json(self) -> str:
        """Write the message; `read_message` reads it back."""
        # Every message is flat; asdict would copy each value, at many times the price.
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        said = {name: value for name, value in values.items() if name not in self._usual or value != self._usual[name]}
        return json.dumps(said, separators=(",", ":"), sort_keys=True)


def spread(name: str, lanes: int) -> str:
    """Share names out over lanes; one name is always in the same one."""
    return str(int(hashlib.sha256(name.encode()).hexdigest(), 16) % lanes)


def require_id(what: str, text: str) -> None:
    """Make sure that an id has a length that our keys can take. Raises: ValueError."""
    if not 0 < len(text) <= MAX_ID_LENGTH:
        raise ValueError(f"{what} id has 1 to {MAX_ID_LENGTH} characters")
