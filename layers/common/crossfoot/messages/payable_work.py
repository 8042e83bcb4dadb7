"""The queue messages of payables (B4, B7)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from crossfoot.core.model import Kind, Ref, System
from crossfoot.messages.message import QueueMessage, require_id, spread

BILL_LANES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorBill(QueueMessage):
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
        QueueMessage.__post_init__(self)
        require_id("a record's", self.record_id)

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
        return spread(of, BILL_LANES)

    @property
    def record(self) -> Ref:
        """Name the record."""
        return Ref(System.PLATFORM, self.record_kind, self.record_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseSync(QueueMessage):
    """End a sync of payables, if nothing that it sent off is left in this lane: it comes behind all of that (B7)."""

    kind: Literal["close_sync"] = "close_sync"
    sync: str
    of_lane: str

    @property
    def lane(self) -> str:
        """With what the sync sent off."""
        return self.of_lane


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPayables(QueueMessage):
    """Go on with a sync of a partner's payables (B7). Takes: `sync` is its id, "" to begin one because it is time."""

    kind: Literal["sync_payables"] = "sync_payables"
    sync: str = ""

    @property
    def lane(self) -> str:
        """One sync of a partner at a time."""
        return "payables"
