"""The shapes of our queue messages. A message says what to look at, never what is true."""

import hashlib
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from crossfoot.core.model import System
from crossfoot.errors import BadMessage

TenantId = Annotated[str, Field(pattern=r"^t_[0-9a-f]{8,32}$")]
RemoteId = Annotated[str, Field(min_length=1, max_length=64)]


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    tenant: TenantId

    @property
    def deduplication_id(self) -> str:
        """Name the message's content: the same work within five minutes is queued once."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


class Nudge(_Message):
    """Look at a partner in a system (section 1 of docs/architecture.md).

    Takes: `window` numbers the time window, so that a burst is one nudge; `because` makes a deliberate repeat distinct.
    """

    kind: Literal["nudge"] = "nudge"
    system: System
    window: int = 0
    because: str = ""

    @property
    def lane(self) -> str:
        """Give the part of a partner's work that is done in order: one read of a system at a time."""
        return self.system


class MirrorPayment(_Message):
    """Make ConnectWise agree with one QuickBooks payment.

    Takes: `because` is the version of the record that asks for it, so that an overlapping read does not repeat work.
    """

    kind: Literal["mirror_payment"] = "mirror_payment"
    payment_id: RemoteId
    because: str = ""

    @property
    def lane(self) -> str:
        """Spread a backlog over a few lanes; one payment is always in the same one."""
        return str(int(hashlib.sha256(self.payment_id.encode()).hexdigest(), 16) % MIRROR_LANES)


class CrossfootRequest(_Message):
    """Compare a partner's books.

    Takes: `live` reads both systems afresh instead of trusting the book.
    """

    kind: Literal["crossfoot"] = "crossfoot"
    live: bool = False
    because: str = ""

    @property
    def lane(self) -> str:
        """One comparison at a time."""
        return "crossfoot"


MIRROR_LANES = 4

type Message = Nudge | MirrorPayment | CrossfootRequest

_READ = TypeAdapter[Message](Annotated[Nudge | MirrorPayment | CrossfootRequest, Field(discriminator="kind")])


def read_message(body: str) -> Message:
    """Read a queue message. Raises: BadMessage when it is none of ours."""
    try:
        return _READ.validate_json(body)
    except ValidationError as error:
        raise BadMessage(f"not a message of ours: {error.error_count()} problems") from error
