"""Our own shapes: queue messages here (standard library only, so that a webhook starts fast), the API's in `api`."""

from crossfoot.messages.invoice_sync import SYNC_LANES, CheckSynced, PostBatch, StartSync, SyncBatch
from crossfoot.messages.payable_work import BILL_LANES, CloseSync, MirrorBill, SyncPayables
from crossfoot.messages.queue import (
    MIRROR_LANES,
    ArchiveOutside,
    CrossfootRequest,
    FetchUnpaid,
    FollowCustomers,
    Message,
    MirrorPayment,
    Nudge,
    RecordDeposit,
    RetryParked,
    SendNotice,
    TendConnection,
    read_message,
)

__all__ = [
    "BILL_LANES",
    "MIRROR_LANES",
    "SYNC_LANES",
    "ArchiveOutside",
    "CheckSynced",
    "CloseSync",
    "CrossfootRequest",
    "FetchUnpaid",
    "FollowCustomers",
    "Message",
    "MirrorBill",
    "MirrorPayment",
    "Nudge",
    "PostBatch",
    "RecordDeposit",
    "RetryParked",
    "SendNotice",
    "StartSync",
    "SyncBatch",
    "SyncPayables",
    "TendConnection",
    "read_message",
]
