"""The queue messages of the Sync Invoices tool (S1, S2, S3)."""

from dataclasses import dataclass
from typing import Literal

from crossfoot.core.model import PSA, Kind, Ref
from crossfoot.messages.message import QueueMessage, require_id, spread

SYNC_LANES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSync(QueueMessage):
    """Sync every bill that is offered, because the partner's schedule says so (S1)."""

    kind: Literal["start_sync"] = "start_sync"

    @property
    def lane(self) -> str:
        """One run of a partner at a time."""
        return "sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncBatch(QueueMessage):
    """Go on with a run of the Sync Invoices tool, forth or back (S2, S9)."""

    kind: Literal["sync_batch"] = "sync_batch"
    run: str

    @property
    def lane(self) -> str:
        """One run of a partner at a time."""
        return "sync"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfBill(QueueMessage):
    """What a message about one ConnectWise bill says."""

    bill_id: str
    bill_kind: Literal[Kind.INVOICE, Kind.CREDIT_MEMO] = Kind.INVOICE

    def __post_init__(self) -> None:
        QueueMessage.__post_init__(self)
        require_id("an invoice's", self.bill_id)

    @property
    def lane(self) -> str:
        """Spread a backlog over a few lanes; one bill is always in the same one."""
        return spread(str(self.bill), SYNC_LANES)

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
