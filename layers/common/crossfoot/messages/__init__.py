"""Our own shapes: queue messages here (standard library only, so that a webhook starts fast), the API's in `api`."""

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
    "MIRROR_LANES",
    "ArchiveOutside",
    "CrossfootRequest",
    "FetchUnpaid",
    "FollowCustomers",
    "Message",
    "MirrorPayment",
    "Nudge",
    "RecordDeposit",
    "RetryParked",
    "SendNotice",
    "TendConnection",
    "read_message",
]
