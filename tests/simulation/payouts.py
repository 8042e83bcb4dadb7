"""What the payments platform pays out: payments, less fees and what was given back; some of it fails."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from crossfoot.core.model import Payment, PayoutItemKind, PayoutState, Ref, Standing
from crossfoot.core.money import from_minor
from crossfoot.messages.platform import PlatformPayout

from tests.fakes.filing import TODAY
from tests.simulation.people import Office

MAX_PAYMENTS = 3
# What becomes of a payout, from the state that it is in.
NEXT: Mapping[PayoutState, tuple[PayoutState, ...]] = {
    PayoutState.CREATED: (PayoutState.PAID, PayoutState.PAID, PayoutState.FAILED),
    PayoutState.PAID: (PayoutState.PAID, PayoutState.FAILED),
    PayoutState.FAILED: (),
}

type Told = Mapping[str, Any]


@dataclass
class Treasury:
    """Pays out to one partner.

    Takes: `send` tells of a payout some time; `told` is each as it was told last.
    """

    office: Office
    send: Callable[[Told], Ref]
    told: dict[str, dict[str, Any]] = field(default_factory=dict)

    def pay_out(self) -> None:
        """Pay out payments that no payout holds, with a fee, and take off what was given back of those before."""
        free = self._free()
        if not free:
            return
        choices = self.office.choices
        chosen = [free.pop(choices.pick(len(free))) for _ in range(min(len(free), 1 + choices.pick(MAX_PAYMENTS)))]
        items = [_item(PayoutItemKind.PAYMENT, payment.total_minor, payment) for payment in chosen]
        items += self._taken_off(sum(payment.total_minor for payment in chosen))
        id_ = f"po_{len(self.told) + 1}"
        total_minor = sum(minor for minor, _ in items)
        self.told[id_] = {
            "id": id_, "currency": "USD", "arrives_on": (TODAY + timedelta(days=choices.pick(3))).isoformat(),
            "items": [item for _, item in items], "amount": _money(total_minor),
        }  # fmt: skip
        self._tell(id_, choices.one_of((PayoutState.PAID, PayoutState.PAID, PayoutState.CREATED)))

    def go_on(self) -> None:
        """Let a payout be paid, or fail."""
        under_way = [id_ for id_, told in self.told.items() if NEXT[told["status"]]]
        if under_way:
            id_ = self.office.choices.one_of(under_way)
            self._tell(id_, self.office.choices.one_of(NEXT[self.told[id_]["status"]]))

    def finish(self) -> None:
        """Let most of what is under way be paid."""
        for id_ in [id_ for id_, told in self.told.items() if told["status"] is PayoutState.CREATED]:
            if not self.office.choices.chance(20):
                self._tell(id_, PayoutState.PAID)

    def tell_anew(self) -> None:
        """Tell of a payout under a new time, though nothing of it has changed."""
        if self.told:
            id_ = self.office.choices.one_of([*self.told])
            self._tell(id_, self.told[id_]["status"])

    def _tell(self, id_: str, status: PayoutState) -> None:
        world = self.office.world
        world.clock.advance(1)
        self.told[id_] |= {"status": status, "updated_at": world.clock.now().isoformat()}
        self.send({**self.told[id_]})

    def _free(self) -> list[Payment]:
        """List what was not paid out yet, or by a payout that failed."""
        held = {item["payment"] for told in self._holding() for item in told["items"] if item["kind"] == "payment"}
        told = self.office.told.values()
        return [each for each in told if each.standing is Standing.LIVE and each.ref.id not in held]

    def _taken_off(self, most_minor: int) -> list[tuple[int, dict[str, Any]]]:
        """Take off a fee, or something that was given back of a payment that was paid out: never more than there is."""
        choices, unit = self.office.choices, self.office.unit_minor
        off: list[tuple[int, dict[str, Any]]] = []
        if most_minor >= unit and choices.chance(70):
            off.append(_item(PayoutItemKind.FEE, -unit))
        if (given := self._given_back()) and most_minor >= 2 * unit and choices.chance(60):
            kind = choices.one_of((PayoutItemKind.REFUND, PayoutItemKind.RETURN))
            off.append(_item(kind, -unit, choices.one_of(given)))
        if choices.chance(15):
            off.append(_item(PayoutItemKind.ADJUSTMENT, unit))
        return off

    def _given_back(self) -> list[Payment]:
        held = {item.get("payment") for told in self._holding() for item in told["items"]}
        return [each for each in self.office.told.values() if each.refunded_minor and each.ref.id in held]

    def _holding(self) -> list[dict[str, Any]]:
        return [told for told in self.told.values() if told["status"] is not PayoutState.FAILED]


def is_payout(told: Told) -> bool:
    """Tell a payout from a payment."""
    return "items" in told


def read_payout(told: Told) -> PlatformPayout:
    """Read it as whoever receives it."""
    return PlatformPayout.model_validate(told)


def _item(kind: PayoutItemKind, minor: int, payment: Payment | None = None) -> tuple[int, dict[str, Any]]:
    named = {"payment": payment.ref.id} if payment is not None else {"memo": f"{kind} of the month"}
    return minor, {"kind": kind, "amount": _money(minor), **named}


def _money(minor: int) -> str:
    return format(from_minor(minor, "USD"), "f")
