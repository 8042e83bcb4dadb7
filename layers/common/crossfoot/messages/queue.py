"""The shapes of our queue messages. A message says what to look at, never what is true.

They are plain dataclasses, because the webhooks make them and must start fast; pydantic reads them back, where it is
imported anyway.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from crossfoot.core.model import Kind, Ref, System
from crossfoot.errors import BadMessage
from crossfoot.messages.invoice_sync import CheckSynced, PostBatch, StartSync, SyncBatch
from crossfoot.messages.message import MAX_ID_LENGTH, QueueMessage, require_id, spread
from crossfoot.messages.payable_work import CloseSync, MirrorBill, SyncPayables

if TYPE_CHECKING:
    from pydantic import TypeAdapter

MAX_CODES = 20
MAX_PLACE_LENGTH = 2_000
MIRROR_LANES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge(QueueMessage):
    """Look at a partner in a system (section 1 of docs/architecture.md).

    Takes: `window` numbers the time window, so that a burst is one nudge; `because` makes a deliberate repeat distinct.
    """

    kind: Literal["nudge"] = "nudge"
    system: System
    window: int = 0

    @property
    def lane(self) -> str:
        """Give the part of a partner's work that is done in order: one read of a system at a time."""
        return self.system


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowCustomers(QueueMessage):
    """Give the invoices and credit memos of customers that changed what follows from it (I9, C4).

    Takes: `customers` are their ids, those still to come; `kind_at` and `place` are where the walk over the first one goes
    on; `because` makes each look one of its own, for it is sent before the customers are saved.
    """

    kind: Literal["follow_customers"] = "follow_customers"
    system: System
    customers: tuple[str, ...]
    kind_at: Kind = Kind.INVOICE
    place: str = ""

    @property
    def lane(self) -> str:
        """With the reads of the system: behind the one that found it, and never beside another."""
        return self.system


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorPayment(QueueMessage):
    """Make the other books agree with one payment.

    Takes: `system` is where it was made; `because` is the fingerprint of the record that asks for it, so that an
    overlapping read does not repeat work; `again` names a request to send once more what was refused.
    """

    kind: Literal["mirror_payment"] = "mirror_payment"
    payment_id: str
    system: System = System.QUICKBOOKS
    again: str = ""

    _usual: ClassVar[Mapping[str, object]] = {"revivals": 0, "system": System.QUICKBOOKS, "again": ""}

    def __post_init__(self) -> None:
        # Named, because slots=True makes the class anew and a bare super() would look for it in the old one.
        QueueMessage.__post_init__(self)
        if self.system is System.CONNECTWISE:
            raise ValueError("payments in ConnectWise are no records of the book")
        require_id("a payment's", self.payment_id)

    @property
    def lane(self) -> str:
        """Spread a backlog over a few lanes; one payment is always in the same one."""
        name = self.payment_id if self.system is System.QUICKBOOKS else str(self.payment)
        return spread(name, MIRROR_LANES)

    @property
    def payment(self) -> Ref:
        """Name the payment."""
        return Ref(self.system, Kind.PAYMENT, self.payment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeposit(QueueMessage):
    """Make the accounting show one payout as a deposit, or no longer.

    Takes: `because` is the state of what asks for it, so that the same is asked once; `again` as MirrorPayment.
    """

    kind: Literal["record_deposit"] = "record_deposit"
    payout_id: str
    again: str = ""

    _usual: ClassVar[Mapping[str, object]] = {"revivals": 0, "again": ""}

    def __post_init__(self) -> None:
        QueueMessage.__post_init__(self)
        require_id("a payout's", self.payout_id)

    @property
    def lane(self) -> str:
        """Spread a backlog over a few lanes; one payout is always in the same one."""
        return spread(self.payout_id, MIRROR_LANES)

    @property
    def payout(self) -> Ref:
        """Name the payout."""
        return Ref(System.PLATFORM, Kind.PAYOUT, self.payout_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossfootRequest(QueueMessage):
    """Compare a partner's books.

    Takes: `live` reads both systems afresh instead of trusting the book; `every_payment` picks up every payment that was
    not taken over, also where the books agree already (somebody may have entered it by hand, E6): for when the toggle is
    turned on; `comparison` is the one to go on with, "" for one of its own.
    """

    kind: Literal["crossfoot"] = "crossfoot"
    live: bool = False
    every_payment: bool = False
    comparison: str = ""

    def __post_init__(self) -> None:
        QueueMessage.__post_init__(self)
        if len(self.comparison) > MAX_ID_LENGTH:
            raise ValueError(f"a comparison's id has at most {MAX_ID_LENGTH} characters")

    @property
    def comparison_id(self) -> str:
        """Name the comparison: the same request, delivered or revived again, asks for the same one."""
        asked = f"{self.because} {self.live} {self.every_payment}"
        return self.comparison or hashlib.sha256(asked.encode()).hexdigest()[:32]

    @property
    def lane(self) -> str:
        """One comparison at a time."""
        return "crossfoot"


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchUnpaid(QueueMessage):
    """Read every unpaid invoice of a system again (I7). Takes: `run` is the run that it belongs to."""

    kind: Literal["fetch_unpaid"] = "fetch_unpaid"
    system: System
    run: str

    @property
    def lane(self) -> str:
        """One walk of a system at a time."""
        return f"unpaid {self.system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TendConnection(QueueMessage):
    """Look after a connection: what was deleted without a word, callbacks, the end of life of tokens (I5, C7)."""

    kind: Literal["tend_connection"] = "tend_connection"
    system: System

    @property
    def lane(self) -> str:
        """One at a time."""
        return f"tend {self.system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOutside(QueueMessage):
    """Archive the records that the import filters no longer let in, or bring them back, because the partner asked (C5).

    Takes: `run` says which of the two, and where the walk goes on.
    """

    kind: Literal["archive_outside"] = "archive_outside"
    run: str

    @property
    def lane(self) -> str:
        """One at a time."""
        return "archive"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryParked(QueueMessage):
    """Try parked records again, or note that they need no attention (X1, X3).

    Takes: `codes` are the causes, none meaning every one; with `ignore` the records are not tried, and those that are not
    ignored yet are; with `heed` those that are count again; `again` as MirrorPayment; `place` is where the walk goes on.
    """

    kind: Literal["retry_parked"] = "retry_parked"
    codes: tuple[str, ...] = ()
    ignore: bool = False
    heed: bool = False
    again: str = ""
    place: str = ""

    def __post_init__(self) -> None:
        QueueMessage.__post_init__(self)
        if len(self.codes) > MAX_CODES or len(self.place) > MAX_PLACE_LENGTH:
            raise ValueError(f"a walk has at most {MAX_CODES} codes, and a place of {MAX_PLACE_LENGTH} characters")

    @property
    def lane(self) -> str:
        """One at a time."""
        return "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNotice(QueueMessage):
    """Tell a partner by e-mail how its connections have turned, or what needs attention today (C7, X1)."""

    kind: Literal["send_notice"] = "send_notice"
    about: Literal["connections", "digest"]

    @property
    def lane(self) -> str:
        """One at a time."""
        return "notices"


type Message = (
    Nudge
    | FollowCustomers
    | MirrorPayment
    | RecordDeposit
    | CrossfootRequest
    | FetchUnpaid
    | TendConnection
    | ArchiveOutside
    | RetryParked
    | SendNotice
    | StartSync
    | SyncBatch
    | PostBatch
    | CheckSynced
    | MirrorBill
    | CloseSync
    | SyncPayables
)


@cache
def _reader() -> "TypeAdapter[Message]":
    from pydantic import Field, TypeAdapter

    read = Nudge | FollowCustomers | CrossfootRequest | FetchUnpaid | TendConnection | ArchiveOutside
    write = MirrorPayment | RecordDeposit | RetryParked | SendNotice
    sync = StartSync | SyncBatch | PostBatch | CheckSynced
    payables = MirrorBill | CloseSync | SyncPayables
    return TypeAdapter(Annotated[read | write | sync | payables, Field(discriminator="kind")])


def read_message(body: str) -> Message:
    """Read a queue message. Raises: BadMessage when it is none of ours."""
    from pydantic import ValidationError

    try:
        return _reader().validate_json(body)
    except ValidationError as error:
        raise BadMessage(f"not a message of ours: {error.error_count()} problems") from error
