"""What customers do on the payments platform, and what the platform tells of it: late, twice, and in any order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from crossfoot.core.decisions import Outcome
from crossfoot.core.model import ACCOUNTING, PLATFORM, PSA, Payment, Payout, Ref, Standing
from crossfoot.core.money import from_minor
from crossfoot.messages import Message, MirrorPayment, RecordDeposit
from crossfoot.messages.platform import PlatformPayment, to_follow_up

from tests.fakes.filing import TODAY
from tests.fakes.telling import FakePlatform
from tests.simulation.payouts import Treasury, is_payout, read_payout
from tests.simulation.people import MAIN_NUMBERS, TOTAL_UNITS, Office

INITIALS = {ACCOUNTING: "q", PSA: "c"}
# Of a hundred: what is told at once, and what somebody takes in and dies before the work that follows is queued.
AT_ONCE, DIES = 80, 10

type Told = Mapping[str, Any]


@dataclass
class Platform:
    """The platform of one office, and its customers.

    Takes: `on_its_way` is what nobody has answered yet.
    """

    office: Office
    on_its_way: list[Told] = field(default_factory=list)
    _answered: list[Told] = field(default_factory=list)
    _made: int = 0

    def __post_init__(self) -> None:
        self._teller = _SlowPlatform(self)
        self._treasury = Treasury(self.office, self.send)

    def act(self) -> None:
        """Let somebody do one thing, and mostly something be told."""
        deeds: tuple[Callable[[], None], ...] = (
            self._pay,
            self._pay,
            self._pay,
            self._refund_in_part,
            self._take_back,
            self._tell_anew,
            self._repeat,
            self._treasury.pay_out,
            self._treasury.pay_out,
            self._treasury.go_on,
            self._treasury.tell_anew,
        )
        self.office.choices.one_of(deeds)()
        if self.office.choices.chance(AT_ONCE):
            self._deliver()

    def pay_some(self) -> None:
        """Let customers pay, and all of it be told at once."""
        for _ in range(2):
            self._pay()
        for told in self.on_its_way:
            self._arrive(told)
        self.on_its_way.clear()

    def deliver_all(self) -> None:
        """Pay out once more, and let everything arrive, the newest first: the others come too late to count."""
        self._treasury.pay_out()
        self._treasury.finish()
        for told in reversed(self.on_its_way):
            self._arrive(told)
        self.on_its_way.clear()

    def retry(self) -> None:
        """Try again what is held up, as a partner does who has seen to what was asked."""
        world, again = self.office.world, self.office.world.clock.stamp()
        held_up: list[Message] = [
            MirrorPayment(tenant=world.tenant, system=PLATFORM, payment_id=ref.id, because=again, again=again)
            for ref in self.office.told
            if any(each.item.outcome is Outcome.REFUSED for each in world.history.load(world.tenant, ref))
        ]
        held_up += [
            RecordDeposit(tenant=world.tenant, payout_id=ref.id, because=again, again=again)
            for ref in self.office.payouts
            if self._is_held_up(ref)
        ]
        world.queue.send(held_up)

    def _is_held_up(self, payout: Ref) -> bool:
        """Tell whether somebody has to try a payout again; what it waits for lets it go on by itself."""
        told = self.office.world.history.load(self.office.world.tenant, payout)
        return bool(told) and (told[-1].item.outcome is Outcome.REFUSED or told[-1].item.code == "deposits_off")

    def send(self, told: Told) -> Ref:
        """Take up what there is to tell, to be delivered some time."""
        record = _read(told)
        if isinstance(record, Payout):
            self.office.payouts[record.ref] = record
        else:
            self.office.told[record.ref] = record
        self.on_its_way.append({**told})
        self.office.say(f"tells of {_shown(record)}")
        return record.ref

    def _deliver(self) -> None:
        """Let something arrive, mostly the newest; where its receiver dies, it comes again."""
        if self.on_its_way:
            told = self.office.choices.one_of(self.on_its_way[::-1])
            dies = self.office.choices.chance(DIES)
            self.office.say(f"hears of {_shown(_read(told))}{', and dies before it is queued' if dies else ''}")
            self._arrive(told, queued=not dies)
            if not dies:
                self.on_its_way.remove(told)
                self._answered.append(told)

    def _arrive(self, told: Told, *, queued: bool = True) -> None:
        record, world = _read(told), self.office.world
        world.book.save(world.tenant, [record])
        if queued:
            world.queue.send(to_follow_up(world.tenant, record))

    # --- customers ------------------------------------------------------------------------------------------------

    def _pay(self) -> None:
        """Pay an invoice or two, all or a part or too much, sometimes before they are entered anywhere."""
        self._made += 1
        choices, unit = self.office.choices, self.office.unit_minor
        parts: dict[str, int] = {}
        for _ in range(1 + choices.pick(2)):
            number, system = choices.one_of(MAIN_NUMBERS), choices.one_of((ACCOUNTING, PSA))
            units = TOTAL_UNITS if choices.chance(10) else 1 + choices.pick(4)
            parts[f"{system}-{INITIALS[system]}{number}"] = units * unit
        rest_minor = 2 * unit if choices.chance(10) else 0
        on = TODAY + timedelta(days=choices.pick(3))
        self._teller.pay(f"pay_{self._made}", parts, total_minor=sum(parts.values()) + rest_minor, on=on)

    def _refund_in_part(self) -> None:
        payment = self._some_live()
        if payment is not None:
            unit = self.office.unit_minor
            minor = payment.refunded_minor + (1 + self.office.choices.pick(payment.total_minor // unit)) * unit
            self._teller.change(payment.ref.id, refunded_amount=format(from_minor(minor, payment.currency), "f"))

    def _take_back(self) -> None:
        payment = self._some_live()
        if payment is not None:
            status = self.office.choices.one_of(("refunded", "returned", "deleted"))
            self._teller.change(payment.ref.id, status=status, refunded_amount="0")

    def _tell_anew(self) -> None:
        """Tell of a payment under a new time, though nothing of it has changed."""
        if self.office.told:
            self._teller.tell(self.office.choices.one_of(list(self.office.told)).id)

    def _repeat(self) -> None:
        """Send once more what was answered already: of some of it a newer version is known by now."""
        if self._answered:
            self.on_its_way.append(self.office.choices.one_of(self._answered))

    def _some_live(self) -> Payment | None:
        live = [payment for payment in self.office.told.values() if payment.standing is Standing.LIVE]
        return self.office.choices.one_of(live) if live else None


class _SlowPlatform(FakePlatform):
    """Tells through a platform that takes its time."""

    def __init__(self, platform: Platform) -> None:
        super().__init__(platform.office.world)
        self._platform = platform

    def post(self, told: Told) -> Ref:
        return self._platform.send(told)


def _read(told: Told) -> Payment | Payout:
    return read_payout(told).to_payout() if is_payout(told) else PlatformPayment.model_validate(told).to_payment()


def _shown(record: Payment | Payout) -> str:
    return _shown_payout(record) if isinstance(record, Payout) else _shown_payment(record)


def _shown_payout(payout: Payout) -> str:
    items = [
        (item.kind.value, item.amount_minor, item.payment.id if item.payment else "") for item in payout.items or ()
    ]
    return f"{payout.ref.id}: {payout.state}, {payout.total_minor} of {items}, at {payout.version.updated_at}"


def _shown_payment(payment: Payment) -> str:
    parts = {part.invoice.id: part.amount_minor for part in payment.allocations}
    state = payment.taken_back or payment.standing
    return f"{payment.ref.id}: {state}, {payment.total_minor} on {parts}, at {payment.version.updated_at}"
