"""The payments platform pays out: it tells of each payout as a whole."""

from datetime import date
from typing import Any

from crossfoot.core.model import Ref
from crossfoot.core.money import from_minor
from crossfoot.messages.platform import PlatformPayout, to_follow_up

from tests.fakes.filing import TODAY
from tests.fakes.world import World


class FakePayouts:
    """The payouts to one partner."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told: dict[str, dict[str, Any]] = {}

    def pay_out(self, id_: str, *items: tuple[str, int, str], status: str = "paid", on: date = TODAY) -> Ref:
        """Pay out, and tell of it. Takes: items as kind, amount, and the payment's id or for fees a memo."""
        self.told[id_] = {
            "id": id_, "status": status, "currency": "USD", "arrives_on": on.isoformat(),
            "amount": _money(sum(minor for _, minor, _ in items)), "items": [_item(*item) for item in items],
        }  # fmt: skip
        return self.tell(id_)

    def tell(self, id_: str, **members: Any) -> Ref:
        """Tell of a payout as it is now, with something changed: `status="failed"`."""
        self.world.clock.advance(1)
        self.told[id_] |= {**members, "updated_at": self.world.clock.now().isoformat()}
        payout = PlatformPayout.model_validate(self.told[id_]).to_payout()
        self.world.book.save(self.world.tenant, [payout])
        self.world.queue.send(to_follow_up(self.world.tenant, payout))
        return payout.ref


def _item(kind: str, minor: int, what: str) -> dict[str, Any]:
    named = {"memo": what} if kind in ("fee", "adjustment") else {"payment": what}
    return {"kind": kind, "amount": _money(minor), **named}


def _money(minor: int) -> str:
    return format(from_minor(minor, "USD"), "f")
