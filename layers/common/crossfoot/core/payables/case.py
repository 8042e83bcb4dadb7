"""Everything that bears on one record of the platform when it is entered into the accounting."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date, datetime

from crossfoot.core.company import Company
from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import ACCOUNTING, Kind, Ref, Standing
from crossfoot.core.payables.entries import (
    KIND_OF,
    BillEntry,
    CreditEntry,
    Entry,
    EntryOperation,
    PaymentEntry,
    VendorEntry,
)
from crossfoot.core.payables.open_amounts import named_by
from crossfoot.core.payables.preferences import Direction, PayablesPreferences
from crossfoot.core.payables.profile import PaymentSync
from crossfoot.core.payables.records import BillPayment, Payable, Vendor, is_wanted, vendor_of
from crossfoot.core.payables.stored import from_body, standing_of


@dataclass(frozen=True, slots=True)
class Shown:
    """How the accounting shows an entry of ours since we wrote it last.

    Takes: `entry` is None where it is void or gone; `other_minor` is of a payment, as in BillPayment; `changed_at` is the
    accounting's time of the change, "" where only the entry was read.
    """

    entry: Entry | None
    standing: Standing = Standing.LIVE
    other_minor: int = 0
    changed_at: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """A vendor, bill or credit that a record names, by either of its copies, and how it stands in both books.

    Takes: `told` is the platform's record of it, `latest` the newest effect on that; `copy` is what the book shows of it
    in the accounting. None of them where there is none.
    """

    told: Payable | None = None
    latest: Effect | None = None
    copy: Payable | None = None

    @property
    def entry_id(self) -> str:
        """Give the accounting's id of it, "" while it does not stand there."""
        standing = standing_of(self.latest)
        if standing is not None:
            return standing.id
        return self.copy.ref.id if self.told is None and self.copy is not None and _lives(self.copy) else ""

    @property
    def names(self) -> frozenset[Ref]:
        """Give every id that it is named by."""
        known = {record.ref for record in (self.told, self.copy) if record is not None}
        # It may have been told and entered since its record was looked for.
        standing = standing_of(self.latest)
        if standing is not None:
            known.add(Ref(ACCOUNTING, KIND_OF[type(standing)], standing.id))
        return frozenset(known)

    @property
    def is_gone(self) -> bool:
        """Tell whether nobody is to settle it any more."""
        return any(record is not None and not _lives(record) for record in (self.told, self.copy))

    @property
    def is_deleted_there(self) -> bool:
        """Tell whether the accounting's copy was deleted, by whomever; after us nobody may have read it again."""
        copy, latest = self.copy, self.latest
        if copy is None or copy.standing is Standing.DELETED:
            return copy is not None
        if latest is None or latest.state is not EffectState.CONFIRMED or standing_of(latest) is not None:
            return False
        write = from_body(latest.body)
        is_it = write.operation is EntryOperation.DELETE and write.entry.id == copy.ref.id
        return is_it and not is_newer(copy, write.entry)

    @property
    def is_paid_outside(self) -> bool:
        """Tell whether the partner says that it was paid without the platform. Source: B8."""
        return any(record is not None and record.keeping.outside is not None for record in (self.told, self.copy))

    @property
    def is_left_out(self) -> bool:
        """Tell whether it never came in from the accounting."""
        return self.told is None and self.copy is not None and self.copy.keeping.left_out

    @property
    def label(self) -> str:
        """Say what people call it: its number or name, failing that its id."""
        record = self.told or self.copy
        if isinstance(record, Vendor):
            return record.name
        return (record.number or record.ref.id) if record is not None else ""

    @property
    def vendor_id(self) -> str:
        """Give the accounting's id of the vendor that it is of there, "" while that is not known."""
        standing = standing_of(self.latest)
        if isinstance(standing, BillEntry | CreditEntry | PaymentEntry):
            return standing.vendor_id
        vendor = vendor_of(self.copy) if self.copy is not None else None
        return vendor.id if vendor is not None else ""

    @property
    def total_minor(self) -> int:
        """Give what it comes to in the accounting: as we wrote it, or as it was read since."""
        standing, copy = standing_of(self.latest), self.copy
        assert not isinstance(copy, Vendor | BillPayment)
        if isinstance(standing, BillEntry | CreditEntry) and (copy is None or not is_newer(copy, standing)):
            return standing.total_minor
        return copy.total_minor if copy is not None else 0


@dataclass(frozen=True, slots=True)
class Rival:
    """Another payment that names something which a payment names. Takes: `latest` is the newest effect on it."""

    payment: BillPayment
    latest: Effect | None = None

    @property
    def standing(self) -> PaymentEntry | None:
        """Give what stands of it in the accounting."""
        found = standing_of(self.latest)
        return found if isinstance(found, PaymentEntry) else None


@dataclass(frozen=True, slots=True)
class Twin:
    """Another vendor of the platform by one name, of which nothing stands. Takes: `latest` is the newest effect on it."""

    ref: Ref
    latest: Effect | None = None

    @property
    def is_at_work(self) -> bool:
        """Tell whether somebody may be entering it at this moment."""
        return self.latest is not None and not self.latest.settled


@dataclass(frozen=True, slots=True)
class Case:
    """Everything that bears on one record of the platform.

    Takes: `record` is of the platform, a bill or a credit with its lines; `latest` is the newest effect on it, settled or
    never sent; `shown` is how the accounting shows our entry since, None where nobody has read it since; `copy` is the
    accounting's record that this one was made from, with its lines; `named` are the vendor, bills and credits that it
    names, by the refs that it names them by; `rivals` are the other payments on the same bills and credits, of both
    books, or on the record itself; `namesakes` are vendors of its name in the accounting that stand for no other record,
    and `is_name_taken` tells that somebody else has it; `twins` are other vendors of the platform by its name of which
    nothing stands; `tried` are records that were mirrored for this one already;
    `by_hand`: nobody has asked for this, and the partner sends by hand (B7), and `is_first_by_hand` that one of those waits
    for that too; `sync` is the sync that sends it off, and
    `again` the request to send once more what was refused, "" where there is none.
    """

    record: Payable
    preferences: PayablesPreferences
    payment_sync: PaymentSync
    company: Company
    now: datetime
    latest: Effect | None = None
    shown: Shown | None = None
    copy: Payable | None = None
    named: Mapping[Ref, Named] = field(default_factory=dict)
    rivals: tuple[Rival, ...] = ()
    namesakes: tuple[VendorEntry, ...] = ()
    is_name_taken: bool = False
    twins: tuple[Twin, ...] = ()
    tried: AbstractSet[Ref] = frozenset()
    by_hand: bool = False
    is_first_by_hand: bool = False
    sync: str = ""
    again: str = ""

    @property
    def request(self) -> str:
        """Name what asks to send once more what was refused: somebody's request, or a sync, each once."""
        return self.again or self.sync

    @property
    def standing(self) -> Entry | None:
        """Give our entry as we wrote it last."""
        return standing_of(self.latest)

    @property
    def kind(self) -> Kind:
        """Say what the record is."""
        return self.record.ref.kind

    @property
    def brings_back(self) -> bool:
        """Tell whether what people change in the accounting comes back. Source: B5, B6."""
        is_two_way = self.preferences.direction is Direction.TWO_WAY
        is_payment = isinstance(self.record, BillPayment)
        return is_two_way and (not is_payment or self.payment_sync is PaymentSync.TWO_WAY)

    @property
    def is_wanted(self) -> bool:
        """Tell whether the record is to stand in the accounting."""
        return is_wanted(self.record)


def names_of(record: Payable) -> tuple[Ref, ...]:
    """List what a record names and cannot be entered without: its vendor first, then bills and credits, each once."""
    vendor = () if isinstance(record, Vendor) or record.vendor is None else (record.vendor,)
    if not isinstance(record, BillPayment):
        return vendor
    return (*vendor, *named_by(record))


def is_newer(copy: Payable, standing: Entry) -> bool:
    """Tell whether the book has read an entry of ours after we wrote it last. What is gone tells no revision."""
    return copy.standing is Standing.DELETED or revision_of(copy) > revision_of(standing)


def revision_of(state: Payable | Entry) -> int:
    """Give the accounting's count of changes; -1 where none is known."""
    return int(state.revision) if state.revision.isdecimal() else -1


def day_of(entry: Entry) -> date | None:
    """Give the day that an entry is on in the books; a vendor is on none."""
    match entry:
        case VendorEntry():
            return None
        case PaymentEntry():
            return entry.paid_on
        case _:
            return entry.issued_on


def _lives(record: Payable) -> bool:
    return record.standing is Standing.LIVE
