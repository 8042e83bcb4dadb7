"""What people do: they record, edit, move and void payments, enter invoices late, and meddle with ConnectWise by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from crossfoot.core.model import ACCOUNTING, Kind, Payment, Ref, Standing
from crossfoot.core.preferences import Preferences
from crossfoot.messages import CrossfootRequest

from tests.fakes.vendors import TODAY
from tests.fakes.world import World
from tests.simulation.choices import Choices

NUMBERS = ("1001", "1002", "1003")
TOTAL_UNITS = 12


@dataclass
class Office:
    """One partner's people.

    Takes: `unit_minor` divides every amount of this partner and none of another's, so that a row which crossed over shows.
    """

    world: World
    choices: Choices
    unit_minor: int
    say: Callable[[str], None]
    meddled: set[str] = field(default_factory=set)
    late: set[str] = field(default_factory=set)
    _payments: int = 0

    def open(self) -> None:
        """Enter the invoices; some reach ConnectWise later."""
        for number in NUMBERS:
            late = self.choices.chance(25)
            self.world.invoice_in_both(number, TOTAL_UNITS * self.unit_minor, connectwise=not late)
            if late:
                self.late.add(number)

    def act(self) -> None:
        """Do one thing."""
        deeds = (self._pay, self._pay, self._edit, self._end, self._meddle, self._enter_late, self._toggle)
        self.choices.one_of(deeds)()

    def enter_everything(self) -> None:
        """Enter what is still missing in ConnectWise, and leave the toggle on."""
        for number in sorted(self.late):
            self._enter(number)
        self._turn(on=True)

    def _pay(self) -> None:
        self._payments += 1
        self._record(f"p{self._payments}")

    def _edit(self) -> None:
        live = self._live()
        if live:
            self._record(self.choices.one_of(live).ref.id)

    def _record(self, payment_id: str) -> None:
        parts = {}
        for _ in range(1 + self.choices.pick(2)):
            parts[f"q{self.choices.one_of(NUMBERS)}"] = (1 + self.choices.pick(4)) * self.unit_minor
        parts = self._affordable(payment_id, parts)
        if parts:
            on = TODAY + timedelta(days=self.choices.pick(3))
            self.say(f"records {payment_id}: {parts} on {on}")
            self.world.quickbooks.pay(payment_id, parts, on=on)

    def _affordable(self, payment_id: str, parts: dict[str, int]) -> dict[str, int]:
        """QuickBooks does not let a payment exceed what is open."""
        before = self.world.quickbooks.records.get(Ref(ACCOUNTING, Kind.PAYMENT, payment_id))
        own = {p.invoice.id: p.amount_minor for p in before.allocations} if isinstance(before, Payment) else {}
        room = {k: self.world.quickbooks.invoice(k).balance_minor + own.get(k, 0) for k in parts}
        return {k: v for k, v in parts.items() if v <= room[k]}

    def _end(self) -> None:
        live = self._live()
        if live:
            payment = self.choices.one_of(live)
            delete = self.choices.chance(50)
            self.say(f"{'deletes' if delete else 'voids'} {payment.ref.id}")
            (self.world.quickbooks.delete if delete else self.world.quickbooks.void)(payment.ref.id)

    def _meddle(self) -> None:
        """Enter or delete a ConnectWise row by hand; sometimes another product does."""
        number = self.choices.one_of(NUMBERS)
        if number in self.late:
            return
        psa = self.world.connectwise.invoice(f"c{number}")
        rows = self.world.connectwise.rows.get(psa.ref, [])
        if rows and self.choices.chance(40):
            self.say(f"deletes row {rows[0]} of {number} in ConnectWise")
            self.world.connectwise.remove(psa.ref, rows[0].id)
        elif not rows or self.world.connectwise.many_rows:
            amount, foreign = (1 + self.choices.pick(4)) * self.unit_minor, self.choices.chance(30)
            if amount > psa.balance_minor:
                return
            self.say(f"enters {amount} on {number} in ConnectWise{' by another product' if foreign else ''}")
            self.world.connectwise.enter(psa.ref, amount, TODAY, foreign=foreign)
        self.meddled.add(number)

    def _enter_late(self) -> None:
        if self.late:
            self._enter(min(self.late))

    def _enter(self, number: str) -> None:
        self.say(f"enters invoice {number} in ConnectWise")
        self.late.discard(number)
        self.world.connectwise.add_invoice(f"c{number}", number, TOTAL_UNITS * self.unit_minor)

    def _toggle(self) -> None:
        self._turn(on=not self.world.preferences.load(self.world.tenant).external_payments_enabled)

    def _turn(self, *, on: bool) -> None:
        """Do what PUT /v1/preferences does."""
        self.say(f"turns external payments {'on' if on else 'off'}")
        self.world.preferences.save(self.world.tenant, Preferences(external_payments_enabled=on))
        if on:
            request = CrossfootRequest(tenant=self.world.tenant, every_payment=True, because=self.world.clock.stamp())
            self.world.queue.send([request])

    def _live(self) -> list[Payment]:
        records = self.world.quickbooks.records.values()
        return [r for r in records if isinstance(r, Payment) and r.standing is Standing.LIVE]
