"""What the platform tells of payables, on its way: late, twice, in any order, to receivers that may die (B, X2)."""

from dataclasses import replace

from crossfoot.core.model import Version
from crossfoot.core.payables.records import Bill, BillPayment, Payable, Vendor, VendorCredit
from crossfoot.told import keep_told

from tests.fakes.trip import Crash, Mode, Trip
from tests.fakes.world import World
from tests.simulation.people import Office

# Whose receiver dies on the way, of a hundred.
DIES = 12
# Keeping what was told makes so many calls at most.
KEEPING_CALLS = 3


class Tellings:
    """What one partner's platform told that has not arrived, and what has."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._on_its_way: list[Payable] = []
        self._arrived: list[Payable] = []

    def deliver_all(self) -> None:
        """Let everything arrive, the newest first: the others come too late to count."""
        for told in reversed(self._on_its_way):
            keep_told(self._world.tenant, told, self._world)
        self._on_its_way.clear()

    def tell(self, record: Payable) -> None:
        """Take up what there is to tell, to be delivered some time."""
        self._world.clock.advance(1)
        stamp = f"{self._world.clock.now():%Y-%m-%dT%H:%M:%S.%fZ}"
        told = replace(record, version=Version(stamp, stamp))
        self._office.told_payables[told.ref] = told
        self._on_its_way.append(told)
        self._office.say(f"tells of {_shown(told)}")

    def deliver(self) -> None:
        """Let something arrive, mostly the newest; where its receiver dies, it comes again."""
        if not self._on_its_way:
            return
        told = self._office.choices.one_of(self._on_its_way[::-1])
        dies = self._office.choices.chance(DIES)
        trip = Trip(self._office.choices.pick(KEEPING_CALLS) if dies else None, Mode.CRASH_BEFORE)
        self._office.say(f"hears of {_shown(told)}{', and dies' if dies else ''}")
        try:
            keep_told(self._world.tenant, told, _WiredReceiver(self._world, trip))
        except Crash:
            return
        self._on_its_way.remove(told)
        self._arrived.append(told)

    def repeat(self) -> None:
        """Send once more what arrived already: of some of it a newer version is known by now."""
        if self._arrived:
            self._on_its_way.append(self._office.choices.one_of(self._arrived))

    @property
    def _world(self) -> World:
        return self._office.world


class _WiredReceiver:
    """What keeps what was told, and may die at any of its calls."""

    def __init__(self, world: World, trip: Trip) -> None:
        self.book, self.outbox, self.queue = (trip.wire(each) for each in (world.book, world.outbox, world.queue))


def _shown(record: Payable) -> str:
    at = f"at {record.version.updated_at}"
    copied = f", from {record.copy_of}" if record.copy_of else ""
    match record:
        case Vendor():
            return f"{record.ref.id}: {record.standing}, {record.name}, active {record.active}{copied}, {at}"
        case Bill() | VendorCredit():
            what = f"{record.standing}, {record.number} of {record.vendor}, {record.total_minor}"
            return f"{record.ref.id}: {what}{copied}, {at}"
        case BillPayment():
            bills = {str(part.bill): part.amount_minor for part in record.bills}
            used = {str(part.credit): part.amount_minor for part in record.credits}
            state = f"{record.standing}, {record.state} by {record.method} on {record.paid_on}"
            return f"{record.ref.id}: {state}, {bills} less {used}, {at}"
