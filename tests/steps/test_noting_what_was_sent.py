"""Our own table fails right after QuickBooks took a write in: what was written is found all the same (P4)."""

import pytest
from crossfoot.core.model import Deposit, Payment, Standing
from crossfoot.core.preferences import Preferences
from crossfoot.messages import Message, MirrorPayment, RecordDeposit

from tests.fakes.payouts import FakePayouts
from tests.fakes.receipts import BANK, FEES
from tests.fakes.telling import FakePlatform
from tests.fakes.trip import Mode, Trip
from tests.fakes.world import TENANT, World

ON = Preferences(deposits_enabled=True, deposit_account_id=BANK, fee_account_id=FEES)


@pytest.fixture
def world() -> World:
    world = World()
    world.invoice_in_both("1001", 100_00)
    world.preferences.save(TENANT, ON)
    world.fetch_and_settle()
    return world


def test_p4_a_payment_whose_id_could_not_be_noted_is_found_and_taken_back_when_it_was_refunded(world: World) -> None:
    platform = FakePlatform(world)
    platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    _lose(world, "note_receipt", MirrorPayment)
    assert _living(world, Payment) == [100_00]
    platform.change("pay_1", status="refunded", refunded_amount="0")
    _settle(world)
    assert _living(world, Payment) == []


def test_p4_a_deposit_whose_id_could_not_be_noted_is_found_and_taken_back_when_its_payout_fails(world: World) -> None:
    platform, payouts = FakePlatform(world), FakePayouts(world)
    platform.pay("pay_1", {"quickbooks-q1001": 100_00})
    _settle(world)
    payouts.pay_out("po_1", ("payment", 100_00, "pay_1"))
    _lose(world, "note_deposit", RecordDeposit)
    assert _living(world, Deposit) == [100_00]
    payouts.tell("po_1", status="failed")
    _settle(world)
    assert _living(world, Deposit) == []


def _lose(world: World, call: str, kind: type[Message]) -> None:
    """Let a worker lose the answer of one call of its own to our table."""
    trip = Trip(strike_on=call, mode=Mode.ANSWER_LOST)
    while not isinstance(world.queue.messages[0], kind):
        world.deliver()
    world.deliver(trip)
    assert call in trip.calls


def _living(world: World, kind: type[Payment | Deposit]) -> list[int]:
    found = (record for record in world.quickbooks.records.values() if isinstance(record, kind))
    return [record.total_minor for record in found if record.standing is Standing.LIVE]


def _settle(world: World) -> None:
    for _ in range(2):
        world.settle()
        world.fetch_and_settle()
