"""A partner who sees the stories of its records over the API, and presses undo."""

from typing import Any

from crossfoot.core.model import (
    PLATFORM,
    Deposit,
    Kind,
    Payment,
    Ref,
    Standing,
    System,
)
from crossfoot.core.preferences import Preferences

from tests.fakes.api import FakeApi, Reply
from tests.fakes.payouts import FakePayouts
from tests.fakes.receipts import BANK, FEES
from tests.fakes.telling import FakePlatform
from tests.fakes.world import TENANT, World

ON = Preferences(external_payments_enabled=True, deposits_enabled=True, deposit_account_id=BANK, fee_account_id=FEES)
PAY_1 = ("payment", "platform-pay_1")
P1 = ("payment", "quickbooks-p1")
PO_1 = ("payout", "platform-po_1")
SINCE = "2026-11-03"


def new_world() -> World:
    world = World(many_rows=True)
    for number, minor in (("1001", 100_00), ("1002", 50_00), ("1003", 80_00)):
        world.invoice_in_both(number, minor)
    world.preferences.save(TENANT, ON)
    world.fetch_and_settle()
    return world


class Office:
    """A partner who sees its stories, and presses undo."""

    def __init__(self, world: World | None = None) -> None:
        self.world = world or new_world()
        self.platform, self.payouts = FakePlatform(self.world), FakePayouts(self.world)
        self.api = FakeApi(self.world)
        self.api.connect_both()

    def settle(self) -> None:
        """Let everything come to rest, and be seen by the product, again and again: nothing may swing."""
        for _ in range(3):
            self.world.settle()
            self.world.fetch_and_settle()

    def paid(self) -> None:
        self.platform.pay("pay_1", {"quickbooks-q1001": 100_00})
        self.settle()

    def paid_out(self) -> None:
        self.paid()
        self.payouts.pay_out("po_1", ("payment", 100_00, "pay_1"), ("fee", -2_00, "Card fee"))
        self.settle()

    def paid_in_quickbooks(self) -> None:
        self.world.quickbooks.pay("p1", {"q1001": 100_00})
        self.settle()

    # --- what people see and press --------------------------------------------------------------------------------

    def story(self, record: tuple[str, str]) -> dict[str, Any]:
        kind, id_ = record
        reply = self.api.call("GET", f"/v1/records/{kind}/{id_}/explain")
        assert reply.status == 200, reply.text
        found: dict[str, Any] = reply.body
        return found

    def effects(self, record: tuple[str, str], kind: str = "") -> list[dict[str, Any]]:
        found = (line["effect"] for line in self.story(record)["story"] if line["effect"])
        return [effect for effect in found if kind in ("", effect["kind"])]

    def undo_of(self, record: tuple[str, str], kind: str, place: int = -1) -> dict[str, Any]:
        undo: dict[str, Any] = self.effects(record, kind)[place]["undo"]
        return undo

    def press(self, record: tuple[str, str], key: str, *, tenant: str = TENANT) -> Reply:
        kind, id_ = record
        return self.api.call("POST", f"/v1/records/{kind}/{id_}/effects/{key}/undo", body={}, tenant=tenant)

    def undo(self, record: tuple[str, str], kind: str, place: int = -1) -> None:
        reply = self.press(record, self.effects(record, kind)[place]["key"])
        assert reply.status == 202, reply.text

    def release(self, record: tuple[str, str]) -> Reply:
        kind, id_ = record
        return self.api.call("POST", f"/v1/records/{kind}/{id_}/release", body={})

    def now(self, record: tuple[str, str]) -> list[str]:
        return [why["code"] for why in self.story(record)["now"]]

    def told(self, record: tuple[str, str]) -> list[str]:
        return [line["why"]["code"] for line in self.story(record)["story"] if not line["effect"]]

    def status(self, record: tuple[str, str]) -> tuple[str, str]:
        listed = self.api.call("GET", "/v1/payments").body["payments"]
        (found,) = (each for each in listed if each["id"] == record[1])
        return found["status"], found["reason"]["code"]

    # --- what the books show --------------------------------------------------------------------------------------

    def receipts(self) -> list[int]:
        found = [record for record in self.world.quickbooks.records.values() if isinstance(record, Payment)]
        return [payment.total_minor for payment in found if payment.standing is Standing.LIVE]

    def deposits(self) -> list[int]:
        found = [record for record in self.world.quickbooks.records.values() if isinstance(record, Deposit)]
        return [deposit.total_minor for deposit in found if deposit.standing is Standing.LIVE]

    def rows(self, number: str = "1001") -> int:
        return sum(amount for amount, _ in self.world.rows(number))

    def books(self) -> tuple[list[int], int, list[int]]:
        return self.receipts(), self.rows(), self.deposits()

    def payment(self, id_: str = "pay_1", system: System = PLATFORM) -> Payment:
        found = self.world.book.load(TENANT, Ref(system, Kind.PAYMENT, id_))
        assert isinstance(found, Payment)
        return found
