"""The payments platform: it tells of its payments, each time as a whole."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from crossfoot.core.model import PLATFORM, Kind, Payment, Ref
from crossfoot.core.money import from_minor
from crossfoot.messages.platform import PlatformPayment, to_follow_up

from tests.fakes.filing import TODAY
from tests.fakes.world import World


class FakePlatform:
    """The platform of one partner."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.told: dict[str, dict[str, Any]] = {}

    def pay(
        self, id_: str, parts: Mapping[str, int], *, total_minor: int = 0, on: date = TODAY, customer: str | None = None
    ) -> Ref:
        """Take a payment over invoices by their ids in our API, or tell of it anew."""
        amount = total_minor or sum(parts.values())
        allocations = [{"invoice": name, "amount": _money(minor)} for name, minor in parts.items()]
        self.told[id_] = {
            "id": id_, "status": "succeeded", "currency": "USD", "amount": _money(amount), "paid_on": on.isoformat(),
            "allocations": allocations, "customer": customer, "reference": "",
        }  # fmt: skip
        return self.tell(id_)

    def change(self, id_: str, **members: Any) -> Ref:
        """Change a payment, and tell of it: `status="refunded"`, `refunded_amount="20.00"`."""
        self.told[id_] |= members
        return self.tell(id_)

    def tell(self, id_: str) -> Ref:
        """Tell of a payment as it is now."""
        self.world.clock.advance(1)
        self.told[id_]["updated_at"] = self.world.clock.now().isoformat()
        return self.post(self.told[id_])

    def repeat(self, id_: str) -> Ref:
        """Tell again what was told last."""
        return self.post(self.told[id_])

    def post(self, told: Mapping[str, Any]) -> Ref:
        """Send what there is to tell of one payment: here it arrives at once."""
        return self.deliver(told)

    def deliver(self, told: Mapping[str, Any], *, queued: bool = True) -> Ref:
        """Let it arrive. Takes: not `queued` where its receiver dies before the work that follows is on the queue."""
        payment = PlatformPayment.model_validate(told).to_payment()
        self.world.book.save(self.world.tenant, [payment])
        if queued:
            self.world.queue.send(to_follow_up(self.world.tenant, payment))
        return payment.ref

    def payment(self, id_: str) -> Payment:
        """Show a payment as the platform's book has it by now."""
        found = self.world.book.load(self.world.tenant, Ref(PLATFORM, Kind.PAYMENT, id_))
        assert isinstance(found, Payment)
        return found


def _money(minor: int) -> str:
    return format(from_minor(minor, "USD"), "f")
