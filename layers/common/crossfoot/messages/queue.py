"""The shapes of our queue messages. A message says what to look at, never what is true.

They are plain dataclasses, because the webhooks make them and must start fast; pydantic reads them back, where it is
imported anyway.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from crossfoot.core.model import PSA, Kind, Ref, System
from crossfoot.errors import BadMessage

if TYPE_CHECKING:
    from pydantic import ConfigDict, TypeAdapter

TENANT_PATTERN = r"t_[0-9a-f]{8,32}"
MAX_ID_LENGTH = 64
MAX_BECAUSE_LENGTH = 1_000
MAX_CODES = 20
MAX_PLACE_LENGTH = 2_000
MIRROR_LANES = 4
SYNC_LANES = 4
BILL_LANES = 4

_TENANT = re.compile(TENANT_PATTERN)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Nudge(_Message):
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
class FollowCustomers(_Message):
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
class MirrorPayment(_Message):
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
        _Message.__post_init__(self)
        if self.system is System.CONNECTWISE:
            raise ValueError("payments in ConnectWise are no records of the book")
        if not 0 < len(self.payment_id) <= MAX_ID_LENGTH:
            raise ValueError(f"a payment's id has 1 to {MAX_ID_LENGTH} characters")

    @property
    def lane(self) -> str:
        """Spread a backlog over a few lanes; one payment is always in the same one."""
        name = self.payment_id if self.system is System.QUICKBOOKS else str(self.payment)
        return str(int(hashlib.sha256(name.encode()).hexdigest(), 16) % MIRROR_LANES)

    @property
    def payment(self) -> Ref:
        """Name the payment."""
        return Ref(self.system, Kind.PAYMENT, self.payment_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordDeposit(_Message):
    """Make the accounting show one payout as a deposit, or no longer.

    Takes: `because` is the state of what asks for it, so that the same is asked once; `again` as MirrorPayment.
    """

    kind: Literal["record_deposit"] = "record_deposit"
    payout_id: str
    again: str = ""

    _usual: ClassVar[Mapping[str, object]] = {"revivals": 0, "again": ""}

    def __post_init__(self) -> None:
        _Message.__post_init__(self)
        if not 0 < len(self.payout_id) <= MAX_ID_LENGTH:
            raise ValueError(f"a payout's id has 1 to {MAX_ID_LENGTH} characters")

    @property
    def lane(self) -> str:
        """Spread a backlog over a few lanes; one payout is always in the same one."""
        return str(int(hashlib.sha256(self.payout_id.encode()).hexdigest(), 16) % MIRROR_LANES)

    @property
    def payout(self) -> Ref:
        """Name the payout."""
        return Ref(System.PLATFORM, Kind.PAYOUT, self.payout_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossfootRequest(_Message):
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
        _Message.__post_init__(self)
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
class FetchUnpaid(_Message):
    """Read every unpaid invoice of a system again (I7). Takes: `run` is the run that it belongs to."""

    kind: Literal["fetch_unpaid"] = "fetch_unpaid"
    system: System
    run: str

    @property
    def lane(self) -> str:
        """One walk of a system at a time."""
        return f"unpaid {self.system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TendConnection(_Message):
    """Look after a connection: what was deleted without a word, callbacks, the end of life of tokens (I5, C7)."""

    kind: Literal["tend_connection"] = "tend_connection"
    system: System

    @property
    def lane(self) -> str:
        """One at a time."""
        return f"tend {self.system}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOutside(_Message):
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
class RetryParked(_Message):
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
        _Message.__post_init__(self)
        if len(self.codes) > MAX_CODES or len(self.place) > MAX_PLACE_LENGTH:
            raise ValueError(f"a walk has at most {MAX_CODES} codes, and a place of {MAX_PLACE_LENGTH} characters")

    @property
    def lane(self) -> str:
        """One at a time."""
        return "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class SendNotice(_Message):
    """Tell a partner by e-mail how its connections have turned, or what needs attention today (C7, X1)."""

    kind: Literal["send_notice"] = "send_notice"
    about: Literal["connections", "digest"]

    @property
    def lane(self) -> str:
        """One at a time."""
        return "notices"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSync(_Message):
    """Sync every bill that is offered, because the partner's schedule says so (S1)."""

    kind: Literal["start_sync"] = "start_sync"

    @property
    def lane(self) -> str:
        """One run of a partner at a time."""
        return "sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncBatch(_Message):
    """Go on with a run of the Sync Invoices tool, forth or back (S2, S9)."""

    kind: Literal["sync_batch"] = "sync_batch"
    run: str

    @property
    def lane(self) -> str:
        """One run of a partner at a time."""
        return "sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfBill(_Message):
    """What a message about one ConnectWise bill says."""

    bill_id: str
    bill_kind: Literal[Kind.INVOICE, Kind.CREDIT_MEMO] = Kind.INVOICE

    def __post_init__(self) -> None:
        _Message.__post_init__(self)
        if not 0 < len(self.bill_id) <= MAX_ID_LENGTH:
            raise ValueError(f"an invoice's id has 1 to {MAX_ID_LENGTH} characters")

    @property
    def lane(self) -> str:
        """Spread a backlog over a few lanes; one bill is always in the same one."""
        return str(int(hashlib.sha256(str(self.bill).encode()).hexdigest(), 16) % SYNC_LANES)

    @property
    def bill(self) -> Ref:
        """Name the bill."""
        return Ref(PSA, self.bill_kind, self.bill_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PostBatch(_OfBill):
    """Put a bill that stands in the accounting into a ConnectWise batch of its own (S3).

    Takes: `run` is its run; `number` is the bill's, by which people find the batch, "" where it has none.
    """

    kind: Literal["post_batch"] = "post_batch"
    run: str
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSynced(_OfBill):
    """Look whether a bill that was synced still says what was written (S3).

    Takes: `because` is the fingerprint of the record that asks for it, so that an overlapping read does not repeat work.
    """

    kind: Literal["check_synced"] = "check_synced"


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorBill(_Message):
    """Make the accounting agree with one record of the platform's payables: a vendor, a bill, a credit or a payment (B4).

    Takes: `vendor` is the vendor that it is of, by its id in our API ("" where nobody said); `sync` is the sync that
    sends it off, "" for what was only just told; `again` as MirrorPayment.
    """

    kind: Literal["mirror_bill"] = "mirror_bill"
    record_kind: Literal[Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT]
    record_id: str
    vendor: str = ""
    sync: str = ""
    again: str = ""

    _usual: ClassVar[Mapping[str, object]] = {"revivals": 0, "vendor": "", "sync": "", "again": ""}

    def __post_init__(self) -> None:
        _Message.__post_init__(self)
        if not 0 < len(self.record_id) <= MAX_ID_LENGTH:
            raise ValueError(f"a record's id has 1 to {MAX_ID_LENGTH} characters")

    @classmethod
    def of(
        cls, tenant: str, record: Ref, vendor: Ref | None, *, because: str, sync: str = "", again: str = ""
    ) -> "MirrorBill":
        """Make the message about a record. Takes: `vendor` is the one that it is of, None where nobody said."""
        kind = record.kind
        assert kind in (Kind.VENDOR, Kind.BILL, Kind.VENDOR_CREDIT, Kind.BILL_PAYMENT)
        return cls(
            tenant=tenant,
            record_kind=kind,
            record_id=record.id,
            vendor=str(vendor or ""),
            because=because,
            sync=sync,
            again=again,
        )

    @property
    def lane(self) -> str:
        """Spread a backlog over a few lanes; what is of one vendor is always in the same one."""
        of = self.vendor or str(self.record)
        return str(int(hashlib.sha256(of.encode()).hexdigest(), 16) % BILL_LANES)

    @property
    def record(self) -> Ref:
        """Name the record."""
        return Ref(System.PLATFORM, self.record_kind, self.record_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSync(_Message):
    """End a sync of payables, if nothing that it sent off is left in this lane: it comes behind all of that (B7)."""

    kind: Literal["close_sync"] = "close_sync"
    sync: str
    of_lane: str

    @property
    def lane(self) -> str:
        """With what the sync sent off."""
        return self.of_lane


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPayables(_Message):
    """Go on with a sync of a partner's payables (B7). Takes: `sync` is its id, "" to begin one because it is time."""

    kind: Literal["sync_payables"] = "sync_payables"
    sync: str = ""

    @property
    def lane(self) -> str:
        """One sync of a partner at a time."""
        return "payables"


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
