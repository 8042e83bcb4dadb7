"""A partner that syncs its payables: a QuickBooks company, and a mirror that only notes what it was asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from crossfoot.core.effects import Effect, EffectState
from crossfoot.core.model import ACCOUNTING, PLATFORM, Kind, Ref, Standing, Version
from crossfoot.core.payables.entries import PAYABLE
from crossfoot.core.payables.preferences import PayablesPreferences
from crossfoot.core.payables.profile import ProfileFacts
from crossfoot.core.payables.records import Bill, Payable
from crossfoot.core.payables.standing import entry_of
from crossfoot.core.payables.stored import to_result
from crossfoot.core.payables.syncs import PayableSync, SyncStarter, new_sync
from crossfoot.errors import CrossfootError
from crossfoot.messages import Message, MirrorBill, SyncPayables
from crossfoot.ports import Outgoing, Window

from tests.fakes.payables import FakePayables
from tests.fakes.trip import Trip
from tests.fakes.world import TENANT, Wires, World

READY = PayablesPreferences("7", "8", "35")
TWO_WAY = ProfileFacts(signed_up_on=date(2020, 1, 1))
REFUSED = "refused_by_accounting"
LONG_AGO = date(2026, 10, 1)


class SyncWorld(World):
    """A world of payables.

    Takes: `mirrored` is what was to be mirrored, and for which sync; `refused` are records that do not go through;
    `unreadable` are those of QuickBooks that hold something which cannot be kept exactly; `refusal` is raised by reads;
    `unseen` are the kinds of which QuickBooks can no longer show what was deleted.
    """

    def __init__(self, preferences: PayablesPreferences = READY, facts: ProfileFacts = TWO_WAY) -> None:
        super().__init__()
        self.connections.connected_at[ACCOUNTING] = self.clock.now()
        self.payables_settings.save(TENANT, preferences)
        self.payables_settings.save_facts(TENANT, facts)
        self.mirrored: list[tuple[Ref, str]] = []
        self.refused: set[Ref] = set()
        self.unreadable: set[Ref] = set()
        self.refusal: CrossfootError | None = None
        self.unseen: list[Kind] = []
        self._syncs = 0

    def work(self, message: Message, trip: Trip | Wires | None = None) -> None:
        if isinstance(message, MirrorBill):
            self._mirror(message)
        else:
            super().work(message, trip)

    def payables_source(self, tenant: str) -> Any:
        return _Odd(self.our_payables, self.unreadable, self.refusal, tuple(self.unseen))

    # --- what people and the platform do --------------------------------------------------------------------------

    def begin(self) -> PayableSync:
        """Press Sync Now."""
        self._syncs += 1
        new = new_sync(SyncStarter.PERSON, self.clock.now(), f"{self._syncs}")
        sync = self.payable_syncs.begin(TENANT, new)
        self.queue.send([SyncPayables(tenant=TENANT, sync=sync.id)])
        return sync

    def sync(self) -> PayableSync:
        """Press Sync Now, and wait until all is done."""
        self.clock.advance(60)
        sync = self.begin()
        self.settle()
        return self.sync_of(sync.id)

    def sync_of(self, id_: str) -> PayableSync:
        sync = self.payable_syncs.load(TENANT, id_)
        assert sync is not None
        return sync

    def tell(self, number: str, vendor: str = "") -> Ref:
        """Let the platform tell of a bill that waits to go out."""
        ref = Ref(PLATFORM, Kind.BILL, f"bill_{number}")
        stamp = Version(self.clock.stamp(), self.clock.stamp())
        of = Ref(PLATFORM, Kind.VENDOR, vendor or f"ven_{number}")
        day = self.clock.now().date()
        bill = Bill(ref, stamp, Standing.LIVE, number, of, "", day, None, "USD", 100_00, 100_00, lines=())
        self.book.save(TENANT, [bill])
        self.outbox.put(TENANT, [Outgoing(ref, of)])
        return ref

    def enter(self, number: str, vendor: str) -> tuple[Ref, Bill]:
        """Let a bill of the platform stand in QuickBooks, as we wrote it."""
        told = self.tell(number)
        self.outbox.remove(TENANT, told)
        made = self.our_payables.add_bill(vendor, number, 100_00, note="xf:0123456789abcdef")
        self.origins.note_copy(TENANT, made.ref, told)
        effect = Effect(TENANT, PAYABLE, told, 1, {}, "B4", "Entered.", (told,), state=EffectState.CONFIRMED)
        self.effects.insert(replace(effect, result=to_result(entry_of(made))))
        return told, made

    # --- what stands in the book ----------------------------------------------------------------------------------

    def stored(self, record: Payable) -> Payable:
        found = self.book.load(TENANT, record.ref)
        assert type(found) is type(record)
        return found

    def came_in(self) -> set[Ref]:
        """List the records of QuickBooks that the platform shows."""
        return self._of_quickbooks(lambda record: not record.keeping.left_out)

    def left_out(self) -> dict[Ref, str]:
        """List the records of QuickBooks that do not come in, and what was said of each."""
        out = self._of_quickbooks(lambda record: record.keeping.left_out)
        return {ref: self.said_of(ref)[-1] for ref in out}

    def said_of(self, ref: Ref) -> list[str]:
        return [dated.item.code for dated in self.history.load(TENANT, ref)]

    def _of_quickbooks(self, wanted: Callable[[Payable], bool]) -> set[Ref]:
        stored = [record for (_, ref), record in self.book.records.items() if ref.system is ACCOUNTING]
        return {record.ref for record in stored if wanted(record)}  # type: ignore[arg-type]

    def _mirror(self, message: MirrorBill) -> None:
        self.mirrored.append((message.record, message.sync))
        waiting = self.outbox.load(TENANT, message.record)
        if message.record in self.refused:
            vendor = waiting.vendor if waiting else None
            self.outbox.put(TENANT, [Outgoing(message.record, vendor, message.sync, REFUSED)])
        else:
            self.outbox.remove(TENANT, message.record)


@dataclass
class _Odd:
    """Payables of which some cannot be kept, or cannot be read at all."""

    payables: FakePayables
    unreadable: set[Ref]
    refusal: CrossfootError | None
    unseen: tuple[Kind, ...]

    def fetch_living(self, refs: Sequence[Ref]) -> frozenset[Ref]:
        return self.payables.fetch_living(refs)

    def fetch_changes(self, cursor: str) -> Window:
        if self.refusal is not None:
            raise self.refusal
        window = self.payables.fetch_changes(cursor)
        odd = tuple(record.ref for record in window.records if record.ref in self.unreadable)
        return replace(
            window, records=tuple(r for r in window.records if r.ref not in odd), unreadable=odd, unseen=self.unseen
        )
