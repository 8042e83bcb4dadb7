"""Customers who pay on the platform and are refunded, and the platform that pays out: every event is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from local.demo.people import Part
from tests.e2e.partner import DAY, Partner
from tests.e2e.platform import Platform

CENT = Decimal("0.01")
ACTS = ("pay", "refund_in_part", "take_back", "pay_out")
WEIGHTS = (8, 2, 1, 2)
TAKEN_BACK = ("refunded", "returned", "deleted")
MOST_INVOICES, MOST_PAID_OUT = 2, 3
DAYS = 20
FEE = Decimal("0.02")


@dataclass(slots=True)
class Told:
    """A payment as the platform has it. Takes: `parts` are what it was made of; the last one gives back first."""

    id: str
    parts: tuple[Part, ...]
    day: date
    refunded: Decimal = Decimal(0)
    status: str = "succeeded"
    paid_out: bool = False

    @property
    def left(self) -> Decimal:
        """Give what of it counts."""
        made = sum((amount for _, amount in self.parts), Decimal(0))
        return made - self.refunded if self.status == "succeeded" else Decimal(0)

    def standing(self) -> dict[str, Decimal]:
        """Give what each invoice gets of it."""
        left, found = self.left, {}
        for number, amount in self.parts:
            part = min(amount, left)
            left -= part
            if part:
                found[number] = part
        return found

    def event(self) -> Mapping[str, Any]:
        """Write it as the platform tells of it, each invoice by one of its two copies."""
        copies = [("quickbooks", "connectwise")[place % 2] for place in range(len(self.parts))]
        parts = zip(copies, self.parts, strict=True)
        return {
            "id": self.id, "status": self.status, "amount": str(sum(amount for _, amount in self.parts)),
            "refunded_amount": str(self.refunded if self.status == "succeeded" else Decimal(0)),
            "paid_on": self.day.isoformat(),
            "allocations": [{"invoice": f"{copy}-{number}", "amount": str(amount)} for copy, (number, amount) in parts],
        }  # fmt: skip


@dataclass
class Customers:
    """The customers of one partner. Takes: `chance` decides everything; `share` is what they may pay of an invoice."""

    partner: Partner
    platform: Platform
    chance: Random
    share: Decimal
    told: dict[str, Told] = field(default_factory=dict)
    payouts: dict[str, Decimal] = field(default_factory=dict)
    changed: int = 0

    def act(self) -> None:
        """Pay, be refunded, or have something paid out."""
        what = self.chance.choices(ACTS, WEIGHTS)[0]
        live = [each for _, each in sorted(self.told.items()) if each.left]
        if what == "pay_out":
            self._pay_out([each for each in live if not each.paid_out])
        elif what == "pay" or not live:
            self._pay()
        else:
            self._give_back(self.chance.choice(live), in_part=what == "refund_in_part")

    def _pay(self) -> None:
        # What was refunded is not paid again: an invoice shall never be short of room, whatever arrives first.
        made = [part for each in self.told.values() for part in each.parts]
        room = {
            n: self.share - sum((amount for number, amount in made if number == n), Decimal(0)) for n in self.numbers
        }
        open_ones = [number for number, amount in room.items() if amount >= 1]
        chosen = self.chance.sample(open_ones, min(len(open_ones), self.chance.randint(1, MOST_INVOICES)))
        parts = tuple((number, self._part_of(room[number])) for number in chosen)
        if parts:
            day = DAY + timedelta(days=self.chance.randrange(DAYS))
            payment = Told(f"pay_{len(self.told) + 1}", parts, day)
            self.told[payment.id] = payment
            self._tell(payment)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The invoices that can be paid."""
        return self.partner.numbers

    def _give_back(self, payment: Told, *, in_part: bool) -> None:
        if in_part and payment.left > CENT:
            payment.refunded += self._part_of(payment.left)
        else:
            payment.status = self.chance.choice(TAKEN_BACK)
        self.changed += 1
        self._tell(payment)

    def _pay_out(self, payments: list[Told]) -> None:
        held = self.chance.sample(payments, min(len(payments), self.chance.randint(1, MOST_PAID_OUT)))
        if not held:
            return
        for payment in held:
            payment.paid_out = True
        gross = sum((payment.left for payment in held), Decimal(0))
        fee = (gross * FEE).quantize(CENT)
        items = [{"kind": "payment", "payment": payment.id, "amount": str(payment.left)} for payment in held]
        items += [{"kind": "fee", "amount": str(-fee)}] if fee else []
        payout, amount = f"po_{len(self.payouts) + 1}", gross - fee
        self.payouts[payout] = amount
        self.platform.tell(
            self.partner, "payout.paid", id=payout, amount=str(amount), arrives_on=DAY.isoformat(), items=items
        )

    def _tell(self, payment: Told) -> None:
        kind = "payment.refunded" if payment.refunded and payment.status == "succeeded" else f"payment.{payment.status}"
        self.platform.tell(self.partner, kind, **payment.event())

    def _part_of(self, amount: Decimal) -> Decimal:
        return (self.chance.randint(1, max(1, int(amount / CENT / 3))) * CENT).quantize(CENT)
