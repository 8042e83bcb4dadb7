"""A partner's office that never stops: payments are recorded, edited and voided at random, and every one is remembered."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from local.demo.people import Part
from local.sandbox.store import Record
from tests.e2e.partner import DAY, Partner
from tests.kills.customers import Customers

CENT = Decimal("0.01")
ACTS = ("record", "edit", "void")
WEIGHTS = (6, 3, 1)
MOST_INVOICES = 3
DAYS = 20
# Of all acts.
OF_CUSTOMERS = 0.5


@dataclass(slots=True)
class Made:
    """A payment as it stands in QuickBooks, and what it was meant to pay."""

    record: Record
    parts: tuple[Part, ...]
    day: date


@dataclass
class Office:
    """One partner's accountant at work, and the partner's customers.

    Takes: `chance` decides everything, so that a seed repeats the acts; `share` is what the accountant may have paid of an
    invoice. A third goes to each: what moves between invoices may for a while be seen on both.
    """

    partner: Partner
    chance: Random
    share: Decimal
    customers: Customers
    made: dict[str, Made] = field(default_factory=dict)
    recorded: int = 0
    changed: int = 0

    def act(self) -> None:
        """Let a customer or the accountant do something."""
        if self.chance.random() < OF_CUSTOMERS:
            self.customers.act()
        else:
            self._keep_books()

    def _keep_books(self) -> None:
        """Record a payment, or edit or void one."""
        what = self.chance.choices(ACTS, WEIGHTS)[0]
        if what == "record" or not self.made:
            self._record()
        elif what == "edit":
            self._edit()
        else:
            self._void()

    def paid(self) -> dict[str, Decimal]:
        """Add up what every invoice has to show as paid, by its number."""
        found = defaultdict(Decimal, self._entered())
        for told in self.customers.told.values():
            for number, amount in told.standing().items():
                found[number] += amount
        return dict(found)

    def newest(self) -> dict[str, date]:
        """Give the day of the newest payment of every invoice that has one."""
        days: dict[str, date] = {}
        entered = [(made.day, number) for made in self.made.values() for number, _ in made.parts]
        told = [(each.day, number) for each in self.customers.told.values() for number in each.standing()]
        for day, number in (*entered, *told):
            days[number] = max(day, days.get(number, day))
        return days

    def _entered(self) -> dict[str, Decimal]:
        found: dict[str, Decimal] = defaultdict(Decimal)
        for made in self.made.values():
            for number, amount in made.parts:
                found[number] += amount
        return found

    def _record(self) -> None:
        parts = self._parts({})
        if not parts:
            return
        day = DAY + timedelta(days=self.chance.randrange(DAYS))
        record = self.partner.accountant.record_payment("9", parts, day, f"kill-{self.recorded}")
        self.made[record["Id"]] = Made(record, parts, day)
        self.recorded += 1

    def _edit(self) -> None:
        payment = self.chance.choice(sorted(self.made))
        made = self.made[payment]
        # An edit may pay the same invoices with other amounts, or move to others altogether.
        parts = self._parts(dict(made.parts))
        if parts:
            made.record, made.parts = self.partner.accountant.edit_payment(made.record, parts), parts
            self.changed += 1

    def _void(self) -> None:
        made = self.made.pop(self.chance.choice(sorted(self.made)))
        self.partner.accountant.void_payment(made.record)
        self.changed += 1

    def _parts(self, free: dict[str, Decimal]) -> tuple[Part, ...]:
        """Choose invoices with something open, and a part of that. Takes: `free` is what the edited payment gives back."""
        paid = self._entered()
        room = {n: self.share - paid.get(n, Decimal(0)) + free.get(n, Decimal(0)) for n in self.partner.numbers}
        open_ones = [number for number, amount in room.items() if amount >= 1]
        chosen = self.chance.sample(open_ones, min(len(open_ones), self.chance.randint(1, MOST_INVOICES)))
        return tuple((number, self._part_of(room[number])) for number in chosen)

    def _part_of(self, amount: Decimal) -> Decimal:
        return (self.chance.randint(1, int(amount / CENT / 3)) * CENT).quantize(CENT)
